spawn("git", ["log", branch], { cwd });
spawn("npm run build", { shell: true });
