"""Retention: what goes, what stays, and that nothing a kept record leads to is ever deleted."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.adapters.memory.records import ManualClock, MemoryBlobs, MemoryStore
from fusion.adapters.sqlite.store import SqliteStore
from fusion.errors import PermanentError, RateLimited, TransientError
from fusion.ports import Blobs, Key, Store, Stored
from fusion.purge import Purged, purge
from fusion.retention import STEPS

RETENTION = timedelta(days=30)
NOW = datetime(2025, 6, 1, tzinfo=UTC)
REPOSITORY = "owner/name"


def key(kind: str, id: str, scope: str = REPOSITORY) -> Key:
    return Key(tenant="t", scope=scope, kind=kind, id=id)


class State:
    """A store and blobs whose clock is set back to write old things."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.store = MemoryStore(self.clock)
        self.blobs = MemoryBlobs(self.clock)

    async def record(self, kind: str, id: str, value: dict[str, Any], *, days: float, scope: str = REPOSITORY) -> str:
        self.clock.advance(-days * 86_400)
        etag = await self.store.put(key(kind, id, scope), value, etag=None)
        self.clock.advance(days * 86_400)
        return etag

    async def blob(self, data: bytes | dict[str, Any], *, days: float) -> str:
        self.clock.advance(-days * 86_400)
        digest = await self.blobs.put(data if isinstance(data, bytes) else json.dumps(data).encode())
        self.clock.advance(days * 86_400)
        return digest

    async def purge(self, *, retention: timedelta = RETENTION, dry_run: bool = False) -> Purged:
        return await purge(self.store, self.blobs, self.clock, tenant="t", retention=retention, dry_run=dry_run)

    async def left(self) -> set[str]:
        return {f"{stored.key.kind} {stored.key.id}" async for stored in self.store.walk(tenant="t")}


def run(number: int) -> str:
    return f"review-{number:016x}"


async def test_runs_go_after_the_retention_and_running_or_named_ones_never() -> None:
    state = State()
    review = await state.blob({"review": 1}, days=50)
    for number, days in ((1, 31), (2, 29)):
        await state.record("run", run(number), {"status": "reviewed", "review": review}, days=days)
    await state.record("run", run(3), {"status": "running", "started": "2025-01-01T00:00:00Z"}, days=90)
    await state.record("run", f"{run(4)}-nonce", {"status": "reviewed"}, days=90)
    await state.record("ledger", "branch:main", {"run": f"{run(4)}-nonce", "ledger": {}}, days=5)
    await state.record("installation", "7", {}, days=900)
    await state.record("quota", "someone", {}, days=31)
    await state.record("from a later Fusion", "x", {}, days=900)
    purged = await state.purge()
    assert purged.records == {"quota": 1, "run": 1}
    assert await state.left() == {
        f"run {run(2)}",
        f"run {run(3)}",
        f"run {run(4)}-nonce",
        "ledger branch:main",
        "installation 7",
        "from a later Fusion x",
    }
    assert await state.blobs.get(review)
    assert (purged.running, purged.blobs) == (1, 0)


async def test_a_subject_goes_as_a_whole_and_not_while_its_pull_request_is_open() -> None:
    state = State()
    for number, (open, days) in enumerate([(True, 90), (False, 90), (False, 3)], start=1):
        await state.record("pull", f"pull:{number}", {"pull": {"number": number, "open": open}}, days=days)
        await state.record("ledger", f"pull:{number}", {"run": run(number)}, days=90)
        await state.record("conversation", f"pull:{number}", {}, days=90)
        await state.record("run", run(number), {"status": "reviewed"}, days=90)
    await state.record("ledger", "pull:2", {"run": ""}, days=1, scope="another/one")
    purged = await state.purge()
    assert purged.records == {"conversation": 1, "ledger": 1, "pull": 1, "run": 1}
    assert len(await state.left()) == 9
    assert await state.store.get(key("ledger", "pull:2", "another/one")) is not None


async def test_blobs_are_kept_through_reviews_and_changes_and_the_margin() -> None:
    state = State()
    contents = await state.blob(b"print()", days=90)
    change = await state.blob({"files": [{"head": {"digest": contents}}]}, days=90)
    review = await state.blob({"change": change}, days=90)
    await state.record("run", run(1), {"status": "reviewed", "review": review}, days=1)
    garbage = await state.blob(b"garbage", days=90)
    at_work = await state.blob(b"of a review that is at work", days=1)
    assert (await state.purge(dry_run=True)).blobs == 1
    assert await state.blobs.get(garbage)
    purged = await state.purge(retention=timedelta(hours=1))
    assert (purged.blobs, purged.bytes, purged.kept_blobs) == (4, 207, 1)
    # The run was used longer ago than an hour, so that it went with what it led to; what is younger than the margin stays.
    assert {*state.blobs.kept} == {at_work}


