"""Speaks to an OpenAI-compatible server: one streamed, schema-bound chat completion at a time, what goes wrong told by kind.

It keeps to what vLLM and llama.cpp share: `POST /v1/chat/completions` with `response_format` of type `json_schema`, `stream`
and `stream_options.include_usage`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import aiohttp

from gpu_worker.contract import ChatMessage, Limits
from gpu_worker.engines.stream import Malformed, Stream, said
from gpu_worker.protocols import EngineFailed, Generation

CHARACTERS_PER_TOKEN = 64
"""More text than that for a token allowed means a server that does not keep its limit."""

SCHEMA_NAME = "reply"

Ending = Literal["ok", "unusable", "refused", "invalid", "timed_out"]


class OpenAIClient:
    """The client of one server; an async context manager that holds its connections.

    `address`: `http://127.0.0.1:8001`, without `/v1`. Neither proxies nor redirects are followed: what it is told stays there.
    """

    def __init__(self, address: str, model: str, *, key: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._address = address.rstrip("/")
        self._model = model
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> OpenAIClient:
        self._session = aiohttp.ClientSession(
            # A connection each: the server may close an idle one at the very moment it is used again.
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            timeout=aiohttp.ClientTimeout(total=None),
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def answers(self, path: str, seconds: float) -> bool:
        """Whether a GET of the path answers 200 within that time."""
        return await self.read(path, seconds) is not None

    async def read(self, path: str, seconds: float) -> str | None:
        """The text at a path of the server; None when it does not answer 200 within that time."""
        try:
            async with asyncio.timeout(seconds):
                async with self._connected.get(self._address + path, headers=self._headers, allow_redirects=False) as response:
                    return await response.text() if response.status == 200 else None
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return None

    async def generate(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any], limits: Limits) -> Generation:
        """One generation. Raises EngineFailed where another try may go better; all else is the generation's ending."""
        begun = self._clock()
        stream = Stream()
        first: float | None = None

        def ended(ending: Ending, reason: str = "") -> Generation:
            tokens = stream.counted
            return Generation(
                ending=ending,
                text=stream.text,
                reason=reason,
                model=stream.model or self._model,
                input_tokens=tokens.input_tokens if tokens else 0,
                output_tokens=tokens.output_tokens if tokens else 0,
                cached_tokens=tokens.cached_tokens if tokens else 0,
                first_token_seconds=first,
                seconds=self._clock() - begun,
            )

        most = (limits.output_tokens + 1) * CHARACTERS_PER_TOKEN
        received = 0
        try:
            async with asyncio.timeout(limits.seconds), self._post(messages, schema, limits) as response:
                if response.status != 200:
                    return ended(*_declined(response.status, _message(await response.content.read(1 << 16))))
                async for data in response.content.iter_any():
                    piece = stream.feed(data)
                    received += len(piece)
                    if piece and first is None:
                        first = self._clock() - begun
                    if received > most:
                        return ended("unusable", f"The model did not stop at its limit of {limits.output_tokens} tokens.")
                    if stream.done or stream.error:
                        break
        except TimeoutError:
            return ended("timed_out", f"The model was not done within {limits.seconds:g} s.")
        except Malformed as error:
            raise EngineFailed(f"The engine's stream cannot be read: {error}.") from None
        except (aiohttp.ClientError, OSError) as error:
            raise EngineFailed(f"The connection to the engine broke: {type(error).__name__}.") from None
        if stream.error:
            raise EngineFailed(f"The engine failed in the middle of a generation: {stream.error}.")
        if not stream.done and not stream.finish:
            raise EngineFailed("The engine closed its stream before the end.")
        return ended(*_finished(stream, limits))

    def _post(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any], limits: Limits) -> Any:
        body = {
            "model": self._model,
            "messages": [{"role": message.role, "content": message.text} for message in messages],
            "max_tokens": limits.output_tokens,
            "temperature": limits.temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": SCHEMA_NAME, "strict": True, "schema": dict(schema)},
            },
        }
        return self._connected.post(
            self._address + "/v1/chat/completions",
            data=json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
            headers={**self._headers, "Content-Type": "application/json", "Accept": "text/event-stream"},
            allow_redirects=False,
        )

    @property
    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise EngineFailed("The client of the engine is not open.")
        return self._session


def _declined(status: int, message: str) -> tuple[Ending, str]:
    """What an HTTP status other than 200 means. Raises EngineFailed where the prompt is not to blame."""
    if status in (400, 413, 422):
        return "invalid", f"The engine does not take the prompt ({status}): {message or 'it does not say why'}."
    if status == 429:
        full = "The engine answered 429: it is full, and the job goes back to the queue to be tried again"
        raise EngineFailed(f"{full} ({message})." if message else f"{full}.")
    raise EngineFailed(f"The engine answered {status}: {message or 'it does not say why'}.")


def _finished(stream: Stream, limits: Limits) -> tuple[Ending, str]:
    if stream.finish == "length":
        if stream.counted and 0 < stream.counted.output_tokens < limits.output_tokens:
            return "unusable", "The reply was cut off: together with its prompt it is longer than the model's context."
        return "unusable", f"The reply was cut off at {limits.output_tokens} tokens."
    if stream.finish == "content_filter":
        return "refused", "The model declined."
    if not stream.text.strip():
        return "unusable", "The model said nothing."
    return "ok", ""


def _message(body: bytes) -> str:
    """What the body of an error says, clipped: it may quote the prompt, of which no more than that is passed on."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if isinstance(document, dict):
        return said(document.get("error") or document.get("message") or "").rstrip(".")
    return ""
