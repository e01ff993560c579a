"""Recorded samples in Blob Storage: a replica's own disk is gone with it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

CONTAINER = "utilisation"
MOST_BYTES = 8 << 20
"""Of what waits while the storage is away; older lines go first."""

Put = Callable[[str, bytes], Awaitable[object]]
"""Keeps bytes under a name. Raises ConnectionError while that is not possible."""

log = logging.getLogger(__name__)


class Archive:
    """Gathers lines and puts them away now and then, as `DAY/HOUR/TIME-WORKER.jsonl`: what is recent is found by its name.

    For one event loop.
    """

    def __init__(self, put: Put, *, worker: str, every: float = 300.0) -> None:
        self._put = put
        self._worker = "".join(char if char.isalnum() or char in "-_." else "-" for char in worker) or "worker"
        self._every = every
        self._waiting: list[bytes] = []
        self._bytes = 0
        self.lost = 0
        """Lines that were given up."""

    def write(self, line: dict[str, Any]) -> None:
        """Take a line."""
        data = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        self._waiting.append(data)
        self._bytes += len(data)
        while self._bytes > MOST_BYTES:
            self._bytes -= len(self._waiting.pop(0))
            self.lost += 1

    async def run(self) -> None:
        """Put away what was gathered, again and again, until it is cancelled."""
        while True:
            await asyncio.sleep(self._every)
            await self.flush()

    async def flush(self, within: float = 60.0) -> None:
        """Put away what was gathered; what the storage does not take within so many seconds stays for the next time."""
        if not self._waiting:
            return
        lines, self._waiting, self._bytes = self._waiting, [], 0
        name = f"{datetime.now(UTC).strftime('%Y%m%d/%H/%M%S%f')}-{self._worker}.jsonl"
        try:
            async with asyncio.timeout(within):
                await self._put(name, b"".join(lines))
        except (ConnectionError, TimeoutError) as error:
            log.warning("the samples could not be put away: %s", error or "no answer in time")
            newer, self._waiting, self._bytes = self._waiting, [], 0
            for data in (*lines, *newer):
                self._waiting.append(data)
                self._bytes += len(data)
