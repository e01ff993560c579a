"""`fusion host scheduler`: the bot in any number of processes, its orchestrations on the Durable Task Scheduler."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from fusion.cli import Exit, app
from fusion.cli.serve import bot, form

host = typer.Typer(no_args_is_help=True, help="Run the bot on a durable host that scales past one machine.")
app.add_typer(host, name="host", short_help="Run the bot on a durable host that scales past one machine.")


@host.callback()
def hosts() -> None:
    """Run the bot on a durable host that scales past one machine."""


@host.command("scheduler", short_help="The bot as one of any number of workers of the Durable Task Scheduler.")
def scheduler(
    address: Annotated[str, typer.Option("--host", help="Address to listen on. Default: this machine alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="Port; 0 takes a free one.")] = 8080,
    at_once: Annotated[int, typer.Option("--activities", min=1, max=256, help="Activities at work at the same time.")] = 32,
    log: Annotated[str, typer.Option("--log", help="Form of the log on standard error: text or json.")] = "text",
    drain: Annotated[bool, typer.Option("--drain", help="Take nothing new; finish what the hub has, and end.")] = False,
) -> None:
    """Take webhooks, messages and work of the task hub, until SIGTERM or Ctrl-C. Start as many as there is work for.

    It needs what `fusion serve` needs, and FUSION_SCHEDULER, FUSION_SERVICEBUS, FUSION_COSMOS and FUSION_BLOBS, so that its
    processes share all state. What is unfinished when one ends goes on in another. docs/hosts.md compares the hosts.
    """
    from fusion import runtime, settings
    from fusion.scheduler.host import Scheduled
    from fusion.serve.process import GRACE

    configured = runtime.scheduled(settings.read(os.environ))
    place = f"its runs are in the task hub {configured.taskhub} at {configured.scheduler}"

    bot(
        configured,
        address,
        port,
        form(log),
        lambda bundle: Scheduled(
            bundle,
            lambda flows, activities: runtime.task_hub(configured, flows, activities, grace=GRACE, at_once=at_once),
            place=place,
        ),
        beside_identities=True,
        drain=drain,
    )
    raise typer.Exit(Exit.FINE)
