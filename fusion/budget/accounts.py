"""What the book keeps: a run's own account, the accounts that runs share, and what a call cost. Values only; no I/O.

All amounts of the accounts are whole picounits (`fusion.budget.money`); those of `Spend` are floats, for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from fusion.model import SCHEMA_VERSION, Ending, Record, Usage, Work
from fusion.ports import Key

SCOPE = "budget"
"""Scope of the accounts that belong to no repository; a repository's has a slash, or is an absolute path."""


class Account(Record):
    """Who pays for a call: a run, within its pull request (or other subject), within its repository."""

    repository: str
    subject: str = ""
    """The pull request or branch whose runs share a cap; empty: the run shares none."""
    run: str
    """Id of the run, without a slash."""


class Cap(StrEnum):
    """The caps, in the order in which they are looked at."""

    RUN = "run"
    PULL = "pull"
    REPOSITORY = "repository"
    """Of all runs of the repository, in a month (UTC)."""
    MONTH = "month"
    """Of all repositories together, in a month (UTC)."""


class Caps(Record):
    """Money that may be spent at most, in the budget's currency. None: no cap."""

    run: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    pull: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    repository: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    month: float | None = Field(default=None, ge=0, allow_inf_nan=False)

    def lower(self, other: Caps) -> Caps:
        """Of both the lower ones."""
        pairs = {cap: (getattr(self, cap), getattr(other, cap)) for cap in Cap}
        return Caps.model_validate(
            {cap: min((one for one in pair if one is not None), default=None) for cap, pair in pairs.items()}
        )


class Spend(Record):
    """What one call cost; kind `spend`. Of a call that nobody heard of again it is what the call may have cost."""

    schema_version: int = SCHEMA_VERSION
    id: str
    """The reservation's, and which of its calls it was: `review-0123/security-2/1:1`."""
    repository: str
    subject: str = ""
    run: str
    agent: str = ""
    work: Work = Work.REVIEW
    endpoint: str = ""
    model: str = ""
    region: str = ""
    local: bool = False
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost: float
    bound: float
    currency: str = "USD"
    ending: Ending
    cached: bool = False
    """Answered from the cache of earlier replies, for nothing."""
    assumed: bool = False
    """Nobody said what it cost: the bound counts."""
    over: bool = False
    """It was billed with more than its bound."""
    sent: bool = True
    """Whether anything may have left. False: nobody was reached, and it cost nothing."""
    month: str
    """The month whose caps it counts against."""
    at: datetime


class Planned(Record):
    """Which call was begun, for the record of one that nobody hears of again."""

    agent: str = ""
    work: Work = Work.REVIEW
    endpoint: str = ""
    model: str = ""
    region: str = ""


class Reservation(Record):
    """Money set aside for one call, and what became of it."""

    amount: int
    """What one call costs at most."""
    month: str
    """`2026-11`: when it was made, whatever the clock says later."""
    state: Literal["reserved", "begun", "settled", "released", "assumed"] = "reserved"
    """assumed: the run ended, and nobody knows what the call cost; it counts as the amount."""
    begins: int = 0
    """How often a call was begun under it."""
    spent: int = 0
    """What its calls cost, those before the last one included."""
    call: Planned | None = None

    @property
    def committed(self) -> int:
        """What it takes from the caps."""
        return self.spent + (self.amount if self.state in ("reserved", "begun", "assumed") else 0)


class RunAccount(Record):
    """A run's reservations, and what it holds of the shared accounts for them."""

    schema_version: int = SCHEMA_VERSION
    account: Account
    caps: Caps = Caps()
    """As they were at the last reservation."""
    state: Literal["open", "closing", "closed"] = "open"
    turn: int = 0
    """Grows whenever the run gives something back to the shared accounts: who read an earlier turn must read again."""
    months: tuple[str, ...] = ()
    """In which it may hold anything: written before it does, so that what a dead process left there is found."""
    held: dict[str, int] = Field(default_factory=dict)
    """By month, what the run holds of the shared accounts; never less than what it has committed and not yet folded."""
    folded: dict[str, int] = Field(default_factory=dict)
    """By month, what the shared accounts count as spent by this run."""
    reservations: dict[str, Reservation] = Field(default_factory=dict)

    unwritten: dict[str, Spend] = Field(default_factory=dict)
    """Records of calls that are to be written yet, by the last part of their keys. Kept here first: what the accounts count and
    what the records say is then the same, whoever dies when."""

    def need(self, month: str) -> int:
        """What the run must hold for that month."""
        committed = sum(one.committed for one in self.reservations.values() if one.month == month)
        return committed - self.folded.get(month, 0)

    @property
    def committed(self) -> int:
        """What all its reservations take from the run's cap."""
        return sum(one.committed for one in self.reservations.values())

    def outstanding(self, but: str) -> int:
        """What is set aside for calls that have not ended, but for that reservation: they are about to cost far less."""
        held = (one.amount for id, one in self.reservations.items() if id != but and one.state in ("reserved", "begun"))
        return sum(held)

    @property
    def reopened(self) -> RunAccount:
        """The account as one that may reserve: of one that was closed, the next turn."""
        return self if self.state == "open" else self.model_copy(update={"state": "open", "turn": self.turn + 1, "held": {}})

    def reserving(self, id: str, reservation: Reservation, *records: Spend) -> RunAccount:
        """The account with that reservation, and records of calls to be written."""
        unwritten = self.unwritten | {one.id: one for one in records}
        return self.model_copy(update={"reservations": {**self.reservations, id: reservation}, "unwritten": unwritten})


