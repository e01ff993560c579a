"""What model calls cost in a month: by repository, agent, model and route, and what the caps leave."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from fusion.budget.accounts import RunAccount, SharedAccount, Spend, of_month, run_key
from fusion.budget.book import Book
from fusion.budget.money import picos, units
from fusion.errors import UserError
from fusion.model import SCHEMA_VERSION, Ending, Record
from fusion.ports import Store
from fusion.routing.catalogue import HostCaps

_PAGE = 500
_SKEW = timedelta(days=1)
"""By how much the clocks of machines may differ."""


class Row(Record):
    """One line: what the calls cost that have this in common."""

    name: str
    calls: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    """Of the input tokens, those that the other side had cached."""
    cost: float


class Left(Record):
    """What a cap leaves."""

    name: str
    """The repository, or `all repositories`."""
    cap: float
    taken: float
    """Spent, and held by runs that are at work."""
    left: float


class CostReport(Record):
    """What model calls cost in a month."""

    schema_version: int = SCHEMA_VERSION
    month: str
    currency: str
    total: Row
    repositories: tuple[Row, ...] = ()
    agents: tuple[Row, ...] = ()
    models: tuple[Row, ...] = ()
    routes: tuple[Row, ...] = ()
    """By endpoint; `cache` is what was answered without a call."""
    left: tuple[Left, ...] = ()
    assumed: int = 0
    """Calls of which nobody said what they cost: their bounds count."""
    assumed_cost: float = 0.0
    cut_off: int = 0
    """Of those, the ones that nobody saw the end of: whoever waited for the answer was stopped, or gave up."""
    cut_off_cost: float = 0.0
    unsent: int = 0
    """Attempts that reached nobody; they cost nothing and are in no row."""
    held: float = 0.0
    """Set aside at present, beyond what was spent, by runs that are under way or were never ended."""
    holding: int = 0
    """How many runs these are."""
    distrusted: tuple[str, ...] = ()
    """Endpoints that billed more than their bounds, and are asked no more until a person trusts them again."""
    over: int = 0
    """Calls that were billed with more than their bounds."""
    others: tuple[str, ...] = ()
    """Other currencies in which calls were paid; they are in no row."""


GROUPS: Mapping[str, Callable[[Spend], str]] = {
    "repositories": lambda spend: spend.repository or "-",
    "agents": lambda spend: spend.agent or "-",
    "models": lambda spend: spend.model or "-",
    "routes": lambda spend: "cache" if spend.cached else spend.endpoint or "-",
}
"""By what the report groups."""


def month_start(month: str) -> datetime:
    """The first moment of `2026-11`, in UTC. Raises UserError for anything else."""
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month) or month < "0002":
        raise UserError(f"There is no month {month!r}: write it as 2026-11.")
    return datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)


def summed(spends: Iterable[Spend], *, month: str, currency: str) -> CostReport:
    """The report of these calls, without what the caps leave. Sums are exact."""
    every = list(spends)
    mine = [spend for spend in every if spend.currency == currency and spend.sent]
    assumed = [spend for spend in mine if spend.assumed]
    cut = [spend for spend in assumed if spend.ending is Ending.ABANDONED]
    return CostReport(
        month=month,
        currency=currency,
        total=_row("all", mine),
        **{group: _rows(mine, name) for group, name in GROUPS.items()},
        assumed=len(assumed),
        assumed_cost=_row("", assumed).cost,
        cut_off=len(cut),
        cut_off_cost=_row("", cut).cost,
        unsent=sum(not spend.sent for spend in every),
        over=sum(spend.over for spend in mine),
        others=tuple(sorted({spend.currency for spend in every} - {currency})),
    )


async def report(store: Store, book: Book, *, tenant: str, month: str, caps: HostCaps) -> CostReport:
    """What the tenant's calls cost in a month, and what the host's caps leave of it. Raises UserError: no such month."""
    start = month_start(month)
    spends: dict[str, Spend] = {}
    after = ""
    while page := await store.list(tenant=tenant, kind="spend", limit=_PAGE, after=after):
        for stored in page:
            spend = Spend.model_validate(stored.value)
            if spend.month == month:
                spends[spend.id] = spend
        after = page[-1].key.id
        if page[-1].updated < start - _SKEW:
            break
    running = [run async for run in _running(store, tenant, month)]
    for account, _ in running:
        if account is not None:
            # Not written yet: whoever works with the account next does it.
            spends |= {spend.id: spend for spend in account.unwritten.values() if spend.month == month}
    whole = summed(spends.values(), month=month, currency=caps.currency)
    left = [await _left(book, month, "", caps.month)]
    left += [await _left(book, month, row.name, caps.repository) for row in whole.repositories if row.name != "-"]
    held = units(sum(_unspent(account, amount, month) for account, amount in running))
    distrusted = tuple(spend.endpoint for spend in await book.all_distrusted())
    update = {"left": tuple(left), "held": held, "holding": len(running), "distrusted": distrusted}
    return whole.model_copy(update=update)


async def _running(store: Store, tenant: str, month: str) -> AsyncIterator[tuple[RunAccount | None, int]]:
    """The accounts of the runs that hold something of the month, each with how much."""
    stored = await store.get(of_month(month).key(tenant))
    entries = SharedAccount.model_validate(stored.value).runs if stored else {}
    for run, entry in entries.items():
        found = await store.get(run_key(tenant, run))
        yield RunAccount.model_validate(found.value) if found else None, entry.amount


def _unspent(account: RunAccount | None, held: int, month: str) -> int:
    """What of it no call has cost yet."""
    if account is None:
        return held
    ours = [one for one in account.reservations.values() if one.month == month]
    spent = sum(one.spent + (one.amount if one.state == "assumed" else 0) for one in ours)
    return max(held - (spent - account.folded.get(month, 0)), 0)


async def _left(book: Book, month: str, repository: str, cap: float) -> Left:
    taken = picos(await book.spent(month=month, repository=repository))
    return Left(name=repository or "all repositories", cap=cap, taken=units(taken), left=units(max(picos(cap) - taken, 0)))


def _rows(spends: Sequence[Spend], name: Callable[[Spend], str]) -> tuple[Row, ...]:
    groups: dict[str, list[Spend]] = {}
    for spend in spends:
        groups.setdefault(name(spend), []).append(spend)
    rows = [_row(title, group) for title, group in groups.items()]
    return tuple(sorted(rows, key=lambda row: (-row.cost, row.name)))


def _row(name: str, spends: Sequence[Spend]) -> Row:
    return Row(
        name=name,
        calls=len(spends),
        input_tokens=sum(spend.input_tokens for spend in spends),
        output_tokens=sum(spend.output_tokens for spend in spends),
        cached_tokens=sum(spend.cached_tokens for spend in spends),
        cost=units(sum(picos(spend.cost) for spend in spends)),
    )
