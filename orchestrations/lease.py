"""A lease on a pull request's conversation: of all who could write there, one does at a time.

It is kept in the Store, so that it holds across processes, and it runs out, so that a dead owner blocks nobody for long. The
same owner takes it again: an activity that is run anew after a crash goes on where it was.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from fusion.errors import Conflict, TransientError
from fusion.model import Record
from fusion.ports import Clock, Key, Store

SECONDS = 60.0
"""How long it lasts. GitHub answers within ten seconds or not at all, and it is renewed between writes."""


class Held(Record):
    """Who has it until when."""

    owner: str
    until: datetime


class Taken(TransientError):
    """Somebody else has it; `seconds` until it runs out at the latest."""

    def __init__(self, message: str, *, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class Lease:
    """The lease of one subject, for one owner."""

    def __init__(self, store: Store, clock: Clock, *, tenant: str, repository: str, subject: str, owner: str) -> None:
        self.store = store
        self.clock = clock
        self.key = Key(tenant=tenant, scope=repository, kind="lease", id=subject)
        self.owner = owner
        self._until: datetime | None = None

    async def take(self) -> None:
        """Have it for `SECONDS`, or go on having it. Raises Taken, also where somebody else has had it in between."""
        now = self.clock.now()
        if self._until is not None and self._until - now > timedelta(seconds=SECONDS / 2):
            return
        stored = await self.store.get(self.key)
        if stored is not None:
            held = Held.model_validate(stored.value)
            if held.owner != self.owner and (held.until > now or self._until is not None):
                # Also where the other is done by now: what was read before it wrote is not what is there.
                self._until = None
                raise Taken(f"{held.owner} is writing there, or was.", seconds=self._wait(held, now))
        mine = Held(owner=self.owner, until=now + timedelta(seconds=SECONDS))
        try:
            await self.store.put(self.key, mine.model_dump(mode="json"), etag=stored.etag if stored else None)
        except Conflict:
            raise Taken("Somebody else began to write there.", seconds=1.0) from None
        self._until = mine.until

    async def release(self) -> None:
        """Give it back, if it is still ours."""
        self._until = None
        stored = await self.store.get(self.key)
        if stored is None or Held.model_validate(stored.value).owner != self.owner:
            return
        over = Held(owner=self.owner, until=self.clock.now())
        try:
            await self.store.put(self.key, over.model_dump(mode="json"), etag=stored.etag)
        except Conflict:
            return

    def _wait(self, held: Held, now: datetime) -> float:
        """Its owner will most often be done long before it runs out."""
        return min(max((held.until - now).total_seconds(), 0.1), 5.0)
