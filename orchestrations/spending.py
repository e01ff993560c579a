"""Whose money a run spends, and how much of it at most."""

from __future__ import annotations

from typing import Any

from fusion.budget.accounts import Account, Caps
from fusion.budget.answers import reservation
from fusion.model import Change, Request, RequestKind, Urgency
from fusion.policy import Policy
from fusion.routing.catalogue import HostCaps


def account(job: dict[str, Any], change: Change) -> Account:
    """What the calls of a job are charged to."""
    return Account(repository=change.repository, subject=change.subject, run=paying_run(job["run"]))


def paying_run(run: str) -> str:
    """Whose account pays for a run: a review that is begun again after an outage (`review-1:r1`) spends what its pull request's
    run (`review-1`) may spend, and no more.
    """
    return run.partition(":")[0]


def caps(host: HostCaps, policy: Policy, quoted: float | None = None) -> Caps:
    """Of the host's caps and the policy's the lower ones: a repository can spend less than it may, never more.

    `quoted`: what the run may have spent in the end by what was quoted for it.
    """
    run = min(host.run, policy.models.per_run)
    return Caps(
        run=run if quoted is None else min(run, quoted),
        pull=min(host.pull, policy.models.per_pull),
        repository=min(host.repository, policy.models.per_month),
        month=host.month,
    )


def urgency(request: Request) -> Urgency:
    """Who waits for a review."""
    if not request.publish:
        return Urgency.SCHEDULED if request.kind is RequestKind.TREE and request.repository else Urgency.PERSON
    if request.why:
        return Urgency.PERSON
    return Urgency.AGAIN if request.attempt > 1 else Urgency.PULL


def reserved(job: dict[str, Any]) -> str:
    """Id of the money set aside: one per attempt of a thought; the same when the activity is run again."""
    return reservation(paying_run(job["run"]), job["thought"], str(job["number"]))
