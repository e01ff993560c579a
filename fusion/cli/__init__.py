"""The command line. Each command is one module; heavy parts are imported when a command runs, so that --help is quick.

Exit codes: 0 fine; 1 findings at or above --fail-on; 2 usage or input; 3 incomplete (outranks 1); 130 interrupted.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import traceback
from collections.abc import Coroutine, Iterator
from enum import IntEnum
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperGroup

from fusion import __version__
from fusion.errors import FusionError, UserError, installing

T = TypeVar("T")


_FOR_AZURE = ("azure", "aiohttp", "durabletask.azuremanaged")
"""What only the extra `azure` installs."""
_MEANS_AZURE = (
    "FUSION_SERVICEBUS",
    "FUSION_COSMOS",
    "FUSION_BLOBS",
    "FUSION_SCHEDULER",
    "FUSION_ANCHOR",
    "FUSION_EVIDENCE_KEY",
    "FUSION_EVIDENCE_SERVICE",
)


class Exit(IntEnum):
    """The documented exit codes."""

    FINE = 0
    FINDINGS = 1
    USAGE = 2
    INCOMPLETE = 3
    INTERRUPTED = 130


class Interrupted(FusionError):
    """Ctrl-C while a command was at work; its message says what became of that where it is not to be resumed.

    (Typer would end the process on a bare KeyboardInterrupt without a word.)
    """


def interrupted(id: str) -> Interrupted:
    """What to say of a run that has begun, and can be resumed."""
    return Interrupted(f"Interrupted. `fusion runs resume {id}` finishes it, `fusion runs abandon {id}` ends it for good.")


def work(task: Coroutine[Any, Any, T]) -> T:
    """Run the asynchronous part of a command to its end. Raises Interrupted, for SIGTERM as for Ctrl-C."""
    import asyncio
    import signal

    async def ending() -> T:
        current = asyncio.current_task()
        assert current is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, current.cancel)
        return await task

    try:
        return asyncio.run(ending())
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise Interrupted from None


@contextlib.contextmanager
def unchanged() -> Iterator[None]:
    """For what is done whole or not at all, and cleans up after itself: SIGTERM as Ctrl-C. Raises Interrupted."""
    import signal

    def ending(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, ending)
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted("Interrupted: nothing was changed.") from None
    finally:
        signal.signal(signal.SIGTERM, before)


class _Ordered(TyperGroup):
    """The commands in the order in which a new user needs them."""

    def list_commands(self, ctx: Any) -> list[str]:
        order = (
            *(
                "review",
                "scan",
                "runs",
                "cost",
                "fix",
                "dismiss",
                "doctor",
                "init",
                "config",
                "knowledge",
                "controls",
                "evidence",
            ),
            *("exceptions", "models"),
            *("eval", "demo"),
            *("serve", "host", "top", "worker", "app", "replay", "dead-letters", "purge", "backup", "restore"),
        )
        return sorted(super().list_commands(ctx), key=lambda name: order.index(name) if name in order else len(order))


app = typer.Typer(
    name="fusion",
    cls=_Ordered,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
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


def registered() -> typer.Typer:
    """The command line with all its commands: each module registers its own when it is imported."""
    from fusion.cli import (  # noqa: F401
        app_manifest,
        backup,
        config,
        controls,
        cost,
        dead_letters,
        demo,
        dismiss,
        doctor,
        evaluate,
        evaluate_review,
        evidence,
        exceptions,
        fix,
        gpu,
        host,
        knowledge,
        models,
        purge,
        replay,
        review,
        runs,
        scan,
        serve,
        top,
        worker,
    )

    return app


def main() -> None:
    """Run the command line: the host's edge, where errors become one sentence and an exit code."""
    _open_streams()
    try:
        registered()()
    except UserError as error:
        _stop(str(error), Exit.USAGE)
    except (Interrupted, KeyboardInterrupt) as error:
        # Whoever presses Ctrl-C once more does not want to hear where Python was just then.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _stop(
            str(error) or "Interrupted. `fusion runs resume` finishes what was begun, `fusion runs abandon` ends it for good.",
            Exit.INTERRUPTED,
        )
    except FusionError as error:
        _stop(str(error), Exit.INCOMPLETE)
    except BrokenPipeError:
        # The reader of a list went away (`fusion runs | head`), and has what it wanted.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        _stop(f"The system refused: {error.strerror or error}{place}. Nothing was reviewed to the end.", Exit.INCOMPLETE)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and (error.name or "").startswith(_FOR_AZURE):
            asked = ", ".join(name for name in _MEANS_AZURE if os.environ.get(name))
            why = f"A service of Azure is configured ({asked})" if asked else "This asks a service of Azure"
            _stop(f"{why}, and the packages for Azure are not installed: {installing('azure')}.", Exit.USAGE)
        # A mistake of ours is no verdict: code 1 would say "findings".
        from fusion.render.text import visible

        print(visible(traceback.format_exc()), end="", file=sys.stderr)
        _stop(f"This is a mistake in Fusion ({type(error).__name__}): please report it with the lines above.", Exit.INCOMPLETE)


def say(sentence: str) -> None:
    """One line on standard error. Names in it may come from a repository: nothing in them steers the terminal."""
    from fusion.render.text import one_line

    try:
        sys.stdout.flush()
    except OSError:
        # What a full disk did not take must not fail once more, with another exit code, when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    print(one_line(sentence), file=sys.stderr)


def _stop(sentence: str, code: Exit) -> None:
    say(f"fusion: {sentence}")
    sys.exit(int(code))


def _open_streams() -> None:
    """Make the three standard streams safe to use.

    A stream that is closed (`>&-`) would be None, and the next file that is opened would take its number. What a stream's
    encoding lacks is written as an escape.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
