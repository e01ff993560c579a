fn make() -> Buffer { unsafe { std::mem::uninitialized() } }
