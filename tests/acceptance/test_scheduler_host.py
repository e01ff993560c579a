"""`fusion host scheduler`: a review goes on when the scheduler was away, deliveries are kept, nothing is lost or doubled.

The scheduler is durabletask's in-memory backend, over gRPC, as far as that goes (tests/fakes/task_hub.py).
"""

from __future__ import annotations

import ast
import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest
from pydantic import SecretStr

from fusion.adapters.azure.scheduler import Scheduler
from fusion.dispatch.catchup import due
from fusion.engine import Engine
from fusion.errors import TransientError, UserError
from fusion.local import worker
from fusion.model import Change, Request
from fusion.ports import Conductor, Progress
from fusion.runtime import scheduled
from fusion.scheduler.flows import GOES_ON
from fusion.scheduler.host import Scheduled
from fusion.serve.conductor import EngineConductor
from fusion.serve.drain import drain
from fusion.serve.durable import Durable
from fusion.serve.embedded import Embedded
from fusion.serve.metrics import Metrics
from fusion.serve.process import Process
from fusion.serve.web import listen
from fusion.settings import Settings, read
from orchestrations.registry import ORCHESTRATORS, VERSION
from tests.fakes import flows
from tests.fakes.bot import World
from tests.fakes.deliveries import SECRET, delivery
from tests.fakes.task_hub import Wire, task_hub, wire

BAD = "x = eval(a)"
KEPT = {"action": "suspend", "installation": {"id": 7, "account": {"login": "octo", "id": 1, "type": "User"}}}


@dataclass(kw_only=True)
class Held(World):
    """The bot's world, where reading a change takes until the test lets it."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def fetch_change(self, request: Request) -> Change:
        """As the world, once it is let."""
        self.begun.set()
        await self.gate.wait()
        return await super().fetch_change(request)


def opener(port: int, grace: float = 5) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Scheduler]:
    """Opens the hub at that port."""

    def open(flows: Mapping[str, Any], activities: Mapping[str, Any]) -> Scheduler:
        address = f"http://127.0.0.1:{port}"
        return Scheduler(address, taskhub="fusion", version=VERSION, orchestrators=flows, activities=activities, grace=grace)

    return open


@dataclass
class Running:
    """A bot at work, and its door."""

    world: Held
    url: str

    def ready(self) -> tuple[int, dict[str, str]]:
        """What /readyz says."""
        return self._ask(urllib.request.Request(f"{self.url}/readyz"))

    def deliver(self) -> int:
        """A signed delivery, and its answer."""
        headers, body = delivery("installation", KEPT)
        return self._ask(urllib.request.Request(f"{self.url}/github", body, headers, method="POST"))[0]

    def _ask(self, request: urllib.request.Request) -> tuple[int, dict[str, str]]:
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


@asynccontextmanager
async def running(world: Held, port: int) -> AsyncIterator[Running]:
    """The bot's process on a task hub, until its SIGTERM."""
    settings = Settings(home=world.folder, webhook_secret=(SecretStr(SECRET.decode()),), github_app=1)
    listening = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    bundle = world.bundle
    durable = Scheduled(bundle, opener(port), place="its runs are in a test", look=0.2)
    process = Process(settings, bundle, listening, durable=durable, metrics=Metrics())
    stop, opened = asyncio.Event(), asyncio.Event()
    life = asyncio.create_task(process.run(stop, opened=opened.set))
    await asyncio.wait({life, asyncio.create_task(opened.wait())}, return_when=asyncio.FIRST_COMPLETED)
    yield Running(world, url)
    stop.set()
    await life


async def until(what: Callable[[], object]) -> None:
    """Ask until it holds."""
    for _ in range(12_000):
        if await asyncio.to_thread(what):
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


async def restart(backend: Any) -> Callable[[], Awaitable[None]]:
    await asyncio.to_thread(backend.stop)

    async def start() -> None:
        await asyncio.to_thread(backend.start)

    return start


async def sever(between: Wire) -> Callable[[], Awaitable[None]]:
    await between.cut()
    return between.mend


