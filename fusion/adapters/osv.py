"""Advisories out of a copy of the OSV database that the operator supplies: a folder, or an address.

A folder holds, by ecosystem as OSV exports them, `PyPI/all.zip`, `npm/all.zip` ..., or these unpacked (`PyPI/*.json`), or one
`all.zip` of all of them; loose records without a folder of their ecosystem are read and cover no ecosystem. An address is a
base under which `PyPI/all.zip` lies: https, or http on this machine. Archives are kept below the state folder and asked for
conditionally (RFC 9110, 13.1.2). As of when the copy speaks of an ecosystem: `osv_age`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from fusion.adapters.loopback import is_loopback
from fusion.adapters.osv_age import LIST, LONGEST_LINE, QUIET, Age, Changes, Listing, current
from fusion.adapters.osv_index import Index, Matching, Part, index
from fusion.errors import TransientError, UserError
from fusion.ports.compliance import Advisory, Mirror

MAX_ARCHIVE = 2_000_000_000
"""Bytes of one archive that is fetched."""
_ALL = "*"


class OsvMirror:
    """A copy of the OSV database at `where`, a folder or an address.

    `ecosystems`: the database's names of ecosystems -> purl types, for those that are read. `home`: where indexes and fetched
    archives are kept. `clock`: now, in UTC. `timeout`: seconds without a byte.
    """

    def __init__(
        self,
        where: str,
        *,
        home: Path,
        matching: Matching,
        ecosystems: Mapping[str, str],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        timeout: float = 60.0,
    ) -> None:
        self._where = where.rstrip("/") if "://" in where else where
        self._home = home / "advisories" / hashlib.sha256(where.encode()).hexdigest()[:16]
        self._matching, self._ecosystems = matching, ecosystems
        self._clock, self._timeout = clock, timeout
        self._lock = asyncio.Lock()
        self._ages: dict[str, Age] = {}
        self._listed: tuple[str, frozenset[str], Listing] | None = None

    async def mirror(self) -> Mirror:
        """What it is. Raises UserError where it is none, half copied or unreadable; TransientError while its host fails.

        Of an address only the archives that `affecting` has fetched have shown how old their records are: ask it first.
        """
        async with self._lock:
            if "://" in self._where:
                return await self._far()
            indexes = await asyncio.to_thread(self._near)
            dates = self._dated({one.type: one.age for one in indexes}, await asyncio.to_thread(self._list, indexes))
        return self._told(dates, await asyncio.to_thread(self._covered, indexes))

    async def affecting(self, purls: Sequence[str]) -> Mapping[str, Sequence[Advisory]]:
        """Advisories by purl with exact version; those with none are missing. Raises TransientError, UserError."""
        types = {found[0] for purl in purls if (found := self._matching.package(purl)) is not None}
        async with self._lock:
            if "://" in self._where:
                indexes = [await self._fetched(name) for name, type in self._ecosystems.items() if type in types]
                known = [one for one in indexes if one is not None]
            else:
                known = [one for one in await asyncio.to_thread(self._near) if one.type in types | {_ALL}]
        return await asyncio.to_thread(self._looked_up, known, list(dict.fromkeys(purls)))

    def _looked_up(self, indexes: Sequence[Index], purls: Sequence[str]) -> Mapping[str, Sequence[Advisory]]:
        found: dict[str, dict[str, Advisory]] = {}
        for one in indexes:
            for purl, advisory in one.affecting(purls, self._matching):
                found.setdefault(purl, {})[advisory.id] = advisory
        return {purl: tuple(sorted(one.values(), key=lambda advisory: advisory.id)) for purl, one in found.items()}

    @staticmethod
    def _dated(ages: Mapping[str, Age], listed: Listing | None) -> dict[str, datetime | None]:
        around = max((one.newest for one in ages.values() if one.newest is not None), default=None)
        return {type: current(age, around=around, listed=listed, type=type) for type, age in ages.items()}

    def _quiet(self, ages: Mapping[str, Age]) -> frozenset[str]:
        """Ecosystems of whose age more has to be known than their records tell."""
        now = self._clock()
        return frozenset(
            type for type, age in ages.items() if type != _ALL and age.whole and age.own is not None and now - age.own > QUIET
        )

    def _told(self, dates: Mapping[str, datetime | None], covered: frozenset[str]) -> Mirror:
        known = {type: at for type, at in dates.items() if at is not None and type in covered}
        if _ALL in dates and dates[_ALL] is not None:
            known |= {type: at for type in covered - dates.keys() if (at := dates[_ALL]) is not None}
        # Another ecosystem's date says nothing of one whose own is not known.
        at = min(known.values(), default=None) if covered <= known.keys() else None
        return Mirror(where=_shown(self._where), at=at, ecosystems=covered, dates=known)

    # --- a folder

    def _parts(self) -> list[Part]:
        root = Path(self._where)
        if not root.is_dir():
            raise UserError(
                f"There is no mirror of advisories at {self._where}: FUSION_ADVISORIES names a folder or an https address."
            )
        found: list[Part] = []
        for name, type in self._ecosystems.items():
            archive, folder = root / name / "all.zip", root / name
            if archive.is_file():
                found.append(Part(type, archive))
            elif folder.is_dir() and any(one.suffix == ".json" for one in folder.iterdir()):
                found.append(Part(type, folder))
            elif folder.is_dir():
                raise UserError(f"The mirror of advisories is half copied: {folder} holds neither all.zip nor records.")
        if (root / "all.zip").is_file():
            found.append(Part(_ALL, root / "all.zip"))
        elif any(one.suffix == ".json" for one in root.iterdir()):
            found.append(Part(_ALL, root))
        if not found:
            raise UserError(f"The folder {self._where} is no mirror of OSV: it holds no PyPI/all.zip, npm/all.zip or records.")
        return found

    def _near(self) -> list[Index]:
        now = self._clock()
        try:
            return [index(part, self._home, self._matching, newest=now) for part in self._parts()]
        except OSError as error:
            raise UserError(f"The mirror of advisories cannot be read: {error.strerror or error}.") from None

    def _list(self, indexes: Sequence[Index]) -> Listing | None:
        """The folder's list of changes, where one is there and something is quiet."""
        wanted, path = self._quiet({one.type: one.age for one in indexes}), Path(self._where) / LIST
        if not wanted or not path.is_file():
            return None
        try:
            changes = Changes(self._ecosystems, wanted, now=self._clock())
            with path.open("rb") as file:
                any(changes.take(line) for line in iter(lambda: file.readline(LONGEST_LINE), b""))
            return changes.listing
        except OSError as error:
            raise UserError(f"The mirror of advisories cannot be read at {path}: {error.strerror or error}.") from None

    def _covered(self, indexes: Sequence[Index]) -> frozenset[str]:
        """Ecosystems of which the whole is here; loose records show nothing of the kind."""
        if (Path(self._where) / "all.zip").is_file():
            return frozenset(self._ecosystems.values())
        return frozenset(one.type for one in indexes if one.type != _ALL)

    # --- an address

    async def _far(self) -> Mirror:
        dates: dict[str, datetime | None] = {}
        ages: dict[str, Age] = {}
        for name, type in self._ecosystems.items():
            told = await self._ask(name, body=False)
            if told is not None:
                said = dates[type] = _date(told.get("last-modified", ""), self._clock())
                if type in self._ages:
                    age = self._ages[type]
                    own = min(said or age.own, age.own) if age.own else None
                    ages[type] = replace(age, own=own, made=min(filter(None, (said, age.made)), default=None) if said else None)
        dates |= self._dated(ages, await self._listing(self._quiet(ages)))
        if not dates:
            raise UserError(
                f"There is no mirror of OSV at {_shown(self._where)}: it has no PyPI/all.zip nor any other ecosystem."
            )
        return self._told(dates, frozenset(dates))

    async def _fetched(self, ecosystem: str) -> Index | None:
        """The index of an ecosystem as the host has it now; None: it has none."""
        if await self._ask(ecosystem, body=True) is None:
            return None
        part = Part(self._ecosystems[ecosystem], self._archive(ecosystem))
        try:
            found = await asyncio.to_thread(index, part, self._home, self._matching, newest=self._clock())
        except UserError:
            # The next time it is fetched anew, whatever its ETag.
            part.path.unlink(missing_ok=True)
            raise
        # The file is as new as the download; when it was made, the host says.
        self._ages[found.type] = found.age
        return found

    async def _listing(self, wanted: frozenset[str]) -> Listing | None:
        """The host's list of changes, as far as it has to be read; None: it has none, or nothing is quiet."""
        if not wanted:
            return None
        tag, asked, known = self._listed or ("", frozenset(), None)
        headers = {"if-none-match": tag} if tag and wanted <= asked else {}
        async with self._answer(LIST, headers) as answer:
            if answer is None:
                return None
            if answer.status_code == 304:
                return known
            changes = Changes(self._ecosystems, wanted, now=self._clock())
            await _read(answer, changes)
        self._listed = (answer.headers.get("etag", "")[:300], wanted, changes.listing)
        return changes.listing

    def _archive(self, ecosystem: str) -> Path:
        return self._home / f"{re.sub(r'[^A-Za-z0-9]+', '-', ecosystem)}.zip"

    async def _ask(self, ecosystem: str, *, body: bool) -> Mapping[str, str] | None:
        """Ask for an archive if it changed; with `body`, keep what comes. Returns its headers, None where there is none."""
        archive = self._archive(ecosystem)
        notes = archive.with_suffix(".json")
        known = _notes(notes) if archive.is_file() else {}
        headers = {"if-none-match": known["etag"]} if known.get("etag") else {}
        try:
            async with self._answer(f"{quote(ecosystem)}/all.zip", headers) as answer:
                if answer is None:
                    return None
                if answer.status_code == 304:
                    return known
                told = {name: answer.headers.get(name, "")[:300] for name in ("etag", "last-modified")}
                if body:
                    await self._keep(answer, archive)
                    notes.write_text(json.dumps(told), encoding="utf-8")
                return told
        except OSError as error:
            raise UserError(f"The mirror's archives cannot be kept in {self._home}: {error.strerror or error}.") from None

    @asynccontextmanager
    async def _answer(self, path: str, headers: Mapping[str, str]) -> AsyncIterator[Any]:
        """The host's answer, 200 or to a question on condition 304, its body still to come; None where nothing is there."""
        import httpx

        _allowed(self._where)
        url = f"{self._where}/{path}"
        try:
            async with (
                httpx.AsyncClient(timeout=self._timeout, follow_redirects=False, trust_env=True) as client,
                client.stream("GET", url, headers=headers) as answer,
            ):
                # Object stores say 403 of what is not there, too; then no ecosystem is found, and that is said.
                there = answer.status_code not in (403, 404)
                if there and answer.status_code != 200 and not (answer.status_code == 304 and headers):
                    self._refused(answer.status_code, url)
                yield answer if there else None
        except httpx.HTTPError as error:
            raise TransientError(f"The mirror of advisories did not answer ({type(error).__name__}).") from error

    @staticmethod
    def _refused(status: int, url: str) -> None:
        where = _shown(url)
        if status == 429 or status >= 500:
            raise TransientError(f"The mirror of advisories answered {status} for {where}.")
        raise UserError(
            f"The mirror of advisories answered {status} for {where}; redirects are not followed, name the final address."
        )

    async def _keep(self, answer: Any, archive: Path) -> None:
        """Write the body beside its place and rename it into it, once it is whole."""
        archive.parent.mkdir(parents=True, exist_ok=True)
        aside, size = archive.with_suffix(".part"), 0
        try:
            with aside.open("wb") as file:
                async for chunk in answer.aiter_bytes():
                    size += len(chunk)
                    if size > MAX_ARCHIVE:
                        raise UserError(f"The mirror's archive {archive.stem} is larger than {MAX_ARCHIVE:,} bytes.")
                    file.write(chunk)
            aside.replace(archive)
        finally:
            aside.unlink(missing_ok=True)


async def _read(answer: Any, changes: Changes) -> None:
    rest = b""
    async for chunk in answer.aiter_bytes():
        *lines, rest = (rest + chunk).split(b"\n")
        if any(changes.take(line) for line in (*lines, *([rest] if len(rest) >= LONGEST_LINE else []))):
            return
    changes.take(rest)


def _allowed(where: str) -> None:
    """Raises UserError unless the address is https, or http on this machine."""
    try:
        parts = urlsplit(where)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise UserError("FUSION_ADVISORIES is no address that can be read.") from None
    if parts.scheme == "https" and host:
        return
    if parts.scheme == "http" and is_loopback(host):
        return
    raise UserError(f"The mirror of advisories at {_shown(where)} must be asked by https; http is for this machine only.")


def _shown(where: str) -> str:
    """An address without what may be secret in it: user, query and fragment."""
    if "://" not in where:
        return where
    return re.sub(r"//[^/@]*@", "//", where).partition("?")[0].partition("#")[0]


def _notes(path: Path) -> Mapping[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _date(said: str, now: datetime) -> datetime | None:
    try:
        found = parsedate_to_datetime(said)
    except ValueError:
        return None
    return min(found if found.tzinfo else found.replace(tzinfo=UTC), now)
