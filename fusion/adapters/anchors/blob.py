"""Anchors in a container of Azure Blob Storage: one blob for each, written once (`If-None-Match: *`).

What keeps them from being changed or deleted is the container's immutability policy (time-based retention, or a legal hold),
which the operator sets and locks; `caution` says so where there is none.

Source: learn.microsoft.com/azure/storage/blobs/immutable-storage-overview.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from fusion.adapters.anchors import kept
from fusion.adapters.azure.cloud import Service, fields
from fusion.adapters.azure.credentials import signed_in
from fusion.adapters.sqlite.database import SystemClock
from fusion.errors import Conflict, TransientError, UserError
from fusion.model.compliance import Anchored
from fusion.ports import Clock

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.storage.blob.aio import BlobServiceClient, ContainerClient

CONTAINER = "evidence-anchors"


class BlobAnchor:
    """Keeps anchors in a container.

    `connection`: the container's address, `https://ACCOUNT.blob.core.windows.net/CONTAINER`, with `credential` or what this
    process can sign in with; or a connection string, and `container`. A container that is missing is made, where the
    credentials may. `patience`: seconds for one anchor. A context manager: it keeps its connections.
    """

    def __init__(
        self,
        connection: str,
        *,
        container: str = CONTAINER,
        credential: AsyncTokenCredential | None = None,
        clock: Clock | None = None,
        patience: float = 30.0,
    ) -> None:
        parts = fields(connection)
        address = urlsplit(connection)
        if not parts.keys() & {"accountname", "blobendpoint"} if parts else not re.match("https?://[^/]", connection):
            raise UserError(
                "FUSION_ANCHOR names no container: blob+https://ACCOUNT.blob.core.windows.net/CONTAINER, or blob+ and a"
                " connection string."
            )
        path, _, rest = address.path.strip("/").rpartition("/")
        self._container = container if parts else rest or container
        self._account = connection if parts else f"{address.scheme}://{address.netloc}{'/' if path else ''}{path}"
        self._named = bool(parts)
        self._credential = credential
        self._clock = clock or SystemClock()
        self._patience = patience
        self._stack = AsyncExitStack()
        self._ready: ContainerClient | None = None
        host = parts.get("blobendpoint", "") or parts.get("accountname", "") if parts else address.netloc
        self._service = Service(name="Blob Storage", host=host, setting="FUSION_ANCHOR", role="blobs")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ready = None
        await self._stack.aclose()

    async def anchor(self, chain: str, number: int, hash: str) -> Anchored:
        """Have it kept. Raises TransientError, UserError where nobody may write, PermanentError for another hash."""
        from azure.core.exceptions import ResourceExistsError

        async with self._container_client() as container:
            blob = container.get_blob_client(kept.name(chain, number))
            where = str(blob.url).partition("?")[0]
            anchored = Anchored(chain=chain, number=number, hash=hash, kind="immutable-blob", where=where, at=self._clock.now())
            try:
                await blob.upload_blob(kept.text(anchored), overwrite=False)  # If-None-Match: *
            except ResourceExistsError:
                return kept.first(await (await blob.download_blob()).readall(), anchored)
        return anchored

    async def caution(self) -> str:
        """Whether something keeps the blobs from being deleted."""
        async with self._container_client() as container:
            found = await container.get_container_properties()
        if found.has_immutability_policy or found.has_legal_hold:
            return ""
        return (
            f"The container {self._container} at {self._service.host} has no immutability policy and no legal hold: whoever may"
            " delete blobs there can take anchors back; set a time-based retention policy, and lock it."
        )

    @asynccontextmanager
    async def _container_client(self) -> AsyncIterator[ContainerClient]:
        """The container, within `patience` and with the SDK's errors translated."""
        try:
            async with self._service.errors(), asyncio.timeout(self._patience):
                yield await self._open()
        except Conflict as error:
            # A container that is being deleted, a lease: none of it is a race between writers of ours.
            raise TransientError(str(error)) from None

    async def _open(self) -> ContainerClient:
        from azure.core.exceptions import ResourceExistsError

        if self._ready is None:
            client = self._connect()
            await self._stack.enter_async_context(client)
            container = client.get_container_client(self._container)
            if not await container.exists():
                with contextlib.suppress(ResourceExistsError):
                    await container.create_container()
            self._ready = container
        return self._ready

    def _connect(self) -> BlobServiceClient:
        from azure.storage.blob.aio import BlobServiceClient, ExponentialRetry

        retry = ExponentialRetry(initial_backoff=0, increment_base=2, retry_total=2, random_jitter_range=1)
        if self._named:
            return BlobServiceClient.from_connection_string(self._account, retry_policy=retry)
        if self._credential is None:
            self._credential = signed_in()
            self._stack.push_async_callback(self._credential.close)
        return BlobServiceClient(self._account, credential=self._credential, retry_policy=retry)
