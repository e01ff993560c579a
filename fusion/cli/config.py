"""`fusion init` and `fusion config`: the policy file of a repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from fusion.cli import app, say
from fusion.errors import UserError

NAME = ".fusion.yml"

commands = typer.Typer(
    no_args_is_help=True, help="The policy file: its schema, and whether one is right.", rich_markup_mode=None
)
app.add_typer(commands, name="config")


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Where to write it.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace one that is there.")] = False,
) -> None:
    """Write a commented .fusion.yml that says what the defaults are."""
    from fusion.policy import template

    target = folder / NAME
    try:
        if force:
            # Not written through: a link in a repository may point anywhere.
            target.unlink(missing_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError:
        raise UserError(f"{target} is there already; --force replaces it.") from None
    except OSError as error:
        raise UserError(f"{target} cannot be written: {error.strerror}.") from None
    typer.echo(f"Wrote {target}. It counts once it is on the base branch: a change cannot set its own policy.")


@commands.command()
def schema() -> None:
    """Print the JSON Schema of .fusion.yml."""
    from fusion import policy

    typer.echo(json.dumps(policy.schema(), indent=2))


@commands.command(short_help="Say whether a policy file is right.")
def check(file: Annotated[Path, typer.Argument(help="The policy file.")] = Path(NAME)) -> None:
    """Say whether a policy file is right; an unknown key names its line and the nearest right key."""
    from fusion.policy import Policy, load

    try:
        policy = load(file.read_bytes(), origin=str(file))
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None
    # Which checks there are takes a while to find out, and only this section names some.
    if policy.scans != Policy().scans:
        from fusion import plugins, runtime
        from fusion.scanning.exceptions import complaints, today

        loaded = plugins.checks()
        known = {*loaded.plugins, *loaded.broken}
        for said in (found := complaints(policy, checks=known, day=today(runtime.SystemClock().now()))):
            say(f"{file}: {said}")
        if found:
            raise UserError(f"{file} has {len(found)} {'mistake' if len(found) == 1 else 'mistakes'} in its section `scans`.")
    typer.echo(f"{file} is right.")
