"""`fusion serve`: the bot in one process. And what all hosts of it share that are a process of ours."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fusion.cli import Exit, app, say
from fusion.errors import UserError

if TYPE_CHECKING:
    from fusion.serve.durable import Durable
    from fusion.settings import Settings
    from orchestrations.bundle import Bundle

Form = Literal["json", "text"]


@app.command(short_help="Run the bot: GitHub's webhooks in, reviews out.")
def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on. Default: this machine alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="Port; 0 takes a free one.")] = 8080,
    log: Annotated[str, typer.Option("--log", help="Form of the log on standard error: text or json.")] = "text",
    drain: Annotated[bool, typer.Option("--drain", help="Take nothing new; finish what is unfinished, and end.")] = False,
) -> None:
    """Run the bot in one process: webhooks in at /github, reviews out, until SIGTERM or Ctrl-C.

    It needs FUSION_GITHUB_APP, FUSION_GITHUB_KEY and FUSION_WEBHOOK_SECRET; docs/bot.md says where they come from. What is
    unfinished when it ends goes on when it starts again.
    """
    from fusion import runtime, settings
    from fusion.serve.embedded import Embedded
    from fusion.serve.process import GRACE

    configured = settings.read(os.environ)
    bot(
        configured,
        host,
        port,
        form(log),
        lambda bundle: Embedded(bundle, runtime.state_folder(configured) / "bot.db", grace=GRACE),
        drain=drain,
    )
    raise typer.Exit(Exit.FINE)


def form(log: str) -> Form:
    """The form of the log. Raises UserError."""
    if log == "json":
        return "json"
    if log == "text":
        return "text"
    raise UserError(f"There is no log form {log!r}; there are: text, json.")


def bot(
    configured: Settings,
    host: str,
    port: int,
    log: Form,
    durable: Callable[[Bundle], Durable],
    *,
    beside_identities: bool = False,
    drain: bool = False,
) -> None:
    """The life of a bot, from its first line to SIGTERM; `durable` runs its orchestrations.

    `drain`: it only finishes what is unfinished. Raises UserError where SIGTERM leaves some of it.
    """
    import asyncio
    import logging
    import signal

    from fusion import runtime
    from fusion.serve import drain as draining
    from fusion.serve import logs
    from fusion.serve.metrics import Metrics
    from fusion.serve.process import Process
    from fusion.serve.web import listen

    again = "; start it again with --drain, or without."
    metrics = Metrics()
    listening = None if drain else listen(host, port)
    logs.configure(log)

    async def run() -> None:
        stop, is_open = asyncio.Event(), False
        loop, opening_of = asyncio.get_running_loop(), asyncio.current_task()
        assert opening_of is not None

        def end() -> None:
            stop.set()
            if not is_open:
                # What it waits for may never answer, and nothing has been taken yet.
                opening_of.cancel()

        for ending in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(ending, end)
        opening = runtime.bot(
            configured, listen=metrics.heard, meters=[metrics.prometheus], beside_identities=beside_identities
        )
        async with opening as bundle:
            is_open = True
            metrics.join(bundle.telemetry.meter)
            if listening is None:
                if left := await draining.drain(bundle, durable(bundle), stop):
                    known = f"Unfinished runs: {left}" if left > 0 else "How many runs are unfinished is not known"
                    raise UserError(f"{known}{again}")
                return
            where = listening.getsockname()
            place = f"[{where[0]}]:{where[1]}" if ":" in where[0] else f"{where[0]}:{where[1]}"
            process = Process(configured, bundle, listening, durable=durable(bundle), metrics=metrics)
            await process.run(stop, opened=lambda: _opened(place, log))

    try:
        asyncio.run(run())
    except asyncio.CancelledError:
        if drain:
            raise UserError(f"How many runs are unfinished is not known{again}") from None
        logging.getLogger("fusion.serve").info("stopped before anything was taken")


def _opened(place: str, form: Form) -> None:
    """Say where the door is; among lines of JSON in one of them, so that whatever reads them reads it."""
    import logging

    sentence = f"Deliveries are taken at http://{place}/github; Ctrl-C ends it."
    if form == "json":
        logging.getLogger("fusion.serve").info(sentence)
    else:
        say(f"fusion: {sentence}")
