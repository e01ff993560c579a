"""`fusion top`: what a host does, live, from its /metrics."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from fusion.cli import Exit, Interrupted, app, work
from fusion.errors import UserError

if TYPE_CHECKING:
    import httpx
    from rich.text import Text

    from fusion.telemetry.exposition import Snapshot
    from fusion.telemetry.top import Line

HERE = "http://127.0.0.1:8080"
PATIENCE = 5.0
"""Seconds for an answer."""
_STYLES = {"head": "bold", "good": "green", "bad": "red", "dim": "dim"}


@app.command(
    short_help="Show live what a host does.",
    epilog="Exit codes: 0 shown, and ended with Ctrl-C; 2 nobody answers there, or it is no host of Fusion.",
)
def top(
    url: Annotated[str, typer.Argument(metavar="[URL]", help="Address of `fusion serve` or `fusion host scheduler`.")] = HERE,
    once: Annotated[bool, typer.Option("--once", help="Show it once, and end.")] = False,
    every: Annotated[float, typer.Option("--every", min=0.5, max=3600, help="Seconds between two looks.")] = 2.0,
) -> None:
    """Show what a host does, from its /metrics: promises, queue, work and models, drawn anew every two seconds until Ctrl-C.

    Where the output is no terminal it is shown once, as plain text.
    """
    address = _address(url)
    if once or not sys.stdout.isatty():
        for line in work(_once(address)):
            typer.echo(line.text)
        return
    try:
        work(_live(address, every))
    except Interrupted:
        # That is how one leaves it.
        raise typer.Exit(Exit.FINE) from None


def _address(url: str) -> str:
    """Where the metrics are. Raises UserError."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UserError(f"{url!r} is no address of a host: write http://HOST:PORT.")
    return f"{parts.scheme}://{parts.netloc}{'/metrics' if parts.path in ('', '/') else parts.path}"


async def _look(client: httpx.AsyncClient, address: str) -> Snapshot:
    """How things stand there. Raises UserError."""
    import httpx

    from fusion.telemetry.exposition import LARGEST, read

    try:
        text = ""
        async with client.stream("GET", address) as answer:
            if answer.status_code != 200:
                raise UserError(f"{address} answers {answer.status_code}, and no metrics.")
            async for part in answer.aiter_text():
                text += part
                if len(text) > LARGEST:
                    raise UserError(f"{address} answers without end: it is no host of Fusion.")
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        where = address.removesuffix("/metrics")
        late = isinstance(error, httpx.TimeoutException)
        raise UserError(
            f"Nobody answers at {where}{' in time' if late else ''}: start `fusion serve`, or say where the host is:"
            " fusion top http://HOST:PORT."
        ) from None
    return read(text)


def _title(address: str, now: Snapshot) -> Line:
    from fusion.telemetry.top import WIDTH, Line

    ready = now.total("fusion.ready") > 0
    state = "ready" if ready else "not ready: /readyz says why"
    where = address.removesuffix("/metrics")
    clock = f"{datetime.now().astimezone():%H:%M:%S}"
    return Line(f"Fusion at {where}, {clock}: {state}"[:WIDTH], "head" if ready else "bad")


async def _once(address: str) -> Sequence[Line]:
    import httpx

    from fusion.telemetry.top import Line, lines

    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
        now = await _look(client, address)
    return [_title(address, now), Line(""), *lines(now)]


async def _live(address: str, every: float) -> None:
    """Until Ctrl-C. A host that does not answer for a while is waited for. Raises UserError: it does not answer at first."""
    import asyncio

    import httpx
    from rich.live import Live

    from fusion.cli.show import Terminal
    from fusion.telemetry.top import TITLE, Line, lines

    before: Snapshot | None = None
    at = time.monotonic()
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
        now = await _look(client, address)
        console = Terminal(highlight=False)
        shown = [_title(address, now), Line(""), *lines(now, height=console.height - TITLE)]
        with Live(_drawn(shown), console=console, screen=True, auto_refresh=False) as live:
            while True:
                await asyncio.sleep(every)
                try:
                    before, now = now, await _look(client, address)
                except UserError as error:
                    live.update(_drawn([Line(str(error), "bad"), *shown[1:]]), refresh=True)
                    continue
                seconds, at = time.monotonic() - at, time.monotonic()
                shown = [_title(address, now), Line(""), *lines(now, before, seconds, height=console.height - TITLE)]
                live.update(_drawn(shown), refresh=True)


def _drawn(shown: Sequence[Line]) -> Text:
    from rich.text import Text

    return Text("\n", no_wrap=True, overflow="crop").join(Text(line.text, _STYLES.get(line.how, "")) for line in shown)
