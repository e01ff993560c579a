"""A real `function_app.py` in Microsoft's Python worker, with the embedded engine as the Durable host beside it.

    async with AzureApp(folder) as app, app.open(journal) as host:
        reply = await host.http("start", method="POST", body=b"...")
        state = await host.engine.wait(reply.json()["id"], 60)

The worker (`azure-functions-runtime`) indexes and invokes the application exactly as on Azure: the host hands an orchestrator a
base64 `OrchestratorRequest` and takes a base64 `OrchestratorResponse`, activities get and return JSON, and the application's
durable client talks gRPC to the host over loopback. One application at a time per process: the worker holds it in globals.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import sys
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from fusion.engine import TERMINAL, Engine, InstanceStatus
from fusion.engine.activities import ActivityCall
from fusion.engine.wire import pb
from tests.azure.client import ClientEndpoint
from tests.azure.messages import Message, Protos


class InvocationFailed(Exception):
    """A function raised; `kind` is its exception's type as the host reads it from the message."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """What an HTTP-triggered function answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class AzureApp:
    """The worker with one application loaded; also the engine's `Host` and `Runner`."""

    def __init__(self, folder: Path, *, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.settings = json.loads((folder / "host.json").read_text(encoding="utf-8"))
        self.functions: dict[str, Any] = {}
        self.orchestrators: dict[str, tuple[Any, str]] = {}
        self.activities: dict[str, tuple[Any, str]] = {}
        self.clients: dict[str, str] = {}
        self.triggers: dict[str, str] = {}
        self.access: dict[str, str] = {}
        """Who may call an HTTP trigger without more: anonymous, function, admin."""
        self.routes: dict[str, str] = {}
        self.queues: dict[str, tuple[str, str, Mapping[str, Any]]] = {}
        """Queue -> function, parameter and binding of its Service Bus trigger."""
        self.timers: dict[str, tuple[str, str]] = {}
        """Function -> parameter and schedule of its timer."""
        self._environment = {"AzureWebJobsStorage": "UseDevelopmentStorage=true", **(environment or {})}
        self._before: dict[str, str | None] = {}
        self._protos = Protos()
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> AzureApp:
        import azure_functions_runtime as runtime

        self._runtime = runtime
        self._before = {name: os.environ.get(name) for name in self._environment}
        os.environ.update(self._environment)
        sys.modules.pop("function_app", None)
        sys.path.insert(0, str(self.folder))  # on Azure the proxy worker does this
        runtime.start_threadpool_executor()
        try:
            await self._load()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runtime.stop_threadpool_executor()
        sys.path.remove(str(self.folder))
        sys.modules.pop("function_app", None)
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    async def _load(self) -> None:
        protos = self._protos
        asked = protos.WorkerInitRequest(host_version="4.0", function_app_directory=str(self.folder), capabilities={})
        begun = await self._runtime.worker_init_request(self._request(worker_init_request=asked))
        self._check(begun.result)
        listed = protos.FunctionsMetadataRequest(function_app_directory=str(self.folder))
        metadata = await self._runtime.functions_metadata_request(self._request(functions_metadata_request=listed))
        self._check(metadata.result)
        for function in metadata.function_metadata_results:
            self.functions[function.name] = function
            for raw in function.raw_bindings:
                # Names of parameters come from the metadata, as the host takes them.
                binding = json.loads(raw)
                kind, name = binding["type"], binding["name"]
                if kind == "orchestrationTrigger":
                    self.orchestrators[binding.get("orchestration") or function.name] = function, name
                elif kind == "activityTrigger":
                    self.activities[binding.get("activity") or function.name] = function, name
                elif kind == "durableClient":
                    self.clients[function.name] = name
                elif kind == "httpTrigger":
                    self.triggers[function.name] = name
                    self.access[function.name], self.routes[function.name] = binding["authLevel"].lower(), binding["route"]
                elif kind == "serviceBusTrigger":
                    self.queues[binding["queueName"]] = function.name, name, binding
                elif kind == "timerTrigger":
                    self.timers[function.name] = name, binding["schedule"]

    @asynccontextmanager
    async def open(self, journal: Path, **limits: Any) -> AsyncIterator[AzureHost]:
        """The Durable host for this application on a journal, configured as its host.json says."""
        durable = self.settings.get("extensions", {}).get("durableTask", {})
        replace = {"NonRunningStates": TERMINAL, "AnyState": frozenset(InstanceStatus)}.get(
            durable.get("overridableExistingInstanceStates", "NonRunningStates"), frozenset()
        )
        async with (
            Engine(journal, self, version=durable.get("defaultVersion", ""), **limits) as engine,
            ClientEndpoint(engine, replace) as endpoint,
        ):
            yield AzureHost(self, engine, endpoint, replace)

    async def invoke(self, name: str, inputs: Mapping[str, Message], metadata: Mapping[str, Any] | None = None) -> Any:
        """Invoke a function of the application; its return value as the worker sends it. Raises InvocationFailed."""
        protos = self._protos
        invocation = protos.InvocationRequest(
            invocation_id=f"invocation-{next(self._numbers)}",
            function_id=self.functions[name].function_id,
            trace_context=protos.RpcTraceContext(trace_parent="", trace_state="", attributes={}),
            retry_context=protos.RetryContext(retry_count=0, max_retry_count=0, exception=None),
            trigger_metadata=metadata or {},
            input_data=[protos.ParameterBinding(name=key, data=value) for key, value in inputs.items()],
        )
        response = await self._runtime.invocation_request(self._request(invocation_request=invocation))
        self._check(response.result)
        return response.return_value

    def data(self, **kind: Any) -> Message:
        """A TypedData of one kind: string, json, bytes or http."""
        return self._protos.TypedData(**kind)

    def http(
        self,
        method: str,
        url: str,
        body: bytes,
        route: Mapping[str, str],
        query: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> Message:
        """An HTTP request as the host hands it to a function; names of headers come in lower case."""
        given = {name.lower(): value for name, value in (headers or {}).items()}
        headers = {"content-type": "application/json", "content-length": str(len(body)), **given}
        return self.data(
            http=self._protos.RpcHttp(
                method=method, url=url, headers=headers, params=dict(route), query=dict(query), body=self.data(bytes=body)
            )
        )

    def _request(self, **kind: Any) -> Message:
        message = self._protos.StreamingMessage(request_id="request", **kind)
        return Message(request=message, properties={"host": "127.0.0.1", "protos": self._protos})

    def _check(self, result: Any) -> None:
        if result.status != self._protos.StatusResult.Success:
            # The host's own split of a worker's message into an exception's type and text.
            kind, colon, rest = result.exception.message.partition(": ")
            raise InvocationFailed(kind.strip() if colon else "(unknown)", rest or kind)

    # The engine's Host and Runner

    def runner(self) -> AzureApp:
        """This application, as the engine's runner."""
        return self

    async def orchestrate(
        self, instance_id: str, past: Sequence[pb.HistoryEvent], new: Sequence[pb.HistoryEvent]
    ) -> pb.OrchestratorResponse:
        """One episode in the worker. What it cannot run fails the orchestration."""
        name = next(e.executionStarted.name for e in itertools.chain(past, new) if e.HasField("executionStarted"))
        if name not in self.orchestrators:
            raise LookupError(f"the application has no orchestrator '{name}'")
        function, parameter = self.orchestrators[name]
        request = pb.OrchestratorRequest(instanceId=instance_id, pastEvents=past, newEvents=new)
        encoded = base64.b64encode(request.SerializeToString()).decode("ascii")
        answer = await self.invoke(function.name, {parameter: self.data(string=encoded)})
        return pb.OrchestratorResponse.FromString(base64.b64decode(answer.json or answer.string))

    def sticky(self, instance_id: str, past: Any) -> None:
        """The worker replays: the host keeps no generators."""

    def activity(self, call: ActivityCall) -> asyncio.Future[str | None]:
        """Run an activity in the worker."""
        return asyncio.get_running_loop().create_task(self._activity(call))

    async def _activity(self, call: ActivityCall) -> str | None:
        if call.name not in self.activities:
            raise LookupError(f"no activity named '{call.name}' is registered")
        function, parameter = self.activities[call.name]
        metadata = {"instanceId": self.data(string=call.instance_id)}
        answer = await self.invoke(function.name, {parameter: self.data(string=call.input or "null")}, metadata)
        text = None if answer is None else answer.json if answer.json is not None else answer.string
        return None if text in (None, "null") else text

    def timeout(self, name: str) -> float | None:
        """The engine's limit."""

    def close(self) -> None:
        """The worker's threads end with the application."""


class AzureHost:
    """The application together with its Durable host."""

    def __init__(self, app: AzureApp, engine: Engine, endpoint: ClientEndpoint, replace: Collection[InstanceStatus]) -> None:
        self.app, self.engine, self.endpoint, self.replace = app, engine, endpoint, replace

    async def http(
        self,
        function: str,
        *,
        method: str = "GET",
        body: bytes = b"",
        route: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpReply:
        """Call an HTTP-triggered function."""
        app = self.app
        url = f"http://localhost/api/{function}"
        inputs = {
            app.triggers[function]: app.http(method, url, body, route or {}, query or {}, headers),
            **self.client(function),
        }
        answer = (await app.invoke(function, inputs)).http
        content = answer.body
        data = b"" if content is None else content.bytes if content.bytes is not None else (content.string or "").encode()
        return HttpReply(status=int(answer.status_code), headers=dict(answer.headers), body=data)

    async def timer(self, function: str) -> None:
        """Let a timer's time come. Raises InvocationFailed."""
        name, _ = self.app.timers[function]
        due = self.app.data(json=json.dumps({"Schedule": {"AdjustForDST": True}, "ScheduleStatus": None, "IsPastDue": False}))
        await self.app.invoke(function, {name: due, **self.client(function)})

    def client(self, function: str) -> dict[str, Message]:
        """The durable client, where the function asks for one."""
        if function not in self.app.clients:
            return {}
        return {self.app.clients[function]: self.app.data(string=self.endpoint.binding())}
