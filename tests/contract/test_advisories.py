"""Advisories out of a copy of the OSV database, in a folder and behind an address on loopback, whole and half."""

from __future__ import annotations

import asyncio
import json
import os
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fusion.adapters.osv import OsvMirror
from fusion.errors import TransientError, UserError
from fusion.inventory import affected

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DJANGO, LODASH = "pkg:pypi/django@4.2.0", "pkg:npm/lodash@4.17.0"


def record(id: str, ecosystem: str, name: str, fixed: str, **more: Any) -> dict[str, Any]:
    events = [{"introduced": "0"}, {"fixed": fixed}]
    package = {"package": {"ecosystem": ecosystem, "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
    return {"id": id, "modified": "2026-11-18T00:00:00Z", "summary": "Bad.", "affected": [package], **more}


PYPI = (
    record("PYSEC-1", "PyPI", "Django", "4.2.1"),
    record("PYSEC-2", "PyPI", "django", "9", withdrawn="2026-01-01T00:00:00Z"),
)
NPM = (record("GHSA-1", "npm", "lodash", "4.17.21"),)


def archive(path: Path, records: tuple[dict[str, Any], ...], *, at: tuple[int, ...] = (2026, 11, 19, 1, 2, 4)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for one in records:
            file.writestr(zipfile.ZipInfo(f"{one['id']}.json", at), json.dumps(one))  # type: ignore[arg-type]
    return path


def mirror(where: Path | str, home: Path) -> OsvMirror:
    return OsvMirror(str(where), home=home, matching=affected, ecosystems=affected.ECOSYSTEMS, clock=lambda: NOW)


async def test_archives_by_ecosystem(tmp_path: Path) -> None:
    archive(tmp_path / "m/PyPI/all.zip", PYPI)
    archive(tmp_path / "m/npm/all.zip", NPM, at=(2026, 10, 1, 0, 0, 0))
    known = mirror(tmp_path / "m", tmp_path / "home")
    told = await known.mirror()
    assert told.ecosystems == {"pypi", "npm"}
    # The older of newest record and archive counts, and the older of the two ecosystems for the whole.
    assert told.dates == {"pypi": datetime(2026, 11, 18, tzinfo=UTC), "npm": datetime(2026, 10, 1, tzinfo=UTC)}
    assert told.at == told.dates["npm"]
    found = await known.affecting([DJANGO, LODASH, "pkg:pypi/django@4.2.1", "pkg:cargo/x@1.0.0", "no purl"])
    assert {purl: [one.id for one in which] for purl, which in found.items()} == {DJANGO: ["PYSEC-1"], LODASH: ["GHSA-1"]}
    assert found[DJANGO][0].fixed == ("4.2.1",)


async def test_an_index_is_built_once_a_copy(tmp_path: Path) -> None:
    path = archive(tmp_path / "m/PyPI/all.zip", PYPI)
    known = mirror(tmp_path / "m", tmp_path / "home")
    await known.mirror()
    [file] = (tmp_path / "home").rglob("*.sqlite")
    first = file.stat().st_mtime_ns
    await known.affecting([DJANGO])
    assert file.stat().st_mtime_ns == first
    archive(path, (record("PYSEC-3", "PyPI", "django", "5"),))
    os.utime(path, (1, 1))
    assert [one.id for one in (await known.affecting([DJANGO]))[DJANGO]] == ["PYSEC-3"]
    file.write_bytes(b"damaged")
    assert [one.id for one in (await known.affecting([DJANGO]))[DJANGO]] == ["PYSEC-3"]
    assert [path.suffix for path in file.parent.iterdir()] == [".sqlite"]


async def test_records_that_lie_unpacked(tmp_path: Path) -> None:
    folder = tmp_path / "m/PyPI"
    folder.mkdir(parents=True)
    (folder / "PYSEC-1.json").write_text(json.dumps(PYPI[0]))
    os.utime(folder / "PYSEC-1.json", (0, datetime(2026, 11, 10, tzinfo=UTC).timestamp()))
    known = mirror(tmp_path / "m", tmp_path / "home")
    assert (await known.mirror()).dates == {"pypi": datetime(2026, 11, 10, tzinfo=UTC)}
    assert set(await known.affecting([DJANGO])) == {DJANGO}


async def test_one_archive_of_everything_covers_everything_and_loose_records_nothing(tmp_path: Path) -> None:
    archive(tmp_path / "m/all.zip", (*PYPI, *NPM))
    whole = mirror(tmp_path / "m", tmp_path / "home")
    told = await whole.mirror()
    assert told.ecosystems == set(affected.ECOSYSTEMS.values())
    assert told.dates["cargo"] == told.at
    assert set(await whole.affecting([DJANGO, LODASH])) == {DJANGO, LODASH}
    (tmp_path / "loose").mkdir()
    (tmp_path / "loose/GHSA-1.json").write_text(json.dumps(NPM[0]))
    loose = mirror(tmp_path / "loose", tmp_path / "home")
    assert (await loose.mirror()).ecosystems == frozenset()
    assert set(await loose.affecting([LODASH])) == {LODASH}


async def test_a_fresh_copy_of_old_records_is_old_and_one_without_dates_of_unknown_age(tmp_path: Path) -> None:
    old = record("PYSEC-1", "PyPI", "Django", "4.2.1", modified="2020-01-01T00:00:00Z")
    archive(tmp_path / "m/PyPI/all.zip", (old, record("PYSEC-2", "PyPI", "b", "1", modified="2021-02-03T04:05:06Z")))
    known = mirror(tmp_path / "m", tmp_path / "home")
    assert (await known.mirror()).at == datetime(2021, 2, 3, 4, 5, 6, tzinfo=UTC)
    (tmp_path / "m/PyPI/all.zip").unlink()
    (tmp_path / "m/PyPI/PYSEC-1.json").write_text(json.dumps(old))
    assert (await known.mirror()).at == datetime(2020, 1, 1, tzinfo=UTC)
    archive(tmp_path / "m/npm/all.zip", (record("GHSA-1", "npm", "lodash", "4.17.21", modified=None),))
    told = await known.mirror()
    # The other ecosystem's date does not stand for the one that has none.
    assert (told.at, set(told.dates), told.ecosystems) == (None, {"pypi"}, frozenset({"pypi", "npm"}))


QUIET = record("GHSA-9", "Hex", "plug", "9", modified="2026-09-01T00:00:00Z")
SEPTEMBER, EXPORTED = (2026, 9, 1, 0, 0, 0), datetime(2026, 11, 19, 22, 10, 5, tzinfo=UTC)
LIST = "2026-11-19T22:10:05.123456Z,Debian:11/DSA-1\n2026-11-18T00:00:00Z,PyPI/PYSEC-1\n{}2026-09-01T00:00:00.5Z,Hex/GHSA-9\n"


def quiet(folder: Path) -> Path:
    """A copy of which one ecosystem has had no news since September, each member with its record's date, as OSV packs them."""
    archive(folder / "PyPI/all.zip", PYPI, at=(2026, 11, 18, 0, 0, 0))
    archive(folder / "Hex/all.zip", (QUIET,), at=SEPTEMBER)
    return folder


@pytest.mark.parametrize(
    ("change", "at"),
    [
        # Copied today, and the copy knows of the 18th: so does its quiet part.
        (lambda folder: None, datetime(2026, 11, 18, tzinfo=UTC)),
        # Its file came in October.
        (lambda folder: os.utime(folder / "Hex/all.zip", (1791072000, 1791072000)), datetime(2026, 10, 4, tzinfo=UTC)),
        # It was packed on the 3rd of October, and copied later.
        (lambda folder: archive(folder / "Hex/all.zip", (QUIET,), at=(2026, 10, 3, 0, 0, 0)), "2026-10-03"),
        # The whole copy is old, and was copied today.
        (lambda folder: archive(folder / "PyPI/all.zip", (PYPI[1] | {"modified": "2026-09-20T00:00:00Z"},)), "2026-09-20"),
        # OSV's list of changes shows that the archive holds all of them, whatever the files' times are.
        (lambda folder: (os.utime(folder / "Hex/all.zip", (0, 0)), listed(folder, "")), EXPORTED),
        # It names one that the archive does not hold: it was left behind.
        (lambda folder: listed(folder, "2026-10-20T00:00:00Z,Hex/GHSA-10\n"), "2026-09-01"),
        # Lists that show nothing: cut, out of order, of tomorrow's tomorrow, no list.
        (lambda folder: listed(folder, "2026-10-20T00:00:00Z,He\n", end=60), "2026-09-01"),
        (lambda folder: listed(folder, "2026-11-20T00:00:00Z,npm/GHSA-1\n"), "2026-09-01"),
        (lambda folder: (folder / "modified_id.csv").write_text("2027-01-01T00:00:00Z,Hex/GHSA-9\n"), "2026-09-01"),
        (lambda folder: (folder / "modified_id.csv").write_bytes(b"\xff" * 100_000), "2026-09-01"),
        # Records that lie unpacked may be half of them.
        (lambda folder: unpacked(folder), "2026-09-01"),
    ],
)
async def test_an_ecosystem_without_news_is_as_new_as_its_copy_and_no_newer(tmp_path: Path, change: Any, at: Any) -> None:
    folder = quiet(tmp_path / "m")
    change(folder)
    expected = at if isinstance(at, datetime) else datetime.fromisoformat(at).replace(tzinfo=UTC)
    told = await mirror(folder, tmp_path / "home").mirror()
    assert told.dates["hex"] == expected
    assert told.ecosystems == {"pypi", "hex"}


def listed(folder: Path, more: str, *, end: int | None = None) -> None:
    (folder / "modified_id.csv").write_text(LIST.format(more)[:end])


def unpacked(folder: Path) -> None:
    (folder / "Hex/all.zip").unlink()
    (folder / "Hex/GHSA-9.json").write_text(json.dumps(QUIET))


async def test_a_clock_that_is_behind_makes_no_copy_newer_than_now(tmp_path: Path) -> None:
    later = record("PYSEC-1", "PyPI", "Django", "4.2.1", modified="2031-01-01T00:00:00Z")
    archive(tmp_path / "m/PyPI/all.zip", (later,), at=(2030, 1, 1, 0, 0, 0))
    assert (await mirror(tmp_path / "m", tmp_path / "home").mirror()).at == NOW


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda folder: (folder / "PyPI/all.zip").write_bytes((folder / "PyPI/all.zip").read_bytes()[:-40]), "half copied"),
        (lambda folder: (folder / "PyPI/all.zip").write_bytes(b""), "broken"),
        (lambda folder: archive(folder / "PyPI/all.zip", ()), "holds no records"),
        (lambda folder: archive(folder / "PyPI/all.zip", ({"id": 1},)), "no record of OSV"),
        (lambda folder: (folder / "npm").mkdir(), "half copied"),
        (lambda folder: (folder / "PyPI/all.zip").unlink(), "half copied"),
        (lambda folder: ((folder / "PyPI/all.zip").unlink(), (folder / "PyPI").rmdir()), "is no mirror of OSV"),
    ],
)
async def test_half_a_copy_is_none(tmp_path: Path, damage: Any, why: str) -> None:
    archive(tmp_path / "m/PyPI/all.zip", PYPI)
    damage(tmp_path / "m")
    with pytest.raises(UserError, match=why):
        await mirror(tmp_path / "m", tmp_path / "home").mirror()


