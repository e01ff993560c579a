"""The trace of a delivery through orchestrations: which orchestrator, which activity, beneath which.

The place of whoever starts an orchestration comes in its input, as `trace`, and goes into the inputs of all that it starts.
Orchestrators and activities themselves never see it. So it is in the history, and a replay elsewhere hands on the same.
Runs from before, whose inputs have none, go on as they began: nothing is added to what they start.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Mapping
from datetime import UTC
from typing import Any, cast

from durabletask import task

from fusion.ports.telemetry import Span, Telemetry, Tracer, Value
from fusion.telemetry.context import carried, derived, step, taken
from orchestrations.activity import Activity, Job

Orchestrator = Callable[[task.OrchestrationContext, Any], Generator[task.Task[Any], Any, Any]]


def carrying(name: str, orchestrator: Orchestrator, tracer: Callable[[], Tracer | None]) -> Orchestrator:
    """The orchestrator, which hands its trace on and tells of itself once it has ended: a generator of the same name.

    `tracer` is asked at the end, and not while a history is replayed. Telling never blocks; it decides nothing.
    """

    @functools.wraps(orchestrator)
    def orchestration(ctx: task.OrchestrationContext, given: Any) -> Generator[task.Task[Any], Any, Any]:
        parent, given = taken(given)
        own = derived(parent, ctx.instance_id)
        if not own:
            result = yield from orchestrator(ctx, given)
            return result
        # The history's own time, which has no zone and is UTC: also where another process began it.
        started = ctx.current_utc_datetime.replace(tzinfo=UTC)

        def told(failure: str, attributes: Mapping[str, Value]) -> None:
            seen = None if ctx.is_replaying else tracer()
            if seen is not None:
                seen.past(
                    f"orchestration {name}",
                    start=started,
                    end=ctx.current_utc_datetime.replace(tzinfo=UTC),
                    own=own,
                    parent=parent,
                    attributes={"fusion.run": ctx.instance_id, **about(given), **attributes},
                    failure=failure,
                )

        try:
            result = yield from orchestrator(cast(task.OrchestrationContext, _Carrying(ctx, own)), given)
        except Exception as error:  # raised again: only its type is told, since its words may quote what is reviewed
            told(type(error).__name__, {})
            raise
        told(*ended(result))
        return result

    return orchestration


class _Carrying:
    """The context of an orchestration, which puts the trace into whatever it starts."""

    def __init__(self, ctx: task.OrchestrationContext, own: str) -> None:
        self._ctx = ctx
        self._own = own

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ctx, name)

    def call_activity(self, activity: str, *, input: Any = None, **others: Any) -> Any:
        return self._ctx.call_activity(activity, input=carried(input, self._own), **others)

    def call_sub_orchestrator(self, orchestrator: str, *, input: Any = None, **others: Any) -> Any:
        return self._ctx.call_sub_orchestrator(orchestrator, input=carried(input, self._own), **others)

    def continue_as_new(self, new_input: Any, **others: Any) -> None:
        # The next execution is a step of its own, beneath this one: their ids would be the same beside each other.
        self._ctx.continue_as_new(carried(new_input, self._own), **others)


def seen(name: str, activity: Activity, telemetry: Telemetry) -> Activity:
    """The activity as a step of its run's trace, without the trace in its input."""

    async def traced(ctx: object, payload: Job) -> Any:
        parent, job = taken(payload)
        # Outside of any trace there is nothing that it would be a part of.
        if not parent:
            return await activity(ctx, job)
        attempt = int(getattr(ctx, "attempt", 1))
        attributes: dict[str, Value] = {"fusion.run": str(job.get("run", "")), "fusion.attempt": attempt, **about(job)}
        with step(telemetry.tracer, f"activity {name}", parent=parent, attributes=attributes) as span:
            answer = await activity(ctx, job)
            _conclude(span, answer)
            return answer

    traced.__name__ = traced.__qualname__ = name
    return traced


def about(job: Mapping[str, Any]) -> dict[str, Value]:
    """What an input is about: repository, number, agent, tool. No words of people, and nothing of a repository's content."""
    found: dict[str, Value] = {}
    if not isinstance(job, Mapping):
        return found
    inner = [job, *(part for name in ("request", "event", "wanted") if isinstance(part := job.get(name), Mapping))]
    for name, kind in (("repository", str), ("number", int)):
        value = next((part[name] for part in reversed(inner) if isinstance(part.get(name), kind) and part[name]), None)
        if value is not None:
            found[f"fusion.{name}"] = value
    for name in ("agent", "analyzer"):
        if isinstance(value := job.get(name), str):
            found[f"fusion.{name}"] = value
    return found


def ended(answer: Any) -> tuple[str, dict[str, Value]]:
    """Why an answer is a failure, and what it says of how it ended. Its message stays where it is: it may quote anything."""
    status = answer.get("status") if isinstance(answer, Mapping) else None
    if not isinstance(status, str):
        return ("failed" if isinstance(answer, Mapping) and answer.get("failed") else ""), {}
    return (status if status in ("failed", "unavailable") else ""), {"fusion.status": status}


def _conclude(span: Span, answer: Any) -> None:
    failure, attributes = ended(answer)
    for name, value in attributes.items():
        span.set(name, value)
    if failure:
        span.fail(failure)
