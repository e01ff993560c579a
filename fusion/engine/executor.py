"""The native runner: replays generators with durabletask's own executor, in process.

Every private name of durabletask's Python worker that Fusion relies on is in this module, so that a new release of durabletask
is checked, and mended, in one place.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from durabletask.internal import tracing
from durabletask.serialization import JsonDataConverter
from durabletask.worker import (
    DEFAULT_MAXIMUM_TIMER_INTERVAL,
    _OrchestrationExecutor,
    _Registry,
    _RuntimeOrchestrationContext,
)

from fusion.engine import wire
from fusion.engine.activities import ActivityCall, ActivityContext
from fusion.engine.threads import Threads
from fusion.engine.wire import pb
from fusion.engine.worker import Registered, Worker

# durabletask logs every episode at INFO with eagerly formatted text; what matters is in the engine's metrics and history.
_log = logging.getLogger("fusion.engine.durabletask")
_log.setLevel(logging.ERROR)
_converter = JsonDataConverter()


class ActivityNotRegistered(LookupError):
    """An orchestrator asked for an activity that no one registered."""


class NativeRunner:
    """Runs a `Worker`: orchestrators by replay (or sticky), async activities on the loop, sync ones on threads."""

    def __init__(self, worker: Worker) -> None:
        self._activities = dict(worker.activities)
        self._registry = _Registry()  # type: ignore[no-untyped-call]
        for name, function in worker.orchestrators.items():
            self._registry.add_named_orchestrator(name, function)
        self._threads = Threads("fusion-activity")

    def orchestrate(
        self, instance_id: str, past: Sequence[pb.HistoryEvent], new: Sequence[pb.HistoryEvent]
    ) -> pb.OrchestratorResponse:
        """Replay the past into a new generator, feed it what is new."""
        executor = _OrchestrationExecutor(self._registry, _log, _converter)
        with tracing.suppress_span_emission():
            result = executor.execute(instance_id, past, new)
        return pb.OrchestratorResponse(
            instanceId=instance_id, actions=result.actions, customStatus=wire.text(result.encoded_custom_status)
        )

    def sticky(self, instance_id: str, past: Iterable[pb.HistoryEvent]) -> LiveGenerator:
        """A generator that stays suspended: an episode costs what is new, not the whole history."""
        return LiveGenerator(self._registry, instance_id, past)

    def timeout(self, name: str) -> float | None:
        """The activity's own time limit."""
        known = self._activities.get(name)
        return known.timeout if known else None

    def activity(self, call: ActivityCall) -> asyncio.Future[str | None]:
        """Run an activity on the loop or on a thread."""
        known = self._activities.get(call.name)
        loop = asyncio.get_running_loop()
        if known is not None and not known.is_async:
            return self._threads.run(partial(_call, known, call))
        return loop.create_task(_call_async(known, call))

    def close(self) -> None:
        """Let idle threads end."""
        self._threads.close()


class LiveGenerator:
    """The executor of one execution, kept with its suspended generator."""

    def __init__(self, registry: _Registry, instance_id: str, past: Iterable[pb.HistoryEvent]) -> None:
        self._executor = _OrchestrationExecutor(registry, _log, _converter)
        self._executor._orchestration_name = ""
        self._context = _RuntimeOrchestrationContext(instance_id, registry, _converter, DEFAULT_MAXIMUM_TIMER_INTERVAL)
        self._feed(past, replaying=True)

    def step(self, events: Sequence[pb.HistoryEvent]) -> pb.OrchestratorResponse:
        """Feed new events; what the orchestrator decided."""
        self._feed(events, replaying=False)
        context = self._context
        return pb.OrchestratorResponse(
            instanceId=context.instance_id,
            actions=context.get_actions(),
            customStatus=wire.text(context._encoded_custom_status),
        )

    def confirm(self, events: Iterable[pb.HistoryEvent]) -> None:
        """Its decisions are in the history now: they are pending no longer."""
        self._feed(events, replaying=True)

    def _feed(self, events: Iterable[pb.HistoryEvent], *, replaying: bool) -> None:
        self._context._is_replaying = replaying
        with tracing.suppress_span_emission():
            try:
                for event in events:
                    self._executor.process_event(self._context, event)
            except Exception as error:  # whatever the orchestrator raises is its failure, as in durabletask's own loop
                self._context.set_failed(error)


def _context(call: ActivityCall) -> ActivityContext:
    return ActivityContext(
        instance_id=call.instance_id,
        execution_id=call.execution_id,
        task_id=call.task_id,
        name=call.name,
        attempt=call.attempt,
        trace_parent=call.trace_parent,
        trace_state=call.trace_state,
    )


def _input(call: ActivityCall) -> Any:
    return json.loads(call.input) if call.input else None


def _call(known: Registered, call: ActivityCall) -> str | None:
    return _converter.serialize(known.function(_context(call), _input(call)))


async def _call_async(known: Registered | None, call: ActivityCall) -> str | None:
    if known is None:
        raise ActivityNotRegistered(f"no activity named '{call.name}' is registered")
    try:
        return _converter.serialize(await known.function(_context(call), _input(call)))
    except (SystemExit, KeyboardInterrupt) as error:  # in a task they would take the event loop down
        raise RuntimeError(f"activity '{call.name}' tried to end the process ({error!r})") from error
