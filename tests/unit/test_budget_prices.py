"""Bounds are bounds, sums are exact, and what is given up follows the ladder."""

from __future__ import annotations

import random
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.budget import quote, tokens
from fusion.budget.accounts import Cap
from fusion.budget.ladder import LADDER, Afforded, Purse, Question, afford, rung
from fusion.budget.money import picos, rounded_down, units
from fusion.model import AgentTask, Brief, ChatMessage, Limits, Passage, Prompt, Usage, Work
from fusion.policy import Policy
from fusion.policy.rules import Models
from fusion.routing.catalogue import ModelsFile, Price, load

MODELS = load(
    """
[models.big]
size = "large"
context = 100000
output = 4000
price = { input = 2.0, output = 8.0, date = 2026-01-02, source = "a price list" }
figures.review = { metric = "f1", value = 0.6, dataset = "d", date = 2026-01-02, source = "us" }

[endpoints.cloud]
kind = "openai"
address = "https://models.example.com/v1/"
model = "big"
region = "westeurope"
key = "MODELS_KEY"
""",
    origin="models.toml",
)
PRICE = Price.model_validate({"input": 0.15, "cached": 0.075, "output": 0.6, "date": "2026-01-02", "source": "s"})


def prompt(*texts: str, work: Work = Work.SUMMARISE) -> Prompt:
    messages = tuple(ChatMessage(role="user", text=text) for text in texts)
    return Prompt(agent="a", work=work, messages=messages, schema_name="s", reply_schema={"type": "object"}, limits=Limits())


def task(agent: str, path: str = "app/a.py", *, number: int = 1, size: int = 1000, work: Work = Work.REVIEW) -> AgentTask:
    passage = Passage(name="P1", kind="change", path=path, text="+x")
    return AgentTask(agent=agent, id=f"{agent}-{number}", brief=Brief(topic=path, passages=(passage,), tokens=size, work=work))


class Letters:
    """A tokenizer that makes a token of each character."""

    def count(self, text: str) -> int:
        return len(text)


@given(st.lists(st.text(alphabet=st.characters(), max_size=40), max_size=4))
def test_a_bound_is_never_less_than_bytes_or_a_tokenizers_count(texts: list[str]) -> None:
    asked = prompt(*texts)
    assert tokens.bound(asked) >= sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
    assert sum(map(len, texts)) <= tokens.bound(asked, Letters()) <= tokens.bound(asked)
    assert 0 < tokens.likely(asked) <= tokens.bound(asked)


def test_the_schema_counts() -> None:
    asked = prompt("x")
    longer = asked.model_copy(update={"reply_schema": {"description": "é" * 500}})
    assert tokens.bound(longer) >= tokens.bound(asked) + 1000


