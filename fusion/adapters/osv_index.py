"""A part of the OSV database (one ecosystem's archive, or a folder of records) as an index in SQLite, built once a copy.

Archives are hostile input: members, sizes and depth are bounded, nothing is written by a member's name, and records that are
none make the copy unusable, for a half copy must not say that nothing is known.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from fusion.adapters.osv_age import Age, moment
from fusion.errors import UserError
from fusion.ports.compliance import Advisory

MAX_RECORD = 8_000_000
"""Bytes of one record."""
MAX_RECORDS = 3_000_000
"""Records of one archive or folder."""
MAX_DIRECTORY = 600_000_000
"""Bytes of an archive's list of its members, which is held at once."""
MAX_UNPACKED = 16_000_000_000
"""Bytes of an archive's records, unpacked."""
MAX_GROWTH = 100
"""Times that an archive's records may be larger than it is; JSON that somebody wrote packs to a tenth."""
_UNSUSPICIOUS = 64_000_000
"""Bytes that may be unpacked whatever the archive's size."""
_VERSION = "3"
"""Of the index's form; another one is built anew."""
_SAME = timedelta(days=1)
"""A member's time has no zone: within that it may be its record's."""
_END = 22 + 65_535 + 20
"""Bytes in which an archive's end is: its record, its comment and ZIP64's locator."""
_ENTRY = 46
"""Bytes of an entry of an archive's directory, without name, extras and comment."""
_SCHEMA = """
CREATE TABLE told (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE record (id INTEGER PRIMARY KEY, body TEXT);
CREATE TABLE package (type TEXT, name TEXT, record INTEGER);
"""


