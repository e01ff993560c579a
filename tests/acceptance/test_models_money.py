"""What reviews with models pay: quoted, counted once, given back, and not paid for again, whatever goes wrong."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fusion import local
from fusion.adapters.memory.records import MemoryStore
from fusion.budget.accounts import RunAccount
from fusion.budget.money import picos
from fusion.model import Ending, Prompt, Request, Response, Usage, Verdict
from fusion.ports import Heard, Key
from fusion.render.calls import rows
from fusion.runs import run_id
from tests.fakes.reasoned_reviews import BODY, NAMES, Desk, SetClock, Slow, calls_of, changed, cost_of, settled, silent
from tests.fakes.reasoning import FILE, Replying
from tests.fakes.repositories import TestRepository

pytestmark = pytest.mark.slow


class Watched(MemoryStore):
    """It knows the most that a run has ever committed, in picounits."""

    most = 0

    async def put(self, key: Key, value: dict[str, Any], *, etag: str | None) -> str:
        if key.kind == "budget-run":
            self.most = max(self.most, RunAccount.model_validate(value).committed)
        return await super().put(key, value, etag=etag)


async def test_a_cap_just_above_what_a_review_costs_pays_for_all_of_it(tmp_path: Path) -> None:
    """Upper bounds are many times the cap: what they keep from being asked at once waits for the calls under way."""

    class Dear:
        def __init__(self) -> None:
            self.prompts: list[Prompt] = []

        async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
            self.prompts.append(prompt)
            await asyncio.sleep(0.05)
            usage = Usage(input_tokens=6_000, output_tokens=1_000)
            return Response(ending=Ending.OK, text=silent(prompt), model="big", usage=usage)

    repository = changed(tmp_path / "repository", *NAMES)
    policy = {"walkthrough": False}
    whole = await Desk(home=tmp_path / "free", models=Dear(), policy=policy).review(repository)
    # The last call needs its bound while all others are paid.
    cap = round(cost_of(whole) + max(call.bound for call in calls_of(whole)), 6)
    model = Dear()
    desk = Desk(home=tmp_path / "home", models=model, policy={**policy, "per_run": cap})
    desk.store = watched = Watched(desk.clock)
    review = await desk.review(repository)
    assert (review.verdict, review.coverage.gaps) == (Verdict.PASS, ())
    assert len(calls_of(review)) == len(calls_of(whole)) == len(model.prompts) > 10
    assert sum(call.bound for call in calls_of(review)) > 1.5 * cap
    assert {call.ending for call in calls_of(review)} == {Ending.OK}
    assert cost_of(review) == pytest.approx(cost_of(whole))
    assert 0 < watched.most <= picos(cap)
    assert review.coverage.quote is not None
    assert (review.coverage.quote.most, review.coverage.quote.limited_by) == (cap, "run")
    assert review.coverage.quote.bound > 10 * cap
    # What was answered is not paid for again, and a run without any money left is none the poorer.
    desk.policy = {**policy, "per_run": 0.0}
    again = await desk.review(repository)
    assert (again.verdict, cost_of(again), len(model.prompts)) == (Verdict.PASS, 0, len(calls_of(whole)))
    assert again.coverage.quote is not None
    assert (again.coverage.quote.calls, again.coverage.quote.likely, again.coverage.quote.most) == (0, 0, 0)
    await settled(desk)


async def test_a_call_that_nobody_saw_the_end_of_counts_as_billed(tmp_path: Path) -> None:
    """The process dies while a model is asked: the next one asks again, and pays for both."""
    repository, hung, model = changed(tmp_path / "repository", "alpha"), Slow(), Replying(silent)
    desk = Desk(home=tmp_path / "home", models=hung, policy={"walkthrough": False}, fields={"parallel": 1})
    request: Request = await desk.request(repository)
    id = run_id(request, nonce="1")
    (tmp_path / "home" / "runs").mkdir(parents=True)
    async with local.engine(tmp_path / "home", id, desk.bundle()) as running:
        await running.start("review", request.model_dump(mode="json", exclude_defaults=True), id)
        await hung.entered.wait()
    desk.models = model
    review = await desk.read(await local.resume(id, desk.settings, desk.bundle()))
    lost = [one for one in await desk.spends() if one.assumed]
    # Those that waited for their turn were not begun, and cost nothing.
    assert [(one.ending, one.cost) for one in lost] == [(Ending.ABANDONED, lost[0].bound)]
    assert len(await desk.spends()) == len(model.prompts) + 1
    assert review.coverage.quote is not None
    # The receipt says the same as the accounts, and of what nobody saw the end of.
    assert [call.usage.cost for call in calls_of(review) if call.lost] == [lost[0].cost]
    assert cost_of(review) == pytest.approx(await desk.spent())
    assert await desk.spent() <= review.coverage.quote.bound
    said = dict(rows(review.coverage))
    assert said["cut off"].startswith("1 call was cut off before its answer")
    assert "2 (1 cut off)" in said["models"] or "2 calls (1 cut off)" in said["models"]
    report = await desk.report()
    assert (report.cut_off, report.cut_off_cost) == (1, lost[0].cost)
    await settled(desk)


class Dying(MemoryStore):
    """A store that stands still once it has kept a model's answer: there the process dies."""

    def __init__(self, clock: SetClock) -> None:
        super().__init__(clock)
        self.kept = asyncio.Event()

    async def put(self, key: Key, value: dict[str, Any], *, etag: str | None, **more: Any) -> str:
        put = await super().put(key, value, etag=etag, **more)
        if key.kind == "completion" and not self.kept.is_set():
            self.kept.set()
            await asyncio.Event().wait()
        return put


