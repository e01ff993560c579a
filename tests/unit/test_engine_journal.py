"""Opening a journal: who may, what is refused, and with which sentence."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fusion.engine import Engine, JournalBusy, JournalCorrupt, JournalTooNew, JournalUnwritable
from fusion.engine import journal as journals
from fusion.engine.journal import SCHEMA_VERSION, SQL, Journal
from fusion.errors import UserError
from tests.fakes import flows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


async def finish_some(path: Path, count: int = 30) -> None:
    async with Engine(path, flows.worker()) as engine:
        for n in range(count):
            await engine.start("review", {"fan": 9}, f"r{n}")
        for n in range(count):
            await engine.wait(f"r{n}", 10)


def test_one_engine_at_a_time(path: Path) -> None:
    first = Journal(path)
    with pytest.raises(JournalBusy, match="in use by another process"):
        Journal(path)
    first.close()
    Journal(path).close()


def test_looking_does_not_get_in_the_way(path: Path) -> None:
    assert not journals.in_use(path)
    first = Journal(path)
    assert journals.in_use(path)
    first.close()
    assert not journals.in_use(path)
    with path.with_name("journal.db.lock").open("rb") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        threading.Timer(0.02, fcntl.flock, (looking, fcntl.LOCK_UN)).start()
        Journal(path).close()


def test_a_deleted_lock_guards_nothing(path: Path) -> None:
    first = Journal(path)
    for file in path.parent.glob("journal.db*"):
        file.unlink()
    second = Journal(path)  # another journal altogether, under the same name
    first.close()
    with pytest.raises(JournalBusy):
        Journal(path)
    second.close()


async def test_the_second_engine_is_refused_at_once(path: Path) -> None:
    async with Engine(path, flows.worker()) as first:
        with pytest.raises(UserError, match="in use"):
            async with Engine(path, flows.worker()):
                raise AssertionError("two engines share a journal")
        await first.start("review", {}, "r")
        assert (await first.wait("r", 10)).output == 20


def test_a_file_that_is_no_database(path: Path) -> None:
    path.write_bytes(b"this is not a database, it is a letter to a friend" * 100)
    with pytest.raises(JournalCorrupt, match=r"journal\.db is damaged"):
        Journal(path)


def test_a_database_of_something_else(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipe (title TEXT)")
    other.close()
    with pytest.raises(JournalCorrupt, match="database of something else"):
        Journal(path)


async def test_damaged_pages(path: Path) -> None:
    await finish_some(path)
    data = bytearray(path.read_bytes())
    data[4096 : len(data)] = os.urandom(len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(JournalCorrupt, match="damaged"):
        async with Engine(path, flows.worker()):
            raise AssertionError("a damaged journal was opened")
    with pytest.raises(JournalCorrupt, match="damaged"):  # and not busy: the lock was released
        await Engine(path, flows.worker()).__aenter__()


async def test_a_history_that_cannot_be_read_is_named(path: Path) -> None:
    async with Engine(path, flows.worker(), drain=0) as engine:
        await engine.start("sleeper", 60, "the-sleeper")
    with sqlite3.connect(path) as db:
        db.execute("UPDATE history SET chunk = x'ffffffff'")
        db.execute("UPDATE inbox SET event = x'ffffffff'")
    db.close()
    with pytest.raises(JournalCorrupt, match="history of 'the-sleeper'"):
        async with Engine(path, flows.worker()):
            raise AssertionError("an unreadable history was accepted")


def test_a_newer_schema_is_refused_and_kept(path: Path) -> None:
    Journal(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()
    before = path.read_bytes()
    with pytest.raises(JournalTooNew, match="upgrade Fusion"):
        Journal(path)
    assert path.read_bytes() == before


def test_an_older_schema_is_migrated_in_one_transaction(path: Path) -> None:
    def broken(db: sqlite3.Connection) -> None:
        db.execute("CREATE TABLE half_done (x)")
        raise sqlite3.OperationalError("no")

    def works(db: sqlite3.Connection) -> None:
        db.execute("CREATE TABLE migrated (x)")

    Journal(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
    db.close()
    with pytest.raises(JournalUnwritable):
        Journal(path, migrations={SCHEMA_VERSION - 1: broken})
    opened = Journal(path, migrations={SCHEMA_VERSION - 1: works})
    tables = {name for (name,) in opened.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert ("migrated" in tables, "half_done" in tables) == (True, False)
    assert opened.row("PRAGMA user_version") == (SCHEMA_VERSION,)
    opened.close()


def test_every_version_has_a_migration() -> None:
    assert set(journals.MIGRATIONS) == set(range(1, SCHEMA_VERSION))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(JournalUnwritable, match="check its folder"):
        Journal(tmp_path / "nowhere" / "journal.db")


def test_a_path_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(JournalUnwritable, match="cannot be opened for writing"):
        Journal(tmp_path / "folder")


@pytest.fixture
def ordinary_user(tmp_path: Path) -> Iterator[None]:
    """Root writes anywhere: act as nobody where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    # Down from pytest's own folder; a worker of pytest-xdist has one in between.
    for folder in (tmp_path, *tmp_path.parents):
        if not any(part.startswith("pytest-of-") for part in folder.parts):
            break
        folder.chmod(0o755)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_read_only_folder(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(0o555)
    request.getfixturevalue("ordinary_user")
    with pytest.raises(JournalUnwritable, match="cannot be opened for writing"):
        Journal(folder / "journal.db")


def test_a_read_only_file(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    path = tmp_path / "journal.db"
    Journal(path).close()
    path.chmod(0o444)
    lock = tmp_path / "journal.db.lock"
    lock.chmod(0o666)
    tmp_path.chmod(0o777)
    request.getfixturevalue("ordinary_user")
    tmp_path_mode = path.stat().st_mode & 0o222
    assert tmp_path_mode == 0
    with pytest.raises(JournalUnwritable, match="cannot be opened for writing"):
        Journal(path)


def test_sql_blocks_are_statements(path: Path) -> None:
    opened = Journal(path)
    for name, sql in SQL.items():
        if name != "schema":
            opened.rows(f"EXPLAIN {sql}", (None,) * sql.count("?"))
    opened.close()
