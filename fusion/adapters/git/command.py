"""Run git with an empty environment, nothing of the user's or the machine's configuration, and limits."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from fusion.errors import TransientError, UserError

OUTPUT_LIMIT = 256 * 1024 * 1024
"""Bytes that one git command may print."""

_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_PAGER": "cat",
}
_OPTIONS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.untrackedCache": "false",
    "core.attributesFile": os.devnull,
    "core.quotePath": "true",
    "diff.external": "",
    "protocol.allow": "never",
    "submodule.recurse": "false",
}


class TooMuch(Exception):
    """The command printed more than its limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command left behind."""

    code: int
    stdout: bytes
    stderr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """A git executable and how it is run. `timeout` is in seconds; `environment` adds variables, or takes one away (None)."""

    executable: str = "git"
    timeout: float = 120.0
    environment: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))

    def located(self) -> str | None:
        """Absolute path of the executable, or None when it is not installed."""
        found = shutil.which(self.executable, path=_path())
        return found and str(Path(found).absolute())

    def run(self, *arguments: str, cwd: Path, input: bytes | None = None, limit: int = OUTPUT_LIMIT) -> Done:
        """Run one command to its end. Raises UserError without git, TransientError after the timeout, TooMuch."""
        executable = self.located()
        if executable is None:
            raise UserError(
                "git is not installed, or not on PATH: install it (Debian: apt-get install git; macOS: brew install git)."
            )
        command = [executable]
        for key, value in _OPTIONS.items():
            command += ["-c", f"{key}={value}"]
        environment: dict[str, str | None] = {"PATH": _path(), **_ENVIRONMENT, **self.environment}
        with contextlib.ExitStack() as stack:
            with writing_scratch():
                stdin, stderr = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(2))
                stdin.write(input or b"")
                stdin.seek(0)
            with subprocess.Popen(
                [*command, *arguments],
                cwd=cwd,
                env={key: value for key, value in environment.items() if value is not None},
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
            ) as process:
                late = threading.Event()

                def give_up() -> None:
                    late.set()
                    process.kill()

                timer = threading.Timer(self.timeout, give_up)
                timer.start()
                try:
                    stdout = _read(process, limit)
                    code = process.wait()
                except BaseException:
                    process.kill()
                    raise
                finally:
                    timer.cancel()
            if late.is_set():
                raise TransientError(f"git {arguments[0]} did not end within {self.timeout:g} seconds in {cwd}.")
            stderr.seek(0)
            return Done(code=code, stdout=stdout, stderr=stderr.read(10_000).decode("utf-8", "replace").strip())


@contextlib.contextmanager
def writing_scratch() -> Iterator[None]:
    """Turn a full or unwritable temporary folder into a sentence."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"The folder for temporary files cannot be written to ({error}): free some space or set TMPDIR to another."
        ) from None


def _read(process: subprocess.Popen[bytes], limit: int) -> bytes:
    assert process.stdout is not None
    parts: list[bytes] = []
    size = 0
    while part := os.read(process.stdout.fileno(), 1 << 20):
        size += len(part)
        if size > limit:
            raise TooMuch
        parts.append(part)
    return b"".join(parts)


def _path() -> str:
    """PATH without relative entries, which would find programs in the repository."""
    return os.pathsep.join(entry for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if Path(entry).is_absolute())
