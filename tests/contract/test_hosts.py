"""One contract, every Durable host: the same orchestrations end the same way.

The hosts: the embedded engine replaying at every step, the engine with suspended generators, the worker of `fusion host
scheduler` on durabletask's in-memory backend, over gRPC, and (Python 3.13 and newer) Microsoft's Python worker for Azure
Functions with the engine beside it. `DIFFERENCES` says what they do not share; docs/hosts.md has the same table.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pytest

from fusion.adapters.azure.scheduler import Scheduler
from fusion.engine import Engine
from fusion.ports import Conductor
from fusion.serve.conductor import EngineConductor
from tests.fakes import flows, scan_flows
from tests.fakes.task_hub import task_hub

DIFFERENCES = {
    "what no worker has registered": {"engine": "fails", "azure": "fails", "scheduler": "waits"},
    "what a terminated run began": {"engine": "ends", "azure": "goes on", "scheduler": "goes on"},
    "type of a failed activity": {
        "engine": "builtins.RuntimeError",
        "azure": "RuntimeError",
        "scheduler": "builtins.RuntimeError",
    },
}
"""What differs, by host; nothing of ours rests on it. The Conductor of each evens out the second. What stands in for the
Functions host here ends runs as the engine does and names failures in its own way: its last two are from Azure."""


class Ended(NamedTuple):
    """How a run ended, in the words that all hosts share."""

    status: str
    output: Any
    custom_status: Any
    failure: str


class HostUnderTest(Protocol):
    """What the contract asks of a host."""

    @property
    def kind(self) -> str: ...

    @property
    def conductor(self) -> Conductor: ...

    async def start(self, name: str, input: Any, id: str) -> None: ...

    async def raise_event(self, id: str, name: str, data: Any) -> None: ...

    async def terminate(self, id: str, output: Any) -> None: ...

    async def wait(self, id: str) -> Ended: ...


class EngineHost:
    """The engine, whoever runs the orchestrators."""

    def __init__(self, engine: Engine, kind: str = "engine") -> None:
        self._engine = engine
        self.kind = kind
        self.conductor: Conductor = EngineConductor(engine)

    async def start(self, name: str, input: Any, id: str) -> None:
        await self._engine.start(name, input, id)

    async def raise_event(self, id: str, name: str, data: Any) -> None:
        await self._engine.raise_event(id, name, data)

    async def terminate(self, id: str, output: Any) -> None:
        await self._engine.terminate(id, output)

    async def wait(self, id: str) -> Ended:
        state = await self._engine.wait(id, 30)
        return Ended(state.status, state.output, state.custom_status, state.failure.message if state.failure else "")


class SchedulerHost:
    """Our worker of a task hub, on a loop of its own: it is shared by the tests, since stopping one takes a second."""

    kind = "scheduler"

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.conductor: Conductor = Elsewhere(hub)

    async def start(self, name: str, input: Any, id: str) -> None:
        await self.conductor.start(name, input, id)

    async def raise_event(self, id: str, name: str, data: Any) -> None:
        await self.conductor.tell(id, name, data)

    async def terminate(self, id: str, output: Any) -> None:
        await asyncio.to_thread(self._hub.client.terminate_orchestration, id, output=output, recursive=False)

    async def wait(self, id: str) -> Ended:
        state = await asyncio.to_thread(self._hub.client.wait_for_orchestration_completion, id, timeout=240)
        output = json.loads(state.serialized_output) if state.serialized_output else None
        custom = json.loads(state.serialized_custom_status) if state.serialized_custom_status else None
        return Ended(
            state.runtime_status.name.lower(), output, custom, state.failure_details.message if state.failure_details else ""
        )


class Hub(NamedTuple):
    """The backend, a client of it, our worker, and the loop that it is on."""

    backend: Any
    client: Any
    scheduler: Scheduler
    loop: asyncio.AbstractEventLoop

    def on_loop(self, work: Coroutine[Any, Any, Any]) -> asyncio.Future[Any]:
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.loop))


class Elsewhere:
    """The hub's Conductor, for callers on other loops."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def start(self, name: str, input: Any, id: str) -> bool:
        started: bool = await self._hub.on_loop(self._hub.scheduler.conductor.start(name, input, id))
        return started

    async def status(self, id: str) -> Any:
        return await self._hub.on_loop(self._hub.scheduler.conductor.status(id))

    async def terminate(self, id: str, why: str) -> None:
        await self._hub.on_loop(self._hub.scheduler.conductor.terminate(id, why))

    async def tell(self, id: str, event: str, data: Any) -> bool:
        told: bool = await self._hub.on_loop(self._hub.scheduler.conductor.tell(id, event, data))
        return told


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
def hub() -> Iterator[Hub]:
    """Our worker, with the registrations of these tests, on durabletask's in-memory backend."""
    from durabletask.client import TaskHubGrpcClient

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    with task_hub() as (backend, port):
        scheduler = Scheduler(
            f"http://127.0.0.1:{port}",
            taskhub="fusion",
            version="1",
            orchestrators={flow.__name__: flow for flow in (*flows.PORTABLE, *scan_flows.ORCHESTRATORS)},
            activities={each.__name__: flows.asynchronous(each) for each in (*flows.SYNC_ACTIVITIES, *scan_flows.ACTIVITIES)},
        )
        client = TaskHubGrpcClient(host_address=f"127.0.0.1:{port}")
        try:
            asyncio.run_coroutine_threadsafe(scheduler.__aenter__(), loop).result(30)
            yield Hub(backend, client, scheduler, loop)
            asyncio.run_coroutine_threadsafe(scheduler.close(), loop).result(60)
        finally:
            client.close()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


