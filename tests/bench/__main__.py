"""`python -m tests.bench [NAME...]`: run every measure, print a table, write build/bench.json.

A measure is a dict: name, value, unit, and where there is a peer: peer, peer_value, and ratio (above 1: better than the peer);
a note is shown once, below the table. Each module of this folder that has `measures() -> Iterable[dict]` is run, in the order
of names; NAME picks modules.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[2]


def collect(console: Console, wanted: list[str]) -> list[dict[str, Any]]:
    """Every measure of every module that was asked for."""
    measured: list[dict[str, Any]] = []
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    if unknown := set(wanted) - set(names):
        print(f"There is no measure module {', '.join(sorted(unknown))}; there are: {', '.join(names)}.", file=sys.stderr)
        raise SystemExit(2)
    for name in names:
        try:
            module = importlib.import_module(f"tests.bench.{name}")
        except ModuleNotFoundError as error:
            print(f"Measures need the packages of the tests ({error.name} is missing): tools/setup dev", file=sys.stderr)
            raise SystemExit(2) from None
        if not hasattr(module, "measures") or (wanted and name not in wanted):
            continue
        with console.status(f"measuring {name}"):
            measured += module.measures()
    return measured


def table(measured: list[dict[str, Any]], peers: list[str]) -> Table:
    """The measures as a table; a peer is named by its number."""
    shown = Table(title="Measures", title_justify="left")
    shown.add_column("measure", overflow="fold")
    for column in ("value", "unit", "peer's", "ratio"):
        shown.add_column(column, justify="left" if column == "unit" else "right", no_wrap=True)
    for one in measured:
        peer_value = f"{_figure(one['peer_value'])} \\[{peers.index(one['peer']) + 1}]" if "peer" in one else ""
        ratio = f"{one['ratio']:.1f}x" if "ratio" in one else ""
        shown.add_row(one["name"], _figure(one["value"]), one["unit"], peer_value, ratio)
    return shown


def _figure(value: Any) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def main() -> int:
    """Print and write what was measured."""
    console = Console()
    measured = collect(console, sys.argv[1:])
    peers = list(dict.fromkeys(one["peer"] for one in measured if "peer" in one))
    console.print(table(measured, peers))
    for number, peer in enumerate(peers, start=1):
        console.print(f"\\[{number}] {peer}", highlight=False)
    for note in dict.fromkeys(one["note"] for one in measured if "note" in one):
        console.print(note, highlight=False)
    target = ROOT / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    console.print(f"Written to {target.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
