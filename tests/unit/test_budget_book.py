"""The accounts under every interleaving and death: caps hold, nothing counts twice, what was held in vain comes back."""

from __future__ import annotations

import json
import random
from collections.abc import Coroutine, Generator, Sequence
from contextlib import suppress
from types import coroutine
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fusion.adapters.memory.records import ManualClock, MemoryStore
from fusion.budget.accounts import Account, Cap, Caps, RunAccount, Shared, SharedAccount, Spend
from fusion.budget.accounts import shared as accounts_of
from fusion.budget.answers import Overcharged, Refused, Reserved, Settled, reservation
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
        for kept in self.runs():
            for one in needed_by(kept):
                assert shared[f"{one.scope} {one.id}"].runs[kept.account.run].amount >= one.of(kept.held)


def needed_by(run: RunAccount) -> Sequence[Shared]:
    """The shared accounts in which an open run must have an entry."""
    return accounts_of(run.account, run.held) if run.state == "open" else ()


KINDS = ("use", "use", "use", "open", "close", "reserve", "release")


CROWDED = ("reserve", "reserve", "reserve", "close")
"""What makes runs raise, give back and close shared accounts at the same time."""


def play(seed: int, kinds: Sequence[str], most: int) -> World:
    """Some runs at once, in an order, with outages and deaths that the seed decides; checked after every step."""
    chance = random.Random(seed)
    world = World()

    def task() -> Coroutine[Any, Any, Any]:
        kind, account, name, amount = (
            chance.choice(kinds),
            chance.choice(world.accounts),
            chance.randrange(most),
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

    alive = [task() for _ in range(chance.randint(2, most))]
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
@given(seed=st.integers(0, 2**32), crowded=st.booleans())
def test_no_interleaving_and_no_death_breaks_a_cap(seed: int, crowded: bool) -> None:
    world = play(seed, CROWDED, 16) if crowded else play(seed, KINDS, 7)
    for account in world.accounts:
        drive(world.book.close(account.run))
        drive(world.book.close(account.run))
    world.check()
    # Closed: nothing is held, and the totals are what the runs spent.
    spent = {run.account.run: run.committed for run in world.runs()}
    totals = world.shared()
    for name, total in totals.items():
        assert total.runs == {}
        of = [one.run for one in world.accounts if name.startswith(("budget ", f"{one.repository} "))]
        assert total.spent == sum(spent.get(run, 0) for run in of)
    recorded: dict[str, int] = {}
    for value in world.records("spend").values():
        record = Spend.model_validate(value)
        recorded[record.run] = recorded.get(record.run, 0) + picos(record.cost)
    assert recorded == {run: amount for run, amount in spent.items() if run in recorded}
    assert all(spent[run] == 0 for run in spent if run not in recorded)


async def released(book: Book, id: str) -> None:
    with suppress(UserError):
        await book.release(id)


ONE = World.accounts[0]


async def settled(book: Book, name: str, made: Call, *, caps: Caps | None = None) -> Settled | Overcharged:
    id = reservation(ONE.run, name)
    assert isinstance(await book.reserve(id, ONE, 1.0, caps or Caps()), Reserved)
    assert isinstance(await book.begin(id, made), Reserved)
    return await book.settle(id, made)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(clock: ManualClock) -> MemoryStore:
    return MemoryStore(clock)


@pytest.fixture
def book(store: MemoryStore, clock: ManualClock) -> Book:
    return Book(store, TENANT, clock)


async def spends(store: MemoryStore) -> list[Spend]:
    return [Spend.model_validate(one.value) for one in await store.list(tenant=TENANT, kind="spend")]


async def test_what_is_not_used_is_free_again(book: Book, store: MemoryStore) -> None:
    caps = Caps(run=1.0)
    assert await settled(book, "a", call(0.25), caps=caps) == Settled(cost=0.25)
    assert await book.left(ONE, caps) == 0.75
    assert await book.settle(reservation(ONE.run, "a"), call(0.9)) == Settled(cost=0.25)
    [spend] = await spends(store)
    assert (spend.agent, spend.endpoint, spend.cost, spend.bound, spend.input_tokens) == ("security", "cloud", 0.25, 1.0, 10)


async def test_a_second_begin_counts_the_first_call_and_reserves_again(book: Book, store: MemoryStore) -> None:
    caps, id = Caps(run=2.5), reservation(ONE.run, "a")
    await book.reserve(id, ONE, 1.0, caps)
    assert isinstance(await book.begin(id), Reserved)
    assert isinstance(await book.begin(id), Reserved)
    assert await book.begin(id) == Refused(cap=Cap.RUN, left=0.5)
    assert await book.settle(id, call(0, ending=Ending.CAPPED, tokens=0)) == Settled(cost=0.0)
    await book.close(ONE.run)
    assert [(spend.cost, spend.assumed) for spend in await spends(store)] == [(1.0, True), (1.0, True)]
    assert await book.spent(month="2025-01") == 2.0


@pytest.mark.parametrize(
    ("made", "cost"),
    [
        (call(0.0, tokens=0), 1.0),
        (call(0.1, tokens=-1), 1.0),
        (call(float("nan")), 1.0),
        (call(-3.0), 1.0),
        (call(0.0, tokens=0, ending=Ending.TIMED_OUT), 1.0),
        (call(0.0, tokens=0, ending=Ending.LIMITED), 0.0),
        (call(0.2, ending=Ending.UNUSABLE), 0.2),
    ],
)
async def test_counts_that_cannot_be_true_count_as_the_bound(book: Book, made: Call, cost: float) -> None:
    answer = await settled(book, "a", made)
    assert isinstance(answer, Settled)
    assert (answer.cost, answer.assumed) == (cost, cost == 1.0)


async def test_a_bill_above_its_bound_is_recorded_and_the_endpoint_distrusted(book: Book, store: MemoryStore) -> None:
    caps = Caps(run=1.0, month=1.0)
    assert await settled(book, "a", call(3.5), caps=caps) == Overcharged(cost=3.5, bound=1.0, endpoint="cloud")
    assert await book.distrusted("cloud")
    assert not await book.distrusted("other")
    assert await book.left(ONE, caps) == 0
    assert await book.spent(month="2025-01") == 3.5
    assert [(spend.cost, spend.over) for spend in await spends(store)] == [(3.5, True)]
    # What costs nothing is still allowed, and somebody may trust it again.
    assert isinstance(await book.reserve(reservation(ONE.run, "free"), ONE, 0.0, caps), Reserved)
    await book.trust("cloud")
    assert not await book.distrusted("cloud")


async def test_a_late_settlement_takes_the_place_of_what_was_assumed(book: Book, store: MemoryStore) -> None:
    id = reservation(ONE.run, "a")
    await book.reserve(id, ONE, 1.0, Caps())
    await book.begin(id)
    await book.close(ONE.run)
    assert await book.spent(month="2025-01", repository=ONE.repository) == 1.0
    assert await book.settle(id, call(0.125)) == Settled(cost=0.125)
    assert [(spend.cost, spend.assumed) for spend in await spends(store)] == [(0.125, False)]
    assert await book.spent(month="2025-01", repository=ONE.repository) == 0.125


async def test_a_reservation_stays_in_its_month(book: Book, clock: ManualClock) -> None:
    clock.advance(31 * 86_400 - 1)
    caps, id = Caps(repository=1.0), reservation(ONE.run, "a")
    await book.reserve(id, ONE, 0.75, caps)
    assert isinstance(await book.reserve(reservation(ONE.run, "b"), ONE, 0.5, caps), Refused)
    clock.advance(1)
    assert isinstance(await book.reserve(reservation(ONE.run, "b"), ONE, 0.5, caps), Reserved)
    await book.begin(id)
    await book.settle(id, call(0.7))
    # The clock jumps back: what was reserved in the earlier month still counts there.
    clock.advance(-3600)
    assert await book.left(ONE, caps) == 0.3
    await book.close(ONE.run)
    assert (await book.spent(month="2025-01"), await book.spent(month="2025-02")) == (0.7, 0.0)


async def test_runs_that_nobody_closed_are_closed_after_a_while(book: Book, clock: ManualClock) -> None:
    await book.open(ONE, 2.0, Caps())
    assert await book.abandon(before=clock.now()) == 0
    clock.advance(60)
    assert await book.abandon(before=clock.now()) == 1
    assert await book.spent(month="2025-01") == 0


async def test_what_cannot_be_a_reservation_is_refused(book: Book) -> None:
    with pytest.raises(ValueError, match="does not belong"):
        await book.reserve("other/1", ONE, 1.0, Caps())
    with pytest.raises(UserError, match="no reservation"):
        await book.begin(reservation(ONE.run, "never"))
    await book.open(ONE, 0.0, Caps())
    with pytest.raises(ValueError, match="is of 'o/a'"):
        await book.open(Account(repository="o/b", run=ONE.run), 1.0, Caps())


def test_who_is_refused_holds_nothing_and_sees_what_the_runs_other_calls_hold() -> None:
    world = World()
    book, account = world.book, world.accounts[0]
    one, other = reservation(account.run, "one"), reservation(account.run, "other")
    drive(book.reserve(one, account, 4, CAPS))
    drive(book.reserve(other, account, 1, CAPS))
    # Once more with another amount, as after a choice that was made anew: the first is let go.
    assert drive(book.reserve(other, account, 3, CAPS)) == Refused(cap=Cap.RUN, left=1.0, asked=3.0)
    assert drive(book.outstanding(one)).amount == 0
    before = drive(book.outstanding(other))
    assert before.amount == 4
    drive(book.begin(one))
    assert drive(book.outstanding(other)) == before
    drive(book.settle(one, call(0.5)))
    after = drive(book.outstanding(other))
    assert (after.amount, after.ended) == (0, before.ended + 1)
    assert drive(book.reserve(other, account, 3, CAPS)) == Reserved(id=other, amount=3.0)
