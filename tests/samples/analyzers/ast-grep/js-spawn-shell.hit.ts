spawn("git", ["log", branch], { cwd, shell: true });
