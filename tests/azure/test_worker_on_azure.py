"""The inference worker on Azure: a real model behind Service Bus and Blob Storage, and its results in Microsoft's worker."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

if sys.version_info < (3, 13):
    pytest.skip("Microsoft's Python worker needs Python 3.13 or newer", allow_module_level=True)

from fusion.adapters.servicebus.queues import QUEUES, InferenceQueue
from fusion.dispatch.answers import TRIES
from fusion.model import Call, Ending, Review, Work
from tests.azure.triggers import Listening
from tests.azure.worker import AzureApp, AzureHost, InvocationFailed
from tests.fakes import azurite
from tests.fakes.azurite import Azurite
from tests.fakes.inference import OPTIONS
from tests.fakes.inference_app import container
from tests.fakes.servicebus.bus import ServiceBus
from tests.fakes.smollm import NAME

pytestmark = [
    pytest.mark.azure,
    # The worker logs through a deprecated call, and leaves its gRPC channel to the garbage collector.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]

ROOT = Path(__file__).parents[2]
RESULTS = QUEUES[InferenceQueue.RESULTS]
MODELS = f"""
[models."{NAME}"]
works = ["summarise"]
trial = true
price = {{ second = 0.0002, date = 2026-11-22, source = "a test" }}

[endpoints.gpu]
kind = "worker"
model = "{NAME}"
region = "westeurope"
local = true
local_reason = "the worker of the test"

[worker]
patience = 100
"""
PATCH = """\
diff --git a/run.py b/run.py
new file mode 100644
--- /dev/null
+++ b/run.py
@@ -0,0 +1 @@
+print(1)
"""
"""Of a change that says little the model says little, too, and each word costs."""
DIGEST = "sha256:" + "a" * 64


@dataclass(kw_only=True)
class Cloud:
    """What the Function App and the worker are connected to."""

    bus: ServiceBus
    blobs: str
    folder: Path
    models: str = MODELS
    ahead: float = 0.0
    """Seconds by which the bus's clock is ahead."""

    @property
    def environment(self) -> dict[str, str]:
        (self.folder / "models.toml").write_text(self.models, "utf-8")
        return {
            "FUSION_HOME": str(self.folder / "state"),
            "FUSION_MODELS": str(self.folder / "models.toml"),
            "FUSION_SERVICEBUS": self.bus.connection_string,
            "FUSION_BLOBS": self.blobs,
        }

    @asynccontextmanager
    async def app(self) -> AsyncIterator[tuple[AzureHost, Listening]]:
        """The Function App at work, its triggers listening."""
        (self.folder / "state").mkdir(exist_ok=True)
        async with AzureApp(ROOT, environment=self.environment) as app, app.open(self.folder / "hub.db") as host:
            try:
                async with Listening(host, self.bus.connection_string) as listening:
                    yield host, listening
            finally:
                await sys.modules["function_app"].functions.close()


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if why := azurite.missing():
        pytest.skip(why)
    with Azurite(tmp_path_factory.mktemp("azurite")) as running:
        yield running.connection


@pytest.fixture
def cloud(tmp_path: Path, storage: str) -> Iterator[Cloud]:
    made: list[Cloud] = []

    def clock() -> float:
        return time.time() + (made[0].ahead if made else 0)

    with ServiceBus(queues=dict.fromkeys(QUEUES.values(), OPTIONS), clock=clock) as bus:
        made.append(Cloud(bus=bus, blobs=storage, folder=tmp_path))
        yield made[0]


async def start(host: AzureHost, patch: str = PATCH) -> str:
    started = await host.http("start", method="POST", body=json.dumps({"patch": patch}).encode())
    assert started.status == 202, started.body
    id: str = started.json()["id"]
    return id


async def reviewed(host: AzureHost, id: str, seconds: float) -> Review:
    state = await host.engine.wait(id, seconds)
    assert state.status == "completed", state.failure
    answer = (await host.http("state", route={"id": id})).json()
    assert answer["result"]["status"] == "reviewed"
    return Review.model_validate(answer["review"])


def calls_of(review: Review) -> list[Call]:
    """The calls that the worker was sent."""
    return [call for report in review.coverage.agents for call in report.calls if call.endpoint == "gpu"]


