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
    steps = _Steps(ctx)
    while ask["number"] < MOST:
        way = yield from steps.take("route", ask)
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
        answered = yield from (_by_worker(ctx, steps, turn) if way["way"] == "worker" else steps.take("complete", turn))
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


class _Steps:
    """The activities of one thought. While Store or Blobs are away they are waited for, OUTAGES times altogether.

    Waiting costs a timer; beginning the review again costs what is in its journals, the answers that were paid for among it.
    Each activity can be run again: what it began before, the account of its call says.
    """

    def __init__(self, ctx: task.OrchestrationContext) -> None:
        self.ctx = ctx
        self.outages = 0

    def take(self, name: str, job: dict[str, Any]) -> Thought:
        """The activity's answer, which still is `wait` when it was waited for in vain."""
        while True:
            answer: dict[str, Any] = yield self.ctx.call_activity(name, input=job)
            if answer.get("status") != "wait" or self.outages == OUTAGES:
                return answer
            yield self.ctx.create_timer(pause(self.outages, answer["seconds"]))
            self.outages += 1


def _by_worker(ctx: task.OrchestrationContext, steps: _Steps, ask: dict[str, Any]) -> Thought:
    """A job for the worker: whoever comes first, its event or the timer. What comes after the timer is ignored."""
    event = f"inference-{ask['number']}"
    sent = yield from steps.take("submit_inference", {**ask, "event": event})
    if broken(sent) or "calls" in sent:
        return sent
    result = ctx.wait_for_external_event(event)
    timer = ctx.create_timer(timedelta(seconds=sent["seconds"]))
    first = yield task.when_any([result, timer])
    heard = result.get_result() if first == result else None
    return (yield from steps.take("collect_inference", {**ask, "result": heard}))
