"""What the emulator keeps: databases, containers and items, with the service's checks and errors."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

PARTITIONS = ("0", "1")
"""Ids of the physical partitions; the bounds of the first are "" and "7F"."""
FORBIDDEN = frozenset("/\\?#")
LARGEST = 2 * 1024 * 1024


class Refused(Exception):
    """An error answer: status, code, sub-status and message, as Cosmos DB gives them."""

    def __init__(self, status: int, code: str, message: str, *, sub: int = 0) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.sub = status, code, message, sub


@dataclass
class Container:
    """A container's properties and its items by (partition key as JSON, id), each with the time it ends (0: never)."""

    properties: dict[str, Any]
    items: dict[tuple[str, str], tuple[dict[str, Any], float]] = field(default_factory=dict)

    @property
    def paths(self) -> list[str]:
        return list(self.properties["partitionKey"]["paths"])


class Account:
    """Databases and containers by name. `now` gives the present in seconds since 1970, for the time to live."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.databases: dict[str, dict[str, Any]] = {}
        self.containers: dict[tuple[str, str], Container] = {}
        self._now = now

    def database(self, name: str) -> dict[str, Any]:
        try:
            return self.databases[name]
        except KeyError:
            raise Refused(404, "NotFound", "Owner resource does not exist", sub=1003) from None

    def container(self, database: str, name: str) -> Container:
        try:
            return self.containers[database, name]
        except KeyError:
            raise Refused(404, "NotFound", "Owner resource does not exist", sub=1003) from None

    def make_database(self, body: Mapping[str, Any]) -> dict[str, Any]:
        if body["id"] in self.databases:
            raise Refused(409, "Conflict", "Resource with specified id or name already exists.")
        self.databases[body["id"]] = {**body, "_rid": _rid(4), "_self": f"dbs/{body['id']}/", "_etag": f'"{uuid.uuid4()}"'}
        return self.databases[body["id"]]

    def make_container(self, database: str, body: Mapping[str, Any]) -> dict[str, Any]:
        self.database(database)
        if (database, body["id"]) in self.containers:
            raise Refused(409, "Conflict", "Resource with specified id or name already exists.")
        key = body["partitionKey"]
        if key["kind"] != ("MultiHash" if len(key["paths"]) > 1 else "Hash") or not 1 <= len(key["paths"]) <= 3:
            raise Refused(400, "BadRequest", "The partition key definition is invalid.")
        made = {**body, "_rid": _rid(8), "_self": f"dbs/{database}/colls/{body['id']}/", "_etag": f'"{uuid.uuid4()}"'}
        self.containers[database, body["id"]] = Container(made)
        return made

    def read(self, container: Container, partition: str, id: str) -> dict[str, Any]:
        item, ends = container.items.get((partition, id), ({}, 0.0))
        if not item or 0 < ends <= self._now():
            raise Refused(404, "NotFound", "Entity with the specified id does not exist in the system.")
        return item

    def write(
        self, container: Container, partition: str, item: dict[str, Any], *, replaced: str | None, match: str | None
    ) -> dict[str, Any]:
        """Create an item, or replace the one with the id `replaced`."""
        self._check(container, partition, item)
        if replaced is None:
            held = container.items.get((partition, item["id"]))
            if held and not 0 < held[1] <= self._now():
                raise Refused(409, "Conflict", "Entity with the specified id already exists in the system.")
        else:
            _match(self.read(container, partition, replaced), match)
        kept = {name: value for name, value in item.items() if name not in ("_etag", "_ts", "_rid", "_self", "_attachments")}
        kept |= {"_rid": _rid(12), "_etag": f'"{uuid.uuid4()}"', "_ts": int(self._now()), "_attachments": "attachments/"}
        lasts = item.get("ttl", container.properties.get("defaultTtl")) if container.properties.get("defaultTtl") else None
        container.items[partition, item["id"]] = kept, self._now() + lasts if lasts and lasts > 0 else 0.0
        return kept

    def delete(self, container: Container, partition: str, id: str, *, match: str | None) -> None:
        _match(self.read(container, partition, id), match)
        del container.items[partition, id]

    def living(self, container: Container, physical: str | None, partition: str | None) -> list[dict[str, Any]]:
        """The items of a physical partition or of a logical one (of all: None), in no useful order."""
        return [
            item
            for (key, id), (item, ends) in sorted(container.items.items(), key=lambda entry: entry[1][0]["_rid"])
            if not 0 < ends <= self._now() and physical in (None, physical_partition(key)) and partition in (None, key)
        ]

    def _check(self, container: Container, partition: str, item: dict[str, Any]) -> None:
        id = item.get("id")
        if not isinstance(id, str) or not id or FORBIDDEN & {*id} or len(id.encode()) > 1023:
            raise Refused(400, "BadRequest", "The input content is invalid because the required properties - 'id; ' - ...")
        real = json.dumps([item.get(path.removeprefix("/")) for path in container.paths])
        if real != partition:
            message = "PartitionKey extracted from document doesn't match the one specified in the header"
            raise Refused(400, "BadRequest", message, sub=1001)
        if len(json.dumps(item, ensure_ascii=False).encode("utf-8", "surrogatepass")) > LARGEST:
            raise Refused(413, "RequestEntityTooLarge", "Request size is too large")


def physical_partition(key: str) -> str:
    """Which physical partition holds a logical one: not Cosmos DB's hash, only as good at spreading them."""
    return PARTITIONS[hashlib.sha256(key.encode()).digest()[0] % len(PARTITIONS)]


def _match(item: Mapping[str, Any], match: str | None) -> None:
    if match not in (None, "*", item["_etag"]):
        raise Refused(412, "PreconditionFailed", "Operation cannot be performed because one of the conditions is not met.")


def _rid(length: int) -> str:
    return base64.b64encode(uuid.uuid4().bytes[:length]).decode().replace("/", "-")
