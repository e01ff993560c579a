"""A bundle as it lies in a folder or an archive: what each file is, and reading one that somebody else has written.

    README.txt                   how to verify it without Fusion; not read by a verifier
    links.jsonl                  every link in canonical JSON, chain by chain, by number
    anchors.jsonl                every anchor, likewise
    keys/ID.jwk, keys/ID.pem     public keys that have signed; being here makes none of them trusted
    payloads/HEX                 contents, by the hex digits of their digest
    signed/CHAIN/NUMBER.link     the bytes of a link that were signed, for openssl
    signed/CHAIN/NUMBER.sig      its signature in DER, for openssl
    stamps/CHAIN/NUMBER-HEX.txt  what a timestamp authority stamped, for openssl
    stamps/CHAIN/NUMBER-HEX.tsr  its response

Archives are read into memory and nothing of them is unpacked. All of it is hostile input.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from fusion.attesting import jwk
from fusion.attesting.anchored import message, token
from fusion.attesting.canonical import canonical
from fusion.attesting.links import from_base64url, instant, line, signed_bytes
from fusion.attesting.verdict import Flaw, Mark
from fusion.errors import PermanentError, UserError
from fusion.model import Record
from fusion.model.compliance import Anchored, Sealed

LINKS, ANCHORS, README = "links.jsonl", "anchors.jsonl", "README.txt"
LARGEST = 2**30
"""Bytes of an archive's contents that are read into memory; a folder may hold any number."""
_R = TypeVar("_R", bound=Record)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What a bundle holds, and what was wrong with its files."""

    links: Sequence[Sealed]
    anchors: Sequence[Anchored]
    keys: Mapping[str, Mapping[str, str]]
    """By id. Whoever verifies decides which of them to trust."""
    payloads: Mapping[str, bytes]
    """By digest."""
    flaws: Sequence[Flaw]


def folder_of(chain: str) -> str:
    """The chain's name as the name of one folder."""
    name = quote(chain, safe="")
    # No folder begins with a dot, and none is longer than file systems take.
    name = f"%2E{name[1:]}" if name.startswith(".") else name
    return name if len(name) <= 200 else f"{name[:135]}-{hashlib.sha256(chain.encode()).hexdigest()}"


def anchor_line(anchor: Anchored) -> bytes:
    """An anchor as a line of `anchors.jsonl`, without the line feed."""
    return canonical(anchor.model_dump(mode="json") | {"at": instant(anchor.at)})


def copies(link: Sealed) -> Mapping[str, bytes]:
    """The files that repeat a link for openssl. Empty for one whose signature has no bytes."""
    name = f"signed/{folder_of(link.chain)}/{link.number:010}"
    try:
        signature = from_base64url(link.signature)
    except ValueError:
        return {}
    return {f"{name}.link": signed_bytes(link), f"{name}.sig": jwk.der(signature)}


def stamps(anchor: Anchored) -> Mapping[str, bytes]:
    """The files that repeat an anchor for openssl: none, where it has no token."""
    if anchor.kind != "rfc3161":
        return {}
    mark = hashlib.sha256(anchor_line(anchor)).hexdigest()[:12]
    name = f"stamps/{folder_of(anchor.chain)}/{anchor.number:010}-{mark}"
    try:
        return {f"{name}.txt": message(anchor.hash), f"{name}.tsr": token(anchor)}
    except ValueError:
        return {}


def key_files(id: str, key: Mapping[str, str]) -> Mapping[str, bytes]:
    """The files of a public key."""
    return {f"keys/{id}.jwk": canonical(key) + b"\n", f"keys/{id}.pem": jwk.to_pem(key)}


def read(path: Path) -> Bundle:
    """A folder, .tar.gz or .zip. Raises UserError where it is no bundle or cannot be read."""
    files: Mapping[str, bytes] = _Folder(path) if path.is_dir() else _archive(path)
    if LINKS not in files:
        raise UserError(f"{path} is no bundle of evidence: there is no {LINKS} in it.")
    flaws: list[Flaw] = []
    links = list(_lines(files[LINKS], LINKS, Sealed, line, flaws))
    anchors = list(_lines(files.get(ANCHORS, b""), ANCHORS, Anchored, anchor_line, flaws))
    if not links and not flaws:
        raise UserError(f"There is no link in {path}: there is nothing to verify.")
    keys = dict(_keys(files, flaws))
    flaws += _compared(files, links, anchors, keys)
    payloads = _Payloads(files)
    return Bundle(links=links, anchors=anchors, keys=keys, payloads=payloads, flaws=flaws)


def kept_anchors(path: Path) -> list[Anchored]:
    """Anchors from where they are kept: a file with one a line, or a folder as anchors fill it. Raises UserError."""
    found: list[Anchored] = []
    try:
        for file in sorted(path.rglob("*.json")) if path.is_dir() else [path]:
            found += [Anchored.model_validate_json(text) for text in file.read_bytes().splitlines() if text.strip()]
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise UserError(f"{file} is not what anchors write: each line is one anchor, as JSON.") from None
    if not found:
        raise UserError(f"There is no anchor in {path}.")
    return found


def _lines(data: bytes, origin: str, kind: type[_R], written: Callable[[_R], bytes], flaws: list[Flaw]) -> Iterator[_R]:
    """Each line's record. A line must be as Fusion writes it, byte for byte: there is one way to write each link."""
    if not data:
        return
    if not data.endswith(b"\n"):
        flaws.append(Flaw(mark=Mark.UNREADABLE, text=f"{origin} ends within a line: its end is missing."))
    for number, text in enumerate(data.split(b"\n")[: -1 if data.endswith(b"\n") else None], 1):
        try:
            record = kind.model_validate_json(text)
            same = written(record) == text
        except (ValueError, PermanentError):
            flaws.append(Flaw(mark=Mark.UNREADABLE, text=f"Line {number} of {origin} cannot be read: it was changed."))
            continue
        if not same:
            flaws.append(Flaw(mark=Mark.UNREADABLE, text=f"Line {number} of {origin} is not written as Fusion writes it."))
        yield record


