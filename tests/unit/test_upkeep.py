"""What hosts do once a day."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

from fusion import runtime
from fusion.adapters.memory.records import ManualClock, MemoryBlobs, MemoryStore
from fusion.budget.accounts import Account, Caps, month_of
from fusion.budget.answers import Refused
from fusion.settings import Settings
from orchestrations.upkeep import SILENT, keep_up
from tests.fakes.models import ScriptedModel, reply
from tests.fakes.reasoning import reasoning_of

RETENTION = timedelta(days=90)
CAPS = Caps(run=5.0, pull=5.0, repository=5.0, month=5.0)


def account(run: str) -> Account:
    return Account(repository="o/n", subject="pull:1", run=run)


async def test_money_of_runs_that_died_is_given_back_after_a_day(tmp_path: Path) -> None:
    clock = ManualClock()
    store, blobs = MemoryStore(clock), MemoryBlobs(clock)
    bundle = runtime.embedded(Settings(home=tmp_path, evidence="off"), records=(store, blobs), clock=clock)
    reasoning = reasoning_of(ScriptedModel(reply({})), store=store, clock=clock)
    bundle = dataclasses.replace(bundle, tenant="t", reasoning=reasoning)
    book, month = reasoning.book, month_of(clock.now())
    await book.reserve("dead/1", account("dead"), 4.0, CAPS)
    clock.advance(SILENT.total_seconds() / 2)
    await book.reserve("alive/1", account("alive"), 0.5, CAPS)
    assert isinstance(await book.reserve("other/1", account("other"), 4.0, CAPS), Refused)
    clock.advance(SILENT.total_seconds() / 2 + 1)
    before = await book.spent(month=month)
    kept = await keep_up(bundle, retention=RETENTION)
    assert (kept.closed, before, await book.spent(month=month)) == (1, 4.5, 0.5)
    assert "closed: the accounts of 1 runs" in str(kept)
    again = await keep_up(bundle, retention=RETENTION)
    assert again.closed == 0
    assert str(again).startswith("purged: 0 records, 0 blobs")
    without = dataclasses.replace(bundle, reasoning=None)
    assert (await keep_up(without, retention=RETENTION)).closed == 0