async def test_nothing_put_since_a_running_run_began_is_swept() -> None:
    state = State()
    of_run = await state.blob(b"only the journal knows it", days=39)
    older = await state.blob(b"older", days=60)
    await state.record("run", run(1), {"status": "running", "started": (NOW - timedelta(days=40)).isoformat()}, days=40)
    await state.purge()
    assert {*state.blobs.kept} == {of_run}
    assert older not in state.blobs.kept


async def test_a_dry_run_says_what_the_purge_then_does() -> None:
    state = State()
    await state.record("run", run(1), {"status": "reviewed", "review": await state.blob({"n": 1}, days=90)}, days=90)
    before = await state.left(), {*state.blobs.kept}
    said = await state.purge(dry_run=True)
    assert (await state.left(), {*state.blobs.kept}) == before
    done = await state.purge()
    assert said.model_dump(exclude={"dry_run"}) == done.model_dump(exclude={"dry_run"})
    assert (done.records, done.blobs) == ({"run": 1}, 1)
    again = await state.purge()
    assert (again.records, again.blobs) == ({}, 0)


class BusyStore(MemoryStore):
    """While the purge walks and decides, a review uses the subject again."""

    async def walk(self, *, tenant: str) -> AsyncIterator[Stored]:
        async for stored in super().walk(tenant=tenant):
            yield stored
        for kind in ("pull", "ledger"):
            stored_now = await self.get(key(kind, "pull:1"))
            assert stored_now is not None
            await self.put(key(kind, "pull:1"), stored_now.value | {"again": True}, etag=stored_now.etag)


async def test_what_a_review_uses_meanwhile_stays_with_all_it_leads_to() -> None:
    state = State()
    state.store = BusyStore(state.clock)
    review = await state.blob({"n": 1}, days=90)
    await state.record("pull", "pull:1", {"pull": {"open": False}}, days=90)
    await state.record("conversation", "pull:1", {}, days=90)
    await state.record("ledger", "pull:1", {"run": run(1)}, days=90)
    await state.record("run", run(1), {"status": "reviewed", "review": review}, days=90)
    await state.record("run", run(2), {"status": "reviewed"}, days=90)
    purged = await state.purge()
    assert purged.records == {"run": 1}
    assert {f"run {run(1)}", "pull pull:1", "ledger pull:1", "conversation pull:1"} == {
        f"{stored.key.kind} {stored.key.id}" async for stored in MemoryStore.walk(state.store, tenant="t")
    }
    assert await state.blobs.get(review)


class FailingBlobs(MemoryBlobs):
    """Answers some reads with an error first."""

    def __init__(self, clock: ManualClock, errors: list[Exception]) -> None:
        super().__init__(clock)
        self.errors = errors

    async def get(self, digest: str) -> bytes:
        if self.errors:
            raise self.errors.pop(0)
        return await super().get(digest)


async def test_an_outage_stops_the_purge_before_anything_is_swept_and_a_limit_only_delays_it() -> None:
    state = State()
    state.blobs = FailingBlobs(state.clock, [])
    change = await state.blob({"n": 1}, days=90)
    await state.record("run", run(1), {"review": await state.blob({"change": change}, days=90)}, days=1)
    garbage = await state.blob(b"garbage", days=90)
    state.blobs.errors = [TransientError("down")]
    with pytest.raises(TransientError):
        await state.purge()
    assert len(state.blobs.kept) == 3
    state.blobs.errors = [RateLimited("slowly", seconds=0), PermanentError("damaged")]
    assert (await state.purge()).blobs == 2
    assert garbage not in state.blobs.kept


KINDS = st.sampled_from(["run", "ledger", "pull", "conversation", "quota", "other"])
DAYS = st.sampled_from([0.0, 1.5, 29.0, 31.0, 60.0, 80.0])
OLD = st.sampled_from([1.5, 31.0, 60.0, 80.0])
LINKS = st.lists(st.integers(0, 7), max_size=2)


