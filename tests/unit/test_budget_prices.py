"""Bounds are bounds, sums are exact, and what is given up follows the ladder."""

from __future__ import annotations

import random
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.budget import quote, tokens
from fusion.budget.ladder import LADDER, afford, rung
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


def test_without_a_cap_everything_is_done_and_quoted() -> None:
    done = afford(TASKS, MODELS, inf, walkthrough=prompt("w"), policy=Policy())
    assert (done.kept, done.left_out, done.walkthrough) == (tuple(TASKS), (), True)
    assert done.quote is not None
    # Six reviews with a check each, the draft, the walkthrough.
    assert done.quote.calls == 14
    assert 0 < done.quote.likely < done.quote.bound


def test_the_ladder_is_climbed_down_in_its_order() -> None:
    orders = []
    for cents in range(60):
        done = afford(TASKS, MODELS, cents / 100, walkthrough=prompt("w" * 9000), policy=Policy())
        assert done.quote is not None
        assert done.quote.bound <= cents / 100
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


@settings(max_examples=60)
@given(st.permutations(TASKS), st.floats(0, 0.6), st.integers(1, 60_000))
def test_what_is_kept_can_be_paid_and_what_is_not_cannot(tasks: list[AgentTask], left: float, size: int) -> None:
    tasks = [*tasks, task("security", number=9, size=size)]
    done = afford(tasks, MODELS, left, walkthrough=None, policy=Policy())
    paid = sum(picos(quote.priced(one, MODELS, Policy()).planned) for one in done.kept)
    assert paid <= picos(left)
    assert all(paid + picos(quote.priced(one, MODELS, Policy()).planned) > picos(left) for one, _ in done.left_out)


def test_verification_is_part_of_the_price() -> None:
    review, draft = task("security"), task("security", work=Work.DOCUMENT)
    assert quote.priced(review, MODELS, Policy()).planned > quote.priced(draft, MODELS, Policy()).planned


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
