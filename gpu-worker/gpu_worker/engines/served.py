"""An engine that is a server: started within a deadline, warmed up, watched, restarted when it dies, at last given up."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from gpu_worker.contract import ChatMessage, Limits
from gpu_worker.engines.child import Child, Launch
from gpu_worker.engines.openai_client import OpenAIClient
from gpu_worker.engines.share import Share
from gpu_worker.protocols import EngineFailed, Generation

log = logging.getLogger("gpu_worker.engine")

WARM_UP = (ChatMessage(role="system", text="You answer with JSON."), ChatMessage(role="user", text="Is the sky blue?"))
WARM_UP_SCHEMA = {
    "type": "object",
    "properties": {"blue": {"type": "boolean"}},
    "required": ["blue"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an engine may take, and how often it may die. Times are in seconds."""

    starting: float = 600.0
    """From the launch to the end of the warm-up generation: loading the weights is in it."""
    poll: float = 0.5
    """Between two looks at whether it serves yet."""
    probe: float = 10.0
    """Between two looks at whether it still does."""
    answer: float = 5.0
    """That such a look may take."""
    misses: int = 3
    """Looks in a row without an answer, after which it counts as hung and is killed."""
    restarts: int = 3
    """Restarts within `window`; once more, and it is given up."""
    window: float = 900.0
    backoff: float = 2.0
    """Before the first restart; doubled with each further one within the window."""
    grace: float = 10.0
    """Between SIGTERM and SIGKILL."""


