"""What the shelf keeps in memory: bounded by bytes, the last used last."""

from __future__ import annotations

from collections import Counter

from fusion.adapters.memory.records import MemoryBlobs
from fusion.model import Report
from fusion.model.review import Outcome
from orchestrations.shelf import Shelf


class Counted(MemoryBlobs):
    """Blobs that count how often each is read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: Counter[str] = Counter()

    async def get(self, digest: str) -> bytes:
        self.read[digest] += 1
        return await super().get(digest)


async def test_what_was_used_last_is_not_read_again() -> None:
    blobs = Counted()
    writer = Shelf(blobs)
    digests = [await writer.save(Report(agent=f"agent-{n}", outcome=Outcome.OK, reason="x" * 1000)) for n in range(8)]
    shelf = Shelf(blobs, records=5_000)
    for digest in digests:
        await shelf.load(Report, digest)
    assert [(await shelf.load(Report, digest)).agent for digest in digests[-4:]] == [f"agent-{n}" for n in range(4, 8)]
    assert set(blobs.read.values()) == {1}
    await shelf.load(Report, digests[0])
    assert blobs.read[digests[0]] == 2


async def test_one_that_is_larger_than_all_that_may_be_kept_is_kept_while_it_is_used() -> None:
    blobs = Counted()
    digest = await Shelf(blobs).save(Report(agent="a", outcome=Outcome.OK, reason="x" * 1000))
    shelf = Shelf(blobs, records=10)
    for _ in range(3):
        await shelf.load(Report, digest)
    assert blobs.read[digest] == 1
