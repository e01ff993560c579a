"""A pool of dynamic sessions on loopback: each identifier gets a service of its own, and anything may be wrong with it.

with Pool(make) as pool:
    pool.next(Trouble.COLD, Trouble.DYING)      # what the next questions meet, in order
    ... HttpSessions(pool.url, token=..., pool=True)

`make` gives the ASGI application that one session's container is. Identifiers, sign-in and what a full pool answers are as the
service's documentation has them.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from types import TracebackType
from typing import Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Scope

from tests.fakes.github.wire import Cut, Wire, die

TOKEN = "a-token-of-entra-id-for-a-pool"
_IDENTIFIER = re.compile(r"[A-Za-z0-9|&^%$#(){}\[\];<>-]{4,128}")


class Trouble(StrEnum):
    """What a question may meet."""

    COLD = "cold"
    """No session is up yet: 503."""
    FULL = "full"
    """All sessions are taken: 429, with the seconds to wait."""
    NONE_LEFT = "none left"
    """The same as the documentation has it: 404."""
    GARBAGE = "garbage"
    """200, and a page for people."""
    FLOOD = "flood"
    """200, and JSON without an end."""
    SLOW = "slow"
    """Never an answer."""
    DRIP = "drip"
    """200, a byte at a time."""
    DYING = "dying"
    """The connection is reset."""
    HALF = "half"
    """The answer ends in its middle."""
    CRASHED = "crashed"
    """500, as a container's server answers when its worker is gone."""
    ELSEWHERE = "elsewhere"
    """A redirect."""


class Pool:
    """At most `size` sessions at a time; those that ended make room.

    `kills`: a question that holds these bytes, as base64 has them, ends its session. `lie` is done to each whole answer's JSON.
    """

    def __init__(
        self,
        make: Callable[[], ASGIApp],
        *,
        size: int = 100,
        kills: bytes = b"",
        lie: Callable[[bytes], bytes] | None = None,
    ) -> None:
        self._make, self._size, self._kills, self.lie = make, size, kills, lie
        self._troubles: deque[Trouble] = deque()
        self._sessions: dict[str, ASGIApp] = {}
        self.used: list[str] = []
        """Identifiers in the order of their first questions."""
        self.stopped: list[str] = []
        self._over = threading.Event()
        self.begun = threading.Event()
        """A session was given out."""
        self.questions = 0
        self.sizes: list[int] = []
        """Bytes of each question."""
        self._wire = Wire(
            Starlette(
                routes=[
                    Route("/examine", self._examine, methods=["POST"]),
                    Route("/tools", self._tools),
                    Route("/.management/stopSession", self._stop, methods=["POST"]),
                ]
            )
        )
        self.url = self._wire.url

    def __enter__(self) -> Self:
        self._wire.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._wire.stop()

    def next(self, *troubles: Trouble) -> None:
        """What the next questions meet."""
        self._troubles.extend(troubles)

    @property
    def living(self) -> int:
        """Sessions that have not ended."""
        return len(self._sessions)

    async def _examine(self, request: Request) -> Response:
        if (refused := self._refused(request)) is not None:
            return refused
        identifier = request.query_params["identifier"]
        if identifier in self.used:
            return PlainTextResponse("this session was another question's", 409)
        body = await request.body()
        self.questions += 1
        self.sizes.append(len(body))
        trouble = self._troubles.popleft() if self._troubles else None
        if trouble is Trouble.NONE_LEFT or (trouble is None and len(self._sessions) >= self._size):
            return JSONResponse({"error": {"code": "SessionPoolFull", "message": "no session can be allocated"}}, 404)
        if trouble is Trouble.COLD:
            return JSONResponse({"error": {"code": "Unavailable"}}, 503)
        if trouble is Trouble.FULL:
            return JSONResponse({"error": {"code": "TooManyRequests"}}, 429, {"retry-after": "1"})
        self.used.append(identifier)
        self.begun.set()
        session = self._sessions[identifier] = self._make()
        if trouble is None and self._kills and self._kills in body:
            trouble = Trouble.DYING
        if trouble is Trouble.SLOW:
            await asyncio.to_thread(self._over.wait, 60)
        if trouble is not None:
            return await _troubled(trouble, request)
        return await self._forwarded(session, request, body)

    async def _tools(self, request: Request) -> Response:
        """A session of its own, which no question has."""
        if (refused := self._refused(request)) is not None:
            return refused
        session = self._sessions[request.query_params["identifier"]] = self._make()
        return await self._forwarded(session, request, b"")

    async def _forwarded(self, session: ASGIApp, request: Request, body: bytes) -> Response:
        """What the session's container answers. It is told neither who signed in nor the identifier."""
        kept = [(name, value) for name, value in request.scope["headers"] if name != b"authorization"]
        scope: Scope = {**request.scope, "query_string": b"", "headers": kept, "app": None}
        given = deque([{"type": "http.request", "body": body, "more_body": False}])
        sent: list[Message] = []

        async def receive() -> Message:
            return given.popleft() if given else await asyncio.Future()

        async def send(message: Message) -> None:
            sent.append(message)

        await session(scope, receive, send)
        answer = b"".join(part.get("body", b"") for part in sent[1:])
        if self.lie is not None and sent[0]["status"] == 200:
            answer = self.lie(answer)
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"] if name.lower() != b"content-length"}
        return Response(answer, sent[0]["status"], headers)

    async def _stop(self, request: Request) -> Response:
        if (refused := self._refused(request)) is not None:
            return refused
        if "api-version" not in request.query_params:
            return PlainTextResponse("api-version is missing", 400)
        identifier = request.query_params["identifier"]
        if self._sessions.pop(identifier, None) is None:
            return PlainTextResponse("no such session", 404)
        self.stopped.append(identifier)
        return PlainTextResponse(f"Session {identifier} stopped.")

    @staticmethod
    def _refused(request: Request) -> Response | None:
        given = request.headers.get("authorization", "")
        if not given:
            return PlainTextResponse("", 401)
        if given != f"Bearer {TOKEN}":
            return PlainTextResponse("", 403)
        if not _IDENTIFIER.fullmatch(request.query_params.get("identifier", "")):
            return PlainTextResponse("the identifier is missing or not one", 400)
        return None


async def _troubled(trouble: Trouble, request: Request) -> Response:
    match trouble:
        case Trouble.GARBAGE:
            return Response("<html>It works!</html>", 200, media_type="text/html")
        case Trouble.FLOOD:
            return StreamingResponse(
                _endless(b'{"schema_version": 1, "tool": "' + b"x" * 65_536), media_type="application/json"
            )
        case Trouble.DRIP:
            return StreamingResponse(_endless(b" ", pause=0.02), media_type="application/json")
        case Trouble.DYING:
            return await die(request)
        case Trouble.HALF:
            return Cut(JSONResponse({"schema_version": 1, "tool": "x" * 1000}), request)
        case Trouble.ELSEWHERE:
            return Response(status_code=307, headers={"location": "http://127.0.0.1:9/examine"})
    return PlainTextResponse("worker died", 500)


async def _endless(chunk: bytes, *, pause: float = 0.0) -> AsyncIterator[bytes]:
    while True:
        yield chunk
        await asyncio.sleep(pause)
