"""Small orchestrations for the engine's tests: each shows one thing a Durable host must do, the same on every host.

Activities are synchronous where every host must run them (durabletask's own worker takes no others); `*_async` are for ours.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Generator
from datetime import timedelta
from typing import Any

from durabletask import task

Flow = Generator[task.Task[Any], Any, Any]
Context = task.OrchestrationContext

calls: Counter[str] = Counter()
"""How often `flaky` was called, by key."""
released = threading.Event()
"""Lets `stuck` go at the end of a test."""
_odometer = itertools.count()


# Activities


def asynchronous(activity: Callable[[Any, Any], Any]) -> Callable[[object, Any], Awaitable[Any]]:
    """A synchronous one as the activities of Fusion are."""

    async def run(context: object, payload: Any) -> Any:
        return activity(context, payload)

    return run


def plan(ctx: Any, request: dict[str, Any]) -> dict[str, Any]:
    return {"fan": request.get("fan", 5)}


def score(ctx: Any, job: dict[str, Any]) -> dict[str, Any]:
    if job.get("sleep"):
        time.sleep(job["sleep"])
    return {"agent": job["agent"], "score": job["n"] * 2}


def total(ctx: Any, scores: list[int]) -> int:
    return sum(scores)


async def plan_async(ctx: Any, request: dict[str, Any]) -> dict[str, Any]:
    return plan(ctx, request)


async def score_async(ctx: Any, job: dict[str, Any]) -> dict[str, Any]:
    if job.get("sleep"):
        await asyncio.sleep(job["sleep"])
    return {"agent": job["agent"], "score": job["n"] * 2}


async def total_async(ctx: Any, scores: list[int]) -> int:
    return sum(scores)


def flaky(ctx: Any, job: dict[str, Any]) -> str:
    """Fails as often as it is told. The key is in the input: Azure hands activities no context."""
    calls[job["key"]] += 1
    if calls[job["key"]] <= job["failures"]:
        raise ValueError(f"attempt {calls[job['key']]} failed")
    return f"ok after {calls[job['key']]}"


def always_fails(ctx: Any, reason: str) -> None:
    raise RuntimeError(f"no: {reason}")


async def hangs(ctx: Any, _: Any) -> None:
    await asyncio.sleep(3_600)


def stuck(ctx: Any, _: Any) -> None:
    released.wait(60)


def identify(ctx: Any, _: Any) -> list[Any]:
    return [ctx.instance_id, ctx.execution_id, ctx.task_id, ctx.attempt, ctx.idempotency_key, ctx.trace_parent]


def echo(ctx: Any, value: Any) -> Any:
    return value


# Orchestrations


def review(ctx: Context, request: dict[str, Any]) -> Flow:
    """Plan, fan out, fan in; `kind` "_async" takes the async activities."""
    kind = request.get("kind", "")
    ctx.set_custom_status("planning")
    planned = yield ctx.call_activity("plan" + kind, input=request)
    ctx.set_custom_status("scoring")
    jobs = [{"agent": f"a{n}", "n": n, "sleep": request.get("sleep", 0)} for n in range(planned["fan"])]
    reports = yield task.when_all([ctx.call_activity("score" + kind, input=job) for job in jobs])
    ctx.set_custom_status("adding up")
    result = yield ctx.call_activity("total" + kind, input=[report["score"] for report in reports])
    return result


def sequence(ctx: Context, count: int) -> Flow:
    """Many steps, one after another."""
    value = 0
    for n in range(count):
        value = yield ctx.call_activity("total", input=[value, n])
    return value


def approval(ctx: Context, request: dict[str, Any]) -> Flow:
    """An event raced with a timer."""
    timer = ctx.create_timer(timedelta(seconds=request["seconds"]))
    event = ctx.wait_for_external_event("approved")
    winner = yield task.when_any([timer, event])
    if winner is event:
        timer.cancel()
        return {"approved": event.get_result()}
    return {"approved": None}


def family(ctx: Context, fan: int) -> Flow:
    """Two sub-orchestrations at once."""
    sums = yield task.when_all(
        [ctx.call_sub_orchestrator("review", input={"fan": fan}, instance_id=f"{ctx.instance_id}:{n}") for n in range(2)]
    )
    return sum(sums)


def ancestors(ctx: Context, depth: int) -> Flow:
    """A chain of sub-orchestrations whose last waits for good."""
    if depth == 0:
        result = yield ctx.wait_for_external_event("never")
    else:
        result = yield ctx.call_sub_orchestrator("ancestors", input=depth - 1, instance_id=f"{ctx.instance_id}/{depth - 1}")
    return result


def brood(ctx: Context, seconds: float) -> Flow:
    """Waits for one sub-orchestration, whose id begins with its own."""
    result = yield ctx.call_sub_orchestrator("sleeper", input=seconds, instance_id=f"{ctx.instance_id}:0")
    return result


def countdown(ctx: Context, n: int) -> Flow:
    """Continue-as-new with a timer each round."""
    yield ctx.create_timer(timedelta(milliseconds=5))
    if n > 0:
        ctx.continue_as_new(n - 1)
        return None
    return "done"


def mailbox(ctx: Context, got: list[Any] | None) -> Flow:
    """Continue-as-new while events are in flight."""
    letter = yield ctx.wait_for_external_event("letter")
    got = [*(got or []), letter]
    if len(got) < 10:
        ctx.continue_as_new(got, save_events=True)
        return None
    return got


def spinner(ctx: Context, n: int) -> Flow:
    """Continues as new for as long as it is let."""
    yield ctx.create_timer(timedelta(milliseconds=1))
    ctx.continue_as_new(n + 1)


def sleeper(ctx: Context, seconds: float) -> Flow:
    yield ctx.create_timer(timedelta(seconds=seconds))
    return "woke"


def persistent(ctx: Context, failures: int) -> Flow:
    """A retry that helps and one that does not."""
    policy = task.RetryPolicy(first_retry_interval=timedelta(milliseconds=10), max_number_of_attempts=3)
    good = yield ctx.call_activity("flaky", input={"key": ctx.instance_id, "failures": failures}, retry_policy=policy)
    try:
        yield ctx.call_activity("always_fails", input="again", retry_policy=policy)
    except task.TaskFailedError as error:
        return [good, error.details.message]
    return [good, None]


def messenger(ctx: Context, target: str) -> Flow:
    """Sends an event to another orchestration."""
    ctx.send_event(target, "approved", data={"by": "messenger"})
    yield ctx.create_timer(timedelta(milliseconds=5))
    return "sent"


def guarded(ctx: Context, request: dict[str, Any]) -> Flow:
    """Runs one activity and returns its failure as a value."""
    try:
        result = yield ctx.call_activity(request["activity"], input=request.get("input"))
    except task.TaskFailedError as error:
        return {"failed": error.details.message}
    return {"result": result}


def guarded_child(ctx: Context, name: str) -> Flow:
    """Runs one sub-orchestration and returns its failure as a value."""
    try:
        result = yield ctx.call_sub_orchestrator(name, input=None)
    except task.TaskFailedError as error:
        return {"failed": error.details.message}
    return {"result": result}


def kind_of_failure(ctx: Context, _: Any) -> Flow:
    """The type that a failed activity is reported with."""
    try:
        yield ctx.call_activity("always_fails", input="why")
    except task.TaskFailedError as error:
        return error.details.error_type
    return ""


def broken(ctx: Context, _: Any) -> Any:
    raise KeyError("a defect")


def quitter(ctx: Context, _: Any) -> Any:
    raise SystemExit(3)


def wandering(ctx: Context, _: Any) -> Flow:
    """Not deterministic: each replay calls another activity."""
    for _round in range(3):
        yield ctx.call_activity("plan" if next(_odometer) % 2 == 0 else "echo", input={})
    return "arrived"


def unsupported(ctx: Context, _: Any) -> Flow:
    """Uses entities, which the embedded engine does not offer."""
    from durabletask.entities import EntityInstanceId

    result = yield ctx.call_entity(EntityInstanceId("counter", "one"), "get")
    return result


def random_id(ctx: Context, _: Any) -> Flow:
    """Deterministic randomness and time survive replay."""
    first = ctx.new_uuid()
    yield ctx.create_timer(timedelta(milliseconds=5))
    yield ctx.call_activity("echo", input=first)
    return [first, ctx.new_uuid() != first]


def identity(ctx: Context, _: Any) -> Flow:
    """Two calls of the same activity, to compare what they are handed."""
    first = yield ctx.call_activity("identify")
    second = yield ctx.call_activity("identify")
    return [first, second]


PORTABLE = [
    review,
    sequence,
    approval,
    family,
    ancestors,
    countdown,
    mailbox,
    sleeper,
    persistent,
    messenger,
    guarded,
    guarded_child,
]
PORTABLE += [broken, random_id, kind_of_failure, brood]
ORCHESTRATORS = [*PORTABLE, spinner, quitter, wandering, unsupported, identity]
SYNC_ACTIVITIES = [plan, score, total, flaky, always_fails, echo]
ACTIVITIES = [*SYNC_ACTIVITIES, plan_async, score_async, total_async, hangs, stuck, identify]


def worker() -> Any:
    """All of it, in a worker of the engine."""
    from fusion.engine import Worker

    made = Worker()
    for orchestrator in ORCHESTRATORS:
        made.add_orchestrator(orchestrator)
    for activity in ACTIVITIES:
        made.add_activity(activity.__name__, activity)
    return made
