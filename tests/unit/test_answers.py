"""Results on their way to the runs that wait for them."""

from __future__ import annotations

from typing import Any

import pytest

from fusion.adapters.memory.inference import MemoryInference
from fusion.adapters.memory.records import ManualClock
from fusion.dispatch.answers import TRIES, hand_over, pass_on
from fusion.errors import PermanentError, TransientError
from fusion.ports import Answered
from gpu_worker.picking import pick

DIGEST = "sha256:" + "a" * 64


class Runs:
    """The host: which runs there are, and what they were told."""

    def __init__(self, *ids: str) -> None:
        self.ids = ids
        self.told: list[tuple[str, str, Any]] = []
        self.down = False

    async def tell(self, id: str, event: str, data: Any) -> bool:
        if self.down:
            raise TransientError("The host is away.")
        self.told.append((id, event, data))
        return id in self.ids


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def inference(clock: ManualClock) -> MemoryInference:
    made = MemoryInference(clock)
    await made.worker(pick).deliver("job-1", "run-1", "answer", DIGEST)
    return made


async def test_a_result_is_told_once(inference: MemoryInference, clock: ManualClock) -> None:
    runs = Runs("run-1")
    assert await pass_on(inference, runs.tell, wait=0)
    assert runs.told == [("run-1", "answer", {"job": "job-1", "result": DIGEST})]
    clock.advance(1000)
    assert not await pass_on(inference, runs.tell, wait=0)


async def test_an_outage_gives_it_back(inference: MemoryInference, clock: ManualClock) -> None:
    runs = Runs("run-1")
    runs.down = True
    with pytest.raises(TransientError):
        await pass_on(inference, runs.tell, wait=0)
    runs.down = False
    assert not await pass_on(inference, runs.tell, wait=0), "not at once"
    clock.advance(60)
    assert await pass_on(inference, runs.tell, wait=0)
    assert len(runs.told) == 1


async def test_a_run_that_is_gone_ends_it(inference: MemoryInference, clock: ManualClock) -> None:
    runs = Runs()
    for _ in range(TRIES):
        assert await pass_on(inference, runs.tell, wait=0)
        clock.advance(1000)
    assert not await pass_on(inference, runs.tell, wait=0)
    assert len(runs.told) == TRIES


async def test_another_processs_run_is_left_to_it(inference: MemoryInference) -> None:
    ours, theirs = Runs("run-2"), Runs("run-1")
    assert not await pass_on(inference, ours.tell, wait=0, prefix="run-2:")
    assert await pass_on(inference, theirs.tell, wait=0, prefix="run-1")


class Desk:
    """A trigger's results: each is its attempt's number, or no result at all."""

    def __init__(self) -> None:
        self.later_on: list[int] = []
        self.down = False

    def read(self, delivered: int | None) -> Answered | None:
        if delivered is None:
            return None
        return Answered(run="run-1", event="answer", result=DIGEST, job="job-1", attempt=delivered)

    async def later(self, delivered: int, answered: Answered) -> None:
        if self.down:
            raise TransientError("The queue is away.")
        self.later_on.append(answered.attempt)


async def test_a_trigger_completes_what_was_told_and_what_nobody_waits_for() -> None:
    desk, runs = Desk(), Runs("run-1")
    await hand_over(1, desk, runs.tell)
    assert runs.told == [("run-1", "answer", {"job": "job-1", "result": DIGEST})]
    await hand_over(TRIES, desk, Runs().tell)
    assert desk.later_on == []


async def test_a_trigger_lets_a_result_come_again_later_and_at_once_where_that_fails() -> None:
    desk, down = Desk(), Runs("run-1")
    down.down = True
    await hand_over(1, desk, Runs().tell)
    await hand_over(7, desk, down.tell)
    assert desk.later_on == [1, 7]
    desk.down = True
    with pytest.raises(TransientError, match="queue is away"):
        await hand_over(2, desk, down.tell)
    with pytest.raises(PermanentError, match="is no result"):
        await hand_over(None, desk, down.tell)
