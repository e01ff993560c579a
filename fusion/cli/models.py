"""`fusion models`: which models are asked, what they cost, how well they do, and whether the models file is right."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fusion.cli import Exit, Interrupted, app, say, work
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
    from fusion import runtime, settings
    from fusion.routing import catalogue
    from fusion.routing.readiness import outlook, readiness

    if format not in ("table", "json"):
        raise UserError(f"There is no format {format!r} for models; there are: table, json.")
    configured = settings.read(os.environ)
    file = catalogue.read(configured.models)
    barred = distrusted(configured) if file.endpoints else {}
    ready = readiness(file, os.environ, kernel=runtime.is_installed(), today=datetime.now(UTC).date(), barred=barred)
    works = outlook(file, barred=barred)
    if format == "json":
        typer.echo(json.dumps(_document(file, ready, works), indent=2))
        return
    if not file.endpoints:
        typer.echo(NONE)
        typer.echo(textwrap.fill(f"The catalogue knows {', '.join(file.models)}.", 80, break_on_hyphens=False))
        return
    _print(file, ready, works)


@commands.command(
    short_help="Say whether a models file is right, and whether its endpoints answer.",
    epilog="Exit codes: 0 all is well; 1 an endpoint cannot be asked; 2 a mistake in the file, or usage.",
)
def check(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Default: the one that FUSION_MODELS names.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the endpoints whether they answer.")] = False,
) -> None:
    """Say whether a models file is right, its keys are set, Entra ID signs in and its endpoints answer. Nothing is spent."""
    from fusion import runtime, settings
    from fusion.cli.review import models_apart
    from fusion.render.phrases import count
    from fusion.routing import catalogue
    from fusion.routing.readiness import readiness

    configured = settings.read(os.environ)
    path = file or configured.models
    if path is None:
        raise UserError("Which models file? Name one, or set FUSION_MODELS.")
    # Who may write to the repository could have keys of this host sent wherever they like.
    models_apart(path, Path(), named="FUSION_MODELS names" if file is None else "You named")
    models = catalogue.read(path)
    unanswered = {} if offline else work(runtime.unanswered(models))
    barred = distrusted(configured) if models.endpoints else {}
    today, kernel = datetime.now(UTC).date(), runtime.is_installed()
    ready = readiness(models, os.environ, kernel=kernel, today=today, barred=barred, unanswered=unanswered)
    typer.echo(f"{path} is right: {count(len(ready), 'endpoint')}.")
    for one in ready:
        _tell(one, asked=not offline)
    if not all(one.ready for one in ready):
        raise typer.Exit(Exit.FINDINGS)


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
    except Interrupted:
        raise
    except FusionError as error:
        say(f"Whether an endpoint billed more than it may is not known: {error}")
        return {}


def _tell(one: Readiness, *, asked: bool) -> None:
    """One endpoint: a line with its state, deployment and key, and below it what is wrong and what to look at."""
    from fusion.render.text import one_line

    network = one.endpoint.kind in ("openai", "inference")
    state = "not ready" if one.wrong else "answers" if asked and network else "ready"
    key = {"key": f"key in {one.endpoint.key}", "entra": "Entra ID", "none": "no key"}[one.endpoint.sign_in]
    where = [f"deployment {one.endpoint.asked_for}", *([key] if network else ["by its queue"])]
    if one.endpoint.kind == "exchange":
        where = [f"folder {one.endpoint.address}"]
    typer.echo(one_line(f"{one.endpoint.name}: {state}, {', '.join(where)}"))
    for text in (*one.wrong, *one.advice):
        typer.echo(
            textwrap.fill(
                one_line(text),
                80,
                initial_indent="  ",
                subsequent_indent="    ",
                break_long_words=False,
                break_on_hyphens=False,
            )
        )


def priced(price: Price | None) -> str:
    """A price in words, with its date."""
    if price is None:
        return "not known"
    tokens = [f"{price.input:g} in", f"{price.output:g} out"] if price.input or price.output or not price.second else []
    tokens += [f"{price.cached:g} cached"] if tokens and price.cached is not None else []
    parts = [f"{', '.join(tokens)} per million tokens"] if tokens else []
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
            str(kind): {
                "first": next((one.endpoint.name for one in candidates if not one.refusal), None),
                "order": [{"endpoint": one.endpoint.name, "why": one.why} for one in candidates if not one.refusal],
                "not_asked": {one.endpoint.name: one.refusal for one in candidates if one.refusal},
            }
            for kind, candidates in works.items()
        },
    }


def _print(file: ModelsFile, ready: tuple[Readiness, ...], works: dict[Any, tuple[Candidate, ...]]) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from fusion.cli.show import Terminal
    from fusion.render.text import visible

    console = Terminal(highlight=False, markup=False)
    for one in ready:
        name = Text(visible(one.endpoint.name), "bold").append(": ", "")
        console.print(name + (Text("ready", "green") if one.ready else Text("not ready", "yellow")))
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for label, value in _rows(file, one):
            table.add_row(Text(label), Text(visible(value)))
        console.print(Padding(table, (0, 0, 1, 2)))
    table = Table("work", box=None, pad_edge=False)
    for label in ("asked first", "why, and who then"):
        table.add_column(label, overflow="fold")
    for kind, candidates in works.items():
        order = [one for one in candidates if not one.refusal]
        if order:
            then = [one.endpoint.name for one in order[1:]]
            why = order[0].why.partition(": ")[2].rstrip(".") + (f"; then {', '.join(then)}" if then else "")
            row = (str(kind), order[0].endpoint.name, why)
        else:
            row = (str(kind), "nobody", "; ".join(f"{one.endpoint.name}: {one.refusal}" for one in candidates))
        table.add_row(*(Text(visible(text)) for text in row))
    console.print(table)
    caps = file.caps
    console.print()
    console.print(
        f"At most {caps.run:g} {caps.currency} for a review, {caps.pull:g} for a pull request, {caps.repository:g} for a"
        f" repository and {caps.month:g} for everything in a month."
    )


def _rows(file: ModelsFile, one: Readiness) -> Iterator[tuple[str, str]]:
    """What is told of an endpoint, with what each line is about."""
    from fusion.model import Work

    endpoint, card = one.endpoint, file.card(one.endpoint)
    for text in one.wrong:
        yield "mend", text
    yield "model", one.about[0]
    yield "place", "; ".join(one.about[1:])
    yield "price", priced(card.price)
    yield "figures", _figures(card)
    yield "roles", "all" if set(endpoint.roles) == set(Work) else ", ".join(endpoint.roles)
    if endpoint.visibility:
        yield "for", f"{' and '.join(endpoint.visibility)} repositories"
    for text in one.advice:
        yield "note", text
