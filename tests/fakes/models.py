"""The public fake of the model port: replies by script, and what was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fusion.model import Ending, Prompt, Response, Usage
from fusion.ports import Heard


def reply(value: Mapping[str, Any] | str, *, model: str = "scripted", usage: Usage | None = None) -> Response:
    """The model says this text, or this object as JSON. Usage None: four characters a token."""
    text = value if isinstance(value, str) else json.dumps(value)
    return Response(ending=Ending.OK, text=text, model=model, usage=usage or Usage(output_tokens=len(text) // 4 + 1))


def failure(ending: Ending, reason: str = "It was told to.", **changes: Any) -> Response:
    """The call ends like that."""
    return Response(ending=ending, reason=reason, model="scripted", **changes)


@dataclass
class ScriptedModel:
    """Answers by `script`: one reply for every prompt, one each (the last again and again), or a function of the prompt."""

    script: Response | Sequence[Response] | Callable[[Prompt], Response]
    asked: list[Prompt] = field(default_factory=list)

    async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
        number = len(self.asked)
        self.asked.append(prompt)
        if isinstance(self.script, Response):
            response = self.script
        elif isinstance(self.script, Sequence):
            response = self.script[min(number, len(self.script) - 1)]
        else:
            response = self.script(prompt)
        if heard is not None and response.text:
            heard(response.text)
        return response
