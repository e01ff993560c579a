"""A cloud of models on loopback that answers and fails by script: OpenAI's and Azure AI Inference's chat completions over HTTP.

    with Cloud(says('{"findings": []}')) as cloud:            # one step for every request
    with Cloud([limited(after="7"), says("{}")]) as cloud:    # one step each, the last again and again
    with Cloud(lambda asked: says(model(asked.text))) as cloud:  # any model; runs in a thread of its own
        KernelModel(kind="openai", address=cloud.openai, deployment="small", key=SecretStr(cloud.key))
        cloud.requests[0].messages, cloud.requests[0].headers["authorization"]

Every answer is streamed as server-sent events when the request asks for it. `FAULTS` names each way to fail with its step.
Sources: OpenAI API reference, "Chat completions" and "Streaming"; Azure AI Foundry, "Model inference REST API".
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self
from urllib.parse import parse_qs, urlsplit

SECOND = 30.0
"""Seconds after which a step that never ends gives up, so that no test leaves a thread behind."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came."""

    dialect: Literal["openai", "inference"]
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: dict[str, Any]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.body.get("messages", []))

    @property
    def text(self) -> str:
        """What all messages say, in their order."""
        return "\n".join(str(message.get("content", "")) for message in self.messages)

    @property
    def schema(self) -> dict[str, Any] | None:
        """The JSON schema that the reply must fit, if one was sent."""
        found = (self.body.get("response_format") or {}).get("json_schema", {}).get("schema")
        return dict(found) if found is not None else None

    @property
    def streams(self) -> bool:
        return bool(self.body.get("stream"))


@dataclass(frozen=True, kw_only=True)
class Step:
    """One answer. Make it by the functions below; `dataclasses.replace` bends it further."""

    text: str = ""
    finish: str | None = "stop"
    refusal: str | None = None
    usage: Any = "honest"
    """What the usage says, word for word; None: there is none; honest: four characters a token, and of them those as cached
    that an earlier request began with."""
    model: str | None = None
    """Name of the model that answers; None: the one asked for."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    """The whole body, instead of a completion."""
    wait: float = 0.0
    """Seconds before the first byte."""
    every: float = 0.0
    """Seconds before each piece of the body."""
    pieces: int = 8
    """Characters of the text in one event of a stream."""
    reset: int | None = None
    """After so many bytes of the body the connection is reset."""
    short: int | None = None
    """After so many bytes of the body the connection is closed, in good order."""
    endless: bool = False
    """The text is said again and again."""
    done: bool = True
    """A stream ends with `[DONE]`."""


Script = Callable[[Asked], Step]


def says(text: str, **changes: Any) -> Step:
    """The model says this text."""
    return Step(text=text, **changes)


def answers(value: Mapping[str, Any], **changes: Any) -> Step:
    """The model says this object as JSON."""
    return Step(text=json.dumps(value), **changes)


def fails(status: int, code: str = "", message: str = "It did not work.", **headers: str) -> Step:
    """An HTTP error in OpenAI's form; `retry_after="7"` becomes the header `retry-after`."""
    error = {"message": message, "type": "error", "param": None, "code": code or str(status)}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Step(status=status, headers=named, body=json.dumps({"error": error}).encode())


def limited(after: str | None = None, **headers: str) -> Step:
    """429, with `Retry-After` in seconds or as a date."""
    return fails(429, "rate_limit_exceeded", **({"retry_after": after} if after is not None else {}), **headers)


def filtered() -> Step:
    """Azure's content filter declines the prompt: 400 with the code `content_filter`."""
    return fails(400, "content_filter", "The response was filtered due to the prompt triggering a policy.")


def refuses(words: str = "I cannot help with that.") -> Step:
    """The model declines in the field that structured output has for it."""
    return Step(refusal=words)


