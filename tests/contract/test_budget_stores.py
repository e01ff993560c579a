"""The accounts over every Store: of runs that race for the last of a budget, each cent goes to one."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fusion.adapters.azure.cosmos import CosmosStore
from fusion.adapters.memory.records import ManualClock, MemoryStore
from fusion.adapters.sqlite.store import SqliteStore
from fusion.budget.accounts import Account, Cap, Caps
from fusion.budget.answers import Refused, Reserved, reservation
from fusion.budget.book import Book
from fusion.budget.report import report
from fusion.errors import UserError
from fusion.model import Call, Ending, Usage, Work
from fusion.ports import Store
from fusion.routing.catalogue import HostCaps
from tests.fakes.cosmos.server import CosmosEmulator


@pytest.fixture(params=["memory", "sqlite", "cosmos"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    clock = ManualClock()
    if request.param == "memory":
        yield MemoryStore(clock)
    elif request.param == "sqlite":
        with SqliteStore(tmp_path / "state.db", clock=clock, fsync=False) as made:
            yield made
    else:
        with CosmosEmulator() as emulator:
            async with CosmosStore(emulator.connection, database=uuid.uuid4().hex, clock=clock) as reached:
                yield reached


def call(cost: float, **more: object) -> Call:
    usage = Usage(input_tokens=1000, output_tokens=100, cached_tokens=400, cost=cost)
    values = {
        "agent": "security",
        "work": Work.REVIEW,
        "endpoint": "cloud",
        "model": "big",
        "ending": Ending.OK,
        "usage": usage,
    }
    return Call.model_validate(values | more)


async def test_of_two_runs_that_race_for_the_last_one_gets_it(store: Store) -> None:
    book, caps = Book(store, "t", ManualClock()), Caps(month=1.0)
    runs = [Account(repository=f"o/{name}", subject="1", run=f"r{name}") for name in range(6)]
    answers = await asyncio.gather(*(book.reserve(reservation(run.run, "1"), run, 0.4, caps) for run in runs))
    assert sorted(type(answer).__name__ for answer in answers) == ["Refused"] * 4 + ["Reserved"] * 2
    assert {answer.cap for answer in answers if isinstance(answer, Refused)} == {Cap.MONTH}
    assert await book.spent(month="2025-01") == 0.8
    for run in runs:
        await book.close(run.run)
    assert await book.spent(month="2025-01") == 0


async def test_calls_of_one_run_share_what_it_opened_with(store: Store) -> None:
    book, caps = Book(store, "t", ManualClock()), Caps(run=1.0, pull=1.0)
    run = Account(repository="o/r", subject="1", run="r")
    assert isinstance(await book.open(run, 0.5, caps), Reserved)
    answers = await asyncio.gather(*(book.reserve(reservation("r", str(at)), run, 0.25, caps) for at in range(6)))
    assert sum(isinstance(answer, Reserved) for answer in answers) == 4
    again = await book.reserve(reservation("r", "0"), run, 0.25, caps)
    assert isinstance(again, Refused) == isinstance(answers[0], Refused)


async def test_the_report_says_what_was_spent_and_what_is_left(store: Store) -> None:
    book, caps = Book(store, "t", ManualClock()), Caps()
    for number, made in enumerate(
        [call(0.1), call(0.2, agent="tests", endpoint="other"), call(0, cached=True), call(0, usage=Usage())]
    ):
        run = Account(repository=f"o/{number % 2}", subject="1", run=f"r{number}")
        await book.reserve(reservation(run.run, "1"), run, 0.3, caps)
        await book.begin(reservation(run.run, "1"))
        await book.settle(reservation(run.run, "1"), made)
        await book.close(run.run)
    found = await report(store, book, tenant="t", month="2025-01", caps=HostCaps(month=10, repository=0.4))
    assert (found.total.calls, found.total.cost, found.total.input_tokens, found.assumed) == (4, 0.6, 3000, 1)
    assert [(row.name, row.cost) for row in found.repositories] == [("o/1", 0.5), ("o/0", 0.1)]
    assert [(row.name, row.calls) for row in found.agents] == [("security", 3), ("tests", 1)]
    assert [(row.name, row.cost) for row in found.routes] == [("cloud", 0.4), ("other", 0.2), ("cache", 0.0)]
    assert [(left.name, left.taken, left.left) for left in found.left] == [
        ("all repositories", 0.6, 9.4),
        ("o/1", 0.5, 0.0),
        ("o/0", 0.1, 0.3),
    ]
    assert (await report(store, book, tenant="t", month="2024-12", caps=HostCaps())).total.calls == 0
    with pytest.raises(UserError, match="2026-11"):
        await report(store, book, tenant="t", month="2025-13", caps=HostCaps())
