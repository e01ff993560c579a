"""Slots for activities: who runs, who waits, and how often each was tried."""

from __future__ import annotations

from collections import deque

from fusion.engine import wire
from fusion.engine.activities import ActivityCall
from fusion.engine.batch import Batch
from fusion.engine.instances import Instance, Tries
from fusion.engine.wire import pb

_NEVER = Tries(0, 0)


class Slots:
    """A bounded number of running activities; the others wait in the order in which they were scheduled."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[tuple[Instance, ActivityCall]] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def schedule(self, instance: Instance, task_id: int, task: pb.TaskScheduledEvent) -> None:
        """Queue an activity for a slot."""
        trace = task.parentTraceContext if task.HasField("parentTraceContext") else None
        call = ActivityCall(
            instance_id=instance.id,
            execution_id=instance.execution,
            task_id=task_id,
            name=task.name,
            input=wire.untext(task, "input"),
            attempt=instance.tries.get(task_id, _NEVER).starts + 1,
            trace_parent=trace.traceParent if trace is not None else "",
            trace_state=(wire.untext(trace, "traceState") or "") if trace is not None else "",
        )
        self._waiting.append((instance, call))

    def release(self) -> None:
        """An activity ended."""
        self._free += 1

    def grant(self, batch: Batch) -> list[ActivityCall]:
        """The calls to start once the batch is committed; a start is journalled first, so that the crashes it causes count."""
        granted = []
        while self._free > 0 and self._waiting:
            instance, call = self._waiting.popleft()
            if instance.dead or instance.execution != call.execution_id:
                continue
            self._free -= 1
            tries = instance.tries[call.task_id] = Tries(call.attempt, instance.tries.get(call.task_id, _NEVER).crashes)
            batch.put("activity_put", call.execution_id, call.task_id, tries.starts, tries.crashes, 1)
            granted.append(call)
        return granted
