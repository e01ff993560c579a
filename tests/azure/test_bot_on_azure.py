"""The bot in Microsoft's worker, from webhook to review, with the real SDKs of Service Bus, Cosmos DB and Blob Storage."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

if sys.version_info < (3, 13):
    pytest.skip("Microsoft's Python worker needs Python 3.13 or newer", allow_module_level=True)

from fusion import runtime
from fusion.adapters.keys import LocalSigner
from fusion.adapters.servicebus.queue import QUEUES, ServiceBusQueue
from fusion.attesting import bundle
from fusion.attesting.export import export
from fusion.attesting.seal import links
from fusion.attesting.verify import verify
from fusion.events import sign
from fusion.events.permissions import PERMISSIONS
from fusion.model.compliance import Scan, ScanOf, Status
from fusion.ports import Message
from fusion.settings import read
from tests.azure.triggers import Listening
from tests.azure.worker import AzureApp, AzureHost, HttpReply, InvocationFailed
from tests.fakes import azurite
from tests.fakes.azurite import Azurite
from tests.fakes.collector import collecting
from tests.fakes.cosmos.server import CosmosEmulator
from tests.fakes.github import Delivery, FakeGitHub
from tests.fakes.servicebus.bus import QueueOptions, ServiceBus
from tests.fakes.servicebus.messages import State

pytestmark = [
    pytest.mark.azure,
    # The worker logs through a deprecated call, and leaves its gRPC channel to the garbage collector.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]

ROOT = Path(__file__).parents[2]
NAME = "octo/shop"
SECRET = "a-secret-of-thirty-two-characters"
OPTIONS = QueueOptions(sessions=True, duplicate_window=604_800, lock_seconds=60, max_deliveries=10)
GOOD = "def price(item):\n    return item + 1\n"
BAD = "def price(item):\n    breakpoint()\n    return item + 1\n"


@dataclass(kw_only=True)
class Cloud:
    """What the Function App is connected to."""

    github: FakeGitHub
    bus: ServiceBus
    cosmos: CosmosEmulator
    blobs: str
    folder: Path
    ahead: float = 0.0
    """Seconds by which the bus's clock is ahead."""
    more: dict[str, str] = field(default_factory=dict)
    """Settings beside those that every bot needs."""

    @property
    def environment(self) -> dict[str, str]:
        app = self.github.the_app()
        return {
            "FUSION_HOME": str(self.folder / "no" / "folder"),
            "FUSION_GITHUB_API": self.github.url,
            "FUSION_GITHUB_APP": str(app.id),
            "FUSION_GITHUB_KEY": app.private_key,
            "FUSION_WEBHOOK_SECRET": SECRET,
            "FUSION_SERVICEBUS": self.bus.connection_string,
            "FUSION_COSMOS": self.cosmos.connection,
            "FUSION_BLOBS": self.blobs,
            **self.more,
        }

    @asynccontextmanager
    async def app(self) -> AsyncIterator[Bot]:
        """The Function App at work, its triggers listening."""
        async with AzureApp(ROOT, environment=self.environment) as app, app.open(self.folder / "hub.db") as host:
            try:
                async with Listening(host, self.bus.connection_string) as listening:
                    yield Bot(cloud=self, host=host, listening=listening)
            finally:
                await sys.modules["function_app"].functions.close()

    def waiting(self) -> int:
        """Messages that a trigger could have now."""
        return sum(message.state is not State.SCHEDULED for queue in QUEUES.values() for message in self.bus.messages(queue))


