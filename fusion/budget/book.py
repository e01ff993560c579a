"""The accounts: money is reserved before a call, settled after it, and never promised twice.

Each run has an account of its own, a record with its reservations. It holds money of three shared accounts, those of its pull
request, of its repository in the month, and of the tenant in the month; they know of a run only how much it holds. So the
calls of one run contend for the run's record alone, and the shared ones are written when a run opens (`open` takes what
the run is likely to need in one go), grows, and closes. One record for all would be written three times by every call.

Every step is one write of one record under its ETag, in an order in which a process may die anywhere:

- Growing raises the shared accounts first and writes the run's record last: what is reserved is always held. A death
  leaves too much held, which the same reservation takes up when it is tried again, and `close` gives back.
- Giving back writes the run's record first, with its next turn, and lowers the shared accounts afterwards, but not where an
  entry has a later turn: somebody has raised it since. Whoever raises with an old turn has to read again.
- Closing settles what nobody settled (a call that was begun counts as its bound), then moves what was spent from the
  run's entry into each account's total. An entry that is not there was moved already.

Measured with 200 runs that open at the same moment in one SQLite file (two cores): all are answered within 1.8 s in
repositories of their own, within 3.0 s in one; 200 reservations of one run within 2.7 s. No writer gives up.

A reservation's id is its run's, a slash, and what tells it apart within the run (`reservation`); reserving twice under one id
reserves once. A reservation counts in the month in which it was made (UTC), whatever the clock says later. Amounts that come in
are rounded up to 10^-12 of the currency, and all sums are exact.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from math import inf
from typing import TypeVar

from fusion.budget.accounts import (
    SCOPE,
    Account,
    Cap,
    Caps,
    Planned,
    Reservation,
    RunAccount,
    Spend,
    month_of,
    of_month,
    run_key,
    shared,
)
from fusion.budget.answers import Outstanding, Overcharged, Refused, Reserved, Settled
from fusion.budget.holding import Full, Holding
from fusion.budget.money import picos, rounded_down, units
from fusion.budget.patience import Pause, patiently
from fusion.budget.spending import Spending
from fusion.errors import Conflict, UserError
from fusion.model import Call, Ending
from fusion.ports import Clock, Store

_T = TypeVar("_T")


class Book:
    """A tenant's accounts in a store, for any number of processes at once.

    Every method may be repeated. They raise Conflict when other writers were faster time and again (`patience.TRIES`), and what
    the store raises. Both are TransientError, and what was done until then is safe: at worst too much is held. `currency` is
    that of all amounts.
    """

    def __init__(self, store: Store, tenant: str, clock: Clock, *, currency: str = "USD", pause: Pause = asyncio.sleep) -> None:
        self._store = store
        self._tenant = tenant
        self._clock = clock
        self._pause = pause
        self._spending = Spending(store, tenant, clock, currency=currency)
        self._holding = Holding(store, tenant, pause=pause)

    async def open(self, account: Account, amount: float, caps: Caps) -> Reserved | Refused:
        """Hold at least that much for the run, so that its calls need not ask the shared accounts one by one."""
        asked = picos(amount)

        async def step() -> Reserved | Refused:
            etag, run = await self._run_for(account, caps)
            month = self._month()
            wanted = max(asked, run.need(month))
            room = _room(caps.run, run.committed - run.need(month))
            if room is not None and wanted > room:
                return Refused(cap=Cap.RUN, left=rounded_down(room))
            added = wanted - run.need(month)
            return await self._grown(etag, run, {month: wanted}, added=added) or Reserved(id=account.run, amount=amount)

        return await self._patiently(step)

    async def reserve(self, id: str, account: Account, amount: float, caps: Caps) -> Reserved | Refused:
        """Set an upper bound aside for one call; all or nothing. Until the call is begun the last amount counts, and who is
        refused has nothing set aside: others that wait need not wait for it.

        Raises ValueError for an id that is not the run's.
        """
        if _run_of(id) != account.run:
            raise ValueError(f"The reservation {id!r} does not belong to the run {account.run!r}.")
        asked = picos(amount)

        async def step() -> Reserved | Refused:
            etag, run = await self._run_for(account, caps)
            held = run.reservations.get(id)
            if held is None:
                made = Reservation(amount=asked, month=self._month())
            elif held.state == "released" or (held.state == "reserved" and held.amount != asked):
                # Who asks again before the call may have chosen another way for it.
                made = held.model_copy(update={"amount": asked, "state": "reserved"})
            else:
                return Reserved(id=id, amount=units(held.amount))
            refused = await self._committed(etag, run, id, made)
            if refused is not None and held is not None and held.state == "reserved":
                await self._patiently(lambda: self._let_go(id))
            return replace(refused, asked=units(asked)) if refused else Reserved(id=id, amount=units(asked))

        return await self._patiently(step)

    async def begin(self, id: str, call: Call | None = None) -> Reserved | Refused:
        """A call is about to be made under the reservation. `call` is kept for the record of one that nobody hears of again.

        Begun once more, the earlier call counts as its bound unless it was settled, and the amount is set aside again. Raises
        UserError when there is no such reservation.
        """
        planned = call and Planned(
            agent=call.agent, work=call.work, endpoint=call.endpoint, model=call.model, region=call.region
        )

        async def step() -> Reserved | Refused:
            etag, run, held = await self._found(id)
            lost = [self._spending.unheard(run.account, id, held)] if held.state == "begun" else []
            spent = held.committed if held.state in ("begun", "assumed") else held.spent
            made = held.model_copy(
                update={"state": "begun", "begins": held.begins + 1, "spent": spent, "call": planned or held.call}
            )
            return await self._committed(etag, run, id, made, *lost) or Reserved(id=id, amount=units(held.amount))

        return await self._patiently(step)

    async def settle(self, id: str, call: Call) -> Settled | Overcharged:
        """Record what the call cost (`call.usage.cost`), once, and free the rest.

        Where the other side gave no usage that can be true, the reserved bound counts, unless the call was turned away
        (`accounts.UNBILLED`). One from the cache costs nothing. Raises UserError when there is no such reservation.
        """

        async def step() -> Settled | Overcharged:
            etag, run, held = await self._found(id)
            spend = self._spending.of(run.account, id, held, call)
            if held.state == "settled":
                return _outcome(await self._spending.read(spend.repository, spend.id) or spend)
            if call.ending is Ending.CAPPED:
                # Refused before it was made; one that was begun before it may have been billed all the same.
                await self._write(self._freed(run, id, held), etag)
                return Settled(cost=0.0)
            if spend.over and spend.endpoint:
                await self._spending.distrust(spend)
            after = run.reopened.reserving(id, _settled(held, spend), spend)
            need = after.need(held.month)
            if run.state == "closed" or need > after.held.get(held.month, 0):
                # Money that is spent is spent: it is held beyond any cap.
                await self._grown(etag, after, {held.month: max(need, 0)}, force=True)
            else:
                await self._write(after, etag)
            if run.state == "closed":
                await self.close(run.account.run)
            else:
                with suppress(Conflict):
                    # Somebody who found it in the account is writing it; the step itself is done.
                    await self._spending.write(spend)
            return _outcome(spend)

        return await self._patiently(step)

    async def release(self, id: str) -> None:
        """Free a reservation whose call is not made. One that was begun counts as its bound: it may have been billed.

        Nothing happens when it is settled. Raises UserError when there is no such reservation.
        """
        await self._patiently(lambda: self._let_go(id))

    async def _let_go(self, id: str) -> None:
        etag, run, held = await self._found(id)
        await self._write(self._freed(run, id, held), etag)

    async def outstanding(self, id: str) -> Outstanding:
        """What the run of that reservation has set aside for its other calls."""
        stored = await self._patiently(lambda: self._load(_run_of(id)))
        if stored is None:
            return Outstanding(amount=0.0, ended=0)
        ended = sum(one.state not in ("reserved", "begun") for one in stored[1].reservations.values())
        return Outstanding(amount=units(stored[1].outstanding(id)), ended=ended)

    async def close(self, run: str) -> None:
        """Give back what the run still holds; calls that were begun and never settled count as their bounds.

        A run may reserve again after that, and is then to be closed again.
        """

        async def step() -> None:
            stored = await self._load(run)
            if stored is None:
                return
            etag, account = stored
            if account.state == "closed":
                if not await self._holding.is_left(account):
                    return
                # A reservation that died on its way held something; its turn is the next one.
                account = account.reopened
            if account.state == "open":
                for id, held in account.reservations.items():
                    account = self._freed(account, id, held)
                account = account.model_copy(update={"state": "closing", "turn": account.turn + 1})
                etag = await self._write(account, etag)
            await self._holding.fold(account)
            await self._keep(account)
            folded = {month: account.need(month) + account.folded.get(month, 0) for month in account.months}
            closed = {"state": "closed", "held": {}, "folded": folded, "unwritten": {}}
            await self._write(account.model_copy(update=closed), etag)

        await self._patiently(step)

    async def left(self, account: Account, caps: Caps) -> float:
        """What the run could still reserve: the least over the caps; infinite where there is none."""
        tightest = await self.tightest(account, caps)
        return tightest.left if tightest is not None else inf

    async def tightest(self, account: Account, caps: Caps) -> Refused | None:
        """The cap that leaves least, and what it leaves: it is what refuses more. None: there is none."""

        async def step() -> Refused | None:
            stored = await self._load(account.run)
            run = stored[1] if stored else RunAccount(account=account)
            month = self._month()
            rooms = [(_room(caps.run, run.committed), Cap.RUN)]
            for one in shared(account, {month, *run.held}):
                if month in one.months:
                    others = (await self._holding.read(one)).others(account.run)
                    needed = sum(run.need(each) for each in one.months)
                    rooms.append((_room(getattr(caps, one.cap), others + needed), one.cap))
            known = [(room, cap) for room, cap in rooms if room is not None]
            room, cap = min(known, key=lambda pair: pair[0], default=(0, Cap.RUN))
            return Refused(cap=cap, left=rounded_down(room)) if known else None

        return await self._patiently(step)

    async def committed(self, run: str) -> float:
        """What a run's calls have cost, and what is set aside for those under way."""
        stored = await self._patiently(lambda: self._load(run))
        return units(stored[1].committed) if stored else 0.0

    async def spent(self, *, month: str, repository: str = "") -> float:
        """What a repository, or without one the tenant, has spent and holds in a month (`2026-11`)."""
        return units((await self._holding.read(of_month(month, repository))).total)

    async def reservation(self, id: str) -> Reservation | None:
        """How a reservation stands: what was begun under it before, and what that counts as."""
        stored = await self._patiently(lambda: self._load(_run_of(id)))
        return stored[1].reservations.get(id) if stored else None

    async def all_distrusted(self) -> tuple[Spend, ...]:
        """The bills for which endpoints are asked no more, one for each of them."""
        return await self._spending.all_distrusted()

    async def distrusted(self, endpoint: str) -> bool:
        """Whether it billed more than its bound once, and nobody has said since that it may be called again."""
        return await self._spending.is_distrusted(endpoint)

    async def trust(self, endpoint: str) -> None:
        """Call it again."""
        await self._spending.trust(endpoint)

    async def abandon(self, *, before: datetime) -> int:
        """Close the runs whose accounts were last written before that time: how many. For runs that ended without a close."""
        count, after = 0, ""
        while page := await self._store.list(tenant=self._tenant, kind="budget-run", scope=SCOPE, after=after):
            for stored in page:
                if stored.updated < before and stored.value.get("state") != "closed":
                    await self.close(stored.key.id)
                    count += 1
            after = page[-1].key.id
        return count

    async def _run_for(self, account: Account, caps: Caps) -> tuple[str | None, RunAccount]:
        """The run's account, ready to reserve under those caps. Raises ValueError when the run is another's."""
        if not account.run or "/" in account.run:
            raise ValueError(f"The run {account.run!r} has no id, or one with a slash.")
        stored = await self._load(account.run)
        etag, run = await self._steady(*stored) if stored else (None, RunAccount(account=account))
        if run.account != account:
            raise ValueError(f"The run {account.run!r} is of {run.account.repository!r}, not of {account.repository!r}.")
        month = self._month()
        if month not in run.months:
            run = run.model_copy(update={"months": (*run.months, month)})
            etag = await self._write(run, etag)
        return etag, run.reopened.model_copy(update={"caps": caps})

    async def _found(self, id: str) -> tuple[str, RunAccount, Reservation]:
        stored = await self._load(_run_of(id))
        if stored is None or id not in stored[1].reservations:
            raise UserError(f"There is no reservation {id!r}: reserve before the call.")
        etag, run = await self._steady(*stored)
        return etag, run, run.reservations[id]

    async def _steady(self, etag: str, run: RunAccount) -> tuple[str, RunAccount]:
        """The account, not in the middle of its closing. Raises Conflict once that is finished: it is to be read again."""
        if run.state == "closing":
            await self.close(run.account.run)
            raise Conflict(f"The account of the run {run.account.run} was just closed.")
        return etag, run

    async def _load(self, run: str) -> tuple[str, RunAccount] | None:
        stored = await self._store.get(run_key(self._tenant, run))
        if stored is None:
            return None
        account = RunAccount.model_validate(stored.value)
        await self._keep(account)
        return stored.etag, account.model_copy(update={"unwritten": {}})

    async def _keep(self, account: RunAccount) -> None:
        """Write the records of calls that the account carries."""
        for spend in account.unwritten.values():
            await self._spending.write(spend)

    async def _write(self, run: RunAccount, etag: str | None) -> str:
        value = run.model_dump(mode="json", exclude_defaults=True) | {"schema_version": run.schema_version, "state": run.state}
        return await self._store.put(run_key(self._tenant, run.account.run), value, etag=etag)

    async def _committed(
        self, etag: str | None, run: RunAccount, id: str, made: Reservation, *records: Spend
    ) -> Refused | None:
        """Write the account with that reservation, if the caps allow what it adds."""
        after = run.reopened.reserving(id, made, *records)
        added = after.committed - run.committed
        room = _room(run.caps.run, run.committed)
        if room is not None and 0 < added > room:
            return Refused(cap=Cap.RUN, left=rounded_down(room))
        need = after.need(made.month)
        if need > after.held.get(made.month, 0):
            return await self._grown(etag, after, {made.month: need}, added=added)
        await self._write(after, etag)
        return None

    async def _grown(
        self, etag: str | None, run: RunAccount, wanted: Mapping[str, int], *, added: int = 0, force: bool = False
    ) -> Refused | None:
        """Hold so much by month, and write the account. `added`: what of it is for the reservation that is asked for."""
        grown = await self._holding.grow(run, wanted, force=force)
        if isinstance(grown, Full):
            if grown.raised:
                await self._patiently(lambda: self._trim(run.account))
            return Refused(cap=grown.cap, left=rounded_down(grown.left + added))
        await self._write(grown, etag)
        return None

    async def _trim(self, account: Account) -> None:
        """Give back what the run holds without having got what it held it for."""
        stored = await self._load(account.run)
        if stored is not None and stored[1].state != "closing":
            etag, run = stored
            run = run.reopened.model_copy(update={"turn": run.reopened.turn + 1})
            await self._write(run, etag)
            await self._holding.trim(run)

    def _freed(self, run: RunAccount, id: str, held: Reservation) -> RunAccount:
        """The account when no call is made under the reservation any more."""
        if held.state == "reserved":
            return run.reserving(id, held.model_copy(update={"state": "released"}))
        if held.state == "begun":
            assumed = held.model_copy(update={"state": "assumed"})
            return run.reserving(id, assumed, self._spending.unheard(run.account, id, held))
        return run

    def _month(self) -> str:
        return month_of(self._clock.now())

    async def _patiently(self, step: Callable[[], Awaitable[_T]]) -> _T:
        return await patiently(step, pause=self._pause)


def _run_of(id: str) -> str:
    return id.partition("/")[0]


def _room(cap: float | None, taken: int) -> int | None:
    return None if cap is None else picos(cap) - taken


def _settled(held: Reservation, spend: Spend) -> Reservation:
    cost = held.amount if spend.assumed else picos(spend.cost)
    return held.model_copy(update={"state": "settled", "spent": held.spent + cost, "call": None})


def _outcome(spend: Spend) -> Settled | Overcharged:
    if spend.over:
        return Overcharged(cost=spend.cost, bound=spend.bound, endpoint=spend.endpoint)
    return Settled(cost=spend.cost, assumed=spend.assumed)
