"""A cloud that fails in every way there is: each review comes to its end, its receipt tells the truth, and no cap is broken."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from fusion import local, runtime
from fusion.adapters.memory.records import MemoryBlobs, MemoryStore
from fusion.budget.accounts import UNBILLED, month_of
from fusion.model import Ending, Prompt, Request, RequestKind, Response, Review, Verdict
from fusion.ports import Heard, Model
from fusion.render.calls import rows
from fusion.runtime import SystemClock
from fusion.settings import Settings
from tests.fakes.cloud import FAULTS, Asked, Cloud, Step, answers
from tests.fakes.reasoning import FILE, reasoning_of
from tests.fakes.repositories import TestRepository

pytestmark = pytest.mark.slow

CAP = 10.0
SECOND = (
    FILE + '\n[endpoints.other]\nkind = "openai"\naddress = "https://other.invalid/openai/v1/"\nmodel = "big"\nkey = "KEY"\n'
)
BEFORE = "def last(items):\n    return items[-1]\n"
AFTER = (
    BEFORE + "\n\ndef total(items):\n    total = last(items)\n    for item in items:\n        total += item\n    return total\n"
)
ENDINGS = {
    **dict.fromkeys(("refusal", "filtered reply", "filtered prompt"), Ending.REFUSED),
    **dict.fromkeys(
        ("another schema", "no JSON", "another language", "hostile", "cut off", "empty", "endless"), Ending.UNUSABLE
    ),
    **dict.fromkeys(("bills too much", "negative usage", "no usage", "absurd usage", "tool call"), Ending.UNUSABLE),
    # What is no chat completion is not the model's word: the endpoint is to blame, or whoever stands before it.
    **dict.fromkeys(
        ("no JSON at all", "broken JSON", "another shape", "deep JSON", "closed in the middle"), Ending.UNAVAILABLE
    ),
    **dict.fromkeys(("302", "400", "422"), Ending.INVALID),
    **dict.fromkeys(("401", "403"), Ending.DENIED),
    "404": Ending.MISSING,
    **dict.fromkeys(("429", "429 seconds", "429 date", "429 milliseconds"), Ending.LIMITED),
    **dict.fromkeys(("408", "409", "500", "502", "503", "504", "reset before", "reset in the middle"), Ending.UNAVAILABLE),
    **dict.fromkeys(("silence", "slow drip"), Ending.TIMED_OUT),
}
"""How the calls of each fault end."""
LATE = {"silence", "slow drip"}
"""Faults that only a time limit ends: a short one. All others have time, however much the machine has to do."""


@dataclass
class Hurried:
    """A model under limits that a test can wait for, as long as its own and as many bytes of a reply without end."""

    model: Model
    seconds: float

    async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
        limits = prompt.limits.model_copy(update={"seconds": self.seconds, "output_tokens": 300})
        return await self.model.complete(prompt.model_copy(update={"limits": limits}), heard=heard)


def well(asked: Asked) -> Step:
    """A model that finds nothing, and says so in every agent's schema."""
    names = set((asked.schema or {}).get("properties", {}))
    if "lines" in names:
        return answers({"lines": ["It adds a sum."], "diagram": ""})
    return answers({"findings": [], "certainty": "high", "questions": []})


@dataclass
class Reviewed:
    review: Review
    store: MemoryStore
    spent: float


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> TestRepository:
    made = TestRepository(tmp_path_factory.mktemp("repository"))
    made.commit({"shop.py": BEFORE})
    made.git("checkout", "-q", "-b", "x")
    made.commit({"shop.py": AFTER})
    return made


async def review(repository: TestRepository, home: Path, clouds: list[Cloud], *, seconds: float = 240.0) -> Reviewed:
    """One review with as many endpoints as there are clouds; the first answers within so many seconds."""
    from agents.kernel import KernelModel

    clock, store, blobs = SystemClock(), MemoryStore(), MemoryBlobs()
    settings = Settings(home=home, evidence="off")
    file = FILE if len(clouds) == 1 else SECOND
    models = {
        name: Hurried(KernelModel(kind="openai", address=cloud.openai, deployment="big", key=SecretStr(cloud.key)), limit)
        for name, cloud, limit in zip(("cloud", "other"), clouds, (seconds, 240.0), strict=False)
    }
    bundle = runtime.embedded(settings, records=(store, blobs), clock=clock)
    reasoning = reasoning_of(models, store=store, clock=clock, file=file, person_waits=1.0)
    bundle = dataclasses.replace(bundle, reasoning=reasoning, tenant="t")
    request = Request(kind=RequestKind.RANGE, location=str(repository.folder))
    result = await local.run(request, settings, bundle, nonce="1")
    assert result["status"] == "reviewed"
    made = Review.model_validate_json(await blobs.get(result["review"]))
    spent = await reasoning.book.spent(month=month_of(clock.now()))
    for model in models.values():
        await model.model.__aexit__(None, None, None)  # type: ignore[attr-defined]
    return Reviewed(review=made, store=store, spent=spent)


