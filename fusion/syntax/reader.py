"""Tree-sitter in a process of its own: a hostile file may exhaust memory there, and nobody else notices.

Five kilobytes of Java can make the parser's error recovery take a gigabyte, at a point where it reports no progress and
cannot be stopped; ten crash the process. So one child per process reads the files, with a limit on memory; where it dies or
hangs, that file has no symbols, and the next one gets a new child. Requests and replies are JSON, one per line.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import subprocess
import sys
import threading
import time
from dataclasses import astuple, fields
from pathlib import Path
from typing import IO, Any

from fusion.syntax.symbol import Symbol

_MEMORY = 1 << 30
"""Bytes of address space that a child may take beside what it starts with."""
_SECONDS = 20.0
"""Wall time for one file; the counted limits of `fusion.syntax.trees` end nearly everything long before."""
_CODE = "import sys; sys.path[:] = sys.argv[1:]; from fusion.syntax.reader import serve; serve(sys.stdin, sys.stdout)"
_FIELDS = tuple(field.name for field in fields(Symbol))


class Reader:
    """A child that reads syntax trees. Takes one file at a time; threads wait for each other."""

    def __init__(self, *, seconds: float = _SECONDS) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def symbols(self, language: str, text: str) -> tuple[Symbol, ...]:
        """The symbols of a file; empty when the child died of it, hung, or could not be started."""
        request = json.dumps(["symbols", language, text]).encode() + b"\n"
        with self._lock:
            try:
                reply = self._ask(request)
                return tuple(Symbol(**dict(zip(_FIELDS, values, strict=True))) for values in json.loads(reply))
            except (OSError, ValueError):
                self._stop()
                return ()

    def faults(self, language: str, text: str) -> int | None:
        """As `trees.faults`; None also when the child died of it, hung, or could not be started."""
        request = json.dumps(["faults", language, text]).encode() + b"\n"
        with self._lock:
            try:
                reply = json.loads(self._ask(request))
            except (OSError, ValueError):
                self._stop()
                return None
        return reply if isinstance(reply, int) else None

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._stop()

    def _ask(self, request: bytes) -> bytes:
        child = self._running()
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(request)
        child.stdin.flush()
        deadline = time.monotonic() + self.seconds
        reply = bytearray()
        while not reply.endswith(b"\n"):
            ready, _, _ = select.select([child.stdout], [], [], max(0.0, deadline - time.monotonic()))
            part = os.read(child.stdout.fileno(), 1 << 20) if ready else b""
            if not part:
                raise OSError("the reader gave no answer")
            reply += part
        return bytes(reply)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():
            # After a fork the child belongs to the parent, which goes on talking to it.
            self._child, self._owner = None, os.getpid()
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-I", "-c", _CODE, *filter(None, sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
            )
        return self._child

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is None or self._owner != os.getpid():
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        child.wait()


def serve(requests: IO[str], replies: IO[str]) -> None:
    """The child's side: one reply per request, until the requests end."""
    from fusion.syntax import trees

    _limit_memory()
    for line in requests:
        asked, language, text = json.loads(line)
        if asked == "faults":
            answer: Any = trees.faults(language, text)
        else:
            answer = [astuple(symbol) for symbol in trees.symbols(language, text)]
        replies.write(json.dumps(answer) + "\n")
        replies.flush()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    now = 0
    with contextlib.suppress(OSError, ValueError):
        now = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (now + _MEMORY, now + _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


READER = Reader()
"""The process's own; its child starts with the first file."""
atexit.register(READER.close)
