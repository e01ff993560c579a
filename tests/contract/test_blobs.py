"""One suite over every Blobs: the fake in memory and the folder of files. Then what only files can suffer."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fusion.adapters.files import FileBlobs
from fusion.adapters.memory import MemoryBlobs
from fusion.errors import PermanentError, UserError
from fusion.ports import Blobs

EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture(params=["memory", "files", "files with fsync"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    made: dict[str, Callable[[], Blobs]] = {
        "memory": MemoryBlobs,
        "files": lambda: FileBlobs(tmp_path / "state" / "blobs"),
        "files with fsync": lambda: FileBlobs(tmp_path / "blobs", fsync=True),
    }
    return made[request.param]()


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
