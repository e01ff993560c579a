"""The agent orchestration: one task of one agent, as a sub-orchestration of a review.

ask -> model (where the agent wants one and one is configured) -> read. A failure is a report, never an exception: one dead
agent neither kills a review nor passes for "no findings".
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from durabletask import task

from orchestrations.waiting import broken


def agent(ctx: task.OrchestrationContext, job: dict[str, Any]) -> Generator[task.Task[Any], Any, Any]:
    """One task. Input: `{"request", "change", "agent", "task": digest}`. Output: the digest of its `Report`.

    While Store or Blobs are away it is their answer instead (`orchestrations.waiting.broken`).
    """
    asked = yield ctx.call_activity("ask_agent", input=job)
    if broken(asked):
        return asked
    answered: dict[str, Any] = asked
    if asked.get("prompt"):
        answered = yield ctx.call_activity("complete", input={**job, "prompt": asked["prompt"]})
        if broken(answered):
            return answered
    if answered.get("failed"):
        failed = yield ctx.call_activity("fail_agent", input={**job, "reason": answered["failed"]})
        return failed
    report = yield ctx.call_activity("read_agent", input={**job, "completion": answered.get("completion")})
    return report
