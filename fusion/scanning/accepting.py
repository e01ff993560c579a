"""What is accepted on one day in one repository, for who holds a change against it. Pure: the day is given.

An exception that has lapsed, or that does not hold to the rules, accepts nothing; where it would have, it is said why not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from fusion.model.compliance import Deviation, ScanException
from fusion.scanning.exceptions import called, covers, fault, is_about


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepting:
    """The exceptions of one repository on one day."""

    in_force: tuple[ScanException, ...] = ()
    idle: tuple[tuple[ScanException, str], ...] = ()
    """Those that accept nothing, each with a sentence that says why."""

    def by(self, check: str, deviation: Deviation) -> ScanException | None:
        """What accepts a deviation: the first that fits, as in a scan."""
        return next((one for one in self.in_force if covers(one, check, deviation)), None)

    def why_not(self, check: str, deviation: Deviation) -> Sequence[str]:
        """A sentence on each exception that is about a deviation and does not accept it."""
        return [why for one, why in self.idle if covers(one, check, deviation)]


def accepting(exceptions: Iterable[ScanException], *, repository: str, day: date | None, checks: Collection[str]) -> Accepting:
    """What the exceptions accept on a day (UTC; None: nobody has said it, and nothing is accepted). `checks`: ids of all."""
    if day is None:
        return Accepting()
    in_force: list[ScanException] = []
    idle: list[tuple[ScanException, str]] = []
    for one in exceptions:
        if not is_about(one, repository):
            continue
        if why := fault(one, checks=checks, day=day):
            idle.append((one, f"{called(one)} does not count: it {why}."))
        elif one.expires < day:
            idle.append((one, f"{called(one)} expired on {one.expires}, and accepts this no more."))
        else:
            in_force.append(one)
    return Accepting(in_force=tuple(in_force), idle=tuple(idle))


def sentence(one: ScanException) -> str:
    """A sentence on an exception that is in force."""
    return f"{called(one)} accepts this until {one.expires}."
