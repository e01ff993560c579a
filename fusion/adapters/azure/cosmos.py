"""Store in Azure Cosmos DB (NoSQL API): one container whose items are the records.

An item lies under the hierarchical partition key tenant / scope / id, and its id is `kind:id` in an alphabet that Cosmos DB
takes. The value is kept as JSON text, and compressed when it is long: Cosmos DB's numbers are doubles and its strings are
Unicode, so that large integers and names that are no text would come back changed.

`position` orders the writes: the time of the write in nanoseconds, in hexadecimal, and a mark of the writer. It grows with
every write of one record (the ETag carries the last one), and with every write of one process. Writes of different machines
are ordered as well as their clocks agree.

Sources, below learn.microsoft.com/azure/cosmos-db: hierarchical-partition-keys, concepts-limits,
nosql/database-transactions-optimistic-concurrency.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
import time
import zlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from fusion.adapters.azure.cloud import Service, fields, is_key
from fusion.adapters.azure.credentials import signed_in
from fusion.adapters.sqlite.database import SystemClock
from fusion.errors import Conflict, PermanentError, UserError
from fusion.ports import Clock, Key, Stored

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.cosmos.aio import ContainerProxy, CosmosClient

CONTAINER: Mapping[str, Any] = {
    "partition_key": ["/tenant", "/scope", "/id"],
    "indexing": {
        "indexingMode": "consistent",
        "automatic": True,
        "includedPaths": [{"path": "/tenant/?"}, {"path": "/scope/?"}, {"path": "/kind/?"}, {"path": "/position/?"}],
        "excludedPaths": [{"path": "/*"}],
    },
    "ttl": None,
}
"""How the container is made, here and in the infrastructure's templates: the paths of its hierarchical partition key
(MultiHash, version 2), its indexing policy, and its default time to live (none: `fusion purge` decides what goes)."""

LONGEST_ID = 1_000
"""Bytes of an item's id; Cosmos DB takes 1,023."""
LARGEST = 2_000_000
"""Bytes of an item; Cosmos DB takes 2 MB with what it adds itself."""
_PACKED = 100_000
"""Characters from which a value is compressed: a request unit is paid for each kilobyte."""
_ETAG = re.compile(r'([0-9a-f]{16}-[0-9a-f]{8}) (".+")')


