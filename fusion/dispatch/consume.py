"""The consumer: receives messages, keeps them locked while they are handled, and tells the queue what became of them.

Each priority has loops of its own, so that a person's command never waits behind a thousand pushes. A handler must be
idempotent: whenever a process dies, a lock runs out or the queue cannot be told, the message comes again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from fusion.dispatch.outcomes import (
    Begun,
    Buried,
    Done,
    GivenBack,
    Listener,
    Lost,
    Outcome,
    Postponed,
    Unavailable,
    Unsettled,
    nobody,
)
from fusion.dispatch.retry import Later, decide
from fusion.errors import FusionError, TransientError
from fusion.ports import Clock, Locked, LockLost, Message, Priority, Queue

LOOPS: Mapping[Priority, int] = MappingProxyType({Priority.COMMAND: 4, Priority.EVENT: 8, Priority.SCHEDULED: 1})
"""How many messages of each priority are handled at the same time."""

GRACE = 20.0
"""Seconds that running handlers have to end once the consumer stops."""
WAIT = 20.0
"""Seconds of one `receive`."""
TELLS = 5
"""Times that the queue is told what became of a message before it is left to its lock; 0.2 s after the first, then doubling."""
UNWIND = 5.0
"""Seconds that a cancelled handler has to end."""
OUTAGE = 30.0
"""Seconds between questions to a queue that is down, at most; from half a second on, doubling."""


class Consumer:
    """Hands the messages of `queue` to `handle`, until it is stopped.

    `loops`: how many messages of each priority are handled at the same time; a priority that is not in it is not received.
    `limit`: seconds after which a handler counts as hung, and is cancelled; the message comes again. `listen` is told
    everything; it must be quick and must not raise.
    """

    def __init__(
        self,
        queue: Queue,
        handle: Callable[[Message], Awaitable[object]],
        *,
        clock: Clock,
        loops: Mapping[Priority, int] = LOOPS,
        listen: Listener = nobody,
        limit: float = 600.0,
    ) -> None:
        self._queue = queue
        self._handle = handle
        self._clock = clock
        self._loops = loops
        self._listen = listen
        self._limit = limit
        self._grace = GRACE
        self._stopping = asyncio.Event()
        self._running = False
        self._ended = asyncio.Event()
        self._receiving: set[asyncio.Future[Locked | None]] = set()

    async def run(self) -> None:
        """Consume until `stop`, once. Cancelling it is stopping without grace.

        A mistake in the queue's adapter ends it as `stop` does, and is raised.
        """
        loops = [
            asyncio.create_task(self._loop(priority), name=f"{priority} {number}")
            for priority, count in self._loops.items()
            for number in range(count)
        ]
        stopping = asyncio.create_task(self._stopping.wait())
        self._running = True
        try:
            await asyncio.wait([stopping, *loops], return_when=asyncio.FIRST_COMPLETED)
            self._receive_no_more()
            await asyncio.wait([stopping, *loops], timeout=self._grace)
        finally:
            self._receive_no_more()
            for task in (stopping, *loops):
                task.cancel()
            ends = await asyncio.gather(*loops, return_exceptions=True)
            self._running = False
            self._ended.set()
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def stop(self, grace: float = GRACE) -> None:
        """Receive nothing more, give running handlers `grace` seconds to end, and give back what they leave unfinished.

        Returns when `run` has drained. On the event loop of `run`; again does no harm.
        """
        self._grace = grace
        self._receive_no_more()
        if self._running:
            await self._ended.wait()

    def _receive_no_more(self) -> None:
        self._stopping.set()
        for receiving in self._receiving:
            receiving.cancel()

    async def _loop(self, priority: Priority) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                locked = await self._receive(priority)
            except FusionError as error:
                # Also a full disk or a missing permission: a person can mend it while we wait.
                pause = min(0.5 * 2.0 ** min(failures, 10), OUTAGE)
                failures += 1
                self._listen(Unavailable(priority=priority, error=error, seconds=pause))
                await self._sleep(pause)
                continue
            failures = 0
            if locked is not None and self._stopping.is_set():
                await self._give_back(locked)
            elif locked is not None:
                await self._work(locked)

    async def _receive(self, priority: Priority) -> Locked | None:
        receiving = asyncio.ensure_future(self._queue.receive(priority, wait=WAIT))
        self._receiving.add(receiving)
        try:
            await asyncio.wait({receiving})
        finally:
            self._receiving.discard(receiving)
            receiving.cancel()
        return None if receiving.cancelled() else receiving.result()

    async def _work(self, locked: Locked) -> None:
        self._listen(Begun(message=locked.message, attempt=locked.attempt, enqueued=locked.enqueued))
        begun = time.monotonic()
        handling = asyncio.create_task(self._handled(locked.message))
        holding = asyncio.create_task(self._hold(locked))
        try:
            await asyncio.wait({handling, holding}, timeout=self._limit, return_when=asyncio.FIRST_COMPLETED)
            if handling.done():
                await self._settle(locked, _failure(handling), handling, time.monotonic() - begun)
                return
            lost = holding.done()
            await _cancelled(handling)
            if lost:
                self._listen(Lost(message=locked.message, attempt=locked.attempt))
            else:
                hung = TransientError(f"The message was not handled within {self._limit:g} seconds.")
                await self._settle(locked, hung, handling, time.monotonic() - begun)
        except asyncio.CancelledError:
            # The grace is over.
            if not handling.done():
                await _cancelled(handling)
                await self._give_back(locked)
            raise
        finally:
            holding.cancel()

    async def _handled(self, message: Message) -> object:
        return await self._handle(message)

    async def _hold(self, locked: Locked) -> None:
        """Renew the lock again and again; return when it is lost."""
        while True:
            # Three chances before it runs out.
            await asyncio.sleep(max((locked.until - self._clock.now()).total_seconds() / 3, 0.01))
            try:
                locked = await self._queue.renew(locked)
            except LockLost:
                return
            except FusionError:
                # The queue is down. If it stays so, the lock runs out, and we hear of that when it is back.
                await asyncio.sleep(0.5)

    async def _settle(
        self, locked: Locked, error: BaseException | None, handling: asyncio.Task[object], seconds: float
    ) -> None:
        message, attempt = locked.message, locked.attempt
        outcome: Outcome
        if error is None:
            outcome = Done(message=message, attempt=attempt, result=handling.result(), seconds=seconds)
            await self._tell(locked, lambda: self._queue.complete(locked), outcome)
            return
        decision = decide(error, id=message.id, attempt=attempt, now=self._clock.now())
        if isinstance(decision, Later):
            until = decision.until
            outcome = Postponed(message=message, attempt=attempt, error=error, until=until, seconds=seconds)
            await self._tell(locked, lambda: self._queue.defer(locked, until=until), outcome)
            return
        reason, detail = decision.reason, decision.detail
        outcome = Buried(message=message, attempt=attempt, error=error, reason=reason, detail=detail, seconds=seconds)
        await self._tell(locked, lambda: self._queue.dead_letter(locked, reason=reason, detail=detail), outcome)

    async def _tell(self, locked: Locked, tell: Callable[[], Awaitable[None]], outcome: Outcome, *, times: int = TELLS) -> None:
        """Tell the queue, several times if it is down; then whoever listens."""
        for left in reversed(range(times)):
            try:
                await tell()
            except LockLost:
                outcome = Lost(message=locked.message, attempt=locked.attempt)
            except FusionError as error:
                if left:
                    await asyncio.sleep(0.2 * 2 ** (times - 1 - left))
                    continue
                outcome = Unsettled(message=locked.message, attempt=locked.attempt, error=error)
            break
        self._listen(outcome)

    async def _give_back(self, locked: Locked) -> None:
        outcome = GivenBack(message=locked.message, attempt=locked.attempt)
        try:
            async with asyncio.timeout(UNWIND):
                await self._tell(locked, lambda: self._queue.defer(locked, until=self._clock.now()), outcome, times=2)
        except TimeoutError as error:
            self._listen(Unsettled(message=locked.message, attempt=locked.attempt, error=error))

    async def _sleep(self, seconds: float) -> None:
        """Sleep, but not past `stop`."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return


def _failure(handling: asyncio.Task[object]) -> BaseException | None:
    """The error that a handler ended with. One that was cancelled from within counts as interrupted."""
    if handling.cancelled():
        return TransientError("The handler was cancelled.")
    return handling.exception()


async def _cancelled(handling: asyncio.Task[object]) -> None:
    """Cancel, and wait for its end a while. What it still raises is of no use to anybody."""
    handling.cancel()
    await asyncio.wait({handling}, timeout=UNWIND)
    if handling.done() and not handling.cancelled():
        handling.exception()