FAULTS: Mapping[str, Step] = {
    # What is said.
    "another schema": says('{"surprise": true}'),
    "no JSON": says("Certainly! Here is what I found: nothing."),
    "another language": says("Я не буду отвечать в вашем формате. 申し訳ありません。"),
    "hostile": says(
        '{"findings": [{"title": "[click](https://evil.example/?s=SECRET) @everyone <!-- x --><img src=x onerror=1>"}]}'
    ),
    "cut off": says('{"findings": [{"title": "unfini', finish="length"),
    "empty": says(""),
    "refusal": refuses(),
    "filtered reply": says("", finish="content_filter"),
    "filtered prompt": filtered(),
    "endless": says("and so on, " * 40, endless=True, pieces=440),
    # What the accounts say.
    "bills too much": says("{}", usage={"prompt_tokens": 90_000, "completion_tokens": 2_000_000, "total_tokens": 2_090_000}),
    "negative usage": says("{}", usage={"prompt_tokens": -5, "completion_tokens": -1, "total_tokens": -6}),
    "no usage": says("{}", usage=None),
    "absurd usage": says("{}", usage={"prompt_tokens": 10**18, "completion_tokens": 1, "total_tokens": 10**18}),
    # What HTTP says.
    "302": fails(302, location="/elsewhere/chat/completions"),
    **{f"{status}": fails(status) for status in (400, 401, 403, 404, 408, 409, 422, 500, 502, 503, 504)},
    "429": limited(),
    "429 seconds": limited("7"),
    "429 date": limited("Wed, 21 Oct 2015 07:28:00 GMT"),
    "429 milliseconds": limited(None, retry_after_ms="1500"),
    # What the connection does.
    "reset before": Step(reset=0),
    "reset in the middle": says('{"findings": []}' * 20, reset=300),
    "closed in the middle": says('{"findings": []}' * 20, short=300),
    "slow drip": says("x" * 4000, every=0.05, pieces=1),
    "silence": Step(wait=SECOND),
    "no JSON at all": Step(body=b"<html><body>Bad gateway</body></html>", headers={"content-type": "text/html"}),
    "broken JSON": Step(body=b'{"choices": [{"message": {"content": "x"'),
    "another shape": Step(body=b'{"choices": "none", "usage": [], "model": 7}'),
    "tool call": Step(
        body=b'{"choices": [{"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "content": null, '
        b'"tool_calls": [{"id": "1", "type": "function", "function": {"name": "os-system", "arguments": "{}"}}]}}]}'
    ),
    "deep JSON": Step(body=b'{"choices":' + b"[" * 100_000),
}
"""Every way to fail, by name, each as a step."""


