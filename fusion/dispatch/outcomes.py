"""What a consumer tells whoever listens (logs, metrics): one small value for everything that becomes of a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fusion.ports import Message, Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A handler has it."""

    message: Message
    attempt: int
    enqueued: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Handled and completed. `result` is what the handler returned; it took `seconds`."""

    message: Message
    attempt: int
    result: object
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponed:
    """The attempt failed; there will be another."""

    message: Message
    attempt: int
    error: BaseException
    until: datetime
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Buried:
    """The attempt failed, and it is among the dead letters now."""

    message: Message
    attempt: int
    error: BaseException
    reason: str
    detail: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The lock ran out: someone else may have it by now, and what was done is not recorded."""

    message: Message
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """The consumer stops; whoever comes next gets it."""

    message: Message
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """The queue could not be told what became of it: it comes again when its lock has run out."""

    message: Message
    attempt: int
    error: BaseException


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """The queue itself cannot be read now; the consumer asks again in `seconds`."""

    priority: Priority
    error: BaseException
    seconds: float


Outcome = Begun | Done | Postponed | Buried | Lost | GivenBack | Unsettled | Unavailable
Listener = Callable[[Outcome], None]


def nobody(outcome: Outcome) -> None:
    """The listener of a consumer that nobody watches."""
