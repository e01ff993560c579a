"""Blobs in a container of an Azure Storage account.

A blob is named by the SHA-256 digest of its bytes, `ab/cdef...`, and is checked against it whenever it is read. Its last
modification is when its bytes were last put, up to a day too early: putting them again touches the blob only when that is
longer ago, since most bytes are put again within the day. Every step is one conditional request, so that any number of
writers and a purge may work at once.

Sources: learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from fusion.adapters.azure.cloud import Service, fields, is_key
from fusion.adapters.azure.credentials import signed_in
from fusion.adapters.sqlite.database import SystemClock
from fusion.errors import PermanentError, UserError
from fusion.ports import Clock, KeptBlob

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.storage.blob.aio import BlobClient, BlobServiceClient, ContainerClient

REFRESHED = timedelta(days=1)
"""A blob that is put again is touched when its last modification is longer ago."""
_DIGEST = re.compile(r"sha256:([0-9a-f]{2})([0-9a-f]{62})")
_NAME = re.compile(r"([0-9a-f]{2})/([0-9a-f]{62})")
_AT_ONCE = 4
"""Requests at once for the parts of one large blob."""


class AzureBlobs:
    """Blobs in a container.

    `connection` is the account's blob address, with `credential` or what this process can sign in with, or a connection
    string. A container that is missing is made, where the credentials may. `patience`: seconds for one call, with its
    retries; `page`: blobs that a walk asks for at once. The client is made at the first use and kept; `close` ends its
    connections, and so does using it as a context manager.
    """

    def __init__(
        self,
        connection: str,
        *,
        container: str = "blobs",
        credential: AsyncTokenCredential | None = None,
        clock: Clock | None = None,
        patience: float = 120.0,
        page: int = 1_000,
    ) -> None:
        parts = fields(connection)
        host = urlsplit(parts.get("blobendpoint", "") if parts else connection).netloc
        if parts and not host and "accountname" in parts:
            host = f"{parts['accountname']}.blob.{parts.get('endpointsuffix', 'core.windows.net')}"
        known = not parts or "sharedaccesssignature" in parts or is_key(parts.get("accountkey", ""))
        if not host or not known:
            raise UserError(
                "FUSION_BLOBS is neither an address (https://ACCOUNT.blob.core.windows.net) nor a connection string"
                " (DefaultEndpointsProtocol=https;AccountName=...;AccountKey=...)."
            )
        self._connection = connection
        self._named = bool(parts)
        self._container = container
        self._credential = credential
        self._clock = clock or SystemClock()
        self._patience = patience
        self._page = page
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opening = asyncio.Lock()
        self._client: BlobServiceClient | None = None
        self._own: AsyncTokenCredential | None = None
        self._ready: ContainerClient | None = None
        self._service = Service(name="Blob Storage", host=host, setting="FUSION_BLOBS", role="blobs")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connections; the next use opens them again."""
        client, own = self._client, self._own
        self._client = self._own = self._ready = None
        if client is not None:
            await client.close()
        if own is not None:
            await own.close()

    async def put(self, data: bytes) -> str:
        """Keep the bytes and return their digest."""
        from azure.core.exceptions import ResourceExistsError

        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        async with self._blob(digest) as blob:
            if not await self._refresh(blob, len(data)):
                # If-None-Match: whoever wrote it first wrote the same bytes.
                with contextlib.suppress(ResourceExistsError):
                    await blob.upload_blob(data, overwrite=False, max_concurrency=_AT_ONCE)
        return digest

    async def get(self, digest: str) -> bytes:
        """The bytes. Raises PermanentError when they are not there, are damaged, or `digest` is none."""
        from azure.core.exceptions import ResourceNotFoundError

        async with self._blob(digest) as blob:
            try:
                data = await (await blob.download_blob(max_concurrency=_AT_ONCE)).readall()
            except ResourceNotFoundError:
                raise PermanentError(f"There is no blob {digest} at {self._service.host}.") from None
        if f"sha256:{await asyncio.to_thread(_sha256, data)}" != digest:
            raise PermanentError(f"The blob {digest} at {self._service.host} is damaged.")
        return data

    async def walk(self) -> AsyncIterator[KeptBlob]:
        """Every blob."""
        token: str | None = None
        while token != "":
            async with self._blobs() as container:
                # One request at a time, so that `patience` is each one's and not the caller's.
                pages = container.list_blobs(results_per_page=self._page).by_page(token)
                page = [blob async for blob in await anext(pages)]
                token = pages.continuation_token or ""  # type: ignore[attr-defined]
            for blob in page:
                if found := _NAME.fullmatch(blob.name):
                    yield KeptBlob(digest=f"sha256:{found[1]}{found[2]}", size=blob.size, written=blob.last_modified)

    async def delete(self, digest: str, *, before: datetime) -> bool:
        """Remove the blob if it was last put before that time, and say whether it was removed."""
        from azure.core.exceptions import HttpResponseError

        if not _DIGEST.fullmatch(digest):
            return False
        async with self._blob(digest) as blob:
            try:
                # The service compares whole seconds, and takes "not modified since" to include the second itself.
                await blob.delete_blob(if_unmodified_since=before - timedelta(seconds=1))
            except HttpResponseError as error:
                if error.status_code in (404, 412):
                    return False
                raise
        return True

    async def _refresh(self, blob: BlobClient, size: int) -> bool:
        """Make the blob young again if it is old; False when it must be written."""
        from azure.core.exceptions import ResourceNotFoundError

        try:
            found = await blob.get_blob_properties()
            if found.size != size:
                # Nothing of ours leaves half a blob: whatever this is goes, and the bytes are written anew.
                await blob.delete_blob()
                return False
            if self._clock.now() - found.last_modified > REFRESHED:
                # Not there any more if a purge came first; one that comes later sees the new time.
                await blob.set_blob_metadata({})
        except ResourceNotFoundError:
            return False
        return True

    @asynccontextmanager
    async def _blob(self, digest: str) -> AsyncIterator[BlobClient]:
        found = _DIGEST.fullmatch(digest)
        if found is None:
            raise PermanentError(f"{digest[:100]!r} is not a digest.")
        async with self._blobs() as container:
            yield container.get_blob_client(f"{found[1]}/{found[2]}")

    @asynccontextmanager
    async def _blobs(self) -> AsyncIterator[ContainerClient]:
        """The container, within `patience` and with the SDK's errors translated."""
        async with self._service.errors(), asyncio.timeout(self._patience):
            yield await self._open()

    async def _open(self) -> ContainerClient:
        from azure.core.exceptions import ResourceExistsError

        if self._loop is not asyncio.get_running_loop():
            # Connections belong to the event loop that opened them; those of one that ended are of no use.
            self._loop, self._opening = asyncio.get_running_loop(), asyncio.Lock()
            self._client = self._own = self._ready = None
        async with self._opening:
            if self._ready is None:
                self._client = self._client or self._connect()
                container = self._client.get_container_client(self._container)
                if not await container.exists():
                    with contextlib.suppress(ResourceExistsError):
                        await container.create_container()
                self._ready = container
        return self._ready

    def _connect(self) -> BlobServiceClient:
        from azure.storage.blob.aio import BlobServiceClient, ExponentialRetry

        # Few retries of its own: the queue and the orchestrations wait longer, and free the worker meanwhile.
        # A body of more than a mebibyte would hold up the event loop while it is written.
        parts: dict[str, Any] = {"max_single_put_size": 2**20, "max_block_size": 2**20}
        retry = ExponentialRetry(initial_backoff=0, increment_base=2, retry_total=2, random_jitter_range=1)
        if self._named:
            return BlobServiceClient.from_connection_string(self._connection, retry_policy=retry, **parts)
        credential = self._credential
        if credential is None:
            self._own = credential = signed_in()
        return BlobServiceClient(self._connection, credential=credential, retry_policy=retry, **parts)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
