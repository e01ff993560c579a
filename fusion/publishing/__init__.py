"""Publishing: from a judged review to what GitHub should show, and from what people do there back to the ledger. Pure.

A host reads the `Scene`, calls `plan`, applies its steps one by one and keeps what is `noted`:

    made = plan(Reviewed(review=review, ledger=ledger), scene, posted, policy, marks)
    known = made.known
    for step in made.steps:
        known = noted(known, step, await conversation.apply(place, step.operation))

`Unplaced` from a step is answered with `without`, `Denied` with `denied`, and both with a new plan.
"""

from fusion.publishing.desired import Reviewed
from fusion.publishing.learn import Learned, Lesson, asks, learn
from fusion.publishing.markers import Mark, Marks
from fusion.publishing.notice import (
    Member,
    Notice,
    cancelled,
    check_of,
    failed,
    merge_group,
    refused,
    running,
    superseded,
    unavailable,
    unreviewed,
)
from fusion.publishing.posted import Posted, Step, begun, denied, intended, noted, unsure, without
from fusion.publishing.reconcile import Plan, plan
from fusion.publishing.shared import Beside
from fusion.publishing.threads import threads_of

__all__ = [
    "Beside",
    "Learned",
    "Lesson",
    "Mark",
    "Marks",
    "Member",
    "Notice",
    "Plan",
    "Posted",
    "Reviewed",
    "Step",
    "asks",
    "begun",
    "cancelled",
    "check_of",
    "denied",
    "failed",
    "intended",
    "learn",
    "merge_group",
    "noted",
    "plan",
    "refused",
    "running",
    "superseded",
    "threads_of",
    "unavailable",
    "unreviewed",
    "unsure",
    "without",
]
