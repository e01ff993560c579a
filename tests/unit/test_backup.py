"""Archives of the state folder: whole or refused, and nothing half restored."""

from __future__ import annotations

import hashlib
import io
import json
import resource
import signal
import sqlite3
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fusion.adapters.files import FileBlobs
from fusion.adapters.sqlite.store import SqliteStore
from fusion.backup.manifest import KEY, MANIFEST
from fusion.backup.reading import restore
from fusion.backup.writing import write
from fusion.cli import Interrupted, unchanged
from fusion.cli.backup import _opened
from fusion.engine.journal import Journal
from fusion.errors import FusionError, UserError
from fusion.ports import Key

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
RECORD = Key(tenant="t", scope="octo/shop", kind="run", id="1")
Members = list[tuple[tarfile.TarInfo, bytes]]


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    (folder / "runs").mkdir(parents=True)
    with SqliteStore(folder / "state.db") as store:
        await store.put(RECORD, {"status": "reviewed"}, etag=None)
    await FileBlobs(folder / "blobs").put(b"a review")
    Journal(folder / "runs" / "review-1.db").close()
    (folder / KEY).write_text("a key")
    (folder / "advisories").mkdir()
    (folder / "advisories" / "PyPI.zip").write_bytes(b"comes again by itself")
    return folder


def saved(home: Path, name: str = "backup.tar") -> Path:
    target = home.parent / name
    write(home, target, now=NOW, version="1.2.3")
    return target


def members(archive: Path) -> Members:
    with tarfile.open(archive) as opened:
        return [(one, opened.extractfile(one).read()) for one in opened]  # type: ignore[union-attr]


def rewritten(archive: Path, edit: Callable[[Members], Members]) -> Path:
    found = edit(members(archive))
    with tarfile.open(archive, "w") as opened:
        for one, data in found:
            one.size = len(data)
            opened.addfile(one, io.BytesIO(data) if one.isreg() else None)
    return archive


@pytest.mark.parametrize("name", ["backup.tar", "backup.tar.gz"])
async def test_what_was_kept_is_there_again(home: Path, name: str) -> None:
    archive, again = saved(home, name), home.parent / "again"
    assert archive.stat().st_mode & 0o777 == 0o600
    manifest = restore(archive, again, opened=_opened)
    assert (manifest.databases, manifest.blobs, manifest.has_key, manifest.made) == (2, 1, True, NOW)
    with SqliteStore(again / "state.db") as store:
        found = await store.get(RECORD)
    assert found is not None
    assert found.value == {"status": "reviewed"}
    digest = hashlib.sha256(b"a review").hexdigest()
    assert await FileBlobs(again / "blobs").get(f"sha256:{digest}") == b"a review"
    assert again.stat().st_mode & 0o777 == 0o700
    assert (again / KEY).stat().st_mode & 0o777 == 0o600
    assert not (again / "advisories").exists()
    before = (home / "blobs" / digest[:2] / digest[2:]).stat().st_mtime
    assert int((again / "blobs" / digest[:2] / digest[2:]).stat().st_mtime) == int(before), (
        "it is purged when it would have been"
    )


async def test_the_key_can_stay_where_it_is_and_a_damaged_blob_is_told(home: Path) -> None:
    [blob] = [path for path in (home / "blobs").rglob("*") if path.is_file()]
    blob.write_bytes(b"rotten")
    manifest = write(home, home.parent / "b.tar", now=NOW, version="1", with_key=False)
    assert not manifest.has_key
    assert manifest.damaged == (str(blob.relative_to(home)),)


def link(found: Members) -> Members:
    entry = tarfile.TarInfo("blobs/aa/" + "b" * 62)
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return [(entry, b""), *found]


def outside(found: Members) -> Members:
    return [(tarfile.TarInfo("../outside.db"), b"x"), *found]


def changed(found: Members) -> Members:
    return [(one, b"another key" if one.name == KEY else data) for one, data in found]


def fewer(found: Members) -> Members:
    return [(one, data) for one, data in found if one.name != KEY]


