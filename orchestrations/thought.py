"""The thought orchestration: one prompt to one completion, over whatever ways there are.

A way is chosen by the activity `route`: what was paid for before, a model in the cloud (an activity), the worker (a job, and
an external event raced with a timer), or none. A reply that does not fit its schema is asked for once more, with the error;
what still does not work is tried another way, until the routing knows none. Every attempt is a `Call`; failure is a value.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from durabletask import task

from orchestrations.waiting import broken, pause

MOST = 12
"""Attempts of one thought, whatever the routing says."""
OUTAGES = 12
"""How often a thought waits for the Store; with growing pauses, half an hour."""
SHORTEST, LONGEST = 0.1, 600.0
"""Seconds of one wait."""

Thought = Generator[task.Task[Any], Any, dict[str, Any]]


def thought(ctx: task.OrchestrationContext, job: dict[str, Any]) -> Thought:
    """One prompt. Input: `{"run", "request", "change", "agent", "prompt": digest}`.

    Output: `{"completion": digest, "calls": [digest]}`, or `{"failed": why, "calls": [...]}`; while Store or Blobs are away
    it is their answer instead (`orchestrations.waiting.broken`).
    """
    ask = {**job, "thought": ctx.instance_id, "calls": [], "number": 0, "asked": job["prompt"], "kept": "", "waited": 0.0}
    outages = 0
    while ask["number"] < MOST:
        way: dict[str, Any] = yield ctx.call_activity("route", input=ask)
        if way.get("status") == "wait" and outages < OUTAGES:
            # Nothing is under way yet: waiting here costs a timer, beginning the review again all that is in this journal.
            yield ctx.create_timer(pause(outages, way["seconds"]))
            outages += 1
            continue
        if away := broken(way):
            return away
        if way["way"] == "wait":
            # For how long it waits altogether, the activity says: it then answers that there is no way.
            seconds = min(max(way["seconds"], SHORTEST), LONGEST)
            yield ctx.create_timer(timedelta(seconds=seconds))
            if "short" in way:
                # For money that the run's other calls are about to give back: no endpoint keeps anybody waiting.
                ask["short"] = way["short"]
            else:
                ask["waited"] += seconds
            continue
        if "completion" in way:
            return _done(ask, way, way["completion"])
        if way["way"] == "none":
            calls = [*ask["calls"], *way.get("calls", [])]
            if ask["kept"]:
                return {"completion": ask["kept"], "calls": calls}
            return {"failed": way["failed"], "calls": calls}
        if way.get("pause"):
            yield ctx.create_timer(timedelta(seconds=min(way["pause"], LONGEST)))
        # Where the model cannot be told what was wrong, another is asked the question as it was.
        turn: dict[str, Any] = {**ask, **{name: way[name] for name in ("route", "prompt", "stay") if name in way}}
        answered = yield from (_by_worker if way["way"] == "worker" else _by_cloud)(ctx, turn)
        if away := broken(answered):
            return away
        if answered.get("completion") and not answered.get("unsure"):
            return _done(ask, answered, answered["completion"])
        ask = {
            **ask,
            "calls": [*ask["calls"], *answered["calls"]],
            "number": ask["number"] + 1,
            # Once more to the same model with what was wrong; after that, the question as it was to another.
            "prompt": answered.get("again") or ask["asked"],
            "stay": way["route"] if answered.get("again") else None,
            # Of an unsure answer the first is kept: another model may do better, and may not.
            "kept": ask["kept"] or answered.get("completion") or "",
            "short": None,
        }
    if ask["kept"]:
        return {"completion": ask["kept"], "calls": ask["calls"]}
    return {"failed": f"no model gave a usable answer in {MOST} attempts", "calls": ask["calls"]}


def _done(ask: dict[str, Any], last: dict[str, Any], completion: str) -> dict[str, Any]:
    return {"completion": completion, "calls": [*ask["calls"], *last.get("calls", [])]}


def _by_cloud(ctx: task.OrchestrationContext, ask: dict[str, Any]) -> Thought:
    answered: dict[str, Any] = yield ctx.call_activity("complete", input=ask)
    return answered


def _by_worker(ctx: task.OrchestrationContext, ask: dict[str, Any]) -> Thought:
    """A job for the worker: whoever comes first, its event or the timer. What comes after the timer is ignored."""
    event = f"inference-{ask['number']}"
    sent: dict[str, Any] = yield ctx.call_activity("submit_inference", input={**ask, "event": event})
    if broken(sent) or "calls" in sent:
        return sent
    result = ctx.wait_for_external_event(event)
    timer = ctx.create_timer(timedelta(seconds=sent["seconds"]))
    first = yield task.when_any([result, timer])
    heard = result.get_result() if first == result else None
    answered: dict[str, Any] = yield ctx.call_activity("collect_inference", input={**ask, "result": heard})
    return answered