@settings(max_examples=150, deadline=None)
@given(
    blobs=st.lists(st.tuples(st.integers(0, 4), st.lists(st.integers(1, 3), max_size=2), OLD), max_size=12),
    records=st.lists(st.tuples(KINDS, st.integers(0, 4), LINKS, LINKS, DAYS, st.booleans()), max_size=14),
    margin=st.sampled_from([timedelta(hours=1), RETENTION]),
)
async def test_no_digest_that_a_kept_record_leads_to_is_ever_deleted(
    blobs: list[tuple[int, list[int], float]],
    records: list[tuple[str, int, list[int], list[int], float, bool]],
    margin: timedelta,
) -> None:
    state = State()
    digests: list[str] = []
    for number, (form, links, days) in enumerate(blobs):
        body = {"n": number, "links": [digests[number - link] for link in links if link <= number]}
        digests.append(await state.blob(body if form else f"text {body}".encode(), days=days))
    for kind, name, links, runs, days, flag in records:
        id = run(name) if kind == "run" else f"pull:{name}"
        if await state.store.get(key(kind, id)) is None:
            value = {"status": "running" if flag and name == 0 else "reviewed", "pull": {"open": flag}}
            value |= {
                "links": [digests[-1 - link] for link in links if link < len(digests)],
                "runs": [run(one) for one in runs],
            }
            await state.record(kind, id, value, days=days)
    before = dict(state.blobs.kept)
    purged = await state.purge(retention=margin)
    kept = [stored async for stored in state.store.walk(tenant="t")]

    reached: set[str] = set()
    edge = {digest for stored in kept for digest in re.findall(r"sha256:\w{64}", json.dumps(stored.value))}
    for _ in range(STEPS + 1):
        reached |= edge
        texts = [before[digest].decode() for digest in edge]
        edge = {link for text in texts if text.startswith("{") for link in re.findall(r"sha256:\w{64}", text)}
    assert reached <= {*state.blobs.kept}
    for digest, (_, _, days) in zip(digests, blobs, strict=True):
        young = NOW - timedelta(days=days) >= purged.swept_before
        assert (digest in state.blobs.kept) == (young or digest in reached)
    names = {one for stored in kept if stored.key.kind != "run" for one in stored.value["runs"]}
    there = {stored.key.id for stored in kept if stored.key.kind == "run"}
    assert {run(name) for kind, name, *_ in records if kind == "run"} & names <= there


async def test_what_calls_cost_outlives_the_runs_that_it_names() -> None:
    state = State()
    await state.record("run", run(1), {"status": "reviewed"}, days=100)
    for kind in ("spend", "budget", "budget-run", "distrust"):
        await state.record(kind, f"young-{kind}", {"run": run(1)}, days=390)
        await state.record(kind, f"old-{kind}", {"run": run(1)}, days=410)
    assert (await state.purge()).records == {"budget": 1, "budget-run": 1, "run": 1, "spend": 1}
    left = await state.left()
    assert {"distrust old-distrust", "spend young-spend", "budget young-budget", "budget-run young-budget-run"} <= left


async def test_what_is_remembered_of_scans_goes_with_the_repository() -> None:
    state = State()
    kept: dict[str, str] = {}
    for scope, days in (("octo/gone", 40.0), ("octo/here", 3.0)):
        for kind in ("reading", "answers", "history"):
            kept[f"{scope} {kind}"] = await state.blob({kind: scope}, days=90)
        for number, age in ((1, 80.0), (2, 60.0), (3, days)):
            await state.record("scan", f"{scope[-4:]}-{number}", {"at": "", "line": {}}, days=age, scope=scope)
        last = {"id": f"{scope[-4:]}-3", "reading": kept[f"{scope} reading"], "gone": scope == "octo/gone"}
        await state.record("scan-last", "last", last, days=days, scope=scope)
        # Written only when they change: their own age does not tell whether they are used.
        await state.record("scan-answers", "last", {"answers": kept[f"{scope} answers"]}, days=80, scope=scope)
        await state.record("scan-history", "last", {"from": "", "report": kept[f"{scope} history"]}, days=80, scope=scope)
        await state.record("scan-due", "due", {"schedule": "never"}, days=80, scope=scope)
    await state.record("scan-account", "scan-1", {"account": "octo"}, days=31)
    await state.record("scan-exception", "x-1", {"deeds": []}, days=900)
    batch = await state.blob({"lines": []}, days=31)
    purged = await state.purge()
    assert purged.records == {"scan": 5, "scan-account": 1, "scan-answers": 1, "scan-history": 1, "scan-last": 1}
    left = [stored.key async for stored in state.store.walk(tenant="t")]
    assert [one.id for one in left if one.kind == "scan"] == ["here-3"]
    assert {one.scope for one in left if one.kind == "scan-due"} == {"octo/gone", "octo/here"}
    assert {*state.blobs.kept} == {digest for name, digest in kept.items() if "here" in name}
    assert batch not in state.blobs.kept


