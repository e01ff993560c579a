"""The orchestration of a pull request's review: announce, learn, review, publish.

Whatever happens to the review, its check ends: with the verdict, or with why there is none. Only a run that is terminated
leaves its check behind, and whoever terminated it has it finished: the next head's run, or a notice.
"""

from __future__ import annotations

from typing import Any

from durabletask import task

from orchestrations.waiting import Waits, mistake, patient, pause

REVIEWS = 20
"""How often a review is begun while GitHub or the Store does not answer; with growing pauses, an hour."""
_OVER = frozenset({"superseded", "closed", "gone"})


def pull(ctx: task.OrchestrationContext, given: dict[str, Any]) -> Waits:
    """One review of a pull request's head. Input: `{"request": Request}`. Output: the review's result and `published`.

    `published` is `published`, `superseded` (a newer head came), `closed`, `gone` or `failed`, with a `message`.
    """
    job = {"run": ctx.instance_id, "request": given["request"]}
    ctx.set_custom_status("announcing")
    announced = yield from patient(ctx, "announce", job)
    if announced["status"] in _OVER:
        return {"status": announced["status"], "published": announced["status"], "message": _said(announced)}

    ctx.set_custom_status("learning")
    # What cannot be learnt now is learnt at the next review: nothing of it is lost on the pull request.
    yield from patient(ctx, "learn_decisions", job)

    ctx.set_custom_status("reviewing")
    result = yield from _reviewed(ctx, given["request"])

    ctx.set_custom_status("publishing")
    if result["status"] == "superseded":
        yield from patient(ctx, "settle", {**job, "conclusion": "cancelled", "message": _said(result)})
        return {**result, "published": "superseded"}
    published = yield from patient(ctx, "publish", {**job, "result": result})
    if published["status"] == "failed":
        yield from patient(ctx, "settle", {**job, "conclusion": "action_required", "message": _said(published)})
    return {**result, "published": published["status"], "message": _said(published) or result.get("message", "")}


def _reviewed(ctx: task.OrchestrationContext, request: dict[str, Any]) -> Waits:
    """The review's result, or as one `failed` or `unavailable`, and why."""
    result: dict[str, Any] = {}
    for number in range(REVIEWS):
        try:
            result = yield ctx.call_sub_orchestrator("review", input=request, instance_id=f"{ctx.instance_id}:r{number}")
        except task.TaskFailedError as error:
            return {"status": "failed", "message": mistake(ctx, error)}
        if result["status"] != "unavailable":
            return result
        yield ctx.create_timer(pause(number, result.get("seconds", 0)))
    return {"status": "unavailable", "message": result.get("message", "")}


def _said(answer: dict[str, Any]) -> str:
    return str(answer.get("message", ""))
