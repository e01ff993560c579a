"""Key Vault: the key signs and what it signed verifies; the secrets that settings refer to can be read. No value is told."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fusion.adapters.azure.checkup.asking import ask, token, told
from fusion.adapters.azure.credentials import principal
from fusion.adapters.azure.keyvault import VERSION, KeyVaultSigner
from fusion.adapters.azure.roles import granted
from fusion.errors import UserError
from fusion.ports.checkup import Told, mend, ready

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

PART = "key vault"
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})


async def key(address: str, *, credential: AsyncTokenCredential | None = None) -> list[Told]:
    """The key that signs evidence, `https://VAULT/keys/NAME/VERSION`: it signs a few bytes that mean nothing."""
    found: list[Told] = []
    async with told(found, PART, "evidence key"), KeyVaultSigner(address, credential=credential) as signer:
        data = b"fusion doctor: " + secrets.token_bytes(16)
        public, signature = await signer.public(), await signer.sign(data)
        if _verifies(public, data, signature):
            found.append(ready(PART, "evidence key", "It signed, and the signature verifies."))
        else:
            found.append(
                mend(PART, "evidence key", "What it signed does not verify with its public key: name another version.")
            )
    return found


def _verifies(public: Mapping[str, str], data: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    x, y = (int.from_bytes(base64.urlsafe_b64decode(public[name] + "=="), "big") for name in ("x", "y"))
    r, s = (int.from_bytes(signature[at : at + 32], "big") for at in (0, 32))
    try:
        point = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        point.verify(encode_dss_signature(r, s), data, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def referred(value: str) -> str:
    """The address of the secret that a setting's value refers to (`@Microsoft.KeyVault(...)`); empty: it is no reference."""
    matched = re.fullmatch(r"@Microsoft\.KeyVault\((.*)\)", value.strip())
    if matched is None:
        return ""
    parts: dict[str, str] = {name: text for name, _, text in (part.strip().partition("=") for part in matched[1].split(";"))}
    if address := parts.get("SecretUri", ""):
        return address.rstrip("/")
    name = f"https://{parts.get('VaultName', '')}.vault.azure.net/secrets/{parts.get('SecretName', '')}"
    return "/".join(part for part in (name, parts.get("SecretVersion", "")) if part)


async def secret(setting: str, address: str, *, on_azure: bool, credential: AsyncTokenCredential | None = None) -> list[Told]:
    """The secret that a setting refers to, where the platform has not put its value in place.

    `on_azure`: this runs where the platform should have done so.
    """
    found: list[Told] = []
    async with told(found, PART, setting):
        parts = urlsplit(address)
        host = parts.hostname or ""
        safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
        if not safe or not re.fullmatch(r"/secrets/[0-9A-Za-z-]{1,127}(/[0-9A-Za-z]{1,64})?", parts.path):
            raise UserError(
                f"{setting} refers to no secret in a vault: @Microsoft.KeyVault(SecretUri=https://VAULT.vault.azure.net/secrets/NAME/)."
            )
        bearer = await token(f"https://{host.partition('.')[2] or host}/.default", credential)
        answer = await ask("GET", f"{address}?api-version={VERSION}", headers={"Authorization": f"Bearer {bearer}"})
        found.append(_read(setting, host, answer.status, on_azure=on_azure))
    return found


def _read(setting: str, host: str, status: int, *, on_azure: bool) -> Told:
    if status in (401, 403):
        said = f"The vault refuses this identity ({status}): {granted('vault-secrets', host, principal().object)}"
        return mend(PART, setting, f"{said}; a firewall of the vault answers the same way.")
    if status == 404:
        return mend(PART, setting, f"There is no such secret at {host}: put it there (az keyvault secret set --file).")
    if status != 200:
        return mend(PART, setting, f"{host} answered {status}.")
    if on_azure:
        why = "The secret can be read, and the platform has not put it in place: it does so with the app's own identity"
        return mend(PART, setting, f"{why} (keyVaultReferenceIdentity), and when the app restarts.")
    return ready(PART, setting, "The secret that it refers to can be read.")