async def test_an_answer_that_was_kept_is_not_paid_for_again_where_only_the_journal_missed_it(tmp_path: Path) -> None:
    repository, model = changed(tmp_path / "repository", "alpha"), Replying(silent)
    desk = Desk(home=tmp_path / "home", models=model, policy={"walkthrough": False}, fields={"parallel": 1})
    desk.store = dying = Dying(desk.clock)
    request: Request = await desk.request(repository)
    id = run_id(request, nonce="1")
    (tmp_path / "home" / "runs").mkdir(parents=True)
    async with local.engine(tmp_path / "home", id, desk.bundle()) as running:
        await running.start("review", request.model_dump(mode="json", exclude_defaults=True), id)
        await dying.kept.wait()
    review = await desk.read(await local.resume(id, desk.settings, desk.bundle()))
    assert review.verdict is Verdict.PASS
    asked = [prompt.model_dump_json() for prompt in model.prompts]
    assert len(asked) == len(set(asked)) == len(calls_of(review)) == len(await desk.spends())
    assert {(call.ending, call.cached, call.lost) for call in calls_of(review)} == {(Ending.OK, False, False)}
    assert cost_of(review) == pytest.approx(await desk.spent())
    await settled(desk)


LIES = {
    "none": None,
    "negative": Usage(input_tokens=-5000, output_tokens=10),
    "nothing": Usage(),
    "more cached than asked": Usage(input_tokens=10, output_tokens=10, cached_tokens=10**8),
    "absurd": Usage(input_tokens=10**40, output_tokens=10**40),
}


@pytest.mark.parametrize("lie", LIES)
async def test_counts_that_cannot_be_true_count_as_the_bound(tmp_path: Path, lie: str) -> None:
    model = Replying(lambda prompt: Response(ending=Ending.OK, text=silent(prompt), model="big", usage=LIES[lie]))
    desk = Desk(home=tmp_path / "home", models=model)
    review = await desk.review(changed(tmp_path / "repository", "alpha"))
    assert review.verdict is Verdict.PASS
    calls = calls_of(review)
    assert all(call.usage.cost == call.bound > 0 for call in calls)
    assert all(one.assumed and one.input_tokens == 0 for one in await desk.spends())
    assert review.coverage.quote is not None
    assert cost_of(review) <= review.coverage.quote.bound
    await settled(desk)


@pytest.mark.parametrize("text", ["", "no JSON"])
async def test_who_bills_more_than_the_bound_is_called_no_more(tmp_path: Path, text: str) -> None:
    """Not for the next question, not for the same one with what was wrong, and not by the next process."""
    bill = Usage(input_tokens=2_000_000, output_tokens=10)
    model = Replying(lambda prompt: Response(ending=Ending.OK, text=text or silent(prompt), model="big", usage=bill))
    # However many calls are under way when the bill comes, no cap is what the next one is refused for.
    desk = Desk(home=tmp_path / "home", models=model, file=f"{FILE}pull = 100.0\n", fields={"parallel": 1})
    repository = changed(tmp_path / "repository", "alpha")
    review = await desk.review(repository)
    billed = [call for call in calls_of(review) if call.endpoint]
    assert {(call.usage.cost, call.over) for call in billed} == {(4.00008, True)}
    assert dict(rows(review.coverage))["overbills"].endswith("fusion cost --trust cloud")
    assert all(call.usage.cost > call.bound for call in billed)
    # Those that were chosen before the bill came are under way: no more than the agents of this change.
    assert len(model.prompts) == len(billed) <= 6
    assert len({prompt.model_dump_json() for prompt in model.prompts}) == len(billed)
    assert not any(len(prompt.messages) > 2 for prompt in model.prompts)
    assert await desk.spent() == pytest.approx(4.00008 * len(billed))

    before = len(model.prompts)
    repository.commit({"beta.py": "def beta(items):\n    return len(items) / 0\n"})
    again = await desk.review(repository)
    assert len(model.prompts) == before
    assert again.verdict is Verdict.INCOMPLETE
    assert any("it billed more than its price allows" in call.why for call in calls_of(again))
    said = dict(rows(again.coverage))
    assert "fusion cost --trust cloud" in said["not asked"]
    # What was bought before is not thrown away.
    assert said["models"].startswith("no model was asked")
    assert [(one.endpoint, one.cost) for one in await desk.reasoning().book.all_distrusted()] == [("cloud", 4.00008)]
    await settled(desk)


