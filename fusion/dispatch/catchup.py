"""What was missed: deliveries that never arrived, and open pull requests whose head nobody has looked at. Pure.

GitHub redelivers nothing by itself, but lets an App list the attempts of three days and ask for each again
(https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from fusion.dispatch.record import PullRecord
from fusion.events import message
from fusion.model import CatchUp, Pull, PullChanged
from fusion.ports import Attempted, Message, Priority

EVERY = timedelta(minutes=10)
"""How often failed deliveries and pull requests without a run are looked for."""
WINDOW = timedelta(days=3)
"""How long GitHub keeps what it can redeliver."""
MOST = 100
"""Redeliveries of one round."""
TRIES = 9
"""Attempts of one event, after which it is given up: its body is what is refused, not the moment."""
LOOK = timedelta(hours=6)
"""How often one head is looked at, while nobody knows of it."""


def due(now: datetime) -> Message:
    """The message of a round. Its id is that of the interval it falls into: of all hosts' timers the queue keeps one."""
    every = EVERY.total_seconds()
    slot = datetime.fromtimestamp(now.timestamp() // every * every, UTC)
    return message(CatchUp(delivery=f"catch-up-{slot:%Y%m%dT%H%MZ}"))


def undelivered(attempts: Iterable[Attempted], *, now: datetime, most: int = MOST) -> Sequence[Attempted]:
    """The last attempt of each event that none has succeeded for and whose turn it is, newest first, at most `most`.

    Each further attempt comes after twice the time, the last one after more than a day: whatever stands between GitHub and
    us may be out of order for long.
    """
    events: dict[str, list[Attempted]] = {}
    for attempt in attempts:
        events.setdefault(attempt.delivery, []).append(attempt)
    last = [
        (max(tries, key=_age), len(tries))
        for tries in events.values()
        if len(tries) < TRIES and not any(200 <= attempt.status < 300 for attempt in tries)
    ]
    ripe = [attempt for attempt, tried in last if now - attempt.at >= EVERY * (2 ** (tried - 1) - 1)]
    return sorted(ripe, key=_age, reverse=True)[:most]


def _age(attempt: Attempted) -> tuple[datetime, int]:
    return attempt.at, attempt.id


def unseen(pulls: Iterable[Pull], records: Mapping[int, PullRecord], *, since: datetime) -> Sequence[Pull]:
    """Open pull requests updated after `since` whose head is neither under review nor known to be left out."""
    return [pull for pull in recent(pulls, since=since) if not _known(pull, records.get(pull.number))]


def _known(pull: Pull, record: PullRecord | None) -> bool:
    if record is None:
        return False
    return (bool(record.run) and record.head == pull.head) or (bool(record.excluded) and record.pull.head == pull.head)


def recent(pulls: Iterable[Pull], *, since: datetime) -> Sequence[Pull]:
    """Those that were updated after `since`: of the others nothing is asked."""
    return [pull for pull in pulls if pull.open and pull.updated is not None and pull.updated >= since]


def look(pull: Pull, round: CatchUp, *, installation: int, at: datetime) -> Message:
    """The message that has an unseen head looked at; the same for every round that finds it within `LOOK`.

    A message that was set aside, because GitHub was down for longer than anybody retries, has a successor so.
    """
    id = f"catch-up/{pull.repository}#{pull.number}@{pull.head}/{int(at.timestamp() // LOOK.total_seconds())}"
    event = PullChanged(
        delivery=id,
        action=round.kind,
        repository=pull.repository,
        repository_id=pull.repository_id,
        installation=installation,
        pull=pull.model_copy(update={"installation": pull.installation or installation}),
        why="nobody had looked at it yet",
    )
    session = f"{pull.repository}#{pull.number}"
    return Message(id=id, session=session, priority=Priority.SCHEDULED, body=event.model_dump(mode="json"))
