"""`fusion dead-letters`: messages that could not be handled; look at them, feed them again, forget them.

The inference worker's jobs that were set aside are among them. Those are not fed again: whoever waited for one was told at once
and has gone another way, so that its answer would find nobody.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fusion.cli import app, say, work
from fusion.errors import FusionError, UserError

if TYPE_CHECKING:
    from fusion.ports import DeadJob, DeadLetter, Inference, Mailbox

ALL = 100_000
"""More than are ever set aside before a person looks."""

WORKER = "inference worker"
"""Where a job was set aside."""

commands = typer.Typer(
    no_args_is_help=False, help="Messages that could not be handled: look, replay, drop.", rich_markup_mode=None
)
app.add_typer(commands, name="dead-letters")

Format = Annotated[str, typer.Option("--format", "-f", help="terminal or json.")]
Everything = Annotated[bool, typer.Option("--all", help="All of them.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A message of either queue that was set aside, as it is shown."""

    id: str
    kind: str
    """`message` or `job`."""
    where: str
    priority: str
    reason: str
    detail: str
    attempts: int
    at: datetime
    body: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where messages are set aside. `jobs`: None where this host has no worker's queue."""

    queue: Mailbox
    jobs: Inference | None

    async def list(self, limit: int) -> Sequence[SetAside]:
        """Of both, oldest first. A worker's queue that cannot be looked at is said, and hides nothing of the other."""
        found = [_letter(letter) for letter in await self.queue.list(limit=limit)]
        if self.jobs is not None:
            try:
                found += [_job(job) for job in await self.jobs.dead(limit=limit)]
            except FusionError as error:
                say(f"fusion: The inference worker's queues were not looked at: {error}")
        return sorted(found, key=lambda each: each.at)[:limit]

    async def drop(self, one: SetAside) -> None:
        """Forget it for good."""
        if one.kind == "job" and self.jobs is not None:
            await self.jobs.discard(one.id)
        else:
            await self.queue.drop(one.id)


@commands.callback(invoke_without_command=True)
def dead_letters(ctx: typer.Context) -> None:
    """Messages that could not be handled: look, replay, drop."""
    if ctx.invoked_subcommand is None:
        list_letters()


@commands.command("list")
def list_letters(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=ALL, help="How many, oldest first.")] = 100,
    format: Format = "terminal",
) -> None:
    """List the messages that were set aside, oldest first."""
    from rich.table import Table
    from rich.text import Text

    from fusion.cli.show import Terminal
    from fusion.render.text import exact

    _known(format)
    letters = work(_listed(limit))
    if format == "json":
        shown = [_json(letter) for letter in letters]
        typer.echo(json.dumps({"schema_version": 1, "dead_letters": shown}, indent=2))
        return
    table = Table(box=None, pad_edge=False)
    # A delivery's GUID stays in one piece, to be copied.
    table.add_column("message", overflow="fold", min_width=36)
    table.add_column("since", no_wrap=True)
    table.add_column("where", overflow="fold")
    table.add_column("why", overflow="fold")
    for letter in letters:
        table.add_row(
            Text(exact(letter.id)),
            letter.at.astimezone().strftime("%m-%d %H:%M"),
            Text(exact(letter.where)),
            Text(exact(letter.reason)),
        )
    Terminal(highlight=False).print(table if letters else "No message was set aside.")