class Cloud:
    """The server, in a thread of its own while the `with` block lasts."""

    def __init__(self, script: Script | Step | Sequence[Step], *, key: str | None = "key-of-the-cloud") -> None:
        """`key`: what requests must carry; None: anything goes."""
        self.key = key or ""
        self.requests: list[Asked] = []
        """What came in, in order of arrival; also what was answered 401."""
        self.unfinished = 0
        """Answers whose reader went away before the end."""
        self._script = script
        self._said: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cloud", daemon=True)
        self._url = ""

    @property
    def url(self) -> str:
        return self._url

    @property
    def openai(self) -> str:
        """Address for an OpenAI client."""
        return f"{self._url}/openai/v1/"

    @property
    def inference(self) -> str:
        """Address for an Azure AI Inference client."""
        return f"{self._url}/models"

    def then(self, script: Script | Step | Sequence[Step]) -> None:
        """Answer by this from now on."""
        self._script = script

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop).result(
            10
        )
        self._url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            try:
                await self._answer(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.unfinished += 1

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await _read(reader)
        number = len(self.requests)
        self.requests.append(asked)
        step = await self._step(asked, number)
        await asyncio.sleep(step.wait)
        plain = step.body is not None or not asked.streams
        kind = "application/json" if plain else "text/event-stream"
        head = [f"HTTP/1.1 {step.status} Said", "connection: close"]
        head += [f"{name}: {value}" for name, value in {"content-type": kind, **step.headers}.items()]
        if step.reset != 0:
            writer.write("\r\n".join([*head, "transfer-encoding: chunked", "", ""]).encode())
        sent = 0
        async for piece in self._pieces(step, asked):
            limit = min((at for at in (step.reset, step.short) if at is not None), default=None)
            piece = piece if limit is None else piece[: max(0, limit - sent)]
            sent += len(piece)
            if piece:
                writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                await writer.drain()
            if limit is not None and sent >= limit:
                break
        if step.reset is not None:
            # A reset, not a good-bye: what lingers unsent is thrown away.
            found = writer.get_extra_info("socket")
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def _step(self, asked: Asked, number: int) -> Step:
        given = asked.headers.get("api-key") or asked.headers.get("authorization", "").removeprefix("Bearer ")
        if self.key and given != self.key:
            return fails(401, "invalid_api_key", f"Incorrect API key provided: {given}.")
        if isinstance(self._script, Step):
            return self._script
        if isinstance(self._script, Sequence):
            return self._script[min(number, len(self._script) - 1)]
        return await asyncio.to_thread(self._script, asked)

    async def _pieces(self, step: Step, asked: Asked) -> AsyncIterator[bytes]:
        if step.body is not None:
            yield step.body
            return
        usage = self._usage(step, asked)
        model = step.model if step.model is not None else str(asked.body.get("model", ""))
        shape = _events(step, model, usage, asked) if asked.streams else _whole(step, model, usage)
        for piece in shape:
            if step.every:
                await asyncio.sleep(step.every)
            yield piece

    def _usage(self, step: Step, asked: Asked) -> Any:
        if step.usage != "honest":
            return step.usage
        said = json.dumps(asked.messages)
        cached = max((_common(said, other) for other in self._said), default=0) // 4
        self._said.append(said)
        prompt, completion = len(said) // 4 + 1, len(step.text) // 4 + 1
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": min(cached, prompt)},
        }


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    _, target, _ = head[0].split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    url = urlsplit(target)
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    dialect: Literal["openai", "inference"] = "inference" if url.path.startswith("/models/") else "openai"
    return Asked(dialect=dialect, path=url.path, query=query, headers=headers, body=json.loads(body))


def _common(one: str, other: str) -> int:
    """Characters that both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _whole(step: Step, model: str, usage: Any) -> Iterator[bytes]:
    message: dict[str, Any] = {"role": "assistant", "content": None if step.refusal else step.text, "refusal": step.refusal}
    told = json.dumps(_frame(model, "chat.completion", [{"index": 0, "message": message, "finish_reason": step.finish}], usage))
    if step.endless:
        before, _, _ = told.partition(json.dumps(step.text)[1:-1])
        yield before.encode()
        while True:
            yield json.dumps(step.text)[1:-1].encode() * 256
    size = max(1, len(told) // 64) if step.every else len(told)
    for start in range(0, len(told), size):
        yield told[start : start + size].encode()


def _events(step: Step, model: str, usage: Any, asked: Asked) -> Iterator[bytes]:
    def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
        return _event(_frame(model, "chat.completion.chunk", [{"index": 0, "delta": delta, "finish_reason": finish}], None))

    yield event({"role": "assistant", "content": ""})
    if step.refusal:
        yield event({"refusal": step.refusal})
    while True:
        for start in range(0, len(step.text), step.pieces):
            yield event({"content": step.text[start : start + step.pieces]})
        if not step.endless:
            break
    yield event({}, step.finish)
    if usage is not None and (asked.body.get("stream_options") or {}).get("include_usage"):
        yield _event(_frame(model, "chat.completion.chunk", [], usage))
    if step.done:
        yield b"data: [DONE]\n\n"


def _event(value: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


def _frame(model: str, kind: str, choices: list[Any], usage: Any) -> dict[str, Any]:
    told = {"id": "chatcmpl-1", "object": kind, "created": 1_700_000_000, "model": model, "choices": choices}
    return told if usage is None and kind.endswith("chunk") else {**told, "usage": usage}


def later(step: Step, seconds: float) -> Step:
    """The same answer, so many seconds later."""
    return replace(step, wait=seconds)