class Matching(Protocol):
    """How records and components are matched (`fusion.inventory.affected`)."""

    def packages(self, record: Mapping[str, Any], /) -> Iterable[tuple[str, str]]:
        """Type and name of each package that a record is about."""
        ...

    def package(self, purl: str, /) -> tuple[str, str] | None:
        """Type and name under which a component is looked up."""
        ...

    def advisory(self, record: Mapping[str, Any], purl: str, /) -> Advisory | None:
        """What the record says of the component."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """One archive (`*.zip`) or folder of records. `type` is its purl type; `*`: of several ecosystems."""

    type: str
    path: Path

    @property
    def signature(self) -> str:
        """Changes when the copy does. Raises UserError where it cannot be looked at."""
        try:
            if self.path.is_file():
                found = self.path.stat()
                return f"{_VERSION} {self.path} {found.st_size} {found.st_mtime_ns}"
            with os.scandir(self.path) as entries:
                stats = [entry.stat() for entry in entries if entry.name.endswith(".json")]
        except OSError as error:
            raise UserError(f"The mirror of advisories cannot be read at {self.path}: {error.strerror or error}.") from None
        newest = max((found.st_mtime_ns for found in stats), default=0)
        return f"{_VERSION} {self.path} {len(stats)} {sum(found.st_size for found in stats)} {newest}"


@dataclass(frozen=True, slots=True)
class Index:
    """An index that is built."""

    file: Path
    type: str
    age: Age
    """What it tells of its age; nothing in it is later than now."""
    records: int

    def affecting(self, purls: Sequence[str], matching: Matching) -> Iterator[tuple[str, Advisory]]:
        """Advisories of components, by purl."""
        with contextlib.closing(sqlite3.connect(f"{self.file.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            for purl in purls:
                key = matching.package(purl)
                if key is None:
                    continue
                rows = connection.execute(
                    "SELECT body FROM record WHERE id IN (SELECT record FROM package WHERE type = ? AND name = ?) ORDER BY id",
                    key,
                )
                for (body,) in rows:
                    found = matching.advisory(json.loads(body), purl)
                    if found is not None:
                        yield purl, found


def index(part: Part, folder: Path, matching: Matching, *, newest: datetime) -> Index:
    """The index of that part, built where there is none of just this copy. `newest`: no copy is newer than that (now). Raises
    UserError where the copy is broken or the folder cannot be written."""
    file = folder / f"{part.type.replace('*', 'all')}.sqlite"
    signature = part.signature
    known = _known(file, signature)
    if known is None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _build(part, file, signature, matching)
        except OSError as error:
            raise UserError(f"The index of advisories cannot be written to {folder}: {error.strerror or error}.") from None
        except sqlite3.Error as error:
            raise UserError(f"The index of advisories cannot be written to {folder}: {error}.") from None
        known = _known(file, signature)
    if known is None:
        raise UserError(f"The index of advisories in {folder} was damaged while it was built; try again.")
    return Index(file, part.type, _age(part, known, newest), int(known["records"]))


def _age(part: Part, known: Mapping[str, str], now: datetime) -> Age:
    modified, written = (datetime.fromisoformat(known[key]) if known[key] else None for key in ("modified", "written"))
    whole = part.path.is_file()
    made = written
    if whole and (modified is None or written is None or abs(written - modified) <= _SAME):
        # Its members have their records' dates, which is what OSV does: only the file tells when it came.
        made = datetime.fromtimestamp(part.path.stat().st_mtime, UTC)
    # Old records that were copied or packed today are old; and without a record's date nothing tells their age.
    own = min(modified, written or modified) if modified else None
    own, modified, made = (min(one, now) if one else None for one in (own, modified, made))
    return Age(own=own, newest=modified, made=made if whole else None, whole=whole)


def _known(file: Path, signature: str) -> Mapping[str, str] | None:
    if not file.is_file():
        return None
    try:
        with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            told = dict(connection.execute("SELECT key, value FROM told").fetchall())
    except sqlite3.Error:
        return None
    return told if told.get("signature") == signature and {"modified", "written", "records"} <= told.keys() else None


def _build(part: Part, file: Path, signature: str, matching: Matching) -> None:
    """Write the index beside its place and rename it into it."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".index-")
    os.close(handle)
    try:
        with contextlib.closing(sqlite3.connect(name)) as connection:
            connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_SCHEMA}")
            count, newest = 0, ""
            for number, record in enumerate(_records(part)):
                found = set(matching.packages(record))
                if part.type != "*":
                    found = {one for one in found if one[0] == part.type}
                count += 1
                newest = max(newest, str(record.get("modified") or "")[:19])
                if found and not record.get("withdrawn"):
                    connection.execute("INSERT INTO record VALUES (?, ?)", (number, json.dumps(_reduced(record))))
                    connection.executemany("INSERT INTO package VALUES (?, ?, ?)", [(*one, number) for one in sorted(found)])
            if not count:
                raise UserError(f"The mirror of advisories holds no records at {part.path}: is the copy complete?")
            dates = {"modified": moment(newest), "written": _written(part)}
            told = {"signature": signature, "records": str(count)}
            told |= {key: at.isoformat() if at else "" for key, at in dates.items()}
            connection.executemany("INSERT INTO told VALUES (?, ?)", told.items())
            connection.execute("CREATE INDEX by_name ON package (type, name)")
            connection.commit()
        Path(name).replace(file)
    finally:
        Path(name).unlink(missing_ok=True)


def _reduced(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """What matching reads of a record."""
    kept = {
        key: record[key] for key in ("id", "aliases", "summary", "severity", "database_specific", "affected") if key in record
    }
    if not kept.get("summary"):
        kept["details"] = str(record.get("details", ""))[:400]
    if isinstance(kept.get("database_specific"), dict):
        kept["database_specific"] = {"severity": kept["database_specific"].get("severity")}
    return kept


def _records(part: Part) -> Iterator[Mapping[str, Any]]:
    """Every record. Raises UserError where one is none, or the archive is broken."""
    for name, data in _members(part.path) if part.path.is_file() else _files(part.path):
        try:
            record = json.loads(data)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict) or not isinstance(record.get("id"), str):
            raise UserError(f"The mirror of advisories is damaged: {name} in {part.path} is no record of OSV. Copy it anew.")
        yield record


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    with _opened(path) as archive:
        members = [one for one in archive.infolist() if one.filename.endswith(".json")]
        total = sum(member.file_size for member in members)
        if total > max(_UNSUSPICIOUS, MAX_GROWTH * path.stat().st_size) or total > MAX_UNPACKED:
            raise UserError(f"The archive {path} unpacks to {total:,} bytes, more than is read of one of its size.")
        for member in members:
            if member.file_size > MAX_RECORD:
                raise UserError(f"The archive {path} holds more than is read: {_called(member)} goes beyond the limit.")
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise UserError(
                    f"The archive {path} cannot be read: {_called(member)} is packed in a way that OSV does not use."
                )
            # No more is unpacked than the directory says, and what has another size has another checksum.
            yield _called(member), archive.read(member)


