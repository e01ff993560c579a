"""`fusion cost`: what model calls cost in a month, and what the caps leave."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from fusion.cli import app, say, work
from fusion.errors import UserError

if TYPE_CHECKING:
    from fusion.budget.book import Book
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
    file = catalogue.read(configured.models)
    caps = file.caps

    async def run() -> CostReport:
        clock = runtime.SystemClock()
        async with runtime.records(configured) as (store, _):
            book = Book(store, configured.tenant, clock, currency=caps.currency)
            if trust:
                await _trust(book, trust, [endpoint.name for endpoint in file.endpoints])
            return await report(store, book, tenant=configured.tenant, month=month or month_of(clock.now()), caps=caps)

    found = work(run())
    if format == "json":
        typer.echo(found.model_dump_json(indent=2))
    else:
        _print(found)


async def _trust(book: Book, name: str, named: Sequence[str]) -> None:
    """Let an endpoint be asked again. Raises UserError: nobody knows one of that name."""
    was = await book.distrusted(name)
    if not was and name not in named:
        known = sorted({*named, *(spend.endpoint for spend in await book.all_distrusted())})
        there = f"there are: {', '.join(known)}" if known else "FUSION_MODELS names no file with endpoints"
        raise UserError(f"There is no endpoint {name!r}; {there}.")
    await book.trust(name)
    say(f"{name} may be called again." if was else f"{name} is trusted already.")


def _print(found: CostReport) -> None:
    from rich.table import Table
    from rich.text import Text

    from fusion.budget.answers import trusting
    from fusion.cli.show import Terminal
    from fusion.render.phrases import count, money
    from fusion.render.text import exact

    terminal = Terminal(highlight=False)
    total = found.total
    if not total.calls:
        terminal.print(Text(f"{found.month}: no model was called."))
    else:
        terminal.print(Text(f"{found.month}: {count(total.calls, 'call')}, {money(total.cost, found.currency)}"))
    if found.cut_off:
        calls = count(found.cut_off, "call")
        terminal.print(f"of which assumed {money(found.cut_off_cost, found.currency)}, for {calls} nobody saw the end of")
    if untold := found.assumed - found.cut_off:
        cost = money(found.assumed_cost - found.cut_off_cost, found.currency)
        terminal.print(f"of which assumed {cost}, for {count(untold, 'call')} whose endpoint did not say the cost")
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
    if found.holding:
        runs = count(found.holding, "run")
        terminal.print(f"{money(found.held, found.currency)} held at present by {runs} under way: not spent, and not free.")
    if found.unsent:
        terminal.print(f"{count(found.unsent, 'attempt')} reached nobody: nothing was sent, nothing is counted.")
    if found.over:
        terminal.print(f"Of {count(found.over, 'call')} the bill was higher than the price allows.")
    for name in found.distrusted:
        terminal.print(Text(exact(f"{name} is asked no more for it; once you know why: {trusting(name)}")))
    if found.others:
        terminal.print(f"Calls paid in {', '.join(found.others)} are not in these sums.")
