fn run(name: &str) { Command::new("sh").arg("-c").arg(format!("ls {}", name)).status(); }
