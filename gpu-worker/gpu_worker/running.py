"""A worker from its start to its end: engine, loop, measures, drain. Queue, blobs and results come from whoever runs it."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

from gpu_worker import nvml, samples
from gpu_worker.archive import Archive
from gpu_worker.consume import Consumer, nobody
from gpu_worker.drain import Drain
from gpu_worker.engines import llama, vllm
from gpu_worker.engines.child import Launch, free_port
from gpu_worker.engines.served import Patience, Served
from gpu_worker.metrics import Metrics, State
from gpu_worker.protocols import EngineFailed, Happening, Jobs, Listener, Payloads, Results
from gpu_worker.samples import SampleFile
from gpu_worker.settings import Settings
from gpu_worker.status import StatusServer

log = logging.getLogger("gpu_worker")

OUTSIDE_HEALTH = "/v1/models"
"""What every OpenAI-compatible server answers."""

LAST_FLUSH = 3.0
"""Seconds of a drain that the last samples may take."""


def engine(settings: Settings, accelerator: nvml.Accelerator) -> Served:
    """The engine that the settings name; nothing runs yet."""
    patience = Patience(starting=settings.startup_seconds)
    if settings.engine == "external":
        return Served(
            model=settings.model,
            capacity=settings.capacity,
            address=settings.address,
            key=settings.key,
            health=OUTSIDE_HEALTH,
            patience=patience,
        )
    return Served(model=settings.model, capacity=settings.capacity, launch=_launch(settings, accelerator), patience=patience)


def _launch(settings: Settings, accelerator: nvml.Accelerator) -> Callable[[], Launch]:
    if settings.engine == "llama":
        small = llama.LlamaSettings(
            weights=settings.weights,
            model=settings.model,
            context=settings.context,
            capacity=settings.capacity,
            threads=settings.threads,
        )
        return lambda: llama.launch(small, free_port())
    large = vllm.VllmSettings(
        weights=settings.weights,
        model=settings.model,
        context=settings.context,
        capacity=settings.capacity,
        memory=settings.gpu_memory,
        capability=accelerator.capability,
        quantization=settings.quantization,
        shutdown=int(settings.grace_seconds),
    )
    return lambda: vllm.launch(large, free_port())


async def run(
    settings: Settings,
    jobs: Jobs,
    payloads: Payloads,
    results: Results,
    *,
    drain: Drain,
    listen: Listener = nobody,
    accelerator: nvml.Accelerator | None = None,
    archive: Archive | None = None,
    serving: Callable[[int], None] = lambda _port: None,
) -> str:
    """Work until the drain has ended. Returns "" then, or one sentence that says why there is no engine (any more).

    Samples go into `archive`, and into the file that the settings name. `serving` is told the port of the status server.
    Raises OSError when its address is taken.
    """
    worker = Worker(settings, drain, accelerator or nvml.accelerator(), archive)
    return await worker.run(jobs, payloads, results, listen=listen, serving=serving)


class Worker:
    """One engine and what is measured of it."""

    def __init__(self, settings: Settings, drain: Drain, accelerator: nvml.Accelerator, archive: Archive | None = None) -> None:
        self._settings = settings
        self._drain = drain
        self._accelerator = accelerator
        self._engine = engine(settings, accelerator)
        self._name = settings.name or socket.gethostname()
        self._started = False
        self._metrics = Metrics(
            share=self._engine.share,
            capacity=settings.capacity,
            accelerator=accelerator,
            state=self.state,
            restarts=lambda: self._engine.restarts,
            hour=settings.gpu_hour,
            currency=settings.currency,
        )
        self._archive = archive
        self._sinks: list[SampleFile | Archive] = [SampleFile(settings.samples)] if settings.samples else []
        self._sinks += [archive] if archive else []

    def state(self) -> State:
        """What the worker is doing."""
        if self._drain.begun:
            return "draining"
        if self._engine.up:
            return "ready"
        return "down" if self._started else "starting"

    async def run(
        self, jobs: Jobs, payloads: Payloads, results: Results, *, listen: Listener, serving: Callable[[int], None]
    ) -> str:
        """See `run` of this module."""

        def told(happening: Happening) -> None:
            self._metrics.listen(happening)
            self._sample_job(happening)
            listen(happening)

        settings = self._settings
        async with AsyncExitStack() as stack:
            status = StatusServer(
                host=settings.host,
                port=settings.port,
                unready=self._unready,
                metrics=self._metrics.text,
                engine=self._engine.metrics,
            )
            await stack.enter_async_context(status)
            serving(status.port)
            await stack.enter_async_context(self._engine)
            background = [asyncio.create_task(self._sample())]
            if self._archive is not None:
                stack.push_async_callback(self._archive.flush, within=LAST_FLUSH)
                background.append(asyncio.create_task(self._archive.run()))
            stack.push_async_callback(_cancelled, background)
            if why := await self._start():
                return why
            background.append(asyncio.create_task(self._give_up()))
            if not self._drain.begun:
                loop = Consumer(jobs, payloads, results, self._engine, drain=self._drain, name=self._name, listen=told)
                await loop.run()
            return self._engine.reason
        raise AssertionError("unreachable: nothing above swallows an exception")

    def _unready(self) -> str:
        match self.state():
            case "ready":
                return ""
            case "starting":
                return f"The engine is loading {self._settings.model} and takes no jobs before its first generation."
            case "down":
                return "The engine is down and is being restarted; jobs wait in the queue until it is back."
            case "draining":
                left = f"{self._drain.left():.0f} s are left for what is under way"
                return f"The worker is shutting down ({self._drain.why}): it takes no more jobs, and {left}."

    async def _start(self) -> str:
        """Bring the engine up, unless the drain begins before. Returns why it does not come up."""
        starting = asyncio.create_task(self._engine.start())
        draining = asyncio.create_task(self._drain.wait())
        try:
            await asyncio.wait({starting, draining}, return_when=asyncio.FIRST_COMPLETED)
            if not starting.done():
                return ""
            await starting
        except EngineFailed as error:
            return str(error)
        finally:
            await _cancelled([starting, draining])
        self._started = True
        return ""

    async def _give_up(self) -> None:
        """An engine that is given up ends the worker: its host puts another in its place."""
        await self._engine.given_up.wait()
        log.error("%s", self._engine.reason)
        self._drain.begin("the engine is given up", within=self._settings.grace_seconds)

    def _sample_job(self, happening: Happening) -> None:
        if happening.kind == "answered" and happening.result is not None:
            at = datetime.now(UTC)
            self._record(samples.job(at=at, worker=self._name, urgency=happening.urgency, result=happening.result))

    def _record(self, line: dict[str, Any]) -> None:
        for sink in self._sinks:
            sink.write(line)

    async def _sample(self) -> None:
        """Record an interval after the other, the last one when the worker ends."""
        if not self._sinks:
            return
        share = self._engine.share
        ending = False
        while not ending:
            begun, busy, running = time.monotonic(), share.busy_seconds, share.running_seconds
            try:
                await asyncio.sleep(self._settings.sample_seconds)
            except asyncio.CancelledError:
                ending = True
            line = samples.interval(
                at=datetime.now(UTC),
                worker=self._name,
                accelerator=self._accelerator.name,
                state=self.state(),
                capacity=self._engine.capacity,
                seconds=time.monotonic() - begun,
                busy_seconds=share.busy_seconds - busy,
                running_seconds=share.running_seconds - running,
                reading=self._accelerator.read(),
            )
            self._record(line)


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
