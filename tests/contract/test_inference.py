"""One suite over every queue of the inference worker, seen from both of its sides."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fusion.errors import UserError
from fusion.model import InferenceJob, Urgency
from gpu_worker.contract import Job
from gpu_worker.protocols import Held
from tests.fakes.inference import INFERENCES, Bench

DIGEST, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64


@pytest.fixture(params=list(INFERENCES))
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    async with INFERENCES[request.param](tmp_path) as made:
        yield made


def job(bench: Bench, id: str, urgency: Urgency = Urgency.PULL, repository: str = "o/n", **changed: Any) -> InferenceJob:
    now = bench.now()
    values = {"model": "m", "payload": DIGEST, "run": f"run-{id}", "event": "answer"} | changed
    return InferenceJob(id=id, urgency=urgency, repository=repository, enqueued=now, expires=now + timedelta(hours=9), **values)


async def take(bench: Bench) -> tuple[Held, Job]:
    held = await bench.jobs.receive(bench.wait)
    assert held is not None
    return held, Job.model_validate_json(held.body)


async def nothing(bench: Bench) -> bool:
    return await bench.jobs.receive(bench.nothing) is None


async def test_a_job_reaches_the_worker_as_it_was_submitted(bench: Bench) -> None:
    sent = job(bench, "über:1", repository="o/日本")
    await bench.inference.submit(sent)
    assert (await bench.inference.depth())[Urgency.PULL] == 1
    held, received = await take(bench)
    assert InferenceJob.model_validate_json(received.model_dump_json()) == sent
    assert held.delivery == 1
    assert held.until > bench.now()
    assert await bench.jobs.complete(held)
    assert await bench.jobs.complete(held) is False
    assert set((await bench.inference.depth()).values()) == {0}
    await bench.pass_time(bench.lock_seconds + 1)
    assert await nothing(bench)


async def test_of_equal_ids_only_the_first_is_worked_on(bench: Bench) -> None:
    for _ in range(3):
        await bench.inference.submit(job(bench, "a"))
    held, _ = await take(bench)
    assert await bench.jobs.complete(held)
    await bench.inference.submit(job(bench, "a"))
    assert await nothing(bench)


async def test_urgency_decides_and_each_class_is_counted(bench: Bench) -> None:
    for urgency in reversed(Urgency):
        await bench.inference.submit(job(bench, f"{urgency}-1", urgency))
    assert await bench.inference.depth() == dict.fromkeys(Urgency, 1)
    assert [(await take(bench))[1].urgency.value for _ in Urgency] == [urgency.value for urgency in Urgency]


async def test_what_waited_too_long_gets_its_turn(bench: Bench) -> None:
    await bench.inference.submit(job(bench, "old", Urgency.BACKFILL))
    await bench.pass_time(4000)
    for number in range(5):
        await bench.inference.submit(job(bench, f"new-{number}", Urgency.PERSON))
    assert "old" in [(await take(bench))[1].id for _ in range(4)]


async def test_repositories_take_turns_within_a_class(bench: Bench) -> None:
    if not bench.fair:
        pytest.skip("Service Bus gives out the jobs of a class in the order in which they came")
    for number in range(5):
        await bench.inference.submit(job(bench, f"big-{number}", repository="o/big"))
    await bench.pass_time(1)
    await bench.inference.submit(job(bench, "small", repository="o/small"))
    await bench.pass_time(1)
    assert "small" in [(await take(bench))[1].id for _ in range(2)]


async def test_a_job_comes_not_before_its_time(bench: Bench) -> None:
    await bench.inference.submit(job(bench, "a"), at=bench.now() + timedelta(seconds=20))
    assert await nothing(bench)
    assert (await bench.inference.depth())[Urgency.PULL] == 0
    await bench.pass_time(21)
    assert (await take(bench))[1].id == "a"


async def test_a_lock_that_is_renewed_holds_and_one_that_ran_out_is_lost(bench: Bench) -> None:
    await bench.inference.submit(job(bench, "a"))
    held, _ = await take(bench)
    await bench.pass_time(bench.lock_seconds * 0.7)
    renewed = await bench.jobs.renew(held)
    assert renewed is not None
    assert renewed.until > held.until
    await bench.pass_time(bench.lock_seconds * 0.7)
    assert await nothing(bench)
    await bench.pass_time(bench.lock_seconds)
    again, _ = await take(bench)
    assert again.delivery == 2
    assert await bench.jobs.renew(renewed) is None
    assert await bench.jobs.complete(renewed) is False
    assert await bench.jobs.give_back(renewed, delay=0) is False
    assert await bench.jobs.dead_letter(renewed, "r", "d") is False
    assert await bench.jobs.complete(again)


async def test_a_job_given_back_comes_again_and_counts_only_when_it_is_to_blame(bench: Bench) -> None:
    await bench.inference.submit(job(bench, "a"))
    held, first = await take(bench)
    assert await bench.jobs.give_back(held, delay=0, blameless=True)
    held, again = await take(bench)
    assert (held.delivery, again) == (1, first)
    assert await bench.jobs.give_back(held, delay=20)
    assert await nothing(bench)
    await bench.pass_time(21)
    held, _ = await take(bench)
    assert held.delivery == 2
    assert await bench.jobs.give_back(held, delay=0)
    held, _ = await take(bench)
    assert held.delivery == 3
    assert await bench.jobs.dead_letter(held, "InvalidJob", "It is broken.")
    await bench.pass_time(bench.lock_seconds + 1)
    assert await nothing(bench)


async def test_a_result_comes_once_and_the_first_one_counts(bench: Bench) -> None:
    async with bench.inference.result(wait=bench.nothing) as none:
        assert none is None
    assert await bench.results.answered("a") is None
    assert await bench.results.deliver("a", "run-a", "answer", DIGEST) == DIGEST
    assert await bench.results.answered("a") == DIGEST
    async with bench.inference.result(wait=bench.wait) as answered:
        assert answered is not None
        assert (answered.job, answered.run, answered.event, answered.result) == ("a", "run-a", "answer", DIGEST)
        assert answered.attempt == 1
    assert await bench.results.deliver("a", "run-a", "answer", OTHER) == DIGEST
    async with bench.inference.result(wait=bench.nothing) as again:
        # Told again, or dropped as the duplicate that it is; never the other one.
        assert again is None or again.result == DIGEST


async def test_a_result_that_could_not_be_passed_on_comes_again_later(bench: Bench) -> None:
    await bench.results.deliver("a", "run-a", "answer", DIGEST)
    with pytest.raises(OSError, match="outage"):
        async with bench.inference.result(wait=bench.wait):
            raise OSError("outage")
    async with bench.inference.result(wait=bench.nothing) as soon:
        assert soon is None
    await bench.pass_time(5)
    async with bench.inference.result(wait=bench.wait) as answered:
        assert answered is not None
        assert (answered.job, answered.result, answered.attempt) == ("a", DIGEST, 2)


async def test_some_runs_results_can_be_waited_for(bench: Bench) -> None:
    if not bench.chooses:
        pytest.skip("Service Bus gives out results in the order in which they came")
    await bench.results.deliver("a", "review-1:2", "answer", DIGEST)
    await bench.results.deliver("b", "review-2:2", "answer", OTHER)
    async with bench.inference.result(wait=bench.wait, prefix="review-2:") as answered:
        assert answered is not None
        assert answered.job == "b"
    async with bench.inference.result(wait=bench.nothing, prefix="review-2:") as none:
        assert none is None


async def test_a_job_set_aside_is_shown_and_can_be_forgotten(bench: Bench) -> None:
    for id in ("run-1/a/0", "run-2/b/0"):
        await bench.inference.submit(job(bench, id, repository="o/日本"))
        held, _ = await take(bench)
        assert await bench.jobs.dead_letter(held, "InvalidPrompt", "It does not fit.")
    shown = await bench.inference.dead()
    assert [(each.id, each.reason, each.repository) for each in shown] == [
        ("run-1/a/0", "InvalidPrompt", "o/日本"),
        ("run-2/b/0", "InvalidPrompt", "o/日本"),
    ]
    assert (shown[0].detail, InferenceJob.model_validate_json(shown[0].body).id) == ("It does not fit.", "run-1/a/0")
    assert len(await bench.inference.dead(limit=1)) == 1
    await bench.inference.discard("run-2/b/0")
    assert [each.id for each in await bench.inference.dead()] == ["run-1/a/0"]
    with pytest.raises(UserError, match="No job 'run-2/b/0' was set aside"):
        await bench.inference.discard("run-2/b/0")


async def test_what_nobody_has_begun_can_be_taken_back(bench: Bench) -> None:
    if not bench.chooses:
        await bench.inference.submit(job(bench, "run-1/a/0"))
        assert await bench.inference.withdraw("run-1") is None, "said, not guessed"
        return
    for id in ("run-1/a/0", "run-1/b/0", "run-10/c/0"):
        await bench.inference.submit(job(bench, id))
    held, begun = await take(bench)
    assert begun.id == "run-1/a/0"
    assert await bench.inference.under_way() == 1
    assert await bench.inference.withdraw("run-1") == 1
    assert await bench.inference.withdraw("run-1") == 0, "repeated, it does nothing"
    assert await bench.jobs.complete(held)
    _, left = await take(bench)
    assert left.id == "run-10/c/0"
    assert await nothing(bench)
