"""One suite over every Store: the fake in memory, SQLite, and Cosmos DB's SDK against an emulator. Then what only a file can
suffer; what only Cosmos DB can is in test_cosmos.py."""

from __future__ import annotations

import asyncio
import gc
import json
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from fusion.adapters.azure.cosmos import CosmosStore
from fusion.adapters.memory.records import ManualClock, MemoryStore
from fusion.adapters.sqlite.store import MIGRATIONS, SqliteStore
from fusion.errors import Conflict, TransientError, UserError
from fusion.ports import Key, Store
from tests.fakes.cosmos.server import CosmosEmulator


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="module")
def emulator() -> Iterator[CosmosEmulator]:
    with CosmosEmulator() as running:
        yield running


@pytest.fixture(params=["memory", "sqlite", "cosmos"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock, emulator: CosmosEmulator
) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore(clock)
    elif request.param == "sqlite":
        with SqliteStore(tmp_path / "home" / "state.db", clock=clock, fsync=False) as made:
            yield made
    else:
        async with CosmosStore(emulator.connection, database=uuid.uuid4().hex, clock=clock) as reached:
            yield reached


def key(id: str, *, tenant: str = "t", scope: str = "s", kind: str = "run") -> Key:
    return Key(tenant=tenant, scope=scope, kind=kind, id=id)


async def test_a_record_comes_back_with_its_etag_and_time(store: Store, clock: ManualClock) -> None:
    value = {"text": "ü\u2028\n", "list": [1, 2.5, None, True], "deep": {"a": {}}, "odd": "\udc80"}
    etag = await store.put(key("a"), value, etag=None)
    stored = await store.get(key("a"))
    assert stored is not None
    assert (stored.key, stored.value, stored.etag, stored.updated) == (key("a"), value, etag, clock.now())
    assert await store.get(key("b")) is None


async def test_every_part_of_the_key_counts(store: Store) -> None:
    others = [key("a", tenant="u"), key("a", scope="u"), key("a", kind="u"), key("A")]
    for number, other in enumerate([key("a"), *others]):
        await store.put(other, {"number": number}, etag=None)
    assert [(await store.get(other)).value["number"] for other in others] == [1, 2, 3, 4]  # type: ignore[union-attr]


async def test_only_who_read_the_last_version_may_write(store: Store) -> None:
    first = await store.put(key("a"), {"n": 1}, etag=None)
    with pytest.raises(Conflict):
        await store.put(key("a"), {"n": 2}, etag=None)
    second = await store.put(key("a"), {"n": 2}, etag=first)
    for stale in (first, "", "nonsense"):
        with pytest.raises(Conflict):
            await store.put(key("a"), {"n": 3}, etag=stale)
    with pytest.raises(Conflict):
        await store.put(key("missing"), {}, etag=second)
    stored = await store.get(key("a"))
    assert stored is not None
    assert (stored.value, stored.etag) == ({"n": 2}, second)


async def test_a_record_made_anew_is_not_the_old_one(store: Store) -> None:
    etag = await store.put(key("a"), {}, etag=None)
    await store.delete(key("a"))
    await store.delete(key("a"))
    assert await store.get(key("a")) is None
    await store.put(key("a"), {}, etag=None)
    with pytest.raises(Conflict):
        await store.put(key("a"), {"stale": True}, etag=etag)


async def test_of_many_writers_with_one_etag_one_wins(store: Store) -> None:
    etag = await store.put(key("a"), {}, etag=None)
    outcomes = await asyncio.gather(
        *(store.put(key("a"), {"writer": writer}, etag=etag) for writer in range(8)), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 7 + ["str"]


async def test_values_are_copies(store: Store) -> None:
    value = {"list": [1]}
    await store.put(key("a"), value, etag=None)
    value["list"].append(2)
    stored = await store.get(key("a"))
    assert stored is not None
    stored.value["list"].append(3)
    again = await store.get(key("a"))
    assert again is not None
    assert again.value == {"list": [1]}


@pytest.mark.parametrize("value", [{"x": float("nan")}, {"x": object()}, {"x": b"bytes"}])
async def test_what_is_not_json_is_refused_and_nothing_is_written(store: Store, value: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        await store.put(key("a"), value, etag=None)
    assert await store.get(key("a")) is None


async def test_listed_last_written_first_page_by_page(store: Store, clock: ManualClock) -> None:
    for number in range(7):
        await store.put(key(f"r{number}"), {}, etag=None)
        clock.advance(-1)  # the order is that of the writes, whatever the clock does
    again = await store.get(key("r2"))
    assert again is not None
    await store.put(key("r2"), {"again": True}, etag=again.etag)
    seen: list[str] = []
    after = ""
    while page := await store.list(tenant="t", kind="run", limit=3, after=after):
        seen += [stored.key.id for stored in page]
        after = seen[-1]
    assert seen == ["r2", "r6", "r5", "r4", "r3", "r1", "r0"]


async def test_listed_within_a_tenant_a_kind_and_maybe_a_scope(store: Store) -> None:
    await store.put(key("a", scope="one"), {}, etag=None)
    await store.put(key("b", scope="two"), {}, etag=None)
    await store.put(key("c", kind="other"), {}, etag=None)
    await store.put(key("d", tenant="other"), {}, etag=None)
    assert [stored.key.id for stored in await store.list(tenant="t", kind="run")] == ["b", "a"]
    assert [stored.key.id for stored in await store.list(tenant="t", kind="run", scope="one")] == ["a"]
    assert await store.list(tenant="t", kind="run", scope="three") == []
    assert await store.list(tenant="t", kind="run", limit=0) == []


async def test_going_on_from_a_record_that_is_not_there_is_said(store: Store) -> None:
    await store.put(key("a"), {}, etag=None)
    with pytest.raises(UserError, match="'gone'"):
        await store.list(tenant="t", kind="run", after="gone")


async def walked(store: Store) -> list[tuple[str, str, str]]:
    return [(stored.key.scope, stored.key.kind, stored.key.id) async for stored in store.walk(tenant="t")]


async def test_a_walk_shows_every_record_of_the_tenant_first_written_first(store: Store) -> None:
    assert await walked(store) == []
    first = await store.put(key("a"), {}, etag=None)
    await store.put(key("a", scope="two", kind="ledger"), {}, etag=None)
    await store.put(key("c", tenant="other"), {}, etag=None)
    await store.put(key("b"), {}, etag=None)
    await store.put(key("a"), {"again": True}, etag=first)
    assert await walked(store) == [("two", "ledger", "a"), ("s", "run", "b"), ("s", "run", "a")]


async def test_a_record_written_during_a_walk_is_shown_as_it_is_then(store: Store) -> None:
    etags = [await store.put(key(f"r{number}"), {"n": 0}, etag=None) for number in range(4)]
    seen = []
    async for stored in store.walk(tenant="t"):
        if not seen:
            await store.put(key("r0"), {"n": 1}, etag=etags[0])
            await store.put(key("r2"), {"n": 1}, etag=etags[2])
            await store.put(key("new"), {"n": 1}, etag=None)
        seen.append((stored.key.id, stored.value["n"]))
    assert {("r0", 1), ("r1", 0), ("r2", 1), ("r3", 0), ("new", 1)} <= set(seen)


async def test_only_the_record_that_was_read_is_deleted(store: Store) -> None:
    etag = await store.put(key("a"), {"n": 1}, etag=None)
    newer = await store.put(key("a"), {"n": 2}, etag=etag)
    with pytest.raises(Conflict):
        await store.delete(key("a"), etag=etag)
    assert await store.get(key("a")) is not None
    await store.delete(key("a"), etag=newer)
    assert await store.get(key("a")) is None
    await store.delete(key("a"), etag=newer)


async def test_names_are_data_not_sql(store: Store) -> None:
    hostile = key("'; DROP TABLE records; --", scope='"%_')
    await store.put(hostile, {"a": 1}, etag=None)
    assert await store.get(hostile) is not None
    assert len(await store.list(tenant="t", kind="run", scope='"%_')) == 1


async def test_sqlite_keeps_records_across_openings(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "state.db") as store:
        etag = await store.put(key("a"), {"n": 1}, etag=None)
    with SqliteStore(tmp_path / "state.db") as store:
        stored = await store.get(key("a"))
    assert stored is not None
    assert (stored.value, stored.etag) == ({"n": 1}, etag)


COUNTING = """
import asyncio, pathlib, sys
from fusion.adapters.sqlite.store import SqliteStore
from fusion.errors import Conflict
from fusion.ports import Key

async def main():
    key = Key(tenant="t", scope="s", kind="run", id="counter")
    with SqliteStore(pathlib.Path(sys.argv[1]), fsync=False) as store:
        for _ in range(int(sys.argv[2])):
            while True:
                stored = await store.get(key)
                try:
                    await store.put(key, {"n": stored.value["n"] + 1 if stored else 1}, etag=stored.etag if stored else None)
                    break
                except Conflict:
                    pass

asyncio.run(main())
"""


def test_several_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", COUNTING, str(tmp_path / "new" / "state.db"), "40"]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    for process in processes:
        _, stderr = process.communicate()
        assert process.returncode == 0, stderr.decode()
    with SqliteStore(tmp_path / "new" / "state.db") as store:
        stored = asyncio.run(store.get(key("counter")))
    assert stored is not None
    assert stored.value == {"n": 120}


def test_a_store_that_is_forgotten_gives_its_file_back(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "state.db")
    asyncio.run(store.put(key("a"), {}, etag=None))
    assert (tmp_path / "state.db-wal").exists()
    del store
    gc.collect()
    assert not (tmp_path / "state.db-wal").exists()


async def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with (
        SqliteStore(path) as store,
        pytest.raises(UserError, match=r"newer Fusion \(schema \d+; this one knows \d+\).*FUSION_HOME"),
    ):
        await store.get(key("a"))
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
    assert connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
    connection.close()


async def test_what_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"this is not a database, it only looks like one" * 50)
    with (
        SqliteStore(tmp_path / "state.db") as store,
        pytest.raises(UserError, match=r"state\.db is damaged or no Fusion state"),
    ):
        await store.get(key("a"))


async def test_a_lock_that_is_not_given_back_is_worth_another_try(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "state.db", patience=0.1) as store:
        await store.put(key("a"), {}, etag=None)
        other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert await store.get(key("a")) is not None
        with pytest.raises(TransientError, match="locked"):
            await store.put(key("b"), {}, etag=None)
        other.execute("ROLLBACK")
        other.close()
        await store.put(key("b"), {}, etag=None)


async def test_a_folder_that_cannot_be_made_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        SqliteStore(tmp_path / "file" / "state.db") as store,
        pytest.raises(UserError, match=r"file cannot be written to .*FUSION_HOME"),
    ):
        await store.get(key("a"))


IN_SMALL_DISK = """
import asyncio, json, pathlib, sys
from fusion.adapters.sqlite.store import SqliteStore
from fusion.errors import UserError
from fusion.ports import Key

async def main():
    written = 0
    with SqliteStore(pathlib.Path(sys.argv[1]) / "state.db") as store:
        try:
            for number in range(100):
                await store.put(Key(tenant="t", scope="s", kind="run", id=str(number)), {"x": "x" * 20_000}, etag=None)
                written += 1
        except UserError as error:
            print(error)
        if written:
            print(written == len(await store.list(tenant="t", kind="run")))

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("options", "sentence", "rest"),
    [("size=400k", "The disk is full", ["True"]), ("size=400k,ro", "cannot be written to", [])],
)
def test_a_full_and_a_read_only_disk_are_one_clear_sentence(
    tmp_path: Path, options: str, sentence: str, rest: list[str]
) -> None:
    mount = f'mount -t tmpfs -o {options} tmpfs "$0" && exec "$@"'
    command = ["unshare", "-Urm", "sh", "-c", mount, str(tmp_path), sys.executable, "-W", "error", "-c", IN_SMALL_DISK]
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=False)
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip(f"no private mounts here: {done.stderr.strip()}")
    lines = done.stdout.splitlines()
    assert lines, done.stderr
    assert sentence in lines[0]
    assert str(tmp_path) in lines[0]
    assert "FUSION_HOME" in lines[0]
    assert lines[1:] == rest
    assert done.stderr == ""


def test_migrations_are_applied_one_by_one(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "state.db")
    for statement in MIGRATIONS[0]:
        connection.execute(statement)
    connection.execute("PRAGMA user_version = 1")
    connection.execute(
        "INSERT INTO records VALUES (7, 't', 's', 'run', 'a', ?, '2025-01-01T00:00:00+00:00')", [json.dumps({"n": 1})]
    )
    connection.commit()
    connection.close()
    with SqliteStore(tmp_path / "state.db") as store:
        stored = asyncio.run(store.get(key("a")))
    assert stored is not None
    assert (stored.value, stored.etag) == ({"n": 1}, "7")
