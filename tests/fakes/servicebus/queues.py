"""Queues with Azure Service Bus's semantics, without any I/O: time is handed in, in seconds since 1970."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from tests.fakes.servicebus.messages import DEAD_LETTER_SOURCE, Kept, State

DEAD_LETTERS = "/$deadletterqueue"
"""Ends the name of a queue's dead letters; names have no case."""


class Refused(Exception):
    """The bus says no: an AMQP error condition and a description."""

    def __init__(self, condition: str, description: str) -> None:
        super().__init__(description)
        self.condition = condition
        self.description = description


class Unheld(Refused):
    """A lock that is not held, or not by this one."""

    def __init__(self, what: str = "message") -> None:
        super().__init__(f"com.microsoft:{what}-lock-lost", f"The {what} lock supplied is invalid or has expired.")


@dataclass(frozen=True, kw_only=True)
class QueueOptions:
    """How a queue is made. Windows and locks are in seconds."""

    sessions: bool = False
    duplicate_window: float = 0.0
    """For so long only the first of equal message ids is kept; 0: all are."""
    lock_seconds: float = 60.0
    max_deliveries: int = 10
    ttl: float | None = None
    """Seconds after which a message expires."""
    dead_letter_expired: bool = False


@dataclass
class Session:
    """A session's lock and state. `owner` is whoever holds it, None when nobody does."""

    owner: object | None = None
    until: float = 0.0
    state: bytes | None = None