@given(
    st.lists(st.tuples(st.integers(0, 200_000), st.integers(0, 200_000), st.integers(0, 20_000)), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_sums_are_exact_in_any_order_and_under_the_bound(counts: list[tuple[int, int, int]], chance: random.Random) -> None:
    def cost(order: list[tuple[int, int, int]]) -> int:
        return sum(
            picos(quote.cost(PRICE, Usage(input_tokens=one, cached_tokens=kept, output_tokens=out))) for one, kept, out in order
        )

    shuffled = list(counts)
    chance.shuffle(shuffled)
    exact = sum((one - min(kept, one)) * 150_000 + min(kept, one) * 75_000 + out * 600_000 for one, kept, out in counts)
    assert cost(counts) == cost(shuffled) == exact
    assert cost(counts) <= sum(picos(quote.at_most(PRICE, one, out)) for one, _, out in counts)


@given(st.integers(0, 10**15))
def test_money_comes_back_as_it_was(amount: int) -> None:
    assert picos(units(amount)) == amount
    assert amount - 10**6 < picos(rounded_down(amount)) <= amount


@pytest.mark.parametrize("amount", [-1.0, float("nan"), inf])
def test_what_is_no_amount_is_refused(amount: float) -> None:
    with pytest.raises(ValueError, match="no amount of money"):
        picos(amount)


TASKS = [
    task("security"),
    task("security", "tests/test_a.py", number=2),
    task("code-review"),
    task("code-review", "docs/a.md", number=2),
    task("compliance"),
    task("tests"),
    task("documentation", work=Work.DOCUMENT),
    AgentTask(agent="security", id="free"),
]


def allowed(tasks: list[AgentTask], left: float, *, overview: Prompt | None = None) -> Afforded:
    return afford(tasks, MODELS, Purse(left=left), policy=Policy(), walkthrough=Question(prompt=overview))


def test_without_a_cap_everything_is_done_and_quoted() -> None:
    done = allowed(TASKS, inf, overview=prompt("w"))
    # The most valuable first: it is asked, and paid, in this order.
    assert [one.id for one in done.kept] == ["security-1", "free", *(one.id for one in TASKS[1:7])]
    assert (done.left_out, done.walkthrough) == ((), True)
    assert done.quote is not None
    # Six reviews with a check each, the draft, the walkthrough.
    assert done.quote.calls == 14
    assert 0 < done.quote.likely < done.quote.bound == done.quote.most
    assert done.quote.limit is None


def test_the_ladder_is_climbed_down_in_its_order() -> None:
    orders = []
    for cents in range(0, 60, 2):
        left = cents / 200
        done = allowed(TASKS, left, overview=prompt("w" * 9000))
        assert done.quote is not None
        assert done.quote.likely <= left
        assert done.quote.most <= left == done.quote.limit
        # A sentence for each rung; here there is one task on each.
        assert len(done.quote.left_out) == len(done.left_out) + (not done.walkthrough)
        kept = {one.id for one in done.kept}
        assert "free" in kept
        orders.append([one.id for one, _ in done.left_out])
    # Of equal prices what goes first stands lowest, and with no money only what is free remains.
    assert [rung(one) for one in TASKS] == [6, 5, 4, 3, 2, 1, 0, len(LADDER) - 1]
    assert orders[0] == [
        "documentation-1",
        "tests-1",
        "compliance-1",
        "code-review-2",
        "code-review-1",
        "security-2",
        "security-1",
    ]
    assert all(order == [one for one in orders[0] if one in order] for order in orders)
    assert orders[-1] == []


def test_what_is_on_one_rung_is_told_in_one_sentence() -> None:
    done = allowed([task("security", f"{name}.py", number=at) for at, name in enumerate("abcde")], 0.0)
    assert done.quote is not None
    (sentence,) = done.quote.left_out
    assert sentence.startswith("5 security reviews (a.py, b.py, c.py and 2 more) were left out: likely 0.")
    assert sentence.endswith("; the cap of this run leaves 0.0000 USD.")
    assert len({why for _, why in done.left_out}) == 1


@settings(max_examples=60)
@given(st.permutations(TASKS), st.floats(0, 0.4), st.integers(1, 60_000))
def test_what_is_kept_can_likely_be_paid_and_what_is_not_cannot(tasks: list[AgentTask], left: float, size: int) -> None:
    tasks = [*tasks, task("security", number=9, size=size)]
    done = allowed(tasks, left)
    prices = {one.id: quote.priced(one, MODELS, Policy()) for one in tasks}
    paid = sum(picos(prices[one.id].likely) for one in done.kept)
    assert paid <= picos(left)
    for one, _ in done.left_out:
        above = sum(picos(prices[other.id].likely) for other in done.kept if rung(other) >= rung(one))
        assert above + picos(max(prices[one.id].likely, prices[one.id].once)) > picos(left)


def test_tasks_are_admitted_by_what_they_likely_cost() -> None:
    """Upper bounds are many times that: by them a cap would be a fraction of itself."""
    tasks = [task("security", number=at) for at in range(100)]
    price = quote.priced(tasks[0], MODELS, Policy())
    done = allowed(tasks, 100 * price.likely + price.once)
    assert len(done.kept) == 100
    assert done.quote is not None
    assert done.quote.bound > 5 * done.quote.most


def test_what_was_answered_before_is_admitted_for_nothing_whatever_is_left() -> None:
    known = {at: Question(prompt=prompt("x", work=Work.REVIEW), answered=at != 1) for at in range(7)}
    overview = Question(prompt=prompt("w"), answered=True)
    purse = Purse(left=0.0, cap=Cap.MONTH)
    done = afford(TASKS, MODELS, purse, policy=Policy(), walkthrough=overview, known=known)
    assert [one.id for one, _ in done.left_out] == ["security-2"]
    assert done.quote is not None
    assert (done.quote.calls, done.quote.likely, done.quote.most, done.quote.kept) == (0, 0, 0, 6)
    assert (done.quote.limit, done.quote.limited_by) == (0, "month")
    assert done.quote.bound > 0, "what follows from an answer may have to be asked anew"


def test_verification_is_part_of_the_price() -> None:
    review, draft = task("security"), task("security", work=Work.DOCUMENT)
    assert quote.priced(review, MODELS, Policy()).likely > quote.priced(draft, MODELS, Policy()).likely


def test_code_that_may_not_leave_costs_nothing_in_the_cloud() -> None:
    policy = Policy(models=Models(local=("**",)))
    assert quote.priced(task("security"), MODELS, policy) == quote.FREE
    assert quote.priced(task("security"), ModelsFile(), Policy()) == quote.FREE


def test_a_call_costs_at_most_what_its_bound_says() -> None:
    asked = prompt("some text " * 100)
    assert 0 < quote.likely(asked, PRICE) < quote.most(asked, PRICE)
    believed = Usage(input_tokens=tokens.likely(asked), output_tokens=asked.limits.output_tokens)
    assert quote.cost(PRICE, believed) <= quote.most(asked, PRICE)
    assert quote.cost(PRICE, Usage(input_tokens=-5, output_tokens=-5, cached_tokens=9)) == 0
