"""`fusion cost`: what model calls cost in a month, and what the caps leave."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from fusion.cli import app, say, work
from fusion.errors import UserError

if TYPE_CHECKING:
    from fusion.budget.report import CostReport


@app.command(
    short_help="Show what model calls cost in a month.",
    epilog="Exit codes: 0 shown; 2 usage or settings; 3 a store did not answer.",
)
def cost(
    month: Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="Which month, in UTC. Default: this one.")] = "",
    trust: Annotated[
        str, typer.Option("--trust", metavar="ENDPOINT", help="Call an endpoint again that billed more than its bound.")
    ] = "",
    format: Annotated[str, typer.Option("--format", "-f", help="terminal or json.")] = "terminal",
) -> None:
    """Show what model calls cost in a month, by repository, agent, model and route, and what is left of the caps."""
    from fusion import runtime, settings
    from fusion.budget.accounts import month_of
    from fusion.budget.book import Book
    from fusion.budget.report import report
    from fusion.routing import catalogue

    if format not in ("terminal", "json"):
        raise UserError(f"There is no format {format!r} for costs; there are: terminal, json.")
    configured = settings.read(os.environ)
    caps = catalogue.read(configured.models).caps

    async def run() -> CostReport:
        clock = runtime.SystemClock()
        async with runtime.records(configured) as (store, _):
            book = Book(store, configured.tenant, clock, currency=caps.currency)
            if trust:
                was = await book.distrusted(trust)
                await book.trust(trust)
                say(f"{trust} may be called again." if was else f"{trust} was not distrusted.")
            return await report(store, book, tenant=configured.tenant, month=month or month_of(clock.now()), caps=caps)

    found = work(run())
    if format == "json":
        typer.echo(found.model_dump_json(indent=2))
    else:
        _print(found)


def _print(found: CostReport) -> None:
    from rich.table import Table
    from rich.text import Text

    from fusion.cli.show import Terminal
    from fusion.render.phrases import count, money
    from fusion.render.text import exact

    terminal = Terminal(highlight=False)
    total = found.total
    if not total.calls:
        terminal.print(Text(f"{found.month}: no model was called."))
    else:
        terminal.print(Text(f"{found.month}: {count(total.calls, 'call')}, {money(total.cost, found.currency)}"))
    for title in ("repositories", "agents", "models", "routes") if total.calls else ():
        table = Table(box=None, pad_edge=False)
        table.add_column(title, overflow="fold", min_width=16)
        for column in ("calls", "tokens in", "cached", "out", "cost"):
            table.add_column(column, justify="right", no_wrap=True)
        for row in getattr(found, title):
            counts = (row.calls, row.input_tokens, row.cached_tokens, row.output_tokens)
            table.add_row(Text(exact(row.name)), *(f"{count:,}" for count in counts), f"{row.cost:,.4f}")
        terminal.print()
        terminal.print(table)
    terminal.print()
    for left in found.left:
        terminal.print(Text(exact(f"{left.name}: {left.left:,.2f} of {left.cap:,.2f} {found.currency} left")))
    if found.assumed:
        terminal.print(f"Of {count(found.assumed, 'call')} nobody said the cost: the most that they can have cost counts.")
    if found.over:
        terminal.print(f"Of {count(found.over, 'call')} the bill was higher than the price allows.")
    if found.others:
        terminal.print(f"Calls paid in {', '.join(found.others)} are not in these sums.")
