"""The public fake of the queue, in memory, with the semantics of the real ones. A plugin's tests may use it, too."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fusion.adapters.deliveries import TOO_OFTEN, lost, missing, next_replay, too_often
from fusion.adapters.memory.records import ManualClock
from fusion.adapters.sqlite.bell import Bell
from fusion.ports import Clock, DeadLetter, Locked, Message, Priority, QueueState

POLL = 0.02
"""Seconds after which a waiting receiver looks again whether a clock that tests move made something due."""


@dataclass(slots=True)
class _Held:
    message: Message
    body: str
    enqueued: datetime
    due: datetime | None
    attempts: int = 0
    unended: int = 0
    token: str = ""
    until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        return self.until is not None and self.until > now

    def is_ready(self, now: datetime) -> bool:
        return (self.due is None or self.due <= now) and not self.is_locked(now)


class MemoryQueue:
    """Messages in a dictionary, for any number of threads and event loops. Parameters are those of SqliteQueue.

    Bodies go through JSON, so that a reader never shares a sender's objects. `max_deliveries` counts deliveries since the
    message was last given back with `defer`.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        lock_seconds: float = 60.0,
        max_deliveries: int = 10,
        duplicate_window: timedelta = timedelta(days=7),
    ) -> None:
        self._clock = clock or ManualClock()
        self._lock_seconds = lock_seconds
        self._max_deliveries = max_deliveries
        self._window = duplicate_window
        self._lock = threading.Lock()
        self._bell = Bell(poll=POLL)
        self._messages: dict[int, _Held] = {}
        self._seen: dict[str, datetime] = {}
        self._dead: dict[str, DeadLetter] = {}
        self._sent = 0
        self._taken = 0

    async def send(self, message: Message, *, at: datetime | None = None) -> None:
        """Keep the message, to come at once or not before `at`; a duplicate is dropped.

        Raises ValueError or TypeError when the body is no JSON.
        """
        body = json.dumps(message.body, allow_nan=False)
        now = self._clock.now()
        with self._lock:
            seen = self._seen.get(message.id)
            if seen is not None and seen >= now - self._window:
                return
            self._seen[message.id] = now
            self._enqueue(message, body, now, at)
        self._bell.ring((message.priority,))

    async def receive(self, priority: Priority, *, wait: float) -> Locked | None:
        """The oldest message whose session nobody holds; None after `wait` seconds without one.

        One that was delivered `max_deliveries` times without an end is set aside instead (`MaxDeliveryCountExceeded`).
        """

        async def take() -> Locked | None:
            with self._lock:
                return self._take(priority, self._clock.now())

        return await self._bell.wait(priority, take, wait)

    async def renew(self, locked: Locked) -> Locked:
        """Hold it for another `lock_seconds` from now. Raises LockLost."""
        with self._lock:
            now = self._clock.now()
            held = self._owned(locked, now)
            held.until = now + timedelta(seconds=self._lock_seconds)
            return replace(locked, until=held.until)

    async def complete(self, locked: Locked) -> None:
        """It is done. Raises LockLost."""
        with self._lock:
            self._owned(locked, self._clock.now())
            del self._messages[_number(locked)]
        self._bell.ring((locked.message.priority,))

    async def defer(self, locked: Locked, *, until: datetime) -> None:
        """Give it back, to come again at `until` as its next attempt; its session goes on without it. Raises LockLost."""
        with self._lock:
            held = self._owned(locked, self._clock.now())
            held.due, held.until, held.token, held.unended = until, None, "", 0
        self._bell.ring((locked.message.priority,))

    async def dead_letter(self, locked: Locked, *, reason: str, detail: str) -> None:
        """Set it aside for a person. Raises LockLost."""
        with self._lock:
            now = self._clock.now()
            self._owned(locked, now)
            self._bury(_number(locked), now, reason, detail)
        self._bell.ring((locked.message.priority,))

    async def list(self, *, limit: int = 100) -> Sequence[DeadLetter]:
        """The messages set aside, oldest first."""
        with self._lock:
            return list(self._dead.values())[: max(limit, 0)]

    async def replay(self, id: str) -> str:
        """Enqueue it anew as `<delivery>/r<n>`, n one higher than before; returns that id. Raises UserError: no such."""
        with self._lock:
            letter = self._dead.get(id)
            if letter is None:
                raise missing(id)
            new = next_replay(id)
            while new in self._seen:
                new = next_replay(new)
            now = self._clock.now()
            self._seen[new] = now
            message = letter.message.model_copy(update={"id": new})
            self._enqueue(message, json.dumps(message.body), now)
            del self._dead[id]
        self._bell.ring((letter.message.priority,))
        return new

    async def drop(self, id: str) -> None:
        """Forget it. Raises UserError if there is none."""
        with self._lock:
            if self._dead.pop(id, None) is None:
                raise missing(id)

    async def depth(self) -> Mapping[Priority, QueueState]:
        """How many messages of each priority wait, are being worked on, come later or were set aside."""
        with self._lock:
            return {priority: self._state(priority, self._clock.now()) for priority in Priority}

    def close(self) -> None:
        """Nothing to give back; the real ones have."""

    def _enqueue(self, message: Message, body: str, now: datetime, due: datetime | None = None) -> None:
        self._sent += 1
        self._messages[self._sent] = _Held(message=message, body=body, enqueued=now, due=due)

    def _take(self, priority: Priority, now: datetime) -> Locked | None:
        ours = {number: held for number, held in self._messages.items() if held.message.priority is priority}
        busy = {held.message.session for held in ours.values() if held.is_locked(now)}
        for number, held in ours.items():
            if held.message.session in busy or not held.is_ready(now):
                continue
            if held.unended >= self._max_deliveries:
                self._bury(number, now, TOO_OFTEN, too_often(held.unended))
                continue
            self._taken += 1
            held.attempts += 1
            held.unended += 1
            held.token = f"{number}.{self._taken}"
            held.until = now + timedelta(seconds=self._lock_seconds)
            return Locked(
                message=_copy(held), token=held.token, attempt=held.attempts, enqueued=held.enqueued, until=held.until
            )
        return None

    def _owned(self, locked: Locked, now: datetime) -> _Held:
        held = self._messages.get(_number(locked))
        if held is None or held.token != locked.token or not held.is_locked(now):
            raise lost(locked)
        return held

    def _bury(self, number: int, now: datetime, reason: str, detail: str) -> None:
        held = self._messages.pop(number)
        self._dead.pop(held.message.id, None)
        self._dead[held.message.id] = DeadLetter(
            message=_copy(held), reason=reason, detail=detail, attempts=held.attempts, at=now
        )

    def _state(self, priority: Priority, now: datetime) -> QueueState:
        ours = [held for held in self._messages.values() if held.message.priority is priority]
        waiting = [max(held.due or held.enqueued, held.enqueued) for held in ours if held.is_ready(now)]
        locked = sum(held.is_locked(now) for held in ours)
        return QueueState(
            waiting=len(waiting),
            locked=locked,
            scheduled=len(ours) - len(waiting) - locked,
            dead=sum(letter.message.priority is priority for letter in self._dead.values()),
            oldest_seconds=(now - min(waiting)).total_seconds() if waiting else 0.0,
        )


def _copy(held: _Held) -> Message:
    return held.message.model_copy(update={"body": json.loads(held.body)})


def _number(locked: Locked) -> int:
    return int(locked.token.partition(".")[0])