@asynccontextmanager
async def scheduler_host(folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[HostUnderTest]:
    hub = request.getfixturevalue("hub")
    hub.backend.reset()
    yield SchedulerHost(hub)


@asynccontextmanager
async def azure_host(folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[HostUnderTest]:
    from tests.azure.worker import AzureApp

    app_folder = Path(__file__).parents[1] / "azure" / "flows_app"
    async with AzureApp(app_folder) as app, app.open(folder / "journal.db", drain=0) as host:
        yield EngineHost(host.engine, "azure")


needs_azure = pytest.mark.skipif(sys.version_info < (3, 13), reason="Microsoft's Python worker needs Python 3.13 or newer")
# The worker's own decoding of activity inputs warns once about itself.
azure_warns = pytest.mark.filterwarnings("ignore:azure.functions df_loads:DeprecationWarning")
HOSTS = [
    pytest.param(engine_host(sticky_after=None), id="engine-replay"),
    pytest.param(engine_host(sticky_after=0), id="engine-sticky"),
    pytest.param(engine_host(synchronous="NORMAL", cache_bytes=0), id="engine-normal-uncached"),
    pytest.param(scheduler_host, id="scheduler"),
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


async def until(found: Callable[[], Awaitable[object]]) -> None:
    """Ask until there is something."""
    for _ in range(24_000):
        if await found():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


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


async def test_failed_child_is_a_value(host: HostUnderTest) -> None:
    ended = await run(host, "guarded_child", "broken")
    assert ended.status == "completed"
    assert "a defect" in ended.output["failed"]


async def test_defect_fails_the_run(host: HostUnderTest) -> None:
    ended = await run(host, "broken")
    assert (ended.status, ended.output) == ("failed", None)
    assert "a defect" in ended.failure


async def test_what_nobody_registered(host: HostUnderTest) -> None:
    if DIFFERENCES["what no worker has registered"][host.kind] == "waits":
        await host.start("nobody", None, "run")
        await host.start("guarded", {"activity": "nothing"}, "other")
        assert await run(host, "sequence", 3, "third") == Ended("completed", 3, None, "")
        for id in ("run", "other"):
            state = await host.conductor.status(id)
            assert state is not None
            assert not state.ended
        return
    ended = await run(host, "nobody")
    assert ended.status == "failed"
    assert "nobody" in ended.failure
    ended = await run(host, "guarded", {"activity": "nothing"}, "other")
    assert ended.status == "completed"
    assert "nothing" in ended.output["failed"]


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


async def test_an_id_is_started_once_also_when_it_has_ended(host: HostUnderTest) -> None:
    assert await host.conductor.status("run") is None
    assert await host.conductor.start("sequence", 3, "run")
    await host.wait("run")
    assert not await host.conductor.start("sequence", 4, "run")
    state = await host.conductor.status("run")
    assert state is not None
    assert (state.status, state.output) == ("completed", 3)


async def test_what_is_ended_takes_with_it_what_it_began(host: HostUnderTest) -> None:
    await host.conductor.start("brood", 600, "p")
    await host.conductor.start("brood", 600, "p2")
    await until(lambda: host.conductor.status("p:0"))
    await until(lambda: host.conductor.status("p2:0"))
    await host.conductor.terminate("p", "a newer head")
    assert (await host.wait("p")).output == "a newer head"
    assert (await host.wait("p:0")).status == "terminated"
    assert not await host.conductor.tell("p", "approved", {})
    await host.conductor.terminate("p", "again")
    await host.conductor.terminate("nobody", "again")
    left = await host.conductor.status("p2:0")
    assert left is not None
    assert not left.ended


async def test_what_differs_is_known(host: HostUnderTest) -> None:
    if host.kind == "azure":
        pytest.skip("what stands in for the Functions host is the engine")
    assert (await run(host, "kind_of_failure")).output == DIFFERENCES["type of a failed activity"][host.kind]
    await host.start("brood", 600, "parent")
    await until(lambda: host.conductor.status("parent:0"))
    await host.terminate("parent", "enough")
    await host.wait("parent")
    if DIFFERENCES["what a terminated run began"][host.kind] == "ends":
        # In its own turn: nobody who waits for a run waits for those that it began.
        assert (await host.wait("parent:0")).status == "terminated"
    else:
        child = await host.conductor.status("parent:0")
        assert child is not None
        assert not child.ended


async def test_the_page_lists_the_differences() -> None:
    page = (Path(__file__).parents[2] / "docs" / "hosts.md").read_text(encoding="utf-8")
    for what, hosts in DIFFERENCES.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| {what} |"))
        assert [cell.strip().strip("`") for cell in row.split("|")[2:5]] == [
            hosts[name] for name in ("engine", "azure", "scheduler")
        ]


async def test_what_has_ended_is_purged_and_what_has_not_stays(hub: Hub) -> None:
    hub.backend.reset()
    host = SchedulerHost(hub)
    assert (await run(host, "family", 2)).status == "completed"
    await host.start("sleeper", 600, "alive")
    assert await hub.on_loop(hub.scheduler.purge(datetime.now(UTC) - timedelta(hours=1))) == 0
    assert await hub.on_loop(hub.scheduler.purge(datetime.now(UTC) + timedelta(seconds=1))) == 3
    assert await host.conductor.status("run") is None
    assert await host.conductor.status("alive") is not None
    await host.conductor.terminate("alive", "done")
