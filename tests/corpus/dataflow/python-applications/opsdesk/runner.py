import subprocess


class CommandFailed(Exception):
    def __init__(self, code, output):
        super().__init__(f"exit status {code}")
        self.code = code
        self.output = output


def run_line(line, timeout=20):
    """Run one shell line and give back its standard output."""
    done = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=timeout)
    if done.returncode:
        raise CommandFailed(done.returncode, done.stderr)
    return done.stdout


def count_lines(text):
    return sum(1 for row in text.splitlines() if row.strip())
