"""The web side of `fusion serve`: deliveries in, health, readiness and metrics out.

    POST /github     a delivery: verified, enqueued, 202; what asks nothing of Fusion is answered 200 with the reason
    GET  /healthz    200 while the process lives
    GET  /readyz     200 while deliveries can be kept and worked on, else 503 and why
    GET  /metrics    for Prometheus
    /api/exceptions  what is accepted for a time: see `fusion.granting`

The body of a delivery is read at most to GitHub's limit of 25 MB, and nothing of it is interpreted before its signature holds.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from fusion import events
from fusion.deliveries import Answer, refused, take
from fusion.errors import FusionError
from fusion.granting import LIMIT, METHODS, ROUTE, Door, Reply, Visitor, too_large
from fusion.ports import Measured, Queue
from fusion.ports.telemetry import OFF, Telemetry
from fusion.render.text import one_line
from fusion.serve.logs import about
from fusion.serve.metrics import CONTENT_TYPE, Metrics
from fusion.telemetry.metering import tell
from fusion.telemetry.watching import of_delivery

log = logging.getLogger("fusion.serve")


def application(
    *,
    secrets: Sequence[bytes],
    queue: Queue,
    metrics: Metrics,
    ready: Callable[[], str],
    app_slug: str = "",
    app_id: int = 0,
    door: Door | None = None,
    granting: Callable[[Visitor, bytes], Awaitable[Reply]] | None = None,
    patience: float = 30.0,
    telemetry: Telemetry = OFF,
) -> FastAPI:
    """The ASGI application. `ready` says why not, or nothing. Raises ValueError without a secret: there is no open door.

    `patience`: seconds for a body; GitHub itself gives up after 10.

    `door` says who may ask about exceptions, `granting` answers them; without both the routes are not there.
    """
    if not secrets:
        raise ValueError("a webhook needs a secret")
    app = FastAPI(
        title="Fusion",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        # It would believe anybody's `traceparent`, and with one environment variable tell a collector what was thrown.
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
    )
    app.add_middleware(_OneEnd)

    @app.post("/github", status_code=202)
    async def github(request: Request) -> Response:
        """A webhook delivery of GitHub."""
        began = time.perf_counter()
        event = request.headers.get("x-github-event", "")
        delivery = one_line(request.headers.get("x-github-delivery", ""))[:128]
        with about(delivery=delivery):
            answer = await _receive(request)
        tell(metrics.meter, of_delivery(event, answer.body["answer"], time.perf_counter() - began))
        return _json(answer.status, answer.body, answer.headers)

    async def _receive(request: Request) -> Answer:
        try:
            body = await _body(request, patience)
        except events.TooLarge as error:
            log.warning("a delivery is refused: %s", error)
            return refused(error)
        except ClientDisconnect:
            return Answer(status=400, body={"answer": "refused", "error": "The delivery broke off."})
        except TimeoutError:
            return Answer(status=408, body={"answer": "refused", "error": _LATE}, headers=_CLOSE)
        return await take(
            secrets,
            request.headers,
            body,
            queue=queue,
            app_slug=app_slug,
            app_id=app_id,
            received=datetime.now(UTC),
            telemetry=telemetry,
        )

    @app.api_route("/healthz", methods=["GET", "HEAD"])
    async def healthz() -> Response:
        """Whether the process lives."""
        return _json(200, {"status": "alive"})

    @app.api_route("/readyz", methods=["GET", "HEAD"])
    async def readyz() -> Response:
        """Whether deliveries can be kept and worked on."""
        why = ready()
        return _json(503 if why else 200, {"status": "not ready", "why": why} if why else {"status": "ready"})

    @app.get("/metrics")
    async def exposition() -> Response:
        """Counters and gauges."""
        if isinstance(queue, Measured):
            # A scrape is answered while the queue's disk is full, too.
            with contextlib.suppress(FusionError):
                metrics.queue(await queue.depth())
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    if door is not None and granting is not None:
        _add_exceptions(app, door, granting, patience)
    return app


_LATE = "The body did not come in time: send it again, whole."
_CLOSE = {"Connection": "close"}
"""Of a connection on which the rest of a body may still come."""


def _add_exceptions(app: FastAPI, door: Door, granting: Callable[[Visitor, bytes], Awaitable[Reply]], patience: float) -> None:
    async def exceptions(request: Request, id: str = "") -> Response:
        """What is accepted for a time."""
        found = await _answered(request, id)
        return _json(found.status, found.body, found.headers)

    async def _answered(request: Request, id: str) -> Reply:
        visitor = door.visitor(request.method, request.headers.items(), request.query_params.multi_items(), id=id)
        if isinstance(visitor, Reply):
            return visitor
        try:
            body = await _body(request, patience, LIMIT) if visitor.brings else b""
        except events.TooLarge:
            return too_large()
        except ClientDisconnect:
            return Reply(status=400, body={"error": "The request broke off."})
        except TimeoutError:
            return Reply(status=408, body={"error": _LATE}, headers=_CLOSE)
        return await granting(visitor, body)

    for route in (ROUTE, f"{ROUTE}/{{id}}"):
        app.add_api_route(route, exceptions, methods=list(METHODS), include_in_schema=False, response_model=None)


async def _body(request: Request, patience: float, limit: int = events.LIMIT) -> bytes:
    """The body, refused as soon as it is too long: what its header claims is not believed, nor waited for.

    Raises TimeoutError when it is not whole within `patience` seconds.
    """
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said[:12]) > limit:
        raise events.TooLarge(f"The body has {said[:12]} bytes; at most {limit:,} are taken.")
    parts: list[bytes] = []
    size = 0
    async with asyncio.timeout(patience):
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise events.TooLarge(f"The body has more than {limit:,} bytes.")
            parts.append(part)
    return b"".join(parts)


class _OneEnd:
    """Refuses a request that says in two ways where it ends, and closes its connection (RFC 9112, 6.1).

    A proxy that believes the other way would take what follows for somebody else's request.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        names = {name for name, _ in scope["headers"]} if scope["type"] == "http" else set()
        if names >= {b"content-length", b"transfer-encoding"}:
            why = "The request has a Content-Length and a Transfer-Encoding: send one of them."
            await _json(400, {"answer": "refused", "error": why}, _CLOSE)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _json(status: int, value: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.dumps(value), status_code=status, media_type="application/json", headers=headers)
