"""Real worker processes on the embedded queue: killed, drained, and `fusion worker` from the command line."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from fusion.adapters.files import FileBlobs
from fusion.adapters.sqlite.inference import SqliteInference
from fusion.model import ChatMessage, Ending, InferenceJob, InferenceResult, Prompt, Urgency, Work

ROOT = Path(__file__).parents[2]


@contextmanager
def process(*command: str, home: Path, **more: str) -> Iterator[subprocess.Popen[str]]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("FUSION_", "AZURE_"))}
    path = os.pathsep.join([str(ROOT), str(ROOT / "gpu-worker")])
    started = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environ | {"FUSION_HOME": str(home), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


async def line(started: subprocess.Popen[str], word: str) -> str:
    """The next line of what it says with the word in it."""
    assert started.stdout is not None
    while text := await asyncio.to_thread(started.stdout.readline):
        if word in text:
            return text
    raise AssertionError(f"it ended and never said {word!r}")


@pytest.fixture
async def inference(tmp_path: Path) -> AsyncIterator[SqliteInference]:
    with SqliteInference(tmp_path / "inference.db") as made:
        yield made


async def submit(inference: SqliteInference, home: Path, id: str) -> None:
    prompt = Prompt(
        agent="tests",
        work=Work.REVIEW,
        messages=(ChatMessage(role="system", text="Reply with JSON."), ChatMessage(role="user", text="Hello.")),
        schema_name="reply",
        reply_schema={"type": "object"},
    )
    payload = await FileBlobs(home / "blobs").put(prompt.model_dump_json(exclude_defaults=True).encode())
    now = datetime.now(UTC)
    job = InferenceJob(
        **{"id": id, "urgency": Urgency.PERSON, "repository": "o/n", "model": "m", "payload": payload},
        **{"run": "run-1", "event": "answer-1", "enqueued": now, "expires": now + timedelta(minutes=20)},
    )
    await inference.submit(job)


async def result(inference: SqliteInference, home: Path) -> InferenceResult:
    async with inference.result(wait=240) as answered:
        assert answered is not None
        assert (answered.run, answered.event) == ("run-1", "answer-1")
        return InferenceResult.model_validate_json(await FileBlobs(home / "blobs").get(answered.result))


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
async def test_what_a_worker_held_when_it_went_another_finishes(
    inference: SqliteInference, tmp_path: Path, ending: signal.Signals
) -> None:
    """Killed, its lock runs out and the delivery counts; drained, it gives the job back at once and blames nobody."""
    module = ("-m", "tests.fakes.inference_worker", str(tmp_path))
    with process(*module, "endless", home=tmp_path) as first:
        await line(first, "ready")
        await submit(inference, tmp_path, "a")
        await line(first, "generating")
        first.send_signal(ending)
        await asyncio.to_thread(first.wait, 240)
    with process(*module, '{"by": "another"}', home=tmp_path) as second:
        found = await result(inference, tmp_path)
        await line(second, "answered a")
        second.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(second.wait, 240) == 0
    assert (found.job, found.ending, found.text) == ("a", Ending.OK, '{"by": "another"}')
    async with inference.result(wait=0) as more:
        assert more is None


class Server(BaseHTTPRequestHandler):
    """The least of an OpenAI-compatible server."""

    def do_GET(self) -> None:
        self.reply(json.dumps({"object": "list", "data": [{"id": "m"}]}).encode())

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        usage = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
        text = json.dumps({"heard": asked["messages"][-1]["content"]})
        if not asked.get("stream"):
            choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
            self.reply(json.dumps({"model": "m", "choices": [choice], "usage": usage}).encode())
            return
        said = {"model": "m", "choices": [{"index": 0, "finish_reason": None, "delta": {"content": text}}]}
        last = {"model": "m", "choices": [{"index": 0, "finish_reason": "stop", "delta": {}}]}
        parts = [said, last, {"model": "m", "choices": [], "usage": usage}]
        body = "".join(f"data: {json.dumps(part)}\n\n" for part in parts) + "data: [DONE]\n\n"
        self.reply(body.encode(), kind="text/event-stream")

    def reply(self, body: bytes, *, kind: str = "application/json") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.mark.slow
async def test_the_command_answers_until_ctrl_c(inference: SqliteInference, tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        with process("-m", "fusion", "worker", "--server", address, "--name", "m", home=tmp_path) as worker:
            await submit(inference, tmp_path, "a")
            found = await result(inference, tmp_path)
            assert "answered a person job of o/n: ok, 4 tokens" in await line(worker, "answered")
            worker.send_signal(signal.SIGINT)
            assert "(Ctrl-C): no more jobs are taken, and what is under way has 30 s" in await line(worker, "shutting down")
            assert "nothing is held" in await line(worker, "ended")
            assert await asyncio.to_thread(worker.wait, 240) == 0
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert (found.ending, json.loads(found.text)) == (Ending.OK, {"heard": "Hello."})


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "--model FILE"),
        (["--model", "nowhere.gguf"], "There is no model file nowhere.gguf."),
        (["--server", "http://models.example.com:80", "--name", "m"], "on this machine"),
        (["--server", "http://127.0.0.1:80"], "--name"),
    ],
)
def test_a_wrong_call_is_one_sentence(options: list[str], sentence: str, tmp_path: Path) -> None:
    with process("-m", "fusion", "worker", *options, home=tmp_path) as worker:
        said, _ = worker.communicate(timeout=240)
    assert worker.returncode == 2
    assert sentence in said
    assert len(said.splitlines()) == 1


def test_a_model_that_nobody_asks_for_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    models = tmp_path / "models.toml"
    models.write_text(
        '[models."qwen-7b"]\nsize = "small"\ncontext = 32000\noutput = 2000\n'
        '[endpoints.here]\nkind = "worker"\nmodel = "qwen-7b"\nlocal = true\nlocal_reason = "this machine"\n',
        encoding="utf-8",
    )
    server = ("--server", "http://127.0.0.1:9", "--name", "qwen-7b-q4")
    with process("-m", "fusion", "worker", *server, home=tmp_path, FUSION_MODELS=str(models)) as worker:
        said, _ = worker.communicate(timeout=240)
    assert worker.returncode == 2
    assert "asks its workers for qwen-7b, and this one would answer for qwen-7b-q4: say --name qwen-7b if" in said
    assert len(said.splitlines()) == 1