async def send(cloud: Cloud, queue: str, *bodies: bytes | dict[str, Any]) -> None:
    client = ServiceBusClient.from_connection_string(cloud.bus.connection_string)
    async with client, client.get_queue_sender(queue) as sender:
        for number, body in enumerate(bodies):
            data = json.dumps(body).encode() if isinstance(body, dict) else body
            await sender.send_messages(ServiceBusMessage(data, message_id=f"{number}-{time.time()}"))


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(240):
        while not holds():  # noqa: ASYNC110 - the bus tells nobody
            await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_a_real_model_answers_through_service_bus_and_the_event(cloud: Cloud) -> None:
    """Plumbing, not judgement: what so small a model says may be of no use, and then the receipt says that."""
    log = cloud.folder / "worker.log"
    with container(cloud.bus.connection_string, cloud.blobs, log=log) as worker:
        async with cloud.app() as (host, listening):
            id = await start(host)
            review = await reviewed(host, id, 200)
            calls = calls_of(review)
            assert calls, log.read_text()
            for call in calls:
                assert (call.agent, call.work, call.local, call.region) == ("walkthrough", Work.SUMMARISE, True, "westeurope")
                assert call.model == NAME
                assert call.ending in (Ending.OK, Ending.UNUSABLE), call
                assert call.usage.input_tokens > 500
                assert 0 < call.usage.output_tokens <= 700
                assert call.usage.seconds > 0
                assert 0 < call.usage.cost <= call.bound
                assert {source.path for source in call.sources} == {"run.py"}
            # Works that the model is not there for are on the receipt with the reason, and count as not done.
            refused = [call for report in review.coverage.agents for call in report.calls if not call.endpoint]
            assert all(f"{NAME} is not asked to" in call.why for call in refused)
            assert listening.invoked == {RESULTS: len(calls)}
            assert not listening.failed
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, 60) == 0
    assert all(cloud.bus.messages(queue) == [] and cloud.bus.dead_letters(queue) == [] for queue in QUEUES.values())


@pytest.mark.slow
async def test_results_that_nobody_waits_for_come_again_and_then_end(cloud: Cloud) -> None:
    result = {"job": "j", "run": "review-gone:w", "event": "inference-0", "result": DIGEST}
    async with cloud.app() as (_, listening):
        await send(cloud, RESULTS, result)
        await until(lambda: listening.invoked[RESULTS] == 1 and not listening.busy)
        assert [message.properties[0] for message in cloud.bus.messages(RESULTS)] == ["j/a1"], "it comes later, not at once"
        cloud.ahead += 100
        await until(lambda: not cloud.bus.messages(RESULTS) and not listening.busy)
        assert listening.invoked[RESULTS] == TRIES
        assert not listening.failed
        assert cloud.bus.dead_letters(RESULTS) == []


@pytest.mark.slow
async def test_what_is_no_result_ends_among_the_dead_letters(cloud: Cloud) -> None:
    async with cloud.app() as (_, listening):
        await send(cloud, RESULTS, b"\xff not ours", {"job": "j", "run": "r", "event": "e", "result": "no digest"})
        await until(lambda: len(cloud.bus.dead_letters(RESULTS)) == 2)
        assert cloud.bus.messages(RESULTS) == []
        assert {str(error) for error in listening.failed} == {
            "A message in the queue of the worker's results is no result of a worker's."
        }


async def test_the_trigger_is_there_only_with_a_worker_and_the_file_is_read_at_the_start(cloud: Cloud) -> None:
    async with AzureApp(ROOT, environment=cloud.environment) as app:
        function, _, binding = app.queues[RESULTS]
        assert (set(app.queues), function) == ({RESULTS}, "answered")
        assert (binding["connection"], binding.get("isSessionsEnabled", False)) == ("FUSION_SERVICEBUS", False)
    cloud.models = ""
    async with AzureApp(ROOT, environment=cloud.environment) as app:
        assert app.queues == {}
    cloud.models = '[endpoints.gpu]\nkind = "worker"\nmodel = "nobody"\n'
    with pytest.raises(InvocationFailed, match=r"models\.toml, line 3: .*there is no model `nobody`"):
        async with AzureApp(ROOT, environment=cloud.environment):
            pass
