"""What abandoning a run gives back: its money, its jobs, its journal; in any state in which its process may have died."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fusion import local, runtime
from fusion.adapters.memory.records import ManualClock
from fusion.budget.accounts import Account, Caps
from fusion.budget.answers import reservation
from fusion.budget.book import Book
from fusion.engine import JournalBusy
from fusion.engine.journal import kept_away
from fusion.model import InferenceJob, Request, RequestKind, Urgency
from fusion.runs import Run, RunStatus, run_key
from fusion.settings import Settings

ID = "review-0000000000000001-abc"
BEGAN = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize("journal", [True, False], ids=["killed", "killed while it was abandoned"])
async def test_abandoning_gives_back_all_that_the_run_held(tmp_path: Path, journal: bool) -> None:
    settings, clock = Settings(home=tmp_path, evidence="off"), ManualClock(BEGAN)
    store, _ = runtime.stores(settings, clock=clock)
    request = Request(kind=RequestKind.RANGE, location="/somewhere")
    run = Run(id=ID, request=request, started=BEGAN)
    await store.put(run_key(settings.tenant, request, ID), run.model_dump(mode="json"), etag=None)
    if journal:
        # Not even a journal: what cannot be read can be abandoned all the same.
        local.journal(tmp_path, ID).write_bytes(b"damaged")
    book, payer = Book(store, settings.tenant, clock), Account(repository="o/n", subject="main", run=ID)
    held = reservation(ID, "thought", "0")
    await book.reserve(held, payer, 3.0, Caps(run=5.0, month=5.0))
    async with runtime.inference(settings, clock=clock) as queue:
        for id in (held, reservation(f"{ID}d", "thought", "0")):
            await queue.submit(
                InferenceJob(
                    **{"id": id, "urgency": Urgency.PERSON, "repository": "o/n", "model": "m", "payload": "sha256:" + "0" * 64},
                    **{"run": ID, "event": "e", "enqueued": BEGAN, "expires": BEGAN + timedelta(hours=1)},
                )
            )
    abandoned = {"by": "ada", "reason": "too dear"}
    if journal:
        with kept_away(local.journal(tmp_path, ID)), pytest.raises(JournalBusy):
            await local.abandon(ID, run, settings, store, clock, **abandoned)
        assert await book.committed(ID) == 3.0
    assert await local.abandon(ID, run, settings, store, clock, **abandoned) == 1
    assert await local.abandon(ID, run, settings, store, clock, **abandoned) == 0, "repeated, it does nothing more"
    assert await book.committed(ID) == 0.0
    assert await book.spent(month="2026-11") == 0.0
    async with runtime.inference(settings, clock=clock) as queue:
        assert (await queue.depth())[Urgency.PERSON] == 1, "another run's job stays"
    assert not list((tmp_path / "runs").glob("review-*"))
    stored = await store.get(run_key(settings.tenant, request, ID))
    assert stored is not None
    ended = Run.model_validate(stored.value)
    assert (ended.status, ended.by, ended.message, ended.finished) == (RunStatus.ABANDONED, "ada", "too dear", BEGAN)
