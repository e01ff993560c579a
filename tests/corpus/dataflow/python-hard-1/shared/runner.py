import logging
import subprocess

log = logging.getLogger(__name__)


def run_line(parts, cwd="/srv/media", timeout=30):
    line = " ".join(parts)
    done = subprocess.run(line, shell=True, cwd=cwd, capture_output=True, timeout=timeout)
    log.info("finished with %d", done.returncode)
    return done.returncode