def _called(member: zipfile.ZipInfo) -> str:
    return ascii(member.filename[:100])[1:-1]


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, once its directory is known to be of a size that fits into memory. Raises UserError."""
    try:
        if _listed(path) > MAX_RECORDS:
            raise UserError(f"The archive {path} holds more than {MAX_RECORDS:,} records.")
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error, zlib.error) as error:
        why = ascii(str(error)[:120])[1:-1]
        raise UserError(f"The archive {path} is broken, perhaps only half copied ({why}). Copy it anew.") from None
    except OSError as error:
        raise UserError(f"The archive {path} cannot be read: {error.strerror or error}.") from None


def _listed(path: Path) -> int:
    """How many members the directory of an archive lists at most, counted in it and not by what its end says of it
    (APPNOTE 4.3.12): a directory is read at once, and a small lie about it would cost memory. Broken ones are left to zipfile.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _END))
        tail = file.read(_END)
        found = tail.rfind(b"PK\x05\x06")
        if found < 0 or len(tail) - found < 22:
            return 0
        length = int.from_bytes(tail[found + 12 : found + 16], "little")
        end = max(0, size - len(tail) + found)
        if length == 0xFFFFFFFF or tail[found - 20 : found - 16] == b"PK\x06\x07":
            # ZIP64 has a record and a locator between the directory and its end.
            end -= 20 + 56
            file.seek(max(0, end))
            record = file.read(56)
            length = int.from_bytes(record[40:48], "little") if record.startswith(b"PK\x06\x06") else end
        if length // _ENTRY <= MAX_RECORDS:
            return length // _ENTRY
        if length > MAX_DIRECTORY:
            raise UserError(f"The directory of the archive {path} is larger than {MAX_DIRECTORY:,} bytes.")
        file.seek(max(0, end - length))
        # The signature of an entry can stand in a name, too, but in no archive of OSV: no entry is missed.
        count, left, rest = 0, length, b""
        while left > 0 and (chunk := file.read(min(left, 1_000_000))):
            count += (rest + chunk).count(b"PK\x01\x02")
            left, rest = left - len(chunk), chunk[-3:]
        return count


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith(".json"))
        if len(names) > MAX_RECORDS:
            raise UserError(f"The folder {folder} holds more than {MAX_RECORDS:,} records.")
        for name in names:
            path = folder / name
            if path.stat().st_size > MAX_RECORD:
                raise UserError(f"The record {path} is larger than {MAX_RECORD:,} bytes.")
            yield name, path.read_bytes()
    except OSError as error:
        raise UserError(f"The mirror of advisories cannot be read at {folder}: {error.strerror or error}.") from None


def _written(part: Part) -> datetime | None:
    """When the archive was written, as its members say, which survives copying; of a folder the newest file's time."""
    if part.path.is_file():
        with _opened(part.path) as archive:
            newest = max((member.date_time for member in archive.infolist()), default=(1980, 1, 1, 0, 0, 0))
        # 1980 is what deterministic writers put there.
        with contextlib.suppress(ValueError):
            return datetime(*newest, tzinfo=UTC) if newest[0] > 1990 else None
        return None
    with os.scandir(part.path) as entries:
        newest_file = max((entry.stat().st_mtime for entry in entries if entry.name.endswith(".json")), default=0.0)
    return datetime.fromtimestamp(newest_file, UTC)
