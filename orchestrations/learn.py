"""The orchestration behind an answer or a resolved thread: learn what people decided, and have the review judged anew."""

from __future__ import annotations

from typing import Any

from durabletask import task

from orchestrations.waiting import Waits, patient


def learn(ctx: task.OrchestrationContext, given: dict[str, Any]) -> Waits:
    """Input: `{"event": CommentMade or ThreadChanged}`. Output: `{"status", "changed"}`."""
    event = given["event"]
    request = {
        "kind": "pull",
        "repository": event["repository"],
        "number": event["number"],
        "installation": event.get("installation", 0),
        "publish": True,
    }
    learnt = yield from patient(ctx, "learn_decisions", {"run": ctx.instance_id, "request": request, "event": event})
    if learnt.get("changed"):
        asked = yield from patient(ctx, "ask_again", {"run": ctx.instance_id, "event": event})
        return {**learnt, "asked": asked["status"]}
    return learnt
