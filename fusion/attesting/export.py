"""Writing a bundle: everything that somebody needs who has neither this installation nor Fusion.

The same chains give the same bytes, as a folder, .tar.gz or .zip (the two archives: with the same zlib).
"""

from __future__ import annotations

import gzip
import os
import stat
import tarfile
import tempfile
import zipfile
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from fusion.attesting import jwk
from fusion.attesting.anchoring import anchors_of
from fusion.attesting.bundle import ANCHORS, LINKS, README, anchor_line, copies, key_files, stamps
from fusion.attesting.links import line
from fusion.attesting.readme import readme
from fusion.attesting.seal import chains, links, public_key
from fusion.errors import PermanentError, UserError
from fusion.model import Record
from fusion.model.compliance import Anchored
from fusion.ports import Blobs, Store


class Exported(Record):
    """What was written, and what was not there to write."""

    chains: tuple[str, ...]
    links: int
    anchors: int
    missing: tuple[str, ...] = ()
    """A sentence for each link or payload that is lost."""


async def export(store: Store, blobs: Blobs, tenant: str, output: Path, *, only: Sequence[str] = ()) -> Exported:
    """Write the chains (`only`: those) to a new folder, .tar.gz or .zip.

    Raises UserError where a chain is unknown, or the output is there already or cannot be written.
    """
    known = await chains(store, tenant)
    if missing := [name for name in only if name not in known]:
        raise UserError(f"There is no chain {missing[0]}; `fusion evidence list` names those that there are.")
    names = sorted(set(only)) if only else list(known)
    if not names:
        raise UserError("Nothing was sealed yet: there is nothing to export.")
    gathering = _Gathering(store, blobs, tenant)
    try:
        with _output(output) as writing:
            async for name, data in gathering.files(names):
                writing.write(name, data)
    except OSError as error:
        raise UserError(f"{output} cannot be written ({error.strerror or error}).") from None
    return Exported(
        chains=tuple(names), links=gathering.count, anchors=len(gathering.anchors), missing=tuple(gathering.missing)
    )


class _Gathering:
    """The files of a bundle, one after the other, so that memory holds one payload."""

    def __init__(self, store: Store, blobs: Blobs, tenant: str) -> None:
        self._store, self._blobs, self._tenant = store, blobs, tenant
        self._keys: dict[str, dict[str, str]] = {}
        self.anchors: list[Anchored] = []
        self.missing: list[str] = []
        self.count = 0

    async def files(self, names: Sequence[str]) -> AsyncIterator[tuple[str, bytes]]:
        lines: list[bytes] = []
        payloads: set[str] = set()
        used: set[str] = set()
        for name in names:
            due = 0
            async for link in links(self._store, self._tenant, name):
                if link.number != due:
                    self.missing.append(f"Link {due} of the chain {name} is lost.")
                due = link.number + 1
                lines.append(line(link))
                used.add(link.key)
                if link.key not in self._keys and (key := await public_key(self._store, self._tenant, name, link.key)):
                    self._keys[link.key] = key
                for path, data in copies(link).items():
                    yield path, data
                if link.digest in payloads:
                    continue
                payloads.add(link.digest)
                try:
                    contents = await self._blobs.get(link.digest)
                except PermanentError:
                    self.missing.append(f"The contents of link {link.number} of the chain {name} are lost.")
                    continue
                if link.kind == "key":
                    self._keys[link.subject] = jwk.read(contents, origin=f"Link {link.number}")
                yield f"payloads/{link.digest.removeprefix('sha256:')}", contents
            self.anchors += await anchors_of(self._store, self._tenant, name)
        self.count = len(lines)
        for id in sorted(used & set(self._keys)):
            for path, data in key_files(id, self._keys[id]).items():
                yield path, data
        self.missing += [f"The public key {id} is not known here: add it by hand." for id in sorted(used - set(self._keys))]
        for anchor in self.anchors:
            for path, data in stamps(anchor).items():
                yield path, data
        yield LINKS, b"".join(each + b"\n" for each in lines)
        yield ANCHORS, b"".join(anchor_line(anchor) + b"\n" for anchor in self.anchors)
        yield README, readme(names, sorted(used)).encode()


class _Output(Protocol):
    """Where a bundle goes. What is begun and not finished is not there afterwards under its name."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...

    def write(self, name: str, data: bytes) -> None: ...


def _output(path: Path) -> _Output:
    if os.path.lexists(path):
        raise UserError(f"{path} is there already: name another output, or move it away.")
    if not path.absolute().parent.is_dir():
        raise UserError(f"There is no folder {path.absolute().parent} to write {path.name} into.")
    if path.name.endswith((".tar.gz", ".tgz")):
        return _Tar(path)
    return _Zip(path) if path.suffix == ".zip" else _Folder(path)


class _Folder:
    """A folder that is renamed into its place when it is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._new = Path(tempfile.mkdtemp(prefix=f".{self._path.name}-", dir=self._path.absolute().parent))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            self._new.rename(self._path)
            return
        import shutil

        shutil.rmtree(self._new, ignore_errors=True)

    def write(self, name: str, data: bytes) -> None:
        file = self._new / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


class _Archive(ABC):
    """A file that is renamed into its place when it is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        number, name = tempfile.mkstemp(prefix=f".{self._path.name}-", dir=self._path.absolute().parent)
        self._new = Path(name)
        self._file = os.fdopen(number, "wb")
        self._begin()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            with self._file:
                self._end()
            if error is None:
                self._new.rename(self._path)
        finally:
            self._new.unlink(missing_ok=True)

    @abstractmethod
    def _begin(self) -> None:
        """Open the archive."""

    @abstractmethod
    def _end(self) -> None:
        """Close it."""


class _Tar(_Archive):
    def _begin(self) -> None:
        # No time and no name in the header: they would differ each time.
        self._packed = gzip.GzipFile(filename="", mode="wb", fileobj=self._file, mtime=0, compresslevel=6)
        self._tar = tarfile.open(fileobj=self._packed, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115

    def _end(self) -> None:
        self._tar.close()
        self._packed.close()

    def write(self, name: str, data: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        self._tar.addfile(member, BytesIO(data))


class _Zip(_Archive):
    def _begin(self) -> None:
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED)

    def _end(self) -> None:
        self._zip.close()

    def write(self, name: str, data: bytes) -> None:
        member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        member.create_system, member.external_attr = 3, (stat.S_IFREG | 0o644) << 16
        member.compress_type = zipfile.ZIP_DEFLATED
        self._zip.writestr(member, data)
