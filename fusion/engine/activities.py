"""Activities: what one is handed, and the runner that bounds how long it may take.

An activity runs at least once: after a crash it may run again, so every effect on the outside world carries the call's
idempotency key. Slots are given out by the scheduler; this module only runs what it is given and reports how it ended.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from fusion.engine import wire
from fusion.engine.wire import pb


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityCall:
    """One scheduled activity, as the wire carries it. `input` is JSON text."""

    instance_id: str
    execution_id: str
    task_id: int
    name: str
    input: str | None
    attempt: int = 1
    trace_parent: str = ""
    trace_state: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """What tells running calls apart."""
        return self.execution_id, self.task_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityContext:
    """The first argument of an activity. `attempt` counts starts from 1, over retries and restarts of the engine."""

    instance_id: str
    execution_id: str
    task_id: int
    name: str
    attempt: int
    trace_parent: str = ""
    trace_state: str = ""

    @property
    def idempotency_key(self) -> str:
        """The same for every attempt of this step and for no other step: hand it to whatever the activity changes."""
        return f"{self.instance_id}/{self.execution_id}/{self.task_id}"

    @property
    def orchestration_id(self) -> str:
        """The instance id, under the name that durabletask's own context gives it."""
        return self.instance_id


Settle = Callable[[ActivityCall, "str | None", "pb.TaskFailureDetails | None"], None]
"""Called once for each call started: with its result (JSON text), or with why it failed."""


class Activities:
    """Runs activity calls on the event loop, each for at most its time limit."""

    def __init__(self, settle: Settle) -> None:
        self._settle = settle
        self._running: dict[tuple[str, int], tuple[ActivityCall, asyncio.Future[str | None], asyncio.TimerHandle | None]] = {}
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        return len(self._running)

    def start(self, call: ActivityCall, work: asyncio.Future[str | None], timeout: float | None) -> None:
        """Watch over a call that has been set going. `timeout` in seconds; None: no limit."""
        limit = None
        if timeout is not None:
            limit = asyncio.get_running_loop().call_later(timeout, self._expire, call, timeout)
        self._running[call.key] = call, work, limit
        self._idle.clear()
        work.add_done_callback(partial(self._done, call))

    def cancel(self, execution: str) -> None:
        """Stop the calls of an execution that is over; each settles as failed."""
        for call, _, _ in [entry for key, entry in self._running.items() if key[0] == execution]:
            self._abandon(call, wire.failure("Cancelled", f"the orchestration of activity '{call.name}' is over"))

    async def drain(self, timeout: float) -> list[ActivityCall]:
        """Wait for what runs, at most `timeout` seconds; cancel the rest without settling it, and say which."""
        if timeout > 0 and self._running:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), timeout)
        left = list(self._running.values())
        self._running.clear()
        for _, work, limit in left:
            if limit is not None:
                limit.cancel()
            work.cancel()
        if left:
            # A coroutine that swallows its cancellation must not hold up the shutdown.
            await asyncio.wait([work for _, work, _ in left], timeout=1.0)
        return [call for call, _, _ in left]

    def _forget(self, call: ActivityCall) -> asyncio.Future[str | None] | None:
        entry = self._running.pop(call.key, None)
        if entry is None:
            return None
        if not self._running:
            self._idle.set()
        if entry[2] is not None:
            entry[2].cancel()
        return entry[1]

    def _expire(self, call: ActivityCall, timeout: float) -> None:
        self._abandon(call, wire.failure("TimeoutError", f"activity '{call.name}' took longer than {timeout:g} s"))

    def _abandon(self, call: ActivityCall, details: pb.TaskFailureDetails) -> None:
        work = self._forget(call)
        if work is not None:
            work.cancel()
            self._settle(call, None, details)

    def _done(self, call: ActivityCall, work: asyncio.Future[str | None]) -> None:
        entry = self._running.get(call.key)
        error = asyncio.CancelledError() if work.cancelled() else work.exception()  # read, so that asyncio does not warn
        if entry is None or entry[1] is not work:
            return
        self._forget(call)
        if error is None:
            self._settle(call, work.result(), None)
        else:
            self._settle(call, None, wire.failure_of(error))
