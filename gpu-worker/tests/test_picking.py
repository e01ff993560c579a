"""Who is next: a person first, nobody starved, no repository ahead of its turn."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_worker.contract import Urgency
from gpu_worker.picking import PATIENCE, SHARE, Waiting, pick

CLASSES = [urgency.value for urgency in Urgency]
jobs = st.tuples(st.sampled_from(CLASSES), st.sampled_from("abcd"), st.integers(0, 8000).map(float))


@given(st.lists(jobs, min_size=1, max_size=12), st.integers(0, 100))
def test_a_fresh_queue_goes_by_urgency(waiting: list[Waiting], turn: int) -> None:
    fresh = [(urgency, repository, since / 8000) for urgency, repository, since in waiting]
    chosen = fresh[pick(fresh, {}, turn, now=5.0)]
    assert chosen[0] == min((each[0] for each in fresh), key=CLASSES.index)


@given(st.lists(jobs, min_size=1, max_size=12), st.integers(0, 100))
def test_of_any_four_picks_three_keep_to_urgency(waiting: list[Waiting], turn: int) -> None:
    best = min((each[0] for each in waiting), key=CLASSES.index)
    kept = [waiting[pick(waiting, {}, turn + step, now=9000.0)][0] == best for step in range(SHARE)]
    assert sum(kept) >= SHARE - 1


@settings(max_examples=40)
@given(st.lists(jobs, min_size=1, max_size=10), st.integers(0, 3), st.lists(st.lists(jobs, max_size=4), max_size=60))
def test_nobody_starves(waiting: list[Waiting], turn: int, arrivals: list[list[Waiting]]) -> None:
    """A job that is overdue is taken within the documented number of picks, whatever comes after."""

    def due(job: Waiting) -> float:
        return job[2] + PATIENCE[Urgency(job[0])]

    now = max(map(due, waiting))
    victim = max(waiting, key=due)
    bound = SHARE * len(waiting)
    queue, served = list(waiting), dict[str, float]()
    for step in range(bound):
        now += 1.0
        # Newcomers of all classes, each with the present as its beginning.
        queue += [(urgency, repository, now) for urgency, repository, _ in (arrivals[step] if step < len(arrivals) else [])]
        queue.append((CLASSES[0], f"flood-{step}", now))
        chosen = queue.pop(pick(queue, served, turn + step, now))
        served[chosen[1]] = now
        if chosen == victim and victim not in queue:
            return
    raise AssertionError(f"{victim} still waits after {bound} picks")


@given(st.integers(1, 200), st.floats(0, 9))
def test_a_flood_of_one_repository_delays_anothers_only_job_by_one(flood: int, came: float) -> None:
    queue: list[Waiting] = [("pull", "big", 0.0)] * flood + [("pull", "small", came)]
    served: dict[str, float] = {}
    for turn in range(2):
        chosen = queue.pop(pick(queue, served, turn, now=10.0))
        if chosen[1] == "small":
            return
        served[chosen[1]] = 10.0
    raise AssertionError("the small repository waits")


def test_an_unknown_class_is_the_last() -> None:
    assert pick([("novel", "a", 0.0), ("backfill", "a", 1.0)], {}, 0, now=2.0) == 1