class Served:
    """An engine behind an OpenAI-compatible address. An async context manager; entering it starts nothing yet.

    `launch` starts a server of our own; without it the server at `address` is somebody else's, and is only watched.
    """

    def __init__(
        self,
        *,
        model: str,
        capacity: int,
        launch: Callable[[], Launch] | None = None,
        address: str = "",
        key: str = "",
        health: str = "/health",
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.model = model
        """What jobs call it."""
        self._capacity = capacity
        self._launch = launch
        self._address = address
        self._key = key
        self._health = health
        self._patience = patience or Patience()
        self._clock = clock
        self._client: OpenAIClient | None = None
        self._child: Child | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._ready = False
        self._died: deque[float] = deque()
        self.share = Share(clock)
        self.restarts = 0
        """Restarts since the worker began."""
        self.given_up = asyncio.Event()
        """Set when it died too often: the worker ends, so that its host puts another in its place."""
        self.reason = ""
        """Why it is given up, one sentence."""

    @property
    def capacity(self) -> int:
        """Generations that it takes at the same time."""
        return self._capacity

    @property
    def pid(self) -> int | None:
        """The server's process, where it is ours and runs."""
        return self._child.pid if self._child and self._child.running else None

    @property
    def up(self) -> bool:
        """Whether it is warmed up and has not died since."""
        return self._ready and (self._child is None or self._child.running)

    async def ready(self) -> bool:
        """Whether it would generate now."""
        return self.up

    async def start(self) -> None:
        """Bring it up and keep it up. Raises EngineFailed when it does not generate before its deadline."""
        await self._bring_up()
        self._keeper = asyncio.create_task(self._keep())

    async def generate(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any], limits: Limits) -> Generation:
        """One generation. Raises EngineFailed while it is down, and when it dies under it."""
        client = self._client
        if client is None or not self.up:
            raise EngineFailed("The engine is not ready.")
        begun = self.share.begin()
        own = 0.0
        try:
            generation = await client.generate(messages, schema, limits)
        finally:
            own = self.share.end(begun)
        return replace(generation, gpu_seconds=own)

    async def metrics(self) -> str | None:
        """What the server itself measures, as Prometheus text; None when it does not say."""
        return await self._client.read("/metrics", self._patience.answer) if self._client else None

    async def close(self) -> None:
        """End the server, after the time for what it has in flight."""
        self._ready = False
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
        await self._take_down(self._patience.grace)

    async def __aenter__(self) -> Served:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _bring_up(self) -> None:
        deadline = self._clock() + self._patience.starting
        launch = self._launch() if self._launch else None
        if launch is not None:
            self._child = await Child.start(launch)
        try:
            async with asyncio.timeout(self._patience.starting):
                address = launch.address if launch else self._address
                self._client = await OpenAIClient(address, self.model, key=self._key, clock=self._clock).__aenter__()
                await self._serves(self._client, launch.health if launch else self._health)
                await self._warm_up(self._client, deadline)
        except TimeoutError:
            await self._take_down(0)
            told = f" Its last words: {self._child.last_words}" if self._child and self._child.last_words else ""
            raise EngineFailed(
                f"The engine did not generate within {self._patience.starting:g} s of its start.{told}"
            ) from None
        except (EngineFailed, asyncio.CancelledError):
            await self._take_down(0)
            raise
        self._ready = True
        log.info("the engine is ready: %s, %d at a time", self.model, self._capacity)

    async def _serves(self, client: OpenAIClient, health: str) -> None:
        """Wait until the server answers. Raises EngineFailed when its process ends before."""
        while not await client.answers(health, self._patience.answer):
            if self._child is not None and not self._child.running:
                status = await self._child.ended()
                raise EngineFailed(f"The engine ended as it started ({_status(status)}): {self._child.last_words or 'no word'}")
            await asyncio.sleep(self._patience.poll)

    async def _warm_up(self, client: OpenAIClient, deadline: float) -> None:
        """One generation, so that kernels are compiled and memory is there before anybody waits. Raises EngineFailed."""
        limits = Limits(output_tokens=32, seconds=max(0.1, deadline - self._clock()))
        generation = await client.generate(WARM_UP, WARM_UP_SCHEMA, limits)
        # A small model may fill its 32 tokens; that it generated is what counts.
        if generation.ending not in ("ok", "unusable") or not generation.text.strip():
            raise EngineFailed(f"The engine's first generation failed: {generation.reason or 'it said nothing.'}")

    async def _keep(self) -> None:
        while True:
            why = await self._fails()
            self._ready = False
            log.error("the engine is down: %s", why)
            await self._take_down(0)
            if not self._may_restart(why):
                return
            while not self._ready:
                await asyncio.sleep(self._patience.backoff * 2 ** (len(self._died) - 1))
                self.restarts += 1
                try:
                    await self._bring_up()
                except EngineFailed as error:
                    log.error("the engine could not be restarted: %s", error)
                    if not self._may_restart(str(error)):
                        return

    async def _fails(self) -> str:
        """Wait until the engine has died or hangs; returns why it counts as down."""
        child, client = self._child, self._client
        assert client is not None
        ended = asyncio.create_task(child.ended() if child else asyncio.Event().wait())
        misses = 0
        try:
            while misses < self._patience.misses:
                await asyncio.wait({ended}, timeout=self._patience.probe)
                if child is not None and ended.done():
                    words = f": {child.last_words}" if ended.result() > 0 and child.last_words else ""
                    return f"its process ended ({_status(ended.result())}){words}"
                misses = 0 if await client.answers(self._health, self._patience.answer) else misses + 1
            return f"it did not answer {misses} times in a row"
        finally:
            ended.cancel()

    def _may_restart(self, why: str) -> bool:
        """Note a death. False, and the engine is given up, when it was one too many."""
        now = self._clock()
        self._died.append(now)
        while self._died and now - self._died[0] > self._patience.window:
            self._died.popleft()
        if len(self._died) <= self._patience.restarts:
            return True
        self.reason = f"The engine failed {len(self._died)} times within {self._patience.window:g} s; last: {why.rstrip('.')}."
        self.given_up.set()
        return False

    async def _take_down(self, grace: float) -> None:
        if self._child is not None:
            await self._child.stop(grace)
        if self._client is not None:
            await self._client.__aexit__()
            self._client = None


def _status(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"status {status}"
