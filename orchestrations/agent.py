"""The agent orchestration: one task of one agent, as a sub-orchestration of a review.

ask -> thought (where the agent wants a model and there is one) -> notes to other agents, a second round with their answers
-> read -> the verifier's thoughts about what the model found. A failure is a report, never an exception: one dead agent neither
kills a review nor passes for "no findings".
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from durabletask import task

from orchestrations.waiting import broken

PATIENCE = timedelta(minutes=5)
"""For how long an agent waits for the answers to its notes."""

Steps = Generator[task.Task[Any], Any, dict[str, Any]]


def agent(ctx: task.OrchestrationContext, job: dict[str, Any]) -> Generator[task.Task[Any], Any, Any]:
    """One task. Input: `{"request", "change", "evidence", "agent", "task": digest}`. Output: the digest of its `Report`.

    While Store or Blobs are away it is their answer instead (`orchestrations.waiting.broken`).
    """
    asked = yield ctx.call_activity("ask_agent", input=job)
    if broken(asked):
        return asked
    if asked.get("failed"):
        failed = yield ctx.call_activity("fail_agent", input={**job, "reason": asked["failed"]})
        return failed
    if not asked.get("prompt"):
        report = yield ctx.call_activity("read_agent", input={**job, "completion": None})
        return report
    thought: dict[str, Any] = yield _think(ctx, job, asked["prompt"], "t")
    if not broken(thought) and thought.get("completion"):
        thought = yield from _discuss(ctx, job, asked["prompt"], thought)
    if broken(thought):
        return thought
    if thought.get("failed"):
        failed = yield ctx.call_activity("fail_agent", input={**job, "reason": thought["failed"], "calls": thought["calls"]})
        return failed
    report = yield ctx.call_activity(
        "read_agent", input={**job, "completion": thought["completion"], "calls": thought["calls"]}
    )
    if broken(report):
        return report
    # After a second round the finder knew more than its brief.
    verified = yield from _verify(ctx, {**job, "prompt": thought["prompt"]} if "prompt" in thought else job, report)
    return verified


def _think(ctx: task.OrchestrationContext, job: dict[str, Any], prompt: str, name: str) -> task.Task[Any]:
    ask: dict[str, Any] = {name: job[name] for name in ("run", "request", "change", "agent", "most") if name in job}
    return ctx.call_sub_orchestrator("thought", input={**ask, "prompt": prompt}, instance_id=f"{ctx.instance_id}:{name}")


def _discuss(ctx: task.OrchestrationContext, job: dict[str, Any], prompt: str, first: dict[str, Any]) -> Steps:
    """What the agent asks of others, answered or not, and what it says then."""
    wanted = yield ctx.call_activity("write_notes", input={**job, "completion": first["completion"]})
    if broken(wanted):
        return wanted  # type: ignore[no-any-return]
    notes: list[dict[str, Any]] = wanted["notes"]
    if not notes:
        return first
    thoughts = {
        number: _think(ctx, job, note["prompt"], f"n{number}") for number, note in enumerate(notes) if note.get("prompt")
    }
    if thoughts:
        # One timer for all: whoever has not answered by then has said nothing.
        timer = ctx.create_timer(PATIENCE)
        waiting = dict(thoughts)
        while waiting and not timer.is_complete:
            yield task.when_any([*waiting.values(), timer])
            waiting = {number: one for number, one in waiting.items() if not one.is_complete}
    replies = []
    for number, note in enumerate(notes):
        one = thoughts.get(number)
        replies.append(
            {**note, "thought": one.get_result() if one is not None and one.is_complete and not one.is_failed else None}
        )
    followed = yield ctx.call_activity(
        "follow_up", input={**job, "prompt": prompt, "completion": first["completion"], "notes": replies}
    )
    if broken(followed):
        return followed  # type: ignore[no-any-return]
    calls = [*first["calls"], *followed["calls"]]
    second: dict[str, Any] = yield _think(ctx, job, followed["prompt"], "f")
    if broken(second):
        return second
    # A second round that fails costs nothing of the first.
    completion = second.get("completion") or first["completion"]
    return {"completion": completion, "calls": [*calls, *second["calls"]], "prompt": followed["prompt"]}


def _verify(ctx: task.OrchestrationContext, job: dict[str, Any], report: str) -> Generator[task.Task[Any], Any, Any]:
    """The report once readers with fresh eyes have tried to refute what the model found."""
    checks = yield ctx.call_activity("ask_verifier", input={**job, "report": report})
    if broken(checks):
        return checks
    prompts: list[str] = checks["prompts"]
    if not prompts:
        return report
    votes = yield task.when_all([_think(ctx, job, prompt, f"v{number}") for number, prompt in enumerate(prompts)])
    if away := broken(*votes):
        return away
    heard = yield ctx.call_activity("hear_verifier", input={**job, "report": report, "votes": votes})
    return heard
