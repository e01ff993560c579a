fn run(name: &str) { Command::new("ls").arg("-l").arg(name).status(); }
