"""A model that is opened when it is first asked: what it is made of takes seconds to import."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import TracebackType
from typing import Self

from fusion.model import Prompt, Response
from fusion.ports import Heard, Model


class LateModel:
    """`make` may import as long as it likes: it runs in a thread. What it made is closed with this one."""

    def __init__(self, make: Callable[[], AbstractAsyncContextManager[Model]]) -> None:
        self._make = make
        self._stack = AsyncExitStack()
        self._model: Model | None = None
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
        """As the model that is made. Raises UserError where it cannot be made."""
        async with self._opening:
            if self._model is None:
                self._model = await self._stack.enter_async_context(await asyncio.to_thread(self._make))
        return await self._model.complete(prompt, heard=heard)
