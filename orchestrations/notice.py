"""The orchestration that says on a pull request's check why there is no review."""

from __future__ import annotations

from typing import Any

from durabletask import task

from orchestrations.waiting import Waits, patient


def notice(ctx: task.OrchestrationContext, given: dict[str, Any]) -> Waits:
    """One notice. Input: `{"request", "conclusion", "reason"}`. Output: how it went."""
    job = {
        "run": ctx.instance_id,
        "request": given["request"],
        "conclusion": given["conclusion"],
        "message": given["reason"],
        "new": given["conclusion"] != "cancelled",
    }
    return (yield from patient(ctx, "settle", job))
