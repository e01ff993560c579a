"""One contract, every Durable host: the same orchestrations end the same way.

The hosts: the embedded engine replaying at every step, the engine with suspended generators, durabletask's in-memory backend
behind its own gRPC worker, and (Python 3.13 and newer) Microsoft's Python worker for Azure Functions with the engine beside it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pytest

from fusion.engine import Engine
from tests.fakes import flows, scan_flows


class Ended(NamedTuple):
    """How a run ended, in the words that all hosts share."""

    status: str
    output: Any
    custom_status: Any
    failure: str


class HostUnderTest(Protocol):
    """What the contract asks of a host."""

    async def start(self, name: str, input: Any, id: str) -> None: ...

    async def raise_event(self, id: str, name: str, data: Any) -> None: ...

    async def terminate(self, id: str, output: Any) -> None: ...

    async def wait(self, id: str) -> Ended: ...


class EngineHost:
    """The engine, whoever runs the orchestrators."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def start(self, name: str, input: Any, id: str) -> None:
        await self._engine.start(name, input, id)

    async def raise_event(self, id: str, name: str, data: Any) -> None:
        await self._engine.raise_event(id, name, data)

    async def terminate(self, id: str, output: Any) -> None:
        await self._engine.terminate(id, output)

    async def wait(self, id: str) -> Ended:
        state = await self._engine.wait(id, 30)
        return Ended(state.status, state.output, state.custom_status, state.failure.message if state.failure else "")


class SidecarHost:
    """durabletask's client and worker, over gRPC, on its in-memory backend."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def start(self, name: str, input: Any, id: str) -> None:
        await asyncio.to_thread(self._client.schedule_new_orchestration, name, input=input, instance_id=id)

    async def raise_event(self, id: str, name: str, data: Any) -> None:
        await asyncio.to_thread(self._client.raise_orchestration_event, id, name, data=data)

    async def terminate(self, id: str, output: Any) -> None:
        await asyncio.to_thread(self._client.terminate_orchestration, id, output=output)

    async def wait(self, id: str) -> Ended:
        state = await asyncio.to_thread(self._client.wait_for_orchestration_completion, id, timeout=30)
        output = json.loads(state.serialized_output) if state.serialized_output else None
        custom = json.loads(state.serialized_custom_status) if state.serialized_custom_status else None
        return Ended(
            state.runtime_status.name.lower(), output, custom, state.failure_details.message if state.failure_details else ""
        )


def engine_host(**options: Any) -> Callable[[Path, pytest.FixtureRequest], AbstractAsyncContextManager[HostUnderTest]]:
    @asynccontextmanager
    async def opened(folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[HostUnderTest]:
        worker = flows.worker()
        for flow in scan_flows.ORCHESTRATORS:
            worker.add_orchestrator(flow)
        for activity in scan_flows.ACTIVITIES:
            worker.add_activity(activity.__name__, activity)
        async with Engine(folder / "journal.db", worker, drain=0, **options) as engine:
            yield EngineHost(engine)

    return opened


@pytest.fixture(scope="module")
def sidecar() -> Iterator[tuple[Any, Any]]:
    """durabletask's backend and a client of it; stopping its worker takes a second, so the tests share one."""
    import logging

    from durabletask.client import TaskHubGrpcClient
    from durabletask.testing import create_test_backend
    from durabletask.worker import TaskHubGrpcWorker

    port = free_port()
    backend = create_test_backend(port=port)
    quiet = logging.getLogger("tests.sidecar")
    quiet.setLevel(logging.CRITICAL)
    worker = TaskHubGrpcWorker(host_address=f"127.0.0.1:{port}", logger=quiet)
    for flow in (*flows.PORTABLE, *scan_flows.ORCHESTRATORS):
        worker.add_orchestrator(flow)
    for activity in (*flows.SYNC_ACTIVITIES, *scan_flows.ACTIVITIES):
        worker.add_activity(activity)
    worker.start()
    client = TaskHubGrpcClient(host_address=f"127.0.0.1:{port}", logger=quiet)
    yield backend, client
    worker.stop()
    client.close()
    backend.stop()


