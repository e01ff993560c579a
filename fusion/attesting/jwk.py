"""Public keys on P-256 as JSON Web Keys (RFC 7517), their ids (RFC 7638), and ES256 signatures (RFC 7518, 3.4)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fusion.attesting.canonical import canonical
from fusion.attesting.links import base64url, from_base64url
from fusion.errors import UserError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

_SIZE = 32
"""Bytes of a coordinate on P-256."""
_MEMBERS = ("crv", "kty", "x", "y")
"""What RFC 7638, 3.2 hashes of a key on an elliptic curve."""


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """The key's id: base64url of SHA-256 over its required members in canonical JSON. Raises ValueError: no key on P-256."""
    import hashlib

    return base64url(hashlib.sha256(canonical(public(jwk))).digest())


def public(jwk: Mapping[str, Any]) -> dict[str, str]:
    """The required members alone. Raises ValueError when they are no public key on P-256."""
    members = {name: jwk.get(name) for name in _MEMBERS}
    if members["kty"] != "EC" or members["crv"] != "P-256":
        raise ValueError("it is not an EC key on P-256")
    told = {name: value for name, value in members.items() if isinstance(value, str)}
    if len(told) != len(_MEMBERS):
        raise ValueError("it lacks a coordinate")
    _point(told["x"], told["y"])
    return told


def read(data: bytes, *, origin: str) -> dict[str, str]:
    """A public key from JWK or PEM (SubjectPublicKeyInfo, or a certificate). Raises UserError that names `origin`."""
    if b"PRIVATE KEY" in data:
        raise UserError(f"{origin} is a private key: give the public one (`fusion evidence key --public` prints it).")
    try:
        if data.lstrip().startswith(b"-----BEGIN"):
            return _from_pem(data)
        try:
            found = json.loads(data, object_pairs_hook=_once)
        except _Twice:
            raise
        except ValueError:
            raise ValueError("it is neither") from None
        if not isinstance(found, dict):
            raise ValueError("it is not a JSON object")
        if "d" in found:
            raise UserError(f"{origin} is a private key: give the public one (`fusion evidence key --public` prints it).")
        return public(found)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{origin} is no public key on P-256, as JWK or PEM ({error}).") from None


class _Twice(ValueError):
    """A member is there more than once (RFC 7517, 4), so that readers may differ about which key it is."""


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise _Twice("a member is there twice")
    return found


def to_pem(jwk: Mapping[str, Any]) -> bytes:
    """SubjectPublicKeyInfo in PEM, for openssl."""
    from cryptography.hazmat.primitives import serialization

    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return _key(jwk).public_bytes(serialization.Encoding.PEM, form)


def verifies(jwk: Mapping[str, Any], signature: bytes, data: bytes) -> bool:
    """Whether the signature, 64 bytes R and S, is this key's over the data."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA

    if len(signature) != 2 * _SIZE:
        return False
    try:
        _key(jwk).verify(der(signature), data, ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def der(signature: bytes) -> bytes:
    """R and S as openssl takes them (RFC 3279, 2.2.3)."""
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    return encode_dss_signature(int.from_bytes(signature[:_SIZE], "big"), int.from_bytes(signature[_SIZE:], "big"))


def _from_pem(data: bytes) -> dict[str, str]:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

    if (several := data.count(b"-----BEGIN ")) > 1:
        # Only the first would be read, and whoever gave two means both.
        raise ValueError(f"it holds {several}: give each a file of its own")
    certificate = b"BEGIN CERTIFICATE" in data
    try:
        key = x509.load_pem_x509_certificate(data).public_key() if certificate else serialization.load_pem_public_key(data)
    except UnsupportedAlgorithm:
        raise ValueError("it is a key of another kind") from None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("it is a key of another kind")
    numbers = key.public_numbers()
    x, y = (base64url(number.to_bytes(_SIZE, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _key(jwk: Mapping[str, Any]) -> EllipticCurvePublicKey:
    told = public(jwk)
    return _point(told["x"], told["y"])


@lru_cache(maxsize=64)
def _point(x: str, y: str) -> EllipticCurvePublicKey:
    """The key of these coordinates. Raises ValueError when the point is not on the curve."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicNumbers

    parts = [from_base64url(text) for text in (x, y)]
    if any(len(part) != _SIZE for part in parts):
        raise ValueError(f"a coordinate is not {_SIZE} bytes long")
    first, second = (int.from_bytes(part, "big") for part in parts)
    return EllipticCurvePublicNumbers(first, second, SECP256R1()).public_key()
