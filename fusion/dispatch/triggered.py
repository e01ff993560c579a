"""A message that a host's trigger received: handled, and what becomes of it where it fails.

The consumer's counterpart on hosts that receive, renew and complete by themselves (Azure Functions): returning completes the
message, raising gives it back to come again at once. The decisions are the same, `fusion.dispatch.retry.decide`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol

from fusion.dispatch.outcomes import Begun, Buried, Done, Listener, Postponed, Unsettled, nobody
from fusion.dispatch.retry import Later, decide
from fusion.errors import FusionError, TransientError
from fusion.ports import Clock, Locked, Message, Priority

LIMIT = 300.0
"""Seconds after which a handler counts as hung. The Functions host ends the whole process after its `functionTimeout`."""


class Desk(Protocol):
    """What the messages of a host's triggers need beside the host: to be read, and the endings that are not the host's.

    `delivered` is a message as the host hands it over.
    """

    def read(self, delivered: Any) -> Locked | None:
        """The message in a delivery; None when somebody else's program sent it."""
        ...

    async def unreadable(self, delivered: Any, priority: Priority) -> None:
        """Set aside what is no message of ours, as it came."""
        ...

    async def defer(self, locked: Locked, *, until: datetime) -> None:
        """Let it come again at `until` as its next attempt."""
        ...

    async def dead_letter(self, locked: Locked, *, reason: str, detail: str) -> None:
        """Set it aside for a person."""
        ...


async def consume(
    locked: Locked,
    handle: Callable[[Message], Awaitable[object]],
    *,
    desk: Desk,
    clock: Clock,
    listen: Listener = nobody,
    limit: float = LIMIT,
) -> None:
    """Handle a message; on return it can be completed. Raises FusionError when the queue cannot be told what became of it."""
    message, attempt = locked.message, locked.attempt
    listen(Begun(message=message, attempt=attempt, enqueued=locked.enqueued))
    begun = time.monotonic()
    try:
        result = await _within(handle(message), limit)
    except Exception as error:  # the host's edge: whatever failed, `decide` knows what becomes of the message
        decision = decide(error, id=message.id, attempt=attempt, now=clock.now())
        seconds = time.monotonic() - begun
        try:
            if isinstance(decision, Later):
                await desk.defer(locked, until=decision.until)
                listen(Postponed(message=message, attempt=attempt, error=error, until=decision.until, seconds=seconds))
                return
            reason, detail = decision.reason, decision.detail
            await desk.dead_letter(locked, reason=reason, detail=detail)
        except FusionError as untold:
            listen(Unsettled(message=message, attempt=attempt, error=untold))
            raise
        listen(Buried(message=message, attempt=attempt, error=error, reason=reason, detail=detail, seconds=seconds))
    else:
        listen(Done(message=message, attempt=attempt, result=result, seconds=time.monotonic() - begun))


async def _within(handling: Awaitable[object], limit: float) -> object:
    try:
        async with asyncio.timeout(limit) as watch:
            return await handling
    except TimeoutError:
        if watch.expired():
            raise TransientError(f"The message was not handled within {limit:g} seconds.") from None
        raise
