"""How an orchestration waits for GitHub and the Store: an activity says that it cannot go on, and a durable timer comes.

An activity's outage is a value, `{"status": "wait", "seconds": s}`, so that the orchestrator decides how long and how often;
`seconds` 0 leaves it the choice. What cannot be mended is a value too: `{"status": "failed", "message": ...}`.
What raises all the same is a mistake in Fusion: people are told that it is one, and the log tells the rest.
"""

from __future__ import annotations

from collections.abc import Awaitable, Generator, Mapping
from datetime import timedelta
from typing import Any

from durabletask import task

from fusion.errors import Gone, PermanentError, TransientError, UserError

WAITS = 60
"""How often one activity is waited for; with the longest pauses, about five hours."""
FIRST = 2.0
"""Seconds of the first pause; each further one is twice as long, up to LONGEST."""
LONGEST = 300.0
MOST = 3_900.0
"""Seconds of a pause that the other side may ask for: GitHub's limits are of an hour."""


Waits = Generator[task.Task[Any], Any, dict[str, Any]]
"""An orchestrator, or a part of one, that ends with plain JSON."""


def patient(ctx: task.OrchestrationContext, name: str, job: Mapping[str, Any]) -> Waits:
    """The activity's first answer that does not ask to wait; `failed` when it raised, or was waited for in vain."""
    message = ""
    for number in range(WAITS):
        try:
            answer: dict[str, Any] = yield ctx.call_activity(name, input=dict(job))
        except task.TaskFailedError as error:
            return {"status": "failed", "message": mistake(ctx, error)}
        if answer["status"] != "wait":
            return answer
        message = answer.get("message", "")
        yield ctx.create_timer(pause(number, answer.get("seconds", 0)))
    return {"status": "failed", "message": f"nothing helped in {WAITS} attempts. The last time: {message}"}


def pause(number: int, seconds: float) -> timedelta:
    """How long to wait before try `number` + 1: as asked for, within bounds, or growing."""
    if seconds > 0:
        return timedelta(seconds=min(seconds, MOST))
    return timedelta(seconds=min(FIRST * 2 ** min(number, 10), LONGEST))


def mistake(ctx: task.OrchestrationContext, error: task.TaskFailedError) -> str:
    """What people are told of an error that nobody foresaw: not its words, which may name what is on this machine."""
    kind = error.details.error_type.rpartition(".")[2]
    what = f" ({kind})" if kind not in ("", "TaskFailedError") else ""
    return f"there is a mistake in Fusion{what}, and its log says more under {ctx.instance_id}."


def broken(*answers: Any) -> dict[str, Any] | None:
    """The first of some activities' answers that is none, as a review's result: `unavailable` or `failed`, and why.

    What a sub-orchestration ended with is passed on as it is.
    """
    for answer in answers:
        status = answer.get("status") if isinstance(answer, dict) else ""
        if status == "wait":
            return {"status": "unavailable", "message": answer["message"], "seconds": answer["seconds"]}
        if status == "unavailable":
            return dict(answer)
        if status in ("failed", "gone"):
            return {"status": "failed", "message": answer["message"]}
    return None


async def settled(work: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    """What an activity found, or as a value why it could not: `wait`, `gone`, `failed`."""
    try:
        return await work
    except TransientError as error:
        return {"status": "wait", "seconds": getattr(error, "seconds", 0), "message": str(error)}
    except Gone as error:
        return {"status": "gone", "message": str(error)}
    except (PermanentError, UserError) as error:
        return {"status": "failed", "message": str(error)}
