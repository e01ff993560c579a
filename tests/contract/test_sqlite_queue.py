"""What only a queue in a file can suffer: killed processes, several at once, a bad file, a full disk. And its own counts."""

from __future__ import annotations

import asyncio
import gc
import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from fusion.adapters.memory.queue import MemoryQueue
from fusion.adapters.memory.records import ManualClock
from fusion.adapters.sqlite.database import Database
from fusion.adapters.sqlite.messages import FORGET, MIGRATIONS, NEXT
from fusion.adapters.sqlite.queue import SqliteQueue
from fusion.errors import FusionError, TransientError, UserError
from fusion.ports import Message, Priority, QueueState

EVENT = Priority.EVENT


def message(id: str, session: str = "o/n#1", priority: Priority = EVENT) -> Message:
    return Message(id=id, session=session, priority=priority, body={"id": id})


async def received(queue: SqliteQueue) -> list[str]:
    """Everything that there is, in order."""
    ids = []
    while (locked := await queue.receive(EVENT, wait=0)) is not None:
        ids.append(locked.message.id)
        await queue.complete(locked)
    return ids


SENDING = """
import asyncio, pathlib, sys
from fusion.adapters.sqlite.queue import SqliteQueue
from fusion.ports import Message

async def main():
    queue = SqliteQueue(pathlib.Path(sys.argv[1]))
    async def lane(lane):
        for number in range(int(sys.argv[2 + lane]), 100_000):
            await queue.send(Message(id=f"{lane}-{number}", session=f"o/n#{lane}", body={}))
            print(lane, number, flush=True)
    await asyncio.gather(*(lane(n) for n in range(3)))

asyncio.run(main())
"""


def test_what_was_acknowledged_before_a_kill_is_there_once(tmp_path: Path) -> None:
    path = tmp_path / "queue.db"
    acknowledged = [-1, -1, -1]
    chance = random.Random(4)
    for _ in range(3):
        # Like GitHub, the sender begins again with what was not acknowledged, under the same ids.
        command = [sys.executable, "-c", SENDING, str(path), *(str(max(n, 0)) for n in acknowledged)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline()]
            killer = threading.Timer(chance.uniform(0.01, 0.15), process.kill)
            killer.start()
            lines += process.stdout.readlines()
            killer.join()
        for line in lines:
            if line.endswith("\n"):
                lane, number = map(int, line.split())
                acknowledged[lane] = max(acknowledged[lane], number)
    assert min(acknowledged) > 0
    with SqliteQueue(path) as queue:
        ids = asyncio.run(received(queue))
    for lane, last in enumerate(acknowledged):
        ours = [int(id.split("-")[1]) for id in ids if id.startswith(f"{lane}-")]
        assert ours == list(range(len(ours))), "each once, in order"
        assert len(ours) in (last + 1, last + 2), "all that was acknowledged, and at most one that was about to be"


RECEIVING = """
import asyncio, pathlib, sys
from fusion.adapters.sqlite.queue import SqliteQueue
from fusion.ports import Priority

async def main():
    with SqliteQueue(pathlib.Path(sys.argv[1]), fsync=False) as queue:
        async def consume():
            while (locked := await queue.receive(Priority.EVENT, wait=240)) is not None and locked.message.id != "end":
                print(locked.message.session, locked.message.id, flush=True)
                await queue.complete(locked)
            if locked is not None:
                await queue.defer(locked, until=locked.enqueued)
        await asyncio.gather(consume(), consume())

asyncio.run(main())
"""


def receivers(path: Path, count: int) -> list[subprocess.Popen[str]]:
    command = [sys.executable, "-W", "error", "-c", RECEIVING, str(path)]
    return [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(count)]


