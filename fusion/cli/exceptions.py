"""`fusion exceptions`: what is accepted for a time, where it does not stand in a repository's own policy file."""

from __future__ import annotations

import getpass
import json
import os
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from fusion.cli import app, say, work
from fusion.errors import UserError

if TYPE_CHECKING:
    from fusion.scanning.granted import Granted

commands = typer.Typer(no_args_is_help=True, help="What is accepted for a time although a check fails.", rich_markup_mode=None)
app.add_typer(commands, name="exceptions")

Format = Annotated[str, typer.Option("--format", "-f", help="table or json.")]


@commands.command(short_help="Accept for a time that a check fails.")
def add(
    check: Annotated[str, typer.Option("--check", help="The check's id.")],
    owner: Annotated[str, typer.Option("--owner", help="Who sees to it that it ends.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is accepted.")],
    approver: Annotated[str, typer.Option("--approver", help="Who has agreed; not the owner.")],
    expires: Annotated[str, typer.Option("--expires", help="The last day on which it counts (2027-01-31), UTC.")],
    repository: Annotated[str, typer.Option("--repo", help="owner/name, or a pattern such as owner/*.")] = "*",
    path: Annotated[str, typer.Option("--path", help="Only what lies there, as a path pattern.")] = "",
    fingerprint: Annotated[str, typer.Option("--fingerprint", help="Only this deviation.")] = "",
    component: Annotated[str, typer.Option("--component", help="Only this dependency, as a package URL.")] = "",
) -> None:
    """Accept for a time that a check fails: for one repository, for some, or for all. One about the same is replaced."""
    from fusion import plugins, runtime, settings
    from fusion.model.compliance import ScanException
    from fusion.scanning.granted import grant

    try:
        last = date.fromisoformat(expires)
    except ValueError:
        raise UserError(f"--expires takes a day such as 2027-01-31, not {expires!r}.") from None
    exception = ScanException(
        id="",
        check=check,
        repository=repository,
        path=path,
        fingerprint=fingerprint,
        component=component,
        owner=owner,
        reason=reason,
        approver=approver,
        expires=last,
    )
    configured = settings.read(os.environ)
    store, _ = runtime.stores(configured)
    at = runtime.SystemClock().now()
    kept = work(grant(store, configured.tenant, exception, by=getpass.getuser(), at=at, checks=plugins.check_ids()))
    typer.echo(f"{kept.exception.id} counts from the next scan or review until {kept.exception.expires}.")


@commands.command("list", short_help="List what is accepted.")
def list_exceptions(
    all: Annotated[bool, typer.Option("--all", help="Also what was withdrawn.")] = False, format: Format = "table"
) -> None:
    """List what is accepted, where it does not stand in a policy file, with who granted it; what has lapsed is marked."""
    from fusion import runtime, settings
    from fusion.scanning.exceptions import today
    from fusion.scanning.granted import every

    if format not in ("table", "json"):
        raise UserError(f"There is no format {format!r} for exceptions; there are: table, json.")
    configured = settings.read(os.environ)
    store, _ = runtime.stores(configured)
    found = [one for one in work(every(store, configured.tenant)) if all or not one.withdrawn]
    if format == "json":
        shown = [one.model_dump(mode="json") for one in found]
        typer.echo(json.dumps({"schema_version": 1, "exceptions": shown}, indent=2))
        return
    if not found:
        say("Nothing is accepted here; exceptions in policy files (`scans.exceptions`) are on the report of each scan.")
        return
    _list(found, today(runtime.SystemClock().now()))


@commands.command(short_help="Withdraw an exception.")
def remove(id: Annotated[str, typer.Argument(help="Its id, as the list shows it.")]) -> None:
    """Withdraw an exception: from the next scan on it accepts nothing. It stays on record."""
    from fusion import runtime, settings
    from fusion.scanning.granted import withdraw

    configured = settings.read(os.environ)
    store, _ = runtime.stores(configured)
    at = runtime.SystemClock().now()
    work(withdraw(store, configured.tenant, id, by=getpass.getuser(), at=at))
    typer.echo(f"{id} is withdrawn; what it accepted counts again from the next scan or review.")


def _list(found: list[Granted], day: date) -> None:
    """Each in three lines: as columns they do not fit in 80."""
    from fusion.cli.show import Terminal
    from fusion.render.page import Page
    from fusion.render.text import one_line

    page = Page(Terminal(highlight=False, markup=False))
    for one in found:
        said = one.exception
        about = ", ".join(filter(None, (said.path, said.fingerprint, said.component))) or "all of it"
        until = "withdrawn" if one.withdrawn else f"until {said.expires}{', which is over' if said.expires < day else ''}"
        page.paragraph(f"{said.id}  {until}")
        page.paragraph(one_line(f"{said.check} in {said.repository}: {about}"), indent=2, hang=2)
        who = f"Owner {said.owner}, approver {said.approver}, granted by {one.deeds[0].by}: {said.reason}"
        page.paragraph(one_line(who), indent=2, hang=2)
