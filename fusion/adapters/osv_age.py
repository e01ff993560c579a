"""As of when a copy of the OSV database speaks of an ecosystem.

An ecosystem in which nothing is published for a while has only old records, however new the copy is: OSV's exports give each
member of an archive its record's date, and an archive that did not change may keep its own. Three things show that an
ecosystem's copy is newer than its newest record:

- OSV's list of changes over all ecosystems, `modified_id.csv` beside their folders, newest first. Where it names no later
  change of the ecosystem than the archive holds, the archive is as current as the list, and the list as its first line.
- Without a list: when the archive was made or copied, but never later than the newest record of the whole copy, so that who
  copies or touches old archives makes none of them newer.
- Records that lie unpacked show neither that all of them are there, nor when: they are as old as they say.

A list that names a later change outweighs every time of a file: that archive is stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

QUIET = timedelta(days=7)
"""Only where the newest record is older than that is more asked."""
LIST = "modified_id.csv"
MAX_LIST = 500_000_000
"""Bytes of a list that are read."""
LONGEST_LINE = 1_000
_SKEW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list of changes tells."""

    newest: datetime
    """Of its first line: the list is at least as new."""
    latest: Mapping[str, datetime]
    """purl type -> the ecosystem's latest change, for those that were found."""


@dataclass(frozen=True, slots=True)
class Age:
    """What one ecosystem's copy tells of its age."""

    own: datetime | None
    """The older of its newest record and of what its archive or files tell; None: its records tell no date."""
    newest: datetime | None
    """Its newest record."""
    made: datetime | None
    """When its archive was made or copied here; None: records that lie unpacked, or nobody knows."""
    whole: bool
    """Whether it is an archive, which cannot be half copied unseen."""


class Changes:
    """Reads a list of changes line by line, newest first, until the wanted purl types are found."""

    def __init__(self, ecosystems: Mapping[str, str], wanted: frozenset[str], *, now: datetime) -> None:
        self._ecosystems, self._wanted, self._now = ecosystems, wanted, now
        self._newest: datetime | None = None
        self._latest: dict[str, datetime] = {}
        self._last, self._size = "", 0
        self._broken = False

    @property
    def listing(self) -> Listing:
        """What was read; of a list that is none, nothing."""
        if self._broken or self._newest is None:
            return Listing(datetime.min.replace(tzinfo=UTC), {})
        return Listing(self._newest, self._latest)

    def take(self, line: bytes) -> bool:
        """Read one line, `TIME,ECOSYSTEM/ID`. Returns whether that is enough."""
        self._size += len(line)
        said, _, path = line.decode("ascii", "replace").partition(",")
        ecosystem, slash, _ = path.partition("/")
        if self._size > MAX_LIST or len(line) >= LONGEST_LINE or (self._last and said[:19] > self._last):
            self._broken = True
        elif slash:
            self._last = said[:19]
            self._note(self._ecosystems.get(ecosystem.strip('"'), ""))
        return self._broken or self._wanted <= self._latest.keys()

    def _note(self, type: str) -> None:
        if self._newest is not None and (type not in self._wanted or type in self._latest):
            return
        at = moment(self._last)
        if at is None or at > self._now + _SKEW:
            self._broken = True
            return
        self._newest = self._newest or min(at, self._now)
        if type in self._wanted:
            self._latest[type] = at


def current(age: Age, *, around: datetime | None, listed: Listing | None, type: str) -> datetime | None:
    """As of when a copy speaks of an ecosystem. `around`: the newest record of the whole copy. None: nobody knows."""
    if age.own is None or age.newest is None or not age.whole:
        return age.own
    if listed is not None:
        latest = listed.latest.get(type)
        return age.own if latest is None or latest > age.newest else max(age.own, listed.newest)
    if age.made is None or around is None:
        return age.own
    return max(age.own, min(age.made, around))


def moment(said: str) -> datetime | None:
    """A time of the database to the second, UTC."""
    try:
        return datetime.fromisoformat(said[:19]).replace(tzinfo=UTC)
    except ValueError:
        return None
