fn make() -> MaybeUninit<Buffer> { MaybeUninit::uninit() }
