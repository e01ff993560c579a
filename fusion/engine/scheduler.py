"""The scheduler: everything the engine decides, without doing any of it.

Messages go in (start, event, an activity's result, a timer's due time); what comes out is a `Batch`: the statements that make
the decisions durable, and the effects (replies, activities to start) that may happen only once they are. It runs on one thread,
owns all state in memory, and touches neither clock, disk nor loop. When a batch cannot be written, memory is ahead of the
journal: the scheduler is thrown away and rebuilt from what was written.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from typing import Any

from fusion.engine import wire
from fusion.engine.activities import ActivityCall
from fusion.engine.batch import Batch
from fusion.engine.directory import Brief, Directory
from fusion.engine.episode import Outcome, interpret
from fusion.engine.errors import EngineFull, UnknownInstance
from fusion.engine.instances import Instance, Parent, Session, Sessions
from fusion.engine.metrics import Metrics
from fusion.engine.outside import Outside
from fusion.engine.slots import Slots
from fusion.engine.state import TERMINAL, InstanceStatus, Started
from fusion.engine.timers import Timer, Timers
from fusion.engine.wire import pb

_STATUS = {
    pb.ORCHESTRATION_STATUS_COMPLETED: InstanceStatus.COMPLETED,
    pb.ORCHESTRATION_STATUS_FAILED: InstanceStatus.FAILED,
    pb.ORCHESTRATION_STATUS_TERMINATED: InstanceStatus.TERMINATED,
}
_SURVIVES_RENEWAL = frozenset({"eventRaised", "executionTerminated", "executionSuspended", "executionResumed"})


class Scheduler:
    """See the module. `now` is set by the engine before each call, in Unix seconds, and never goes back."""

    def __init__(
        self,
        outside: Outside,
        directory: Directory,
        sessions: Sessions,
        metrics: Metrics,
        *,
        slots: int,
        max_instances: int,
        max_inbox: int,
        version: str,
    ) -> None:
        self._outside, self.sessions, self.metrics = outside, sessions, metrics
        self._max_instances, self._max_inbox, self._version = max_instances, max_inbox, version
        self.directory = directory
        self.live = directory.live
        self.ready: deque[Instance] = deque()
        self.slots = Slots(slots)
        self.timers = Timers()
        self.batch = Batch(1)
        self._unsaved: dict[str, Instance] = {}
        self.now = 0.0

    # Batches

    def take(self) -> Batch | None:
        """The batch so far, made complete; None when there is nothing in it."""
        for instance in self._unsaved.values():
            for n in range(instance.saved, len(instance.inbox)):
                self.batch.put("inbox_put", instance.execution, instance.first + n, instance.inbox[n].SerializeToString())
            instance.saved = len(instance.inbox)
        self._unsaved.clear()
        batch = self.batch
        if not batch.statements and not batch.effects:
            return None
        self.batch = Batch(batch.number + 1)
        return batch

    # Messages from callers

    def start(
        self,
        id: str,
        name: str,
        input: str | None,
        version: str,
        replace: Collection[InstanceStatus],
        trace: pb.TraceContext | None,
    ) -> Started:
        """Create an instance, unless one with this id exists whose status is not in `replace`. Raises EngineFull."""
        found = self.directory.find(id)
        if found is not None and found[0] not in replace:
            return Started(id, False)
        if len(self.live) >= self._max_instances and id not in self.live:
            self.metrics.refused += 1
            raise EngineFull(f"The engine has {len(self.live)} unfinished instances, as many as it accepts: try again later.")
        self._vacate(id, found)
        self._create(id, name, input, version, None, trace)
        return Started(id, True)

    def send(self, id: str, **kind: Any) -> bool:
        """Deliver an event to an instance; False when it is finished. Raises UnknownInstance, EngineFull."""
        instance = self.live.get(id)
        if instance is None:
            if self.directory.find(id) is None:
                raise UnknownInstance(f"There is no instance '{id}'.")
            return False
        if "eventRaised" in kind and len(instance.inbox) >= self._max_inbox:
            self.metrics.refused += 1
            raise EngineFull(
                f"Instance '{id}' has {len(instance.inbox)} unread events, as many as it accepts: try again later."
            )
        self.push(instance, self._event(**kind))
        return True

    def forget(self, finished: Iterable[tuple[str, str]]) -> None:
        """Purge finished instances, given as id and execution."""
        for id, execution in finished:
            self._erase(execution)
            self.directory.remember(id, None, self.batch)
            self.batch.put("instance_delete", id)
            self.metrics.purged += 1

    # Messages from activities and timers

    def settle(self, call: ActivityCall, result: str | None, failure: pb.TaskFailureDetails | None) -> None:
        """An activity ended: its slot is free, its instance hears of it."""
        self.slots.release(call)
        if failure is not None:
            self.metrics.activities_failed += 1
            event = self._event(taskFailed=pb.TaskFailedEvent(taskScheduledId=call.task_id, failureDetails=failure))
        else:
            event = self._event(taskCompleted=pb.TaskCompletedEvent(taskScheduledId=call.task_id, result=wire.text(result)))
        self._deliver(call.instance_id, call.execution_id, event)

    def fire_timers(self) -> None:
        """Deliver every timer that is due."""
        for timer in self.timers.pop_due(self.now):
            fired = self._event(timerFired=pb.TimerFiredEvent(timerId=timer.task, fireAt=timer.fire_at))
            if self._deliver(timer.instance, timer.execution, fired):
                self.live[timer.instance].timers -= 1
                self.metrics.timers_fired += 1

    def start_activities(self) -> None:
        """Give free slots to waiting activities."""
        for call in self.slots.grant(self.batch):
            self.metrics.activities += 1
            self.batch.after(partial(self._outside.launch, call))

    # Episodes

    def adopt(self, instance: Instance) -> None:
        """Take in an instance read from the journal."""
        self.live[instance.id] = instance
        self.metrics.recovered += 1
        self._queue(instance)

    def run_one(self) -> None:
        """Run the episode of the instance that has been ready for longest."""
        instance = self.ready.popleft()
        instance.queued = False
        if instance.dead or instance.busy or not instance.inbox:
            return
        session = self.sessions.get(instance.execution, fresh=instance.chunks == 0)
        new = [self._event(orchestratorStarted=pb.OrchestratorStartedEvent()), *instance.inbox]
        self.metrics.episodes += 1
        if session.live is None:
            self.metrics.replayed_events += session.count
        instance.busy = session.pinned = True
        self._outside.decide(instance, session, new)

    def apply(
        self, instance: Instance, session: Session, new: list[pb.HistoryEvent], response: pb.OrchestratorResponse
    ) -> None:
        """Record and carry out what an orchestrator decided on being told `new`."""
        instance.busy = session.pinned = False
        if instance.dead:
            return
        self._consume(instance, len(new) - 1)
        instance.heed(new)
        at = new[0].timestamp
        outcome = interpret(response, at)
        custom = wire.untext(response, "customStatus")
        completion = outcome.completion
        renewed = completion is not None and completion.orchestrationStatus == pb.ORCHESTRATION_STATUS_CONTINUED_AS_NEW
        if not renewed:
            self._record(instance, session, new, outcome, at)
        for event in outcome.events:
            self._carry_out(instance, event)
        for termination in outcome.terminations:
            self.terminate(termination.instanceId, wire.untext(termination, "reason"), recursive=termination.recurse)
        if completion is None:
            if session.live is not None:
                session.live.confirm(outcome.events)
            instance.status = InstanceStatus.SUSPENDED if instance.suspended else InstanceStatus.RUNNING
            self.batch.put("instance_update", instance.status, custom, self.now, instance.id)
            self._queue(instance)
        elif renewed:
            self._renew(instance, completion, custom, new)
        else:
            status = _STATUS.get(completion.orchestrationStatus, InstanceStatus.FAILED)
            self._finish(
                instance, status, wire.untext(completion, "result"), wire.optional(completion, "failureDetails"), custom
            )
            if any(event.HasField("executionTerminated") and event.executionTerminated.recurse for event in new):
                self._terminate_children(instance.id)

    def terminate(self, id: str, output: str | None, *, recursive: bool) -> None:
        """Ask a live instance to end; with `recursive`, its sub-orchestrations are asked once it has."""
        ended = pb.ExecutionTerminatedEvent(input=wire.text(output), recurse=recursive)
        self._deliver(id, None, self._event(executionTerminated=ended))

    def push(self, instance: Instance, *events: pb.HistoryEvent) -> None:
        """Add events to an instance's inbox."""
        instance.inbox.extend(events)
        self._unsaved[instance.id] = instance
        self._queue(instance)

    def set_timer(self, instance: Instance, task_id: int, fire_at: Any) -> None:
        """Set a durable timer."""
        instance.timers += 1
        self.timers.add(instance.id, instance.execution, task_id, fire_at)

    # Inside

    def _event(self, **kind: Any) -> pb.HistoryEvent:
        return wire.event(wire.stamp(self.now), **kind)

    def _queue(self, instance: Instance) -> None:
        if instance.inbox and not instance.queued and not instance.busy:
            instance.queued = True
            self.ready.append(instance)

    def _deliver(self, id: str, execution: str | None, event: pb.HistoryEvent) -> bool:
        """Push to a live instance; an execution id guards against answers to an execution that is over."""
        instance = self.live.get(id)
        if instance is None or (execution is not None and instance.execution != execution):
            return False
        self.push(instance, event)
        return True

    def _consume(self, instance: Instance, count: int) -> None:
        del instance.inbox[:count]
        instance.first += count
        if instance.saved:
            self.batch.put("inbox_consume", instance.execution, instance.first)
            instance.saved = max(0, instance.saved - count)

    def _record(self, instance: Instance, session: Session, new: list[pb.HistoryEvent], outcome: Outcome, at: Any) -> None:
        events = outcome.recorded(new, at)
        chunk = pb.HistoryChunk(events=events).SerializeToString()
        self.batch.put("history_put", instance.execution, instance.chunks, chunk)
        instance.chunks += 1
        if session.live is None:
            session.past.extend(events)
        self.sessions.grew(session, len(events), len(chunk), self.batch.number)

    def _carry_out(self, instance: Instance, event: pb.HistoryEvent) -> None:
        kind = wire.kind_of(event)
        if kind == "taskScheduled":
            self.slots.schedule(instance, event.eventId, event.taskScheduled)
        elif kind == "timerCreated":
            self.set_timer(instance, event.eventId, event.timerCreated.fireAt)
        elif kind == "subOrchestrationInstanceCreated":
            self._create_child(instance, event.eventId, event.subOrchestrationInstanceCreated)
        elif kind == "eventSent":
            sent = event.eventSent
            raised = pb.EventRaisedEvent(name=sent.name, input=wire.optional(sent, "input"))
            self._deliver(sent.instanceId, None, self._event(eventRaised=raised))

    def _vacate(self, id: str, found: Brief | None) -> None:
        """Remove what stands under an id that is to be used anew."""
        if found is None:
            return
        execution = found[1]
        if (instance := self.live.get(id)) is not None:
            self._drop(instance)
            self.batch.after(partial(self._outside.stop_activities, execution))
            self._terminate_children(id)
        self._erase(execution)

    def _create(
        self, id: str, name: str, input: str | None, version: str, parent: Parent | None, trace: pb.TraceContext | None
    ) -> None:
        instance = self.live[id] = Instance(id, uuid.uuid4().hex, name, version, parent)
        self.batch.put(
            "instance_put",
            *(id, instance.execution, name, version, InstanceStatus.PENDING, input),
            *(parent or (None, None, None)),
            *(self.now, self.now),
        )
        instance.trace = trace
        self.metrics.started += 1
        self._begin(instance, input)

    def _begin(self, instance: Instance, input: str | None, carried: Iterable[pb.HistoryEvent] = ()) -> None:
        started = wire.execution_started(
            name=instance.name,
            version=instance.version,
            input=input,
            instance=(instance.id, instance.execution),
            parent=instance.parent,
            trace=instance.trace,
        )
        self.push(instance, self._event(executionStarted=started), *carried)

    def _create_child(self, parent: Instance, task_id: int, child: pb.SubOrchestrationInstanceCreatedEvent) -> None:
        found = self.directory.find(child.instanceId)
        if found is None or found[0] in TERMINAL:
            self._vacate(child.instanceId, found)
            waiting = Parent(parent.id, parent.execution, task_id)
            version = wire.untext(child, "version") or self._version
            trace = wire.optional(child, "parentTraceContext")
            self._create(child.instanceId, child.name, wire.untext(child, "input"), version, waiting, trace)
            return
        details = wire.failure("InstanceAlreadyExists", f"an instance '{child.instanceId}' is already running")
        self.push(parent, self._event(**wire.child_failed(task_id, details)))

    def _renew(
        self, instance: Instance, completion: pb.CompleteOrchestrationAction, custom: str | None, new: Sequence[pb.HistoryEvent]
    ) -> None:
        """Continue as new: a fresh execution that inherits unread events, and orders that came with the last ones."""
        kept = [event for event in instance.inbox if wire.kind_of(event) in _SURVIVES_RENEWAL]
        orders = [event for event in new if event.HasField("executionTerminated")]
        if instance.suspended:
            orders.append(self._event(executionSuspended=pb.ExecutionSuspendedEvent()))
        self._erase(instance.execution)
        self._forget_timers(instance)
        input = wire.untext(completion, "result")
        instance.renew(uuid.uuid4().hex, wire.untext(completion, "newVersion") or instance.version)
        values = (instance.execution, instance.version, InstanceStatus.PENDING, input, custom, self.now, instance.id)
        self.batch.put("instance_continue", *values)
        self.metrics.continued += 1
        self._begin(instance, input, (*completion.carryoverEvents, *orders, *kept))

    def _finish(
        self,
        instance: Instance,
        status: InstanceStatus,
        output: str | None,
        failure: pb.TaskFailureDetails | None,
        custom: str | None,
    ) -> None:
        self._drop(instance)
        self.directory.remember(instance.id, (status, instance.execution), self.batch)
        self.batch.put("inbox_delete", instance.execution)
        if instance.tries:
            self.batch.put("activity_delete", instance.execution)
        blob = failure.SerializeToString() if failure is not None else None
        self.batch.put("instance_finish", status, output, blob, custom, self.now, instance.id)
        if status is InstanceStatus.TERMINATED:
            self.metrics.terminated += 1
            self.batch.after(partial(self._outside.stop_activities, instance.execution))
        elif status is InstanceStatus.FAILED:
            self.metrics.failed += 1
        else:
            self.metrics.completed += 1
        self.batch.after(partial(self._outside.finished, instance.id))
        if instance.parent is not None:
            parent, parent_execution, task = instance.parent
            heard = wire.child_completed(task, output)
            if status is not InstanceStatus.COMPLETED:
                terminated = wire.failure("Terminated", f"sub-orchestration '{instance.id}' was terminated")
                heard = wire.child_failed(task, failure or terminated)
            self._deliver(parent, parent_execution, self._event(**heard))

    def _terminate_children(self, id: str) -> None:
        for child in list(self.live.values()):
            if child.parent is not None and child.parent.id == id:
                self.terminate(child.id, None, recursive=True)

    def _drop(self, instance: Instance) -> None:
        instance.dead = True
        instance.inbox = []
        instance.saved = 0
        self.live.pop(instance.id, None)
        self._unsaved.pop(instance.id, None)
        self.sessions.drop(instance.execution)
        self._forget_timers(instance)

    def _forget_timers(self, instance: Instance) -> None:
        count, instance.timers = instance.timers, 0
        if count:
            self.timers.forget(count, self._alive)

    def _alive(self, timer: Timer) -> bool:
        instance = self.live.get(timer.instance)
        return instance is not None and instance.execution == timer.execution

    def _erase(self, execution: str) -> None:
        self.sessions.drop(execution)
        for name in ("history_delete", "inbox_delete", "activity_delete"):
            self.batch.put(name, execution)
