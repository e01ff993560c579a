"""A cloud that fails in every way there is: each review comes to its end, its receipt tells the truth, and no cap is broken."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from fusion import local, runtime
from fusion.adapters.memory.records import MemoryBlobs, MemoryStore
from fusion.budget.accounts import Account, month_of
from fusion.model import Ending, Prompt, Request, RequestKind, Response, Review, Verdict
from fusion.ports import Heard, Model
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
ANSWERED = {"hostile", "closed in the middle", "reset in the middle"}
"""Faults whose replies may be no fault at all by the time that they have come in whole."""


@dataclass
class Hurried:
    """A model under a time limit that a test can wait for."""

    model: Model

    async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
        limits = prompt.limits.model_copy(update={"seconds": 0.7})
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


async def review(repository: TestRepository, home: Path, clouds: list[Cloud]) -> Reviewed:
    """One review with as many endpoints as there are clouds."""
    from agents.kernel import KernelModel

    clock, store, blobs = SystemClock(), MemoryStore(), MemoryBlobs()
    settings = Settings(home=home, evidence="off")
    file = FILE if len(clouds) == 1 else SECOND
    models = {
        name: Hurried(KernelModel(kind="openai", address=cloud.openai, deployment="big", key=SecretStr(cloud.key)))
        for name, cloud in zip(("cloud", "other"), clouds, strict=False)
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


async def each(repository: TestRepository, home: Path, healthy: bool) -> AsyncIterator[tuple[str, Reviewed]]:
    """A review for each fault, many at once: most of the time they wait."""
    slots = asyncio.Semaphore(12)

    async def one(name: str, number: int) -> tuple[str, Reviewed]:
        async with slots:
            with Cloud(FAULTS[name]) as failing, Cloud(well) as other:
                folder = home / str(number)
                return name, await review(repository, folder, [failing, other] if healthy else [failing])

    for done in asyncio.as_completed([one(name, number) for number, name in enumerate(FAULTS)]):
        yield await done


async def test_a_cloud_that_fails_leaves_an_incomplete_review_and_says_why(repository: TestRepository, tmp_path: Path) -> None:
    async for name, done in each(repository, tmp_path, healthy=False):
        calls = [call for report in done.review.coverage.agents for call in report.calls]
        made = [call for call in calls if call.endpoint]
        assert made, name
        assert done.review.verdict is Verdict.INCOMPLETE, name
        assert any("no model read" in gap for gap in done.review.coverage.gaps), (name, done.review.coverage.gaps)
        assert all(call.reason for call in made if call.ending is not Ending.OK), name
        assert all(call.ending is not Ending.OK for call in made) or name in ANSWERED, name
        bound = sum(call.bound for call in made)
        over = [call for call in made if call.usage.cost > call.bound]
        assert done.spent <= CAP or over, name
        assert abs(done.spent - sum(call.usage.cost for call in made)) < 1e-6, name
        if over:
            assert await done.store.list(tenant="t", kind="distrust"), name
        else:
            assert done.spent <= bound + 1e-9, name


async def test_another_deployment_takes_over(repository: TestRepository, tmp_path: Path) -> None:
    useless = {"another schema", "no JSON", "another language", "hostile", "cut off", "empty", "refusal", "filtered reply"}
    async for name, done in each(repository, tmp_path, healthy=True):
        calls = [call for report in done.review.coverage.agents for call in report.calls]
        if any(call.endpoint == "other" and call.ending is Ending.OK for call in calls):
            # The first was tried, and the receipt says how that ended.
            assert any(call.endpoint == "cloud" and call.ending is not Ending.OK for call in calls), name
        else:
            # The same model's answer was no use: nobody pays for it elsewhere.
            assert {call.ending for call in calls if call.endpoint == "cloud"} <= {
                Ending.UNUSABLE,
                Ending.REFUSED,
                Ending.INVALID,
                # On a machine with much to do any answer may come too late for a model in a hurry.
                Ending.TIMED_OUT,
            }, name
            late = any(call.ending is Ending.TIMED_OUT for call in calls)
            assert late or name in useless or all(call.endpoint != "other" for call in calls), name


async def test_money_that_is_set_aside_is_given_back(repository: TestRepository, tmp_path: Path) -> None:
    with Cloud(well) as cloud:
        done = await review(repository, tmp_path, [cloud])
    calls = [call for report in done.review.coverage.agents for call in report.calls]
    assert done.review.verdict is Verdict.PASS
    assert 0 < done.spent < sum(call.bound for call in calls)
    account = Account(repository=done.review.repository, subject=done.review.subject, run=done.review.id)
    assert account.run
    assert done.review.walkthrough is not None
