"""`fusion models`: which models are asked, what they cost, how well they do, and whether the models file is right."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fusion.cli import app, say, work
from fusion.errors import FusionError, UserError

if TYPE_CHECKING:
    from fusion.routing.catalogue import Figure, ModelCard, ModelsFile, Price
    from fusion.routing.readiness import Readiness
    from fusion.routing.route import Candidate
    from fusion.settings import Settings

NONE = "No model is asked: FUSION_MODELS names no file with endpoints (docs/models.md)."

commands = typer.Typer(
    no_args_is_help=True, help="Which models are asked, what they cost and how well they do.", rich_markup_mode=None
)
app.add_typer(commands, name="models")


@commands.command("list")
def list_models(
    format: Annotated[str, typer.Option("--format", "-f", help="table or json.")] = "table",
) -> None:
    """List the endpoints with prices and figures, and which of them is asked first for each work, and why."""
    from fusion import settings
    from fusion.routing import catalogue
    from fusion.routing.readiness import outlook, readiness

    if format not in ("table", "json"):
        raise UserError(f"There is no format {format!r} for models; there are: table, json.")
    configured = settings.read(os.environ)
    file = catalogue.read(configured.models)
    barred = distrusted(configured) if file.endpoints else {}
    ready = readiness(file, os.environ, kernel=is_installed(), today=datetime.now(UTC).date(), barred=barred)
    works = outlook(file, barred=barred)
    if format == "json":
        typer.echo(json.dumps(_document(file, ready, works), indent=2))
        return
    if not file.endpoints:
        typer.echo(NONE)
        typer.echo(f"The catalogue knows {', '.join(file.models)}.")
        return
    _print(file, ready, works)


@commands.command(short_help="Say whether a models file is right.")
def check(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Default: the one that FUSION_MODELS names.")] = None,
) -> None:
    """Say whether a models file is right, and whether the keys that it names are set. Exit code 2: a mistake in the file."""
    from fusion import settings
    from fusion.routing import catalogue
    from fusion.routing.readiness import readiness

    path = file or settings.read(os.environ).models
    if path is None:
        raise UserError("Which models file? Name one, or set FUSION_MODELS.")
    models = catalogue.read(path)
    number = len(models.endpoints)
    typer.echo(f"{path} is right: {number} endpoint{'' if number == 1 else 's'}.")
    for one in readiness(models, os.environ, kernel=is_installed(), today=datetime.now(UTC).date()):
        say(f"{one.endpoint.name}: {'ready' if one.ready else 'not ready'}: {one.detail}.")


def distrusted(configured: Settings) -> dict[str, str]:
    """Endpoints that billed more than they may, each with why and what a person can do. A store that is away tells of none."""
    from fusion import runtime
    from fusion.budget.answers import overcharged
    from fusion.budget.book import Book

    async def look() -> dict[str, str]:
        async with runtime.records(configured) as (store, _):
            book = Book(store, configured.tenant, runtime.SystemClock())
            bills = await book.all_distrusted()
            return {bill.endpoint: overcharged(bill.endpoint) for bill in bills}

    try:
        return work(look())
    except FusionError as error:
        say(f"Whether an endpoint billed more than it may is not known: {error}")
        return {}


def is_installed() -> bool:
    """Whether the packages by which models are asked are here; they are looked for and not imported."""
    from importlib.util import find_spec

    return find_spec("semantic_kernel") is not None


def priced(price: Price | None) -> str:
    """A price in words, with its date."""
    if price is None:
        return "not known"
    parts = [f"{price.input:g} in", f"{price.output:g} out"]
    parts += [f"{price.cached:g} cached"] if price.cached is not None else []
    parts += [f"{price.second:g} a second"] if price.second else []
    return f"{price.currency} {', '.join(parts)} ({price.date})"


def _figures(card: ModelCard) -> str:
    return "; ".join(f"{work} {_figure(figure)}" for work, figure in card.figures.items()) or "none on record"


def _figure(figure: Figure) -> str:
    counts = "" if figure.counts else ", no better than guessing"
    return f"{figure.value:g} {figure.metric}{counts} ({'published, ' if figure.published else ''}{figure.date})"


def _document(file: ModelsFile, ready: tuple[Readiness, ...], works: dict[Any, tuple[Candidate, ...]]) -> dict[str, Any]:
    endpoints = []
    for one in ready:
        card = file.card(one.endpoint)
        shown = card.model_dump(mode="json", include={"size", "context", "output", "quantisation", "price", "figures"})
        endpoints.append(one.endpoint.model_dump(mode="json") | {"card": shown, "ready": one.ready, "detail": one.detail})
    return {
        "schema_version": 1,
        "caps": file.caps.model_dump(mode="json"),
        "endpoints": endpoints,
        "models": list(file.models),
        "works": {
            str(work): {
                "first": next((one.endpoint.name for one in candidates if not one.refusal), None),
                "order": [{"endpoint": one.endpoint.name, "why": one.why} for one in candidates if not one.refusal],
                "not_asked": {one.endpoint.name: one.refusal for one in candidates if one.refusal},
            }
            for work, candidates in works.items()
        },
    }


def _print(file: ModelsFile, ready: tuple[Readiness, ...], works: dict[Any, tuple[Candidate, ...]]) -> None:
    from rich.table import Table
    from rich.text import Text

    from fusion.cli.show import Terminal
    from fusion.render.text import visible

    console = Terminal(highlight=False, markup=False)
    table = Table("endpoint", "state", "price per million tokens", "figures", box=None, pad_edge=False)
    table.add_column("about", overflow="fold")
    for one in ready:
        card = file.card(one.endpoint)
        state = Text("ready", "green") if one.ready else Text("not ready", "yellow")
        cells = [Text(visible(text)) for text in (priced(card.price), _figures(card), one.detail)]
        table.add_row(Text(visible(one.endpoint.name)), state, *cells)
    console.print(table)
    console.print()
    table = Table("work", "asked first", "why", *(["then"] if len(ready) > 1 else []), box=None, pad_edge=False)
    for asked, candidates in works.items():
        order = [one for one in candidates if not one.refusal]
        if order:
            why = order[0].why.partition(": ")[2]
            row = (str(asked), order[0].endpoint.name, why, ", ".join(one.endpoint.name for one in order[1:]))
        else:
            row = (str(asked), "nobody", "; ".join(f"{one.endpoint.name}: {one.refusal}" for one in candidates), "")
        table.add_row(*(Text(visible(text)) for text in row[: len(table.columns)]))
    console.print(table)
    caps = file.caps
    console.print()
    console.print(
        f"At most {caps.run:g} {caps.currency} for a review, {caps.pull:g} for a pull request, {caps.repository:g} for a"
        f" repository and {caps.month:g} for everything in a month."
    )