async def test_two_processes_share_what_a_third_sends(tmp_path: Path) -> None:
    path = tmp_path / "queue.db"
    processes = receivers(path, 2)
    with SqliteQueue(path, fsync=False) as queue:
        for number in range(80):
            await queue.send(message(f"{number}", f"o/n#{number % 8}"))
            if number % 20 == 0:
                await asyncio.sleep(0.1)
        for _ in range(4_800):
            if (await queue.depth())[EVENT] == QueueState():
                break
            await asyncio.sleep(0.05)
        await queue.send(message("end"))
        seen: list[str] = []
        for process in processes:
            stdout, stderr = await asyncio.to_thread(process.communicate)
            assert process.returncode == 0, stderr
            seen += stdout.splitlines()
        assert sorted(seen) == sorted(f"o/n#{number % 8} {number}" for number in range(80))


async def test_many_at_once_are_one_transaction_and_a_bad_one_fails_alone(tmp_path: Path) -> None:
    path = tmp_path / "queue.db"
    with SqliteQueue(path, fsync=False) as queue:
        await queue.send(message("first"))
        # A lone surrogate is no text to SQLite: it fails inside of the transaction.
        bad = Message.model_construct(id="bad\udc80", session="s", priority=EVENT, body={})
        sends = [queue.send(message(f"m{number}", f"s{number}")) for number in range(50)]
        outcomes = await asyncio.gather(*sends[:25], queue.send(bad), *sends[25:], return_exceptions=True)
        assert [type(outcome) for outcome in outcomes if outcome] == [UnicodeEncodeError]
        assert len(await received(queue)) == 51


async def test_a_receiver_that_goes_away_leaves_no_message_locked(tmp_path: Path) -> None:
    with SqliteQueue(tmp_path / "queue.db", fsync=False) as queue:
        for round in range(20):
            waiting = asyncio.create_task(queue.receive(EVENT, wait=10))
            await asyncio.sleep(0)
            sent = asyncio.create_task(queue.send(message(f"m{round}")))
            await asyncio.sleep(round * 0.0002)
            if waiting.cancel():
                with pytest.raises(asyncio.CancelledError):
                    await waiting
            elif (locked := await waiting) is not None:
                await queue.defer(locked, until=locked.enqueued)
            await sent
            locked = await queue.receive(EVENT, wait=1)
            assert locked is not None
            assert locked.message.id == f"m{round}"
            await queue.complete(locked)


async def test_closing_while_receivers_go_away_leaves_no_message_locked(tmp_path: Path) -> None:
    queue = SqliteQueue(tmp_path / "queue.db", fsync=False)
    for round in range(20):
        await queue.send(message(f"m{round}"))
        waiting = asyncio.create_task(queue.receive(EVENT, wait=10))
        await asyncio.sleep(0)
        waiting.cancel()
        async with asyncio.timeout(30):
            await asyncio.to_thread(queue.close)
        with pytest.raises(asyncio.CancelledError):
            await waiting
        locked = await queue.receive(EVENT, wait=5)
        assert locked is not None
        assert (locked.message.id, locked.attempt) == (f"m{round}", 1)
        await queue.complete(locked)
    queue.close()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_a_clock_that_is_put_back_hides_no_message(tmp_path: Path, kind: str) -> None:
    clock = ManualClock()
    memory = MemoryQueue(clock)
    with SqliteQueue(tmp_path / "queue.db", clock=clock, fsync=False) as sqlite:
        queue = memory if kind == "memory" else sqlite
        await queue.send(message("m"))
        clock.advance(-3600)
        assert await queue.receive(EVENT, wait=0) is not None


