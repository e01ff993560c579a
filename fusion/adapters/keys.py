"""A key in a file: ES256 on this machine, in PEM (PKCS #8), for its owner alone.

A file that others may read is refused: a key that somebody else may have copied proves nothing.
"""

from __future__ import annotations

import asyncio
import base64
import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from fusion.errors import UserError

_SIZE = 32
"""Bytes of a coordinate, and of R and S, on P-256."""
_LARGEST = 64 * 1024
"""Bytes of a file that can be a key."""


class LocalSigner:
    """Signs with a key on P-256 that this process holds."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    @classmethod
    async def open(cls, path: Path, *, passphrase: str = "", make: bool = False) -> Self:
        """The key in the file; with `make` a new one where there is none. Raises UserError with one sentence."""
        return await asyncio.to_thread(cls._open, path, passphrase, make)

    @classmethod
    async def new(cls, path: Path, *, passphrase: str = "") -> Self:
        """A new key in a new file. Raises UserError where there is a file already: no key is ever overwritten."""
        return await asyncio.to_thread(cls._new, path, passphrase)

    async def public(self) -> Mapping[str, str]:
        """The public key as a JWK."""
        numbers = self._key.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": _coordinate(numbers.x), "y": _coordinate(numbers.y)}

    async def sign(self, data: bytes) -> bytes:
        """64 bytes, R and S."""
        r, s = decode_dss_signature(self._key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(_SIZE, "big") + s.to_bytes(_SIZE, "big")

    @classmethod
    def _open(cls, path: Path, passphrase: str, make: bool) -> Self:
        if make and not os.path.lexists(path):
            # Another process that comes first makes it: then its key is ours.
            with suppress(FileExistsError):
                return cls._made(path, passphrase)
        data = _read(path)
        try:
            key = serialization.load_pem_private_key(data, passphrase.encode() if passphrase else None)
        except TypeError:
            told = "has no passphrase: unset" if passphrase else "has a passphrase: set"
            raise UserError(f"The key {path} {told} FUSION_EVIDENCE_PASSPHRASE.") from None
        except (ValueError, UnsupportedAlgorithm):
            wrong = ", or FUSION_EVIDENCE_PASSPHRASE is not its passphrase" if passphrase else ""
            raise UserError(f"{path} is no private key in PEM{wrong}.") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise UserError(f"{path} is a key of another kind: evidence is signed with one on P-256 (ES256).")
        return cls(key)

    @classmethod
    def _new(cls, path: Path, passphrase: str) -> Self:
        try:
            return cls._made(path, passphrase)
        except FileExistsError:
            raise UserError(f"{path} is there already: no key is overwritten; name another file, or move it away.") from None

    @classmethod
    def _made(cls, path: Path, passphrase: str) -> Self:
        key = ec.generate_private_key(ec.SECP256R1())
        locked = serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else serialization.NoEncryption()
        data = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path, data)
        except FileExistsError:
            raise
        except OSError as error:
            raise UserError(f"The key cannot be written to {path} ({error.strerror}): name another file.") from None
        return cls(key)


def _read(path: Path) -> bytes:
    """The bytes of a file that is its owner's alone. Raises UserError."""
    try:
        # Asked of what is open, so that nobody puts another file in its place meanwhile; a pipe is not waited for.
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise UserError(f"There is no key {path}: `fusion evidence key --new` makes one.") from None
    except OSError as error:
        raise UserError(f"The key {path} cannot be read: {error.strerror}.") from None
    try:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            raise UserError(f"The key {path} is not a file.")
        if os.name == "posix" and stat.S_IMODE(found.st_mode) & 0o077:
            raise UserError(f"Others than its owner may use the key {path}: chmod 600 it, or make a new one if they did.")
        return os.read(number, _LARGEST)
    finally:
        os.close(number)


def _write(path: Path, data: bytes) -> None:
    """Put a whole file into its place. Raises FileExistsError where there is one."""
    number, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(number)
        os.link(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def _coordinate(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(_SIZE, "big")).rstrip(b"=").decode()
