"""What only Cosmos DB can suffer: its limits, its faults, and what its credentials may not do."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from json import dumps
from pathlib import Path
from typing import Any, Self

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient
from azure.cosmos.exceptions import CosmosResourceNotFoundError
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.adapters.azure import cosmos as adapter
from fusion.adapters.azure.cosmos import CosmosStore
from fusion.errors import Conflict, FusionError, PermanentError, RateLimited, TransientError, UserError
from fusion.ports import Key
from tests.fakes.cosmos.server import KEY, CosmosEmulator


@pytest.fixture
def cosmos() -> Iterator[CosmosEmulator]:
    with CosmosEmulator() as running:
        yield running


def key(id: str = "a", *, scope: str = "owner/name", kind: str = "run") -> Key:
    return Key(tenant="t", scope=scope, kind=kind, id=id)


async def test_the_container_is_made_as_documented(cosmos: CosmosEmulator) -> None:
    async with CosmosStore(cosmos.connection) as store:
        await store.put(key(), {}, etag=None)
    made = cosmos.account.containers["fusion", "records"].properties
    assert made["partitionKey"] == {"paths": ["/tenant", "/scope", "/id"], "kind": "MultiHash", "version": 2}
    assert made["indexingPolicy"] == adapter.CONTAINER["indexing"]
    assert "defaultTtl" not in made
    said = (Path(__file__).parents[2] / "docs" / "reference.md").read_text(encoding="utf-8")
    for path in [*made["partitionKey"]["paths"], *(item["path"] for item in made["indexingPolicy"]["includedPaths"])]:
        assert f"`{path}`" in said


TEXT = st.text(st.characters(), max_size=20)


@settings(max_examples=200)
@given(key=st.builds(Key, tenant=TEXT, scope=TEXT, kind=TEXT, id=TEXT), value=st.dictionaries(TEXT, st.integers() | TEXT))
def test_names_and_values_come_back_as_they_were(key: Key, value: dict[str, Any]) -> None:
    item = adapter._item(key, dumps(value), position="0" * 16, updated=datetime(2025, 1, 1, tzinfo=UTC))
    assert not {*"/\\?#%"} & {*item["id"]}
    stored = adapter._stored({**item, "_etag": '"1"'})
    assert (stored.key, stored.value) == (key, value)


async def test_a_long_value_is_kept_compressed_and_one_too_large_is_refused(cosmos: CosmosEmulator) -> None:
    async with CosmosStore(cosmos.connection) as store:
        long = {"snippets": ["def line(): pass  # ü"] * 150_000}
        await store.put(key("long"), long, etag=None)
        stored = await store.get(key("long"))
        assert stored is not None
        assert stored.value == long
        with pytest.raises(PermanentError, match=r"The run large has [\d,]+ bytes, and .* at most 2,000,000"):
            await store.put(key("large"), {"noise": secrets.token_hex(2_000_000)}, etag=None)
        with pytest.raises(PermanentError, match="longer than Cosmos DB takes"):
            await store.put(key("x" * 2_000), {}, etag=None)


async def test_positions_grow_whatever_the_writers_clock_says(cosmos: CosmosEmulator) -> None:
    async with CosmosStore(cosmos.connection, ticks=lambda: 10**18) as ahead:
        etag = await ahead.put(key("a"), {"n": 1}, etag=None)
        await ahead.put(key("b"), {}, etag=None)
    async with CosmosStore(cosmos.connection, ticks=lambda: 7) as behind:
        newer = await behind.put(key("a"), {"n": 2}, etag=etag)
        newest = await behind.put(key("a"), {"n": 3}, etag=newer)
        await behind.put(key("c"), {}, etag=None)
    assert int(etag[:16], 16) < int(newer[:16], 16) < int(newest[:16], 16)


async def test_faults_are_worth_another_try_and_say_when(cosmos: CosmosEmulator) -> None:
    async with CosmosStore(cosmos.connection) as store:
        etag = await store.put(key(), {"n": 1}, etag=None)
        cosmos.fail(429, times=2)
        assert await store.get(key()) is not None
        cosmos.fail(429, sub=3200, times=20, milliseconds=30)
        with pytest.raises(RateLimited, match="asks to wait") as limited:
            await store.get(key())
        assert limited.value.seconds == pytest.approx(0.03)
        cosmos.calm()
        for status in (449, 500, 503):
            cosmos.fail(status, times=20)
            with pytest.raises(TransientError, match=rf"127\.0\.0\.1:\d+ cannot answer now \({status}\)"):
                await store.put(key(), {"n": 2}, etag=etag)
            cosmos.calm()
        cosmos.fail(400)
        with pytest.raises(PermanentError, match="answered 400"):
            await store.list(tenant="t", kind="run")
        await store.put(key(), {"n": 2}, etag=etag)


async def test_an_answer_that_does_not_come_is_not_waited_for(cosmos: CosmosEmulator) -> None:
    async with CosmosStore(cosmos.connection) as store:
        await store.put(key(), {}, etag=None)
    async with CosmosStore(cosmos.connection, patience=0.5) as store:
        cosmos.stall()
        with pytest.raises(TransientError, match="did not answer"):
            await store.get(key())
        cosmos.calm()
        assert await store.get(key()) is not None


async def test_a_wrong_key_a_dead_host_and_a_missing_right_are_clear_sentences() -> None:
    with CosmosEmulator(may_create=False) as cosmos:
        async with CosmosStore(cosmos.connection) as store:
            with pytest.raises(UserError, match=r"no container 'records' in the database 'fusion' .* create it"):
                await store.get(key())
        async with CosmosStore(cosmos.connection.replace(KEY, "d3Jvbmc=")) as store:
            with pytest.raises(UserError, match=r"refuses these credentials \(401\).*FUSION_COSMOS"):
                await store.get(key())
    async with CosmosStore(cosmos.connection, patience=1) as store:
        with pytest.raises(TransientError, match="did not answer"):
            await store.get(key())


async def test_a_container_that_was_taken_away_is_said(cosmos: CosmosEmulator) -> None:
    async with CosmosStore(cosmos.connection) as store:
        etag = await store.put(key(), {}, etag=None)
        cosmos.account.containers.clear()
        for call in (store.get(key()), store.put(key(), {}, etag=etag), store.put(key(), {}, etag=None), store.delete(key())):
            with pytest.raises(UserError, match="There is no container"):
                await call


class Identity:
    """Who has signed in: a token, or nobody."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.closed = False

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        if not self.token:
            raise ClientAuthenticationError("No credential in this chain provided a token.")
        return AccessToken(self.token, int(time.time()) + 3600)

    async def close(self) -> None:
        self.closed = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *details: object) -> None:
        await self.close()


