"""A process that behaves like `vllm serve`: the same flags, refused when unknown, the same answers, and faults on demand.

Run as a script. The folder of weights holds `behaviour.json`: `start` is `dies`, `hangs` or nothing; `answer` one of `ANSWERS`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path

from aiohttp import web

FLAGS = {
    "--served-model-name": str,
    "--host": str,
    "--port": int,
    "--max-model-len": int,
    "--max-num-seqs": int,
    "--gpu-memory-utilization": float,
    "--shutdown-timeout": int,
    "--dtype": str,
    "--quantization": str,
}
SWITCHES = (
    *("--enable-prefix-caching", "--enable-prompt-tokens-details", "--no-enable-log-requests"),
    *("--disable-uvicorn-access-log", "--disable-fastapi-docs"),
)


def parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="vllm", allow_abbrev=False)
    parser.add_argument("command", choices=["serve"])
    parser.add_argument("weights", type=Path)
    for flag, kind in FLAGS.items():
        parser.add_argument(flag, type=kind)
    for switch in SWITCHES:
        parser.add_argument(switch, action="store_true")
    return parser.parse_args(arguments)


class Fake:
    """What it was asked is in `self.asked`; what it answers is `answer`."""

    def __init__(self, model: str, answer: str = "ok") -> None:
        self.model = model
        self.answer = answer
        self.asked: list[dict[str, object]] = []
        self.healthy = True
        self.was_asked = asyncio.Event()
        self.let_go = asyncio.Event()

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/health", self.health),
                web.get("/metrics", self.metrics),
                web.post("/v1/chat/completions", self.complete),
            ]
        )
        return app

    async def health(self, _: web.Request) -> web.Response:
        return web.Response(status=200 if self.healthy else 503)

    async def metrics(self, _: web.Request) -> web.Response:
        return web.Response(text=f'vllm:num_requests_running{{model_name="{self.model}"}} 0.0\n')

    async def complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append(body)
        self.was_asked.set()
        if self.answer.isdigit():
            error = {"message": "it cannot\nbe", "type": "BadRequestError", "code": int(self.answer)}
            return web.json_response({"error": error}, status=int(self.answer))
        if self.answer == "crash":
            os._exit(3)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            await self.stream(response, request, body)
        except ConnectionError:
            self.let_go.set()
        except asyncio.CancelledError:
            self.let_go.set()
            raise
        return response

    async def stream(self, response: web.StreamResponse, request: web.Request, body: dict[str, object]) -> None:
        async def say(**fields: object) -> None:
            data = json.dumps({"object": "chat.completion.chunk", "model": self.model, **fields})
            await response.write(f"data: {data}\n\n".encode())

        async def token(text: str, finish: str | None = None) -> None:
            await say(choices=[{"index": 0, "delta": {"content": text}, "finish_reason": finish}])

        await say(choices=[{"index": 0, "delta": {"role": "assistant"}, "finish_reason": None}])
        if self.answer == "silent":
            await asyncio.sleep(60)
        while self.answer in ("endless", "drip"):
            await token("x" * (5_000 if self.answer == "endless" else 1))
            await asyncio.sleep(0.02 if self.answer == "drip" else 0)
        if self.answer == "garbage":
            await response.write(b"data: {not json\n\n")
        await token('{"blue":')
        if self.answer == "reset":
            assert request.transport is not None
            request.transport.abort()
            return
        if self.answer == "closes":
            return
        if self.answer == "error":
            await response.write(b'data: {"error": {"message": "EngineDeadError"}}\n\ndata: [DONE]\n\n')
            return
        finishes = {"length": "length", "full": "length", "filtered": "content_filter"}
        await token("" if self.answer == "length" else " true}", finishes.get(self.answer, "stop"))
        if self.answer != "uncounted":
            made = body["max_tokens"] if self.answer == "length" else 7
            usage = {"prompt_tokens": 40, "completion_tokens": made, "prompt_tokens_details": {"cached_tokens": 32}}
            await say(choices=[], usage=usage)
        await response.write(b"data: [DONE]\n\n")


def main() -> None:
    options = parsed(sys.argv[1:])
    behaviour = json.loads((options.weights / "behaviour.json").read_text("utf-8"))
    (options.weights / "started.jsonl").open("a").write(
        json.dumps({"arguments": sys.argv[1:], "environment": dict(os.environ)}) + "\n"
    )
    if behaviour.get("start") == "dies":
        print("torch.OutOfMemoryError: CUDA out of memory", flush=True)
        sys.exit(1)
    if behaviour.get("start") == "hangs":
        asyncio.run(asyncio.sleep(60))
    fake = Fake(options.served_model_name, behaviour.get("answer", "ok"))
    web.run_app(fake.app(), host=options.host, port=options.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
