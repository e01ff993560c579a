"""`fusion backup` and `fusion restore`: the state folder as one file, and back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fusion import __version__
from fusion.cli import Exit, app, say, unchanged
from fusion.errors import UserError

if TYPE_CHECKING:
    from fusion.backup.manifest import Manifest
    from fusion.settings import Settings

_CODES = "Exit codes: 0 done; 2 usage, settings or input: nothing was changed; 130 interrupted, likewise."


@app.command(
    short_help="Write the state folder to one file.",
    epilog=f"{_CODES} 3 written, but a blob was damaged already and is not in it.",
)
def backup(
    file: Annotated[Path, typer.Argument(help="A new file; .tar.gz compresses.")],
    without_key: Annotated[
        bool, typer.Option("--without-key", help="Leave out the key that signs evidence, where it is kept elsewhere.")
    ] = False,
) -> None:
    """Write the state folder (FUSION_HOME) to one file, while reviews go on: records, queue, runs, evidence, its key.

    The file is as secret as the folder: it holds code, and the key unless that is left out.
    """
    from fusion import settings
    from fusion.backup.writing import write
    from fusion.runtime import SystemClock

    configured = settings.read(os.environ)
    _embedded(configured)
    with unchanged():
        manifest = write(configured.home, file, now=SystemClock().now(), version=__version__, with_key=not without_key)
    typer.echo(f"{file}: {_held(manifest)}.")
    if not manifest.has_key and not without_key:
        say("fusion: the key that signs evidence is not in it: FUSION_EVIDENCE_KEY names it, keep a copy of it, too.")
    if manifest.damaged:
        say(f"fusion: {len(manifest.damaged):,} blobs were damaged and are not in it, first of them {manifest.damaged[0]}.")
        raise typer.Exit(Exit.INCOMPLETE)


@app.command(short_help="Make the state folder from such a file.", epilog=_CODES)
def restore(file: Annotated[Path, typer.Argument(help="What `fusion backup` wrote.")]) -> None:
    """Make the state folder (FUSION_HOME), which must not hold anything yet, from a backup. All of it, or nothing.

    Let no other `fusion serve` work for the same App: two would answer every pull request.
    """
    from fusion import settings
    from fusion.backup import reading

    configured = settings.read(os.environ)
    _embedded(configured)
    with unchanged():
        manifest = reading.restore(file, configured.home, opened=_opened)
    typer.echo(f"{configured.home}: {_held(manifest)}, as of {manifest.made:%Y-%m-%d %H:%M} UTC.")
    say("fusion: `fusion evidence export` and `fusion evidence verify` say whether the evidence is whole; then start what ran.")
    if not manifest.has_key:
        say("fusion: the key that signs evidence was not in it: put it where FUSION_EVIDENCE_KEY says before work goes on.")


def _embedded(configured: Settings) -> None:
    remote = {
        "FUSION_COSMOS": configured.cosmos,
        "FUSION_BLOBS": configured.blobs,
        "FUSION_SERVICEBUS": configured.servicebus,
    }
    if named := [name for name, value in remote.items() if value]:
        raise UserError(
            f"The state lies on Azure ({', '.join(named)}), where each service has backups of its own:"
            " docs/runbooks/restore.md says how they are restored."
        )


def _held(manifest: Manifest) -> str:
    key = ", the key that signs evidence" if manifest.has_key else ""
    size = manifest.bytes / 1_000_000
    return f"{manifest.databases:,} databases, {manifest.blobs:,} blobs{key} ({size:,.1f} MB)"


def _opened(folder: Path) -> None:
    """Open all that is there, as those do who will work with it."""
    from fusion import runtime
    from fusion.engine.journal import Journal

    runtime.open_databases(folder)
    for path in (folder / "bot.db", *sorted((folder / "runs").glob("*.db"))):
        if path.exists():
            Journal(path).close()
            path.with_name(f"{path.name}.lock").unlink(missing_ok=True)
