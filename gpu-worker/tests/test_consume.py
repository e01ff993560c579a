"""The loop with a queue in memory and a scripted engine: what becomes of each kind of job."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from gpu_worker.answering import Rules
from gpu_worker.consume import Consumer
from gpu_worker.contract import ChatMessage, Ending, Job, Prompt, Result, Urgency, Work
from gpu_worker.drain import Drain
from gpu_worker.memory import MemoryHeld, MemoryJobs, MemoryPayloads, MemoryResults
from gpu_worker.protocols import EngineFailed, Happening, Held
from gpu_worker.scripted import Script, ScriptedEngine, nothing

RULES = Rules(wait=0.02, delay=0.0, cold=0.01, margin=0.0, hung=0.2, keep_trying=2.0)


@dataclass
class Bench:
    jobs: MemoryJobs = field(default_factory=MemoryJobs)
    payloads: MemoryPayloads = field(default_factory=MemoryPayloads)
    results: MemoryResults = field(default_factory=MemoryResults)
    heard: list[Happening] = field(default_factory=list)

    async def submit(self, id: str, text: str = "hello", *, seconds: float = 60.0, **changed: Any) -> Job:
        prompt = Prompt(
            agent="tests",
            work=Work.REVIEW,
            messages=(ChatMessage(role="system", text="rules"), ChatMessage(role="user", text=text)),
            schema_name="reply",
            reply_schema={"type": "object"},
        )
        now = datetime.now(UTC)
        values: dict[str, Any] = {
            "urgency": Urgency.PULL,
            "repository": "o/n",
            "enqueued": now,
            "expires": now + timedelta(seconds=seconds),
        }
        values["payload"] = await self.payloads.put(prompt.model_dump_json().encode())
        job = Job(id=id, run=f"run-{id}", event=f"event-{id}", **({"model": "m"} | values | changed))
        self.jobs.put(job.model_dump_json().encode())
        return job

    @asynccontextmanager
    async def working(
        self, script: Script = nothing, *, capacity: int = 1, rules: Rules = RULES
    ) -> AsyncIterator[ScriptedEngine]:
        engine, drain = ScriptedEngine(script, capacity=capacity), Drain()
        consumer = Consumer(
            self.jobs, self.payloads, self.results, engine, drain=drain, rules=rules, name="w", listen=self.heard.append
        )
        task = asyncio.create_task(consumer.run())
        try:
            yield engine
        finally:
            drain.begin("the test is over", within=0.0)
            await task

    async def until(self, holds: Callable[[], bool]) -> None:
        while True:
            if holds():
                return
            await asyncio.sleep(0.005)

    async def told(self, count: int) -> list[Result]:
        await self.until(lambda: len(self.results.told) >= count and not len(self.jobs))
        return [Result.model_validate_json(self.payloads.kept[digest]) for _, _, _, digest in self.results.told]

    def kinds(self) -> list[str]:
        return [each.kind for each in self.heard]


async def test_a_job_is_answered_once_with_what_the_engine_said() -> None:
    bench = Bench()
    await bench.submit("a", "find it")
    async with bench.working() as engine:
        [result] = await bench.told(1)
    assert (result.job, result.ending, result.text, result.model, result.worker) == ("a", Ending.OK, "{}", "m", "w")
    assert result.input_tokens == 3
    assert bench.results.told[0][:3] == ("a", "run-a", "event-a")
    assert engine.asked == ["find it"]
    assert bench.kinds() == ["taken", "answered"]


async def test_the_engine_is_kept_full_and_never_over_full() -> None:
    bench, gate = Bench(), asyncio.Event()
    for number in range(9):
        await bench.submit(f"j{number}")

    async def script(_: Sequence[ChatMessage]) -> str:
        await gate.wait()
        return "{}"

    async with bench.working(script, capacity=4) as engine:
        await bench.until(lambda: engine.running == 4)
        await bench.until(lambda: bench.kinds().count("taken") == 5)
        gate.set()
        await bench.told(9)
    assert engine.most == 4
    assert bench.kinds().count("answered") == 9


async def test_what_is_no_job_is_set_aside_at_once_and_quotes_nothing() -> None:
    bench = Bench()
    good = json.loads((await bench.submit("a")).model_dump_json())
    for broken in (b"\xff", b"[]", b"[" * 100_000, json.dumps(good | {"payload": "../../etc/passwd"}).encode()):
        bench.jobs.put(broken)
    bench.jobs.put(json.dumps(good | {"schema_version": 2}).encode())
    async with bench.working():
        await bench.told(1)
        await bench.until(lambda: len(bench.jobs.dead) == 5)
    assert {reason for _, reason, _ in bench.jobs.dead} == {"InvalidJob"}
    assert not any("passwd" in detail for _, _, detail in bench.jobs.dead)
    assert len(bench.results.told) == 1


async def test_a_prompt_that_is_gone_or_broken_is_set_aside_and_told() -> None:
    bench = Bench()
    await bench.submit("gone", payload="sha256:" + "0" * 64)
    await bench.submit("broken", payload=await bench.payloads.put(b'{"messages": 3}'))
    async with bench.working() as engine:
        results = await bench.told(2)
    assert {result.job: result.ending for result in results} == {"gone": Ending.ABANDONED, "broken": Ending.INVALID}
    assert sorted(reason for _, reason, _ in bench.jobs.dead) == ["InvalidPrompt", "PayloadMissing"]
    assert engine.asked == []


async def test_nobody_generates_what_nobody_waits_for() -> None:
    bench = Bench()
    await bench.submit("late", seconds=-1)
    async with bench.working() as engine:
        [result] = await bench.told(1)
    assert (result.ending, engine.asked, bench.jobs.dead) == (Ending.ABANDONED, [], [])


async def test_a_job_for_another_model_ends_at_once_and_names_both() -> None:
    bench = Bench()
    await bench.submit("a", model="large")
    async with bench.working() as engine:
        (result,) = await bench.told(1)
    assert (result.ending, result.text) == (Ending.MISSING, "")
    assert result.reason == "This worker runs m, and the job asks for large."
    assert engine.asked == []
    assert bench.kinds() == ["taken", "declined"]
    assert not bench.jobs.dead


async def test_a_generation_ends_when_nobody_waits_any_longer() -> None:
    bench = Bench()
    await bench.submit("slow", seconds=0.1)

    async def script(_: Sequence[ChatMessage]) -> str:
        await asyncio.sleep(60)
        return "{}"

    async with bench.working(script):
        [result] = await bench.told(1)
    assert result.ending is Ending.TIMED_OUT


async def test_a_duplicate_is_told_again_and_not_generated() -> None:
    bench = Bench()
    await bench.submit("a")
    async with bench.working() as engine:
        await bench.told(1)
        await bench.submit("a")
        await bench.told(2)
    assert engine.asked == ["hello"]
    assert len({digest for *_, digest in bench.results.told}) == 1
    assert bench.kinds()[-1] == "told_again"


async def test_an_engine_that_fails_once_gets_the_job_again() -> None:
    bench, failures = Bench(), iter([EngineFailed("out of memory")])

    async def script(_: Sequence[ChatMessage]) -> str:
        if failure := next(failures, None):
            raise failure
        return "{}"

    await bench.submit("a")
    async with bench.working(script) as engine:
        [result] = await bench.told(1)
    assert (result.ending, len(engine.asked)) == (Ending.OK, 2)


async def test_a_poison_job_runs_alone_and_is_set_aside_and_told() -> None:
    """Its neighbours suffer at most until it is suspected; then it runs with nothing beside it."""
    bench = Bench()
    beside: list[set[str]] = []
    now: set[str] = set()

    async def script(messages: Sequence[ChatMessage]) -> str:
        text = messages[-1].text
        now.add(text)
        await asyncio.sleep(0.01)
        beside.append(set(now)) if text == "poison" else None
        now.discard(text)
        if text == "poison":
            raise EngineFailed("killed")
        return "{}"

    await bench.submit("poison", "poison")
    for number in range(30):
        await bench.submit(f"j{number}", f"t{number}", repository=f"r{number}")
    async with bench.working(script, capacity=4):
        results = await bench.told(31)
    assert Counter(result.ending for result in results) == {Ending.OK: 30, Ending.ABANDONED: 1}
    assert len(beside) == RULES.most_deliveries
    assert beside[RULES.alone_from - 1 :] == [{"poison"}] * 3
    assert [reason for _, reason, _ in bench.jobs.dead] == ["EngineFailed"]


async def test_what_killed_five_workers_is_not_tried_again() -> None:
    bench = Bench()
    await bench.submit("a")
    for _ in range(RULES.most_deliveries):
        assert await bench.jobs.receive(0)
        bench.jobs.lose()
    async with bench.working() as engine:
        [result] = await bench.told(1)
    assert (result.ending, engine.asked) == (Ending.ABANDONED, [])
    assert [reason for _, reason, _ in bench.jobs.dead] == ["MaxDeliveries"]


async def test_a_hung_engine_counts_as_failed() -> None:
    class Hung(ScriptedEngine):
        async def generate(self, *args: Any, **named: Any) -> Any:
            self.asked.append("")
            await asyncio.sleep(3600)

    bench, drain, engine = Bench(), Drain(), Hung()
    await bench.submit("a", seconds=0.05)
    consumer = Consumer(bench.jobs, bench.payloads, bench.results, engine, drain=drain, rules=RULES)
    task = asyncio.create_task(consumer.run())
    [result] = await bench.told(1)
    drain.begin("over", within=0.0)
    await task
    assert (result.ending, len(engine.asked)) == (Ending.ABANDONED, 1)


async def test_a_lock_is_renewed_through_a_long_generation() -> None:
    class Counted(MemoryJobs):
        renewed = 0

        async def renew(self, held: Held) -> MemoryHeld | None:
            self.renewed += 1
            return await super().renew(held)

    jobs = Counted(lock_seconds=1.5)
    bench = Bench(jobs=jobs)

    async def script(_: Sequence[ChatMessage]) -> str:
        await bench.until(lambda: jobs.renewed >= 2)
        return "{}"

    await bench.submit("a")
    async with bench.working(script) as first, bench.working() as second:
        await bench.told(1)
    assert len(first.asked) + len(second.asked) == 1
    assert "lock_lost" not in bench.kinds()


async def test_a_lost_lock_still_tells_the_result_and_leaves_the_job_to_its_holder() -> None:
    bench, gate = Bench(), asyncio.Event()

    async def script(_: Sequence[ChatMessage]) -> str:
        await gate.wait()
        return "{}"

    await bench.submit("a")
    async with bench.working(script, rules=Rules(wait=0.02, margin=0.0, ahead=0)) as engine:
        await bench.until(lambda: engine.running == 1)
        bench.jobs.lose()
        other = await bench.jobs.receive(1)
        assert other is not None
        assert other.delivery == 2
        gate.set()
        await bench.until(lambda: "lock_lost" in bench.kinds())
        assert len(bench.jobs) == 1, "the other one's"
        assert await bench.jobs.give_back(other, delay=0)
        await bench.told(2)
    assert engine.asked == ["hello"]
    assert bench.kinds()[-1] == "told_again"


async def test_an_outage_of_the_queue_loses_nothing() -> None:
    bench, gate = Bench(), asyncio.Event()

    async def script(_: Sequence[ChatMessage]) -> str:
        await gate.wait()
        return "{}"

    await bench.submit("a")
    await bench.submit("b")
    async with bench.working(script, capacity=2) as engine:
        await bench.until(lambda: engine.running == 2)
        bench.jobs.away = True
        gate.set()
        await bench.until(lambda: len(bench.results.told) == 2)
        bench.jobs.away = False
        bench.jobs.lose()
        await bench.told(4)
    assert len(engine.asked) == 2


async def test_nothing_is_taken_before_the_engine_is_ready() -> None:
    bench = Bench()
    async with bench.working() as engine:
        engine.warm = False
        await asyncio.sleep(0.05)
        await bench.submit("a")
        await asyncio.sleep(0.05)
        assert bench.heard == []
        engine.warm = True
        await bench.told(1)
