"""A whole worker with a real model: llama.cpp on a CPU, one thread. Plumbing is what is shown, not judgement."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import jsonschema
import pytest

from gpu_worker import running
from gpu_worker.contract import ChatMessage, Job, Limits, Prompt, Result, Urgency, Work
from gpu_worker.drain import Drain
from gpu_worker.memory import MemoryJobs, MemoryPayloads, MemoryResults
from gpu_worker.nvml import Cpu
from gpu_worker.settings import read
from tests.fakes import smollm

CONTRACT = Path(__file__).parents[1] / "contract"
SCHEMA = {
    "type": "object",
    "properties": {"risk": {"enum": ["low", "high"]}, "lines": {"type": "array", "items": {"type": "integer"}, "maxItems": 2}},
    "required": ["risk", "lines"],
    "additionalProperties": False,
}
LONG = {"type": "array", "items": {"type": "integer"}, "minItems": 400}
RULES = " ".join(f"Rule {number}: a name says what it names." for number in range(12))


class Desk:
    """Who sends jobs and waits for their results."""

    def __init__(self) -> None:
        self.jobs = MemoryJobs()
        self.payloads = MemoryPayloads()
        self.results = MemoryResults()

    async def submit(self, id: str, question: str, *, schema: Mapping[str, object] = SCHEMA, tokens: int = 60) -> None:
        prompt = Prompt(
            agent="tests",
            work=Work.REVIEW,
            messages=(ChatMessage(role="system", text=RULES), ChatMessage(role="user", text=question)),
            schema_name="reply",
            reply_schema=dict(schema),
            limits=Limits(output_tokens=tokens, seconds=60),
        )
        now = datetime.now(UTC)
        job = Job(
            id=id,
            urgency=Urgency.PULL,
            repository="o/n",
            model=smollm.NAME,
            payload=await self.payloads.put(prompt.model_dump_json().encode()),
            run="run",
            event=id,
            enqueued=now,
            expires=now + timedelta(minutes=5),
        )
        self.jobs.put(job.model_dump_json().encode())

    async def answer(self, id: str) -> Result:
        async with asyncio.timeout(60):
            while (digest := await self.results.answered(id)) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return Result.model_validate_json(await self.payloads.get(digest))


@pytest.mark.slow
async def test_a_worker_from_cold_start_to_drain(tmp_path: Path) -> None:
    samples = tmp_path / "samples.jsonl"
    settings = read(
        {
            "FUSION_WORKER_MODEL": smollm.NAME,
            "FUSION_WORKER_WEIGHTS": str(smollm.weights()),
            "FUSION_WORKER_CAPACITY": "2",
            "FUSION_WORKER_CONTEXT": "1024",
            "FUSION_WORKER_PORT": "0",
            "FUSION_WORKER_SAMPLES": str(samples),
            "FUSION_WORKER_SAMPLE_SECONDS": "0.5",
            "FUSION_WORKER_GPU_HOUR": "3.6",
            "FUSION_WORKER_NAME": "desk",
        }
    )
    desk, drain, port = Desk(), Drain(), asyncio.get_running_loop().create_future()
    worker = asyncio.create_task(
        running.run(
            settings,
            desk.jobs,
            desk.payloads,
            desk.results,
            drain=drain,
            accelerator=Cpu("This test has no GPU."),
            serving=port.set_result,
        )
    )
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{await port}", trust_env=False) as status:
        unready = await status.get("/readyz")
        assert (unready.status_code, unready.text.count(".")) == (503, 1), unready.text
        assert "The engine is loading" in unready.text
        assert (await status.get("/healthz")).status_code == 200
        await desk.submit("first", "Is `x = 1` a risk?")
        first = await desk.answer("first")
        assert (await status.get("/readyz")).status_code == 200
        await desk.submit("second", "Is `y = eval(z)` a risk?")
        second = await desk.answer("second")

        for result in (first, second):
            assert (result.ending, result.worker, result.model) == ("ok", "desk", smollm.NAME), result
            jsonschema.validate(json.loads(result.text), SCHEMA)
            assert result.first_token_seconds is not None
            assert 0 < result.gpu_seconds <= result.seconds + 0.1
        # The rules were read once: all of the second prompt but its question comes from the cache.
        assert first.cached_tokens < 0.2 * first.input_tokens
        assert second.cached_tokens > 0.8 * second.input_tokens

        measured = (await status.get("/metrics")).text
        assert 'fusion_worker_state{state="ready"} 1.0' in measured
        assert f"fusion_worker_cached_tokens_total {float(first.cached_tokens + second.cached_tokens)}" in measured
        assert f"fusion_worker_output_tokens_total {float(first.output_tokens + second.output_tokens)}" in measured
        assert 'fusion_worker_accelerator_info{gpu="no",name="cpu",why="This test has no GPU."} 1.0' in measured
        assert "fusion_worker_gpu_utilisation_ratio" not in measured

        assert "llamacpp:tokens_predicted_total" in (await status.get("/metrics/engine")).text

        # The drain comes while a long job runs: what does not fit into its time is given back, blameless.
        await desk.submit("long", "Tell a long story.", schema=LONG, tokens=900)
        async with asyncio.timeout(20):
            while "fusion_worker_running 1.0" not in (await status.get("/metrics")).text:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        drain.begin("SIGTERM", within=0.0)
        with suppress(httpx.HTTPError):
            unready = await status.get("/readyz")
            assert (unready.status_code, "it takes no more jobs" in unready.text) == (503, True), unready.text
        assert await asyncio.wait_for(worker, 30) == ""
    held = await desk.jobs.receive(0.0)
    assert held is not None
    assert (json.loads(held.body)["id"], held.delivery) == ("long", 1)

    check = jsonschema.Draft202012Validator(json.loads((CONTRACT / "sample.schema.json").read_text("utf-8")))
    lines = [json.loads(line) for line in samples.read_text("utf-8").splitlines()]
    assert [list(check.iter_errors(line)) for line in lines] == [[]] * len(lines)
    assert [line["job"] for line in lines if line["kind"] == "job"] == ["first", "second"]
    intervals = [line for line in lines if line["kind"] == "interval"]
    assert {"ready", "draining"} <= {line["state"] for line in intervals}
    assert sum(line["busy_seconds"] for line in intervals) >= first.gpu_seconds + second.gpu_seconds - 0.1
    assert {line["gpu_utilisation"] for line in intervals} == {None}
