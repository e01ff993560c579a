"""`python -m fusion`, many times over: each command is a fork of an interpreter that has imported Fusion already.

A command has its own process, arguments, environment, folder and streams, and runs `fusion/__main__.py` to the interpreter's
end, as a user's does. Only the half second of imports is paid once. What depends on how an interpreter begins (the present
folder on its path, variables that Python itself reads, closed streams) needs one of its own: `Workplace.fusion_anew`.
"""

from __future__ import annotations

import array
import atexit
import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

_LENGTH = 8
_ENVIRONMENT = {"LANG": "C.UTF-8"}


class Parent:
    """The interpreter that is forked, and its end of the line; one command at a time."""

    def __init__(self) -> None:
        self._line, far = socket.socketpair()
        with far:
            self._process = subprocess.Popen(
                # As with `-m`, the first entry of the path is the present folder, which `fusion/__main__.py` takes away.
                [sys.executable, "-c", _BEGIN.format(folder=str(Path(__file__).parents[2])), str(far.fileno())],
                env={"PATH": os.environ["PATH"], **_ENVIRONMENT},
                # Pipes, as the commands' streams are: what Python knows of a stream is from when it began.
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(far.fileno(),),
                start_new_session=True,
            )
        self._lock = threading.Lock()

    def run(self, args: tuple[str, ...], folder: Path, env: Mapping[str, str], stdin: bytes | None) -> tuple[int, bytes, bytes]:
        """Exit code, standard output and standard error of one command."""
        with self._lock:
            try:
                return self._run(args, folder, env, stdin)
            except (EOFError, ConnectionError) as error:
                self._line.close()
                _, said = self._process.communicate(timeout=10)
                raise RuntimeError(f"The interpreter that is forked has ended: {said.decode()}") from error
            except BaseException:
                self.close()
                raise

    def _run(
        self, args: tuple[str, ...], folder: Path, env: Mapping[str, str], stdin: bytes | None
    ) -> tuple[int, bytes, bytes]:
        out, err = _Reader(), _Reader()
        given, writer = os.pipe() if stdin is not None else (os.open(os.devnull, os.O_RDONLY), None)
        asked = json.dumps({"args": args, "folder": str(folder), "env": dict(env)}).encode()
        socket.send_fds(self._line, [len(asked).to_bytes(_LENGTH, "big")], [given, out.far, err.far])
        for fd in (given, out.far, err.far):
            os.close(fd)
        self._line.sendall(asked)
        out.start()
        err.start()
        if writer is not None:
            # A command that does not read it all is no error, as in `subprocess`.
            try:
                _write(writer, stdin or b"")
            finally:
                os.close(writer)
        said = _exactly(self._line, _LENGTH)
        return int.from_bytes(said, "big", signed=True), out.read(), err.read()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        """End it and what it has begun."""
        self._line.close()
        with self._process:
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)


class _Reader(threading.Thread):
    """Reads a pipe to its end."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._near, self.far = os.pipe()
        self._read = b""

    def run(self) -> None:
        with os.fdopen(self._near, "rb") as pipe:
            self._read = pipe.read()

    def read(self) -> bytes:
        self.join()
        return self._read


def _write(fd: int, data: bytes) -> None:
    try:
        while data:
            data = data[os.write(fd, data) :]
    except BrokenPipeError:
        pass


def _exactly(line: socket.socket, count: int) -> bytes:
    read = b""
    while len(read) < count:
        more = line.recv(count - len(read))
        if not more:
            raise EOFError
        read += more
    return read


_parent: Parent | None = None


def fusion(*args: str, folder: Path, env: Mapping[str, str], stdin: bytes | None = None) -> tuple[int, bytes, bytes]:
    """One command. Exit code (negative: the signal that ended it), standard output and standard error."""
    global _parent
    if _parent is None or not _parent.alive:
        _parent = Parent()
        atexit.register(_parent.close)
    return _parent.run(args, folder, env, stdin)


# --- The other side -----------------------------------------------------------------------------------------------------------

_BEGIN = """\
import sys
sys.path.insert(1, {folder!r})
from tests.fakes import forked
forked.serve(int(sys.argv[1]))
"""


def serve(fileno: int) -> None:
    """Fork for each command, until the line is closed. Returns in the child only by ending as the command does."""
    _import()
    gc.freeze()
    line = socket.socket(fileno=fileno)
    while True:
        length, fds = _received(line)
        if not length:
            return
        asked = json.loads(_exactly(line, int.from_bytes(length, "big")))
        child = os.fork()
        if child == 0:
            line.close()
            _become(asked, fds)
            return
        for fd in fds:
            os.close(fd)
        _, status = os.waitpid(child, 0)
        line.sendall(os.waitstatus_to_exitcode(status).to_bytes(_LENGTH, "big", signed=True))


def _received(line: socket.socket) -> tuple[bytes, list[int]]:
    fds = array.array("i")
    message, ancillary, _, _ = line.recvmsg(_LENGTH, socket.CMSG_SPACE(3 * fds.itemsize))
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(data)
    return message, list(fds)


def _become(asked: dict[str, object], fds: list[int]) -> None:
    for number, fd in enumerate(fds):
        os.dup2(fd, number)
        os.close(fd)
    os.environ.clear()
    os.environ.update(asked["env"])  # type: ignore[call-overload]
    os.chdir(str(asked["folder"]))
    sys.argv[1:] = asked["args"]  # type: ignore[call-overload]
    runpy.run_module("fusion", run_name="__main__", alter_sys=True)


_LATE = (
    "anyio._backends._asyncio",
    "certifi",
    "cronsim",
    "fusion.adapters.files",
    "fusion.adapters.git",
    "fusion.adapters.git.settings",
    "fusion.adapters.github.accounts",
    "fusion.adapters.github.forge",
    "fusion.adapters.keys",
    "fusion.adapters.sqlite.store",
    "fusion.cli.doctor_evidence",
    "fusion.cli.doctor_scans",
    "fusion.cli.scan_output",
    "fusion.cli.show",
    "fusion.dispatch.answers",
    "fusion.engine.executor",
    "fusion.evidence.local",
    "fusion.evidence.sandbox",
    "fusion.inventory.licences",
    "fusion.local",
    "fusion.reading.jobs",
    "fusion.render.github",
    "fusion.render.json",
    "fusion.render.markdown",
    "fusion.render.sarif",
    "fusion.render.scan.formats",
    "fusion.render.scan.terminal",
    "fusion.render.terminal",
    "fusion.runtime",
    "fusion.serve.conductor",
    "fusion.syntax.python",
    "httpcore",
    "orchestrations.activities",
    "orchestrations.registry",
    "rich._emoji_codes",
    "rich.progress",
    "typer._adapters",
    "typer._click.decorators",
)
"""What commands import when they run."""


def _import() -> None:
    """Have all that is imported and built late."""
    for name in _LATE:
        import_module(name)
    from fusion import cli, plugins
    from fusion.model.values import Record

    cli.registered()
    plugins.agents()
    plugins.analyzers(())
    plugins.checks()
    left: list[type[Record]] = [Record]
    while left:
        record = left.pop()
        record.model_rebuild()
        left.extend(record.__subclasses__())