def endless(found: Members) -> Members:
    return [(one, data) for one, data in found if one.name != MANIFEST]


def twice(found: Members) -> Members:
    return [found[0], *found]


def later(found: Members) -> Members:
    return [
        (one, json.dumps({**json.loads(data), "schema_version": 2}).encode() if one.name == MANIFEST else data)
        for one, data in found
    ]


def unreadable(found: Members) -> Members:
    return [(one, b"{}" if one.name == MANIFEST else data) for one, data in found]


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (link, "is not a file"),
        (outside, "no place for '../outside.db'"),
        (changed, f"{KEY} in .* is not what its manifest says"),
        (fewer, f"{KEY} is missing"),
        (endless, "was cut off: it has no manifest"),
        (twice, "cannot be restored"),
        (later, "A newer Fusion made"),
        (unreadable, "The manifest of .* cannot be read"),
    ],
)
async def test_what_is_no_whole_backup_is_refused_and_leaves_nothing(
    home: Path, edit: Callable[[Members], Members], sentence: str
) -> None:
    archive = rewritten(saved(home), edit)
    place = home.parent / "new" / "home"
    with pytest.raises(UserError, match=sentence):
        restore(archive, place, opened=_opened)
    assert list(place.parent.iterdir()) == []


@pytest.mark.parametrize("cut", [0, 100, 600, -40])
async def test_a_file_that_was_cut_off(home: Path, cut: int) -> None:
    whole = saved(home, "backup.tar.gz").read_bytes()
    (home.parent / "cut.tar.gz").write_bytes(whole[:cut])
    with pytest.raises(UserError, match=r"was cut off"):
        restore(home.parent / "cut.tar.gz", home.parent / "again", opened=_opened)
    assert not (home.parent / "again").exists()


async def test_a_newer_database_is_refused(home: Path) -> None:
    with sqlite3.connect(home / "state.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(FusionError, match="newer Fusion"):
        restore(saved(home), home.parent / "again", opened=_opened)
    assert not (home.parent / "again").exists()


async def test_nothing_is_written_over(home: Path) -> None:
    archive = saved(home)
    with pytest.raises(UserError, match="is not empty"):
        restore(archive, home, opened=_opened)
    with pytest.raises(UserError, match="is there already"):
        saved(home)
    with pytest.raises(UserError, match="in the state folder itself"):
        write(home, home / "b.tar", now=NOW, version="1")
    with pytest.raises(UserError, match="There is no file"):
        restore(home / "nothing.tar", home.parent / "again", opened=_opened)
    with pytest.raises(UserError, match="nothing to back up"):
        write(home.parent / "nobody", home.parent / "b.tar", now=NOW, version="1")


async def test_no_backup_of_what_is_damaged(home: Path) -> None:
    data = bytearray((home / "state.db").read_bytes())
    data[100:] = b"\xff" * (len(data) - 100)
    (home / "state.db").write_bytes(data)
    with pytest.raises(UserError, match="is damaged"):
        saved(home)
    assert not (home.parent / "backup.tar").exists()


async def test_a_disk_without_room_is_no_damage(home: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8 * 1024, limits[1]))
    try:
        with pytest.raises(UserError, match=r"\.db cannot be copied to "):
            saved(home)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.name for path in home.parent.iterdir()] == ["home"]


async def test_a_backup_that_cannot_be_read_is_not_the_folders_fault(home: Path) -> None:
    with pytest.raises(UserError, match=r"home cannot be read"):
        restore(home, home.parent / "again", opened=_opened)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_who_is_interrupted_leaves_nothing_half_done(home: Path, ending: signal.Signals) -> None:
    archive = saved(home)

    def interrupt(_folder: Path) -> None:
        signal.raise_signal(ending)

    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(Interrupted, match="nothing was changed"), unchanged():
            restore(archive, home.parent / "again", opened=interrupt)
    finally:
        signal.signal(signal.SIGINT, before)
    assert sorted(path.name for path in home.parent.iterdir()) == ["backup.tar", "home"]
