"""The orchestration of a command in a comment: may they, do it, answer once."""

from __future__ import annotations

from typing import Any

from durabletask import task

from fusion.render.markup import prose
from fusion.render.secrets import excerpt
from orchestrations.waiting import Waits, mistake, patient

_REASON = 500
"""Characters of what went wrong; the words may be GitHub's or a tool's."""


def command(ctx: task.OrchestrationContext, given: dict[str, Any]) -> Waits:
    """Input: `{"event": CommentMade}`. Output: `{"status": "obeyed" | "refused" | "limited" | "failed"...}`."""
    job = {"run": ctx.instance_id, "event": given["event"]}
    heard = yield from patient(ctx, "hear", job)
    if heard["status"] in ("gone", "ignored"):
        return heard
    if heard["status"] != "permitted":
        # a stranger who goes on gets no further answer: each costs requests of the installation
        if heard.get("say") or heard["status"] == "limited":
            yield from patient(ctx, "answer", {**job, "say": heard.get("say", ""), "reaction": "confused"})
        return heard
    obeyed = yield from patient(ctx, "obey", job)
    if obeyed["status"] == "fixing":
        obeyed = yield from _fixed(ctx, job, obeyed["fix"])
    say = obeyed.get("say", "")
    if obeyed["status"] == "failed" and not say:
        say = f"That did not work: {prose(excerpt(obeyed.get('message', ''), _REASON))}"
    reaction = "+1" if obeyed["status"] == "obeyed" else "confused"
    where = {"thread": obeyed["thread"]} if obeyed.get("thread") else {}
    yield from patient(ctx, "answer", {**job, **where, "say": say, "reaction": reaction})
    return {"status": obeyed["status"]}


def _fixed(ctx: task.OrchestrationContext, job: dict[str, Any], wanted: dict[str, Any]) -> Waits:
    """A patch for the finding that the command means, looked for and offered."""
    try:
        result = yield ctx.call_sub_orchestrator("fix", input=wanted, instance_id=f"{ctx.instance_id}:fix")
    except task.TaskFailedError as error:
        return {"status": "failed", "message": mistake(ctx, error)}
    return (yield from patient(ctx, "offer_fix", {**job, "wanted": wanted, "result": result}))