@asynccontextmanager
async def sidecar_host(folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[HostUnderTest]:
    backend, client = request.getfixturevalue("sidecar")
    backend.reset()
    yield SidecarHost(client)


@asynccontextmanager
async def azure_host(folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[HostUnderTest]:
    from tests.azure.worker import AzureApp

    app_folder = Path(__file__).parents[1] / "azure" / "flows_app"
    async with AzureApp(app_folder) as app, app.open(folder / "journal.db", drain=0) as host:
        yield EngineHost(host.engine)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


needs_azure = pytest.mark.skipif(sys.version_info < (3, 13), reason="Microsoft's Python worker needs Python 3.13 or newer")
# The worker's own decoding of activity inputs warns once about itself.
azure_warns = pytest.mark.filterwarnings("ignore:azure.functions df_loads:DeprecationWarning")
HOSTS = [
    pytest.param(engine_host(sticky_after=None), id="engine-replay"),
    pytest.param(engine_host(sticky_after=0), id="engine-sticky"),
    pytest.param(engine_host(synchronous="NORMAL", cache_bytes=0), id="engine-normal-uncached"),
    pytest.param(sidecar_host, id="durabletask-in-memory"),
    pytest.param(azure_host, id="azure-worker", marks=[pytest.mark.azure, needs_azure, azure_warns]),
]


@pytest.fixture(params=HOSTS)
async def host(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[HostUnderTest]:
    flows.calls.clear()
    scan_flows.calls.clear()
    async with request.param(tmp_path, request) as opened:
        yield opened


async def run(host: HostUnderTest, name: str, input: Any = None, id: str = "run") -> Ended:
    await host.start(name, input, id)
    return await host.wait(id)


async def test_fan_out_and_in(host: HostUnderTest) -> None:
    assert await run(host, "review", {"fan": 6}) == Ended("completed", 30, "adding up", "")


async def test_sequence(host: HostUnderTest) -> None:
    assert await run(host, "sequence", 12) == Ended("completed", 66, None, "")


async def test_sub_orchestrations(host: HostUnderTest) -> None:
    assert await run(host, "family", 3) == Ended("completed", 12, None, "")


async def test_timer_wins(host: HostUnderTest) -> None:
    assert await run(host, "approval", {"seconds": 0.1}) == Ended("completed", {"approved": None}, None, "")


async def test_event_wins(host: HostUnderTest) -> None:
    await host.start("approval", {"seconds": 30}, "run")
    await host.raise_event("run", "approved", {"by": "someone"})
    assert await host.wait("run") == Ended("completed", {"approved": {"by": "someone"}}, None, "")


async def test_continue_as_new(host: HostUnderTest) -> None:
    assert await run(host, "countdown", 4) == Ended("completed", "done", None, "")


async def test_continue_as_new_keeps_events(host: HostUnderTest) -> None:
    await host.start("mailbox", None, "run")
    for n in range(10):
        await host.raise_event("run", "letter", n)
    assert await host.wait("run") == Ended("completed", list(range(10)), None, "")


async def test_messages_between_orchestrations(host: HostUnderTest) -> None:
    await host.start("approval", {"seconds": 30}, "target")
    assert (await run(host, "messenger", "target")).output == "sent"
    assert (await host.wait("target")).output == {"approved": {"by": "messenger"}}


async def test_retries(host: HostUnderTest) -> None:
    ended = await run(host, "persistent", 2)
    assert ended.status == "completed"
    assert ended.output[0] == "ok after 3"
    assert "no: again" in ended.output[1]


async def test_failed_activity_is_a_value(host: HostUnderTest) -> None:
    ended = await run(host, "guarded", {"activity": "always_fails", "input": "because"})
    assert ended.status == "completed"
    assert "no: because" in ended.output["failed"]


async def test_unknown_activity_is_a_value(host: HostUnderTest) -> None:
    ended = await run(host, "guarded", {"activity": "nothing"})
    assert ended.status == "completed"
    assert "nothing" in ended.output["failed"]


async def test_failed_child_is_a_value(host: HostUnderTest) -> None:
    ended = await run(host, "guarded_child", "broken")
    assert ended.status == "completed"
    assert "a defect" in ended.output["failed"]


async def test_defect_fails_the_run(host: HostUnderTest) -> None:
    ended = await run(host, "broken")
    assert (ended.status, ended.output) == ("failed", None)
    assert "a defect" in ended.failure


async def test_unknown_orchestrator_fails(host: HostUnderTest) -> None:
    ended = await run(host, "nobody")
    assert ended.status == "failed"
    assert "nobody" in ended.failure


async def test_terminate(host: HostUnderTest) -> None:
    await host.start("sleeper", 30, "run")
    await host.terminate("run", "enough")
    assert await host.wait("run") == Ended("terminated", "enough", None, "")


async def test_values_travel_unchanged(host: HostUnderTest) -> None:
    value = {"text": 'naïve \U0001f600 \u2028 "quoted"', "list": [1, 2.5, None, True, []], "empty": {}}
    assert (await run(host, "guarded", {"activity": "echo", "input": value})).output == {"result": value}


async def test_many_at_once(host: HostUnderTest) -> None:
    await asyncio.gather(*(host.start("review", {"fan": 3}, f"run-{n}") for n in range(20)))
    ended = await asyncio.gather(*(host.wait(f"run-{n}") for n in range(20)))
    assert {(one.status, one.output) for one in ended} == {("completed", 6)}


async def test_a_scan_of_a_repository(host: HostUnderTest) -> None:
    ended = await run(host, "scan_repository", {"wanted": {"repository": "octo/old"}})
    reason = "Issues could not be kept: It needs issues: write."
    line = {"repository": "octo/old", "status": "scanned", "digest": "sha256:scan1", "reason": reason}
    assert ended == Ended("completed", line, "keeping issues", "")
    assert scan_flows.calls == {"run 0": 2, "run 1": 2}, "each part was waited for once"


async def test_a_scan_of_an_account(host: HostUnderTest) -> None:
    report = "octo/calm: scanned, octo/gone: gone, octo/old: scanned; octo/last: scanned, octo/odd: failed"
    whole = {"status": "scanned", "report": report, "repositories": 5, "message": "The anchor is away."}
    assert await run(host, "scan", {"account": "octo"}) == Ended("completed", whole, "writing the report", "")
