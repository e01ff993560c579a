"""The orchestration behind the timer: have GitHub redeliver what failed, and look for heads that nobody has looked at."""

from __future__ import annotations

from typing import Any

from durabletask import task

from orchestrations.waiting import Waits, patient


def catch_up(ctx: task.OrchestrationContext, given: dict[str, Any]) -> Waits:
    """Input: `{"event": CatchUp}`. Output: `{"redelivered": n, "looked_at": n}`, and what could not be done."""
    job = {"run": ctx.instance_id, "event": given["event"]}
    missed = yield from patient(ctx, "find_undelivered", job)
    redelivered = 0
    for id in missed.get("attempts", []):
        done = yield from patient(ctx, "redeliver", {**job, "attempt": id})
        redelivered += done["status"] == "redelivered"
    found = yield from patient(ctx, "find_installations", job)
    looked_at = 0
    failures = [answer["message"] for answer in (missed, found) if answer["status"] == "failed"]
    for installed in found.get("installations", []):
        seen = yield from patient(ctx, "find_unseen", {**job, **installed})
        looked_at += seen.get("found", 0)
        failures += [seen["message"]] if seen["status"] == "failed" else []
    return {"redelivered": redelivered, "looked_at": looked_at, "failures": failures}
