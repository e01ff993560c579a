"""Model calls as they once were: written down beside the calls, and played back byte for byte without a model.

The file has one JSON object a line: `{"prompt": IDENTITY, "response": {...}}`. Where a prompt was asked several times its
replies come in the order in which they were written, the last one again and again.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import defaultdict
from pathlib import Path

from pydantic import ValidationError

from fusion.adapters.models.identity import identity
from fusion.errors import UserError
from fusion.model import Ending, Prompt, Record, Response, Usage
from fusion.ports import Heard, Model


class Entry(Record):
    """One call of a recording."""

    prompt: str
    """The prompt's identity."""
    response: Response


class Recorder:
    """Asks `model`, and adds each of its replies to the end of `file`, failures too."""

    def __init__(self, model: Model, file: Path) -> None:
        self._model, self._file = model, file

    async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
        """What the model answers. Raises UserError as it does, and when the file cannot be written."""
        response = await self._model.complete(prompt, heard=heard)
        await asyncio.to_thread(self._add, Entry(prompt=identity(prompt), response=response))
        return response

    def _add(self, entry: Entry) -> None:
        line = json.dumps(entry.model_dump(mode="json", exclude_defaults=True)) + "\n"
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            number = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                # In one call, so that lines of two writers never mix.
                os.write(number, line.encode())
            finally:
                os.close(number)
        except OSError as error:
            raise UserError(f"The recording {self._file} cannot be written ({error.strerror}): name another file.") from None


class RecordedModel:
    """Plays back `file`. Raises UserError, with its line, where the file is no recording."""

    def __init__(self, file: Path) -> None:
        self._replies: defaultdict[str, list[Response]] = defaultdict(list)
        try:
            lines = file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not UTF-8"
            raise UserError(f"The recording {file} cannot be read ({why}): name a file that a recorder wrote.") from None
        for number, line in enumerate(lines if lines != [""] else [], 1):
            try:
                entry = Entry.model_validate_json(line)
            except ValidationError:
                raise UserError(f"{file}:{number} is not a line of a recording: remove it or record anew.") from None
            self._replies[entry.prompt].append(entry.response)

    async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
        """What was answered then; a prompt that was never asked is MISSING."""
        replies = self._replies.get(identity(prompt))
        if not replies:
            why = "The recording has no reply to this prompt: record the run again."
            return Response(ending=Ending.MISSING, model="recorded", reason=why, usage=Usage(), sent=False)
        response = replies.pop(0) if len(replies) > 1 else replies[0]
        if heard is not None and response.text and response.ending is Ending.OK:
            heard(response.text)
        return response
