"""One suite over every Blobs: the fake in memory, the folder of files, and Azure's SDK against the real Azurite. Then what only
files can suffer; what only Azure can is in test_azure_blobs.py."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fusion.adapters.azure.blobs import AzureBlobs
from fusion.adapters.files import FileBlobs
from fusion.adapters.memory.records import ManualClock, MemoryBlobs
from fusion.errors import PermanentError, UserError
from fusion.ports import Blobs
from tests.fakes import azurite

EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


NOW = datetime.now(UTC)
"""The real present: files and Azure take no other."""


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of a running Azurite."""
    if reason := azurite.missing():
        pytest.skip(reason)
    with azurite.Azurite(tmp_path_factory.mktemp("azurite")) as running:
        yield running.connection


@pytest.fixture(params=["memory", "files", "files with fsync", "azure"])
async def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Blobs]:
    made: dict[str, Callable[[], Blobs]] = {
        "memory": lambda: MemoryBlobs(ManualClock(NOW)),
        "files": lambda: FileBlobs(tmp_path / "state" / "blobs"),
        "files with fsync": lambda: FileBlobs(tmp_path / "blobs", fsync=True),
    }
    if request.param != "azure":
        yield made[request.param]()
        return
    connection = request.getfixturevalue("account")
    async with AzureBlobs(connection, container=uuid.uuid4().hex) as reached:
        yield reached


@pytest.mark.parametrize("data", [b"", b"text\n", bytes(range(256)) * 5000])
async def test_bytes_come_back_by_their_digest(blobs: Blobs, data: bytes) -> None:
    digest = await blobs.put(data)
    assert digest == "sha256:" + hashlib.sha256(data).hexdigest()
    assert await blobs.get(digest) == data


async def test_writing_twice_is_writing_once(blobs: Blobs) -> None:
    assert await blobs.put(b"same") == await blobs.put(b"same")


@pytest.mark.parametrize("digest", [EMPTY, "", "sha256:xyz", "../../etc/passwd", "sha256:../../../../etc/passwd"])
async def test_what_was_never_put_is_a_permanent_error(blobs: Blobs, digest: str) -> None:
    with pytest.raises(PermanentError):
        await blobs.get(digest)


async def test_a_walk_shows_every_blob_with_its_size_and_time(blobs: Blobs) -> None:
    assert [kept async for kept in blobs.walk()] == []
    digests = {await blobs.put(b"x" * size): size for size in range(4)}
    seen = [kept async for kept in blobs.walk()]
    assert {kept.digest: kept.size for kept in seen} == digests
    assert len(seen) == 4
    # Of this run, and of no other time zone.
    assert all(abs(kept.written - NOW) < timedelta(minutes=45) for kept in seen)


async def test_only_what_was_put_before_is_deleted(blobs: Blobs) -> None:
    digest, other = await blobs.put(b"old"), await blobs.put(b"other")
    assert not await blobs.delete(digest, before=NOW - timedelta(days=1))
    assert await blobs.get(digest) == b"old"
    assert await blobs.delete(digest, before=NOW + timedelta(days=1))
    with pytest.raises(PermanentError):
        await blobs.get(digest)
    assert not await blobs.delete(digest, before=NOW + timedelta(days=1))
    assert not await blobs.delete("../../etc/passwd", before=NOW + timedelta(days=1))
    assert await blobs.get(other) == b"other"
    assert await blobs.put(b"old") == digest
    assert await blobs.get(digest) == b"old"


async def test_bytes_put_by_many_at_once_are_there(blobs: Blobs) -> None:
    digests = await asyncio.gather(*(blobs.put(b"same") for _ in range(8)), *(blobs.put(b"%d" % number) for number in range(8)))
    assert len(set(digests)) == 9
    assert await asyncio.gather(*(blobs.get(digest) for digest in digests[:1])) == [b"same"]


async def test_putting_an_old_file_again_makes_it_young(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    digest = await blobs.put(b"old")
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    os.utime(file, (0, 0))
    await blobs.put(b"old")
    assert not await blobs.delete(digest, before=NOW - timedelta(minutes=10))
    assert await blobs.get(digest) == b"old"


async def test_what_a_killed_process_left_goes_with_a_neighbour(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    digest = await blobs.put(b"old")
    (folder,) = tmp_path.iterdir()
    for name, age in ((".new-abandoned", 0), (".new-at-work", datetime.now(UTC).timestamp())):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (age, age))
    assert [kept.digest async for kept in blobs.walk()] == [digest]
    assert await blobs.delete(digest, before=NOW + timedelta(days=1))
    assert [path.name for path in folder.iterdir()] == [".new-at-work"]


async def test_a_damaged_file_is_noticed_and_mended_by_the_next_write(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    digest = await blobs.put(b"precious")
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    file.write_bytes(b"prec")
    with pytest.raises(PermanentError, match="damaged"):
        await blobs.get(digest)
    await blobs.put(b"precious")
    assert await blobs.get(digest) == b"precious"


async def test_nothing_but_whole_blobs_is_left_behind(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    for number in range(20):
        await blobs.put(b"%d" % number)
    names = [path.parent.name + path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(names) == sorted(hashlib.sha256(b"%d" % number).hexdigest() for number in range(20))


async def test_a_folder_that_cannot_be_made_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"file/blobs cannot be written to \(Not a directory\).*FUSION_HOME"):
        await FileBlobs(tmp_path / "file" / "blobs").put(b"x")


IN_SMALL_DISK = """
import asyncio, pathlib, sys
from fusion.adapters.files import FileBlobs
from fusion.errors import UserError
folder = pathlib.Path(sys.argv[1])
blobs = FileBlobs(folder / "blobs")
try:
    for number in range(100):
        asyncio.run(blobs.put(bytes([number]) * 20_000))
except UserError as error:
    print(error)
print([path.name for path in folder.rglob(".new-*")])
"""


@pytest.mark.parametrize(
    ("options", "sentence"), [("size=200k", "The disk is full"), ("size=200k,ro", "Read-only file system")]
)
def test_a_full_and_a_read_only_disk_are_one_clear_sentence(tmp_path: Path, options: str, sentence: str) -> None:
    mount = f'mount -t tmpfs -o {options} tmpfs "$0" && exec "$@"'
    command = ["unshare", "-Urm", "sh", "-c", mount, str(tmp_path), sys.executable, "-c", IN_SMALL_DISK, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip(f"no private mounts here: {done.stderr.strip()}")
    assert sentence in done.stdout, done.stderr
    assert f"{tmp_path}/blobs" in done.stdout
    assert "FUSION_HOME" in done.stdout
    assert done.stdout.endswith("[]\n")
    assert done.stderr == ""