class Entry(Record):
    """What one run holds of a shared account."""

    amount: int
    turn: int
    """The run's turn when it last raised or lowered it."""


class SharedAccount(Record):
    """What all runs of a pull request, or of a repository or the tenant in a month, hold and have spent."""

    schema_version: int = SCHEMA_VERSION
    spent: int = 0
    """By runs that ended."""
    runs: dict[str, Entry] = Field(default_factory=dict)

    @property
    def total(self) -> int:
        """What is taken from the cap."""
        return self.spent + sum(entry.amount for entry in self.runs.values())

    def others(self, run: str) -> int:
        """What is taken from the cap by everything but that run's entry."""
        return self.total - (self.runs[run].amount if run in self.runs else 0)

    def with_entry(self, run: str, entry: Entry | None, *, spent: int = 0) -> SharedAccount:
        """The account with that entry for the run, or with none, and so much more spent."""
        runs = {name: kept for name, kept in self.runs.items() if name != run}
        if entry is not None:
            runs[run] = entry
        return self.model_copy(update={"runs": runs, "spent": self.spent + spent})


MOST_TOKENS = 10**9
"""Of one call; the largest windows have a few million."""
UNBILLED = frozenset({Ending.LIMITED, Ending.DENIED, Ending.MISSING, Ending.INVALID, Ending.CAPPED})
"""Endings of calls that were turned away before a model worked on them: without a usage they cost nothing."""


def is_believable(usage: Usage, ending: Ending) -> bool:
    """Whether the token counts can be true: none is negative or beyond all windows, cached ones are among those of the prompt,
    and a reply has tokens on both sides."""
    counts = (usage.input_tokens, usage.output_tokens, usage.cached_tokens)
    if min(counts) < 0 or max(counts) > MOST_TOKENS or usage.cached_tokens > usage.input_tokens:
        return False
    return ending is not Ending.OK or (usage.input_tokens > 0 and usage.output_tokens > 0)


def month_of(at: datetime) -> str:
    """`2026-11`, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m}"


class Shared(Record):
    """One of the shared accounts of a run: which cap it is for, where it lies, and the months whose holds count in it."""

    cap: Cap
    scope: str
    id: str
    months: tuple[str, ...]

    def key(self, tenant: str) -> Key:
        """Where its record lies."""
        return Key(tenant=tenant, scope=self.scope, kind="budget", id=self.id)

    def of(self, amounts: Mapping[str, int]) -> int:
        """What of amounts by month counts in it."""
        return sum(amounts.get(month, 0) for month in self.months)


def shared(account: Account, months: Iterable[str]) -> Sequence[Shared]:
    """The shared accounts of a run that holds money of those months: the narrowest first, so that a refusal comes early."""
    ordered = tuple(sorted(set(months)))
    found = []
    if account.subject and ordered:
        found.append(Shared(cap=Cap.PULL, scope=account.repository, id=f"pull:{account.subject}", months=ordered))
    found += [of_month(one, account.repository) for one in ordered]
    found += [of_month(one) for one in ordered]
    return found


def of_month(month: str, repository: str = "") -> Shared:
    """The account of a repository in a month, or of all of them."""
    cap = Cap.REPOSITORY if repository else Cap.MONTH
    return Shared(cap=cap, scope=repository or SCOPE, id=f"month:{month}", months=(month,))


def run_key(tenant: str, run: str) -> Key:
    """Where a run's own account lies."""
    return Key(tenant=tenant, scope=SCOPE, kind="budget-run", id=run)


def spend_key(tenant: str, repository: str, id: str) -> Key:
    """Where the record of a call lies."""
    return Key(tenant=tenant, scope=repository, kind="spend", id=id)


def distrust_key(tenant: str, endpoint: str) -> Key:
    """Where it is kept that an endpoint billed more than its bound."""
    return Key(tenant=tenant, scope=SCOPE, kind="distrust", id=endpoint)
