"""What the worker's loop costs, and what a shared prefix saves: llama.cpp with a real model, one thread.

Throughput: prompts of 128 output tokens and more, 1, 4 and 8 side by side, through the loop (queue, locks, payloads, results)
and directly through the same client to the same engine; median of alternating pairs. The prefix: the time to the first token of
prompts that begin alike, against prompts that do not.

A real engine shares the machine with whatever else runs there, so the loop is also measured with one that takes a second for
each generation, however many run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from gpu_worker.consume import Consumer
from gpu_worker.contract import ChatMessage, Job, Limits, Prompt, Result, Urgency, Work
from gpu_worker.drain import Drain
from gpu_worker.engines import llama
from gpu_worker.engines.child import free_port
from gpu_worker.engines.served import Served
from gpu_worker.memory import MemoryJobs, MemoryPayloads, MemoryResults
from gpu_worker.protocols import Engine, Generation, Happening
from tests.fakes import smollm

TOKENS = 136
LIMITS = Limits(output_tokens=TOKENS, seconds=300)
NUMBERS = {"type": "array", "items": {"type": "integer"}, "minItems": 400}
"""No reply ends before its tokens do."""
SIDE_BY_SIDE = (1, 4, 8)
RUNS = 3
"""Of each way, alternating: the machine may be busy with other things in between."""
PREFIX = " ".join(f"Rule {number}: a function does what its name says, and says what it does." for number in range(40))


def measures() -> Iterable[dict[str, Any]]:
    """Throughput by number of jobs side by side, then the prefix cache."""
    return asyncio.run(_measures())


@asynccontextmanager
async def _engine(capacity: int) -> AsyncIterator[Served]:
    settings = llama.LlamaSettings(weights=str(smollm.weights()), model=smollm.NAME, context=2048, capacity=capacity, cache=0)
    engine = Served(model=smollm.NAME, capacity=capacity, launch=lambda: llama.launch(settings, free_port()))
    async with engine:
        await engine.start()
        yield engine


class _Steady:
    """An engine of a fixed speed."""

    def __init__(self, capacity: int) -> None:
        self.model = smollm.NAME
        self.capacity = capacity

    async def ready(self) -> bool:
        return True

    async def generate(self, _messages: Sequence[ChatMessage], _schema: Mapping[str, Any], limits: Limits) -> Generation:
        await asyncio.sleep(1.0)
        return Generation(ending="ok", text="[]", output_tokens=limits.output_tokens, seconds=1.0)


async def _measures() -> list[dict[str, Any]]:
    found = []
    for number in SIDE_BY_SIDE:
        steady, prompts = _Steady(number), _prompts(3 * number, "steady")
        share = await _through_the_loop(steady, prompts) / await _directly(steady, prompts, number)
        name = f"worker: throughput of an engine of fixed speed driven directly, {number} side by side"
        found.append({"name": name, "value": 100 * share, "unit": "%"})
    for number in SIDE_BY_SIDE:
        async with _engine(number) as engine:
            found += await _throughput(engine, number)
    async with _engine(1) as engine:
        found += await _prefix(engine)
    return found


def _prompts(number: int, run: str) -> list[Prompt]:
    return [
        Prompt(
            agent="bench",
            work=Work.REVIEW,
            messages=(ChatMessage(role="user", text=f"Run {run}, list {one}: count on."),),
            schema_name="numbers",
            reply_schema=NUMBERS,
            limits=LIMITS,
        )
        for one in range(number)
    ]


async def _throughput(engine: Served, number: int) -> list[dict[str, Any]]:
    direct, looped = [], []
    for run in range(RUNS):
        # Which way goes first alternates, so that neither profits from what the machine does meanwhile.
        for way in (("direct", "loop"), ("loop", "direct"))[run % 2]:
            prompts = _prompts(number, f"{way}{run}")
            if way == "direct":
                direct.append(await _directly(engine, prompts, number))
            else:
                looped.append(await _through_the_loop(engine, prompts))
    # Of each pair, which ran one right after the other.
    share = median(loop / alone for loop, alone in zip(looped, direct, strict=True))
    return [
        {
            "name": f"worker: tokens a second, {number} side by side",
            "value": median(looped),
            "unit": "tokens/s",
            "peer": "the same engine, driven directly by the same client",
            "peer_value": median(direct),
            "ratio": share,
        },
        {
            "name": f"worker: throughput of the engine driven directly, {number} side by side",
            "value": 100 * share,
            "unit": "%",
        },
    ]


async def _directly(engine: Engine, prompts: Sequence[Prompt], number: int) -> float:
    waiting = list(prompts)
    made: list[Generation] = []

    async def one_after_the_other() -> None:
        while waiting:
            prompt = waiting.pop()
            made.append(await engine.generate(prompt.messages, prompt.reply_schema, prompt.limits))

    begun = time.perf_counter()
    await asyncio.gather(*(one_after_the_other() for _ in range(number)))
    return _rate([generation.output_tokens for generation in made], time.perf_counter() - begun)


async def _through_the_loop(engine: Engine, prompts: Sequence[Prompt]) -> float:
    jobs, payloads, results = MemoryJobs(), MemoryPayloads(), MemoryResults()
    done: list[Result] = []
    ended = 0.0
    drain = Drain()

    def heard(happening: Happening) -> None:
        nonlocal ended
        if happening.kind == "answered" and happening.result is not None:
            done.append(happening.result)
            if len(done) == len(prompts):
                # What follows, the drain, is not throughput.
                ended = time.perf_counter()
                drain.begin("all is done", within=60)

    now = datetime.now(UTC)
    for number, prompt in enumerate(prompts):
        job = Job(
            id=f"job-{number}",
            urgency=Urgency.PULL,
            repository="o/n",
            model=smollm.NAME,
            payload=await payloads.put(prompt.model_dump_json().encode()),
            run="run",
            event=f"event-{number}",
            enqueued=now,
            expires=now + timedelta(hours=1),
        )
        jobs.put(job.model_dump_json().encode())
    begun = time.perf_counter()
    await Consumer(jobs, payloads, results, engine, drain=drain, listen=heard).run()
    return _rate([result.output_tokens for result in done], ended - begun)


def _rate(tokens: Sequence[int], seconds: float) -> float:
    if min(tokens) < 128:
        raise AssertionError(f"A reply has only {min(tokens)} tokens.")
    return sum(tokens) / seconds


async def _prefix(engine: Served) -> list[dict[str, Any]]:
    """Prompts that begin alike and those that do not, alternating, all of them new at their end."""
    shared, alone = [], []
    await _ask(engine, PREFIX, "a first question")
    for run in range(RUNS):
        # A mark at the very beginning: the same length, and nothing to share.
        alone.append(await _ask(engine, f"{run} {PREFIX}", f"question {run}"))
        await _ask(engine, PREFIX, "warm again")
        shared.append(await _ask(engine, PREFIX, f"question {run}"))
    return [
        *_first_token("with the shared prefix", shared),
        *_first_token("without", alone),
    ]


def _first_token(how: str, made: Sequence[Generation]) -> list[dict[str, Any]]:
    hits = 100 * sum(one.cached_tokens for one in made) / sum(one.input_tokens for one in made)
    return [
        {
            "name": f"worker: first token, {made[0].input_tokens}-token prompt {how}",
            "value": median(one.first_token_seconds or 0.0 for one in made),
            "unit": "s",
        },
        {"name": f"worker: prefix-cache hits {how}", "value": hits, "unit": "% of input tokens"},
    ]


async def _ask(engine: Served, rules: str, question: str) -> Generation:
    messages = (ChatMessage(role="system", text=rules), ChatMessage(role="user", text=question))
    return await engine.generate(messages, NUMBERS, Limits(output_tokens=8, seconds=120))
