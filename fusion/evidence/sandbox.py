"""The sandbox analyzers run in: no network, no environment, a scratch folder and nothing else, and limits on everything.

`Sandbox.detect` asks the host once which levels of isolation it grants; `run` starts one command under all of them through
`launcher.py` and reads its output under a cap. What the host does not grant is missing from `isolation`, which goes on the
receipt; `network_cut` tells whether analyzers that are not parse-only may run at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import platform
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from fusion.evidence.analyzer import Command, Output
from fusion.evidence.launcher import CANNOT_START, LANDLOCK, NAMESPACES, SECCOMP
from fusion.evidence.scratch import sweep
from fusion.model import Outcome

_LAUNCHER = Path(__file__).with_name("launcher.py")
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/nix/store", "/gnu/store")
_SYSTEM_FILES = (
    *(
        "/etc/ld.so.cache",
        "/etc/ld.so.conf",
        "/etc/ld.so.conf.d",
        "/etc/alternatives",
        "/etc/localtime",
        "/etc/passwd",
        "/etc/group",
    ),
    *("/etc/nsswitch.conf", "/proc/cpuinfo", "/proc/meminfo", "/proc/sys/vm/overcommit_memory", "/sys/devices/system/cpu"),
    *("/sys/kernel/mm/transparent_hugepage", "/dev/urandom", "/dev/random"),
)
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
_WORKERS = str(min(os.cpu_count() or 1, 4))
_GRACE = 2.0
"""Seconds that pipes may stay open after the command ended (a stray child holds them) before they are given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one command may use. Sizes are in bytes; memory, processor time and file size count per process."""

    seconds: float = 60.0
    cpu_seconds: int = 120
    memory: int = 4 << 30
    """Writable memory; address space that is only reserved (Go, Haskell, Rust runtimes) does not count."""
    file_size: int = 256 << 20
    files: int = 4096
    """Open files."""
    processes: int = 512
    stdout: int = 64 << 20
    stderr: int = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """One host's isolation. `levels` maps each level in force to its version; an empty mapping still limits resources."""

    levels: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def detect(cls) -> Sandbox:
        """The strongest sandbox this host grants. Starts one short process, the first time only.

        What a killed run left in the folder for temporary files more than a day ago is removed.
        """
        sweep(Path(tempfile.gettempdir()), older_than=86_400)
        return cls(levels=dict(_probe(sys.executable)))

    @property
    def network_cut(self) -> bool:
        """Whether a command can reach no network: its own network namespace, or no system call to open a socket."""
        return NAMESPACES in self.levels or SECCOMP in self.levels

    @property
    def files_confined(self) -> bool:
        """Whether a command can open no file but those it was given."""
        return LANDLOCK in self.levels

    @property
    def isolation(self) -> str:
        """The levels in force, for the receipt."""
        names = []
        if NAMESPACES in self.levels:
            names.append("user, network, IPC and process namespaces")
        if LANDLOCK in self.levels:
            names.append(f"Landlock (ABI {self.levels[LANDLOCK]})")
        if SECCOMP in self.levels:
            names.append("seccomp without sockets")
        names.append("resource limits")
        missing = [] if self.network_cut else ["network not cut off"]
        missing += [] if self.files_confined else ["files not confined"]
        return ", ".join(names) + (f" ({'; '.join(missing)})" if missing else "")

    async def run(
        self,
        command: Command,
        *,
        root: Path,
        readable: Sequence[Path] = (),
        home: Path | None = None,
        limits: Limits | None = None,
    ) -> Output:
        """Run one command with `root` as working directory and return what it left behind; never raises for what it did.

        `root` and `home` (default: `root`) may be written, `readable` read and executed, beside the system's own
        folders and the folders of the program itself. When the caller is cancelled the command is killed.
        """
        caps = limits or Limits()
        started = time.monotonic()
        token = secrets.token_hex(16)
        own = home or root
        spec = self._spec(command, token, root, [root, own], readable, own, caps)
        loop = asyncio.get_running_loop()
        try:
            transport, ear = await loop.subprocess_exec(
                lambda: _Ear(loop, caps),
                *(sys.executable, "-I", "-S", str(_LAUNCHER)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                env={},
            )
        except OSError as error:
            return self._output(command, Outcome.FAILED, None, b"", b"", started, f"cannot start a process: {error.strerror}")
        outcome, reason = Outcome.OK, ""
        try:
            async with asyncio.timeout(caps.seconds):
                _say(transport, spec)
                await ear.over
                # What the command left behind may hold the pipes open for ever.
                await asyncio.wait((ear.closed,), timeout=_GRACE)
        except TimeoutError:
            outcome, reason = Outcome.TIMED_OUT, f"stopped after {round(caps.seconds, 1):g} s"
        finally:
            # In a process namespace nothing outlives the command; elsewhere stray children may still be in its session.
            if not ear.exited.done() or NAMESPACES not in self.levels:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(transport.get_pid(), signal.SIGKILL)
            # Not before: closing polls the process, and then its real exit status would be lost to the event loop.
            await ear.exited
            transport.close()
        code = transport.get_returncode()
        if outcome is Outcome.OK and ear.flood:
            outcome, reason = Outcome.CUT, ear.flood
        if outcome is Outcome.OK:
            outcome, reason = _judge(command, code, bytes(ear.stderr), token, caps)
        return self._output(command, outcome, code, bytes(ear.stdout), bytes(ear.stderr), started, reason)

    def _spec(
        self,
        command: Command,
        token: str,
        root: Path,
        writable: Sequence[Path],
        readable: Sequence[Path],
        home: Path,
        caps: Limits,
    ) -> bytes:
        program = Path(command.argv[0])
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(home),
            "TMPDIR": str(home),
            "XDG_CONFIG_HOME": str(home),
            "XDG_CACHE_HOME": str(home),
            "LANG": "C.UTF-8",
            # A Python tool must not import modules from the files it reads, nor from a user's site-packages.
            "PYTHONSAFEPATH": "1",
            "PYTHONNOUSERSITE": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            # One thread per core of a large host would multiply memory, and several tools run at once.
            "GOMAXPROCS": _WORKERS,
            "RAYON_NUM_THREADS": _WORKERS,
            **command.env,
        }
        limits = {
            "CPU": caps.cpu_seconds,
            "DATA": caps.memory,
            "FSIZE": caps.file_size,
            "NOFILE": caps.files,
            "CORE": 0,
        }
        if NAMESPACES in self.levels and _counts_processes_per_namespace():
            limits["NPROC"] = caps.processes
        spec = {
            "argv": list(command.argv),
            "env": environment,
            "cwd": str(root),
            "levels": sorted(self.levels),
            "limits": limits,
            "readable": sorted({*_SYSTEM, *_SYSTEM_FILES, *program_folders(program), *map(str, readable)}),
            "writable": sorted({str(path) for path in writable}),
            "devices": list(_DEVICES),
            "token": token,
            "parent": os.getpid(),
        }
        return json.dumps(spec).encode()

    def _output(
        self, command: Command, outcome: Outcome, code: int | None, out: bytes, err: bytes, started: float, reason: str
    ) -> Output:
        return Output(
            command=command,
            outcome=outcome,
            code=code,
            stdout=out,
            stderr=err,
            seconds=time.monotonic() - started,
            isolation=self.isolation,
            reason=reason,
        )


