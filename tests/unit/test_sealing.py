"""Sealing reviews: what hangs, is gone or was sealed otherwise stops neither the review nor the others."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from fusion.adapters.memory.records import MemoryBlobs
from fusion.attesting.ledger import Ledger
from fusion.attesting.owed import counted, owed
from fusion.attesting.seal import links
from fusion.errors import TransientError
from fusion.model import Coverage, Review, Verdict
from fusion.ports.compliance import Signer
from orchestrations.sealing import Sealing
from orchestrations.shelf import Shelf
from tests.fakes.ledgers import CHAIN, Notary


class Desk:
    """A ledger and the reviews that it is to seal."""

    def __init__(self) -> None:
        self.notary = Notary()
        self.shelf = Shelf(self.notary.blobs)

    def sealing(self, *, signer: Signer | None = None, patience: float = 20.0) -> Sealing:
        notary = self.notary
        ledger = Ledger(
            store=notary.store, blobs=notary.blobs, signer=signer or notary.signer, clock=notary.clock, tenant=notary.tenant
        )
        return Sealing(ledger, Shelf(notary.blobs), patience=patience)

    async def owe(self, id: str, *, repository: str = CHAIN, title: str = "") -> str:
        self.notary.clock.advance(1)
        review = Review(
            id=id,
            repository=repository,
            subject="pull:7",
            base="a",
            head="b",
            title=title,
            verdict=Verdict.PASS,
            coverage=Coverage(),
        )
        digest = await self.shelf.save(review)
        assert await self.sealing().owe(digest) == repository
        return digest

    async def sealed(self, chain: str = CHAIN) -> list[str]:
        return [one.subject async for one in links(self.notary.store, self.notary.tenant, chain)]

    async def waiting(self) -> list[str]:
        return [one.key.id for one in await owed(self.notary.store, self.notary.tenant)]


class Hanging:
    """A key that never answers."""

    async def public(self) -> Mapping[str, str]:
        await asyncio.Event().wait()
        raise AssertionError

    async def sign(self, data: bytes) -> bytes:
        raise AssertionError


class Broken(Hanging):
    """A key that fails as no key should."""

    async def public(self) -> Mapping[str, str]:
        raise ZeroDivisionError


async def test_what_is_owed_is_sealed_oldest_first_in_the_chains_of_their_repositories() -> None:
    desk = Desk()
    for number in range(3):
        await desk.owe(f"review-{number}")
    await desk.owe("review-9", repository="octo/dog")
    await desk.owe("review-0")
    assert await counted(desk.notary.store, desk.notary.tenant) == 4
    await desk.sealing().reviews("octo/dog")
    assert await desk.sealed() == ["review-0", "review-1", "review-2"]
    assert await desk.sealed("octo/dog") == ["review-9"]
    assert await desk.waiting() == []
    await desk.owe("review-1")
    await desk.sealing().reviews(CHAIN)
    assert len(await desk.sealed()) == 3, "the same review is sealed once"


async def test_the_sealed_contents_are_the_blob_that_is_there() -> None:
    desk = Desk()
    digest = await desk.owe("review-1")
    await desk.sealing().reviews(CHAIN)
    assert [one.digest async for one in links(desk.notary.store, "t", CHAIN)] == [digest]


@pytest.mark.parametrize(("signer", "said"), [(Hanging(), "longer than 0.05 seconds"), (Broken(), "ZeroDivisionError")])
async def test_a_key_that_hangs_or_breaks_stops_nothing(signer: Signer, said: str, caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    await desk.owe("review-1")
    await desk.sealing(signer=signer, patience=0.05).reviews(CHAIN)
    assert said in caplog.text
    assert await desk.waiting() == ["review-1"]
    await desk.sealing().reviews(CHAIN)
    assert await desk.sealed() == ["review-1"]


async def test_one_that_cannot_be_sealed_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    await desk.owe("review-1")
    await desk.sealing().reviews(CHAIN)
    await desk.owe("review-1", title="other contents")
    gone = await desk.owe("review-2")
    await desk.owe("review-3")
    assert isinstance(desk.notary.blobs, MemoryBlobs)
    del desk.notary.blobs.kept[gone]
    await desk.sealing().reviews(CHAIN)
    assert await desk.sealed() == ["review-1", "review-3"]
    assert "with other contents" in caplog.text
    assert "review-2 of octo/cat cannot be sealed any more" in caplog.text
    assert await desk.waiting() == ["review-1"]


async def test_a_scan_is_told_of_an_outage_and_asked_again() -> None:
    class Away(Hanging):
        async def public(self) -> Mapping[str, str]:
            raise TransientError("away")

    desk = Desk()
    await desk.owe("review-1")
    with pytest.raises(TransientError):
        await desk.sealing(signer=Away()).make_up(CHAIN)
    assert await desk.waiting() == ["review-1"]
