"""A server as a process of its own, so that its crash cannot take the worker along."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from gpu_worker.engines import leash

KEPT = 20
"""Lines of the server's log that an error message can quote from."""

HANDED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "USER", "LD_LIBRARY_PATH")
HANDED_ON_PREFIXES = ("CUDA_", "NVIDIA_", "NCCL_", "VLLM_", "TORCH", "TRITON_", "HF_", "XDG_", "OMP_", "LC_")
"""Of the worker's environment, what a server gets: never the keys to the queue and the blobs, nor the worker's own packages."""

log = logging.getLogger("gpu_worker.engine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How a server is started, and where it then answers."""

    command: tuple[str, ...]
    address: str
    """`http://127.0.0.1:8001`"""
    health: str = "/health"
    """Path that answers 200 once it serves."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to what is handed on."""


class Child:
    """A running server process. Its output goes to the log, its last lines are kept for people."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._said: deque[str] = deque(maxlen=KEPT)
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, launch: Launch) -> Child:
        """Start it, in a session of its own, so that Ctrl+C reaches the worker alone and the worker drains first."""
        environment = {name: value for name, value in os.environ.items() if _handed_on(name)}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", leash.__file__, str(os.getpid()), *launch.command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**environment, **launch.environment},
            start_new_session=True,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None

    @property
    def last_words(self) -> str:
        """The last line that it said that reads like an error, else its last line."""
        lines = list(self._said)
        telling = [line for line in lines if "rror" in line or "annot" in line]
        return (telling or lines or [""])[-1]

    async def ended(self) -> int:
        """Wait until it has ended. Returns its exit status, negative for a signal."""
        status = await self._process.wait()
        # What it wrote last may still be in the pipe; a grandchild may hold the pipe open.
        await asyncio.wait({self._reader}, timeout=1)
        return status

    async def stop(self, grace: float) -> None:
        """SIGTERM, `grace` seconds, then SIGKILL for all of its processes."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), grace)
        # The group outlives its leader when the server had workers of its own (vLLM does).
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        self._reader.cancel()
        await asyncio.wait({self._reader}, timeout=1)

    async def _read(self) -> None:
        output = self._process.stdout
        assert output is not None
        while True:
            try:
                line = await output.readline()
            except ValueError:
                continue  # A line over the reader's limit; what was read of it is dropped.
            if not line:
                return
            text = "".join(char if char.isprintable() else " " for char in line.decode("utf-8", "replace")).strip()[:500]
            if text:
                self._said.append(text)
                log.info("%s", text)


def free_port() -> int:
    """A TCP port of the loopback interface that nobody holds now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _handed_on(name: str) -> bool:
    return name in HANDED_ON or name.startswith(HANDED_ON_PREFIXES)
