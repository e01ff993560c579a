"""A small Key Vault: one version of one key, `GET` and `sign` of the REST API 7.4, and what a vault answers when it will not.

vault = KeyVault()
async with listening(vault.answer) as (asked, address):
    signer = KeyVaultSigner(f"{address}{vault.path}", credential=vault.credential)
"""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass, field
from typing import Any

from azure.core.credentials import AccessToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

from tests.fakes.scripted_http import Asked, reply

TOKEN = "a token for the vault"


@dataclass
class Credential:
    """Signs in to anything, and remembers to what."""

    scopes: list[str] = field(default_factory=list)

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        self.scopes += scopes
        return AccessToken(TOKEN, int(time.time()) + 3600)

    async def close(self) -> None:
        return None


@dataclass
class KeyVault:
    curve: ec.EllipticCurve = field(default_factory=ec.SECP256R1)
    status: int = 200
    """Of every answer; the body of another than 200 is an error's."""
    kid: str = ""
    """What the vault says that it signed with, where that is not the key."""
    path: str = "/keys/evidence/0123456789abcdef0123456789abcdef"
    credential: Credential = field(default_factory=Credential)

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(self.curve)

    def answer(self, asked: Asked) -> bytes:
        target, _, query = asked.target.partition("?")
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return _error(401, "AKV10000: Request is missing a Bearer or PoP token.")
        if query != "api-version=7.4" or not target.startswith(self.path):
            return _error(404, "A key with (name/id) was not found in this key vault.")
        if self.status != 200:
            return _error(self.status, "The vault will not.\nMore.")
        kid = f"http://{asked.headers['host']}{self.kid or self.path}"
        if (asked.method, target) == ("GET", self.path):
            numbers = self.key.public_key().public_numbers()
            size = self.curve.key_size // 8
            told = {"kid": kid, "kty": "EC-HSM", "key_ops": ["sign"], "crv": {256: "P-256", 384: "P-384"}[self.curve.key_size]}
            told |= {name: _base64url(getattr(numbers, name).to_bytes(size, "big")) for name in ("x", "y")}
            return reply(200, {"key": told, "attributes": {"enabled": True}})
        assert (asked.method, target) == ("POST", f"{self.path}/sign")
        body = json.loads(asked.body)
        assert set(body) == {"alg", "value"}
        assert body["alg"] == "ES256"
        digest = base64.urlsafe_b64decode(body["value"] + "=" * (-len(body["value"]) % 4))
        r, s = decode_dss_signature(self.key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256()))))
        return reply(200, {"kid": kid, "value": _base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))})


def _error(status: int, message: str) -> bytes:
    return reply(status, {"error": {"code": "Said", "message": message}}, retry_after="7")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