class CosmosStore:
    """Records in a container of a Cosmos DB account.

    `connection` is the account's address, with `credential` or what this process can sign in with, or a connection string
    (`AccountEndpoint=...;AccountKey=...;`). With a key, a database or container that is missing is made; an identity's roles
    cannot make one, so that there it must exist (`CONTAINER` says how). `patience`: seconds for one call, with its retries;
    `page`: records asked for at once; `ticks`: the nanoseconds since 1970 that order the writes. The client is made at the
    first use and kept; `close` ends its connections, and so does using it as a context manager.
    """

    def __init__(
        self,
        connection: str,
        *,
        database: str = "fusion",
        container: str = "records",
        credential: AsyncTokenCredential | None = None,
        clock: Clock | None = None,
        patience: float = 30.0,
        page: int = 200,
        ticks: Callable[[], int] = time.time_ns,
    ) -> None:
        parts = fields(connection)
        self._address = parts.get("accountendpoint", connection if not parts else "")
        self._key = parts.get("accountkey", "")
        if not urlsplit(self._address).hostname or (parts and not is_key(self._key)):
            raise UserError(
                "FUSION_COSMOS is neither an address (https://ACCOUNT.documents.azure.com) nor a connection string"
                " (AccountEndpoint=...;AccountKey=...;)."
            )
        self._database = database
        self._name = container
        self._credential = credential
        self._clock = clock or SystemClock()
        self._patience = patience
        self._page = page
        self._ticks = ticks
        self._writer = secrets.token_hex(4)
        self._written = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opening = asyncio.Lock()
        self._client: CosmosClient | None = None
        self._own: AsyncTokenCredential | None = None
        self._container: ContainerProxy | None = None
        host = urlsplit(self._address).netloc
        self._service = Service(name="Cosmos DB", host=host, setting="FUSION_COSMOS", role="cosmos")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connections; the next use opens them again."""
        client, own = self._client, self._own
        self._client = self._own = self._container = None
        if client is not None:
            await client.close()
        if own is not None:
            await own.close()

    async def properties(self) -> Mapping[str, Any] | None:
        """How the container is made, as the account tells it; None: it is not there. Nothing is made."""
        from azure.cosmos.exceptions import CosmosResourceNotFoundError

        async with self._service.errors(), asyncio.timeout(self._patience):
            try:
                return await self._connected().get_database_client(self._database).get_container_client(self._name).read()
            except CosmosResourceNotFoundError:
                return None

    async def get(self, key: Key) -> Stored | None:
        """The record, or None."""
        from azure.cosmos.exceptions import CosmosResourceNotFoundError

        async with self._records() as container:
            try:
                item = await container.read_item(_id(key), _partition(key))
            except CosmosResourceNotFoundError as error:
                self._there(error)
                return None
        return _stored(item)

    async def put(self, key: Key, value: dict[str, Any], *, etag: str | None) -> str:
        """Write and return the new ETag. Raises Conflict when `etag` is not the record's, PermanentError when it is too large.

        A write whose answer was lost raises TransientError, and may have been done: the next one then raises Conflict.
        """
        from azure.core import MatchConditions
        from azure.cosmos.exceptions import CosmosResourceNotFoundError

        text = json.dumps(value, allow_nan=False)
        last, held = _etag(key, etag) if etag is not None else ("", "")
        item = _item(key, text, position=self._position(last), updated=self._clock.now())
        async with self._records() as container:
            try:
                if etag is None:
                    kept = await container.create_item(item)
                else:
                    kept = await container.replace_item(
                        item["id"], item, etag=held, match_condition=MatchConditions.IfNotModified
                    )
            except CosmosResourceNotFoundError as error:
                self._there(error)
                raise _changed(key) from None
        return f"{item['position']} {kept['_etag']}"

    async def list(
        self, *, tenant: str, kind: str, scope: str | None = None, limit: int = 100, after: str = ""
    ) -> Sequence[Stored]:
        """Records of one kind, last written first. Raises UserError when there is no record `after`."""
        if limit <= 0:
            return []
        where = "c.tenant = @tenant AND c.kind = @kind" + ("" if scope is None else " AND c.scope = @scope")
        named = {"tenant": _plain(tenant), "kind": _plain(kind)} | ({} if scope is None else {"scope": _plain(scope)})
        if after:
            # Ids are unique within a scope only: going on from the newest may show a record twice, but never skips one.
            id = _id(Key(tenant=tenant, scope="", kind=kind, id=after))
            seen = await self._query(f"{where} AND c.id = @id ORDER BY c.position DESC", named | {"id": id}, 1)
            if not seen:
                raise UserError(f"There is no {kind} {after!r} to go on from.")
            where, named = f"{where} AND c.position < @seen", named | {"seen": seen[0]["position"]}
        return [_stored(item) for item in await self._query(f"{where} ORDER BY c.position DESC", named, limit)]

    async def walk(self, *, tenant: str) -> AsyncIterator[Stored]:
        """Every record of the tenant, first written first."""
        seen = ""
        where = "c.tenant = @tenant AND c.position > @seen ORDER BY c.position ASC"
        while page := await self._query(where, {"tenant": _plain(tenant), "seen": seen}, self._page):
            for item in page:
                yield _stored(item)
            seen = page[-1]["position"]

    async def delete(self, key: Key, *, etag: str | None = None) -> None:
        """Remove the record; no error when it is not there. Raises Conflict when `etag` is given and not the record's."""
        from azure.core import MatchConditions
        from azure.cosmos.exceptions import CosmosResourceNotFoundError

        guard: dict[str, Any] = {}
        if etag is not None:
            guard = {"etag": _etag(key, etag)[1], "match_condition": MatchConditions.IfNotModified}
        async with self._records() as container:
            try:
                await container.delete_item(_id(key), _partition(key), **guard)
            except CosmosResourceNotFoundError as error:
                self._there(error)

    async def _query(self, rest: str, named: Mapping[str, str], limit: int) -> Sequence[dict[str, Any]]:
        """At most `limit` items. The SDK merges what the partitions answer, each in order."""
        from azure.cosmos.exceptions import CosmosResourceNotFoundError

        parameters: Sequence[dict[str, object]] = [{"name": f"@{name}", "value": value} for name, value in named.items()]
        found = []
        async with self._records() as container:
            query = f"SELECT * FROM c WHERE {rest}"
            try:
                async for item in container.query_items(query, parameters=[*parameters], max_item_count=min(limit, self._page)):
                    found.append(item)
                    if len(found) == limit:
                        break
            except CosmosResourceNotFoundError as error:
                raise self._missing() from error
        return found

    @asynccontextmanager
    async def _records(self) -> AsyncIterator[ContainerProxy]:
        """The container, within `patience` and with the SDK's errors translated."""
        async with self._service.errors(), asyncio.timeout(self._patience):
            yield await self._open()

    async def _open(self) -> ContainerProxy:
        client = self._connected()
        async with self._opening:
            if self._container is None:
                container = client.get_database_client(self._database).get_container_client(self._name)
                if self._key:
                    await self._make()
                else:
                    await self._find(container)
                self._container = container
        return self._container

    def _connected(self) -> CosmosClient:
        if self._loop is not asyncio.get_running_loop():
            # Connections belong to the event loop that opened them; those of one that ended are of no use.
            self._loop, self._opening = asyncio.get_running_loop(), asyncio.Lock()
            self._client = self._own = self._container = None
        self._client = self._client or self._connect()
        return self._client

    def _connect(self) -> CosmosClient:
        from azure.cosmos.aio import CosmosClient

        credential = self._credential
        if not self._key and credential is None:
            self._own = credential = signed_in()
        # Few retries of its own: the queue and the orchestrations wait longer, and free the worker meanwhile.
        return CosmosClient(
            self._address,
            self._key or credential,  # type: ignore[arg-type]  # one of the two is there
            retry_total=3,
            retry_throttle_total=3,
            retry_throttle_backoff_max=5,
        )

    async def _make(self) -> None:
        """Make the database and the container if they are missing."""
        from azure.cosmos import PartitionKey
        from azure.cosmos.exceptions import CosmosHttpResponseError

        assert self._client is not None
        try:
            database = await self._client.create_database_if_not_exists(self._database)
            await database.create_container_if_not_exists(
                self._name,
                PartitionKey(path=list(CONTAINER["partition_key"])),
                indexing_policy=dict(CONTAINER["indexing"]),
                default_ttl=CONTAINER["ttl"],
            )
        except CosmosHttpResponseError as error:
            if error.status_code == 403:
                raise self._missing() from error
            raise

    async def _find(self, container: ContainerProxy) -> None:
        """Raises UserError when there is no container: its absence must not look like that of a record."""
        from azure.cosmos.exceptions import CosmosResourceNotFoundError

        try:
            await container.read()
        except CosmosResourceNotFoundError as error:
            raise self._missing() from error

    def _there(self, error: Any) -> None:
        """Raises UserError when it is not the item that was not found, but the container (sub-status 1003)."""
        if error.sub_status == 1003:
            raise self._missing() from error

    def _missing(self) -> UserError:
        return UserError(
            f"There is no container {self._name!r} in the database {self._database!r} of {self._service.host}, and these"
            " credentials may not make it: create it as docs/reference.md says, or give the account's connection string"
            " in FUSION_COSMOS once."
        )

    def _position(self, last: str) -> str:
        """Where the next write stands: after everything that this process wrote, and after the record's `last` position."""
        self._written = max(self._ticks(), self._written + 1, int(last[:16] or "0", 16) + 1)
        return f"{self._written:016x}-{self._writer}"


