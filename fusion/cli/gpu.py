"""`fusion gpu`: what the inference workers' accelerators did, and what that costs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from fusion.cli import app
from fusion.errors import UserError

CHARTS = (".svg", ".html")

commands = typer.Typer(no_args_is_help=True, help="What the inference workers' accelerators did.", rich_markup_mode=None)
app.add_typer(commands, name="gpu")


@commands.callback()
def group() -> None:
    """What the inference workers' accelerators did."""


@commands.command(short_help="Report idle time, batch efficiency, cost and how many replicas to allow.")
def report(
    samples: Annotated[
        list[Path], typer.Argument(metavar="SAMPLES...", help="Files that workers recorded, or folders of them.")
    ],
    price: Annotated[float | None, typer.Option("--price", help="Price of a replica's hour.")] = None,
    currency: Annotated[str, typer.Option("--currency", help="Of that price.")] = "USD",
    busy: Annotated[float, typer.Option("--busy", help="Percent of its time that a replica shall be busy.")] = 70.0,
    wait: Annotated[float, typer.Option("--wait", help="Seconds over which only a twentieth of the jobs may wait.")] = 60.0,
    format: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
    chart: Annotated[Path | None, typer.Option("--chart", help="Draw it into this .svg or .html file, too.")] = None,
) -> None:
    """Report idle time, batch efficiency, cost for a thousand tokens, and how many replicas to allow at least and at most.

    SAMPLES are the JSON lines that workers write to FUSION_WORKER_SAMPLES, rotated files (.1, .2) with them.
    """
    if format not in ("text", "json"):
        raise UserError(f"There is no format {format!r} for this report; there are: text, json.")
    if chart is not None and chart.suffix not in CHARTS:
        raise UserError(f"--chart takes a file that ends in {' or '.join(CHARTS)}, not {chart.name}.")
    _checked("--price", price, 0, 100_000)
    _checked("--busy", busy, 1, 100)
    _checked("--wait", wait, 0, 1e6)

    from fusion.render.text import visible
    from fusion.utilisation import analysis, text
    from fusion.utilisation.samples import read

    recorded = read((str(path), _lines(path)) for path in _files(samples))
    made = analysis.analyse(recorded, analysis.Aims(hour=price, currency=currency[:12], busy=busy / 100, wait=wait))
    if chart is not None:
        from fusion.utilisation.chart import html, svg

        try:
            chart.write_text(html(made) if chart.suffix == ".html" else svg(made), encoding="utf-8")
        except OSError as error:
            raise UserError(f"The chart cannot be written to {chart}: {error.strerror}.") from None
    typer.echo(made.model_dump_json(indent=2) if format == "json" else visible(text.render(made)))


def _checked(option: str, value: float | None, least: float, most: float) -> None:
    if value is not None and not (math.isfinite(value) and least <= value <= most):
        raise UserError(f"{option} takes a number from {least:g} to {most:g}, not {value:g}.")


def _files(samples: Sequence[Path]) -> list[Path]:
    """The files that are meant, each once. Raises UserError."""
    found: dict[Path, None] = {}
    for path in samples:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*.jsonl*") if file.is_file())
            if not inside:
                raise UserError(f"There is no recorded file (*.jsonl) in the folder {path}.")
            found.update(dict.fromkeys(inside))
        elif path.is_file():
            found[path] = None
        else:
            raise UserError(f"There is no file or folder {path}.")
    return list(found)


def _lines(path: Path) -> Iterator[str]:
    from fusion.utilisation.samples import LONGEST_LINE

    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            # Piece by piece: a file without line ends must not fill the memory.
            yield from iter(lambda: file.readline(LONGEST_LINE + 1), "")
    except OSError as error:
        raise UserError(f"The recorded file {path} cannot be read: {error.strerror}.") from None
