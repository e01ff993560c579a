"""The orchestration of a merge group: one check on its head, from the verdicts of the pull requests in it.

A merge queue waits for every required check on the head of the group, so this one always ends: members still under review are
waited for, and what is not known by then is said.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from durabletask import task

from orchestrations.waiting import Waits, patient

LOOKS = 60
"""How often the members are looked at. GitHub's own limit for a group's checks is an hour by default."""
PAUSE = timedelta(seconds=30)


def merge_group(ctx: task.OrchestrationContext, given: dict[str, Any]) -> Waits:
    """Input: `{"event": MergeGroupFormed}`. Output: `{"status", "conclusion"}`."""
    job = {"run": ctx.instance_id, "event": given["event"]}
    announced = yield from patient(ctx, "announce_group", job)
    job["check"] = announced.get("check", 0)
    seen: dict[str, Any] = {"status": "failed"}
    for number in range(LOOKS):
        seen = yield from patient(ctx, "look_at_group", {**job, "look": number})
        if seen["status"] != "waiting":
            break
        yield ctx.create_timer(PAUSE)
    return (yield from patient(ctx, "conclude_group", {**job, "seen": seen}))
