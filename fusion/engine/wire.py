"""The wire protocol between a Durable host and its workers: durabletask's own protobuf messages, and short ways to make them.

The messages are the protocol that Azure Functions, the Durable Task Scheduler and this engine share; what is private to
durabletask's Python worker stays in `executor.py`.
"""

from __future__ import annotations

import traceback
from typing import Any

import durabletask.internal.orchestrator_service_pb2 as pb
from google.protobuf.timestamp_pb2 import Timestamp  # type: ignore[import-untyped]
from google.protobuf.wrappers_pb2 import StringValue  # type: ignore[import-untyped]

__all__ = ["pb"]

MAX_FAILURE_TEXT = 8_192
"""Characters kept of a failure's message and of its stack trace: histories stay small whatever an activity raises."""


def text(value: str | None) -> Any:
    """A wrapped optional string, as the protocol carries them."""
    return None if value is None else StringValue(value=value)


def untext(message: Any, field: str) -> str | None:
    """The value of a wrapped optional string, or None."""
    return getattr(message, field).value if message.HasField(field) else None


def optional(message: Any, field: str) -> Any:
    """A submessage, or None where it is not set."""
    return getattr(message, field) if message.HasField(field) else None


def stamp(seconds: float) -> Any:
    """A protobuf timestamp from Unix seconds."""
    whole = int(seconds)
    return Timestamp(seconds=whole, nanos=int((seconds - whole) * 1e9))


def event(at: Any, id: int = -1, **kind: Any) -> pb.HistoryEvent:
    """A history event of the one kind given by keyword."""
    return pb.HistoryEvent(eventId=id, timestamp=at, **kind)


def kind_of(message: Any) -> str:
    """The kind of a history event: the name of the one field that is set."""
    return message.WhichOneof("eventType") or ""


def _encodable(value: str) -> str:
    """The text without lone surrogates, which messages about odd file names carry and the wire refuses."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8")


def failure(kind: str, message: str, *, stack: str = "", retriable: bool = True) -> pb.TaskFailureDetails:
    """Failure details with bounded text."""
    return pb.TaskFailureDetails(
        errorType=kind,
        errorMessage=_encodable(message[:MAX_FAILURE_TEXT]),
        stackTrace=text(_encodable(stack[-MAX_FAILURE_TEXT:])) if stack else None,
        isNonRetriable=not retriable,
    )


def failure_of(error: BaseException) -> pb.TaskFailureDetails:
    """Failure details of an exception; the type is named as durabletask's own worker names it."""
    kind = type(error)
    stack = "".join(traceback.format_exception(error, limit=-20))
    return failure(f"{kind.__module__}.{kind.__qualname__}", str(error), stack=stack)


def failed_response(instance_id: str, details: pb.TaskFailureDetails) -> pb.OrchestratorResponse:
    """The response that fails an orchestration."""
    return pb.OrchestratorResponse(
        instanceId=instance_id,
        actions=[
            pb.OrchestratorAction(
                id=-1,
                completeOrchestration=pb.CompleteOrchestrationAction(
                    orchestrationStatus=pb.ORCHESTRATION_STATUS_FAILED, failureDetails=details
                ),
            )
        ],
    )


def execution_started(
    *,
    name: str,
    version: str,
    input: str | None,
    instance: tuple[str, str],
    parent: tuple[str, str, int] | None,
    trace: pb.TraceContext | None,
) -> pb.ExecutionStartedEvent:
    """The first event of an execution. `instance` is (id, execution); `parent` is (id, execution, task) of who waits for it."""
    info = None
    if parent is not None:
        waiting = pb.OrchestrationInstance(instanceId=parent[0], executionId=text(parent[1]))
        info = pb.ParentInstanceInfo(taskScheduledId=parent[2], orchestrationInstance=waiting)
    return pb.ExecutionStartedEvent(
        name=name,
        version=text(version or None),
        input=text(input),
        parentInstance=info,
        parentTraceContext=trace,
        orchestrationInstance=pb.OrchestrationInstance(instanceId=instance[0], executionId=text(instance[1])),
    )


def child_failed(task: int, details: pb.TaskFailureDetails) -> dict[str, Any]:
    """How a parent hears that its sub-orchestration failed."""
    return {
        "subOrchestrationInstanceFailed": pb.SubOrchestrationInstanceFailedEvent(taskScheduledId=task, failureDetails=details)
    }


def child_completed(task: int, output: str | None) -> dict[str, Any]:
    """How a parent hears that its sub-orchestration completed."""
    return {
        "subOrchestrationInstanceCompleted": pb.SubOrchestrationInstanceCompletedEvent(
            taskScheduledId=task, result=text(output)
        )
    }
