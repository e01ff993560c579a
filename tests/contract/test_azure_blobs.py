"""What only Azure Blob Storage can suffer: age, damage, faults, and what its credentials may not do."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.blob.aio import BlobServiceClient

from fusion.adapters.azure.blobs import AzureBlobs
from fusion.adapters.azure.checkup.contents import anchors, contents
from fusion.adapters.azure.cosmos import CosmosStore
from fusion.adapters.memory.records import ManualClock
from fusion.errors import PermanentError, TransientError, UserError
from fusion.ports import Key
from fusion.ports.checkup import Standing
from fusion.purge import purge
from tests.fakes import azurite
from tests.fakes.cosmos.server import CosmosEmulator

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of a running Azurite."""
    if reason := azurite.missing():
        pytest.skip(reason)
    with azurite.Azurite(tmp_path_factory.mktemp("azurite")) as running:
        yield running.connection


async def test_putting_an_old_blob_again_makes_it_young(account: str) -> None:
    container = uuid.uuid4().hex
    async with AzureBlobs(account, container=container) as blobs:
        await blobs.put(b"old")
        (first,) = [kept async for kept in blobs.walk()]
        await asyncio.sleep(1.1)  # the service tells times apart by the second
        await blobs.put(b"old")
        assert [kept async for kept in blobs.walk()] == [first]
    async with AzureBlobs(account, container=container, clock=ManualClock(NOW + timedelta(days=2))) as blobs:
        await blobs.put(b"old")
        (touched,) = [kept async for kept in blobs.walk()]
        assert touched.written > first.written
        assert not await blobs.delete(first.digest, before=touched.written)
        assert await blobs.get(first.digest) == b"old"


async def test_a_damaged_blob_is_noticed_and_mended_by_the_next_put(account: str) -> None:
    container = uuid.uuid4().hex
    async with AzureBlobs(account, container=container) as blobs:
        digest = await blobs.put(b"precious")
        async with BlobServiceClient.from_connection_string(account) as raw:
            hexadecimal = digest.removeprefix("sha256:")
            blob = raw.get_blob_client(container, f"{hexadecimal[:2]}/{hexadecimal[2:]}")
            await blob.upload_blob(b"prec", overwrite=True)
            await raw.get_container_client(container).upload_blob("a stranger's blob", b"")
        with pytest.raises(PermanentError, match="is damaged"):
            await blobs.get(digest)
        assert await blobs.put(b"precious") == digest
        assert await blobs.get(digest) == b"precious"
        assert [kept.digest async for kept in blobs.walk()] == [digest]


async def test_a_walk_goes_on_page_by_page(account: str) -> None:
    async with AzureBlobs(account, container=uuid.uuid4().hex, page=2) as blobs:
        digests = {await blobs.put(b"%d" % number) for number in range(5)}
        assert {kept.digest async for kept in blobs.walk()} == digests


async def test_a_purge_of_cosmos_and_azure_takes_only_what_nothing_leads_to(account: str) -> None:
    later = ManualClock(NOW + timedelta(days=100))
    with CosmosEmulator() as cosmos:
        async with CosmosStore(cosmos.connection) as store, AzureBlobs(account, container=uuid.uuid4().hex) as blobs:
            contents = await blobs.put(b"contents")
            review = await blobs.put(f'{{"contents": "{contents}"}}'.encode())
            stray = await blobs.put(b"stray")
            ids = [f"review-{number:016x}" for number in range(2)]
            for id in ids:
                key = Key(tenant="t", scope="owner/name", kind="run", id=id)
                await store.put(key, {"status": "reviewed", "review": review if id == ids[0] else stray}, etag=None)
            pull = Key(tenant="t", scope="owner/name", kind="pull", id="pull:1")
            await store.put(pull, {"pull": {"open": True}, "run": ids[0]}, etag=None)
            purged = await purge(store, blobs, later, tenant="t", retention=timedelta(days=90))
            assert (purged.records, purged.blobs, purged.bytes) == ({"run": 1}, 1, 5)
            assert {kept.digest async for kept in blobs.walk()} == {contents, review}
            assert {stored.key.id async for stored in store.walk(tenant="t")} == {ids[0], "pull:1"}


async def test_a_look_at_containers_leaves_nothing_and_tells_what_is_missing(account: str) -> None:
    name = uuid.uuid4().hex
    async with AzureBlobs(account, container=name) as blobs:
        kept = await blobs.put(b"kept")
        ready, missing = await contents(account, [name, "answers"])
        assert (ready.standing, ready.detail) == (Standing.READY, "A blob was written and deleted.")
        assert (missing.standing, missing.detail) == (Standing.MEND, "There is no such container.")
        assert [each.digest async for each in blobs.walk()] == [kept]
    async with BlobServiceClient.from_connection_string(account) as raw:
        assert [blob.name async for blob in raw.get_container_client(name).list_blobs(name_starts_with="doctor")] == []
    (anchored,) = await anchors(account, name)
    assert anchored.standing is Standing.MEND
    assert anchored.detail.startswith("It has no immutability policy and no legal hold")
    (refused,) = await contents(account.replace(azurite.KEY, "d3Jvbmc="), [name])
    assert '--role "Storage Blob Data Contributor"' in refused.command


async def test_a_wrong_key_and_a_dead_host_are_clear_sentences(account: str) -> None:
    async with AzureBlobs(account.replace(azurite.KEY, "d3Jvbmc=")) as blobs:
        with pytest.raises(UserError, match=r"refuses these credentials \(403\).*Storage Blob Data Contributor"):
            await blobs.put(b"x")
    dead = f"AccountName=a;AccountKey={azurite.KEY};BlobEndpoint=http://127.0.0.1:1/a"
    async with AzureBlobs(dead, patience=0.5) as blobs:
        said = r"Blob Storage at 127\.0\.0\.1:1 did not answer \((nothing listens there|not in time): see FUSION_BLOBS\)"
        with pytest.raises(TransientError, match=said):
            await blobs.put(b"x")


@pytest.mark.parametrize("connection", ["", "nonsense", "AccountName=a", "AccountName=a;AccountKey=?", "AccountKey=d3Jvbmc="])
def test_what_is_no_connection_is_said(connection: str) -> None:
    with pytest.raises(UserError, match="FUSION_BLOBS is neither an address"):
        AzureBlobs(connection)
