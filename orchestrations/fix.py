"""The fix orchestration: one finding to one patch that holds, or to why there is none.

A mechanical fix is tried first, and costs nothing. Then a model is asked, and what it wrote is tried; a patch that is refused
is asked for once more, with what stood against it. Whatever happens, the account of the run is closed.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from durabletask import task

from orchestrations.waiting import LONGEST, broken, mistake, patient, pause

TRIES = 2
"""Patches that a model may write for one finding."""
AGAIN = 5
"""How often a thought is begun again while Store or Blobs do not answer."""

Steps = Generator[task.Task[Any], Any, dict[str, Any]]


def fix(ctx: task.OrchestrationContext, given: dict[str, Any]) -> Steps:
    """One finding. Input: `{"request": Request, "change": digest, "finding": digest}`.

    Output: `{"status": "fixed", "fix": digest, "how": "mechanical" | "model", "receipt": text}`, or `refused` or `failed` with
    a `message`, and the receipt of what was paid all the same.
    """
    names = ("request", "change", "finding")
    job: dict[str, Any] = {"run": ctx.instance_id, "agent": "fixer", **{name: given[name] for name in names}}
    ctx.set_custom_status("looking for a mechanical fix")
    begun = yield from patient(ctx, "begin_fix", job)
    if begun["status"] != "asking":
        return begun
    calls: list[str] = []
    made = yield from _thought_up(ctx, {**job, "brief": begun["brief"]}, begun["prompt"], calls)
    ended = yield from patient(ctx, "end_fix", {**job, "calls": calls})
    return {**made, "receipt": ended.get("receipt", "")}


def _thought_up(ctx: task.OrchestrationContext, job: dict[str, Any], prompt: str, calls: list[str]) -> Steps:
    """What became of a model's patches; `calls` gets what they took."""
    tried: dict[str, Any] = {}
    for number in range(TRIES):
        ctx.set_custom_status("asking a model")
        thought = yield from _think(ctx, job, prompt, number)
        calls += thought.get("calls", [])
        if not thought.get("completion"):
            # What stood against the first patch tells more than why there is no second.
            return tried or {"status": "refused", "message": thought.get("failed") or thought.get("message", "")}
        ctx.set_custom_status("trying the patch")
        last = number == TRIES - 1
        ask = {**job, "prompt": prompt, "completion": thought["completion"], "last": last}
        tried = yield from patient(ctx, "try_fix", ask)
        if tried["status"] != "again":
            return tried
        prompt = tried["prompt"]
        tried = {"status": "refused", "message": tried["message"]}
    return tried


def _think(ctx: task.OrchestrationContext, job: dict[str, Any], prompt: str, number: int) -> Steps:
    """One thought, begun again while Store or Blobs are away."""
    ask = {name: job[name] for name in ("run", "request", "change", "agent")}
    thought: dict[str, Any] = {}
    for attempt in range(AGAIN):
        id = f"{ctx.instance_id}:t{number}" + (f".{attempt}" if attempt else "")
        try:
            thought = yield ctx.call_sub_orchestrator("thought", input={**ask, "prompt": prompt}, instance_id=id)
        except task.TaskFailedError as error:
            return {"failed": mistake(ctx, error)}
        if thought.get("status") != "unavailable":
            return broken(thought) or thought
        yield ctx.create_timer(pause(attempt, min(thought.get("seconds", 0), LONGEST)))
    return thought
