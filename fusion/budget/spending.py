"""The record of what each call cost, written once; and of the endpoints that billed more than they may."""

from __future__ import annotations

from math import isfinite

from fusion.budget.accounts import UNBILLED, Account, Reservation, Spend, distrust_key, is_believable, spend_key
from fusion.budget.money import picos, units
from fusion.model import Call
from fusion.ports import Clock, Store


class Spending:
    """The spend records of a tenant, in the budget's currency."""

    def __init__(self, store: Store, tenant: str, clock: Clock, *, currency: str) -> None:
        self._store = store
        self._tenant = tenant
        self._clock = clock
        self._currency = currency

    async def record(self, account: Account, id: str, held: Reservation, call: Call) -> Spend:
        """Write what the last call under the reservation cost, unless that is known already; what is on record then."""
        spend = self._spend(account, held, call)
        key = spend_key(self._tenant, spend.repository, id, held.begins)
        stored = await self._store.get(key)
        if stored is not None:
            kept = Spend.model_validate(stored.value)
            if not kept.assumed or spend.assumed:
                return kept
        await self._store.put(key, spend.model_dump(mode="json"), etag=stored.etag if stored else None)
        return spend

    def _spend(self, account: Account, held: Reservation, call: Call) -> Spend:
        cost, assumed = _cost(call, held.amount)
        return Spend(
            **account.model_dump(),
            **call.model_dump(include={"agent", "work", "endpoint", "model", "region", "local", "ending", "cached"}),
            **call.usage.model_dump(include={"input_tokens", "output_tokens", "cached_tokens"}),
            cost=units(cost),
            bound=units(held.amount),
            currency=self._currency,
            assumed=assumed,
            over=cost > held.amount,
            month=held.month,
            at=self._clock.now(),
        )

    async def distrust(self, spend: Spend) -> None:
        """Call the endpoint no more."""
        key = distrust_key(self._tenant, spend.endpoint)
        if await self._store.get(key) is None:
            await self._store.put(key, spend.model_dump(mode="json"), etag=None)

    async def is_distrusted(self, endpoint: str) -> bool:
        """Whether it billed more than its bound, and nobody trusts it again."""
        return await self._store.get(distrust_key(self._tenant, endpoint)) is not None

    async def trust(self, endpoint: str) -> None:
        """Call it again."""
        await self._store.delete(distrust_key(self._tenant, endpoint))


def _cost(call: Call, bound: int) -> tuple[int, bool]:
    """What a call cost, and whether that is only assumed."""
    usage = call.usage
    if call.cached:
        return 0, False
    if is_believable(usage, call.ending) and isfinite(usage.cost) and usage.cost >= 0:
        counted = usage.input_tokens or usage.output_tokens or usage.cost
        if counted or call.ending in UNBILLED:
            return picos(usage.cost), False
    return (0, False) if call.ending in UNBILLED else (bound, True)
