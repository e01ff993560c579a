"""What to do with a reply that is no answer: try again, and when; or give up, and what the receipt says of it. Pure.

A pool that is cold or full, and a session that dies, are tried again in another session. A refusal that will be the same the
next time is not. What ends without an answer has examined nothing, and says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from fusion.evidence.service.contract import PROBLEM
from fusion.evidence.shown import message
from fusion.model import Outcome
from fusion.ports.sessions import Fault, Reply

_MOST_MISSES = 4
"""Connections that do not come about: seven seconds. Who is not there at all is told soon."""
_MOST_DEATHS = 3
"""Sessions that one question may end: a file may be what ends them."""
_FIRST, _LONGEST = 1.0, 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """What has been tried for one question."""

    waits: int = 0
    """Times that no session was free."""
    waited: float = 0.0
    """Seconds between these."""
    misses: int = 0
    """Times that nobody was there."""
    deaths: int = 0
    """Sessions that ended or failed before their answer did."""


HASTY = Attempts(misses=_MOST_MISSES - 1, waited=float("inf"))
"""As if nobody had been there so far: one more try, and no other after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Ask again, in another session, after so many seconds."""

    seconds: float
    attempts: Attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """There will be no answer. `divide`: one of several files may be why, and the others may be read without it."""

    outcome: Outcome
    reason: str
    divide: bool = False
    gone: bool = False
    """Nobody was there, or had a session free, however often."""


def weigh(reply: Reply, attempts: Attempts, *, left: float, patience: float, spread: float) -> Again | Ending | None:
    """What to do about a reply; None: it is an answer, to be read.

    `left`: seconds until nobody waits any more; `patience`: for how many a session is waited for. `spread`: from 0 to 1, by
    chance, so that many do not come back at once.
    """
    if reply.fault is None and reply.status == 200:
        return None
    why = told(reply)
    if reply.fault is Fault.LATE:
        return Ending(outcome=Outcome.TIMED_OUT, reason=why)
    if reply.fault is Fault.FLOOD or reply.status == 413:
        return Ending(outcome=Outcome.CUT if reply.fault else Outcome.FAILED, reason=why, divide=True)
    if reply.fault is Fault.BROKEN or (reply.status >= 500 and not reply.full):
        then = replace(attempts, deaths=attempts.deaths + 1)
        if then.deaths >= _MOST_DEATHS:
            return Ending(outcome=Outcome.FAILED, reason=f"{why} ({then.deaths} times)", divide=True)
        return _later(reply, then, why, then.deaths, left, spread)
    if reply.fault is Fault.UNREACHABLE:
        then = replace(attempts, misses=attempts.misses + 1)
        if then.misses >= _MOST_MISSES:
            return Ending(outcome=Outcome.FAILED, reason=why, gone=True)
        return _later(reply, then, why, then.misses, left, spread)
    if reply.full:
        then = replace(attempts, waits=attempts.waits + 1)
        found = _later(reply, then, why, then.waits, min(left, patience - attempts.waited), spread)
        if isinstance(found, Again):
            return replace(found, attempts=replace(then, waited=then.waited + found.seconds))
        return replace(found, gone=True)
    return Ending(outcome=Outcome.FAILED, reason=why)


def began(reply: Reply) -> bool:
    """Whether a session may have been given out for the question."""
    if reply.fault is None:
        return reply.status not in (401, 403, 404, 429)
    return reply.fault not in (Fault.UNREACHABLE, Fault.NOT_SIGNED_IN)


def _later(reply: Reply, then: Attempts, why: str, times: int, left: float, spread: float) -> Again | Ending:
    pause = min(_LONGEST, _FIRST * 2 ** (times - 1)) * (0.5 + spread / 2)
    pause = max(pause, min(reply.wait or 0.0, _LONGEST * 4))
    if pause >= left:
        return Ending(outcome=Outcome.FAILED, reason=f"{why}, {times} times")
    return Again(seconds=pause, attempts=then)


def told(reply: Reply) -> str:
    """What a receipt says of a reply that is no answer: a sentence fragment of ours, and the service's word marked as such."""
    match reply.fault:
        case Fault.UNREACHABLE:
            return "the evidence service cannot be reached"
        case Fault.BROKEN:
            return "the evidence service ended before its answer did"
        case Fault.LATE:
            return "the evidence service did not answer in time"
        case Fault.FLOOD:
            return "the evidence service answered with more than can be taken"
        case Fault.NOT_SIGNED_IN:
            return message(f"nobody could sign in to the evidence service: {reply.told}").rstrip(".")
    if reply.status in (401, 403):
        return f"the evidence service refuses this host ({reply.status}): {reply.told}".rstrip(": ")
    if 300 <= reply.status < 400:
        return f"the evidence service leads elsewhere ({reply.status}), and nobody follows: name its final address"
    detail = problem(reply)
    if reply.full and not detail:
        return f"the evidence service has no session free ({reply.status})"
    return f"the evidence service answered {reply.status}" + (f": {detail}" if detail else "")


def problem(reply: Reply) -> str:
    """The detail of a problem (RFC 9457), fit to be shown; empty where it is none."""
    if reply.kind != PROBLEM:
        return ""
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        return ""
    said = found.get("detail") or found.get("title") if isinstance(found, dict) else None
    return message(said)[:300].rstrip(".") if isinstance(said, str) else ""
