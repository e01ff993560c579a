"""What follows from an event of a pull request: which orchestrations start and end, and what is remembered. Pure.

Deliveries come late, twice and in any order, and whoever carries a decision out may die half way. Two rules make that
harmless: a pull request's `updated` orders what is known of it, and every id is a function of what was known before, so that
deciding again starts the same orchestration again, which starts nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

from fusion.dispatch.admission import Admitted, Excluded
from fusion.dispatch.record import HEEDED, PullRecord
from fusion.model import Pull, PullChanged, Request, RequestKind
from fusion.ports import Progress
from fusion.runs import run_id

LEARNT = "learnt"
"""`action` of the event that follows when people's dispositions changed the ledger: no person asked for a review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Start an orchestration, unless one with the id exists."""

    name: str
    input: dict[str, Any]
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminate:
    """End an orchestration that nobody needs any more."""

    id: str
    why: str


Step = Start | Terminate


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The steps in their order, and only behind them the record to write (None: it stays). `why` is for the log."""

    why: str
    steps: tuple[Step, ...] = ()
    record: PullRecord | None = None


def standing(pull: Pull, record: PullRecord | None) -> Literal["news", "stale", "unclear"]:
    """How what an event says of a pull request stands to what is known. `unclear`: only the forge can tell."""
    if record is None:
        return "news" if pull.updated is not None else "unclear"
    known = record.pull.updated
    if pull.updated is None or known is None:
        return "unclear"
    if pull.updated != known:
        return "news" if pull.updated > known else "stale"
    # GitHub's clock counts seconds: two events of one second are told apart by nothing that they say.
    return "news" if _state(pull) == _state(record.pull) else "unclear"


def _state(pull: Pull) -> tuple[object, ...]:
    return pull.head, pull.base_ref, pull.open, pull.draft, frozenset(pull.labels)


def wish(event: PullChanged, record: PullRecord | None) -> bool:
    """Whether the event asks for a review of a head although it was reviewed.

    What was learnt from the conversation is no reason to review a head that nobody has asked to review yet.
    """
    return event.again and (event.action != LEARNT or (record is not None and record.head == event.pull.head))


def decide(event: PullChanged, record: PullRecord | None, admission: Admitted | Excluded, run: Progress | None) -> Decision:
    """What to do now that `event.pull` is the newest state known. `run` is how far the record's orchestration is."""
    pull = event.pull
    before = record or PullRecord(pull=pull)
    # A run that was ended while the record still has its head: whoever ended it died before the rest was done.
    busy = bool(before.run) and run is not None and (not run.ended or (run.status == "terminated" and bool(before.head)))
    now = before.model_copy(update={"pull": pull})
    if not pull.open:
        return _closed(now, record, busy=busy)
    same = bool(before.run) and (before.head, before.base_ref) == (pull.head, pull.base_ref)
    # A run that broke off (its code changed under it) said nothing on its check, no more than one that was ended.
    told = same and (run is None or run.status not in ("terminated", "failed"))
    if isinstance(admission, Excluded):
        return _excluded(now, admission, record, busy=busy, told=told)
    again = wish(event, record)
    if again and event.delivery in before.heeded:
        return Decision(why="the wish was fulfilled before", record=_changed(now, record))
    if told and not again:
        known = "under review" if busy else "reviewed"
        now = now.model_copy(update={"excluded": ""})
        return Decision(why=f"the head {pull.head[:7]} is {known} already", record=_changed(now, record))
    return _started(event, now, again=again, busy=busy)


def _started(event: PullChanged, now: PullRecord, *, again: bool, busy: bool) -> Decision:
    request = requested(event, now.runs + 1)
    id = run_id(request, nonce=hashlib.sha256(event.delivery.encode()).hexdigest()[:8] if again else "")
    steps: list[Step] = []
    if busy:
        why = "a newer head came" if now.head != event.pull.head else "it was asked for again"
        steps.append(Terminate(id=now.run, why=why))
    steps.append(Start(name="pull", input={"request": _plain(request)}, id=id))
    fields: dict[str, Any] = {
        "run": id,
        "head": event.pull.head,
        "base_ref": event.pull.base_ref,
        "runs": now.runs + 1,
        "excluded": "",
    }
    if again:
        fields["heeded"] = (*now.heeded, event.delivery)[-HEEDED:]
    return Decision(why=f"a review of {event.pull.head[:7]} begins", steps=tuple(steps), record=now.model_copy(update=fields))


def requested(event: PullChanged, attempt: int) -> Request:
    """The review that an event asks for."""
    pull = event.pull
    return Request(
        kind=RequestKind.PULL,
        repository=pull.repository,
        repository_id=pull.repository_id,
        installation=pull.installation,
        number=pull.number,
        base=pull.base,
        head=pull.head,
        attempt=attempt,
        actor=event.actor.login,
        publish=True,
        full=event.full,
        why=event.why,
        received=event.received,
    )


def _closed(now: PullRecord, record: PullRecord | None, *, busy: bool) -> Decision:
    if not busy:
        return Decision(why="it is closed", record=_changed(now, record))
    steps = (
        Terminate(id=now.run, why="the pull request was closed"),
        _notice(now, "cancelled", "The pull request was closed before its review was finished."),
    )
    return Decision(why="it was closed; its review ends", steps=steps, record=unreviewed(now))


def _excluded(now: PullRecord, admission: Excluded, record: PullRecord | None, *, busy: bool, told: bool) -> Decision:
    """`told`: the head has a review, or will have one. Verdicts are not painted over; a paused run ends by itself."""
    now = now.model_copy(update={"excluded": admission.reason})
    if told and (not busy or admission.conclusion == "action_required"):
        return Decision(why=admission.reason, record=_changed(now, record))
    steps: list[Step] = []
    if busy:
        steps.append(Terminate(id=now.run, why=admission.reason))
    if admission.conclusion or busy:
        steps.append(_notice(now, admission.conclusion or "cancelled", admission.reason))
    return Decision(why=admission.reason, steps=tuple(steps), record=unreviewed(now) if busy else now)


def _notice(now: PullRecord, conclusion: str, reason: str) -> Start:
    """Say on the head's check why there is no review. Once for each head, reason and number of reviews begun before."""
    pull = now.pull
    told = "\0".join([pull.repository, str(pull.number), pull.head, conclusion, reason, str(now.runs)])
    request = Request(
        kind=RequestKind.PULL,
        repository=pull.repository,
        repository_id=pull.repository_id,
        installation=pull.installation,
        number=pull.number,
        head=pull.head,
        publish=True,
    )
    return Start(
        name="notice",
        input={"request": _plain(request), "conclusion": conclusion, "reason": reason},
        id=f"notice-{hashlib.sha256(told.encode()).hexdigest()[:16]}",
    )


def unreviewed(now: PullRecord) -> PullRecord:
    """What was ended half way is begun again when its time comes; the host forgets by then that it was ended."""
    return now.model_copy(update={"head": "", "base_ref": ""})


def _changed(now: PullRecord, record: PullRecord | None) -> PullRecord | None:
    return now if now != record else None


def _plain(request: Request) -> dict[str, Any]:
    return request.model_dump(mode="json", exclude_defaults=True)
