"""What befalls a prompt on its way through the worker: the orchestrations, the real queue and a file of blobs."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fusion import local, runtime
from fusion.adapters.files import FileBlobs
from fusion.adapters.memory.records import MemoryStore
from fusion.adapters.sqlite.inference import SqliteInference
from fusion.dispatch.answers import relay
from fusion.engine import Engine
from fusion.model import Call, Ending, InferenceJob, Prompt, Request, RequestKind, Response, Review, Usage
from fusion.ports import Heard
from fusion.ports.telemetry import OFF, Telemetry
from fusion.serve.conductor import EngineConductor
from fusion.settings import Settings
from fusion.telemetry.context import carried, root
from gpu_worker.answering import Rules
from gpu_worker.consume import Consumer
from gpu_worker.drain import Drain
from gpu_worker.files import FilePayloads
from gpu_worker.picking import pick
from gpu_worker.scripted import ScriptedEngine
from orchestrations.registry import VERSION
from tests.fakes.inference_worker import LOCK
from tests.fakes.reasoning import FILE, reasoning_of
from tests.fakes.spans import Kept, id_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TINY = """
[models.tiny]
size = "small"
context = 32000
output = 2000

[endpoints.gpu]
kind = "worker"
model = "tiny"
local = true
local_reason = "the worker of the test"
"""
WORKER, BOTH = TINY, FILE + TINY
PATCH = "diff --git a/n.py b/n.py\n--- a/n.py\n+++ b/n.py\n@@ -1 +1 @@\n-LIMIT = 10\n+LIMIT = 20\n"
SAID = json.dumps({"lines": ["The limit is higher."], "diagram": ""})
INSTEAD = json.dumps({"lines": ["The limit is higher now."], "diagram": ""})


@dataclass
class Time:
    """The machine's time, and how far it is ahead."""

    ahead: float = 0.0

    def seconds(self) -> float:
        return time.time() + self.ahead

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)


@dataclass
class Cloud:
    """A model that may be held up before it answers."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
        text = json.dumps({"findings": [], "certainty": "high", "questions": []})
        if prompt.agent == "walkthrough":
            self.asked.set()
            await self.go.wait()
            text = INSTEAD
        return Response(ending=Ending.OK, text=text, model="big", usage=Usage(input_tokens=10, output_tokens=10))


class Told(EngineConductor):
    """Keeps what was passed on: run, event, and whether anybody was there to hear it."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.events: asyncio.Queue[tuple[str, str, bool]] = asyncio.Queue()

    async def tell(self, id: str, event: str, data: object) -> bool:
        known = await super().tell(id, event, data)
        self.events.put_nowait((id, event, known))
        return known


@dataclass
class Scene:
    """A review under way: its engine, both sides of the worker's queue, and time."""

    time: Time
    engine: Engine
    inference: SqliteInference
    cloud: Cloud
    blobs: FileBlobs
    home: Path
    told: Told
    id: str = "review-0000000000000001"

    async def begin(self, trace: str = "") -> None:
        patch = await self.blobs.put(PATCH.encode())
        request = Request(kind=RequestKind.PATCH, patch=patch)
        await self.engine.start("review", carried(request.model_dump(mode="json", exclude_defaults=True), trace), self.id)

    async def depth(self, count: int) -> None:
        """Return when so many jobs wait."""
        async with asyncio.timeout(240):
            while sum((await self.inference.depth()).values()) != count:  # noqa: ASYNC110 - the queue tells nobody
                await asyncio.sleep(0.02)

    async def time_out(self) -> None:
        """Let time pass until the cloud is asked: patience for a worker, and the prompt's own limit."""
        async with asyncio.timeout(240):
            while not self.cloud.asked.is_set():
                # Again, where the timer was not yet set.
                self.time.ahead += 5.0 + 90.0 + 1.0
                # The engine looks at its clock when something happens.
                await self.engine.raise_event(self.id, "nothing that anybody waits for", None)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.cloud.asked.wait(), 0.5)

    async def review(self) -> tuple[Review, list[Call]]:
        """The review, and the calls of its walkthrough."""
        state = await self.engine.wait(self.id, 240)
        assert state.status == "completed", state.failure
        made = Review.model_validate_json(await self.blobs.get(state.output["review"]))
        return made, [call for report in made.coverage.agents if report.agent == "walkthrough" for call in report.calls]

    @asynccontextmanager
    async def worker(self, script: Callable[[], Awaitable[str]], *, model: str = "tiny") -> AsyncIterator[ScriptedEngine]:
        """A worker in this process."""

        async def said(_: object) -> str:
            return await script()

        engine, drain = ScriptedEngine(said, model=model), Drain()
        jobs, results = self.inference.jobs(pick), self.inference.results()
        consumer = Consumer(
            jobs,
            FilePayloads(self.home / "blobs"),
            results,
            engine,
            drain=drain,
            rules=Rules(wait=0.1, margin=0.0),
            clock=self.time.now,
        )
        task = asyncio.create_task(consumer.run())
        try:
            yield engine
        finally:
            drain.begin("over", within=5.0)
            await task