def _keys(files: Mapping[str, bytes], flaws: list[Flaw]) -> Iterator[tuple[str, Mapping[str, str]]]:
    for name in sorted(files):
        if not (name.startswith("keys/") and name.endswith(".jwk")):
            continue
        id = name.removeprefix("keys/").removesuffix(".jwk")
        try:
            key = jwk.read(files[name], origin=name)
        except UserError as error:
            flaws.append(Flaw(mark=Mark.DERIVED, text=str(error)))
            continue
        if jwk.thumbprint(key) != id:
            flaws.append(Flaw(mark=Mark.DERIVED, text=f"{name} is another key than its name says."))
            continue
        yield id, key


def _compared(
    files: Mapping[str, bytes], links: Sequence[Sealed], anchors: Sequence[Anchored], keys: Mapping[str, Mapping[str, str]]
) -> Iterator[Flaw]:
    """What the files that repeat something say otherwise, and files that are none of a bundle's."""
    known = {README, LINKS, ANCHORS}
    if ANCHORS not in files:
        yield Flaw(mark=Mark.DERIVED, text=f"{ANCHORS} is missing; it is there even where there is no anchor.")
    for link in links:
        if link.key not in keys:
            yield Flaw(
                mark=Mark.DERIVED, chain=link.chain, number=link.number, text=f"The key {link.key} is not among the keys."
            )
            break
    expected: list[Mapping[str, bytes]] = [key_files(id, key) for id, key in keys.items()]
    for told in (*expected, *map(copies, links), *map(stamps, anchors)):
        known |= set(told)
        for name, data in told.items():
            if name not in files:
                yield Flaw(mark=Mark.DERIVED, text=f"{name} is missing.")
            elif files[name] != data:
                yield Flaw(mark=Mark.DERIVED, text=f"{name} is not what the links say.")
    for name in sorted(set(files) - known):
        if name.startswith(("signed/", "stamps/")):
            yield Flaw(mark=Mark.STRAY, text=f"{name} is of no link: one was taken out, or it was put in.")
        elif not _digest(name):
            yield Flaw(mark=Mark.UNEXPECTED, text=f"{name} is no part of a bundle, and was not looked at.")


def _digest(name: str) -> str:
    """The digest that the name of a payload's file stands for; empty for another file."""
    hex = name.removeprefix("payloads/")
    return f"sha256:{hex}" if hex != name and len(hex) == 64 and not set(hex) - set("0123456789abcdef") else ""


class _Payloads(Mapping[str, bytes]):
    """The contents of a bundle by digest, read when they are asked for."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._names = {digest: name for name in files if (digest := _digest(name))}

    def __getitem__(self, digest: str) -> bytes:
        return self._files[self._names[digest]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class _Folder(Mapping[str, bytes]):
    """The files below a folder by their path; symbolic links are not followed and are not there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._names = dict.fromkeys(sorted(self._walk()))

    def _walk(self) -> Iterator[str]:
        for folder, _, names in os.walk(self._path, onerror=self._unreadable, followlinks=False):
            for name in names:
                file = Path(folder, name)
                if stat.S_ISREG(file.lstat().st_mode):
                    yield file.relative_to(self._path).as_posix()

    def _unreadable(self, error: OSError) -> None:
        # Left out, its files would seem to have been taken away.
        raise UserError(f"{error.filename} cannot be read: {error.strerror}.") from None

    def __getitem__(self, name: str) -> bytes:
        if name not in self._names:
            raise KeyError(name)
        try:
            return self._path.joinpath(name).read_bytes()
        except OSError as error:
            raise UserError(f"{self._path / name} cannot be read: {error.strerror}.") from None

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _archive(path: Path) -> Mapping[str, bytes]:
    """The regular files of an archive. Raises UserError where it is none, is damaged, or holds more than fits."""
    files: dict[str, bytes] = {}
    left = LARGEST
    try:
        for name, size, reading in _zipped(path) if zipfile.is_zipfile(path) else _tarred(path):
            left -= size
            if left < 0:
                raise _too_large(path)
            if name in files:
                raise UserError(f"{path} holds two files {name!r}: an archive of Fusion has one of each.")
            files[name] = reading()
    except FileNotFoundError:
        raise UserError(f"There is no file or folder {path}.") from None
    except (gzip.BadGzipFile, zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, ValueError, RuntimeError) as error:
        # RuntimeError: zipfile says so of a method that it does not know, and of a password.
        raise UserError(f"{path} is neither a folder nor a whole .tar.gz or .zip ({error}).") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from None
    return files


def _too_large(path: Path) -> UserError:
    return UserError(f"{path} holds more than {LARGEST // 2**20} MiB: unpack it and name the folder.")


def _zipped(path: Path) -> Iterator[tuple[str, int, Callable[[], bytes]]]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise UserError(f"{path} is packed in a way that no bundle is: unpack it and name the folder.")
            if not member.is_dir():
                yield member.filename, member.file_size, partial(archive.read, member)


def _tarred(path: Path) -> Iterator[tuple[str, int, Callable[[], bytes]]]:
    with gzip.open(path) as packed:
        # To its end, where the checksum is.
        data = packed.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise _too_large(path)
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for member in archive:
            if member.isreg() and (reader := archive.extractfile(member)) is not None:
                yield member.name, member.size, reader.read
