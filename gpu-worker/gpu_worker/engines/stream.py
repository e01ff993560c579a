"""Reads a streamed chat completion, piece by piece, without doing I/O.

Source: server-sent events (WHATWG HTML, section 9.2) that carry OpenAI's `chat.completion.chunk` objects, ended by `[DONE]`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

MOST_LINE = 1 << 20
"""Bytes of one event at most: a server that never ends its line must not fill the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Tokens as the server counted them."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0


class Malformed(ValueError):
    """What came is not a stream of chat completion chunks."""


class Stream:
    """One reply as it comes in: feed it bytes, read `text`, and look at `done`, `finish`, `counted` and `error`."""

    def __init__(self) -> None:
        self._rest = b""
        self._pieces: list[str] = []
        self.done = False
        """The server said that nothing follows."""
        self.finish = ""
        """Why the model stopped: `stop`, `length`, `content_filter`."""
        self.model = ""
        self.counted: Counted | None = None
        self.error = ""
        """What the server reported in the middle of the stream."""

    @property
    def text(self) -> str:
        """What was generated so far."""
        return "".join(self._pieces)

    def feed(self, data: bytes) -> str:
        """Take what came in; returns the text that it added. Raises Malformed."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > MOST_LINE:
            raise Malformed("an event has no end")
        before = len(self._pieces)
        for line in lines:
            if line.startswith(b"data:") and not self.done:
                self._event(line[len(b"data:") :].strip())
        return "".join(self._pieces[before:])

    def _event(self, data: bytes) -> None:
        if data == b"[DONE]":
            self.done = True
            return
        if not data:
            return
        try:
            chunk = json.loads(data)
        except (ValueError, RecursionError):
            raise Malformed("an event is not JSON") from None
        if not isinstance(chunk, dict):
            raise Malformed("an event is not an object")
        if chunk.get("error"):
            self.error = said(chunk["error"])
        self.model = self.model or _text(chunk.get("model"))
        if isinstance(chunk.get("usage"), dict):
            self.counted = counted(chunk["usage"])
        choices = chunk.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            return
        delta = choices[0].get("delta")
        if isinstance(delta, dict) and (piece := _text(delta.get("content"))):
            self._pieces.append(piece)
        self.finish = _text(choices[0].get("finish_reason")) or self.finish


def counted(usage: dict[str, Any]) -> Counted:
    """The tokens that a `usage` object tells of; what is missing or no number counts 0."""
    details = usage.get("prompt_tokens_details")
    asked = _number(usage.get("prompt_tokens"))
    cached = _number(details.get("cached_tokens")) if isinstance(details, dict) else 0
    return Counted(input_tokens=asked, output_tokens=_number(usage.get("completion_tokens")), cached_tokens=min(cached, asked))


def said(error: object, most: int = 200) -> str:
    """What an error object of an OpenAI-compatible server says, on one line and clipped."""
    message = error.get("message") if isinstance(error, dict) else error
    text = " ".join("".join(char if char.isprintable() else " " for char in str(message)).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
