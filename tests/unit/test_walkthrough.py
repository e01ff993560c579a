"""The walkthrough: few lines, and nothing in it that is not in the change."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import walkthrough
from agents.prompts import instructions
from fusion.agent import Thinking
from fusion.model import Ending, Response, Walkthrough, Work
from fusion.policy import Policy
from fusion.policy.rules import Models
from fusion.reasoning.replies import read as checked
from tests.fakes.briefs import answer
from tests.samples.agents.changes import case

BEFORE = "def price_of(order):\n    return sum(line.price for line in order)\n"
CASE = case(
    {
        "shop/pricing.py": (BEFORE, BEFORE.replace("order)", "order, currency)")),
        "tests/test_pricing.py": (None, "def test_price():\n    assert price_of([]) == 0\n"),
        "docs/usage.md": ("old\n", "new\n"),
    },
    thinking=Thinking(),
)


def written(*lines: str, diagram: str = "") -> Walkthrough | None:
    return walkthrough.read(answer({"lines": list(lines), "diagram": diagram}), CASE)


def test_the_prompt_lists_the_files_and_shows_production_code_first() -> None:
    prompt = walkthrough.ask(CASE)
    assert prompt is not None
    text = prompt.messages[1].text

    assert prompt.work is Work.SUMMARISE
    assert "added, test, +0 -0: tests/test_pricing.py" in text
    assert "+def price_of(order, currency):" in text
    assert [source.path for source in prompt.sources] == sorted(file.path for file in CASE.change.files)
    assert prompt.messages[0].text.startswith(instructions("walkthrough"))


def test_nobody_is_asked_where_nobody_wants_it() -> None:
    assert walkthrough.ask(case({"a.py": ("a\n", "b\n")})) is None
    off = Policy(models=Models(walkthrough=False))
    assert walkthrough.ask(case({"a.py": ("a\n", "b\n")}, thinking=Thinking(), policy=off)) is None
    assert walkthrough.ask(case({}, thinking=Thinking())) is None
    assert walkthrough.ask(case({"a.py": (None, "b\n")}, thinking=Thinking(), whole_tree=True)) is None


def test_what_policy_excludes_is_named_and_not_shown() -> None:
    sides: dict[str, Any] = {"a.py": ("a = 1\n", "a = 2\n"), "vault/key.py": ("k = 1\n", "k = 2\n")}
    prompt = walkthrough.ask(case(sides, thinking=Thinking(), policy=Policy(ignore=("vault/",))))
    assert prompt is not None
    assert "a = 2" in prompt.messages[1].text
    assert "k = 2" not in prompt.messages[1].text
    assert [source.path for source in prompt.sources] == ["a.py", "vault/key.py"]
    assert {source.path: source.bytes for source in prompt.sources}["vault/key.py"] == len("vault/key.py")


def test_what_stays_local_does_not_decide_who_may_tell_the_rest() -> None:
    sides: dict[str, Any] = {"a.py": ("a = 1\n", "a = 2\n"), "vault/key.py": ("k = 1\n", "k = 2\n")}
    policy = Policy(models=Models(local=("vault/**",)))
    prompt = walkthrough.ask(case(sides, thinking=Thinking(), policy=policy))
    assert prompt is not None
    assert "vault" not in prompt.messages[1].text
    assert "and 1 more that are not shown" in prompt.messages[1].text
    assert [source.path for source in prompt.sources] == ["a.py"]

    moved = walkthrough.ask(
        case(sides | {"b.py": ("b\n", "c\n")}, renamed={"b.py": "vault/b.py"}, thinking=Thinking(), policy=policy)
    )
    assert moved is not None
    assert [source.path for source in moved.sources] == ["a.py"]

    only = walkthrough.ask(case({"vault/key.py": ("k = 1\n", "k = 2\n")}, thinking=Thinking(), policy=policy))
    assert only is not None
    assert [source.path for source in only.sources] == ["vault/key.py"]


def test_a_large_change_stays_a_small_prompt() -> None:
    sides: dict[str, Any] = {f"pkg/part_{n}.py": (None, f"value_{n} = {n}\n" * 400) for n in range(200)}
    prompt = walkthrough.ask(case(sides, thinking=Thinking()))
    assert prompt is not None
    assert len(prompt.messages[1].text) < 20_000
    assert "and 140 more files" in prompt.messages[1].text


@pytest.mark.parametrize(
    "line",
    [
        "Prices take a currency.",
        "`price_of` takes the currency of the order.",
        "`price_of(order, currency)` in `shop/pricing.py` is tested in `test_pricing.py`.",
        "Everything in `shop` changes, e.g. docs/usage.md.",
        "Version 1.2 and a ratio of 3/4 are numbers.",
    ],
)
def test_a_line_may_name_what_is_in_the_change(line: str) -> None:
    made = written(line)
    assert made is not None
    assert made.lines == (line,)


@pytest.mark.parametrize(
    "line",
    [
        "`delete_everything` is gone.",
        "Moves code to `shop/secret.py`.",
        "Also touches src/app/main.py.",
        "The rules live in settings.toml now.",
        "`price_of` and `price_off` swap.",
        "` `",
    ],
)
def test_a_line_that_names_anything_else_is_dropped(line: str) -> None:
    assert written(line) is None
    made = written("Prices take a currency.", line)
    assert made is not None
    assert made.lines == ("Prices take a currency.",)


def test_five_lines_and_no_more() -> None:
    made = written(*(f"Number {n} of many." for n in range(1_000)), "x" * 100_000)
    assert made is not None
    assert len(made.lines) == walkthrough.LINES


def test_a_diagram_is_drawn_only_where_it_is_one() -> None:
    drawn = written("Prices take a currency.", diagram="flowchart LR\n  order --> price")
    assert drawn is not None
    assert drawn.diagram == "flowchart LR\n    order --> price"
    hostile = written("Prices take a currency.", diagram='flowchart LR\n  a --> b\n  click a href "https://evil.example"')
    assert hostile is not None
    assert hostile.diagram == ""


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=6), st.text(max_size=60))
def test_nothing_in_it_links_mentions_or_draws_by_itself(lines: list[str], diagram: str) -> None:
    bait = [*lines, f"{''.join(lines)} @octocat [x](https://evil.example) <img src=y> #12 {diagram}"]
    made = written(*bait, diagram=diagram)
    for line in made.lines if made else ():
        assert "://" not in line
        assert "@octocat" not in line
        assert "<img" not in line
        assert "\n" not in line
        assert len(line) <= 200


@pytest.mark.parametrize("value", [{}, {"lines": "one", "diagram": ""}, {"lines": [], "diagram": ""}])
def test_an_unusable_reply_is_no_walkthrough(value: dict[str, Any]) -> None:
    assert walkthrough.read(answer(value), CASE) is None


def test_the_examples_fit_the_schema() -> None:
    prompt = walkthrough.ask(CASE)
    assert prompt is not None
    texts = [line.partition("Reply: ")[2] for line in instructions("walkthrough").split("\n") if "Reply: {" in line]
    assert len(texts) == 2
    assert all(isinstance(checked(prompt, Response(ending=Ending.OK, text=text)), dict) for text in texts)