@pytest.mark.parametrize("fault", ["the connection is cut", "the scheduler ends and starts"])
async def test_a_review_ends_although_the_scheduler_was_away(tmp_path: Path, fault: str) -> None:
    world = Held(folder=tmp_path)
    with task_hub() as (backend, port):
        async with wire(port) as between, running(world, between.port) as bot:
            await until(lambda: bot.ready()[0] == 200)
            await world.queue.send(world.open("a", BAD))
            await world.begun.wait()

            mend = await (sever(between) if fault == "the connection is cut" else restart(backend))
            await until(lambda: bot.ready()[0] == 503)
            assert "The Durable Task Scheduler at 127.0.0.1" in bot.ready()[1]["why"]
            assert bot.deliver() == 202
            # What has been read by now is delivered when the scheduler is back.
            world.gate.set()
            await until(lambda: world.fetched)
            await mend()

            await until(lambda: bot.ready()[0] == 200)
            await until(lambda: world.forge.checks and world.check.status == "completed")
            await until(lambda: all(state.waiting + state.locked == 0 for state in depth(world)))
    assert (world.check.conclusion, world.wrote("post_review"), len(world.threads)) == ("failure", 1, 1)
    assert len(world.fetched) == 1, "the work was done once"
    assert await world.queue.list() == []


async def test_two_replicas_that_are_told_the_same_review_once(tmp_path: Path) -> None:
    world = Held(folder=tmp_path)
    world.gate.set()
    with task_hub() as (_, port):
        async with running(world, port) as one, running(world, port) as other:
            await until(lambda: (one.ready()[0], other.ready()[0]) == (200, 200))
            told = world.open("a", BAD)
            for _ in (one, other):
                await world.queue.send(told)
            assert [await asyncio.to_thread(each.deliver) for each in (one, other)] == [202, 202]
            await until(lambda: world.forge.checks and world.check.status == "completed")
            await until(lambda: all(state.waiting + state.locked == 0 for state in depth(world)))
    assert (world.wrote("post_review"), len(world.threads), len(world.fetched)) == (1, 1, 1)
    assert await world.queue.list() == []


def depth(world: World) -> Any:
    return asyncio.run(world.queue.depth()).values()


async def test_what_outlives_the_grace_is_nobodys_failure() -> None:
    begun = asyncio.Event()

    async def hangs(_ctx: object, _payload: Any) -> None:
        begun.set()
        await asyncio.sleep(3_600)

    with task_hub() as (_, port):
        async with opener(port, grace=0.1)({"guarded": flows.guarded}, {"hangs": hangs}) as scheduler:
            await scheduler.conductor.start("guarded", {"activity": "hangs"}, "run")
            await begun.wait()
        async with opener(port)({}, {}) as next:
            state = await next.conductor.status("run")
    assert state is not None
    assert state.status == "running"


@pytest.mark.parametrize("host", ["engine", "scheduler"])
async def test_a_host_that_drains_finishes_what_there_is_and_takes_nothing_new(tmp_path: Path, host: str) -> None:
    world = World(folder=tmp_path)
    bundle = world.bundle
    new = world.open("a", BAD)
    await world.queue.send(new)
    begun = {"event": due(world.clock.now()).body}
    with task_hub() as (_, port):
        durable: Durable
        if host == "engine":
            killed = worker(bundle, lambda _name, _activity: flows.hangs)
            async with Engine(tmp_path / "bot.db", killed, version=VERSION, drain=0) as engine:
                await engine.start("catch_up", begun, "run")
            durable = Embedded(bundle, tmp_path / "bot.db", grace=1)
        else:
            async with opener(port)({}, {}) as hub:
                await hub.conductor.start("catch_up", begun, "run")
                assert await hub.unfinished() == 1
            durable = Scheduled(bundle, opener(port), place="")
        left = await asyncio.wait_for(drain(bundle, durable, asyncio.Event(), look=0.05), 240)
        ended: Progress | None
        if host == "engine":
            async with Engine(tmp_path / "bot.db", worker(bundle), version=VERSION) as engine:
                ended = await EngineConductor(engine).status("run")
        else:
            async with opener(port)({}, {}) as hub:
                ended = await hub.conductor.status("run")
    assert left == 0
    assert ended is not None
    assert ended.status == "completed"
    assert sum([state.waiting for state in (await world.queue.depth()).values()]) == 1
    assert world.fetched == []


async def test_a_worker_that_is_given_no_work_is_made_anew(tmp_path: Path) -> None:
    opened: list[Stranded] = []

    def open(_flows: Mapping[str, Any], _activities: Mapping[str, Any]) -> Stranded:
        opened.append(Stranded(is_joined=len(opened) == 1))
        return opened[-1]

    host = Scheduled(World(folder=tmp_path).bundle, open, place="", look=0.01, stranded=0.05)
    stop = asyncio.Event()
    kept = asyncio.create_task(host.keep(stop, asyncio.get_running_loop().create_future()))
    await asyncio.wait_for(host.standing.opened(), 240)
    assert len(opened) == 2
    stop.set()
    await kept