async def test_a_receiver_on_another_thread_is_woken(tmp_path: Path) -> None:
    with SqliteQueue(tmp_path / "queue.db", fsync=False) as queue:
        receiver = asyncio.create_task(asyncio.to_thread(lambda: asyncio.run(queue.receive(EVENT, wait=20))))
        await asyncio.sleep(0.1)
        await queue.send(message("m"))
        locked = await receiver
        assert locked is not None
        assert locked.message.id == "m"


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_ids_are_forgotten_when_their_time_is_over(tmp_path: Path, kind: str) -> None:
    clock = ManualClock()
    window = timedelta(days=7)
    memory = MemoryQueue(clock, duplicate_window=window)
    with SqliteQueue(tmp_path / "queue.db", clock=clock, duplicate_window=window, fsync=False) as sqlite:
        queue = memory if kind == "memory" else sqlite
        for wait, fresh in ((0, True), (window.total_seconds() - 1, False), (2, True), (60, False)):
            clock.advance(wait)
            await queue.send(message("m"))
            locked = await queue.receive(EVENT, wait=0)
            assert (locked is not None) is fresh
            if locked:
                await queue.complete(locked)


async def test_records_of_old_deliveries_are_purged(tmp_path: Path) -> None:
    clock = ManualClock()
    with SqliteQueue(tmp_path / "queue.db", clock=clock, fsync=False) as queue:
        await asyncio.gather(*(queue.send(message(f"m{number}")) for number in range(FORGET + 5)))
        clock.advance(8 * 24 * 3600)
        for id in ("new", "newer"):
            await queue.send(message(id))
    connection = sqlite3.connect(tmp_path / "queue.db")
    assert connection.execute("SELECT id FROM seen ORDER BY id").fetchall() == [("new",), ("newer",)]
    assert connection.execute("SELECT count(*) FROM messages").fetchone() == (FORGET + 7,), "only the records of them are"
    connection.close()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_depth_counts_each_priority(tmp_path: Path, kind: str) -> None:
    clock = ManualClock()
    memory = MemoryQueue(clock)
    with SqliteQueue(tmp_path / "queue.db", clock=clock, fsync=False) as sqlite:
        queue = memory if kind == "memory" else sqlite
        for number in range(4):
            await queue.send(message(f"m{number}", f"s{number % 2}"))
            clock.advance(1)
        await queue.send(message("later"), at=clock.now() + timedelta(seconds=60))
        await queue.send(message("command", priority=Priority.COMMAND))
        first = await queue.receive(EVENT, wait=0)
        second = await queue.receive(EVENT, wait=0)
        assert first
        assert second
        await queue.dead_letter(second, reason="r", detail="d")
        assert await queue.depth() == {
            Priority.COMMAND: QueueState(waiting=1),
            EVENT: QueueState(waiting=2, locked=1, scheduled=1, dead=1, oldest_seconds=2.0),
            Priority.SCHEDULED: QueueState(),
        }


async def test_a_new_process_frees_what_a_dead_one_held(tmp_path: Path) -> None:
    dead, living = SqliteQueue(tmp_path / "queue.db"), SqliteQueue(tmp_path / "queue.db")
    for name in ("a", "b"):
        await dead.send(message(name, session=name))
        assert await dead.receive(EVENT, wait=0) is not None
    assert await living.receive(EVENT, wait=0) is None
    assert await living.reclaim() == 2
    locked = await living.receive(EVENT, wait=0)
    assert locked is not None
    assert (locked.message.id, locked.attempt) == ("a", 2)
    await living.complete(locked)
    assert await received(living) == ["b"]
    dead.close()
    living.close()


async def test_the_search_never_reads_bodies(tmp_path: Path) -> None:
    path = tmp_path / "queue.db"
    with SqliteQueue(path, fsync=False) as queue:
        await queue.depth()
    connection = sqlite3.connect(path)
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {NEXT}", {"priority": "event", "now": 0})]
    connection.close()
    assert any("USING COVERING INDEX messages_in_order" in line for line in plan), plan
    assert any("USING COVERING INDEX messages_held" in line for line in plan), plan
    assert not any("TEMP B-TREE" in line for line in plan), plan


async def test_a_queue_that_is_forgotten_gives_its_file_back(tmp_path: Path) -> None:
    queue = SqliteQueue(tmp_path / "queue.db")
    await queue.send(message("m"))
    assert (tmp_path / "queue.db-wal").exists()
    del queue
    gc.collect()
    for _ in range(200):
        if not (tmp_path / "queue.db-wal").exists():
            break
        await asyncio.sleep(0.05)
    assert not (tmp_path / "queue.db-wal").exists()