@asynccontextmanager
async def scene(home: Path, file: str, *, lock: float = 86_400.0, telemetry: Telemetry = OFF) -> AsyncIterator[Scene]:
    clock, store, blobs = Time(), MemoryStore(), FileBlobs(home / "blobs")
    settings = Settings(home=home, evidence="off")
    with SqliteInference(home / "inference.db", clock=clock, lock_seconds=lock) as inference:
        cloud = Cloud()
        bundle = runtime.embedded(settings, records=(store, blobs), clock=clock)
        models = {"cloud": cloud} if file is BOTH else {}
        reasoning = reasoning_of(models, store=store, clock=clock, file=file, inference=inference, patience=5.0)
        bundle = dataclasses.replace(bundle, reasoning=reasoning, tenant="t", telemetry=telemetry)
        async with Engine(home / "journal.db", local.worker(bundle), version=VERSION, clock=clock.seconds) as engine:
            passing = asyncio.create_task(relay(inference, told := Told(engine)))
            try:
                yield Scene(time=clock, engine=engine, inference=inference, cloud=cloud, blobs=blobs, home=home, told=told)
            finally:
                cloud.go.set()
                passing.cancel()
                await asyncio.gather(passing, return_exceptions=True)


@contextmanager
def process(home: Path, reply: str) -> Iterator[subprocess.Popen[str]]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "gpu-worker")])
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.inference_worker", str(home), reply, "tiny"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


async def line(started: subprocess.Popen[str], word: str) -> None:
    assert started.stdout is not None
    while text := await asyncio.to_thread(started.stdout.readline):
        if word in text:
            return
    raise AssertionError(f"it ended and never said {word!r}")


async def test_a_worker_that_dies_holding_a_job_costs_time_and_no_second_call(tmp_path: Path) -> None:
    async with scene(tmp_path, WORKER, lock=LOCK) as at:
        with process(tmp_path, "endless") as first:
            await at.begin()
            await line(first, "generating")
            first.kill()
            await asyncio.to_thread(first.wait)
        with process(tmp_path, SAID) as second:
            review, calls = await at.review()
            await line(second, "answered")
    assert review.walkthrough is not None
    assert review.walkthrough.lines == ("The limit is higher.",)
    assert [(call.endpoint, call.ending, call.local) for call in calls] == [("gpu", Ending.OK, True)]


async def test_what_a_worker_answered_is_a_step_of_its_thought(tmp_path: Path) -> None:
    kept = Kept()
    async with scene(tmp_path, WORKER, telemetry=kept.telemetry) as at, at.worker(lambda: asyncio.sleep(0, SAID)):
        await at.begin(root("a delivery"))
        _, [call] = await at.review()
    [told] = [span for span in kept.spans if span.name.startswith("chat ")]
    [collected] = [span for span in kept.spans if span.parent and told.parent and id_of(span) == told.parent.span_id]
    assert (told.name, collected.name, kept.above(collected)) == (
        *("chat tiny", "activity collect_inference"),
        "orchestration thought",
    )
    said = dict(told.attributes or {})
    assert (told.kind.name, said["gen_ai.provider.name"], said["fusion.route"]) == ("CLIENT", "fusion.worker", "worker")
    assert (said["gen_ai.request.model"], said["fusion.agent"]) == ("tiny", "walkthrough")
    tokens = (call.usage.input_tokens, call.usage.output_tokens)
    assert (said["gen_ai.usage.input_tokens"], said["gen_ai.usage.output_tokens"]) == tokens
    assert min(tokens) > 0
    assert 0 <= said["fusion.queue.seconds"] <= (told.end_time - told.start_time) / 1e9 + 1e-6  # type: ignore[operator]
    assert said["fusion.accelerator.seconds"] == call.usage.seconds > 0
    assert not {name for name in said if name.endswith("messages")}, "content is for those who ask for it"
    assert "The limit" not in told.to_json()


