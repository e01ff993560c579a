"""The emulator's HTTP side: who asks, what for, and the answer with Cosmos DB's headers. README.md says what is checked."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.cosmos import queries
from tests.fakes.cosmos.certificate import self_signed
from tests.fakes.cosmos.documents import PARTITIONS, Account, Container, Refused

KEY = base64.b64encode(b"a master key of nobody's account").decode()
Answer = tuple[int, Any, dict[str, str]]


@dataclass(frozen=True)
class Fault:
    """An answer in place of the next one; status 0: none ever."""

    status: int
    sub: int
    milliseconds: int


class CosmosEmulator:
    """A Cosmos DB account on loopback; a context manager that runs it in a thread. `connection` is its connection string.

    With a `token` it is reached by that of Entra ID alone, at `address` over TLS, and may create nothing, as with the role of a
    data contributor. `now` is what the time to live is measured by.
    """

    def __init__(self, *, token: str = "", may_create: bool = True, now: Callable[[], float] = time.time) -> None:
        self.account = Account(now)
        self.requests: deque[str] = deque(maxlen=10_000)
        self._token = token
        self._may_create = may_create and not token
        self._faults: deque[Fault] = deque()
        # Made with its protocol named: only then does asyncio switch Nagle's algorithm off, which costs 40 ms an answer.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(100)
        self.address = f"{'https' if token else 'http'}://127.0.0.1:{self._socket.getsockname()[1]}/"
        self.connection = f"AccountEndpoint={self.address};AccountKey={KEY};"
        app = Starlette(routes=[Route("/{path:path}", self._handle, methods=["GET", "POST", "PUT", "DELETE"])])
        config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        if token:
            config.load()
            config.ssl = self_signed()
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    def fail(self, status: int, *, sub: int = 0, times: int = 1, milliseconds: int = 1) -> None:
        """Answer the next requests about items so; 429 asks to wait so long."""
        self._faults.extend([Fault(status, sub, milliseconds)] * times)

    def stall(self, *, times: int = 1) -> None:
        """Never answer the next requests about items."""
        self._faults.extend([Fault(0, 0, 0)] * times)

    def calm(self) -> None:
        """Forget the faults that are left."""
        self._faults.clear()

    async def _handle(self, request: Request) -> Response:
        parts = [unquote(part) for part in request.scope["raw_path"].decode().partition("?")[0].split("/") if part]
        self.requests.append(f"{request.method} /{'/'.join(parts)}")
        headers = {"x-ms-activity-id": str(uuid.uuid4()), "x-ms-request-charge": "1", "x-ms-session-token": "0:-1#1"}
        try:
            _signed(request, parts, self._token)
            if "docs" in parts and self._faults:
                fault = self._faults.popleft()
                if not fault.status:
                    await asyncio.sleep(3600)
                headers["x-ms-retry-after-ms"] = str(fault.milliseconds)
                raise Refused(fault.status, "Injected", "a fault that was asked for", sub=fault.sub)
            status, body, more = self._route(request, parts, json.loads(await request.body() or b"null"))
        except Refused as error:
            status, body, more = (
                error.status,
                {"code": error.code, "message": error.message},
                {"x-ms-substatus": str(error.sub)},
            )
        if isinstance(body, dict) and "_etag" in body:
            more = {"etag": body["_etag"], **more}
        return (
            Response(status_code=status, headers=headers | more) if body is None else JSONResponse(body, status, headers | more)
        )

    def _route(self, request: Request, parts: list[str], body: Any) -> Answer:
        match parts:
            case []:
                return 200, _account(self.address), {}
            case ["dbs"]:
                self._creating()
                return 201, self.account.make_database(body), {}
            case ["dbs", database]:
                return 200, self.account.database(database), {}
            case ["dbs", database, "colls"]:
                self._creating()
                return 201, self.account.make_container(database, body), {}
            case ["dbs", database, "colls", name]:
                return 200, self.account.container(database, name).properties, {}
            case ["dbs", database, "colls", name, "pkranges"]:
                return _ranges(self.account.container(database, name), request.headers.get("if-none-match", ""))
            case ["dbs", database, "colls", name, "docs", *rest]:
                return self._items(request, self.account.container(database, name), rest, body)
        raise Refused(405, "MethodNotAllowed", "the emulator knows no such resource")

    def _creating(self) -> None:
        if not self._may_create:
            raise Refused(
                403, "Forbidden", "Request blocked by Auth: principal does not have required RBAC permissions.", sub=5300
            )

    def _items(self, request: Request, container: Container, rest: list[str], body: Any) -> Answer:
        header = request.headers.get("x-ms-documentdb-partitionkey")
        partition = json.dumps(json.loads(header)) if header else None
        planned = request.headers.get("x-ms-cosmos-is-query-plan-request", "").lower() == "true"
        if planned or request.headers.get("x-ms-documentdb-isquery", "").lower() == "true":
            return self._query(request, container, partition, body, planned=planned)
        if partition is None or len(json.loads(partition)) != len(container.paths):
            raise Refused(400, "BadRequest", "PartitionKey value must be supplied for this operation.")
        condition = request.headers.get("if-match")
        match request.method, rest:
            case "POST", []:
                return 201, self.account.write(container, partition, body, replaced=None, match=None), {}
            case "GET", [id]:
                return 200, self.account.read(container, partition, id), {}
            case "PUT", [id]:
                return 200, self.account.write(container, partition, body, replaced=id, match=condition), {}
            case "DELETE", [id]:
                self.account.delete(container, partition, id, match=condition)
                return 204, None, {}
        raise Refused(405, "MethodNotAllowed", "the emulator knows no such operation")

    def _query(self, request: Request, container: Container, partition: str | None, body: Any, *, planned: bool) -> Answer:
        query = queries.parse(body, container.properties.get("indexingPolicy", {"includedPaths": [{"path": "/*"}]}))
        if planned:
            return 200, query.plan(), {}
        physical = request.headers.get("x-ms-documentdb-partitionkeyrangeid")
        if partition is None and physical is None:
            if request.headers.get("x-ms-documentdb-query-enablecrosspartition", "").lower() != "true":
                raise Refused(400, "BadRequest", "Cross partition query is required but disabled.")
            message = "The provided cross partition query can not be directly served by the gateway."
            raise Refused(400, "BadRequest", message, sub=1004)
        rows = query.run(self.account.living(container, physical and physical.rpartition(",")[2], partition))
        size = int(request.headers.get("x-ms-max-item-count", "100"))
        start = int(request.headers.get("x-ms-continuation") or 0)
        page = rows[start : start + (size if size > 0 else 100)]
        ahead = start + len(page)
        more = {"x-ms-continuation": str(ahead)} if ahead < len(rows) else {}
        return 200, {"_rid": container.properties["_rid"], "Documents": page, "_count": len(page)}, more


def _signed(request: Request, parts: list[str], token: str) -> None:
    """Raises Refused unless the request carries the token, or without one is signed with the master key
    (learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources)."""
    # An odd number of parts ends in a type of resource, an even one in a name.
    kind = parts[-1] if len(parts) % 2 else parts[-2] if parts else ""
    link = "/".join(parts[:-1] if len(parts) % 2 else parts)
    text = f"{request.method.lower()}\n{kind}\n{link}\n{request.headers.get('x-ms-date', '').lower()}\n\n"
    wanted = base64.b64encode(hmac.digest(base64.b64decode(KEY), text.encode(), hashlib.sha256)).decode()
    given = unquote(request.headers.get("authorization", ""))
    wanted = f"type=aad&ver=1.0&sig={token}" if token else f"type=master&ver=1.0&sig={wanted}"
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise Refused(401, "Unauthorized", "The input authorization token can't serve the request.")


def _account(address: str) -> Mapping[str, Any]:
    place = [{"name": "Loopback", "databaseAccountEndpoint": address}]
    return {
        "id": "emulator",
        "_rid": "emulator",
        "writableLocations": place,
        "readableLocations": place,
        "enableMultipleWriteLocations": False,
        "userConsistencyPolicy": {"defaultConsistencyLevel": "Session"},
        "queryEngineConfiguration": "{}",
    }


def _ranges(container: Container, known: str) -> Answer:
    etag = '"ranges"'
    if known == etag:
        return 304, None, {"etag": etag}
    bounds = zip(PARTITIONS, [("", "7F"), ("7F", "FF")], strict=True)
    ranges = [
        {
            "id": id,
            "_rid": container.properties["_rid"],
            "minInclusive": low,
            "maxExclusive": high,
            "status": "online",
            "parents": [],
        }
        for id, (low, high) in bounds
    ]
    return 200, {"_rid": container.properties["_rid"], "PartitionKeyRanges": ranges, "_count": len(ranges)}, {"etag": etag}
