"""The worker and Fusion read each other's bytes: in a folder, and in Blob Storage (the real Azurite)."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fusion.adapters.azure.blobs import AzureBlobs
from fusion.adapters.azure.recordings import EVERY, AzureRecordings
from fusion.adapters.files import FileBlobs
from fusion.adapters.memory.records import ManualClock
from fusion.errors import PermanentError
from fusion.ports import Blobs
from gpu_worker.archive import Archive
from gpu_worker.blob import BlobAnswers, BlobPayloads, Storage
from gpu_worker.files import FilePayloads
from gpu_worker.protocols import Payloads
from tests.fakes import azurite


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if reason := azurite.missing():
        pytest.skip(reason)
    with azurite.Azurite(tmp_path_factory.mktemp("azurite")) as running:
        yield running.connection


@contextlib.asynccontextmanager
async def both(kind: str, folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[tuple[Blobs, Payloads]]:
    if kind == "folder":
        yield FileBlobs(folder), FilePayloads(folder)
        return
    connection, container = request.getfixturevalue("account"), uuid.uuid4().hex
    async with AzureBlobs(connection, container=container) as blobs, Storage(connection) as storage:
        yield blobs, BlobPayloads(storage, container=container)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["folder", "azurite"])
async def test_what_one_puts_the_other_gets(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    async with both(kind, tmp_path / "blobs", request) as (blobs, payloads):
        for data in (b"", b"a prompt", b"\x00" * 3_000_000):
            digest = await payloads.put(data)
            assert await blobs.get(digest) == data
            assert await blobs.put(data) == await payloads.put(data) == digest
        ours = await blobs.put(b"ours")
        assert await payloads.get(ours) == b"ours"
        for missing in ("sha256:" + "0" * 64, "../../etc/passwd", ""):
            with pytest.raises(LookupError):
                await payloads.get(missing)
            with pytest.raises(PermanentError):
                await blobs.get(missing)


async def test_a_damaged_file_is_not_believed(tmp_path: Path) -> None:
    payloads = FilePayloads(tmp_path)
    digest = await payloads.put(b"right")
    (tmp_path / digest[7:9] / digest[9:]).write_bytes(b"wrong")
    with pytest.raises(LookupError, match="damaged"):
        await payloads.get(digest)


async def test_what_a_worker_records_a_host_reads_once(account: str) -> None:
    clock = ManualClock(datetime.now(UTC))
    container = uuid.uuid4().hex
    async with Storage(account) as storage, AzureRecordings(account, container=container, clock=clock) as recordings:
        asked = clock.now() - timedelta(minutes=15)
        assert await recordings.recent(asked) == []
        archive = Archive(lambda name, data: storage.put(container, name, data), worker="pod-1")
        archive.write({"kind": "interval", "number": 1})
        await archive.flush()
        # No worker puts anything away oftener: until then nobody is asked.
        assert await recordings.recent(asked) == []
        clock.advance(EVERY.total_seconds())
        assert await recordings.recent(asked) == ['{"kind":"interval","number":1}']
        clock.advance(EVERY.total_seconds())
        assert await recordings.recent(clock.now() + timedelta(hours=1)) == []


async def test_of_two_answers_the_first_counts(account: str) -> None:
    async with Storage(account) as storage:
        answers = BlobAnswers(storage)
        assert await answers.find("run/1 ü") is None
        assert await answers.record("run/1 ü", "sha256:a") == "sha256:a"
        assert await answers.record("run/1 ü", "sha256:b") == "sha256:a"
        assert await answers.find("run/1 ü") == "sha256:a"


@pytest.mark.slow
async def test_a_service_that_is_away_is_told_as_that() -> None:
    async with Storage(f"AccountName=a;AccountKey={azurite.KEY};BlobEndpoint=http://127.0.0.1:9/a", patience=3.0) as storage:
        with pytest.raises(ConnectionError, match="Blob Storage"):
            await BlobPayloads(storage).put(b"x")
        with pytest.raises(ConnectionError):
            await BlobAnswers(storage).find("a")
