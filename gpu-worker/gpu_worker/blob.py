"""Payloads, results and which jobs were answered, in Azure Blob Storage.

The container `blobs` is Fusion's: the bytes of `sha256:abcdef...` are the blob `ab/cdef...`. The container `answers` is the
worker's: for each job that was answered a blob, named by the SHA-256 of the job's id in the same way, that holds the result's
digest. It is only needed while a job can come again: a lifecycle rule may delete what is older than a week.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from gpu_worker.azure import away, fields, signed_in

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.storage.blob.aio import BlobServiceClient, ContainerClient

_DIGEST = re.compile(r"sha256:([0-9a-f]{2})([0-9a-f]{62})")


class Storage:
    """A storage account, for one event loop.

    `connection`: the account's blob address (https://ACCOUNT.blob.core.windows.net), with `credential` or what this process can
    sign in with, or a connection string. `patience`: seconds for one call with its retries. A context manager.
    """

    def __init__(self, connection: str, *, credential: AsyncTokenCredential | None = None, patience: float = 120.0) -> None:
        self._connection = connection
        self._credential = credential
        self._own: AsyncTokenCredential | None = None
        self._patience = patience
        self._client: BlobServiceClient | None = None
        self._ready: dict[str, ContainerClient] = {}
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        client, own = self._client, self._own
        self._client, self._own, self._ready = None, None, {}
        if client is not None:
            await client.close()
        if own is not None:
            await own.close()

    async def get(self, container: str, name: str) -> bytes:
        """A blob. Raises LookupError and ConnectionError."""
        from azure.core.exceptions import ResourceNotFoundError

        with away("Blob Storage"):
            async with asyncio.timeout(self._patience):
                try:
                    found = await self._open(container)
                    data: bytes = await (await found.get_blob_client(name).download_blob(max_concurrency=4)).readall()
                except ResourceNotFoundError:
                    raise LookupError(f"There is no blob {name} in {container}.") from None
        return data

    async def put(self, container: str, name: str, data: bytes) -> bool:
        """Write a blob that is not there; whether it was not. Raises ConnectionError."""
        from azure.core.exceptions import ResourceExistsError

        with away("Blob Storage"):
            async with asyncio.timeout(self._patience):
                blob = (await self._open(container)).get_blob_client(name)
                try:
                    await blob.upload_blob(data, overwrite=False)
                except ResourceExistsError:
                    return False
        return True

    async def _open(self, container: str) -> ContainerClient:
        from azure.core.exceptions import ResourceExistsError

        async with self._opening:
            if container not in self._ready:
                self._client = self._client or self._connect()
                found = self._client.get_container_client(container)
                if not await found.exists():
                    # Another worker may start at the same time.
                    with contextlib.suppress(ResourceExistsError):
                        await found.create_container()
                self._ready[container] = found
        return self._ready[container]

    def _connect(self) -> BlobServiceClient:
        from azure.storage.blob.aio import BlobServiceClient, ExponentialRetry

        options: dict[str, Any] = {"max_single_put_size": 2**20, "max_block_size": 2**20}
        retry = ExponentialRetry(initial_backoff=0, increment_base=2, retry_total=2, random_jitter_range=1)
        if fields(self._connection):
            return BlobServiceClient.from_connection_string(self._connection, retry_policy=retry, **options)
        credential = self._credential
        if credential is None:
            self._own = credential = signed_in()
        return BlobServiceClient(self._connection, credential=credential, retry_policy=retry, **options)


class BlobPayloads:
    """Content-addressed bytes in a container of Fusion's."""

    def __init__(self, storage: Storage, *, container: str = "blobs") -> None:
        self._storage = storage
        self._container = container

    async def get(self, digest: str) -> bytes:
        """The bytes. Raises LookupError and ConnectionError."""
        data = await self._storage.get(self._container, _name(digest))
        if await asyncio.to_thread(_sha256, data) != digest:
            raise LookupError(f"The blob {digest} is damaged.")
        return data

    async def put(self, data: bytes) -> str:
        """Keep the bytes and return their digest. Raises ConnectionError."""
        digest = _sha256(data)
        await self._storage.put(self._container, _name(digest), data)
        return digest


class BlobAnswers:
    """Which jobs were answered, and by which result."""

    def __init__(self, storage: Storage, *, container: str = "answers") -> None:
        self._storage = storage
        self._container = container

    async def find(self, job: str) -> str | None:
        """The digest of the job's result. Raises ConnectionError."""
        try:
            return (await self._storage.get(self._container, _name(_sha256(job.encode())))).decode("ascii", "replace")
        except LookupError:
            return None

    async def record(self, job: str, digest: str) -> str:
        """Note it; returns the digest that counts, which is the first that was noted. Raises ConnectionError."""
        if await self._storage.put(self._container, _name(_sha256(job.encode())), digest.encode()):
            return digest
        return await self.find(job) or digest


def _sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _name(digest: str) -> str:
    found = _DIGEST.fullmatch(digest)
    if found is None:
        raise LookupError(f"{digest[:100]!r} is no digest.")
    return f"{found[1]}/{found[2]}"
