"""Reviews with models where money is short: what is given up, in which order, who is refused, and what a review says of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fusion.budget.accounts import Account, Caps
from fusion.budget.answers import Reserved
from fusion.budget.ladder import LADDER
from fusion.model import Ending, Outcome, Prompt, Report, Response, Review, Verdict
from fusion.ports import Heard
from fusion.progress import Quoted
from tests.fakes.reasoned_reviews import NAMES, Desk, Slow, calls_of, changed, cost_of, settled, silent
from tests.fakes.reasoning import FILE, Replying

pytestmark = pytest.mark.slow

DRAFTS = ("compliance", "documentation", "tests")
"""Agents whose part is a note where the budget does not allow it."""


def rung_of(line: str) -> int:
    """The rung of the ladder that a sentence about what is left out tells of; of the walkthrough, below all of them, -1."""
    return next((n for n, rung in enumerate(LADDER) if f"{rung.name} (" in line.casefold() or f" {rung.several} (" in line), -1)


def lacks(review: Review) -> bool:
    """Whether money was short for a part that a review is not complete without: no draft, and not the walkthrough."""
    assert review.coverage.quote is not None
    refused = {report.agent for report in capped(review)}
    rungs = {rung_of(line) for line in review.coverage.quote.left_out}
    return bool(refused - {*DRAFTS, "walkthrough"}) or any(at >= 0 and LADDER[at].wanted for at in rungs)


def capped(review: Review) -> list[Report]:
    """Of the agents that were refused a call."""
    return [report for report in review.coverage.agents if any(call.ending is Ending.CAPPED for call in report.calls)]


@pytest.mark.parametrize("missing", ["incomplete", "note"])
async def test_what_the_cap_does_not_allow_is_given_up_by_name_and_in_order(tmp_path: Path, missing: str) -> None:
    repository, model = changed(tmp_path / "repository", *NAMES), Replying(silent)
    whole = await Desk(home=tmp_path / "free", models=Replying(silent)).review(repository)
    assert whole.coverage.quote is not None
    assert cost_of(whole) <= whole.coverage.quote.bound

    desk = Desk(home=tmp_path / "home", models=model, policy={"per_run": 0.08, "missing": missing})
    review = await desk.review(repository)
    quote = review.coverage.quote
    assert quote is not None
    assert quote.left_out
    assert 0 < cost_of(review) <= quote.most <= 0.08 < quote.bound
    assert (quote.limit, quote.limited_by) == (0.08, "run")
    # What is bought stays, and of the ladder the lowest rungs go first.
    assert 0 < len(model.prompts) < len(calls_of(whole))
    rungs = [rung_of(line) for line in quote.left_out]
    assert rungs == sorted(rungs)
    cut = [report for report in review.coverage.agents if report.outcome is Outcome.CUT]
    said = [note for note in review.coverage.notes if note.startswith("No model read")]
    # One sentence for all agents and files, beside one for the drafts, which are nobody's gap.
    if missing == "note":
        assert (review.verdict, cut) == (Verdict.PASS, [])
        assert len(said) == 1
    else:
        assert review.verdict is Verdict.INCOMPLETE
        assert cut
        assert len(said) == len(review.coverage.gaps) == 1
        assert review.coverage.gaps[0].startswith("No model read")
    assert all("the cap of this run leaves 0.08" in text for text in [*said, *review.coverage.gaps])
    assert all(file.reviewed for file in review.coverage.files)
    await settled(desk)


@pytest.mark.parametrize("month", [0.6, 0.8])
async def test_runs_race_for_the_last_of_a_budget(tmp_path: Path, month: float) -> None:
    """Whether it is short when they are planned or when they ask: never more is spent, and each says what it could not pay.

    Whom the race leaves short, and of what, is chance. Incomplete is who lacks a review; who lacks a draft only says so.
    """
    repositories = [changed(tmp_path / str(number), "alpha", "beta") for number in range(4)]
    model, planned = Slow(), asyncio.Semaphore(0)

    def listen(what: object) -> None:
        if isinstance(what, Quoted):
            planned.release()

    desk = Desk(home=tmp_path / "home", models=model, file=f"{FILE}month = {month}\n", listen=listen)
    running = [asyncio.create_task(desk.review(repository)) for repository in repositories]
    for _ in repositories:
        await planned.acquire()
    model.go.set()
    reviews = await asyncio.gather(*running)
    assert await desk.spent() <= month
    for review in reviews:
        quote = review.coverage.quote
        assert quote is not None
        assert cost_of(review) <= quote.bound
        assert review.verdict is (Verdict.INCOMPLETE if lacks(review) else Verdict.PASS)
        said = [*review.coverage.gaps, *review.coverage.notes]
        for report in capped(review):
            assert report.agent == "walkthrough" or any("No model read" in line and report.agent in line for line in said)
    await settled(desk)


async def test_what_another_run_takes_in_the_middle_is_refused_and_said(tmp_path: Path) -> None:
    """While the first question is answered somebody else takes all that the month has left."""
    taken: list[object] = []

    class Robbed:
        async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
            if not taken:
                book, month = desk.reasoning().book, Caps(month=1.0)
                other = Account(repository="octo/other", run="other")
                left = await book.left(other, month)
                taken.append(await book.reserve("other/1", other, left, month))
            # Nonsense first: what is asked once more is asked after the robbery.
            text = "no JSON" if len(prompt.messages) == 2 else silent(prompt)
            # Without a usage it counts as its bound: what the run held for its likely cost does not do.
            return Response(ending=Ending.OK, text=text, model="big")

    desk = Desk(home=tmp_path / "home", models=Robbed(), file=FILE + "month = 1.0\n", fields={"parallel": 1})
    review = await desk.review(changed(tmp_path / "repository", *NAMES))
    assert isinstance(taken[0], Reserved)
    refused = [call for call in calls_of(review) if call.ending is Ending.CAPPED]
    assert refused
    assert all("of this month for all repositories" in call.why for call in refused)
    assert review.verdict is Verdict.INCOMPLETE
    assert 0 < cost_of(review) + taken[0].amount <= await desk.spent() + 1e-9 <= 1.0 + 1e-9


async def test_a_draft_that_is_refused_when_it_asks_is_a_note(tmp_path: Path) -> None:
    """The reviews were answered before; at the first draft somebody else takes all that the month has left."""
    asked: list[Prompt] = []

    class Robbed:
        async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
            asked.append(prompt)
            if reviewed is None:
                # The drafts are not had yet.
                ending = Ending.REFUSED if prompt.agent in DRAFTS else Ending.OK
                return Response(ending=ending, text=silent(prompt), model="big")
            book, month = desk.reasoning().book, Caps(month=2.0)
            other = Account(repository="octo/other", run="other")
            await book.reserve("other/1", other, await book.left(other, month), month)
            return Response(ending=Ending.OK, text="no JSON", model="big")

    reviewed: Review | None = None
    repository = changed(tmp_path / "repository", "alpha")
    policy = {"walkthrough": False}
    desk = Desk(home=tmp_path / "home", models=Robbed(), file=f"{FILE}month = 2.0\n", policy=policy, fields={"parallel": 1})
    reviewed = await desk.review(repository)
    asked.clear()
    review = await desk.review(repository)
    assert review.coverage.quote is not None
    assert review.coverage.quote.left_out == ()
    assert {prompt.agent for prompt in asked} == {report.agent for report in capped(review)} <= {*DRAFTS}
    assert (review.verdict, review.coverage.gaps) == (Verdict.PASS, ())
    [said] = [note for note in review.coverage.notes if note.startswith("No model read")]
    assert "of this month for all repositories" in said
    assert all(report.agent in said for report in capped(review))