async def test_an_identity_reads_and_writes_and_makes_nothing() -> None:
    with CosmosEmulator(token="issued") as cosmos:
        identity = Identity("issued")
        async with CosmosStore(cosmos.address, credential=identity) as store:
            for call in (store.get(key()), store.list(tenant="t", kind="run"), store.put(key(), {}, etag=None)):
                with pytest.raises(UserError, match=r"There is no container 'records' .* may not make it"):
                    await call
            cosmos.account.make_database({"id": "fusion"})
            definition = {"paths": adapter.CONTAINER["partition_key"], "kind": "MultiHash", "version": 2}
            indexing = adapter.CONTAINER["indexing"]
            cosmos.account.make_container("fusion", {"id": "records", "partitionKey": definition, "indexingPolicy": indexing})
            assert await store.get(key()) is None
            await store.put(key(), {"n": 1}, etag=None)
            assert [stored.value for stored in await store.list(tenant="t", kind="run")] == [{"n": 1}]
        assert not identity.closed  # whoever made it closes it
        async with CosmosStore(cosmos.address, credential=Identity("stolen")) as store:
            with pytest.raises(UserError, match=r"refuses these credentials \(401\).*Data Contributor"):
                await store.get(key())


async def test_nobody_signed_in_is_a_clear_sentence() -> None:
    async with CosmosStore("https://127.0.0.1:1/", credential=Identity("")) as store:
        with pytest.raises(UserError, match=r"Nobody could sign in .*Cosmos DB Built-in Data Contributor"):
            await store.get(key())


async def test_lists_and_walks_go_on_page_by_page_over_partitions(cosmos: CosmosEmulator) -> None:
    async with CosmosStore(cosmos.connection, page=2) as store:
        for number in range(9):
            await store.put(key(f"r{number}", scope=f"s{number % 3}"), {}, etag=None)
        listed = await store.list(tenant="t", kind="run", limit=7)
        assert [stored.key.id for stored in listed] == [f"r{number}" for number in range(8, 1, -1)]
        assert [stored.key.id async for stored in store.walk(tenant="t")] == [f"r{number}" for number in range(9)]


async def test_the_emulator_lets_items_end() -> None:
    present = [1_000_000.0]
    with CosmosEmulator(now=lambda: present[0]) as cosmos:
        async with CosmosClient(cosmos.address, KEY) as client:
            database = await client.create_database("d")
            container = await database.create_container("c", PartitionKey(path="/p"), default_ttl=-1)
            await container.create_item({"id": "short", "p": "x", "ttl": 60})
            await container.create_item({"id": "long", "p": "x"})
            present[0] += 61
            assert (await container.read_item("long", "x"))["id"] == "long"
            with pytest.raises(CosmosResourceNotFoundError):
                await container.read_item("short", "x")


@pytest.mark.parametrize(
    "connection", ["", "nonsense", "AccountEndpoint=https://a/;", "AccountEndpoint=https://a/;AccountKey=?;"]
)
def test_what_is_no_connection_is_said(connection: str) -> None:
    with pytest.raises(UserError, match="FUSION_COSMOS is neither an address"):
        CosmosStore(connection)


def test_each_event_loop_gets_connections_of_its_own(cosmos: CosmosEmulator) -> None:
    store = CosmosStore(cosmos.connection)

    async def once(etag: str | None) -> str:
        try:
            return await store.put(key(), {}, etag=etag)
        finally:
            await store.close()

    asyncio.run(once(asyncio.run(once(None))))


async def test_of_two_stores_with_one_etag_one_wins(cosmos: CosmosEmulator) -> None:
    async with CosmosStore(cosmos.connection) as one, CosmosStore(cosmos.connection) as other:
        etag = await one.put(key(), {}, etag=None)
        outcomes: list[str | BaseException] = await asyncio.gather(
            one.put(key(), {"by": "one"}, etag=etag), other.put(key(), {"by": "other"}, etag=etag), return_exceptions=True
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "str"]
        assert isinstance(next(outcome for outcome in outcomes if isinstance(outcome, FusionError)), Conflict)
