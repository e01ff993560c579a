"""`fusion purge`: delete runs, reviews and contents that nobody has used for the retention."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from fusion.cli import app, work
from fusion.errors import UserError

if TYPE_CHECKING:
    from fusion.purge import Purged


@app.command(
    short_help="Delete what nobody used for the retention.",
    epilog="Exit codes: 0 deleted, or nothing to delete; 2 usage or settings; 3 stopped on the way (a store did not answer):"
    " nothing in use is lost, run it again; 130 interrupted, likewise.",
)
def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and delete nothing.")] = False,
    older_than: Annotated[
        int | None,
        typer.Option("--older-than", metavar="DAYS", min=1, max=3650, help="Instead of FUSION_RETENTION, in days."),
    ] = None,
    format: Annotated[str, typer.Option("--format", "-f", help="terminal or json.")] = "terminal",
) -> None:
    """Delete runs, reviews, ledgers and contents that nobody has used for the retention (FUSION_RETENTION, in days).

    Open pull requests, running runs and all that they mention are kept. Reviews may go on meanwhile.
    """
    from fusion import runtime, settings
    from fusion.purge import purge as purging

    if format not in ("terminal", "json"):
        raise UserError(f"There is no format {format!r} for a purge; there are: terminal, json.")
    configured = settings.read(os.environ)
    retention = timedelta(days=older_than or configured.retention)

    async def run() -> Purged:
        async with runtime.records(configured) as (store, blobs):
            return await purging(
                store, blobs, runtime.SystemClock(), tenant=configured.tenant, retention=retention, dry_run=dry_run
            )

    purged = work(run())
    typer.echo(purged.model_dump_json(indent=2) if format == "json" else _said(purged))


def _said(purged: Purged) -> str:
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in purged.records.items())
    records = sum(purged.records.values())
    done = "Would delete" if purged.dry_run else "Deleted"
    lines = [
        f"{done} {records:,} records{f' ({kinds})' if kinds else ''} last used before"
        f" {purged.before:%Y-%m-%d}, and {purged.blobs:,} blobs ({_size(purged.bytes)}).",
        f"Kept {purged.kept_records:,} records and {purged.kept_blobs:,} blobs ({_size(purged.kept_bytes)}).",
    ]
    if purged.running:
        lines.append(
            f"{purged.running:,} runs are still running, or were interrupted: no blob since {purged.swept_before:%Y-%m-%d} was"
            " looked at for them; `fusion runs resume` finishes interrupted ones."
        )
    return "\n".join(lines)


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB" if count >= 100_000 else f"{count:,} bytes"
