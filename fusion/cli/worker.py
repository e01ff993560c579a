"""`fusion worker`: the inference worker on this machine, fed by the embedded queue."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fusion.cli import Exit, app, say
from fusion.errors import FusionError, UserError

if TYPE_CHECKING:
    from fusion.settings import Settings
    from gpu_worker.drain import Drain
    from gpu_worker.protocols import Happening
    from gpu_worker.settings import Settings as WorkerSettings

GRACE = 30.0
"""Seconds from Ctrl-C to the end; a second Ctrl-C leaves none."""
INSTALL = '.venv/bin/pip install "./gpu-worker[cpu]", in the folder of Fusion'


@app.command(short_help="Answer model calls on this machine, with a model file or a server that runs here.")
def worker(
    model: Annotated[Path | None, typer.Option("--model", "-m", metavar="FILE", help="A model file (GGUF).")] = None,
    server: Annotated[
        str, typer.Option("--server", metavar="ADDRESS", help="Instead: a model server on this machine, http://127.0.0.1:PORT.")
    ] = "",
    name: Annotated[str, typer.Option("--name", help="What the models file calls the model. Default: the file's name.")] = "",
    parallel: Annotated[int, typer.Option("--parallel", "-n", min=1, max=64, help="Generations at the same time.")] = 1,
    context: Annotated[int, typer.Option("--context", min=512, help="Tokens of prompt and reply, for each generation.")] = 8192,
    threads: Annotated[int, typer.Option("--threads", min=1, max=256, help="Threads of the engine.")] = 1,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port of its status and metrics; 0 takes one.")] = 0,
    samples: Annotated[
        Path | None,
        typer.Option("--samples", metavar="FILE", help="Record utilisation there. Default: utilisation/ in the state folder."),
    ] = None,
) -> None:
    """Take model calls from the queue in the state folder and answer them, until Ctrl-C or SIGTERM.

    Reviews send their calls there when FUSION_MODELS names an endpoint of kind worker. When it ends, what is being generated
    has thirty seconds to finish; the rest is given back to the queue. docs/worker.md says more.
    """
    import asyncio

    from fusion import runtime, settings

    configured = settings.read(os.environ)
    if configured.servicebus:
        raise UserError(
            "FUSION_SERVICEBUS is set, so that jobs go to Service Bus: run the worker as docs/worker.md says, or unset it."
        )
    asked = _asked(configured)
    prepared = _settings(
        model,
        server,
        name=name,
        parallel=parallel,
        context=context,
        threads=threads,
        port=port,
        samples=samples or configured.home / runtime.RECORDINGS / "worker.jsonl",
    )
    if asked and prepared.model not in asked:
        names = " or ".join(asked)
        raise UserError(
            f"FUSION_MODELS asks its workers for {names}, and this one would answer for {prepared.model}: say --name"
            f" {asked[0]} if that is what it runs."
        )
    place = runtime.state_folder(configured) / "inference.db"

    async def run() -> str:
        from gpu_worker import running
        from gpu_worker.drain import Drain, on_signals
        from gpu_worker.files import FilePayloads
        from gpu_worker.picking import pick

        drain = Drain()
        ending = asyncio.create_task(_ending(drain))
        undo = on_signals(drain, within=GRACE)
        try:
            with runtime.worker_queue(configured, pick) as (jobs, results, blobs):
                say(f"fusion: loading {prepared.model}; jobs come from {place}; Ctrl-C ends it.")
                return await running.run(
                    prepared,
                    jobs,
                    FilePayloads(blobs),
                    results,
                    drain=drain,
                    listen=_told,
                    serving=lambda port: say(f"fusion: status and metrics at http://127.0.0.1:{port}."),
                )
        finally:
            undo()
            ending.cancel()

    if why := asyncio.run(run()):
        raise FusionError(why)
    say("fusion: the worker has ended; nothing is held.")
    raise typer.Exit(Exit.FINE)


def _settings(
    model: Path | None,
    server: str,
    *,
    name: str,
    parallel: int,
    context: int,
    threads: int,
    port: int,
    samples: Path | None,
) -> WorkerSettings:
    """What the worker is told. Raises UserError."""
    from importlib.util import find_spec

    if find_spec("gpu_worker") is None:
        raise UserError(f"The inference worker is not installed: {INSTALL}.")
    from gpu_worker.settings import Settings, on_this_machine

    if (model is None) == (not server):
        raise UserError("Say with --model FILE which model to run, or with --server ADDRESS where one runs already.")
    if server and not on_this_machine(server):
        raise UserError(f"--server takes an address on this machine, http://127.0.0.1:PORT, not {server!r}.")
    if server and not name:
        raise UserError("Say with --name what the models file calls the model that the server runs.")
    if model is not None and not model.is_file():
        raise UserError(f"There is no model file {model}.")
    if model is not None and find_spec("xllamacpp") is None:
        raise UserError(f"The engine for model files (xllamacpp) is not installed: {INSTALL}.")
    return Settings(
        engine="llama" if model is not None else "external",
        model=name or (model.stem if model is not None else ""),
        weights=str(model or ""),
        address=server,
        capacity=parallel,
        context=context,
        threads=threads,
        port=port,
        grace_seconds=GRACE,
        samples=samples,
    )


async def _ending(drain: Drain) -> None:
    """Say that the drain has begun: what is under way may take a while yet."""
    await drain.wait()
    why = {"SIGINT": "Ctrl-C", "SIGTERM": "SIGTERM"}.get(drain.why, drain.why)
    say(
        f"fusion: shutting down ({why}): no more jobs are taken, and what is under way has {drain.left():.0f} s;"
        " Ctrl-C again gives it back to the queue at once."
    )


def _asked(configured: Settings) -> list[str]:
    """The models that the models file asks workers for; empty where there is no such file. Raises UserError."""
    if configured.models is None:
        return []
    from fusion.routing import catalogue

    file = catalogue.read(configured.models)
    return list(dict.fromkeys(endpoint.model for endpoint in file.endpoints if endpoint.kind == "worker"))


def _told(happening: Happening) -> None:
    """One plain sentence for each thing that a person wants to know."""
    result, detail = happening.result, happening.detail.rstrip(".")
    whose = f"a {happening.urgency} job of {happening.repository}" if happening.job else "a message"
    match happening.kind:
        case "taken":
            return
        case "answered":
            assert result is not None, "what is answered has a result"
            how = f"{result.ending}, {result.output_tokens} tokens in {result.seconds:.1f} s"
            sentence = f"answered {whose}: {how}"
        case "told_again":
            sentence = f"{whose} was answered before; its result is told again"
        case "expired":
            sentence = f"nobody waits any more for {whose}"
        case "declined":
            sentence = f"declined {whose}: {detail}"
        case "given_back":
            sentence = f"gave {whose} back to the queue: {detail}"
        case "dead_lettered":
            sentence = f"set {whose} aside: {detail}; `fusion dead-letters` shows it"
        case "lock_lost":
            sentence = f"the lock of {whose} ran out, and it comes again"
        case "away":
            sentence = f"the queue or the blobs do not answer: {detail}"
    say(f"fusion: {sentence}.")
