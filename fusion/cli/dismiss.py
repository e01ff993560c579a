"""`fusion dismiss`: say what becomes of a finding, so that the next reviews of the branch do not bring it up again."""

from __future__ import annotations

import getpass
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fusion.cli import app, work
from fusion.errors import Conflict, UserError

if TYPE_CHECKING:
    from fusion.judging.ledger import LedgerEntry
    from fusion.model import Review, State
    from fusion.ports import Blobs, Store
    from fusion.settings import Settings

WORDS = {"wont-fix": "wont_fix", "incorrect": "incorrect", "duplicate": "duplicate", "open": "open"}
TRIES = 5


@app.command(short_help="Dismiss a finding, for good.")
def dismiss(
    finding: Annotated[str, typer.Argument(help="The finding's id as the review shows it, or more of it.")],
    state: Annotated[str, typer.Option("--as", help="wont-fix, incorrect, duplicate; open takes it back.")] = "wont-fix",
    why: Annotated[str, typer.Option("--why", help="The reason, for whoever asks later.")] = "",
    path: Annotated[str, typer.Option("--path", help="The file, where several findings have the same id.")] = "",
    repository: Annotated[Path, typer.Option("--repo", "-C", help="The folder that was reviewed.")] = Path(),
) -> None:
    """Dismiss a finding of the branch that was reviewed last here; it stays dismissed through pushes and rebases."""
    from fusion import runtime, settings
    from fusion.model import State
    from fusion.render.text import visible

    if state not in WORDS:
        raise UserError(f"--as takes {', '.join(WORDS)}, not {state!r}.")
    configured = settings.read(os.environ)
    store, blobs = runtime.stores(configured)

    async def dismissing() -> LedgerEntry:
        review = await _last(store, blobs, configured, str(repository.absolute()))
        return await _record(store, configured, review, finding, State(WORDS[state]), why, path)

    entry = work(dismissing())
    typer.echo(visible(f"{entry.title} ({entry.path}) is {state} now."))


async def _last(store: Store, blobs: Blobs, configured: Settings, folder: str) -> Review:
    """The last review made in a folder. Raises UserError when there is none."""
    from fusion.model import Review
    from fusion.runs import Run

    for stored in await store.list(tenant=configured.tenant, kind="run", scope=folder, limit=1000):
        run = Run.model_validate(stored.value)
        if run.review:
            return Review.model_validate_json(await blobs.get(run.review))
    raise UserError(f"Nothing was reviewed in {folder} yet; `fusion review` does it, or name the folder with --repo.")


async def _record(
    store: Store, configured: Settings, review: Review, finding: str, state: State, why: str, path: str
) -> LedgerEntry:
    from fusion.judging.ledger import Ledger, changed, dismiss
    from fusion.ports import Key
    from fusion.runtime import SystemClock

    key = Key(tenant=configured.tenant, scope=review.repository, kind="ledger", id=review.subject)
    for _ in range(TRIES):
        stored = await store.get(key)
        ledger = Ledger.model_validate(stored.value["ledger"]) if stored else Ledger()
        by, at = getpass.getuser(), SystemClock().now()
        after, entry = dismiss(ledger, finding, state, by=by, how=why or "fusion dismiss", at=at, path=path)
        value = {"run": stored.value["run"] if stored else "", "ledger": after.model_dump(mode="json")}
        try:
            await store.put(key, value, etag=stored.etag if stored else None)
        except Conflict:
            continue
        await told(configured, list(changed(ledger, after)))
        return entry
    raise UserError("Reviews of this branch are being recorded right now; try again in a moment.")


async def told(configured: Settings, entries: Sequence[LedgerEntry]) -> None:
    """To whoever the settings say that measures."""
    from fusion.progress import Decided
    from fusion.runtime.telemetry import telemetry
    from fusion.telemetry.metering import tell
    from fusion.telemetry.watching import of_notice

    # It is dismissed, whether the packages to tell of it are there or not.
    with suppress(UserError):
        async with telemetry(configured) as seen:
            for entry in entries:
                tell(seen.meter, of_notice(Decided(entry.finding, entry.disposition.state, "command")))
