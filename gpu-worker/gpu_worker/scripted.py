"""An engine without a model: says what a function of its own says. For tests, and to try out queues and a deployment."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from gpu_worker.contract import ChatMessage, Limits
from gpu_worker.protocols import Generation

Script = Callable[[Sequence[ChatMessage]], Awaitable[str]]
"""From a prompt's messages to the reply; may wait, and may raise EngineFailed."""


async def nothing(_messages: Sequence[ChatMessage]) -> str:
    """Replies with an empty object."""
    return json.dumps({})


class ScriptedEngine:
    """Replies as `script` says, up to `capacity` prompts at once. One token is one word."""

    def __init__(self, script: Script = nothing, *, capacity: int = 1, model: str = "m") -> None:
        self._script = script
        self._capacity = capacity
        self.model = model
        """What jobs call it."""
        self.asked: list[str] = []
        """The last message of each prompt, in the order of their beginning."""
        self.schemas: list[Mapping[str, Any]] = []
        """What the replies had to fit, likewise."""
        self.running = 0
        self.most = 0
        """Generations at the same time, at most."""
        self.warm = True

    @property
    def capacity(self) -> int:
        """Generations at the same time."""
        return self._capacity

    async def ready(self) -> bool:
        """Whether it is warm."""
        return self.warm

    async def generate(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any], limits: Limits) -> Generation:
        """What the script says, within the limits' seconds."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        self.asked.append(messages[-1].text)
        self.schemas.append(schema)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            async with asyncio.timeout(limits.seconds):
                text = await self._script(messages)
        except TimeoutError:
            return Generation(ending="timed_out", reason=f"Not finished within {limits.seconds:g} seconds.", model=self.model)
        finally:
            self.running -= 1
        took = loop.time() - began
        return Generation(
            ending="ok" if text else "unusable",
            text=text,
            model=self.model,
            input_tokens=sum(len(message.text.split()) for message in messages),
            output_tokens=len(text.split()),
            first_token_seconds=took,
            seconds=took,
        )
