"""Sealing: one link for each subject and no fork, however many write, whenever one is killed, whoever's key comes next."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fusion.adapters.files import FileBlobs
from fusion.adapters.memory.records import ManualClock, MemoryBlobs, MemoryStore
from fusion.adapters.sqlite.store import SqliteStore
from fusion.attesting.anchoring import anchor, anchors_of
from fusion.attesting.jwk import thumbprint
from fusion.attesting.ledger import Ledger
from fusion.attesting.seal import HEAD, chains, head, introduce, links, seal
from fusion.attesting.verdict import Mark
from fusion.attesting.verify import verify
from fusion.errors import PermanentError, TransientError, UserError
from fusion.model import Coverage, Review, Verdict
from fusion.model.compliance import Anchored, Sealed
from fusion.ports import Key, Store, Stored
from fusion.ports.compliance import Anchor, Signer
from tests.fakes.ledgers import CHAIN, Notary, signer


@pytest.fixture(params=["memory", "sqlite"])
def notary(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Notary]:
    if request.param == "memory":
        yield Notary()
        return
    with SqliteStore(tmp_path / "state.db", fsync=False) as store:
        yield Notary(store=store, blobs=FileBlobs(tmp_path / "blobs"))


async def chain(notary: Notary, name: str = CHAIN) -> list[Sealed]:
    return [link async for link in links(notary.store, notary.tenant, name)]


async def judged(notary: Notary, *trusted: Signer, name: str = CHAIN) -> list[Mark]:
    """The marks of what a verifier finds, beside that nothing is anchored."""
    found = await chain(notary, name)
    payloads = {link.digest: await notary.blobs.get(link.digest) for link in found}
    keys = [await one.public() for one in trusted or (notary.signer,)]
    flaws = verify(found, payloads, keys).flaws
    return [flaw.mark for flaw in flaws if flaw.mark is not Mark.UNANCHORED]


async def test_links_follow_one_another(notary: Notary) -> None:
    sealed = await notary.several(20)
    assert [link.number for link in sealed] == list(range(20))
    assert await chain(notary) == sealed
    assert await head(notary.store, notary.tenant, CHAIN) == sealed[-1]
    assert await judged(notary) == []


async def test_a_subject_is_sealed_once(notary: Notary) -> None:
    first = await notary.seal("scan-1", b"contents")
    await notary.seal("scan-2")
    assert await notary.seal("scan-1", b"contents") == first
    assert len(await chain(notary)) == 2
    # The same id of another kind is something else.
    assert (await notary.seal("scan-1", b"contents", kind="review")).number == 2
    with pytest.raises(PermanentError, match="with other contents"):
        await notary.seal("scan-1", b"other contents")


async def test_each_repository_has_a_chain_of_its_own(notary: Notary) -> None:
    for name in ("octo/cat", "organisation:octo", "octo/dog"):
        assert [link.number for link in await notary.several(2, chain=name)] == [0, 1]
    assert list(await chains(notary.store, notary.tenant)) == ["octo/cat", "octo/dog", "organisation:octo"]
    assert await chains(notary.store, "another tenant") == {}


async def test_many_writers_never_fork_a_chain(notary: Notary) -> None:
    # Each subject twice: whoever comes second gets the link of the first.
    sealed = await asyncio.gather(*(notary.seal(f"scan-{number % 12}") for number in range(24)))
    assert len({link.hash for link in sealed}) == 12
    assert all(sealed[number].hash == sealed[number + 12].hash for number in range(12))
    assert sorted({link.number for link in sealed}) == list(range(12))
    assert await judged(notary) == []


async def test_two_processes_never_fork_a_chain(tmp_path: Path) -> None:
    key = signer()
    with SqliteStore(tmp_path / "db", fsync=False) as one, SqliteStore(tmp_path / "db", fsync=False) as other:
        notaries = [Notary(store=store, blobs=FileBlobs(tmp_path / "blobs"), signer=key) for store in (one, other)]
        await asyncio.gather(*(each.seal(f"scan-{number}") for number in range(10) for each in notaries))
        assert [link.number for link in await chain(notaries[0])] == list(range(10))
        assert await judged(notaries[0]) == []


class Killed(BaseException):
    """The process is no more."""


@dataclass
class Mortal:
    """A store whose process is killed at its write number `at`: before it is done, or just after."""

    inner: Store
    at: int
    after: bool
    writes: int = 0

    async def get(self, key: Key) -> Stored | None:
        return await self.inner.get(key)

    async def put(self, key: Key, value: dict[str, Any], *, etag: str | None) -> str:
        self.writes += 1
        if self.writes == self.at and not self.after:
            raise Killed
        written = await self.inner.put(key, value, etag=etag)
        if self.writes == self.at:
            raise Killed
        return written


@pytest.mark.parametrize("begun", [0, 2])
@pytest.mark.parametrize("then", ["the same", "another"])
async def test_killed_at_any_write(begun: int, then: str) -> None:
    key, deaths = signer(), 0
    for at in range(1, 9):
        for after in (False, True):
            notary = Notary(signer=key)
            await notary.several(begun)
            mortal = Mortal(notary.store, at, after)
            dying = Notary(store=mortal, blobs=notary.blobs, signer=key, clock=notary.clock)  # type: ignore[arg-type]
            try:
                await dying.seal("new")
            except Killed:
                deaths += 1
            written = any(link.subject == "new" for link in await chain(notary))
            await notary.seal("new" if then == "the same" else "other")
            # Whether it was sealed before the end or not: what is in the chain can be sealed again, and is there once.
            again = await notary.seal("new")
            found = await chain(notary)
            assert [link.subject for link in found].count("new") == 1
            assert found[again.number] == again
            assert len(found) == begun + (1 if then == "the same" else 2)
            assert again.number == begun or not written
            assert await judged(notary) == []
    assert deaths >= 6


async def test_a_record_that_is_lost_is_told_and_seen(notary: Notary) -> None:
    await notary.several(4)
    await notary.store.delete(Key(tenant=notary.tenant, scope=CHAIN, kind="evidence-link", id=f"{1:010}"))
    assert Mark.GAP in await judged(notary)
    with pytest.raises(PermanentError, match="restore it from an exported bundle"):
        await notary.seal("scan-1")


async def test_a_key_is_replaced_by_one_that_it_introduces(notary: Notary) -> None:
    old, new = notary.signer, signer()
    await notary.several(2)
    link = await introduce(notary.store, notary.blobs, old, notary.clock, notary.tenant, CHAIN, await new.public())
    assert link is not None
    assert (link.kind, link.subject, link.key) == ("key", thumbprint(await new.public()), thumbprint(await old.public()))
    again = await introduce(notary.store, notary.blobs, old, notary.clock, notary.tenant, CHAIN, await new.public())
    assert again is None
    with pytest.raises(UserError, match="is signed with the key"):
        await notary.seal("by the old one")
    notary.signer = new
    await notary.seal("by the new one")
    # Who trusts the first key needs to be told of no other.
    assert await judged(notary, old) == []
    # Who knows the new one alone cannot tell who signed before.
    assert set(await judged(notary, new)) == {Mark.UNKNOWN_KEY}
    with pytest.raises(UserError, match="was replaced"):
        await introduce(notary.store, notary.blobs, new, notary.clock, notary.tenant, CHAIN, await old.public())


async def test_a_key_that_is_lost_is_replaced_by_one_to_be_trusted_by_itself(notary: Notary) -> None:
    old, notary.signer = notary.signer, signer()
    await Notary(store=notary.store, blobs=notary.blobs, signer=old).several(2)
    with pytest.raises(UserError, match="--lost"):
        await notary.seal("scan-9")
    public = await notary.signer.public()
    await introduce(notary.store, notary.blobs, notary.signer, notary.clock, notary.tenant, CHAIN, public, lost=True)
    await notary.seal("scan-9")
    assert await judged(notary, old, notary.signer) == [Mark.TAKEN_OVER]
    assert Mark.UNKNOWN_KEY in await judged(notary, old)


async def test_a_signature_that_is_not_the_keys_is_not_sealed() -> None:
    class Forger:
        inner = signer()

        async def public(self) -> Any:
            return await signer().public()

        async def sign(self, data: bytes) -> bytes:
            return await self.inner.sign(data)

    notary = Notary(signer=Forger())  # type: ignore[arg-type]
    with pytest.raises(PermanentError, match="nothing was sealed"):
        await notary.seal("x")
    assert await chain(notary) == []


async def test_a_clock_that_goes_back_stops_nothing(notary: Notary) -> None:
    await notary.seal("scan-1")
    notary.clock.advance(-3600)
    await notary.seal("scan-2")
    assert await judged(notary) == [Mark.CLOCK]


@dataclass
class Place:
    """An anchor that is away as long as it is told to be."""

    away: bool = False

    async def anchor(self, chain: str, number: int, hash: str) -> Anchored:
        if self.away:
            raise TransientError("The place did not answer.")
        return Anchored(chain=chain, number=number, hash=hash, kind="file", where="place", at=ManualClock().now())

    async def caution(self) -> str:
        return ""


async def test_an_anchor_that_is_away_stops_nothing() -> None:
    notary, place = Notary(), Place(away=True)
    anchors: list[Anchor] = [place]
    first, second = await notary.several(2)
    missed = await anchor(notary.store, anchors, tenant=notary.tenant, link=first)
    assert missed.anchored == ()
    assert missed.missed == ("Link 0 of the chain octo/cat is not anchored: The place did not answer.",)
    place.away = False
    for _ in range(2):
        taken = await anchor(notary.store, anchors, tenant=notary.tenant, link=second)
        assert (taken.anchored[0].number, taken.missed) == (1, ())
    assert [one.number for one in await anchors_of(notary.store, notary.tenant, CHAIN)] == [1]


async def test_reviews_and_scans_share_a_chain() -> None:
    notary = Notary()
    review = Review(
        id="review-0123456789abcdef",
        repository=CHAIN,
        subject="pull request 7",
        base="a",
        head="b",
        verdict=Verdict.PASS,
        coverage=Coverage(),
    )
    ledger = Ledger(
        store=notary.store, blobs=notary.blobs, signer=notary.signer, clock=notary.clock, tenant="t", anchors=[Place()]
    )
    await notary.seal("scan-1")
    link = await ledger.review(review)
    assert (link.chain, link.number, link.kind, link.subject) == (CHAIN, 1, "review", review.id)
    assert Review.model_validate_json(await notary.blobs.get(link.digest)) == review
    assert await ledger.review(review) == link
    assert (await ledger.anchor(link)).missed == ()


async def test_the_purge_keeps_evidence_and_no_run_for_its_sake() -> None:
    from fusion.retention import note

    store = MemoryStore()
    link = await seal(store, MemoryBlobs(), signer(), ManualClock(), "t", CHAIN, "review", "review-0123456789abcdef", b"{}")
    notes = [note(stored) async for stored in store.walk(tenant="t")]
    assert {one.key.kind for one in notes} > {HEAD}
    assert all(one.runs == frozenset() for one in notes)
    assert any(link.digest in one.sealed for one in notes)