@dataclass(kw_only=True)
class Bot:
    cloud: Cloud
    host: AzureHost
    listening: Listening

    async def deliver(self, delivery: Delivery, **headers: str) -> HttpReply:
        """GitHub's request for a delivery."""
        body = json.dumps(delivery.payload).encode()
        given = {
            "Content-Type": "application/json",
            "X-GitHub-Event": delivery.event,
            "X-GitHub-Delivery": delivery.guid,
            "X-Hub-Signature-256": sign(SECRET.encode(), body),
            **headers,
        }
        return await self.host.http("github", method="POST", body=body, headers=given)

    async def settled(self, seconds: float = 240) -> None:
        """Return when nothing waits and nothing runs, three times in a row."""
        calm = 0
        async with asyncio.timeout(seconds):
            while calm < 3:
                await asyncio.sleep(0.1)
                self.listening.check()
                busy = self.cloud.waiting() or self.listening.busy or self.host.engine.metrics().live
                calm = 0 if busy else calm + 1


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if why := azurite.missing():
        pytest.skip(why)
    with Azurite(tmp_path_factory.mktemp("azurite")) as running:
        yield running.connection


@pytest.fixture
def cloud(tmp_path: Path, storage: str) -> Iterator[Cloud]:
    queues = dict.fromkeys(QUEUES.values(), OPTIONS)
    made: list[Cloud] = []

    def clock() -> float:
        return time.time() + (made[0].ahead if made else 0)

    with FakeGitHub() as github, ServiceBus(queues=queues, clock=clock) as bus, CosmosEmulator() as cosmos:
        github.create(NAME, {".fusion.yml": "version: 1\nblock: low\n", "shop.py": "def price(item):\n    return 1\n"})
        github.app(permissions={permission.name: permission.access for permission in PERMISSIONS})
        github.install(NAME)
        github.webhook("http://127.0.0.1:9/api/github", SECRET, deliver=False)
        made.append(Cloud(github=github, bus=bus, cosmos=cosmos, blobs=storage, folder=tmp_path))
        yield made[0]


def opened(github: FakeGitHub) -> tuple[int, Delivery]:
    """A pull request is opened: its number, and its delivery."""
    with github.held() as told:
        number = github.open_pull(NAME, head="feature", files={"shop.py": BAD})
    return number, only(told, "pull_request")


def only(told: list[Delivery], event: str) -> Delivery:
    """The one delivery of an event."""
    [delivery] = [each for each in told if each.event == event]
    return delivery


def said(github: FakeGitHub, number: int) -> tuple[int, list[bool], str | None]:
    """What stands on a pull request: comments, threads with whether they are resolved, the last check's end."""
    threads = [thread.resolved for thread in github.threads(NAME, number)]
    return len(github.comments(NAME, number)), threads, github.checks(NAME, number)[-1].conclusion


MEASURED = {
    *("fusion.deliveries", "fusion.acknowledgement", "fusion.messages", "fusion.message.wait", "fusion.reviews"),
    *("fusion.findings", "fusion.agents", "fusion.review.delivery", "fusion.objective.events"),
}


