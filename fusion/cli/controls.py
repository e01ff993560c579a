"""`fusion controls`: which controls of which standards there are, and what checks can say of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fusion.cli import app, say
from fusion.errors import UserError

if TYPE_CHECKING:
    from fusion.check import Check
    from fusion.controls.catalogue import Catalogue, Control, Served
    from fusion.controls.coverage import Coverage

NOTE = "Evidence is not certification; docs/controls.md says what each state means."
BY_HAND = "by hand"
NO_CHECK = "no check yet"

commands = typer.Typer(
    no_args_is_help=True, help="Which controls of which standards checks give evidence towards.", rich_markup_mode=None
)
app.add_typer(commands, name="controls")

Format = Annotated[str, typer.Option("--format", "-f", help="table or json.")]


@commands.command("list")
def list_catalogues(format: Format = "table") -> None:
    """List the catalogues of controls: which standard in which version, and how many controls."""
    from fusion.controls.coverage import coverage

    checks, catalogues = _known(format)
    counts = coverage(checks, catalogues)
    if format == "json":
        shown = [_head(catalogue) | _counts(count) for catalogue, count in zip(catalogues, counts, strict=True)]
        typer.echo(json.dumps({"schema_version": 1, "catalogues": shown}, indent=2))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table("id", box=None, pad_edge=False)
    table.add_column("standard", overflow="fold")
    table.add_column("version", overflow="fold")
    table.add_column("controls", justify="right")
    table.add_column("with checks", justify="right")
    for catalogue, count in zip(catalogues, counts, strict=True):
        texts = (catalogue.id, catalogue.title, catalogue.version)
        table.add_row(*map(Text, texts), f"{count.controls:,}", f"{count.checked:,}")
    _print(table, "", NOTE)


@commands.command(short_help="Show one catalogue, or one control.")
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="Of a catalogue (osps) or of a control (OSPS-AC-03.01).")],
    format: Format = "table",
) -> None:
    """Show one catalogue with all its controls, or one control: which checks give evidence towards it, and why."""
    from fusion.controls.catalogue import serving

    checks, catalogues = _known(format)
    served, wanted = serving(checks), id.strip().lower()
    for catalogue in catalogues:
        if catalogue.id == wanted:
            _show_catalogue(catalogue, served, format)
            return
    found = [(one, control) for one in catalogues for control in one.controls if control.id.lower() == wanted]
    if not found:
        raise UserError(_unknown(id, catalogues))
    if format == "json":
        shown = [{"catalogue": one.id} | _control(one, control, served) for one, control in found]
        typer.echo(json.dumps({"schema_version": 1, "controls": shown}, indent=2))
        return
    for one, control in found:
        _show_control(one, control, served)


@commands.command(short_help="Show how much of each catalogue checks can speak to.")
def coverage(
    catalogue: Annotated[str, typer.Argument(metavar="[CATALOGUE]", help="Its groups, and what no check speaks to yet.")] = "",
    format: Format = "table",
) -> None:
    """Show how much of each catalogue checks can speak to; of one catalogue: group by group, and what they cannot yet."""
    from fusion.controls.catalogue import chosen
    from fusion.controls.coverage import by_group
    from fusion.controls.coverage import coverage as over

    checks, catalogues = _known(format)
    catalogues = chosen((catalogue,) if catalogue else (), catalogues)
    if format == "json":
        shown = []
        for one, count in zip(catalogues, over(checks, catalogues), strict=True):
            groups = [{"group": group.name} | _counts(group) for group in by_group(checks, one)]
            shown.append(_head(one) | _counts(count) | {"groups": groups})
        typer.echo(json.dumps({"schema_version": 1, "catalogues": shown}, indent=2))
        return
    if not catalogue:
        _print(_count_table("catalogue", over(checks, catalogues)), "", NOTE)
        return
    counts = by_group(checks, catalogues[0])
    left = [control for count in counts for control in count.open]
    _print(_count_table("group", counts), *_open(left), "", NOTE)


def _known(format: str) -> tuple[Sequence[Check], tuple[Catalogue, ...]]:
    """All checks and all catalogues, which fit together. Raises UserError."""
    from fusion import plugins
    from fusion.controls.catalogue import ours, refuse_dangling

    if format not in ("table", "json"):
        raise UserError(f"There is no format {format!r} for controls; there are: table, json.")
    loaded = plugins.checks()
    for name, why in loaded.broken.items():
        say(f"The check {name} is not counted: {why}.")
    checks = tuple(loaded.plugins.values())
    refuse_dangling(checks, ours())
    return checks, ours()


def _unknown(id: str, catalogues: Sequence[Catalogue]) -> str:
    from fusion.controls.catalogue import nearest

    known = [catalogue.id for catalogue in catalogues] + [one.id for catalogue in catalogues for one in catalogue.controls]
    hint = nearest(id, known, "")
    hint = hint if hint.startswith("did") else "`fusion controls list` has the catalogues."
    return f"There is no catalogue or control {id!r}; {hint}"


def _head(catalogue: Catalogue) -> dict[str, Any]:
    return catalogue.model_dump(mode="json", exclude={"controls"})


def _counts(count: Coverage) -> dict[str, Any]:
    return {
        "controls": count.controls,
        "assessable": count.assessable,
        "with_checks": count.checked,
        "by_hand": count.manual,
        "checks": count.checks,
        "no_check_yet": [control.id for control in count.open],
    }


def _control(catalogue: Catalogue, control: Control, served: Served) -> dict[str, Any]:
    checks = [
        {"check": about.id, "title": about.title, "reason": towards.reason, "source": towards.source}
        for about, towards in served.get((catalogue.id, control.id), ())
    ]
    return control.model_dump(mode="json") | {"checks": checks}


def _show_catalogue(catalogue: Catalogue, served: Served, format: str) -> None:
    if format == "json":
        every = [_control(catalogue, control, served) for control in catalogue.controls]
        typer.echo(json.dumps({"schema_version": 1, "catalogue": _head(catalogue) | {"controls": every}}, indent=2))
        return
    from itertools import groupby

    from rich.table import Table
    from rich.text import Text

    _print(
        Text(f"{catalogue.title} {catalogue.version} ({catalogue.publisher})", "bold"),
        Text(f"Identifiers are from {catalogue.source}. {catalogue.licence}"),
        *([Text(catalogue.note)] if catalogue.note else []),
    )
    for title, controls in groupby(catalogue.controls, lambda one: one.group):
        table = Table(box=None, pad_edge=False, show_header=False, expand=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold", ratio=3)
        table.add_column(overflow="fold", ratio=2)
        for control in controls:
            checks = ", ".join(about.id for about, _ in served.get((catalogue.id, control.id), ()))
            by = Text(checks, "green") if checks else Text(NO_CHECK if control.assessable else BY_HAND, "yellow")
            level = f" (level {control.level})" if control.level else ""
            table.add_row(Text(control.id), Text(f"{control.title}{level}"), by)
        _print("", Text(title, "bold underline"), table)
    _print("", NOTE)


def _show_control(catalogue: Catalogue, control: Control, served: Served) -> None:
    from rich.padding import Padding
    from rich.text import Text

    level = f", level {control.level}" if control.level else ""
    _print(
        Text(f"{catalogue.id} {control.id}: {control.title}", "bold"),
        Text(f"{catalogue.title} {catalogue.version}, {control.group}{level}"),
    )
    found = served.get((catalogue.id, control.id), ())
    if not found:
        _print(Text(control.manual_reason or "No check speaks of it yet: somebody has to look.", "yellow"))
    for about, towards in found:
        source = "mapped by us" if towards.source == "ours" else f"mapped by {towards.source}"
        told = Text(towards.reason).append(f"\n{source}", "cyan")
        _print("", Text(f"{about.id}: {about.title}", "green"), Padding(told, (0, 0, 0, 2)))
    _print("", NOTE)


def _count_table(first: str, counts: Sequence[Coverage]) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    table.add_column(first, overflow="fold", ratio=1)
    for name in ("controls", "assessable", "with checks", "by hand"):
        table.add_column(name, justify="right")
    for count in counts:
        numbers = (count.controls, count.assessable, count.checked, count.manual)
        table.add_row(Text(count.name), *(f"{number:,}" for number in numbers))
    return table


def _open(left: Sequence[Control]) -> list[Any]:
    """The controls that settings, code or history could speak to, and nothing does."""
    if not left:
        return []
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for control in left:
        table.add_row(Text(control.id), Text(control.title))
    return ["", Text("Assessable, and no check speaks of them yet", "bold underline"), table]


def _print(*parts: Any) -> None:
    from fusion.cli.show import Terminal

    console = Terminal(highlight=False, markup=False)
    for part in parts:
        console.print(part)
