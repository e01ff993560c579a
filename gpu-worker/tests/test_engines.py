"""Engines as processes: command lines, start-up, crashes, hangs. vLLM is a scripted process that takes vLLM's flags."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gpu_worker.contract import ChatMessage, Limits
from gpu_worker.engines import vllm
from gpu_worker.engines.child import Launch, free_port
from gpu_worker.engines.served import Patience, Served
from gpu_worker.engines.share import Share
from gpu_worker.protocols import EngineFailed

ASK = [ChatMessage(role="user", text="Is the sky blue?")]
QUICK = Patience(starting=20, poll=0.05, probe=0.1, answer=1, misses=2, restarts=2, backoff=0.05, grace=1)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Served]:
    """An engine over a process that is called `vllm` and behaves as the keywords say."""
    program = tmp_path / "bin" / "vllm"
    program.parent.mkdir()
    script = Path(__file__).parents[2] / "tests" / "fakes" / "vllm.py"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "{script}" "$@"\n', encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("FUSION_WORKER_SERVICEBUS", "Endpoint=sb://secret")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")

    def make(*, patience: Patience = QUICK, **behaviour: str) -> Served:
        behave(tmp_path, **behaviour)
        settings = vllm.VllmSettings(weights=str(tmp_path), model="m", context=4096, capacity=4, capability=(7, 5))
        return Served(model="m", capacity=4, launch=lambda: vllm.launch(settings, free_port()), patience=patience)

    return make


def behave(folder: Path, **behaviour: str) -> None:
    (folder / "behaviour.json").write_text(json.dumps(behaviour), "utf-8")


def starts(folder: Path) -> list[dict[str, dict[str, str]]]:
    return [json.loads(line) for line in (folder / "started.jsonl").read_text("utf-8").splitlines()]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - it is another process that changes.
            await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("capability", "half"), [((7, 0), True), ((7, 5), True), ((8, 0), False), ((8, 9), False), ((9, 0), False), (None, False)]
)
def test_old_gpus_calculate_in_half_precision(capability: tuple[int, int] | None, half: bool) -> None:
    settings = vllm.VllmSettings(weights="/w", model="m", context=1, capacity=1, capability=capability)
    assert ("--dtype" in vllm.arguments(settings, 1)) == half


def test_the_command_line_of_vllm() -> None:
    settings = vllm.VllmSettings(weights="/w", model="qwen", context=8192, capacity=16, capability=(7, 5), quantization="awq")
    assert " ".join(vllm.arguments(settings, 8001)) == (
        "vllm serve /w --served-model-name qwen --host 127.0.0.1 --port 8001 --max-model-len 8192 --max-num-seqs 16"
        " --gpu-memory-utilization 0.9 --shutdown-timeout 25 --enable-prefix-caching --enable-prompt-tokens-details"
        " --no-enable-log-requests --disable-uvicorn-access-log --disable-fastapi-docs --dtype half --quantization awq"
    )


async def test_it_warms_up_generates_and_ends(fake: Callable[..., Served], tmp_path: Path) -> None:
    async with fake() as engine:
        assert not await engine.ready()
        with pytest.raises(EngineFailed, match="not ready"):
            await engine.generate(ASK, {}, Limits())
        await engine.start()
        assert await engine.ready()
        made = await engine.generate(ASK, {}, Limits(output_tokens=20))
        assert (made.ending, made.text, made.cached_tokens) == ("ok", '{"blue": true}', 32)
        assert made.gpu_seconds > 0
        assert "vllm:num_requests_running" in (await engine.metrics() or "")
        pid = engine.pid
        assert pid is not None
    assert not alive(pid)
    environment = starts(tmp_path)[0]["environment"]
    assert "FUSION_WORKER_SERVICEBUS" not in environment
    assert environment["CUDA_VISIBLE_DEVICES"] == "0"
    assert environment["VLLM_NO_USAGE_STATS"] == "1"


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        ({"start": "dies"}, r"ended as it started \(status 1\): torch.OutOfMemoryError: CUDA out of memory"),
        ({"start": "hangs"}, r"did not generate within 1.5 s"),
        ({"answer": "500"}, r"answered 500"),
        ({"answer": "silent"}, r"first generation failed|did not generate within"),
    ],
)
async def test_it_is_not_ready_before_it_generated(fake: Callable[..., Served], behaviour: dict[str, str], told: str) -> None:
    patience = Patience(starting=1.5 if behaviour.get("start") == "hangs" else 3, poll=0.05, grace=1)
    async with fake(patience=patience, **behaviour) as engine:
        with pytest.raises(EngineFailed, match=told):
            await engine.start()
        assert not await engine.ready()
        assert engine.pid is None


async def test_a_program_that_is_not_there_is_said(tmp_path: Path) -> None:
    launch = Launch(command=("no-such-engine",), address="http://127.0.0.1:9")
    async with Served(model="m", capacity=1, launch=lambda: launch, patience=QUICK) as engine:
        with pytest.raises(EngineFailed, match="no-such-engine cannot be run: No such file or directory"):
            await engine.start()


async def test_a_crash_fails_what_is_in_flight_and_restarts(fake: Callable[..., Served], tmp_path: Path) -> None:
    async with fake(answer="ok") as engine:
        await engine.start()
        first = engine.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: not engine.up)
        with pytest.raises(EngineFailed):
            await engine.generate(ASK, {}, Limits())
        await until(lambda: engine.up)
        assert engine.pid != first
        assert (await engine.generate(ASK, {}, Limits(output_tokens=20))).ending == "ok"
        assert engine.share.running == 0


async def test_an_engine_that_keeps_dying_is_given_up(fake: Callable[..., Served], tmp_path: Path) -> None:
    async with fake(answer="ok") as engine:
        await engine.start()
        behave(tmp_path, start="dies")
        assert engine.pid is not None
        os.kill(engine.pid, signal.SIGKILL)
        async with asyncio.timeout(20):
            await engine.given_up.wait()
        assert engine.reason.startswith("The engine failed 3 times within 900 s; last: The engine ended as it started")
        assert len(starts(tmp_path)) == 3


async def test_an_engine_that_hangs_is_restarted(fake: Callable[..., Served]) -> None:
    async with fake() as engine:
        await engine.start()
        first = engine.pid
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        await until(lambda: engine.restarts == 1 and engine.up)
        assert not alive(first)


async def test_the_engine_dies_with_its_worker(tmp_path: Path) -> None:
    """A worker that is killed leaves nothing behind that holds the accelerator."""
    script = (
        "import asyncio, sys\n"
        "from gpu_worker.engines.child import Child, Launch\n"
        "async def main():\n"
        "    child = await Child.start(Launch(command=(sys.executable, '-c', 'import time; time.sleep(60)'), address=''))\n"
        "    print(child.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert worker.stdout is not None
    pid = int(await worker.stdout.readline())
    await asyncio.sleep(0.5)
    assert alive(pid)
    worker.kill()
    await worker.wait()
    await until(lambda: not running(pid))


def running(pid: int) -> bool:
    """Whether it runs; a zombie that nobody reaps does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_shares_add_up_to_the_busy_time() -> None:
    now = 0.0
    share = Share(lambda: now)
    now = 5.0
    first = share.begin()
    now = 7.0
    second = share.begin()
    now = 11.0
    assert share.end(first) == pytest.approx(2 + 4 / 2)
    now = 12.0
    assert share.end(second) == pytest.approx(4 / 2 + 1)
    now = 20.0
    assert share.busy_seconds == pytest.approx(7)
    assert share.running_seconds == pytest.approx(2 + 2 * 4 + 1)