async def each(
    repository: TestRepository, home: Path, faults: Sequence[str], healthy: bool
) -> AsyncIterator[tuple[str, Reviewed]]:
    """A review for each fault, many at once: most of the time they wait."""
    slots = asyncio.Semaphore(12)

    async def one(name: str, number: int) -> tuple[str, Reviewed]:
        async with slots:
            with Cloud(FAULTS[name]) as failing, Cloud(well) as other:
                folder = home / str(number)
                clouds = [failing, other] if healthy else [failing]
                return name, await review(repository, folder, clouds, seconds=0.7 if name in LATE else 240.0)

    for done in asyncio.as_completed([one(name, number) for number, name in enumerate(faults)]):
        yield await done


async def test_a_cloud_that_fails_leaves_an_incomplete_review_and_says_why(repository: TestRepository, tmp_path: Path) -> None:
    async for name, done in each(repository, tmp_path, list(FAULTS), healthy=False):
        calls = [call for report in done.review.coverage.agents for call in report.calls]
        made = [call for call in calls if call.endpoint]
        assert made, name
        assert done.review.verdict is Verdict.INCOMPLETE, name
        assert any(gap.startswith("No model read") for gap in done.review.coverage.gaps), (name, done.review.coverage.gaps)
        assert all(call.reason for call in made if call.ending is not Ending.OK), name
        assert {call.ending for call in made} == {ENDINGS[name]}, name
        # Each of these connections stood, so each may have been billed, unless time was up before it did.
        assert all(call.sent or call.ending is Ending.TIMED_OUT for call in made), name
        if made[0].ending is Ending.LIMITED:
            assert all(" s at the earliest" in call.reason for call in made), name
        unbilled = made[0].ending in UNBILLED
        assert all((call.usage.cost == 0) == (unbilled or not call.sent) for call in made), name
        bound = sum(call.bound for call in made)
        over = [call for call in made if call.usage.cost > call.bound]
        assert done.spent <= CAP or over, name
        assert abs(done.spent - sum(call.usage.cost for call in made)) < 1e-6, name
        assert over == [call for call in made if call.over], name
        if over:
            assert await done.store.list(tenant="t", kind="distrust"), name
        else:
            assert done.spent <= bound + 1e-9, name


async def test_another_deployment_takes_over(repository: TestRepository, tmp_path: Path) -> None:
    """Where the endpoint is to blame. Where the model's answer was no use, nobody pays the same model for it elsewhere."""
    one_each = {ending: name for name, ending in reversed(ENDINGS.items())}
    async for name, done in each(repository, tmp_path, list(one_each.values()), healthy=True):
        calls = [call for report in done.review.coverage.agents for call in report.calls]
        first = {call.ending for call in calls if call.endpoint == "cloud"}
        second = {call.ending for call in calls if call.endpoint == "other"}
        assert first == {ENDINGS[name]}, name
        assert second == (set() if first <= {Ending.UNUSABLE, Ending.REFUSED} else {Ending.OK}), name


async def test_what_is_never_sent_costs_nothing_and_another_takes_over(repository: TestRepository, tmp_path: Path) -> None:
    """Nobody listens at the first address: no bytes left for it, and nothing is charged."""
    with Cloud(well) as gone:
        pass
    with Cloud(well) as other:
        done = await review(repository, tmp_path, [gone, other])
    calls = [call for report in done.review.coverage.agents for call in report.calls]
    first = [call for call in calls if call.endpoint == "cloud"]
    assert first
    assert {(call.ending, call.sent, call.usage.cost, call.sources) for call in first} == {(Ending.UNAVAILABLE, False, 0, ())}
    assert "cloud" not in dict(rows(done.review.coverage))["sent"]
    assert done.spent == pytest.approx(sum(call.usage.cost for call in calls if call.endpoint == "other"))
    assert done.review.verdict is Verdict.PASS


async def test_money_that_is_set_aside_is_given_back(repository: TestRepository, tmp_path: Path) -> None:
    with Cloud(well) as cloud:
        done = await review(repository, tmp_path, [cloud])
    calls = [call for report in done.review.coverage.agents for call in report.calls]
    assert done.review.verdict is Verdict.PASS
    assert 0 < done.spent < sum(call.bound for call in calls)
    assert done.review.walkthrough is not None
