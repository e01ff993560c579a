"""The activities of the timer's round: what GitHub could not deliver, and heads that nobody has looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from fusion.dispatch.catchup import WINDOW, look, recent, undelivered, unseen
from fusion.dispatch.record import PullRecord, pull_key
from fusion.errors import Denied, Gone
from fusion.model import EVENTS, CatchUp, Pull
from fusion.ports import Place
from fusion.telemetry.context import here
from orchestrations.activity import Activity, Job, named
from orchestrations.bundle import Bundle
from orchestrations.publishing import app
from orchestrations.waiting import settled

REPOSITORIES = 100
"""Repositories of one installation that one round looks at; the next round goes on behind them."""
PULLS = 200
"""Heads that one round has looked at in one installation."""
_TURN = 600
"""Seconds of a turn: rounds of different turns look at different repositories."""


class Rounds:
    """The activities of `catch_up`, bound to one bundle. Without an App's own access there is nothing to catch up with."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    def table(self) -> Mapping[str, Activity]:
        """Name -> activity."""
        return named(self, ("find_undelivered", "redeliver", "find_installations", "find_unseen"))

    async def find_undelivered(self, _job: Job) -> Job:
        """`attempts`: ids to ask for again."""
        return await settled(self._undelivered())

    async def _undelivered(self) -> Job:
        if self.bundle.app is None:
            return {"status": "found", "attempts": []}
        now = self.bundle.clock.now()
        attempts = await self.bundle.app.deliveries(now - WINDOW)
        return {"status": "found", "attempts": [attempt.id for attempt in undelivered(attempts, now=now)]}

    async def redeliver(self, job: Job) -> Job:
        """Have one attempt's event delivered again."""
        return await settled(self._redeliver(job))

    async def _redeliver(self, job: Job) -> Job:
        if self.bundle.app is not None:
            await self.bundle.app.redeliver(job["attempt"])
        return {"status": "redelivered"}

    async def find_installations(self, _job: Job) -> Job:
        """`installations`, each with the time from which on it is ours to look after."""
        return await settled(self._installations())

    async def _installations(self) -> Job:
        found = await self.bundle.app.installations() if self.bundle.app is not None else ()
        start = self.bundle.clock.now() - WINDOW
        ours = [
            {"installation": installed.id, "since": max(installed.created, start).isoformat()}
            for installed in found
            if not installed.suspended
        ]
        return {"status": "found", "installations": ours}

    async def find_unseen(self, job: Job) -> Job:
        """Have the heads looked at that nobody has looked at in one installation; `found` says how many."""
        return await settled(self._unseen(job))

    async def _unseen(self, job: Job) -> Job:
        event = EVENTS.validate_python(job["event"])
        if self.bundle.app is None or self.bundle.queue is None or not isinstance(event, CatchUp):
            return {"status": "found", "found": 0}
        found: list[Pull] = []
        since, now = datetime.fromisoformat(job["since"]), self.bundle.clock.now()
        for repository in self._turn(sorted(await self.bundle.app.repositories(job["installation"]))):
            place = Place(repository=repository, installation=job["installation"])
            try:
                pulls = recent(await app(self.bundle)[1].open_pulls(place), since=since)
            except (Denied, Gone):
                # Taken from the App since it was listed.
                continue
            found += unseen(pulls, await self._records(pulls), since=since)
        for pull in found[:PULLS]:
            found_it = look(pull, event, installation=job["installation"], at=now)
            await self.bundle.queue.send(found_it.model_copy(update={"trace": here()}))
        return {"status": "found", "found": len(found[:PULLS])}

    def _turn(self, repositories: list[str]) -> list[str]:
        """Those whose turn it is, all where they are few: an installation's requests are counted by GitHub."""
        if len(repositories) <= REPOSITORIES:
            return repositories
        turns = -(-len(repositories) // REPOSITORIES)
        start = int(self.bundle.clock.now().timestamp() // _TURN) % turns * REPOSITORIES
        return repositories[start : start + REPOSITORIES]

    async def _records(self, pulls: Sequence[Pull]) -> Mapping[int, PullRecord]:
        records = {}
        for pull in pulls:
            stored = await self.bundle.store.get(pull_key(self.bundle.tenant, pull.repository, pull.number))
            if stored is not None:
                records[pull.number] = PullRecord.model_validate(stored.value)
        return records
