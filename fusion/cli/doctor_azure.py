"""`fusion doctor --azure`: every dependency on Azure, seen from here, and the command that mends what is wrong."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from fusion.cli import Exit, work

if TYPE_CHECKING:
    from fusion.ports.checkup import Told

_COLOURS = {"ready": "green", "warning": "yellow", "mend": "red", "skipped": "dim"}


def report(format: str) -> int:
    """Print what was found, and return the exit code: 0, or 1 where something is to be mended. Raises UserError (2)."""
    from fusion import settings
    from fusion.ports.checkup import Standing
    from fusion.runtime.checkup import checkup

    # The SDKs' own warnings would go between the lines.
    logging.getLogger("azure").addHandler(logging.NullHandler())
    found = work(checkup(settings.read(os.environ)))
    try:
        if format == "json":
            typer.echo(json.dumps({"schema_version": 1, "parts": [_part(one) for one in found]}, indent=2))
        else:
            _show(found)
        sys.stdout.flush()
    except BrokenPipeError:
        # A reader that went away does not change what was found.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return int(Exit.FINDINGS if any(one.standing is Standing.MEND for one in found) else Exit.FINE)


def _part(told: Told) -> dict[str, object]:
    """With the keys of `fusion doctor`, and two more."""
    from fusion.ports.checkup import Standing

    ready = told.standing in (Standing.READY, Standing.WARNING)
    more = {"state": str(told.standing), "command": told.command}
    return {"kind": told.part, "name": told.name, "ready": ready, "detail": told.detail, **more}


def _show(found: Sequence[Told]) -> None:
    from rich.table import Column, Table
    from rich.text import Text

    from fusion.cli.show import Terminal
    from fusion.render.text import one_line, visible

    table = Table("part", "name", "state", Column("detail", overflow="fold"), box=None, pad_edge=False)
    for one in found:
        table.add_row(
            one.part, visible(one.name), Text(str(one.standing), _COLOURS[str(one.standing)]), Text(visible(one.detail))
        )
    Terminal(highlight=False).print(table)
    commands: dict[str, list[str]] = {}
    for one in found:
        if one.command:
            commands.setdefault(one.command, []).append(f"{one.part}, {one.name}")
    if commands:
        typer.echo("\nWhat to do, in turn:")
    for command, names in commands.items():
        # Not wrapped: it is to be copied.
        typer.echo(one_line(f"# {'; '.join(names)}"))
        typer.echo(one_line(command))
