"""What questions about several repositories share: one answer to two that are the same, and refusals that are not one's own."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

FRESH = timedelta(minutes=10)
"""So long, what one repository of an owner was told of what its repositories have in common is told of the others, too."""
TOPICS = 5000
"""Refusals that are remembered."""
T = TypeVar("T")


@dataclass(slots=True)
class _Flight:
    task: asyncio.Future[Any]
    waiting: int = 0


class InFlight:
    """Questions that are being asked: who asks the same meanwhile gets the answer of the first."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight] = {}

    async def one(self, key: Hashable, ask: Callable[[], Coroutine[Any, Any, T]]) -> tuple[T, bool]:
        """The answer, and whether it was asked for this caller. It is called off when nobody waits for it any more."""
        flight = self._flights.get(key)
        mine = flight is None
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.ensure_future(ask()))
        flight.waiting += 1
        try:
            # Who is called off must not take the answer from the others.
            return await asyncio.shield(flight.task), mine
        finally:
            flight.waiting -= 1
            if flight.task.done() or not flight.waiting:
                if self._flights.get(key) is flight:
                    del self._flights[key]
                flight.task.cancel()


@dataclass(frozen=True, slots=True)
class Standing:
    """As whom one asks about a repository: whose limits count, its owner, the role there, and who sees it.

    GitHub decides by these, and by the owner's plan, what it refuses for want of a permission; they are told with the
    repository (REST API, "Get a repository": `permissions`, `visibility`). `etag` is that answer's: it is of one token, and
    another one when any of this changes.
    """

    account: str
    owner: str
    role: str
    visibility: str
    etag: str

    def topic(self, path: str) -> Hashable:
        """What is refused to all of the owner's repositories of this standing, or to none."""
        return self.account, self.owner.lower(), self.role, self.visibility, path


@dataclass(slots=True)
class _Told:
    at: datetime | None = None
    status: int = 0
    told: str = ""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Refusals:
    """What GitHub has refused lately, by topic."""

    def __init__(self) -> None:
        self._told: OrderedDict[Hashable, _Told] = OrderedDict()

    def turn(self, topic: Hashable) -> asyncio.Lock:
        """One asks, and the others wait for what is told."""
        return self._of(topic).turn

    def note(self, topic: Hashable, status: int, told: str, at: datetime) -> None:
        """GitHub refused it; 0: it did not."""
        found = self._of(topic)
        found.at, found.status, found.told = at, status, told

    def since(self, topic: Hashable, status: int, told: str, now: datetime) -> datetime | None:
        """When it was refused, in the same words and not long ago; else None."""
        found = self._of(topic)
        same = found.at is not None and (found.status, found.told) == (status, told)
        return found.at if same and found.at is not None and timedelta() <= now - found.at <= FRESH else None

    def _of(self, topic: Hashable) -> _Told:
        found = self._told.setdefault(topic, _Told())
        self._told.move_to_end(topic)
        while len(self._told) > TOPICS:
            self._told.popitem(last=False)
        return found
