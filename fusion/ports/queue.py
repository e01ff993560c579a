"""The queue: messages with the semantics of Azure Service Bus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from fusion.errors import TransientError
from fusion.model import Record


class Priority(StrEnum):
    """The class of a message; one queue each, so that a person's command never waits behind a thousand pushes."""

    COMMAND = "command"
    EVENT = "event"
    SCHEDULED = "scheduled"


class Message(Record):
    """What is enqueued. Of equal `id`s only the first of seven days is kept; messages of one `session` come in order."""

    id: str
    """The delivery id; a deliberate replay of it is `<delivery>/r<n>`."""
    session: str
    """Repository and pull request, `owner/name#12`, or what else must not be worked on twice at once."""
    priority: Priority = Priority.EVENT
    body: dict[str, Any]
    trace: str = ""
    """The `traceparent` of who sent it (W3C Trace Context); empty: nobody traced."""


class LockLost(TransientError):
    """Someone else may have the message by now: what was done under the lock must not be recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A message that this consumer holds until `until`. `attempt` counts its deliveries, 1 for the first."""

    message: Message
    token: str
    attempt: int
    enqueued: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message that was set aside, and why."""

    message: Message
    reason: str
    detail: str
    attempts: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """How many messages of one priority are where, for metrics."""

    waiting: int = 0
    """Could be received now, or once their session is free."""
    locked: int = 0
    scheduled: int = 0
    """Come later: scheduled, or given back until then."""
    dead: int = 0
    oldest_seconds: float = 0.0
    """For how long the oldest of the waiting could have been received."""


class Queue(Protocol):
    """Messages with peek-lock, sessions, duplicate detection, schedules and dead letters, as Azure Service Bus has them."""

    async def send(self, message: Message, *, at: datetime | None = None) -> None:
        """Keep the message durably, to come at once or not before `at`; a duplicate is dropped. Raises TransientError."""
        ...

    async def receive(self, priority: Priority, *, wait: float) -> Locked | None:
        """The oldest message whose session nobody holds; None after `wait` seconds without one. Raises TransientError.

        A message that was delivered ten times without an end is set aside instead (`MaxDeliveryCountExceeded`).
        """
        ...

    async def renew(self, locked: Locked) -> Locked:
        """Hold it longer. Raises LockLost."""
        ...

    async def complete(self, locked: Locked) -> None:
        """It is done. Raises LockLost."""
        ...

    async def defer(self, locked: Locked, *, until: datetime) -> None:
        """Give it back, to come again at `until` as its next attempt; its session goes on without it. Raises LockLost."""
        ...

    async def dead_letter(self, locked: Locked, *, reason: str, detail: str) -> None:
        """Set it aside for a person. Raises LockLost."""
        ...


@runtime_checkable
class Measured(Protocol):
    """A queue that knows how full it is."""

    async def depth(self) -> Mapping[Priority, QueueState]:
        """How many messages of each priority wait, are being worked on, come later or were set aside."""
        ...


@runtime_checkable
class Reclaiming(Protocol):
    """A queue whose only consumer may say that all others are dead."""

    async def reclaim(self) -> int:
        """Unlock what is locked, so that nobody waits for the locks of a process that is no more; how many that were."""
        ...


class DeadLetters(Protocol):
    """The messages set aside, of all priorities."""

    async def list(self, *, limit: int = 100) -> Sequence[DeadLetter]:
        """Oldest first."""
        ...

    async def replay(self, id: str) -> str:
        """Enqueue it anew as `<delivery>/r<n>`, n one higher than before; returns that id. Raises UserError: no such."""
        ...

    async def drop(self, id: str) -> None:
        """Forget it. Raises UserError if there is none."""
        ...


class Mailbox(Queue, DeadLetters, Protocol):
    """A queue with its dead letters, as every adapter has them."""