def stores(kind: str, folder: Path, clock: ManualClock) -> tuple[Store, Blobs]:
    if kind == "memory":
        return MemoryStore(clock), MemoryBlobs(clock)
    return SqliteStore(folder / "records.db", clock=clock, fsync=False), MemoryBlobs(clock)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_a_last_scan_outlives_the_retention_while_its_repository_is_there(kind: str, tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    store, blobs = stores(kind, tmp_path, clock)
    folder = tmp_path / "cloned"
    folder.mkdir()
    scopes = {"octo/rare": True, "octo/gone": False, str(folder): True, str(tmp_path / "deleted"): False}
    reached: dict[str, set[str]] = {}
    for scope in scopes:
        contents = await blobs.put(f"a file of {scope}".encode())
        reading = await blobs.put(json.dumps({"files": [contents]}).encode())
        whole, cut = [await blobs.put(json.dumps({"scan": f"{scope} {name}"}).encode()) for name in ("whole", "cut")]
        reached[scope] = {contents, reading, whole, cut}
        last = {"id": "2", "scan": cut, "whole": whole, "reading": reading, "gone": scope == "octo/gone"}
        for kind_, id, value in (
            ("scan", "1", {}),
            ("scan", "2", {}),
            ("scan-last", "last", last),
            ("scan-series", "last", {"points": []}),
            ("scan-history", "last", {}),
            ("scan-answers", "last", {}),
        ):
            await store.put(key(kind_, id, scope), value, etag=None)
    clock.advance(500 * 86_400)
    purged = await purge(store, blobs, clock, tenant="t", retention=RETENTION)

    left: dict[str, set[str]] = {}
    async for stored in store.walk(tenant="t"):
        left.setdefault(stored.key.scope, set()).add(f"{stored.key.kind} {stored.key.id}")
    all_but_the_first = {"scan 2", "scan-last last", "scan-series last", "scan-history last", "scan-answers last"}
    assert left == {scope: all_but_the_first for scope, stays in scopes.items() if stays}
    assert {one.digest async for one in blobs.walk()} == set().union(*(reached[scope] for scope in left))
    assert purged.records["scan"] == 6


async def test_scans_without_a_whole_one_go_by_their_age() -> None:
    state = State()
    await state.record("scan", "partial", {}, days=80)
    await state.record("scan-answers", "last", {}, days=80)
    assert (await state.purge()).records == {"scan": 1, "scan-answers": 1}


async def test_what_was_sealed_is_kept_for_good_and_not_what_it_mentions() -> None:
    state = State()
    mentioned = await state.blob(b"contents of a file", days=900)
    lines = await state.blob({"scan": mentioned}, days=900)
    sealed = await state.blob({"lines": lines}, days=900)
    replaced = await state.blob({"kty": "EC"}, days=900)
    other = f"sha256:{'0' * 64}"
    for kind, id, digest in (("evidence-link", "0000000000", replaced), ("evidence-head", "octo/cat", sealed)):
        await state.record(kind, id, {"digest": digest, "hash": other, "previous": other, "subject": run(1)}, days=900)
    for kind in ("evidence-subject", "evidence-key", "evidence-anchor"):
        await state.record(kind, "x", {"hash": other}, days=900)
    owed = await state.blob({"review": 2}, days=900)
    await state.record("evidence-owed", run(2), {"review": owed}, days=900)
    await state.record("run", run(1), {"status": "reviewed", "review": sealed}, days=900)
    purged = await state.purge()
    assert purged.records == {"run": 1}
    assert {*state.blobs.kept} == {sealed, replaced, owed}


async def test_what_was_sealed_leads_on_for_another_record_that_leads_there() -> None:
    state = State()
    change = await state.blob({"files": []}, days=90)
    review = await state.blob({"change": change}, days=90)
    first = await state.blob({"review": review}, days=90)
    await state.record("evidence-head", "octo/cat", {"digest": review}, days=900)
    await state.record("run", run(1), {"status": "reviewed", "review": first}, days=1)
    await state.purge()
    assert {*state.blobs.kept} == {first, review, change}
