"""Slots for activities: who runs, who waits, and how often each was tried."""

from __future__ import annotations

import heapq
from collections import deque
from itertools import count as counter

from fusion.engine import wire
from fusion.engine.activities import ActivityCall
from fusion.engine.batch import Batch
from fusion.engine.instances import Instance, Tries
from fusion.engine.wire import pb

_NEVER = Tries(0, 0)
SUSPECT = 2
"""Ends of the process at which an activity that ran each time is suspected to have caused them."""


class Slots:
    """A bounded number of running activities; the others wait in the order in which they were scheduled.

    When the process ends, whatever ran is blamed, the innocent with the guilty. Suspects therefore run one at a time, those
    with the fewest ends first: the next end is held against one of them and not against all.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[tuple[Instance, ActivityCall]] = deque()
        self._suspects: list[tuple[int, int, Instance, ActivityCall]] = []
        self._order = counter()
        self._suspect: tuple[str, int] | None = None
        """The suspect that runs."""

    def __len__(self) -> int:
        return len(self._waiting) + len(self._suspects)

    def schedule(self, instance: Instance, task_id: int, task: pb.TaskScheduledEvent) -> None:
        """Queue an activity for a slot."""
        trace = task.parentTraceContext if task.HasField("parentTraceContext") else None
        tries = instance.tries.get(task_id, _NEVER)
        call = ActivityCall(
            instance_id=instance.id,
            execution_id=instance.execution,
            task_id=task_id,
            name=task.name,
            input=wire.untext(task, "input"),
            attempt=tries.starts + 1,
            trace_parent=trace.traceParent if trace is not None else "",
            trace_state=(wire.untext(trace, "traceState") or "") if trace is not None else "",
        )
        if tries.crashes >= SUSPECT:
            heapq.heappush(self._suspects, (tries.crashes, next(self._order), instance, call))
        else:
            self._waiting.append((instance, call))

    def release(self, call: ActivityCall) -> None:
        """An activity ended."""
        self._free += 1
        if call.key == self._suspect:
            self._suspect = None

    def grant(self, batch: Batch) -> list[ActivityCall]:
        """The calls to start once the batch is committed; a start is journalled first, so that the crashes it causes count."""
        granted = []
        while self._free > 0 and self._suspects and self._suspect is None:
            *_, instance, call = heapq.heappop(self._suspects)
            if self._start(instance, call, batch):
                self._suspect = call.key
                granted.append(call)
        while self._free > 0 and self._waiting:
            instance, call = self._waiting.popleft()
            if self._start(instance, call, batch):
                granted.append(call)
        return granted

    def _start(self, instance: Instance, call: ActivityCall, batch: Batch) -> bool:
        """Note that it starts; False when nobody waits for it any more."""
        if instance.dead or instance.execution != call.execution_id:
            return False
        self._free -= 1
        tries = instance.tries[call.task_id] = Tries(call.attempt, instance.tries.get(call.task_id, _NEVER).crashes)
        batch.put("activity_put", call.execution_id, call.task_id, tries.starts, tries.crashes, 1)
        return True
