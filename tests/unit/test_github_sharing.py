"""Questions that are asked once for several, and what a query costs on the fake GitHub."""

from __future__ import annotations

import asyncio
import json

import pytest

from fusion.adapters.github.sharing import InFlight
from tests.fakes.github.graphql_cost import points


async def test_who_asks_the_same_meanwhile_gets_the_same_answer() -> None:
    flights, gate, asked = InFlight(), asyncio.Event(), []

    async def ask() -> int:
        asked.append(1)
        await gate.wait()
        return len(asked)

    waiting = [asyncio.ensure_future(flights.one("a", ask)) for _ in range(3)]
    other = asyncio.ensure_future(flights.one("b", ask))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gate.set()
    assert await asyncio.gather(*waiting) == [(2, True), (2, False), (2, False)]
    assert await other == (2, True)
    assert await flights.one("a", ask) == (3, True), "an answer is nobody's who asks later"


async def test_who_is_called_off_does_not_take_the_answer_from_the_others() -> None:
    flights, gate = InFlight(), asyncio.Event()
    ended: list[str] = []

    async def ask() -> str:
        try:
            await gate.wait()
        except asyncio.CancelledError:
            ended.append("called off")
            raise
        return "told"

    first, second = (asyncio.ensure_future(flights.one("a", ask)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    assert not ended
    gate.set()
    assert await second == ("told", False)
    gate.clear()
    alone = asyncio.ensure_future(flights.one("a", ask))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    alone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await alone
    await asyncio.sleep(0)
    assert ended == ["called off"]


async def test_an_error_is_everybodys() -> None:
    flights = InFlight()

    async def ask() -> None:
        await asyncio.sleep(0)
        raise ValueError("no")

    found = await asyncio.gather(*(flights.one("a", ask) for _ in range(2)), return_exceptions=True)
    assert [str(error) for error in found] == ["no", "no"]


def test_a_query_costs_what_githubs_own_example_says() -> None:
    query = """
    query($first: Int!) { viewer { repositories(first: $first) { edges { node { issues(first: 50) { edges { node {
      labels(first: 60) { edges { node { name } } } } } } } } } } }
    """
    # One for the repositories, 100 for their issues, 5,000 for labels: 5,101 (GraphQL API, "Rate limits and query limits").
    assert points(json.dumps({"query": query, "variables": {"first": 100}}).encode()) == 51
    assert points(b'{"query": "{ viewer { login } }"}') == points(b"nonsense") == 1
