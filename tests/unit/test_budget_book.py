"""The accounts under every interleaving and death: caps hold, nothing counts twice, what was held in vain comes back."""

from __future__ import annotations

import json
import random
from collections.abc import Coroutine, Generator, Sequence
from contextlib import suppress
from types import coroutine
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fusion.adapters.memory.records import ManualClock, MemoryStore
from fusion.budget.accounts import Account, Caps, RunAccount, Shared, SharedAccount, Spend
from fusion.budget.accounts import shared as accounts_of
from fusion.budget.answers import Refused, reservation
from fusion.budget.book import Book
from fusion.budget.money import picos
from fusion.errors import TransientError, UserError
from fusion.model import Call, Ending, Usage, Work
from fusion.ports import Key, Stored

TENANT = "t"
CAPS = Caps(run=6, pull=8, repository=9, month=10)


@coroutine
def step() -> Generator[None, None, None]:
    """Hand control back to whoever drives the coroutine."""
    yield


class SteppingStore(MemoryStore):
    """A store that hands control back before and after every call, so that a test chooses who goes on, and who dies."""

    dirty = False
    """Something was written."""

    async def get(self, key: Key) -> Stored | None:
        await step()
        found = await super().get(key)
        await step()
        return found

    async def put(self, key: Key, value: dict[str, Any], *, etag: str | None) -> str:
        await step()
        self.dirty = True
        written = await super().put(key, value, etag=etag)
        await step()
        return written


async def pause(seconds: float) -> None:
    await step()


def drive(task: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end."""
    try:
        while True:
            task.send(None)
    except StopIteration as end:
        return end.value


def call(cost: float, *, ending: Ending = Ending.OK, tokens: int = 10, endpoint: str = "cloud") -> Call:
    usage = Usage(input_tokens=tokens, output_tokens=tokens, cost=cost)
    return Call(agent="security", work=Work.REVIEW, endpoint=endpoint, model="m", ending=ending, usage=usage)


class World:
    """Three runs: two of one pull request, and one of another repository."""

    accounts = (
        Account(repository="o/a", subject="1", run="r0"),
        Account(repository="o/a", subject="1", run="r1"),
        Account(repository="o/b", subject="1", run="r2"),
    )

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = SteppingStore(self.clock)
        self.book = Book(self.store, TENANT, self.clock, pause=pause)
        self.billed: dict[str, int] = {}
        """What really was spent, by run."""

    async def use(self, account: Account, name: str, amount: int, share: float) -> None:
        """One call as an activity makes it: reserve, begin, spend, settle."""
        id = reservation(account.run, name)
        if isinstance(await self.book.reserve(id, account, amount, CAPS), Refused):
            return
        begun = await self.book.begin(id)
        if isinstance(begun, Refused):
            return
        # Under the same id another amount may have been reserved before: that one is the bound.
        cost = begun.amount * share
        self.billed[account.run] = self.billed.get(account.run, 0) + picos(cost)
        await self.book.settle(id, call(cost))

    def records(self, kind: str) -> dict[Key, dict[str, Any]]:
        return {key: json.loads(text) for key, (_, text, _) in self.store._records.items() if key.kind == kind}

    def runs(self) -> list[RunAccount]:
        return [RunAccount.model_validate(value) for value in self.records("budget-run").values()]

    def shared(self) -> dict[str, SharedAccount]:
        return {f"{key.scope} {key.id}": SharedAccount.model_validate(v) for key, v in self.records("budget").items()}

    def check(self) -> None:
        """No cap is exceeded by what runs have reserved and spent, nor by what was billed; what a run holds, it holds."""
        if not self.store.dirty:
            return
        self.store.dirty = False
        shared = self.shared()
        committed = {run.account.run: run.committed for run in self.runs()}
        for run, billed in self.billed.items():
            assert billed <= committed[run]
        by = [committed.get(account.run, 0) for account in self.accounts]
        assert max(by) <= picos(CAPS.run or 0)
        assert by[0] + by[1] <= picos(CAPS.pull or 0)
        assert sum(by) <= picos(CAPS.month or 0)
        for run in self.runs():
            for one in needed_by(run):
                assert shared[f"{one.scope} {one.id}"].runs[run.account.run].amount >= one.of(run.held)


def needed_by(run: RunAccount) -> Sequence[Shared]:
    """The shared accounts in which an open run must have an entry."""
    return accounts_of(run.account, run.held) if run.state == "open" else ()


KINDS = ("use", "use", "use", "open", "close", "reserve", "release")


def play(seed: int) -> World:
    """Some runs at once, in an order, with outages and deaths that the seed decides; checked after every step."""
    chance = random.Random(seed)
    world = World()

    def task() -> Coroutine[Any, Any, Any]:
        kind, account, name, amount = (
            chance.choice(KINDS),
            chance.choice(world.accounts),
            chance.randrange(3),
            chance.randint(1, 5),
        )
        if kind == "use":
            return world.use(account, f"use{name}", amount, chance.choice((0.0, 0.25, 1.0)))
        if kind == "open":
            return world.book.open(account, amount, CAPS)
        if kind == "close":
            return world.book.close(account.run)
        if kind == "release":
            return released(world.book, reservation(account.run, f"reserve{name}"))
        return world.book.reserve(reservation(account.run, f"reserve{name}"), account, amount, CAPS)

    alive = [task() for _ in range(chance.randint(2, 7))]
    faults = chance.choice((0.0, 0.01, 0.05))
    while alive:
        one = chance.choice(alive)
        try:
            if chance.random() < faults:
                one.throw(TransientError("The store did not answer."))
            else:
                one.send(None)
        except (StopIteration, TransientError):
            alive.remove(one)
        world.check()
    return world


@settings(max_examples=150, deadline=None, phases=[Phase.generate], derandomize=True)
@given(seed=st.integers(0, 2**32))
def test_no_interleaving_and_no_death_breaks_a_cap(seed: int) -> None:
    world = play(seed)
    for account in world.accounts:
        drive(world.book.close(account.run))
        drive(world.book.close(account.run))
    world.check()
    # Closed: nothing is held, and the totals are what the runs spent.
    spent = {run.account.run: run.committed for run in world.runs()}
    totals = world.shared()
    for name, account in totals.items():
        assert account.runs == {}
        of = [one.run for one in world.accounts if name.startswith(("budget ", f"{one.repository} "))]
        assert account.spent == sum(spent.get(run, 0) for run in of)
    recorded: dict[str, int] = {}
    for value in world.records("spend").values():
        record = Spend.model_validate(value)
        recorded[record.run] = recorded.get(record.run, 0) + picos(record.cost)
    assert recorded == {run: amount for run, amount in spent.items() if run in recorded}
    assert all(spent[run] == 0 for run in spent if run not in recorded)


async def released(book: Book, id: str) -> None:
    with suppress(UserError):
        await book.release(id)
