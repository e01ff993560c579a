"""Cosmos DB: the container is made as the Store needs it, and this identity may read, write and delete in it."""

from __future__ import annotations

import json
import secrets
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fusion.adapters.azure.checkup.asking import told
from fusion.adapters.azure.cosmos import CONTAINER, CosmosStore
from fusion.ports import Key
from fusion.ports.checkup import Told, mend, ready, warning

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

PART = "cosmos db"
VERSION = "2024-11-15"
"""Of Cosmos DB's resource provider, for commands."""
_TYPE = "Microsoft.DocumentDB/databaseAccounts"


async def records(connection: str, *, tenant: str, credential: AsyncTokenCredential | None = None) -> list[Told]:
    """`connection` as FUSION_COSMOS has it. The probe is a record of the scope `doctor`, deleted at once."""
    found: list[Told] = []
    async with told(found, PART, "records"), CosmosStore(connection, credential=credential) as store:
        properties = await store.properties()
        if properties is None:
            found.append(
                mend(PART, "records", "There is no container records in the database fusion: create it.", _made(connection))
            )
            return found
        found += compared(properties, connection)
        key = Key(tenant=tenant, scope="doctor", kind="probe", id=secrets.token_hex(8))
        etag = await store.put(key, {"probe": True}, etag=None)
        await store.get(key)
        await store.delete(key, etag=etag)
        found.append(ready(PART, "access", "A record was written, read and deleted."))
    return found


def compared(properties: Mapping[str, Any], connection: str = "") -> list[Told]:
    """How the container is made, against what the Store needs."""
    found = []
    key = properties.get("partitionKey") or {}
    paths, kind = list(key.get("paths") or ()), key.get("kind")
    wanted = list(CONTAINER["partition_key"])
    if paths != wanted or kind != "MultiHash" or key.get("version", 2) != 2:
        found.append(
            mend(
                PART,
                "partition key",
                f"It is {kind} over {', '.join(paths) or 'nothing'}, and must be MultiHash, version 2, over {', '.join(wanted)}"
                ": it cannot be changed, so make the container anew.",
                _made(connection),
            )
        )
    found += _index(properties.get("indexingPolicy") or {}, connection)
    ends = properties.get("defaultTtl")
    if ends == -1:
        found.append(
            warning(PART, "time to live", "It is on, though no record says when it ends: take it off.", _made(connection))
        )
    elif ends is not None:
        said = f"Records end by themselves after {ends} seconds: take it off, `fusion purge` decides what goes."
        found.append(mend(PART, "time to live", said, _made(connection)))
    return found or [ready(PART, "container", "Partition key, index and time to live are as the Store needs them.")]


def _index(policy: Mapping[str, Any], connection: str) -> list[Told]:
    included = {str(one.get("path")) for one in policy.get("includedPaths") or () if isinstance(one, dict)}
    wanted = {str(one["path"]) for one in CONTAINER["indexing"]["includedPaths"]}
    command = _made(connection)
    if policy.get("indexingMode", "consistent") != "consistent":
        return [mend(PART, "index", f"Its mode is {policy['indexingMode']}, and must be consistent: lists are empty.", command)]
    if "/*" in included:
        return [warning(PART, "index", "Everything is indexed: each write costs a multiple of what it must.", command)]
    if missing := sorted(wanted - included):
        return [mend(PART, "index", f"{', '.join(missing)} not indexed: lists fail or read everything.", command)]
    return []


def _made(connection: str) -> str:
    """Makes the container, or mends one that is there; the partition key of one that is there stays."""
    account = shlex.quote((urlsplit(connection).hostname or "ACCOUNT").partition(".")[0])
    resource = {
        "id": "records",
        "partitionKey": {"paths": CONTAINER["partition_key"], "kind": "MultiHash", "version": 2},
        "indexingPolicy": CONTAINER["indexing"],
    }
    body = shlex.quote(json.dumps({"properties": {"resource": resource}}))
    found = f"$(az resource list --name {account} --resource-type {_TYPE} --query [0].id --output tsv)"
    where = f'"https://management.azure.com{found}/sqlDatabases/fusion/containers/records?api-version={VERSION}"'
    return f"az rest --method put --url {where} --body {body}"
