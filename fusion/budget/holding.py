"""What runs hold of the accounts they share: raised before it is used, lowered after, and moved to what is spent in the end.

An entry carries the turn of its run. Lowering takes a new turn first, and leaves alone what was raised in that turn or later;
raising with an older turn is refused with Conflict. So an entry is never below what its run's record says.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from fusion.budget.accounts import Cap, Entry, RunAccount, Shared, SharedAccount, shared
from fusion.budget.money import picos
from fusion.budget.patience import Pause, Stale, patiently
from fusion.ports import Store

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Full:
    """A cap that does not allow it. `left` is what it leaves beside what is wanted: less than nothing."""

    cap: Cap
    left: int
    raised: bool = False
    """Other accounts were raised before that, and are to be lowered."""


class Holding:
    """The shared accounts of a tenant in a store."""

    def __init__(self, store: Store, tenant: str, *, pause: Pause) -> None:
        self._store = store
        self._tenant = tenant
        self._pause = pause

    async def read(self, one: Shared) -> SharedAccount:
        """The account; an empty one where there is none."""
        return (await self._load(one))[1]

    async def grow(self, run: RunAccount, wanted: Mapping[str, int], *, force: bool = False) -> RunAccount | Full:
        """Raise what the run holds to at least so much by month; `force`: beyond any cap. The run as it is then to be written.

        Raises Conflict when the run was read too long ago.
        """
        held = run.held | {month: max(amount, run.held.get(month, 0)) for month, amount in wanted.items()}
        accounts = [one for one in shared(run.account, held) if any(month in wanted for month in one.months)]
        caps = {one: None if force else getattr(run.caps, one.cap) for one in accounts}
        for one in accounts:
            # Asked before anything is written: most refusals then cost no write.
            if full := _full(await self.read(one), one, run.account.run, one.of(held), caps[one]):
                return full
        for number, one in enumerate(accounts):
            if full := await self._tried(partial(self._raise, one, run, one.of(held), caps[one])):
                return Full(cap=full.cap, left=full.left, raised=number > 0)
        return run.model_copy(update={"held": held})

    async def trim(self, run: RunAccount) -> None:
        """Lower the entries to what the run holds; it was just written with a new turn."""
        for one in shared(run.account, run.months):
            await self._tried(partial(self._lower, one, run))

    async def is_left(self, run: RunAccount) -> bool:
        """Whether any account has an entry of the run."""
        return any([run.account.run in (await self.read(one)).runs for one in shared(run.account, run.months)])

    async def fold(self, run: RunAccount) -> None:
        """Move what a closing run spent from its entries to the totals."""
        for one in shared(run.account, run.months):
            await self._tried(partial(self._fold, one, run))

    async def _tried(self, step: Callable[[], Awaitable[_T]]) -> _T:
        return await patiently(step, pause=self._pause, alone=False)

    async def _raise(self, one: Shared, run: RunAccount, wanted: int, cap: float | None) -> Full | None:
        etag, account = await self._load(one)
        entry = account.runs.get(run.account.run)
        expected = any(month in run.held for month in one.months)
        if (entry is None and expected) or (entry is not None and entry.turn > run.turn):
            raise Stale(f"The account of the run {run.account.run} changed since it was read.")
        if full := _full(account, one, run.account.run, wanted, cap):
            return full
        raised = Entry(amount=max(wanted, entry.amount if entry else 0), turn=run.turn)
        if raised != entry:
            await self._write(one, account.with_entry(run.account.run, raised), etag)
        return None

    async def _lower(self, one: Shared, run: RunAccount) -> None:
        etag, account = await self._load(one)
        entry = account.runs.get(run.account.run)
        if entry is None or entry.turn >= run.turn:
            return
        held = any(month in run.held for month in one.months)
        lowered = Entry(amount=one.of(run.held), turn=run.turn) if held else None
        await self._write(one, account.with_entry(run.account.run, lowered), etag)

    async def _fold(self, one: Shared, run: RunAccount) -> None:
        etag, account = await self._load(one)
        entry = account.runs.get(run.account.run)
        if entry is not None and entry.turn <= run.turn:
            spent = sum(run.need(month) for month in one.months)
            await self._write(one, account.with_entry(run.account.run, None, spent=spent), etag)

    async def _load(self, one: Shared) -> tuple[str | None, SharedAccount]:
        stored = await self._store.get(one.key(self._tenant))
        return (stored.etag, SharedAccount.model_validate(stored.value)) if stored else (None, SharedAccount())

    async def _write(self, one: Shared, account: SharedAccount, etag: str | None) -> None:
        await self._store.put(one.key(self._tenant), account.model_dump(mode="json"), etag=etag)


def _full(account: SharedAccount, one: Shared, run: str, wanted: int, cap: float | None) -> Full | None:
    entry = account.runs.get(run)
    room = None if cap is None else picos(cap) - account.others(run) - wanted
    if room is None or room >= 0 or (entry is not None and wanted <= entry.amount):
        return None
    return Full(cap=one.cap, left=room)
