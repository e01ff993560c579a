"""The command line. Each command is one module; heavy parts are imported when a command runs, so that --help is quick.

Exit codes: 0 fine; 1 findings at or above --fail-on; 2 usage or input; 3 incomplete (outranks 1); 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Coroutine
from enum import IntEnum
from typing import Annotated, Any, TypeVar

import typer

from fusion import __version__
from fusion.errors import FusionError, UserError

T = TypeVar("T")


class Exit(IntEnum):
    """The documented exit codes."""

    FINE = 0
    FINDINGS = 1
    USAGE = 2
    INCOMPLETE = 3
    INTERRUPTED = 130


class Interrupted(FusionError):
    """Ctrl-C while a command was at work. (Typer would end the process on a bare KeyboardInterrupt without a word.)"""


def work(task: Coroutine[Any, Any, T]) -> T:
    """Run the asynchronous part of a command to its end. Raises Interrupted."""
    import asyncio

    try:
        return asyncio.run(task)
    except KeyboardInterrupt:
        raise Interrupted from None


app = typer.Typer(
    name="fusion",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="A team of coding agents that reviews a change and shows its evidence.",
    epilog="Exit codes: 0 fine, 1 findings at or above --fail-on, 2 usage or input, 3 incomplete, 130 interrupted.",
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"fusion {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Options of the whole command line."""


def main() -> None:
    """Run the command line: the host's edge, where errors become one sentence and an exit code."""
    from fusion.cli import config, demo, doctor, review, runs  # noqa: F401  (each registers its commands)

    try:
        app()
    except UserError as error:
        _stop(str(error), Exit.USAGE)
    except (Interrupted, KeyboardInterrupt):
        _stop("Interrupted. `fusion runs resume` finishes what was begun.", Exit.INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (`fusion review | head`): what it did not want is not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.FINE)
    except FusionError as error:
        _stop(str(error), Exit.INCOMPLETE)
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        _stop(f"The system refused: {error.strerror or error}{place}. Nothing was reviewed to the end.", Exit.INCOMPLETE)


def _stop(sentence: str, code: Exit) -> None:
    print(f"fusion: {sentence}", file=sys.stderr)
    sys.exit(int(code))