async def test_where_no_worker_comes_in_time_the_next_route_is_taken_and_a_late_result_changes_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path, BOTH) as at:
        await at.begin()
        await at.depth(1)
        await at.time_out()
        # Nobody told the worker; one that comes now is told by the job itself that nobody waits.
        async with at.worker(lambda: asyncio.sleep(0, SAID)) as engine:
            await at.depth(0)
        assert engine.asked == []
        at.cloud.go.set()
        review, calls = await at.review()
    assert [(call.endpoint, call.ending) for call in calls] == [("gpu", Ending.ABANDONED), ("cloud", Ending.OK)]
    assert "did not answer in time" in calls[0].reason
    assert calls[0].usage.cost == 0
    assert review.walkthrough is not None
    assert review.walkthrough.lines == ("The limit is higher now.",)


async def test_a_worker_of_another_model_declines_and_the_next_route_is_taken_at_once(tmp_path: Path) -> None:
    async with scene(tmp_path, BOTH) as at:
        at.cloud.go.set()
        async with at.worker(lambda: asyncio.sleep(0, SAID), model="other") as engine:
            await at.begin()
            review, calls = await at.review()
        assert engine.asked == []
        assert await at.inference.dead() == []
    assert [(call.endpoint, call.ending) for call in calls] == [("gpu", Ending.MISSING), ("cloud", Ending.OK)]
    assert "This worker runs other, and the job asks for tiny." in calls[0].reason
    assert calls[0].usage.cost == 0
    assert review.walkthrough is not None
    assert review.walkthrough.lines == ("The limit is higher now.",)


async def test_a_generation_that_ends_after_the_time_out_changes_nothing(tmp_path: Path) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow() -> str:
        begun.set()
        await go.wait()
        return SAID

    async with scene(tmp_path, BOTH) as at:
        async with at.worker(slow):
            await at.begin()
            await asyncio.wait_for(begun.wait(), 240)
            await at.time_out()
            go.set()
            # The run goes on: it is told of what it waits for no longer.
            _, event, known = await asyncio.wait_for(at.told.events.get(), 240)
            assert (event, known) == ("inference-0", True)
        at.cloud.go.set()
        review, calls = await at.review()
    assert [(call.endpoint, call.ending) for call in calls] == [("gpu", Ending.ABANDONED), ("cloud", Ending.OK)]
    assert review.walkthrough is not None
    assert review.walkthrough.lines == ("The limit is higher now.",)


async def test_a_job_that_is_sent_twice_is_worked_on_once(tmp_path: Path) -> None:
    async with scene(tmp_path, WORKER) as at:
        await at.begin()
        await at.depth(1)
        held = await at.inference.jobs(pick).receive(5.0)
        assert held is not None
        job = InferenceJob.model_validate_json(held.body)
        await at.inference.jobs(pick).give_back(held, delay=0.0, blameless=True)
        # As an activity does that is begun again after its host died.
        await at.inference.submit(job)
        async with at.worker(lambda: asyncio.sleep(0, SAID)) as engine:
            review, calls = await at.review()
            # And as a worker does whose lock was lost before it could complete the job.
            results = at.inference.results()
            answered = await results.answered(job.id)
            assert answered is not None
            assert await results.deliver(job.id, job.run, job.event, answered) == answered
        assert len(engine.asked) == 1
    assert [(call.endpoint, call.ending) for call in calls] == [("gpu", Ending.OK)]
    assert review.walkthrough is not None