@dataclass
class Queue:
    """One queue. Its dead letters are a queue, too; theirs is None."""

    name: str
    options: QueueOptions = field(default_factory=QueueOptions)
    messages: dict[int, Kept] = field(default_factory=dict)
    """By sequence number, oldest first."""
    sessions: dict[str, Session] = field(default_factory=dict)
    dead: Queue | None = None
    _seen: dict[Any, float] = field(default_factory=dict)
    _sequence: int = 0

    @classmethod
    def make(cls, name: str, options: QueueOptions) -> Queue:
        """A queue with its dead letters."""
        dead = cls(name + DEAD_LETTERS, QueueOptions(lock_seconds=options.lock_seconds, max_deliveries=0))
        return cls(name, options, dead=dead)

    def put(self, message: Kept, now: float) -> int:
        """Keep it, and return its sequence number; 0 for a duplicate, which is dropped. Raises Refused."""
        if self.options.sessions and message.session is None:
            raise Refused("amqp:not-allowed", f"The queue '{self.name}' requires sessions: set a session id.")
        if self.options.duplicate_window and message.id is not None:
            self._seen = {id: at for id, at in self._seen.items() if at > now - self.options.duplicate_window}
            if message.id in self._seen:
                return 0
            self._seen[message.id] = now
        self._append(message, now)
        if message.due > now:
            message.state = State.SCHEDULED
        return message.sequence

    def _append(self, message: Kept, now: float) -> None:
        self._sequence += 1
        message.sequence, message.enqueued = self._sequence, now
        message.ttl = message.ttl or self.options.ttl
        self.messages[message.sequence] = message

    def next(self, session: str | None) -> Kept | None:
        """The oldest message to deliver: of that session, or of any where the queue has none."""
        return next(
            (
                each
                for each in self.messages.values()
                if each.state is State.ACTIVE and (not self.options.sessions or each.session == session)
            ),
            None,
        )

    def lock(self, message: Kept, now: float) -> UUID:
        """Lock it for its receiver; a session's messages are locked as long as the session is."""
        message.state, message.token = State.LOCKED, uuid4()
        held = self.sessions.get(message.session or "") if self.options.sessions else None
        message.until = held.until if held else now + self.options.lock_seconds
        return message.token

    def held(self, token: Any, now: float) -> Kept:
        """The message under this lock. Raises Unheld."""
        for message in self.messages.values():
            if message.token == token and message.until > now:
                return message
        raise Unheld

    def renew(self, message: Kept, now: float) -> float:
        """Lock it longer; returns until when."""
        message.until = now + self.options.lock_seconds
        return message.until

    def complete(self, message: Kept) -> None:
        """It is done."""
        self.messages.pop(message.sequence, None)

    def release(self, message: Kept, now: float, *, failed: bool, state: State = State.ACTIVE) -> None:
        """Give it back; `failed` counts the delivery, and one too many sets it aside."""
        message.state, message.token, message.until = state, None, 0.0
        message.deliveries += failed
        most = self.options.max_deliveries
        if failed and most and message.deliveries >= most and state is State.ACTIVE:
            self.set_aside(
                message,
                now,
                "MaxDeliveryCountExceeded",
                f"Message could not be consumed after {message.deliveries} delivery attempts.",
            )

    def set_aside(self, message: Kept, now: float, reason: str | None, description: str | None) -> None:
        """Move it to the dead letters, the reason in its application properties. Those of dead letters stay where they are."""
        if self.dead is None:
            raise Refused("amqp:not-allowed", "A dead letter cannot be dead-lettered.")
        self.messages.pop(message.sequence, None)
        message.state, message.token, message.until, message.ttl, message.due = State.ACTIVE, None, 0.0, None, 0.0
        given = {"DeadLetterReason": reason, "DeadLetterErrorDescription": description}
        message.application |= {name: text for name, text in given.items() if text is not None}
        message.annotations[DEAD_LETTER_SOURCE] = self.name
        self.dead._append(message, now)

    def settle(self, message: Kept, how: str, now: float, details: Mapping[str, Any]) -> None:
        """End a lock as `$management` names it: completed, abandoned, defered (sic), suspended. Raises Refused."""
        message.application |= dict(details.get("properties-to-modify") or {})
        if how == "completed":
            self.complete(message)
        elif how in ("abandoned", "defered"):
            self.release(message, now, failed=True, state=State.ACTIVE if how == "abandoned" else State.DEFERRED)
        elif how == "suspended":
            self.set_aside(message, now, details.get("deadletter-reason"), details.get("deadletter-description"))
        else:
            raise Refused("com.microsoft:argument-error", f"There is no disposition '{how}'.")

    def forget(self) -> None:
        """Empty it."""
        self.messages.clear()
        self.sessions.clear()
        self._seen.clear()

    # Sessions

    def session(self, name: str) -> Session:
        """The session, made when it is first asked for."""
        return self.sessions.setdefault(name, Session())

    def acquire(self, owner: object, name: str | None, now: float) -> str | None:
        """Lock that session, or the first with a message that is free; None when there is none to be had."""
        waiting = (each.session for each in self.messages.values() if each.state is State.ACTIVE and each.session is not None)
        free = next((each for each in ([name] if name is not None else waiting) if self.session(each).owner is None), None)
        if free is not None:
            held = self.session(free)
            held.owner, held.until = owner, now + self.options.lock_seconds
        return free

    def renew_session(self, name: str, now: float) -> float:
        """Lock a held session longer, and its messages. Raises Unheld."""
        held = self.session(name)
        if held.owner is None or held.until <= now:
            raise Unheld("session")
        held.until = now + self.options.lock_seconds
        for message in self._locked(name):
            message.until = held.until
        return held.until

    def let_go(self, name: str, now: float, *, failed: bool) -> None:
        """Unlock the session. Closed by its receiver, its messages count no delivery; expired, they do (`failed`)."""
        self.session(name).owner = None
        for message in list(self._locked(name)):
            self.release(message, now, failed=failed)

    def _locked(self, session: str) -> Iterator[Kept]:
        return (each for each in self.messages.values() if each.state is State.LOCKED and each.session == session)

    def expired_sessions(self, now: float) -> list[str]:
        """Sessions whose lock ran out."""
        return [name for name, each in self.sessions.items() if each.owner is not None and each.until <= now]

    def tick(self, now: float) -> None:
        """Do what time asks for: deliver what was scheduled, unlock what was held too long, expire what is too old."""
        for message in list(self.messages.values()):
            if message.state is State.SCHEDULED and message.due <= now:
                # It comes after what is there by now, whenever it was sent.
                self.messages.pop(message.sequence)
                message.state = State.ACTIVE
                self._append(message, now)
            elif message.state is State.LOCKED and message.until <= now and not self.options.sessions:
                self.release(message, now, failed=True)
            elif message.ttl and message.state is State.ACTIVE and message.enqueued + message.ttl <= now:
                if self.options.dead_letter_expired:
                    self.set_aside(message, now, "TTLExpiredException", "The message expired and was dead lettered.")
                else:
                    self.complete(message)