@commands.command()
def show(
    message: Annotated[str, typer.Argument(metavar="ID", help="The message's id, or its beginning.")],
    format: Format = "terminal",
) -> None:
    """Show a message that was set aside: what it is about, why it failed, and all that it holds."""
    from fusion.render.text import one_line, visible

    _known(format)
    letter = _found(work(_listed(ALL)), message)
    if format == "json":
        typer.echo(json.dumps({"schema_version": 1, **_json(letter), "body": letter.body}, indent=2))
        return
    rows = (
        (letter.kind, letter.id),
        ("since", letter.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")),
        ("tried", str(letter.attempts)),
        ("priority", letter.priority),
        ("where", letter.where),
        ("why", letter.reason),
        ("detail", letter.detail),
    )
    for title, value in rows:
        typer.echo(f"{title:9} {one_line(value)}")
    typer.echo(visible(json.dumps(letter.body, indent=2, ensure_ascii=False)))


@commands.command(short_help="Feed messages to the queue again.")
def replay(
    messages: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Their ids, or beginnings of ids.")] = None,
    all: Everything = False,
) -> None:
    """Feed messages that were set aside to the queue again, each under a new id: DELIVERY/r1, /r2..."""
    from fusion.render.text import one_line

    async def again(places: Places, letter: SetAside) -> None:
        new = await places.queue.replay(letter.id)
        typer.echo(one_line(f"{letter.id} is in the queue again, as {new}."))

    work(_each(messages or [], all, again, replaying=True))


@commands.command(short_help="Forget messages for good.")
def drop(
    messages: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Their ids, or beginnings of ids.")] = None,
    all: Everything = False,
) -> None:
    """Forget messages that were set aside, for good."""
    from fusion.render.text import one_line

    async def forget(places: Places, letter: SetAside) -> None:
        await places.drop(letter)
        typer.echo(one_line(f"{letter.id} is forgotten."))

    work(_each(messages or [], all, forget))


@asynccontextmanager
async def _places() -> AsyncIterator[Places]:
    """Both queues; the worker's only where there is one, for looking must not make it."""
    from fusion import runtime, settings

    configured = settings.read(os.environ)
    async with AsyncExitStack() as stack:
        queue = await stack.enter_async_context(runtime.queue(configured))
        fed = configured.servicebus or (configured.home / "inference.db").exists()
        jobs = await stack.enter_async_context(runtime.inference(configured)) if fed else None
        yield Places(queue=queue, jobs=jobs)


async def _listed(limit: int) -> Sequence[SetAside]:
    async with _places() as places:
        return await places.list(limit)


async def _each(
    ids: Sequence[str], everything: bool, act: Callable[[Places, SetAside], Awaitable[None]], *, replaying: bool = False
) -> None:
    """Do it to the letters that were named, each once. Raises UserError before anything is done with any of them."""
    if everything == bool(ids):
        raise UserError("Name the messages, or say --all; `fusion dead-letters list` shows them.")
    async with _places() as places:
        letters = await places.list(ALL)
        chosen = list(letters) if everything else [_found(letters, id) for id in ids]
        jobs = [letter for letter in chosen if letter.kind == "job"]
        if replaying and jobs and not everything:
            raise UserError(
                f"{jobs[0].id} is a job of the inference worker: whoever waited for it has gone another way: review the change"
                " again, and forget the job with `fusion dead-letters drop`."
            )
        if replaying and jobs:
            chosen = [letter for letter in chosen if letter.kind != "job"]
            say(f"fusion: jobs of the inference worker stay set aside, for nobody waits for them any more: {len(jobs)}.")
        elif not chosen:
            typer.echo("No message was set aside.")
        for letter in {(letter.kind, letter.id): letter for letter in chosen}.values():
            await act(places, letter)


def _known(format: str) -> None:
    if format not in ("terminal", "json"):
        raise UserError(f"There is no format {format!r} for dead letters; there are: terminal, json.")


def _found(letters: Sequence[SetAside], typed: str) -> SetAside:
    """The letter of that id, or the only one whose id begins so. Raises UserError."""
    begins = [letter for letter in letters if letter.id.startswith(typed)]
    exact = [letter for letter in begins if letter.id == typed]
    if len(found := exact or begins) != 1:
        raise UserError(
            f"{len(found) or 'No'} messages that were set aside begin with {typed}; `fusion dead-letters list` shows all."
        )
    return found[0]


def _letter(letter: DeadLetter) -> SetAside:
    return SetAside(
        id=letter.message.id,
        kind="message",
        where=letter.message.session,
        priority=letter.message.priority.value,
        reason=letter.reason,
        detail=letter.detail,
        attempts=letter.attempts,
        at=letter.at,
        body=letter.message.body,
    )


def _job(job: DeadJob) -> SetAside:
    try:
        body = json.loads(job.body)
    except (ValueError, RecursionError):
        body = job.body
    urgency = body.get("urgency") if isinstance(body, dict) else ""
    return SetAside(
        id=job.id,
        kind="job",
        where=f"{WORKER}, {job.repository}" if job.repository else WORKER,
        priority=str(urgency or ""),
        reason=job.reason,
        detail=job.detail,
        attempts=job.deliveries,
        at=job.at,
        body=body,
    )


def _json(letter: SetAside) -> dict[str, Any]:
    return {
        "id": letter.id,
        "kind": letter.kind,
        "session": letter.where,
        "priority": letter.priority,
        "reason": letter.reason,
        "detail": letter.detail,
        "attempts": letter.attempts,
        "at": letter.at.isoformat(),
    }