class _Ear(asyncio.SubprocessProtocol):
    """Hears one process out: its two streams under their caps, its end."""

    def __init__(self, loop: asyncio.AbstractEventLoop, caps: Limits) -> None:
        self._caps = {1: caps.stdout, 2: caps.stderr}
        self._streams = {1: bytearray(), 2: bytearray()}
        self._open = {1, 2}
        self.flood = ""
        self.exited: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        """Both streams have ended."""
        self.over: asyncio.Future[None] = loop.create_future()
        """There is nothing to wait for: it exited, or wrote too much."""

    @property
    def stdout(self) -> bytearray:
        """What it printed."""
        return self._streams[1]

    @property
    def stderr(self) -> bytearray:
        """What it complained of."""
        return self._streams[2]

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Keep what the cap allows."""
        stream, cap = self._streams[fd], self._caps[fd]
        if len(stream) + len(data) > cap and not self.flood:
            size = f"{cap >> 20} MiB" if cap >= 1 << 20 else f"{cap} bytes"
            self.flood = f"wrote more than {size} of {'output' if fd == 1 else 'error output'} and was stopped"
            _settle(self.over)
            _settle(self.closed)
        stream += data[: cap - len(stream)]

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:  # noqa: ARG002  (asyncio calls it so)
        """One stream ended."""
        self._open.discard(fd)
        if not self._open:
            _settle(self.closed)

    def process_exited(self) -> None:
        """The process ended."""
        _settle(self.exited)
        _settle(self.over)


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _say(transport: asyncio.SubprocessTransport, spec: bytes) -> None:
    """Hand the specification over; the pipe closes itself when all of it is written."""
    pipe = transport.get_pipe_transport(0)
    if isinstance(pipe, asyncio.WriteTransport):
        pipe.write(spec)
        pipe.close()


def _judge(command: Command, code: int | None, stderr: bytes, token: str, caps: Limits) -> tuple[Outcome, str]:
    """How a command that ended by itself ended."""
    if code == CANNOT_START and stderr.startswith(token.encode()):
        return Outcome.FAILED, f"cannot be started: {stderr[len(token) :].decode('utf-8', 'replace')}"
    if code is None or code < 0:
        number = -(code or -signal.SIGKILL)
        if number == signal.SIGXCPU:
            return Outcome.TIMED_OUT, f"used more than {caps.cpu_seconds} s of processor time"
        if number == signal.SIGXFSZ:
            return Outcome.CUT, f"wrote a file of more than {caps.file_size >> 20} MiB"
        return Outcome.FAILED, f"killed by signal {_signal_name(number)}"
    if code not in command.ok:
        return Outcome.FAILED, f"ended with exit code {code}{_last_words(stderr)}"
    return Outcome.OK, ""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


_UNPRINTABLE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[^\x20-\x7e\xa0-\uffff]")


def _last_words(stderr: bytes) -> str:
    """The last line a failed tool wrote, which mostly names the trouble."""
    lines = stderr[-4096:].decode("utf-8", "replace").strip().splitlines()
    text = _UNPRINTABLE.sub("", lines[-1]).strip() if lines else ""
    return f": {text[:200]}" if text else ""


@lru_cache(maxsize=1)
def _counts_processes_per_namespace() -> bool:
    """Since Linux 5.14 RLIMIT_NPROC counts within a user namespace; before, it counts all of the user's processes."""
    match = re.match(r"(\d+)\.(\d+)", platform.release())
    return sys.platform == "linux" and match is not None and (int(match[1]), int(match[2])) >= (5, 14)


