"""`fusion purge` as people run it: on a state folder with something old and something new in it."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fusion.adapters.files import FileBlobs
from fusion.adapters.memory.records import ManualClock
from fusion.adapters.sqlite.store import SqliteStore
from fusion.ports import Key
from tests.fakes.commandline import Workplace

NOW = datetime.now(UTC)


def key(number: int) -> Key:
    return Key(tenant="local", scope="/somewhere", kind="run", id=f"review-{number:016x}")


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    """A state folder with a run of a hundred days ago and one of today, each with its review, and a stray old blob."""
    made = Workplace(tmp_path, tmp_path / "home")

    async def fill() -> None:
        blobs = FileBlobs(made.home / "blobs")
        for number, days in ((1, 100), (2, 0)):
            review = await blobs.put(b'{"review": %d}' % number)
            with SqliteStore(made.home / "state.db", clock=ManualClock(NOW - timedelta(days=days))) as store:
                await store.put(key(number), {"status": "reviewed", "review": review}, etag=None)
        await blobs.put(b"stray")
        for path in (made.home / "blobs").rglob("*"):
            os.utime(path, ((NOW - timedelta(days=100)).timestamp(),) * 2)

    asyncio.run(fill())
    return made


def test_the_old_goes_and_what_is_in_use_stays(workplace: Workplace) -> None:
    said = workplace.fusion("purge", "--dry-run")
    assert (said.returncode, said.stderr) == (0, "")
    assert "Would delete 1 records (1 run) last used before" in said.stdout
    assert "and 2 blobs (18 bytes)." in said.stdout
    assert "Kept 1 records and 1 blobs (13 bytes)." in said.stdout
    done = workplace.fusion("purge", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == json.loads(done.stdout) | {
        "schema_version": 1,
        "dry_run": False,
        "records": {"run": 1},
        "blobs": 2,
        "bytes": 18,
        "kept_records": 1,
        "kept_blobs": 1,
    }
    with SqliteStore(workplace.home / "state.db") as store:
        assert asyncio.run(store.get(key(1))) is None
        kept = asyncio.run(store.get(key(2)))
    assert kept is not None
    assert asyncio.run(FileBlobs(workplace.home / "blobs").get(kept.value["review"])) == b'{"review": 2}'


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        (["--older-than", "0"], {}, "Invalid value for '--older-than'"),
        (["--format", "xml"], {}, "There is no format 'xml' for a purge"),
        ([], {"FUSION_RETENTION": "no"}, "FUSION_RETENTION is not usable"),
    ],
)
def test_wrong_usage_deletes_nothing(
    workplace: Workplace, arguments: list[str], environment: dict[str, str], sentence: str
) -> None:
    done = workplace.fusion("purge", *arguments, **environment)
    assert done.returncode == 2
    assert sentence in " ".join(done.stderr.split())
    with SqliteStore(workplace.home / "state.db") as store:
        assert asyncio.run(store.get(key(1))) is not None