async def test_closed_it_opens_again(tmp_path: Path) -> None:
    queue = SqliteQueue(tmp_path / "queue.db")
    queue.close()
    for _ in range(2):
        await queue.send(message("m"))
        queue.close()
        assert not (tmp_path / "queue.db-wal").exists()
    assert await received(queue) == ["m"]
    queue.close()


async def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "queue.db"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with SqliteQueue(path) as queue, pytest.raises(UserError, match=r"newer Fusion \(schema \d+; .*FUSION_HOME"):
        await queue.send(message("m"))
    assert connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
    connection.close()


async def test_what_is_no_database_is_said_until_it_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "queue.db"
    path.write_bytes(b"this is not a database, it only looks like one" * 50)
    with SqliteQueue(path) as queue:
        outcomes = await asyncio.gather(*(queue.send(message(f"m{n}")) for n in range(3)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [UserError] * 3
        with pytest.raises(UserError, match=r"queue\.db is damaged or no Fusion state"):
            await queue.receive(EVENT, wait=1)
        path.unlink()
        await queue.send(message("m"))
        assert await received(queue) == ["m"]


def test_many_open_one_new_file_at_once(tmp_path: Path) -> None:
    """SQLite refuses at once, in one of some hundred times, where two turn on WAL."""
    failed: list[FusionError] = []

    def open_(path: Path, together: threading.Barrier) -> None:
        together.wait()
        try:
            Database(path, MIGRATIONS, patience=30.0, fsync=False).open().close()
        except FusionError as error:
            failed.append(error)

    for number in range(100):
        together = threading.Barrier(6)
        threads = [threading.Thread(target=open_, args=(tmp_path / f"{number}.db", together)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failed


async def test_a_lock_that_another_process_keeps_is_worth_another_try(tmp_path: Path) -> None:
    with SqliteQueue(tmp_path / "queue.db", patience=0.1) as queue:
        await queue.send(message("a"))
        other = sqlite3.connect(tmp_path / "queue.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TransientError, match="locked"):
            await queue.send(message("b"))
        assert await queue.receive(Priority.COMMAND, wait=0) is None, "looking for a message locks nothing"
        other.execute("ROLLBACK")
        other.close()
        await queue.send(message("b"))
        assert await received(queue) == ["a", "b"]


IN_SMALL_DISK = """
import asyncio, pathlib, sys
from fusion.adapters.sqlite.queue import SqliteQueue
from fusion.errors import UserError
from fusion.ports import Message, Priority

async def main():
    sent = 0
    with SqliteQueue(pathlib.Path(sys.argv[1]) / "queue.db") as queue:
        try:
            for number in range(100):
                await queue.send(Message(id=str(number), session=str(number), body={"x": "x" * 20_000}))
                sent += 1
        except UserError as error:
            print(error)
        if sent:
            print((await queue.depth())[Priority.EVENT].waiting == sent)

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
    assert "FUSION_HOME" in lines[0]
    assert lines[1:] == rest
    assert done.stderr == ""


def test_a_file_of_the_first_schema_is_read(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "queue.db")
    for statement in MIGRATIONS[0]:
        connection.execute(statement)
    connection.execute("PRAGMA user_version = 1")
    connection.execute(
        "INSERT INTO messages (id, session, priority, enqueued, due, attempts, body) VALUES ('m', 's', 'event', ?, ?, 2, ?)",
        [time.time(), time.time(), json.dumps({"n": 1})],
    )
    connection.commit()
    connection.close()
    with SqliteQueue(tmp_path / "queue.db") as queue:
        locked = asyncio.run(queue.receive(EVENT, wait=0))
    assert locked is not None
    assert (locked.message.body, locked.attempt) == ({"n": 1}, 3)
