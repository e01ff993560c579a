"""The dispatcher on memory fakes: what a message starts, ends and leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from fusion.adapters.memory.conversation import MemoryConversation
from fusion.adapters.memory.queue import MemoryQueue
from fusion.adapters.memory.records import ManualClock, MemoryStore
from fusion.dispatch.catchup import unseen
from fusion.dispatch.dispatcher import Dispatcher
from fusion.dispatch.needs import Paying
from fusion.dispatch.record import InstallationRecord, PullRecord, installation_key, pull_key
from fusion.errors import Conflict, PermanentError, RateLimited, UserError
from fusion.model import (
    EVENTS,
    Actor,
    AnyEvent,
    CatchUp,
    CommentMade,
    InstallationChanged,
    MergeGroupFormed,
    Pull,
    PullChanged,
    RerunAsked,
    ThreadChanged,
)
from fusion.ports import Key, Message, Priority, Progress
from fusion.ports.telemetry import OFF, Telemetry
from fusion.scanning.wanted import last_key
from tests.fakes.spans import Kept, id_of

SHOP = "octo/shop"
MONA = Actor(login="mona", id=1)


class MemoryConductor:
    """Orchestrations that do nothing: running until somebody ends them."""

    def __init__(self) -> None:
        self.started: dict[str, tuple[str, Any]] = {}
        self.ended: dict[str, str] = {}

    async def start(self, name: str, input: Any, id: str) -> bool:
        return self.started.setdefault(id, known := (name, input)) is known

    async def status(self, id: str) -> Progress | None:
        return Progress(id=id, status="terminated" if id in self.ended else "running") if id in self.started else None

    async def terminate(self, id: str, why: str) -> None:
        self.ended.setdefault(id, why)

    async def tell(self, id: str, event: str, data: Any) -> bool:
        return id in self.started and id not in self.ended

    def forget(self) -> None:
        """What has ended is purged."""
        self.started = {id: known for id, known in self.started.items() if id not in self.ended}

    @property
    def running(self) -> list[str]:
        """Names of what runs, in the order of the starts."""
        return [name for id, (name, _) in self.started.items() if id not in self.ended]


@dataclass(kw_only=True)
class Host:
    """What a dispatcher needs."""

    tenant: str = "t"
    slug: str = "fusion"
    clock: ManualClock = field(default_factory=ManualClock)
    reasoning: Paying | None = None
    conductor: MemoryConductor = field(default_factory=MemoryConductor)
    telemetry: Telemetry = OFF

    def __post_init__(self) -> None:
        self.store = MemoryStore(self.clock)
        self.hub: MemoryConversation | None = MemoryConversation(clock=self.clock)
        self.queue: MemoryQueue | None = MemoryQueue(self.clock)

    @property
    def forge(self) -> MemoryConversation:
        assert self.hub is not None
        return self.hub

    async def handle(self, event: AnyEvent) -> str:
        message = Message(id=event.delivery, session="s", body=event.model_dump(mode="json"))
        return (await Dispatcher(self, self.conductor).handle(message)).what

    async def record(self, repository: str = SHOP) -> PullRecord:
        stored = await self.store.get(pull_key("t", repository, 12))
        assert stored is not None
        return PullRecord.model_validate(stored.value)


@pytest.fixture
def host() -> Host:
    return Host()


def of(pull: Pull, delivery: str = "d1", **fields: Any) -> PullChanged:
    return PullChanged(delivery=delivery, repository=pull.repository, pull=pull, actor=MONA, **fields)


def said(text: str, **fields: Any) -> CommentMade:
    known = {"delivery": "c1", "repository": SHOP, "number": 12, "comment": 5, "where": "issue", "actor": MONA}
    return CommentMade.model_validate({**known, "text": text, **fields})


async def test_a_pull_request_starts_one_review(host: Host) -> None:
    pull = host.forge.open_pull(SHOP, 12, head="a" * 40, installation=7)
    for _ in range(2):
        await host.handle(of(pull))
    [(name, given)] = host.conductor.started.values()
    assert (name, given["request"]["head"], given["request"]["installation"]) == ("pull", "a" * 40, 7)
    assert (await host.record()).run in host.conductor.started


async def test_a_newer_head_supersedes_and_an_older_event_is_stale(host: Host) -> None:
    old = host.forge.open_pull(SHOP, 12, head="a" * 40)
    await host.handle(of(old))
    host.clock.advance(5)
    new = host.forge.push(SHOP, 12, "f" * 40)
    await host.handle(of(new, "d2"))
    assert "newer" in await host.handle(of(old, "d1 again"))
    assert host.conductor.running == ["pull"]
    assert (await host.record()).head == "f" * 40


async def test_two_events_of_one_second_are_told_apart_by_the_forge(host: Host) -> None:
    old = host.forge.open_pull(SHOP, 12, head="a" * 40)
    new = host.forge.push(SHOP, 12, "f" * 40)
    await host.handle(of(new))
    await host.handle(of(old, "d0"))
    assert (await host.record()).head == "f" * 40
    assert len(host.conductor.started) == 1


async def test_a_forge_that_lags_behind_its_own_event_is_not_believed(host: Host) -> None:
    host.forge.open_pull(SHOP, 12, head="a" * 40)
    stale = host.forge.kept(SHOP, 12).pull
    host.clock.advance(5)
    told = stale.model_copy(update={"head": "f" * 40, "updated": host.clock.now()})
    await host.handle(of(told, again=True))
    assert (await host.record()).head == "f" * 40


async def test_a_transferred_repository_is_reviewed_under_its_new_name(host: Host) -> None:
    pull = host.forge.open_pull(SHOP, 12, head="a" * 40)
    await host.handle(of(pull))
    kept = host.forge.kept(SHOP, 12)
    kept.pull = pull.model_copy(update={"repository": "hub/shop"})
    host.forge.pulls["hub/shop", 12] = kept
    await host.handle(of(pull.model_copy(update={"updated": None}), "d2"))
    assert host.conductor.running == ["pull"]
    assert not (await host.record()).pull.open
    assert (await host.record("hub/shop")).head == "a" * 40


async def test_a_renamed_repository_keeps_its_ledgers(host: Host) -> None:
    pull = host.forge.open_pull(SHOP, 12, head="a" * 40, repository_id=3)
    await host.handle(of(pull))
    for kind in ("ledger", "conversation"):
        await host.store.put(Key(tenant="t", scope=SHOP, kind=kind, id="pull:12"), {"kind": kind}, etag=None)
    for number, name in enumerate(("hub/shop", "hub/store", "hub/shop")):
        await host.handle(of(pull.model_copy(update={"repository": name}), f"d{number + 2}"))
        for kind in ("ledger", "conversation"):
            carried = await host.store.get(Key(tenant="t", scope=name, kind=kind, id="pull:12"))
            assert carried is not None
            assert carried.value == {"kind": kind}
    await host.handle(of(pull.model_copy(update={"repository": "octo/other", "repository_id": 4}), "d9"))
    assert await host.store.get(Key(tenant="t", scope="octo/other", kind="ledger", id="pull:12")) is None


async def test_a_deleted_pull_request_ends_its_review(host: Host) -> None:
    pull = host.forge.open_pull(SHOP, 12, head="a" * 40)
    await host.handle(of(pull))
    host.forge.delete(SHOP)
    assert "gone" in await host.handle(of(pull, "d2", again=True))
    assert host.conductor.running == []
    assert not (await host.record()).pull.open


async def test_a_policy_that_does_not_validate_is_left_to_the_review(host: Host) -> None:
    host.forge.policies[SHOP, "b" * 40] = b"pulls: 3\n"
    await host.handle(of(host.forge.open_pull(SHOP, 12, head="a" * 40)))
    assert host.conductor.running == ["pull"]


async def test_an_outage_leaves_the_message_to_the_queue(host: Host) -> None:
    pull = host.forge.open_pull(SHOP, 12, head="a" * 40)
    host.forge.fail(RateLimited("slow down", seconds=9), on="policy")
    with pytest.raises(RateLimited):
        await host.handle(of(pull))
    assert host.conductor.started == {}
    await host.handle(of(pull))
    assert host.conductor.running == ["pull"]


async def test_a_lost_race_for_the_record_starts_nothing_twice(host: Host) -> None:
    pull = host.forge.open_pull(SHOP, 12, head="a" * 40)
    put, calls = host.store.put, []

    class Racing(MemoryStore):
        async def put(self, *args: Any, **named: Any) -> str:
            calls.append(args)
            if len(calls) == 1:
                raise Conflict("The record changed.")
            return await put(*args, **named)

    host.store = Racing(host.clock)
    with pytest.raises(Conflict):
        await host.handle(of(pull))
    await host.handle(of(pull))
    assert len(host.conductor.started) == 1


async def test_of_two_decisions_at_the_same_moment_one_is_withdrawn(host: Host) -> None:
    """A push and a command have queues of their own: both may see the record as it was."""
    old = host.forge.open_pull(SHOP, 12, head="a" * 40)
    await host.handle(of(old))
    pushed = host.forge.push(SHOP, 12, "b" * 40)

    class Meanwhile(MemoryStore):
        async def put(self, key: Key, *args: Any, **named: Any) -> str:
            if not others:
                others.append(True)
                await host.handle(of(pushed, again=True, delivery="other"))
            return await kept.put(key, *args, **named)

        async def get(self, key: Key) -> Any:
            return await kept.get(key)

    kept, others = host.store, []
    host.store = Meanwhile(host.clock)
    with pytest.raises(Conflict):
        await host.handle(of(pushed))
    await host.handle(of(pushed))
    stored = await kept.get(pull_key("t", SHOP, 12))
    assert stored is not None
    living = [id for id in host.conductor.started if id not in host.conductor.ended]
    assert living == [PullRecord.model_validate(stored.value).run]


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (said("/fusion status"), "command"),
        (said("@fusion status"), "command"),
        (said("/fusion nonsense"), "command"),
        (said("won't fix", where="review", in_reply_to=4), "learn"),
        (ThreadChanged(delivery="c1", repository=SHOP, number=12, thread="T", resolved=True), "learn"),
        (CatchUp(delivery="c1"), "catch_up"),
        (MergeGroupFormed(delivery="c1", repository=SHOP, head="a", head_ref="q", base="b", base_ref="main"), "merge_group"),
    ],
)
async def test_every_other_event_has_its_orchestration_once(host: Host, event: AnyEvent, name: str) -> None:
    await host.handle(event)
    assert "known already" in await host.handle(event)
    assert host.conductor.running == [name]
    [(_, given)] = host.conductor.started.values()
    assert EVENTS.validate_python(given["event"]) == event


async def test_bots_give_no_commands(host: Host) -> None:
    await host.handle(said("/fusion review", actor={"login": "helper[bot]", "bot": True}))
    assert host.conductor.started == {}


@pytest.mark.parametrize("numbers", [(12,), (12, 99), ()])
async def test_a_rerun_is_a_wish_in_each_pull_requests_own_session(host: Host, numbers: tuple[int, ...]) -> None:
    host.forge.open_pull(SHOP, 12, head="a" * 40)
    host.forge.open_pull(SHOP, 13, head="c" * 40)
    await host.handle(RerunAsked(delivery="r", repository=SHOP, head="a" * 40, numbers=numbers, actor=MONA))
    assert host.queue is not None
    locked = await host.queue.receive(Priority.COMMAND, wait=0)
    assert locked is not None
    wish = EVENTS.validate_python(locked.message.body)
    assert isinstance(wish, PullChanged)
    assert (wish.again, wish.pull.number, locked.message.session) == (True, 12, "octo/shop#12")
    await host.queue.complete(locked)
    assert await host.queue.receive(Priority.COMMAND, wait=0) is None


async def test_an_app_that_is_taken_away_ends_its_reviews(host: Host) -> None:
    await host.handle(of(host.forge.open_pull(SHOP, 12, head="a" * 40)))
    await host.handle(InstallationChanged(delivery="i", action="deleted", installation=7, removed=(SHOP,)))
    assert host.conductor.running == []
    stored = await host.store.get(installation_key("t", 7))
    assert stored is not None
    assert not InstallationRecord.model_validate(stored.value).active


@pytest.mark.parametrize(("action", "marked"), [("deleted", True), ("removed", True), ("suspend", False)])
async def test_scans_of_a_repository_that_the_app_was_taken_from_may_go(host: Host, action: str, marked: bool) -> None:
    key = last_key("t", SHOP)
    await host.store.put(key, {"id": "scan-1"}, etag=None)
    for delivery in ("i", "i again"):
        await host.handle(InstallationChanged(delivery=delivery, action=action, installation=7, removed=(SHOP, "octo/other")))
    stored = await host.store.get(key)
    assert stored is not None
    assert stored.value.get("gone", False) is marked


async def test_an_app_that_comes_back_reviews_what_it_had_to_leave(host: Host) -> None:
    pull = host.forge.open_pull(SHOP, 12, head="a" * 40)
    await host.handle(of(pull))
    for delivery in ("i", "i again"):
        await host.handle(InstallationChanged(delivery=delivery, action="deleted", installation=7, removed=(SHOP,)))
    assert unseen([pull], {12: await host.record()}, since=host.clock.now() - timedelta(days=1)) == [pull]
    host.conductor.forget()
    await host.handle(of(pull, "d2"))
    assert host.conductor.running == ["pull"]


async def test_what_is_no_event_is_for_a_person(host: Host) -> None:
    with pytest.raises(PermanentError, match="is no event"):
        await Dispatcher(host, host.conductor).handle(Message(id="x", session="s", body={"kind": "pull", "delivery": "d"}))


def test_a_host_without_an_app_takes_no_events(host: Host) -> None:
    host.hub = None
    with pytest.raises(UserError, match="FUSION_GITHUB_APP"):
        Dispatcher(host, host.conductor)


async def test_what_a_message_starts_and_sends_is_in_its_trace(host: Host) -> None:
    kept, trace = Kept(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    host.telemetry = kept.telemetry
    dispatcher = Dispatcher(host, host.conductor)
    event = of(host.forge.open_pull(SHOP, 12, head="a" * 40))
    await dispatcher.handle(Message(id="d1", session="s", body=event.model_dump(mode="json"), trace=trace))
    [(_, given)] = host.conductor.started.values()
    handled = kept.one("process pull")
    assert given["trace"] == f"{trace[:36]}{id_of(handled):016x}-01"
    assert handled.parent is not None
    assert f"{handled.parent.span_id:016x}" == trace[36:52]
    timer = CatchUp(delivery="t1", repository=SHOP)
    await dispatcher.handle(Message(id="t1", session="s", body=timer.model_dump(mode="json")))
    assert kept.one("process catch_up").parent is None, "a timer's message begins a trace of its own"
    asked = RerunAsked(delivery="r1", repository=SHOP, head="a" * 40, numbers=(12,), actor=MONA)
    await dispatcher.handle(Message(id="r1", session="s", body=asked.model_dump(mode="json"), trace=trace))
    assert host.queue is not None
    sent = await host.queue.receive(Priority.COMMAND, wait=0)
    assert sent is not None
    assert sent.message.trace == f"{trace[:36]}{id_of(kept.one('process rerun')):016x}-01"
