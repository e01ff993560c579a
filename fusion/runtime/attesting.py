"""What signs evidence and where heads are anchored, as the settings say."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fusion.errors import UserError
from fusion.ports import Blobs, Clock, Store
from fusion.ports.compliance import Anchor, Signer
from fusion.runtime.storage import state_folder
from fusion.settings import Settings

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography.x509 import Certificate

    from fusion.attesting.ledger import Ledger
    from orchestrations.bundle import Bundle

KEY = "evidence-key.pem"


def key_file(settings: Settings) -> Path | None:
    """The file of the key that signs; None: it is in a vault."""
    if settings.evidence_key.startswith("http"):
        return None
    return Path(settings.evidence_key) if settings.evidence_key else settings.home / KEY


@asynccontextmanager
async def signer(settings: Settings, *, make: bool = True) -> AsyncIterator[Signer]:
    """What signs evidence. With `make`, the key in the state folder is made on first use; one that a setting names is not."""
    path = key_file(settings)
    if path is None:
        from fusion.adapters.azure.keyvault import KeyVaultSigner

        async with KeyVaultSigner(settings.evidence_key) as vault:
            yield vault
        return
    from fusion.adapters.keys import LocalSigner

    own = not settings.evidence_key
    if own and make:
        state_folder(settings)
    yield await LocalSigner.open(path, passphrase=_passphrase(settings), make=own and make)


async def new_key(settings: Settings) -> tuple[Path, Signer]:
    """A new key in the file that the settings name. Raises UserError where there is one, or the key is in a vault."""
    path = key_file(settings)
    if path is None:
        raise UserError("FUSION_EVIDENCE_KEY names a key in Key Vault: make a new version there (az keyvault key create).")
    from fusion.adapters.keys import LocalSigner

    if not settings.evidence_key:
        state_folder(settings)
    return path, await LocalSigner.new(path, passphrase=_passphrase(settings))


@asynccontextmanager
async def anchors(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Sequence[Anchor]]:
    """Where heads are kept outside. Raises UserError for a setting that names no such place."""
    named = settings.anchor.get_secret_value().split() if settings.anchor else []
    async with AsyncExitStack() as stack:
        found: list[Anchor] = []
        for name in named:
            kind, _, rest = name.partition("+")
            if kind == "rfc3161":
                from fusion.adapters.anchors.rfc3161 import Rfc3161Anchor

                stamped = partial(_stamped, _roots(settings))
                found.append(await stack.enter_async_context(Rfc3161Anchor(rest, stamped=stamped)))
            elif kind == "blob":
                from fusion.adapters.anchors.blob import BlobAnchor

                found.append(await stack.enter_async_context(BlobAnchor(rest, clock=clock)))
            elif name.startswith("/"):
                from fusion.adapters.anchors.files import FilesAnchor

                found.append(FilesAnchor(Path(name), clock=clock))
            else:
                raise UserError(
                    "FUSION_ANCHOR names neither rfc3161+https://AUTHORITY/PATH, nor blob+https://ACCOUNT.blob.core.windows.net/"
                    "CONTAINER, nor the absolute path of a folder."
                )
        yield found


@asynccontextmanager
async def ledger(settings: Settings, store: Store, blobs: Blobs, clock: Clock) -> AsyncIterator[Ledger]:
    """The ledger of this installation, over records that are open already."""
    from fusion.attesting.ledger import Ledger

    async with signer(settings) as key, anchors(settings, clock=clock) as places:
        yield Ledger(store=store, blobs=blobs, signer=key, clock=clock, tenant=settings.tenant, anchors=places)


@asynccontextmanager
async def attested(bundle: Bundle, settings: Settings) -> AsyncIterator[Bundle]:
    """The bundle with a ledger for reviews where the settings name a key; unchanged where they do not: no key is made."""
    if not settings.evidence_key or bundle.ledger is not None:
        yield bundle
        return
    async with ledger(settings, bundle.store, bundle.blobs, bundle.clock) as found:
        yield dataclasses.replace(bundle, ledger=found)


def attesting(bundle: Bundle, settings: Settings) -> Bundle:
    """The bundle of a host that scans, with a ledger for reviews: with the key of its scans, where that is configured or
    scans are on."""
    scans = bundle.compliance
    if scans is None or scans.signer is None or not (settings.evidence_key or scans.scheduled):
        return bundle
    from fusion.attesting.ledger import Ledger

    found = Ledger(
        store=bundle.store,
        blobs=bundle.blobs,
        signer=scans.signer,
        clock=bundle.clock,
        tenant=bundle.tenant,
        anchors=scans.anchors,
    )
    return dataclasses.replace(bundle, ledger=found)


def _stamped(trusted: Sequence[Certificate], response: bytes, message: bytes, nonce: int) -> datetime:
    from fusion.attesting.timestamps import stamped

    return stamped(response, message, trusted=trusted, nonce=nonce)


def _roots(settings: Settings) -> Sequence[Certificate]:
    from fusion.attesting.timestamps import roots

    if settings.tsa_root is None:
        raise UserError("FUSION_ANCHOR names a timestamp authority: set FUSION_TSA_ROOT to its root certificate, in PEM.")
    try:
        return roots(settings.tsa_root.read_bytes(), origin=f"FUSION_TSA_ROOT ({settings.tsa_root})")
    except OSError as error:
        raise UserError(f"FUSION_TSA_ROOT, {settings.tsa_root}, cannot be read: {error.strerror}.") from None


def _passphrase(settings: Settings) -> str:
    return settings.evidence_passphrase.get_secret_value() if settings.evidence_passphrase else ""
