"""What a person is told while a review waits: once for each reason, with what can be done."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fusion import local, runtime
from fusion.adapters.files import FileBlobs
from fusion.adapters.memory.inference import MemoryInference
from fusion.adapters.memory.records import ManualClock, MemoryStore
from fusion.cli.show import Watcher
from fusion.engine import Engine
from fusion.lookout import Fed, lookout
from fusion.model import Ending, InferenceJob, Request, RequestKind, Response, Urgency
from fusion.progress import Notice, Waits
from fusion.settings import Settings
from gpu_worker.picking import pick
from orchestrations.registry import VERSION
from tests.fakes.reasoning import Replying, reasoning_of

PATCH = "diff --git a/n.py b/n.py\n--- a/n.py\n+++ b/n.py\n@@ -1 +1 @@\n-LIMIT = 10\n+LIMIT = 20\n"


async def test_a_limited_endpoint_is_told_with_what_can_be_done(tmp_path: Path) -> None:
    heard: list[Notice] = []
    store, blobs, clock = MemoryStore(), FileBlobs(tmp_path / "blobs"), runtime.SystemClock()
    bundle = runtime.embedded(Settings(home=tmp_path, evidence="off"), records=(store, blobs), clock=clock, listen=heard.append)
    limited = Replying(lambda _: Response(ending=Ending.LIMITED, reason="slow down", retry_after=0.3))
    reasoning = reasoning_of(limited, store=store, clock=clock, person_waits=7.0)
    bundle = dataclasses.replace(bundle, reasoning=reasoning, tenant="t")
    request = Request(kind=RequestKind.PATCH, patch=await blobs.put(PATCH.encode()))
    async with Engine(tmp_path / "journal.db", local.worker(bundle), version=VERSION) as engine:
        await engine.start("review", request.model_dump(mode="json", exclude_defaults=True), "review-1")
        assert (await engine.wait("review-1", 60)).status == "completed"
    told = {notice.reason: notice.text for notice in heard if isinstance(notice, Waits)}
    assert list(told) == ["cloud limited"]
    assert told["cloud limited"].startswith("cloud has too much to do (429) and is asked again in 1 s; a call waits up to 7 s")


async def test_a_worker_that_is_not_there_is_told_with_how_to_start_it() -> None:
    clock = ManualClock(datetime(2026, 11, 23, 9, tzinfo=UTC))
    heard: list[Notice] = []
    inference, now = MemoryInference(clock), clock.now()
    values = {"repository": "o/n", "model": "tiny", "payload": "sha256:" + "0" * 64, "run": "r", "event": "e"}
    looking = asyncio.create_task(
        lookout(Fed(inference=inference, models=["tiny"], patience=900), heard.append, clock, look=0.001, quiet=5)
    )

    async def listening(seconds: float) -> str:
        heard.clear()
        await asyncio.sleep(0.02)
        clock.advance(seconds)
        await asyncio.sleep(0.02)
        return heard[-1].text if heard and isinstance(heard[-1], Waits) else ""

    assert await listening(60) == "", "no job, no word"
    for id in ("a", "b"):
        times = {"enqueued": now, "expires": now + timedelta(hours=1)}
        await inference.submit(InferenceJob(id=id, urgency=Urgency.PULL, **values, **times))
    assert await listening(4) == "", "a worker that is there takes one at once"
    until = (now + timedelta(seconds=60 + 900)).astimezone()
    absent = await listening(2)
    assert absent.startswith("2 model calls wait for the inference worker of tiny, and none takes them")
    assert f"at {until:%H:%M} whatever" in absent
    assert absent.endswith("start it with: fusion worker --model FILE --name tiny")
    worker = inference.worker(pick)
    assert await worker.receive(0.1) is not None
    assert (await listening(1)).startswith("1 model call waits for the inference worker of tiny, which is busy with 1;")
    assert await worker.receive(0.1) is not None
    await listening(1)
    assert await listening(10) == "", "nothing waits any more"
    looking.cancel()


def test_each_reason_is_one_line_and_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    with Watcher(live=True) as watcher:
        for reason in ("worker absent", "cloud limited", "worker absent", "cloud limited"):
            watcher(Waits(reason, "the worker", f"{reason}: " + "a long story \x1b[2J" * 12))
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert [line.partition(": a")[0] for line in lines] == ["fusion: worker absent", "fusion: cloud limited"]
    assert "\x1b" not in err
    assert out == ""
