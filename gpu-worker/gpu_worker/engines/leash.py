"""`python leash.py WORKER COMMAND...`: becomes the command, which the kernel ends when the worker dies.

A worker that is killed must not leave a server behind that holds the accelerator. Linux only (prctl(2), PR_SET_PDEATHSIG);
elsewhere the command runs without the leash. WORKER is the process id of the worker. It is run as a file and imports nothing
that is not Python's own.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Replace this process by the command. Returns only when that fails."""
    worker, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != int(worker):
            return 1  # The worker died before the leash was on.
    try:
        os.execvp(command[0], command)
    except OSError as error:
        print(f"{command[0]} cannot be run: {error.strerror}.", file=sys.stderr)
        return 127


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