async def test_what_was_answered_is_not_paid_for_again(tmp_path: Path) -> None:
    """Across pushes, shifted lines and branches of one repository, for thirty days; never across repositories."""
    repository, model, clock = changed(tmp_path / "repository", "alpha", "beta"), Replying(silent), SetClock()
    desk = Desk(home=tmp_path / "home", models=model, clock=clock, policy={"walkthrough": False})

    async def asked(where: TestRepository = repository) -> int:
        before = len(model.prompts)
        review = await desk.review(where)
        assert review.coverage.quote is not None
        assert cost_of(review) <= review.coverage.quote.bound
        cached = [call for call in calls_of(review) if call.cached]
        assert all(call.usage.cost == 0 and not call.sources for call in cached)
        return len(model.prompts) - before

    first = await asked()
    assert first > 0
    assert await asked() == 0
    repository.commit({"gamma.py": BODY.format("gamma").replace("+=", "*=")})
    assert 0 < await asked() <= first / 2
    # A rebase: lines above move, the hunk stays.
    repository.git("checkout", "-q", "main")
    repository.commit({"alpha.py": '"""Sums."""\n\nLIMIT = 3\n\n\n' + BODY.format("alpha")})
    repository.git("checkout", "-q", "x")
    repository.git("rebase", "-q", "main")
    assert await asked() == 0
    # Another branch with the same change to the same file.
    repository.git("checkout", "-q", "-b", "y", "main")
    repository.commit({"beta.py": BODY.format("beta").replace("+= item", "-= item  # beta")})
    assert await asked() == 0
    clock.off = timedelta(days=-2)
    assert await asked() == 0
    clock.off = timedelta(days=31)
    assert await asked() > 0
    # What policy lets models see is part of the question: nothing that was answered elsewhere is taken.
    desk.policy = {"walkthrough": False, "regions": ["swedencentral"]}
    assert await asked() > 0
    desk.policy = {"walkthrough": False}
    assert await asked(changed(tmp_path / "other", "alpha", "beta")) == first
    assert await desk.held() == {}


@pytest.mark.parametrize("hours", [-5, 5])
async def test_a_clock_that_jumps_leaves_the_accounts_right(tmp_path: Path, hours: int) -> None:
    clock = SetClock()

    def reply(prompt: Prompt) -> str | Response:
        clock.off += timedelta(hours=hours)
        return Response(ending=Ending.UNAVAILABLE, reason="503") if len(model.prompts) == 1 else silent(prompt)

    model = Replying(reply)
    desk = Desk(home=tmp_path / "home", models=model, clock=clock)
    review = await desk.review(changed(tmp_path / "repository", "alpha"))
    assert review.verdict is Verdict.PASS
    assert all(0 <= call.usage.seconds <= 86_400 for call in calls_of(review))
    assert review.coverage.quote is not None
    assert cost_of(review) <= review.coverage.quote.bound
    assert await desk.held() == {}


async def test_an_endpoint_that_cannot_be_asked_as_it_is_set_up_is_one_more_that_failed(tmp_path: Path) -> None:
    """The keys of a models file are the operator's matter; the review is made without."""
    from fusion.errors import UserError

    class Unset:
        async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
            raise UserError("Install Fusion with [models].")

    desk = Desk(home=tmp_path / "home", models=Unset())
    review = await desk.review(changed(tmp_path / "repository", "alpha"))
    assert review.verdict is Verdict.INCOMPLETE
    made = [call for call in calls_of(review) if call.endpoint]
    assert {(call.ending, call.reason, call.usage.cost, call.sent) for call in made} == {
        (Ending.MISSING, "Install Fusion with [models].", 0, False)
    }
    report = await desk.report()
    assert (report.total.calls, report.unsent) == (0, len(made))
    assert ".;" not in review.model_dump_json()
    await settled(desk)