@pytest.mark.slow
async def test_from_a_webhook_to_a_review_that_converges(cloud: Cloud) -> None:
    with collecting() as collector:
        cloud.more["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url
        await _converges(cloud)
    assert collector.metrics >= MEASURED


async def _converges(cloud: Cloud) -> None:
    github = cloud.github
    number, delivery = opened(github)
    async with cloud.app() as bot:
        answer = await bot.deliver(delivery)
        assert (answer.status, answer.json()) == (202, {"answer": "accepted", "delivery": delivery.guid})
        await bot.settled()
        first = said(github, number)
        assert first == (1, [False], "failure")
        assert "analyzers are switched off on this host" in github.conversation(NAME, number)
        before = len(github.requests)
        assert (await bot.deliver(delivery)).status == 202
        await bot.settled()
        assert (said(github, number), bot.listening.invoked["fusion-event"]) == (first, 1)
        assert len(github.requests) == before
        with github.held() as told:
            github.push(NAME, number, {"shop.py": GOOD})
        await bot.deliver(only(told, "pull_request"))
        await bot.settled()
        assert said(github, number) == (1, [True], "success")
        github.permit(NAME, "mona", "write")
        with github.held() as told:
            github.comment(NAME, number, "mona", "/fusion status")
        await bot.deliver(only(told, "issue_comment"))
        await bot.settled()
        assert bot.listening.invoked == {"fusion-command": 1, "fusion-event": 2, "fusion-scheduled": 0}
        assert len(github.comments(NAME, number)) == 3
        assert not bot.listening.failed
    assert not (cloud.folder / "no").exists(), "nothing is kept on the instance's own disk"


async def test_what_is_not_github_is_refused(cloud: Cloud) -> None:
    _, delivery = opened(cloud.github)
    async with cloud.app() as bot:
        body = json.dumps(delivery.payload).encode()
        signed = sign(b"another-secret-of-thirty-two-char", body)
        statuses = [
            (await bot.deliver(delivery, **{"X-Hub-Signature-256": signature})).status
            for signature in ("", signed, "sha256=", "sha1=" + "0" * 40)
        ]
        assert statuses == [401, 401, 401, 401]
        huge = await bot.host.http("github", method="POST", body=bytes(25 * 1024 * 1024 + 1))
        assert huge.status == 413
        odd = await bot.deliver(delivery, **{"X-GitHub-Event": "Not an event"})
        assert (odd.status, odd.json()["answer"]) == (400, "refused")
        star = await bot.deliver(delivery, **{"X-GitHub-Event": "star"})
        assert (star.status, star.json()["answer"]) == (200, "ignored")
        assert cloud.waiting() == 0


async def test_only_what_asks_for_a_proof_of_its_own_may_be_called_without_a_key(cloud: Cloud) -> None:
    async with AzureApp(ROOT, environment=cloud.environment) as app:
        proving = {"github": "anonymous", "exceptions": "anonymous", "exception": "anonymous"}
        assert app.access == {**proving, "start": "function", "state": "function"}
        assert app.routes["github"] == "github"
        assert (app.routes["exceptions"], app.routes["exception"]) == ("exceptions", "exceptions/{id}")
        assert set(app.queues) == set(QUEUES.values())
        for _, _, binding in app.queues.values():
            assert (binding["connection"], binding["isSessionsEnabled"]) == ("FUSION_SERVICEBUS", True)
        assert {name: schedule for name, (_, schedule) in app.timers.items()} == {
            "catch-up": "0 */10 * * * *",
            "purge": "0 17 3 * * *",
            "scan-round": "0 15 * * * *",
        }


@pytest.mark.slow
async def test_a_passing_failure_postpones(cloud: Cloud) -> None:
    number, delivery = opened(cloud.github)
    outage = cloud.github.fail("/contents/", 502, times=1000)
    async with cloud.app() as bot:
        await bot.deliver(delivery)
        for _ in range(12_000):
            if (kept := [message.properties[0] for message in cloud.bus.messages("fusion-event")]) == [f"{delivery.guid}/a1"]:
                break
            await asyncio.sleep(0.02)
        assert kept == [f"{delivery.guid}/a1"]
        assert bot.listening.invoked["fusion-event"] == 1, "it does not come back at once"
        outage.times = 0
        cloud.ahead += 10
        await bot.settled()
        assert said(cloud.github, number)[2] == "failure"
        assert bot.listening.invoked["fusion-event"] == 2
        assert not bot.listening.failed


@pytest.mark.slow
async def test_messages_wait_for_what_cannot_be_opened(cloud: Cloud) -> None:
    async with ServiceBusQueue(cloud.bus.connection_string) as queue:
        await queue.send(Message(id="early", session="o/n#1", body={}))
    cloud.github.fail("/app$", 502, times=1000)
    cloud.cosmos.fail(503, times=1000)
    async with cloud.app() as bot:
        for _ in range(12_000):
            if "early" not in (kept := [message.properties[0] for message in cloud.bus.messages("fusion-event")]):
                break
            await asyncio.sleep(0.02)
        assert kept == ["early/a1"]
        assert cloud.bus.dead_letters("fusion-event") == []
        assert not bot.listening.failed


@pytest.mark.slow
async def test_poison_is_set_aside_at_once_with_its_reason(cloud: Cloud) -> None:
    async with cloud.app() as bot, ServiceBusQueue(cloud.bus.connection_string) as queue:
        await queue.send(Message(id="poison", session="o/n#1", body={"event": "nonsense"}))
        stranger = ServiceBusClient.from_connection_string(cloud.bus.connection_string)
        async with stranger, stranger.get_queue_sender("fusion-command") as sender:
            await sender.send_messages(ServiceBusMessage(b"\xff not ours", session_id="s", message_id="strange"))
        await bot.settled()
        assert bot.listening.invoked == {"fusion-command": 1, "fusion-event": 1, "fusion-scheduled": 0}
        assert not bot.listening.failed
        letters = {letter.reason: letter for letter in await queue.list()}
        assert set(letters) == {"PermanentError", "Unreadable"}
        poison = letters["PermanentError"]
        assert (poison.message.id, poison.message.session, poison.attempts) == ("poison", "o/n#1", 1)
        assert "is no event" in poison.detail
        assert await queue.replay("poison") == "poison/r1"
        await bot.settled()
        assert bot.listening.invoked["fusion-event"] == 2, "a person's replay is handled again"


async def test_the_timers(cloud: Cloud) -> None:
    async with cloud.app() as bot:
        await bot.host.timer("catch-up")
        await bot.host.timer("catch-up")
        await bot.settled()
        rounds = bot.host.engine.query(name="catch_up")
        assert {state.status for state in rounds} == {"completed"}
        assert bot.listening.invoked["fusion-scheduled"] == len(rounds)
        assert len(rounds) in (1, 2), "two only when an interval ended in between"
        await bot.host.timer("purge")
        assert not bot.listening.failed


@pytest.mark.slow
async def test_the_timer_scans_a_repository_to_its_sealed_record(cloud: Cloud) -> None:
    key = await LocalSigner.new(cloud.folder / "evidence.pem")
    cloud.more = {"FUSION_EVIDENCE_KEY": str(cloud.folder / "evidence.pem")}
    async with cloud.app() as bot:
        await bot.host.timer("scan-round")
        await bot.settled()
        assert not bot.listening.failed
        runs = {name: bot.host.engine.query(name=name) for name in ("scans", "scan", "scan_repository")}
        assert [(name, state.status) for name in runs for state in runs[name]] == [(name, "completed") for name in runs]
        [account] = runs["scan"]
        assert runs["scans"][0].output == {"scans": [account.id], "failures": []}
        line = ScanOf.model_validate(runs["scan_repository"][0].output)
    assert (line.repository, line.status, line.reason) == (NAME, "scanned", "")
    settings = read(cloud.environment)
    async with runtime.records(settings) as (store, blobs):
        scan = Scan.model_validate_json(await blobs.get(line.digest))
        assert (scan.repository, scan.commit) == (NAME, cloud.github.repository(NAME).sha("main"))
        assert {result.check: result.status for result in scan.results}["security-policy"] is Status.FAILED
        # The chain: the scan's link names the record's bytes, and the account's report names the link.
        await export(store, blobs, settings.tenant, cloud.folder / "evidence")
        sealed = [link async for link in links(store, settings.tenant, NAME)]
        assert [(one.kind, one.digest, one.hash) for one in sealed] == [("scan", line.digest, line.chain)]
    evidence = bundle.read(cloud.folder / "evidence")
    verdict = verify(evidence.links, evidence.payloads, [await key.public()], evidence.anchors)
    assert verdict.intact
    assert verdict.links == 2


async def test_without_an_app_the_webhook_says_so(tmp_path: Path) -> None:
    async with AzureApp(ROOT, environment={"FUSION_HOME": str(tmp_path)}) as app, app.open(tmp_path / "hub.db") as host:
        answer = await host.http("github", method="POST", body=b"{}")
        assert answer.status == 503
        assert "FUSION_WEBHOOK_SECRET, FUSION_GITHUB_APP, FUSION_GITHUB_KEY" in answer.json()["error"]
        assert (app.queues, set(app.timers)) == ({}, {"purge"})


async def test_without_a_secret_it_does_not_start(cloud: Cloud) -> None:
    with pytest.raises(InvocationFailed, match="The bot needs FUSION_WEBHOOK_SECRET"):
        async with AzureApp(ROOT, environment={**cloud.environment, "FUSION_WEBHOOK_SECRET": ""}):
            pass
