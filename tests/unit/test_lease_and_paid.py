"""What keeps publishers apart, and what is paid for once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from fusion.adapters.memory.records import ManualClock, MemoryBlobs, MemoryStore
from fusion.evidence.examiner import Footing
from fusion.model import Blob, Change, Completion, FileChange, Outcome, Provenance, ToolReport, ToolRun, Usage
from fusion.policy import Models, Policy
from orchestrations.lease import SECONDS, Lease, Taken
from orchestrations.paid import FRESH, Paid, examined
from orchestrations.shelf import Shelf
from tests.fakes.analyzers import Marks
from tests.fakes.judging import change_of, evidence_of


def lease(store: MemoryStore, clock: ManualClock, owner: str) -> Lease:
    return Lease(store, clock, tenant="t", repository="octo/shop", subject="pull:12", owner=owner)


async def test_one_writes_at_a_time_and_the_same_goes_on() -> None:
    clock = ManualClock()
    store = MemoryStore(clock)
    first, second = lease(store, clock, "run-1"), lease(store, clock, "run-2")
    await first.take()
    with pytest.raises(Taken) as taken:
        await second.take()
    assert 0 < taken.value.seconds <= SECONDS
    await lease(store, clock, "run-1").take()
    await second.release()
    with pytest.raises(Taken):
        await second.take()
    await first.release()
    await second.take()


async def test_a_dead_owner_blocks_for_a_while_only_and_finds_it_gone() -> None:
    clock = ManualClock()
    store = MemoryStore(clock)
    dead, alive = lease(store, clock, "dead"), lease(store, clock, "alive")
    await dead.take()
    clock.advance(SECONDS + 1)
    await alive.take()
    with pytest.raises(Taken):
        await dead.take()
    await dead.release()
    with pytest.raises(Taken):
        await dead.take()


async def test_who_was_too_slow_does_not_go_on_from_what_it_read_before_another_wrote() -> None:
    clock = ManualClock()
    store = MemoryStore(clock)
    slow, other = lease(store, clock, "slow"), lease(store, clock, "other")
    await slow.take()
    clock.advance(SECONDS + 1)
    await other.take()
    await other.release()
    with pytest.raises(Taken):
        await slow.take()
    await slow.take()


async def test_a_lease_is_renewed_while_its_owner_works() -> None:
    clock = ManualClock()
    store = MemoryStore(clock)
    busy, other = lease(store, clock, "busy"), lease(store, clock, "other")
    for _ in range(5):
        await busy.take()
        clock.advance(SECONDS * 0.6)
        with pytest.raises(Taken):
            await other.take()


def whose(repository: str = "octo/shop", **stamp: Any) -> Change:
    """A change of a repository; nothing else of it counts for what was paid."""
    known = {"repository": repository, "subject": "pull:1", "base": "b", "head": "h", "files": ()}
    return Change(**known, provenance=Provenance(**stamp))


async def test_a_completion_is_paid_for_once_in_a_repository_and_not_for_ever() -> None:
    clock = ManualClock()
    paid = Paid(MemoryStore(clock), Shelf(MemoryBlobs()), "t", clock)
    reply = Completion(value={"a": 1}, model="gpt", usage=Usage(cost=0.5))
    kept = reply.model_copy(update={"cached": True, "usage": Usage()})
    assert await paid.completion(whose(), Policy(), "sha256:p", "gpt") is None
    await paid.keep_completion(whose(), Policy(), "sha256:p", "gpt", reply)
    assert await paid.completion(whose(), Policy(), "sha256:p", "gpt") == kept
    assert await paid.completion(whose().model_copy(update={"subject": "pull:2"}), Policy(), "sha256:p", "gpt") == kept
    others = [
        (whose("octo/other"), Policy(), "sha256:p", "gpt"),
        (whose(visibility="public"), Policy(), "sha256:p", "gpt"),
        (whose(), Policy(models=Models(local=("secret/**",))), "sha256:p", "gpt"),
        (whose(), Policy(), "sha256:q", "gpt"),
        (whose(), Policy(), "sha256:p", "another"),
    ]
    assert [await paid.completion(*other) for other in others] == [None] * len(others)
    clock.advance(FRESH.total_seconds() + 1)
    assert await paid.completion(whose(), Policy(), "sha256:p", "gpt") is None


async def test_evidence_is_recalled_as_of_this_run_and_failures_are_not() -> None:
    blobs = MemoryBlobs()
    paid = Paid(MemoryStore(), Shelf(blobs), "t", ManualClock())
    seen = evidence_of(provenance=Provenance(run="old", rules="sha256:r"))
    now = Footing(version="1", rules="sha256:r", isolation="far away")
    run = ToolRun(tool="marks", outcome=Outcome.OK, version="1", rules="sha256:r", isolation="far away")
    report = ToolReport(run=run, evidence=(seen,))
    await paid.keep_evidence("o/r", "same", report, now)
    failed = run.model_copy(update={"outcome": Outcome.FAILED})
    await paid.keep_evidence("o/r", "failed", report.model_copy(update={"run": failed}), now)
    for other in ({"version": "2"}, {"rules": "sha256:s"}, {"isolation": "near"}):
        await paid.keep_evidence("o/r", "other", report.model_copy(update={"run": run.model_copy(update=other)}), now)
    assert await paid.evidence("o/r", "other", Provenance()) is None, "made while the service's image was exchanged"
    found = await paid.evidence("o/r", "same", Provenance(run="new", attempt=2))
    assert found is not None
    assert found.evidence[0].provenance == Provenance(run="new", attempt=2, rules="sha256:r")
    assert await paid.evidence("o/r", "failed", Provenance()) is None
    blobs.kept.clear()
    assert await Paid(paid.store, Shelf(blobs), "t", ManualClock()).evidence("o/r", "same", Provenance()) is None


Texts = Mapping[str, tuple[str | None, str | None]]
BEFORE: Texts = {"a.txt": ("old\n", "new\n"), "b.md": ("old\n", "new\n")}


def made_from(
    texts: Texts, analyzer: Marks, policy: Policy | None = None, *, head: str = "head-1", footing: Footing | None = None
) -> str | None:
    change, contents = change_of(dict(texts), head=head)
    files = tuple(_named(file, contents.head[file.path]) for file in change.files)
    change = change.model_copy(update={"files": files})
    reads: Any = analyzer
    return examined(reads, change=change, contents=contents, policy=policy or Policy(), footing=footing or Footing())


def _named(file: FileChange, data: bytes) -> FileChange:
    """With a digest that tells contents apart; those of the fake are by length."""
    return file.model_copy(update={"head": Blob(digest=f"sha256:{data.hex()}", size=len(data))})


def test_evidence_is_recalled_by_what_the_analyzer_reads_and_by_nothing_else() -> None:
    texts = Marks(suffix=".txt")
    known = made_from(BEFORE, texts)
    assert known is not None
    assert made_from(BEFORE, texts, head="head-2") == known
    assert made_from({**BEFORE, "b.md": ("old\n", "newer\n")}, texts) == known
    assert made_from({**BEFORE, "a.txt": ("old\n", "newer\n")}, texts) != known
    assert made_from({**BEFORE, "c.md": (None, "x\n")}, texts) != known
    assert made_from(BEFORE, replace(texts, name="other")) != known
    assert made_from(BEFORE, texts, Policy(ignore=("docs/**",))) != known
    assert made_from(BEFORE, replace(texts, suffix=".py")) is None
    for footing in (Footing(version="2"), Footing(rules="sha256:r"), Footing(isolation="another")):
        assert made_from(BEFORE, texts, footing=footing) != known
