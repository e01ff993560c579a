"""Which of the waiting jobs is next: urgency, ageing, and fairness between repositories. Pure.

- The most urgent class goes first: person, pull, again, scheduled, backfill.
- Every fourth pick (`SHARE`) goes to whoever is overdue, if anybody is: a job that waited longer than its class's `PATIENCE`,
  and of those the one that has been due for longest. So a job that became due with n others due before it is taken within
  4 * (n + 1) picks, whatever comes after it; and of any four picks, three keep to urgency.
- Within a class, the repository that was served least recently goes first; one that nobody served counts from when its oldest
  job came. So a repository with a thousand jobs delays another's only job by one.

A job is told by (class, repository, since): `since` is when it could first be taken, in seconds since 1970. It is enough to
offer the oldest job of each class and repository.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gpu_worker.contract import Urgency

Waiting = tuple[str, str, float]
"""Class, repository, since."""

PATIENCE: Mapping[Urgency, float] = {
    Urgency.PERSON: 10.0,
    Urgency.PULL: 60.0,
    Urgency.AGAIN: 180.0,
    Urgency.SCHEDULED: 900.0,
    Urgency.BACKFILL: 3600.0,
}
"""Seconds after which a job of the class is overdue."""
SHARE = 4
"""Every so many picks, one is for the overdue."""

_RANK = {urgency.value: rank for rank, urgency in enumerate(Urgency)}
_PATIENCE = {urgency.value: seconds for urgency, seconds in PATIENCE.items()}


def pick(waiting: Sequence[Waiting], served: Mapping[str, float], turn: int, now: float) -> int:
    """The index of the job to take. `waiting` is not empty; a class that nobody knows counts as the least urgent.

    `served`: when a job of the repository was last taken. `turn`: how many were picked before, by all who share the queue.
    """
    if turn % SHARE == SHARE - 1:
        first = min(range(len(waiting)), key=lambda index: (_due(waiting[index]), index))
        if _due(waiting[first]) <= now:
            return first

    def order(index: int) -> tuple[int, float, float, int]:
        urgency, repository, since = waiting[index]
        return _rank(urgency), max(served.get(repository, since), since), since, index

    return min(range(len(waiting)), key=order)


def _rank(urgency: str) -> int:
    return _RANK.get(urgency, len(_RANK))


def _due(job: Waiting) -> float:
    return job[2] + _PATIENCE.get(job[0], PATIENCE[Urgency.BACKFILL])
