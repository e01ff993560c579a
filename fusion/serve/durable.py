"""What runs a bot's orchestrations, as the bot sees it: the engine beside it, or the Durable Task Scheduler.

It is opened again when it had to stop, and reached again when it was away. Until then deliveries are kept, and no message is
taken out of the queue: an attempt that cannot succeed would only bring it nearer to the dead letters.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from fusion.ports import Conductor, Locked, Message, Priority, Queue
from fusion.telemetry.metering import Measurement


class Standing:
    """Whether orchestrations can be started now; `why` says why not, and is empty when they can."""

    def __init__(self) -> None:
        self.why = ""
        self._open = asyncio.Event()
        self.close("it is starting")

    def open(self) -> None:
        """They can."""
        self.why = ""
        self._open.set()

    def close(self, why: str) -> None:
        """They cannot, for that reason."""
        self.why = why
        self._open.clear()

    async def opened(self) -> None:
        """Return when they can."""
        await self._open.wait()


class Durable(Protocol):
    """Runs orchestrations, for as long as `keep` does."""

    @property
    def conductor(self) -> Conductor:
        """Starts and stops them. Raises TransientError while nothing can be."""
        ...

    @property
    def standing(self) -> Standing:
        """Whether any can be started now."""
        ...

    @property
    def place(self) -> str:
        """Where its runs are, for the log."""
        ...

    async def keep(self, stop: asyncio.Event, first: asyncio.Future[None]) -> None:
        """Keep it open until `stop`; `first` is done once messages may be taken. Raises UserError when it cannot begin."""
        ...

    async def unfinished(self) -> int:
        """How many orchestrations have not ended. Raises TransientError."""
        ...

    def age(self, run: str) -> float | None:
        """Seconds since an orchestration began; None where that is not known."""
        ...

    def gauges(self) -> Iterable[Measurement]:
        """What it counts, for /metrics."""
        ...


class WhileOpen:
    """A queue that gives out messages only while orchestrations can be started."""

    def __init__(self, queue: Queue, standing: Standing) -> None:
        self._queue = queue
        self._standing = standing

    async def send(self, message: Message, *, at: datetime | None = None) -> None:
        """As the queue."""
        await self._queue.send(message, at=at)

    async def receive(self, priority: Priority, *, wait: float) -> Locked | None:
        """As the queue, but None after `wait` seconds in which nothing could be started."""
        try:
            async with asyncio.timeout(wait):
                await self._standing.opened()
        except TimeoutError:
            return None
        return await self._queue.receive(priority, wait=wait)

    async def renew(self, locked: Locked) -> Locked:
        """As the queue."""
        return await self._queue.renew(locked)

    async def complete(self, locked: Locked) -> None:
        """As the queue."""
        await self._queue.complete(locked)

    async def defer(self, locked: Locked, *, until: datetime) -> None:
        """As the queue."""
        await self._queue.defer(locked, until=until)

    async def dead_letter(self, locked: Locked, *, reason: str, detail: str) -> None:
        """As the queue."""
        await self._queue.dead_letter(locked, reason=reason, detail=detail)
