"""The service's door: who may ask, how much, how often. What is inside never runs anything but the analyzers.

Plain ASGI 3.0, so that the image needs no web framework. A question is read only when there is a slot for it, within a time
and a size; whoever hangs up frees the slot, and the tool is stopped.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from fusion.evidence.service.answering import Answering
from fusion.evidence.service.contract import (
    EXAMINE,
    HEALTH,
    LIMITS,
    MEDIA_TYPE,
    PROBLEM,
    TOOLS,
    Limits,
    Question,
    values,
)

log = logging.getLogger("fusion.evidence.service")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_METHODS: Mapping[str, str] = {EXAMINE: "POST", TOOLS: "GET", HEALTH: "GET"}
_RETRY = "2"
"""Seconds after which whoever found no slot may ask again."""


class Refusal(Exception):
    """Why a request is not served; safe to show."""

    def __init__(self, status: HTTPStatus, detail: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers


class Gone(Exception):
    """Nobody waits for the answer any more."""


class App:
    """The ASGI application. An empty `token` asks for none; `at_once` questions are worked on at the same time."""

    def __init__(
        self,
        answering: Answering,
        *,
        token: str,
        at_once: int,
        patience: float = 10.0,
        slow: float = 60.0,
        limits: Limits = LIMITS,
    ) -> None:
        self._answering = answering
        self._token = token.encode()
        self._at_once = at_once
        self._slots = asyncio.Semaphore(at_once)
        self._patience = patience
        self._slow = slow
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            raise NotImplementedError(f"The evidence service speaks no {scope['type']}.")
        try:
            body = await self._served(scope, receive)
        except Gone:
            return
        except Refusal as refusal:
            await _refuse(send, refusal)
        except Exception as error:  # the host's edge: whoever asked hears of it, and the next question is answered
            log.error("A question could not be answered: %s.", type(error).__name__)
            await _refuse(send, Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, f"The service failed ({type(error).__name__})."))
        else:
            await _respond(send, HTTPStatus.OK, body)

    async def _served(self, scope: Scope, receive: Receive) -> bytes:
        path, method = scope["path"], scope["method"]
        wanted = _METHODS.get(path)
        if wanted is None:
            raise Refusal(HTTPStatus.NOT_FOUND, f"There are {', '.join(_METHODS)}.")
        if method != wanted:
            raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, f"{path} takes {wanted}.", (("allow", wanted),))
        if path == HEALTH:
            return b'{"status": "ok"}'
        self._admit(_values(scope, b"authorization"))
        if path == TOOLS:
            catalogue = await asyncio.to_thread(self._answering.catalogue, at_once=self._at_once)
            return catalogue.model_dump_json().encode()
        self._check(scope)
        async with _Slot(self._slots, self._patience):
            question = await asyncio.to_thread(_question, await self._body(receive), self._limits)
            return await _while_awaited(self._answering.answer(question), receive)

    def _admit(self, shown: list[bytes]) -> None:
        if not self._token:
            return
        scheme, _, token = (shown[0] if len(shown) == 1 else b"").partition(b" ")
        if scheme.lower() != b"bearer" or not hmac.compare_digest(token.strip(), self._token):
            asked = (("www-authenticate", 'Bearer realm="evidence"'),)
            raise Refusal(HTTPStatus.UNAUTHORIZED, "Show the service's token: Authorization: Bearer TOKEN.", asked)

    def _check(self, scope: Scope) -> None:
        """What can be told before the body: web pages of others, which a browser would send, are refused here, too."""
        media = [value.partition(b";")[0].strip().lower() for value in _values(scope, b"content-type")]
        if media != [MEDIA_TYPE.encode()] or _values(scope, b"content-encoding"):
            raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"A question is {MEDIA_TYPE}, and not compressed.")
        for value in _values(scope, b"content-length"):
            if value.isdigit() and (len(value) > 18 or int(value) > self._limits.question):
                raise self._too_large()

    def _too_large(self) -> Refusal:
        most = f"A question is at most {self._limits.question:,} bytes; ask about fewer files at a time."
        return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, most)

    async def _body(self, receive: Receive) -> bytes:
        body = bytearray()
        try:
            async with asyncio.timeout(self._slow):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Gone
                    body += message.get("body", b"")
                    if len(body) > self._limits.question:
                        raise self._too_large()
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            late = f"The question did not arrive within {self._slow:g} s."
            raise Refusal(HTTPStatus.REQUEST_TIMEOUT, late, (("connection", "close"),)) from None


class _Slot:
    """One of the slots, if one becomes free in time."""

    def __init__(self, slots: asyncio.Semaphore, patience: float) -> None:
        self._slots = slots
        self._patience = patience

    async def __aenter__(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._slots.acquire()
        except TimeoutError:
            busy = "All slots are taken; ask again later."
            raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, busy, (("retry-after", _RETRY),)) from None

    async def __aexit__(self, *_: object) -> None:
        self._slots.release()


def _question(body: bytes, limits: Limits) -> Question:
    """The question. Messages name the place and the rule, never what was sent."""
    if values(body) > limits.values:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, f"The question has more than {limits.values:,} values.")
    try:
        return Question.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        if first["type"] == "json_invalid":
            raise Refusal(HTTPStatus.BAD_REQUEST, "The question is no JSON.") from None
        field = str(first["loc"][0]) if first["loc"] and str(first["loc"][0]) in Question.model_fields else "the question"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, f"{field}: {first['msg'].removeprefix('Value error, ')}.") from None


async def _while_awaited(work: Awaitable[bytes], receive: Receive) -> bytes:
    """What the work comes to. Raises Gone when nobody waits for it any more: the work is cancelled and has ended then."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise Gone
        return working.result()
    finally:
        leaving.cancel()
        working.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _values(scope: Scope, name: bytes) -> list[bytes]:
    headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
    return [value for key, value in headers if key.lower() == name]


async def _refuse(send: Send, refusal: Refusal) -> None:
    status = refusal.status
    problem = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": refusal.detail}
    await _respond(send, status, json.dumps(problem).encode(), media_type=PROBLEM, headers=refusal.headers)


async def _respond(
    send: Send,
    status: HTTPStatus,
    body: bytes,
    *,
    media_type: str = MEDIA_TYPE,
    headers: tuple[tuple[str, str], ...] = (),
) -> None:
    told = [
        ("content-type", media_type),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        *headers,
    ]
    start = {"type": "http.response.start", "status": status.value}
    await send({**start, "headers": [(name.encode(), value.encode()) for name, value in told]})
    await send({"type": "http.response.body", "body": body})
