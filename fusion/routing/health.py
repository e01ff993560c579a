"""Circuit breakers: an endpoint that keeps failing is left alone for a while, then tried with one call. Pure but for a memory.

closed: calls go there. open: none do, until the time is up. half open: one call goes there as a probe; what becomes of it
closes the breaker or opens it for twice as long. After Nygard, "Release It!" (2nd edition, 2018), chapter 5.

Time is what the caller says. A clock that is set back takes the breakers' times with it, so that an hour back is no hour more
to wait; a clock that is set forward ends waits early, which costs one probe.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from pydantic import Field

from fusion.model import Ending, Record

FAILURES = 3
"""Failures in a row that open a breaker."""
SHORTEST = 30.0
LONGEST = 900.0
"""Seconds for which a breaker is open: twice as long each time that a probe fails, within these bounds."""
BROKEN = 300.0
"""Seconds for an endpoint that refuses our key or is not there: a person has to mend that."""
LIMITED = 10.0
"""Seconds for an endpoint that has too much to do and does not say for how long."""
ASKED = 3600.0
"""Seconds that an endpoint can make us wait at most by asking to."""
PROBE = 300.0
"""Seconds after which a probe that nobody heard of counts as lost, and another may go."""

_ANSWERED = frozenset({Ending.OK, Ending.UNUSABLE, Ending.REFUSED})
"""The endpoint works, whatever one thinks of the reply."""
_BROKEN = frozenset({Ending.DENIED, Ending.MISSING})


class State(StrEnum):
    """What a breaker lets through: all, nothing, or one call as a probe."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Standing(Record):
    """How an endpoint stands at a moment."""

    state: State = State.CLOSED
    wait: float = 0.0
    """Seconds until a probe may go."""
    failures: int = 0
    """In a row."""
    last: Ending | None = None
    """How the last failure ended."""
    barred: str = ""
    """Why it is asked no more, in one sentence without a full stop; it is asked again when that is taken back (`unbar`)."""


class Health(Protocol):
    """Who knows how endpoints stand."""

    def standing(self, endpoint: str, at: datetime) -> Standing:
        """How it stands at that time; one never heard of stands well."""
        ...


class Snapshot(Record):
    """How all endpoints stood at a moment: a value that can be passed on and journalled."""

    at: datetime
    endpoints: dict[str, Standing] = Field(default_factory=dict)

    def standing(self, endpoint: str, at: datetime) -> Standing:
        """How it stands at a time since then, if nothing happened meanwhile."""
        then = self.endpoints.get(endpoint, Standing())
        if then.state is not State.OPEN or then.barred:
            return then
        left = then.wait - max((at - self.at).total_seconds(), 0.0)
        return then.model_copy(update={"wait": left} if left > 0 else {"wait": 0.0, "state": State.HALF_OPEN})


class _Breaker(Record):
    failures: int = 0
    last: Ending | None = None
    opened: datetime | None = None
    wait: float = 0.0
    """Seconds from `opened`."""
    step: float = 0.0
    """What the wait was doubled from; 0: it was not open since the last success."""
    probed: datetime | None = None
    barred: str = ""

    def at(self, at: datetime) -> Standing:
        """How it stands."""
        known: dict[str, Any] = {"failures": self.failures, "last": self.last, "barred": self.barred}
        if self.barred:
            return Standing(state=State.OPEN, **known)
        if self.opened is None:
            return Standing(**known)
        left = self.wait - (at - self.opened).total_seconds()
        if self.probed is not None:
            left = max(left, PROBE - (at - self.probed).total_seconds())
        return Standing(state=State.OPEN, wait=left, **known) if left > 0 else Standing(state=State.HALF_OPEN, **known)

    def moved(self, by: timedelta) -> _Breaker:
        """The same with its times moved along with the clock."""
        opened = self.opened + by if self.opened else None
        return self.model_copy(update={"opened": opened, "probed": self.probed + by if self.probed else None})