def _item(key: Key, text: str, *, position: str, updated: datetime) -> dict[str, Any]:
    """The item of a record. Raises PermanentError when it is larger than Cosmos DB takes."""
    item = {
        "id": _id(key),
        "tenant": _plain(key.tenant),
        "scope": _plain(key.scope),
        "kind": _plain(key.kind),
        "position": position,
        "updated": updated.isoformat(),
    }
    if len(text) < _PACKED:
        item["value"] = text
    else:
        item["packed"] = base64.b64encode(zlib.compress(text.encode(), 6)).decode()
    size = len(json.dumps(item))
    if size > LARGEST:
        raise PermanentError(
            f"The {key.kind} {key.id} has {size:,} bytes, and a record in Cosmos DB at most {LARGEST:,}:"
            " keep what is large in blobs."
        )
    return item


def _stored(item: Mapping[str, Any]) -> Stored:
    text = zlib.decompress(base64.b64decode(item["packed"])).decode() if "packed" in item else item["value"]
    return Stored(
        key=Key(
            tenant=_read(item["tenant"]),
            scope=_read(item["scope"]),
            kind=_read(item["kind"]),
            id=_read(item["id"].partition(":")[2]),
        ),
        value=json.loads(text),
        etag=f"{item['position']} {item['_etag']}",
        updated=datetime.fromisoformat(item["updated"]),
    )


def _changed(key: Key) -> Conflict:
    return Conflict(f"The {key.kind} {key.id} changed since it was read.")


def _etag(key: Key, etag: str) -> tuple[str, str]:
    """Position and ETag of the version that was read. Raises Conflict when it is no ETag of ours: it matches nothing."""
    parts = _ETAG.fullmatch(etag)
    if parts is None:
        raise _changed(key)
    return parts[1], parts[2]


def _partition(key: Key) -> list[str]:
    return [_plain(key.tenant), _plain(key.scope), _id(key)]


def _id(key: Key) -> str:
    """The item's id. Raises PermanentError when it is longer than Cosmos DB takes."""
    id = f"{_name(key.kind).replace(':', '~3A')}:{_name(key.id)}"
    if len(id) > LONGEST_ID or len(_plain(key.tenant)) + len(_plain(key.scope)) > LONGEST_ID:
        raise PermanentError(
            f"The id of the {key.kind} {key.id[:60]!r}... is longer than Cosmos DB takes ({LONGEST_ID} bytes)."
        )
    return id


def _plain(text: str) -> str:
    """Text as printable ASCII: every other byte of its UTF-8 becomes `~` and two hexadecimal digits, and so does `~`."""
    return _escaped(rb"[^ -}]", text)


def _name(text: str) -> str:
    """As `_plain`, without what Cosmos DB forbids in an id (/ \\ ? #) and what HTTP gateways are known to rewrite."""
    return _escaped(rb"[^A-Za-z0-9_.:@+=,-]", text)


def _escaped(strange: bytes, text: str) -> str:
    return re.sub(strange, lambda found: b"~%02X" % found[0][0], text.encode("utf-8", "surrogatepass")).decode("ascii")


def _read(escaped: str) -> str:
    plain = re.sub(rb"~([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), escaped.encode("ascii"))
    return plain.decode("utf-8", "surrogatepass")
