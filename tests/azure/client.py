"""The Durable host's client endpoint: what an application's durable client talks to, over loopback gRPC.

Only what the Durable Functions client uses is served; anything else is answered as unimplemented. As on Azure, one instance is
terminated and not what it began, and terminating what has ended is an error that says nothing of its kind.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from types import TracebackType
from typing import Any

import durabletask.internal.orchestrator_service_pb2_grpc as services
import grpc

from fusion.engine import TERMINAL, Engine, InstanceState, InstanceStatus, UnknownInstance, wire
from fusion.engine.wire import pb

_STATUS = {status: pb.OrchestrationStatus.Value(f"ORCHESTRATION_STATUS_{status.name}") for status in InstanceStatus}


def _text(value: Any) -> Any:
    return None if value is None else wire.text(json.dumps(value))


def _value(message: Any, field: str) -> Any:
    text = wire.untext(message, field)
    return json.loads(text) if text else None


class ClientEndpoint(services.TaskHubSidecarServiceServicer):
    """Serves one engine; `replace` are the statuses in which a new start takes an id over (host.json)."""

    def __init__(self, engine: Engine, replace: Collection[InstanceStatus]) -> None:
        self._engine, self._replace = engine, replace
        self._port = 0

    async def __aenter__(self) -> ClientEndpoint:
        self._server = grpc.aio.server()
        services.add_TaskHubSidecarServiceServicer_to_server(self, self._server)
        self._port = self._server.add_insecure_port("127.0.0.1:0")
        await self._server.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.stop(None)

    def binding(self) -> str:
        """What the host puts into a function's durable client input."""
        base = f"http://127.0.0.1:{self._port}"
        return json.dumps(
            {
                "taskHubName": "fusion",
                "connectionName": "",
                "creationUrls": {},
                "managementUrls": {},
                "baseUrl": base,
                "rpcBaseUrl": base,
                "requiredQueryStringParameters": "",
                "maxGrpcMessageSizeInBytes": None,
            }
        )

    async def Hello(self, request: Any, context: Any) -> Any:  # noqa: N802 - protobuf's name
        from google.protobuf.empty_pb2 import Empty

        return Empty()

    async def StartInstance(self, request: Any, context: Any) -> Any:  # noqa: N802 - protobuf's name
        version = wire.untext(request, "version")
        started = await self._engine.start(
            request.name, _value(request, "input"), request.instanceId or None, replace=self._replace, version=version
        )
        if not started.created:
            await context.abort(grpc.StatusCode.ALREADY_EXISTS, f"an instance '{started.id}' exists already")
        return pb.CreateInstanceResponse(instanceId=started.id)

    async def GetInstance(self, request: Any, context: Any) -> Any:  # noqa: N802 - protobuf's name
        return _reply(self._engine.status(request.instanceId))

    async def WaitForInstanceCompletion(self, request: Any, context: Any) -> Any:  # noqa: N802 - protobuf's name
        try:
            return _reply(await self._engine.wait(request.instanceId))
        except UnknownInstance:
            return _reply(None)

    async def RaiseEvent(self, request: Any, context: Any) -> Any:  # noqa: N802 - protobuf's name
        try:
            await self._engine.raise_event(request.instanceId, request.name, _value(request, "input"))
        except UnknownInstance as error:
            await context.abort(grpc.StatusCode.NOT_FOUND, str(error))
        return pb.RaiseEventResponse()

    async def TerminateInstance(self, request: Any, context: Any) -> Any:  # noqa: N802 - protobuf's name
        state = self._engine.status(request.instanceId)
        if state is None or state.status in TERMINAL:
            await context.abort(grpc.StatusCode.UNKNOWN, "Exception was thrown by handler.")
        await self._engine.terminate(request.instanceId, _value(request, "output"), recursive=False)
        return pb.TerminateResponse()

    async def QueryInstances(self, request: Any, context: Any) -> Any:  # noqa: N802 - protobuf's name
        asked = request.query
        found = self._engine.query(prefix=wire.untext(asked, "instanceIdPrefix") or "", limit=1000)
        states = [
            _reply(state).orchestrationState
            for state in found
            if not asked.runtimeStatus or _STATUS[state.status] in asked.runtimeStatus
        ]
        return pb.QueryInstancesResponse(orchestrationState=states)


def _reply(state: InstanceState | None) -> Any:
    if state is None:
        return pb.GetInstanceResponse(exists=False)
    failure = wire.failure(state.failure.type, state.failure.message, stack=state.failure.stack) if state.failure else None
    return pb.GetInstanceResponse(
        exists=True,
        orchestrationState=pb.OrchestrationState(
            instanceId=state.id,
            name=state.name,
            orchestrationStatus=_STATUS[state.status],
            createdTimestamp=wire.stamp(state.created.timestamp()),
            lastUpdatedTimestamp=wire.stamp(state.updated.timestamp()),
            input=_text(state.input),
            output=_text(state.output),
            customStatus=_text(state.custom_status),
            failureDetails=failure,
        ),
    )
