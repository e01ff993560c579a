import shlex
import subprocess


def phrase(*parts):
    return " ".join(str(part) for part in parts)


def words(*parts):
    return " ".join(shlex.quote(str(part)) for part in parts)


def run_line(line, timeout=15):
    done = subprocess.run(
        line, shell=True, capture_output=True, text=True, timeout=timeout, check=False
    )
    return done.stdout.splitlines()
