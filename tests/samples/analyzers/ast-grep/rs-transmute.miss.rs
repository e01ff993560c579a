fn bits(x: f32) -> u32 { x.to_bits() }
