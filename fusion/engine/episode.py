"""What an orchestrator decided in one episode, as the host must record it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fusion.engine import wire
from fusion.engine.wire import pb


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`events` confirm the decisions and are executed from the history; `completion` ends the execution, if it is set."""

    events: list[pb.HistoryEvent]
    terminations: list[pb.TerminateOrchestrationAction]
    completion: pb.CompleteOrchestrationAction | None

    def recorded(self, new: list[pb.HistoryEvent], at: Any) -> list[pb.HistoryEvent]:
        """The episode's part of the history: what the orchestrator was told, what it decided, and how it ended."""
        events = [*new, *self.events]
        if self.completion is not None:
            done = pb.ExecutionCompletedEvent(
                orchestrationStatus=self.completion.orchestrationStatus,
                result=wire.optional(self.completion, "result"),
                failureDetails=wire.optional(self.completion, "failureDetails"),
            )
            events.append(wire.event(at, executionCompleted=done))
        return events


def interpret(response: pb.OrchestratorResponse, at: Any) -> Outcome:
    """Turn the worker's actions into history events stamped `at`. What the engine does not offer fails the orchestration."""
    events: list[pb.HistoryEvent] = []
    terminations: list[pb.TerminateOrchestrationAction] = []
    completion: pb.CompleteOrchestrationAction | None = None
    for action in response.actions:
        kind = action.WhichOneof("orchestratorActionType")
        if kind == "scheduleTask":
            task = action.scheduleTask
            scheduled = pb.TaskScheduledEvent(
                name=task.name,
                version=wire.optional(task, "version"),
                input=wire.optional(task, "input"),
                tags=task.tags,
                parentTraceContext=wire.optional(task, "parentTraceContext"),
            )
            events.append(wire.event(at, action.id, taskScheduled=scheduled))
        elif kind == "createTimer":
            events.append(wire.event(at, action.id, timerCreated=pb.TimerCreatedEvent(fireAt=action.createTimer.fireAt)))
        elif kind == "createSubOrchestration":
            child = action.createSubOrchestration
            created = pb.SubOrchestrationInstanceCreatedEvent(
                instanceId=child.instanceId,
                name=child.name,
                version=wire.optional(child, "version"),
                input=wire.optional(child, "input"),
                parentTraceContext=wire.optional(child, "parentTraceContext"),
            )
            events.append(wire.event(at, action.id, subOrchestrationInstanceCreated=created))
        elif kind == "sendEvent":
            sent = action.sendEvent
            message = pb.EventSentEvent(instanceId=sent.instance.instanceId, name=sent.name, input=wire.optional(sent, "data"))
            events.append(wire.event(at, action.id, eventSent=message))
        elif kind == "terminateOrchestration":
            terminations.append(action.terminateOrchestration)
        elif kind == "completeOrchestration":
            completion = action.completeOrchestration
        else:
            details = wire.failure(
                "NotSupported", f"the embedded engine does not offer {kind or 'this action'}", retriable=False
            )
            completion = pb.CompleteOrchestrationAction(
                orchestrationStatus=pb.ORCHESTRATION_STATUS_FAILED, failureDetails=details
            )
            break
    return Outcome(events=events, terminations=terminations, completion=completion)


class Outstanding:
    """What a history has promised and not got back (activities and timers, by task id), and whose trace it belongs to."""

    def __init__(self) -> None:
        self.tasks: dict[int, pb.TaskScheduledEvent] = {}
        self.timers: dict[int, Any] = {}
        self.trace: pb.TraceContext | None = None

    def feed(self, events: Iterable[pb.HistoryEvent]) -> None:
        """Read on: a retry schedules the same task id again."""
        for event in events:
            kind = wire.kind_of(event)
            if kind == "taskScheduled":
                self.tasks[event.eventId] = event.taskScheduled
            elif kind == "taskCompleted":
                self.tasks.pop(event.taskCompleted.taskScheduledId, None)
            elif kind == "taskFailed":
                self.tasks.pop(event.taskFailed.taskScheduledId, None)
            elif kind == "timerCreated":
                self.timers[event.eventId] = event.timerCreated.fireAt
            elif kind == "timerFired":
                self.timers.pop(event.timerFired.timerId, None)
            elif kind == "executionStarted":
                self.trace = wire.optional(event.executionStarted, "parentTraceContext")
