fn bits(x: f32) -> u32 { unsafe { std::mem::transmute(x) } }