class Breakers:
    """The breakers of one process, one for each endpoint, by name. Not safe to share between threads."""

    def __init__(self) -> None:
        self._breakers: dict[str, _Breaker] = {}
        self._seen: datetime | None = None

    def standing(self, endpoint: str, at: datetime) -> Standing:
        """How an endpoint stands at that time."""
        self._tell(at)
        return self._breakers.get(endpoint, _Breaker()).at(at)

    def state(self, endpoint: str, at: datetime) -> State:
        """What is let through to it."""
        return self.standing(endpoint, at).state

    def snapshot(self, at: datetime) -> Snapshot:
        """How all of them stand, as a value."""
        self._tell(at)
        return Snapshot(at=at, endpoints={name: breaker.at(at) for name, breaker in self._breakers.items()})

    def take(self, endpoint: str, at: datetime) -> bool:
        """Ask to make a call, just before it is made. In the half-open state one call is let through, as the probe."""
        state = self.state(endpoint, at)
        if state is State.HALF_OPEN:
            self._breakers[endpoint] = self._breakers[endpoint].model_copy(update={"probed": at})
        return state is not State.OPEN

    def note(self, endpoint: str, ending: Ending, *, at: datetime, retry_after: float = 0.0) -> None:
        """What became of a call. `retry_after`: seconds that the other side asks to wait, whatever it says."""
        self._tell(at)
        known = self._breakers.get(endpoint, _Breaker())
        if ending is Ending.CAPPED:
            # No call was made; where it was to be the probe, another may be.
            self._breakers[endpoint] = known.model_copy(update={"probed": None})
            return
        if ending in _ANSWERED:
            self._breakers[endpoint] = _Breaker(barred=known.barred)
            return
        failures = known.failures + 1
        before = known.at(at)
        if before.state is State.OPEN and known.probed is None:
            # It was begun before the breaker opened: it is one more sign of the same outage, and no failed probe.
            wait, step = max(_wait(ending, failures, 0.0, retry_after), before.wait), known.step
        else:
            wait, step = _wait(ending, failures, known.step, retry_after), min(max(SHORTEST, 2 * known.step), LONGEST)
        update: dict[str, Any] = {"failures": failures, "last": ending, "probed": None}
        if wait:
            update |= {"opened": at, "wait": wait, "step": step}
        self._breakers[endpoint] = known.model_copy(update=update)

    def bar(self, endpoint: str, why: str) -> None:
        """Let nothing through any more: it did what no endpoint may, such as to bill more than its bound."""
        self._breakers[endpoint] = self._breakers.get(endpoint, _Breaker()).model_copy(update={"barred": why})

    def barred(self) -> tuple[str, ...]:
        """The endpoints that nothing is let through to, for what they did."""
        return tuple(name for name, breaker in self._breakers.items() if breaker.barred)

    def unbar(self, endpoint: str) -> None:
        """A person trusts it again: calls go there as its other failures allow."""
        if known := self._breakers.get(endpoint):
            self._breakers[endpoint] = known.model_copy(update={"barred": ""})

    def _tell(self, at: datetime) -> None:
        """Take note of the time; when the clock was set back, set the breakers' times back by as much."""
        if self._seen is not None and at < self._seen:
            by = at - self._seen
            self._breakers = {name: breaker.moved(by) for name, breaker in self._breakers.items()}
        self._seen = at


def _wait(ending: Ending, failures: int, step: float, asked: float) -> float:
    """Seconds for which a breaker opens after a failure; 0: not yet."""
    asked = min(asked, ASKED) if asked > 0 and not math.isnan(asked) else 0.0
    again = min(2 * step, LONGEST) if step else SHORTEST
    if ending in _BROKEN:
        return max(BROKEN, again, asked)
    if ending is Ending.LIMITED:
        return asked or (max(again, LIMITED) if step else LIMITED)
    if step or failures >= FAILURES:
        return max(again, asked)
    return asked
