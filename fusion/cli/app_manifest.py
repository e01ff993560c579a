"""`fusion app`: the GitHub App that an installation of Fusion is."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from fusion.cli import app, say

commands = typer.Typer(no_args_is_help=True, help="The GitHub App: what to register.", rich_markup_mode=None)
app.add_typer(commands, name="app")


# With a callback, a group of one command stays a group.
@commands.callback()
def options() -> None:
    """The GitHub App: what to register."""


@commands.command(short_help="Print the manifest to register the GitHub App with.")
def manifest(
    url: Annotated[
        str, typer.Option("--url", help="Public address of the installation; GitHub delivers to /github below.")
    ] = "",
    name: Annotated[str, typer.Option("--name", help="Name of the App, unique on GitHub.")] = "Fusion",
    scans: Annotated[bool, typer.Option("--scans", help="Ask for what scheduled scans read, too.")] = False,
    issues: Annotated[bool, typer.Option("--issues", help="Ask to write issues: scans keep them where policy says.")] = False,
) -> None:
    """Print the GitHub App manifest: address, events and permissions, none more than is used."""
    from fusion.events import permissions

    typer.echo(json.dumps(permissions.manifest(url=url, name=name, scans=scans, issues=issues), indent=2))
    if not url:
        say("The webhook is inactive: --url gives it the address at which GitHub reaches this installation.")
