"""Model calls answered by files, so that any process beside Fusion can be the model.

In the folder, for each prompt:

    requests/ID.json    {"format": 1, "id": ID, "agent": "security", "work": "review",
                         "messages": [{"role": "system", "text": "..."}, ...],
                         "schema_name": "findings", "schema": {...},
                         "limits": {"output_tokens": 1500, "seconds": 120.0, "temperature": 0.0}}
    responses/ID.json   {"text": "..."} or {"value": {...}} or {"refusal": "..."}, and where it is known
                         "model": "...", "usage": {"input_tokens": 900, "output_tokens": 80, "cached_tokens": 0}

`ID` is the prompt's identity, so a prompt that was answered once is answered at once ever after. Requests appear whole; write
responses under another name and rename them. A response that does not read is given a second to become whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import stat
import tempfile
import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fusion.adapters.models.answers import MOST_TOKENS, clean, most_bytes, most_characters
from fusion.adapters.models.identity import identity
from fusion.errors import UserError
from fusion.model import Ending, Prompt, Response, Usage
from fusion.ports import Heard

FORMAT = 1
_LOOK = 0.05
"""Seconds between two looks for a response."""


class _Counted(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    input_tokens: int = Field(ge=0, le=MOST_TOKENS)
    output_tokens: int = Field(ge=0, le=MOST_TOKENS)
    cached_tokens: int = Field(default=0, ge=0, le=MOST_TOKENS)


class _Reply(BaseModel):
    """A response as its file says it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str | None = None
    value: dict[str, Any] | None = None
    refusal: str | None = None
    model: str = Field(default="exchange", max_length=128, pattern=r"^[\w .:/@+-]+$")
    usage: _Counted | None = None


class ExchangeModel:
    """The model is whoever answers in `folder`, which is made where it is missing."""

    def __init__(self, folder: Path, *, settled: float = 1.0) -> None:
        """`settled`: seconds that a response which does not read must stay as it is to count as broken."""
        self._settled = settled
        self._requests, self._responses = folder / "requests", folder / "responses"

    async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
        """Ask by a file and wait for the other one; see `fusion.ports.Model`. Raises UserError: the folder cannot be used."""
        name = f"{identity(prompt)}.json"
        most = most_bytes(prompt.limits.output_tokens)
        deadline = time.monotonic() + prompt.limits.seconds
        await asyncio.to_thread(self._ask, name, prompt)
        seen: bytes | None = None
        since = time.monotonic()
        while True:
            content = await asyncio.to_thread(self._look, name, most)
            now = time.monotonic()
            if content != seen:
                seen, since = content, now
            if content is not None:
                response = _read(content, prompt, most=most)
                if response.ending is not Ending.UNUSABLE or now - since >= self._settled or now >= deadline:
                    break
            elif now >= deadline:
                why = f"Nobody wrote responses/{name} within {prompt.limits.seconds:g} seconds."
                return Response(ending=Ending.TIMED_OUT, model="exchange", reason=why)
            await asyncio.sleep(_LOOK)
        if heard is not None and response.ending is Ending.OK:
            heard(response.text)
        return response

    def _ask(self, name: str, prompt: Prompt) -> None:
        request = {
            "format": FORMAT,
            "id": name.removesuffix(".json"),
            "agent": prompt.agent,
            "work": prompt.work.value,
            "messages": [message.model_dump(mode="json") for message in prompt.messages],
            "schema_name": prompt.schema_name,
            "schema": prompt.reply_schema,
            "limits": prompt.limits.model_dump(mode="json"),
        }
        try:
            for folder in (self._requests, self._responses):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if (self._requests / name).exists():
                return
            number, beside = tempfile.mkstemp(dir=self._requests, prefix=".", suffix=".new")
            try:
                with os.fdopen(number, "w", encoding="utf-8") as file:
                    json.dump(request, file, indent=1)
                Path(beside).replace(self._requests / name)
            except OSError:
                with contextlib.suppress(OSError):
                    Path(beside).unlink()
                raise
        except OSError as error:
            folder_of = self._requests.parent
            raise UserError(
                f"Model calls cannot be written to {folder_of} ({error.strerror}): name a folder that can be written to."
            ) from None

    def _look(self, name: str, most: int) -> bytes | None:
        """The response as it stands, up to one byte more than it may have; None: there is none. No plain file is empty."""
        try:
            # Neither through a link, nor waiting at a pipe: the folder is somebody else's too.
            number = os.open(self._responses / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                return b""
            with os.fdopen(number, "rb", closefd=False) as file:
                return file.read(most + 1)
        finally:
            os.close(number)


def _read(content: bytes, prompt: Prompt, *, most: int) -> Response:
    def unusable(reason: str) -> Response:
        return Response(ending=Ending.UNUSABLE, model="exchange", reason=reason)

    tokens = prompt.limits.output_tokens
    if len(content) > most:
        return unusable(f"The response file is longer than {most} bytes.")
    # The parser raises RecursionError on lists in lists in lists.
    try:
        reply = _Reply.model_validate(json.loads(content))
    except (ValidationError, ValueError, RecursionError):
        return unusable('The response file is not {"text": ...}, {"value": {...}} or {"refusal": ...}.')
    if [reply.text, reply.value, reply.refusal].count(None) != 2:
        return unusable("The response file must say one of text, value and refusal.")
    usage = None if reply.usage is None else Usage(**reply.usage.model_dump())
    if reply.refusal is not None:
        return Response(ending=Ending.REFUSED, model=reply.model, usage=usage, reason="The model declined to answer.")
    text = clean(reply.text if reply.text is not None else json.dumps(reply.value, ensure_ascii=False))
    if not text.strip() or len(text) > most_characters(tokens):
        return unusable("The reply is empty." if not text.strip() else f"The reply is longer than {tokens} tokens can be.")
    return Response(ending=Ending.OK, text=text, model=reply.model, usage=usage)