def packed(folder: Path, *members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / "PyPI/all.zip"
    with zipfile.ZipFile(path, "w", method) as file:
        for name, data in members:
            file.writestr(name, data)
    return path


def lying(path: Path, *, size: int) -> None:
    """Have the directory say of its only member that it is that large."""
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = size.to_bytes(4, "little")
    path.write_bytes(data)


def crowded(path: Path, entries: int) -> None:
    """An archive whose directory lists that many members, and whose end says that there is one."""
    entry = b"PK\x01\x02" + bytes(24) + (1).to_bytes(2, "little") + bytes(16) + b"x"
    length = len(entry) * entries
    with path.open("wb") as file:
        for _ in range(entries // 100_000):
            file.write(entry * 100_000)
        file.write(b"PK\x05\x06" + bytes(4) + b"\1\0\1\0" + length.to_bytes(4, "little") + bytes(4) + bytes(2))


BOMB = b'{"id": "X", "summary": "' + b"a" * 7_900_000 + b'"}'


@pytest.mark.parametrize(
    ("bomb", "why"),
    [
        (lambda folder: packed(folder, *((f"{number}.json", BOMB) for number in range(9))), "unpacks to"),
        (lambda folder: packed(folder, ("x.json", b" " * 8_000_001)), "x.json goes beyond the limit"),
        (lambda folder: lying(packed(folder, ("x.json", BOMB)), size=20), "broken"),
        (lambda folder: lying(packed(folder, ("x.json", BOMB)), size=4_000_000_000), "unpacks to 4,000,000,000 bytes"),
        (lambda folder: crowded(folder / "PyPI/all.zip", 3_100_000), "more than 3,000,000 records"),
        (lambda folder: packed(folder, ("x.json", BOMB), method=zipfile.ZIP_LZMA), "packed in a way"),
        (lambda folder: packed(folder, ("x.json", b"[" * 1_000_000)), "x.json in .* is no record"),
        (lambda folder: packed(folder, ("in.zip.json", archive(folder / "in.zip", PYPI).read_bytes())), "is no record"),
        (lambda folder: packed(folder, ("in.zip", archive(folder / "in.zip", PYPI).read_bytes())), "holds no records"),
    ],
)
async def test_bombs_are_refused_with_one_sentence(tmp_path: Path, bomb: Any, why: str) -> None:
    archive(tmp_path / "m/PyPI/all.zip", PYPI)
    bomb(tmp_path / "m")
    with pytest.raises(UserError, match=why) as told:
        await mirror(tmp_path / "m", tmp_path / "home").mirror()
    assert "\n" not in str(told.value)
    assert [path.suffix for path in (tmp_path / "home").rglob("*") if path.is_file()] == []


async def test_members_that_would_lie_elsewhere_are_read_and_written_nowhere(tmp_path: Path) -> None:
    archive(tmp_path / "m/PyPI/all.zip", ())
    packed(
        tmp_path / "m", ("../../out.json", json.dumps(PYPI[0]).encode()), (f"{tmp_path}/abs.json", json.dumps(NPM[0]).encode())
    )
    assert set(await mirror(tmp_path / "m", tmp_path / "home").affecting([DJANGO])) == {DJANGO}
    assert not list(tmp_path.rglob("*.json"))


async def test_a_place_that_is_none(tmp_path: Path) -> None:
    for where, why in (
        (tmp_path / "nowhere", "no mirror of advisories at"),
        ("http://example.org/osv", "must be asked by https"),
        ("ftp://127.0.0.1/osv", "must be asked by https"),
    ):
        with pytest.raises(UserError, match=why):
            await mirror(where, tmp_path / "home").mirror()


class Host:
    """A web server on loopback that serves archives with ETags, and counts what it sends."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.status = 200
        self.cut = 0
        self.sent: list[tuple[str, int]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ")[1].removeprefix("/osv/")
        data = self.files.get(path)
        tag = f'"{hash(data)}"'
        status = (
            self.status
            if self.status != 200
            else 404
            if data is None
            else 304
            if f"if-none-match: {tag}" in head.lower()
            else 200
        )
        self.sent.append((path, status))
        body = data if data is not None and status == 200 else b""
        writer.write(
            f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\netag: {tag}\r\nconnection: close\r\n"
            "last-modified: Thu, 19 Nov 2026 01:02:03 GMT\r\n\r\n".encode()
            + (body[: -self.cut] if self.cut else body)
        )
        writer.close()


@asynccontextmanager
async def hosted() -> AsyncIterator[tuple[Host, str]]:
    host = Host()
    async with await asyncio.start_server(host.serve, "127.0.0.1", 0) as server:
        yield host, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/osv"


async def test_an_address_is_asked_on_condition_and_only_for_what_is_needed(tmp_path: Path) -> None:
    async with hosted() as (host, url):
        host.files["PyPI/all.zip"] = archive(tmp_path / "a.zip", PYPI).read_bytes()
        host.files["npm/all.zip"] = archive(tmp_path / "b.zip", NPM).read_bytes()
        known = mirror(url, tmp_path / "home")
        told = await known.mirror()
        assert told.ecosystems == {"pypi", "npm"}
        assert told.at == datetime(2026, 11, 19, 1, 2, 3, tzinfo=UTC)
        host.sent.clear()
        assert set(await known.affecting([DJANGO])) == {DJANGO}
        assert set(await mirror(url, tmp_path / "home").affecting([DJANGO])) == {DJANGO}
        assert host.sent == [("PyPI/all.zip", 200), ("PyPI/all.zip", 304)]
        host.files["PyPI/all.zip"] = archive(tmp_path / "a.zip", (record("PYSEC-9", "PyPI", "django", "9"),)).read_bytes()
        assert [one.id for one in (await known.affecting([DJANGO]))[DJANGO]] == ["PYSEC-9"]


async def test_an_address_is_as_old_as_the_records_that_it_gave(tmp_path: Path) -> None:
    async with hosted() as (host, url):
        known = mirror(url, tmp_path / "home")
        for modified, at in (("2020-01-01T00:00:00Z", datetime(2020, 1, 1, tzinfo=UTC)), (None, None)):
            one = record("PYSEC-1", "PyPI", "django", "9", modified=modified)
            host.files["PyPI/all.zip"] = archive(tmp_path / "a.zip", (one,)).read_bytes()
            assert set(await known.affecting([DJANGO])) == {DJANGO}
            assert (await known.mirror()).at == at


async def test_an_address_shows_by_its_list_of_changes_that_an_ecosystem_without_news_is_current(tmp_path: Path) -> None:
    async with hosted() as (host, url):
        known = mirror(url, tmp_path / "home")
        host.files["Hex/all.zip"] = archive(tmp_path / "a.zip", (QUIET,), at=SEPTEMBER).read_bytes()
        await known.affecting(["pkg:hex/plug@1.0.0"])
        # One ecosystem's records alone show nothing, whatever the host says of its file.
        assert (await known.mirror()).dates == {"hex": datetime(2026, 9, 1, tzinfo=UTC)}
        host.files["modified_id.csv"] = LIST.format("").encode()
        assert (await known.mirror()).dates == {"hex": EXPORTED}
        host.sent.clear()
        assert (await known.mirror()).dates == {"hex": EXPORTED}
        assert ("modified_id.csv", 304) in host.sent
        host.files["modified_id.csv"] = LIST.format("2026-10-20T00:00:00Z,Hex/GHSA-10\n").encode()
        assert (await known.mirror()).dates == {"hex": datetime(2026, 9, 1, tzinfo=UTC)}


async def test_a_host_that_fails_is_told_apart_from_one_that_refuses(tmp_path: Path) -> None:
    async with hosted() as (host, url):
        known = mirror(url, tmp_path / "home")
        with pytest.raises(UserError, match="no mirror of OSV"):
            await known.mirror()
        for status, error in ((503, TransientError), (429, TransientError), (302, UserError), (401, UserError)):
            host.status = status
            with pytest.raises(error, match=str(status)):
                await known.mirror()
    with pytest.raises(TransientError, match="did not answer"):
        await known.mirror()


async def test_a_download_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    async with hosted() as (host, url):
        host.files["PyPI/all.zip"] = archive(tmp_path / "a.zip", PYPI).read_bytes()
        known = mirror(url, tmp_path / "home")
        host.cut = 20
        with pytest.raises(TransientError):
            await known.affecting([DJANGO])
        assert [path for path in (tmp_path / "home").rglob("*") if path.is_file()] == []
        # A host that itself has only half of it: refused, and fetched anew the next time.
        host.cut, whole = 0, host.files["PyPI/all.zip"]
        host.files["PyPI/all.zip"] = whole[:-30]
        with pytest.raises(UserError, match="half copied"):
            await known.affecting([DJANGO])
        host.files["PyPI/all.zip"] = whole
        assert set(await known.affecting([DJANGO])) == {DJANGO}
