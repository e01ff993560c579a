"""`fusion dead-letters`: messages that could not be handled; look at them, feed them again, forget them."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fusion.cli import app, work
from fusion.errors import UserError

if TYPE_CHECKING:
    from fusion.ports import DeadLetter, Mailbox

ALL = 100_000
"""More than are ever set aside before a person looks."""

commands = typer.Typer(
    no_args_is_help=False, help="Messages that could not be handled: look, replay, drop.", rich_markup_mode=None
)
app.add_typer(commands, name="dead-letters")

Format = Annotated[str, typer.Option("--format", "-f", help="terminal or json.")]
Everything = Annotated[bool, typer.Option("--all", help="All of them.")]


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
            Text(exact(letter.message.id)),
            letter.at.astimezone().strftime("%m-%d %H:%M"),
            Text(exact(letter.message.session)),
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
        typer.echo(json.dumps({"schema_version": 1, **_json(letter), "body": letter.message.body}, indent=2))
        return
    rows = (
        ("message", letter.message.id),
        ("since", letter.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")),
        ("tried", str(letter.attempts)),
        ("priority", letter.message.priority.value),
        ("where", letter.message.session),
        ("why", letter.reason),
        ("detail", letter.detail),
    )
    for title, value in rows:
        typer.echo(f"{title:9} {one_line(value)}")
    typer.echo(visible(json.dumps(letter.message.body, indent=2, ensure_ascii=False)))


@commands.command(short_help="Feed messages to the queue again.")
def replay(
    messages: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Their ids, or beginnings of ids.")] = None,
    all: Everything = False,
) -> None:
    """Feed messages that were set aside to the queue again, each under a new id: DELIVERY/r1, /r2..."""
    from fusion.render.text import one_line

    async def again(queue: Mailbox, letter: DeadLetter) -> None:
        new = await queue.replay(letter.message.id)
        typer.echo(one_line(f"{letter.message.id} is in the queue again, as {new}."))

    work(_each(messages or [], all, again))


@commands.command(short_help="Forget messages for good.")
def drop(
    messages: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Their ids, or beginnings of ids.")] = None,
    all: Everything = False,
) -> None:
    """Forget messages that were set aside, for good."""
    from fusion.render.text import one_line

    async def forget(queue: Mailbox, letter: DeadLetter) -> None:
        await queue.drop(letter.message.id)
        typer.echo(one_line(f"{letter.message.id} is forgotten."))

    work(_each(messages or [], all, forget))


def _queue() -> AbstractAsyncContextManager[Mailbox]:
    from fusion import runtime, settings

    return runtime.queue(settings.read(os.environ))


async def _listed(limit: int) -> Sequence[DeadLetter]:
    async with _queue() as queue:
        return await queue.list(limit=limit)


async def _each(ids: Sequence[str], everything: bool, act: Callable[[Mailbox, DeadLetter], Awaitable[None]]) -> None:
    """Do it to the letters that were named, each once. Raises UserError before anything is done with any of them."""
    if everything == bool(ids):
        raise UserError("Name the messages, or say --all; `fusion dead-letters list` shows them.")
    async with _queue() as queue:
        letters = await queue.list(limit=ALL)
        chosen = letters if everything else [_found(letters, id) for id in ids]
        if not chosen:
            typer.echo("No message was set aside.")
        for letter in {letter.message.id: letter for letter in chosen}.values():
            await act(queue, letter)


def _known(format: str) -> None:
    if format not in ("terminal", "json"):
        raise UserError(f"There is no format {format!r} for dead letters; there are: terminal, json.")


def _found(letters: Sequence[DeadLetter], typed: str) -> DeadLetter:
    """The letter of that id, or the only one whose id begins so. Raises UserError."""
    begins = [letter for letter in letters if letter.message.id.startswith(typed)]
    exact = [letter for letter in begins if letter.message.id == typed]
    if len(found := exact or begins) != 1:
        raise UserError(
            f"{len(found) or 'No'} messages that were set aside begin with {typed}; `fusion dead-letters list` shows all."
        )
    return found[0]


def _json(letter: DeadLetter) -> dict[str, Any]:
    return {
        "id": letter.message.id,
        "session": letter.message.session,
        "priority": letter.message.priority.value,
        "reason": letter.reason,
        "detail": letter.detail,
        "attempts": letter.attempts,
        "at": letter.at.isoformat(),
    }
