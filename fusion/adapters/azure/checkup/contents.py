"""Blob Storage: containers are there, this identity may write and delete in them, and anchors cannot be taken back."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fusion.adapters.anchors.blob import BlobAnchor
from fusion.adapters.azure.blobs import AzureBlobs
from fusion.adapters.azure.checkup.asking import SECONDS, told
from fusion.adapters.azure.cloud import Service, fields
from fusion.adapters.azure.credentials import signed_in
from fusion.ports.checkup import Told, mend, ready, warning

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.storage.blob.aio import BlobServiceClient, ContainerClient

PART = "blob storage"
PREFIX = "doctor/"
"""Where a probe is written; no purge and no reader looks there."""


async def contents(connection: str, containers: Sequence[str], *, credential: AsyncTokenCredential | None = None) -> list[Told]:
    """Each container is written to, and what was written is deleted."""
    found: list[Told] = []
    async with told(found, PART, "access"):
        AzureBlobs(connection)  # as the hosts read it: a sentence about what it must look like
    if found:
        return found
    async with told(found, PART, "access"), _opened(connection, credential, "FUSION_BLOBS") as (client, service):
        for name in containers:
            async with told(found, PART, name), service.errors():
                found.append(await _tried(client.get_container_client(name), service.host))
    return found


async def anchors(connection: str, container: str, *, credential: AsyncTokenCredential | None = None) -> list[Told]:
    """The container of anchors; nothing is written there, for it could not be deleted."""
    found: list[Told] = []
    async with told(found, PART, container):
        BlobAnchor(connection if fields(connection) else f"{connection}/{container}")
    if found:
        return found
    async with told(found, PART, container), _opened(connection, credential, "FUSION_ANCHOR") as (client, service):
        async with service.errors():
            one = client.get_container_client(container)
            if not await one.exists():
                found.append(_absent(container, service.host))
                return found
            properties = await one.get_container_properties()
        # That versions could be kept immutable keeps none by itself.
        found.append(
            immutable(
                container,
                service.host,
                kept=bool(properties.has_immutability_policy),
                hold=bool(properties.has_legal_hold),
            )
        )
    return found


def immutable(container: str, host: str, *, kept: bool, hold: bool) -> Told:
    """`kept`: a retention policy; `hold`: a legal hold."""
    if kept or hold:
        by = "a retention policy; whether it is locked cannot be seen from here" if kept else "a legal hold"
        return ready(PART, container, f"Anchors cannot be changed or deleted: there is {by}.")
    account = shlex.quote(host.partition(".")[0])
    return mend(
        PART,
        container,
        "It has no immutability policy and no legal hold: whoever may delete blobs there can take anchors back. Set a"
        " time-based retention policy, and lock it.",
        f"az storage container immutability-policy create --account-name {account} --container-name {shlex.quote(container)}"
        " --period 2555",
    )


async def _tried(container: ContainerClient, host: str) -> Told:
    name = str(container.container_name)
    if not await container.exists():
        return _absent(name, host)
    blob = container.get_blob_client(f"{PREFIX}{secrets.token_hex(8)}")
    await blob.upload_blob(b"", overwrite=False)
    await blob.delete_blob()
    properties = await container.get_container_properties()
    if properties.public_access:
        return warning(PART, name, "Anybody can read it: take public access off.", _private(name, host))
    return ready(PART, name, "A blob was written and deleted.")


def _private(name: str, host: str) -> str:
    account = shlex.quote(host.partition(".")[0])
    return f"az storage container-rm update --storage-account {account} --name {name} --public-access off"


def _absent(name: str, host: str) -> Told:
    account = shlex.quote(host.partition(".")[0])
    command = f"az storage container create --account-name {account} --name {shlex.quote(name)} --auth-mode login"
    return mend(PART, name, "There is no such container.", command)


@asynccontextmanager
async def _opened(
    connection: str, credential: AsyncTokenCredential | None, setting: str
) -> AsyncIterator[tuple[BlobServiceClient, Service]]:
    from azure.storage.blob.aio import BlobServiceClient, ExponentialRetry

    parts = fields(connection)
    options: dict[str, Any] = {
        "retry_policy": ExponentialRetry(initial_backoff=0, increment_base=2, retry_total=1, random_jitter_range=1),
        "connection_timeout": SECONDS / 2,
        "read_timeout": SECONDS / 2,
    }
    async with AsyncExitStack() as stack:
        if parts:
            host = urlsplit(parts.get("blobendpoint", "")).netloc or parts.get("accountname", "")
            client = BlobServiceClient.from_connection_string(connection, **options)
        else:
            host = urlsplit(connection).netloc
            shown = credential or await stack.enter_async_context(signed_in())
            client = BlobServiceClient(connection, credential=shown, **options)
        await stack.enter_async_context(client)
        yield client, Service(name="Blob Storage", host=host, setting=setting, role="blobs")
