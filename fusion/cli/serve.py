"""`fusion serve`: the bot in one process."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from fusion.cli import Exit, app, say
from fusion.errors import UserError


@app.command(short_help="Run the bot: GitHub's webhooks in, reviews out.")
def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on. Default: this machine alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="Port; 0 takes a free one.")] = 8080,
    log: Annotated[str, typer.Option("--log", help="Form of the log on standard error: text or json.")] = "text",
) -> None:
    """Run the bot in one process: webhooks in at /github, reviews out, until SIGTERM or Ctrl-C.

    It needs FUSION_GITHUB_APP, FUSION_GITHUB_KEY and FUSION_WEBHOOK_SECRET; docs/bot.md says where they come from. What is
    unfinished when it ends goes on when it starts again.
    """
    import asyncio
    import signal

    from fusion import runtime, settings
    from fusion.serve import logs
    from fusion.serve.embedded import Embedded
    from fusion.serve.metrics import Metrics
    from fusion.serve.process import GRACE, Process
    from fusion.serve.web import listen

    if log not in ("text", "json"):
        raise UserError(f"There is no log form {log!r}; there are: text, json.")
    configured = settings.read(os.environ)
    metrics = Metrics()
    listening = listen(host, port)
    logs.configure("json" if log == "json" else "text")

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for ending in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(ending, stop.set)
        where = listening.getsockname()
        place = f"[{where[0]}]:{where[1]}" if ":" in where[0] else f"{where[0]}:{where[1]}"
        journal = runtime.state_folder(configured) / "bot.db"
        async with runtime.bot(configured, listen=metrics.heard) as bundle:
            durable = Embedded(bundle, journal, grace=GRACE)
            process = Process(configured, bundle, listening, durable=durable, metrics=metrics)
            await process.run(stop, opened=lambda: _opened(place, log))

    asyncio.run(run())
    raise typer.Exit(Exit.FINE)


def _opened(place: str, form: str) -> None:
    """Say where the door is; among lines of JSON in one of them, so that whatever reads them reads it."""
    import logging

    sentence = f"Deliveries are taken at http://{place}/github; Ctrl-C ends it."
    if form == "json":
        logging.getLogger("fusion.serve").info(sentence)
    else:
        say(f"fusion: {sentence}")
