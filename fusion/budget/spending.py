"""The record of what each call cost, written once; and of the endpoints that billed more than they may."""

from __future__ import annotations

from math import isfinite

from fusion.budget.accounts import (
    SCOPE,
    UNBILLED,
    Account,
    Planned,
    Reservation,
    Spend,
    distrust_key,
    is_believable,
    spend_key,
)
from fusion.budget.money import picos, units
from fusion.model import Call, Ending
from fusion.ports import Clock, Store

SLACK = 10**6
"""Picounits (a millionth of a unit) by which a bill may exceed its bound before anybody is distrusted: rounding."""


class Spending:
    """The spend records of a tenant, in the budget's currency."""

    def __init__(self, store: Store, tenant: str, clock: Clock, *, currency: str) -> None:
        self._store = store
        self._tenant = tenant
        self._clock = clock
        self._currency = currency

    async def write(self, spend: Spend) -> None:
        """Keep the record, once. What is known takes the place of what was assumed, never the other way. Raises Conflict."""
        key = spend_key(self._tenant, spend.repository, spend.id)
        stored = await self._store.get(key)
        if stored is None or (stored.value["assumed"] and not spend.assumed):
            await self._store.put(key, spend.model_dump(mode="json"), etag=stored.etag if stored else None)

    async def read(self, repository: str, id: str) -> Spend | None:
        """The record of that id."""
        stored = await self._store.get(spend_key(self._tenant, repository, id))
        return Spend.model_validate(stored.value) if stored else None

    def of(self, account: Account, id: str, held: Reservation, call: Call) -> Spend:
        """What the last call under a reservation cost."""
        cost, assumed = _cost(call, held.amount)
        return Spend(
            id=f"{id}:{held.begins}",
            **account.model_dump(),
            **call.model_dump(include={"agent", "work", "endpoint", "model", "region", "local", "ending", "cached", "sent"}),
            **call.usage.model_dump(include={"input_tokens", "output_tokens", "cached_tokens"}),
            cost=units(cost),
            bound=units(held.amount),
            currency=self._currency,
            assumed=assumed,
            over=cost > held.amount + SLACK,
            month=held.month,
            at=self._clock.now(),
        )

    def unheard(self, account: Account, id: str, held: Reservation) -> Spend:
        """What a call cost that was begun and never settled, as far as anybody knows: its bound."""
        planned = held.call or Planned()
        return self.of(account, id, held, Call(**planned.model_dump(), ending=Ending.ABANDONED))

    async def distrust(self, spend: Spend) -> None:
        """Call the endpoint no more."""
        key = distrust_key(self._tenant, spend.endpoint)
        if await self._store.get(key) is None:
            await self._store.put(key, spend.model_dump(mode="json"), etag=None)

    async def is_distrusted(self, endpoint: str) -> bool:
        """Whether it billed more than its bound, and nobody trusts it again."""
        return await self._store.get(distrust_key(self._tenant, endpoint)) is not None

    async def all_distrusted(self) -> tuple[Spend, ...]:
        """The bills for which endpoints are asked no more, one each, by the endpoint's name."""
        found: list[Spend] = []
        after = ""
        while page := await self._store.list(tenant=self._tenant, kind="distrust", scope=SCOPE, after=after):
            found += [Spend.model_validate(stored.value) for stored in page]
            after = page[-1].key.id
        return tuple(sorted(found, key=lambda spend: spend.endpoint))

    async def trust(self, endpoint: str) -> None:
        """Call it again."""
        await self._store.delete(distrust_key(self._tenant, endpoint))


def _cost(call: Call, bound: int) -> tuple[int, bool]:
    """What a call cost, and whether that is only assumed."""
    usage = call.usage
    if call.cached or not call.sent:
        return 0, False
    if is_believable(usage, call.ending) and isfinite(usage.cost) and usage.cost >= 0:
        counted = usage.input_tokens or usage.output_tokens or usage.cost
        if counted or call.ending in UNBILLED:
            return picos(usage.cost), False
    return (0, False) if call.ending in UNBILLED else (bound, True)