@dataclass
class Stranded:
    """A hub that answers, and may give its worker nothing."""

    is_joined: bool
    host: str = "hub"
    running: int = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        return

    @property
    def conductor(self) -> Conductor:
        raise AssertionError

    async def reach(self, patience: float) -> None:
        """It answers."""

    async def joined(self) -> bool:
        return self.is_joined

    async def purge(self, before: object) -> int:
        return 0

    async def unfinished(self) -> int:
        return 0


async def test_a_missing_role_is_a_sentence_with_the_command_that_grants_it() -> None:
    import grpc

    async def refuse(_request: bytes, context: Any) -> bytes:
        await context.abort(grpc.StatusCode.PERMISSION_DENIED, "the caller lacks the permission")
        return b""

    class Refusing(grpc.GenericRpcHandler):
        def service(self, details: Any) -> Any:
            return grpc.unary_unary_rpc_method_handler(refuse)

    server = grpc.aio.server()
    server.add_generic_rpc_handlers([Refusing()])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with opener(port)({}, {}) as scheduler:
        with pytest.raises(UserError, match=r"refuses these credentials.*Durable Task Data Contributor: `az role assignment"):
            await scheduler.reach(5)
    await server.stop(0)


async def test_what_another_replica_has_purged_keeps_nobody_from_the_rest() -> None:
    import grpc
    from durabletask.internal import orchestrator_service_pb2 as wire_format

    asked: list[str] = []

    async def answer(request: bytes, context: Any) -> bytes:
        id = wire_format.PurgeInstancesRequest.FromString(request).instanceId
        asked.append(id)
        if id == "run:1":
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such instance")
        return bytes(wire_format.PurgeInstancesResponse(deletedInstanceCount=2).SerializeToString())

    async def listed(_request: bytes, _context: Any) -> bytes:
        states = [wire_format.OrchestrationState(instanceId=id) for id in ("run", "run:1", "other")]
        return bytes(wire_format.QueryInstancesResponse(orchestrationState=states).SerializeToString())

    class Purging(grpc.GenericRpcHandler):
        def service(self, details: Any) -> Any:
            return grpc.unary_unary_rpc_method_handler(listed if details.method.endswith("QueryInstances") else answer)

    server = grpc.aio.server()
    server.add_generic_rpc_handlers([Purging()])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with opener(port)({}, {}) as scheduler:
        assert await scheduler.purge(datetime.now(UTC)) == 4
    await server.stop(0)
    assert [id for id in asked if id] == ["run", "run:1", "other"]


async def test_a_scheduler_that_is_not_there_can_be_waited_for() -> None:
    async with opener(1)({}, {}) as scheduler:
        with pytest.raises(TransientError, match="The Durable Task Scheduler at 127"):
            await scheduler.reach(5)


def test_settings_that_share_no_state_are_named() -> None:
    with pytest.raises(UserError, match=r"needs FUSION_SERVICEBUS and FUSION_BLOBS: docs/hosts\.md"):
        scheduled(read({"FUSION_SCHEDULER": "https://s.westeurope.durabletask.io", "FUSION_COSMOS": "https://c"}))
    whole = {"FUSION_SCHEDULER": "http://127.0.0.1:8080", "FUSION_COSMOS": "c", "FUSION_BLOBS": "b", "FUSION_SERVICEBUS": "s"}
    assert scheduled(read(whole)).evidence == "off", "beside the host's identities no analyzer runs"
    assert scheduled(read(whole | {"FUSION_EVIDENCE": "local"})).evidence == "local"


def test_the_orchestrators_that_go_on_as_new_are_known() -> None:
    found = set()
    for path in (Path(__file__).parents[2] / "orchestrations").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and "continue_as_new" in ast.dump(node):
                found.add(node.name)
    assert found & set(ORCHESTRATORS) == GOES_ON


async def test_a_host_that_fails_ends_the_process(tmp_path: Path) -> None:
    world = World(folder=tmp_path)
    fails = asyncio.Event()

    class Failing(Scheduled):
        async def keep(self, stop: asyncio.Event, first: asyncio.Future[None]) -> None:
            first.set_result(None)
            await fails.wait()
            raise ValueError("a mistake")

    settings = Settings(home=tmp_path, webhook_secret=(SecretStr(SECRET.decode()),))
    host = Failing(world.bundle, opener(1), place="")
    process = Process(settings, world.bundle, listen("127.0.0.1", 0), durable=host, metrics=Metrics())
    with pytest.raises(ExceptionGroup) as ended:
        await asyncio.wait_for(process.run(asyncio.Event(), opened=fails.set), 240)
    assert ended.group_contains(ValueError, match="a mistake")