@lru_cache(maxsize=4)
def _probe(python: str) -> tuple[tuple[str, int], ...]:
    try:
        done = subprocess.run(
            [python, "-I", "-S", str(_LAUNCHER), "probe"],
            capture_output=True,
            timeout=20,
            check=True,
            env={},
            stdin=subprocess.DEVNULL,
        )
        return tuple(sorted(json.loads(done.stdout).items()))
    except (OSError, subprocess.SubprocessError, ValueError):
        return ()


@lru_cache(maxsize=256)
def program_folders(program: Path) -> tuple[str, ...]:
    """The folders a program needs beside the system's: its own, its virtual environment's, its interpreter's."""
    folders: dict[str, None] = {}
    for place in (program, program.resolve(), Path(sys.prefix, "bin", "python"), Path(sys.base_prefix, "bin", "python")):
        _add_folders(place, folders)
    interpreter = _interpreter(program)
    if interpreter is not None:
        _add_folders(interpreter, folders)
        _add_folders(interpreter.resolve(), folders)
    return tuple(folders)


def _add_folders(program: Path, folders: dict[str, None]) -> None:
    own, prefix = program.parent, program.parent.parent
    configuration = prefix / "pyvenv.cfg"
    if configuration.is_file():
        folders[str(prefix)] = None
        for line in configuration.read_text("utf-8", "replace").splitlines():
            key, _, value = line.partition("=")
            if key.strip() == "home" and value.strip():
                base = Path(value.strip())
                folders |= dict.fromkeys((str(base), str(base.parent / "lib"), str(base.resolve().parent / "lib")))
                folders[str(base.resolve())] = None
    else:
        # Only these of the prefix: it may be a person's own ~/.local, with other things beside the programs.
        folders |= dict.fromkeys((str(own), str(prefix / "lib"), str(prefix / "lib64"), str(prefix / "libexec")))


def _interpreter(program: Path) -> Path | None:
    """What a script's first line names, when it is one."""
    try:
        with program.open("rb") as stream:
            first = stream.readline(512)
    except OSError:
        return None
    words = first[2:].split() if first.startswith(b"#!") else []
    return Path(os.fsdecode(words[0])) if words else None
