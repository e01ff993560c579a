"""`fusion demo`: what sets Fusion apart, on an example history that it builds for itself."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from fusion.cli import app, work

if TYPE_CHECKING:
    from rich.console import Console

    from fusion.model import Finding, Review
    from fusion.settings import Settings


@app.command(short_help="Review an example history: see Fusion at work.")
def demo() -> None:
    """Review an example history: a branch, a push that fixes some, a force-pushed rebase."""
    from rich.rule import Rule
    from rich.text import Text

    from fusion import settings
    from fusion.cli.show import Terminal
    from fusion.demo.history import build
    from fusion.render.terminal import print_review

    console = Terminal(highlight=False)
    said: set[tuple[str, str]] = set()
    rows: list[tuple[str, Review, int]] = []
    with tempfile.TemporaryDirectory(prefix="fusion-demo-") as scratch:
        folder = Path(scratch) / "shop"
        folder.mkdir()
        configured = settings.read({**os.environ, "FUSION_HOME": str(Path(scratch) / "state")})
        for push, what in enumerate(build(folder), start=1):
            console.print(Rule(Text(f"push {push}: {what}", "bold"), align="left", style="dim"))
            began = time.monotonic()
            reviewed = work(_review(folder, configured, live=push == 1))
            repeated = _repeated(reviewed, said)
            if push == 1:
                console.print()
                print_review(reviewed, console)
            else:
                _print_changes(reviewed, console)
            console.print(f"reviewed in {time.monotonic() - began:.1f} s\n", style="dim")
            rows.append((what, reviewed, repeated))
    _print_story(rows, console)
    console.print("Now your own change. In your repository, type:\n")
    console.print(f"    {shlex.quote(str(Path(sys.argv[0]).absolute()))} review", soft_wrap=True, markup=False)


async def _review(folder: Path, configured: Settings, *, live: bool) -> Review:
    from fusion import local, runtime
    from fusion.cli.show import Watcher
    from fusion.model import Request, RequestKind, Review

    with Watcher(live=live, always=True) as watcher:
        # The example costs nothing, whatever models there are.
        configured = configured.model_copy(update={"models": None})
        bundle = runtime.embedded(configured, listen=watcher)
        request = Request(kind=RequestKind.RANGE, location=str(folder), actor="demo")
        result = await local.run(request, configured, bundle, nonce=str(time.time_ns()))
        return Review.model_validate_json(await bundle.blobs.get(result["review"]))


def _repeated(reviewed: Review, said: set[tuple[str, str]]) -> int:
    """How many inline comments say what an earlier push's already said, by kind and quoted code: not by fingerprint."""
    from fusion.model import Placement

    now = {(f.family, " ".join(f.snippet.split())) for f in reviewed.findings if f.placement is Placement.INLINE}
    again = len(now & said)
    said |= now
    return again


def _print_changes(reviewed: Review, console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    from fusion.model import Placement, State
    from fusion.render.text import visible

    rows = Table.grid(padding=(0, 2), pad_edge=True)

    def row(mark: str, style: str, finding: Finding) -> None:
        place = f"{finding.location.path}:{finding.location.line}"
        rows.add_row(Text(mark, style), Text(visible(place)), Text(visible(finding.title)))

    for finding in reviewed.fixed:
        row("fixed", "green", finding)
    for finding in reviewed.findings:
        if finding.disposition.state is State.OPEN and finding.placement is not Placement.HIDDEN:
            row("new", "bold red", finding)
    if rows.row_count:
        console.print(rows)
    carried = [finding for finding in reviewed.findings if finding.disposition.state is State.CARRIED]
    blocking = sum(finding.blocking for finding in reviewed.findings)
    console.print(f"  {len(carried)} carried: said before, and not said again", style="yellow")
    console.print(f"  verdict: {reviewed.verdict.value}, {blocking} findings still block")


def _print_story(rows: list[tuple[str, Review, int]], console: Console) -> None:
    from rich.table import Table

    table = Table("push", "verdict", "new", "carried", "fixed", "repeated", title="The story", title_justify="left", box=None)
    for what, reviewed, repeated in rows:
        tally = reviewed.tally
        table.add_row(what, reviewed.verdict.value, *(str(n) for n in (tally.new, tally.carried, tally.fixed, repeated)))
    console.print(table)
    console.print(f"Comments said twice: {sum(repeated for _, _, repeated in rows)}\n", style="bold")
