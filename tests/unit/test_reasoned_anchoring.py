"""Anchoring: whatever a model says, a finding lies on a line that its passage shows and that reads as quoted."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.anchoring import NEAR, anchor, found, named
from fusion.reasoning.fence import rows
from tests.fakes.briefs import brief_of, passage

LINES = st.lists(
    st.tuples(st.sampled_from(" +-"), st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), max_size=20)),
    min_size=1,
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(LINES, st.data())
def test_each_line_that_can_be_quoted_is_found_again(lines: list[tuple[str, str]], data: st.DataObject) -> None:
    shown = passage("\n".join(sign + text for sign, text in lines), at=7)
    number = data.draw(st.integers(1, len(lines)))
    quote = rows(shown)[number - 1]
    place = anchor(brief_of(shown), "P1", number, number, quote)

    if not quote.strip(" +-\t") or not any(shown.lines):
        return
    assert place is not None
    assert place.first == number
    assert place.location.line in shown.lines
    if shown.lines[number - 1]:
        assert place.location.line == shown.lines[number - 1]


@settings(max_examples=150, deadline=None)
@given(LINES, st.integers(), st.integers(), st.text(max_size=30), st.text(max_size=5))
def test_nothing_a_model_says_lies_elsewhere(lines: list[tuple[str, str]], line: int, end: int, quote: str, name: str) -> None:
    shown = passage("\n".join(sign + text for sign, text in lines), at=7)
    for called in (name, "P1", "[p1]"):
        place = anchor(brief_of(shown), called, line, end, quote)
        if place is not None:
            assert {place.location.line, place.location.end_line} <= set(shown.lines) - {0}
            assert place.location.line <= place.location.end_line
            assert named(brief_of(shown), place.location) is not None


def test_of_equal_lines_the_nearest_is_meant_and_none_far_away() -> None:
    shown = passage("\n".join("+    return None" if n in (5, 40) else f"+    step_{n}()" for n in range(1, 60)))
    assert found(shown, 7, "    return None") == 5
    assert found(shown, 38, "+    return None") == 40
    assert found(shown, 22, "return None") is None
    assert found(shown, 5 + NEAR, "return None") == 5


def test_blanks_bars_and_prefixes_of_a_quote_do_not_matter() -> None:
    shown = passage()
    for quote in (
        "start  =  number * size",
        "3|+    start = number * size",
        "+\tstart = number * size",
        " 3| start = number * size",
    ):
        assert found(shown, 3, quote) == 3
    assert found(shown, 3, "start = number") is None


def test_a_long_line_may_be_quoted_by_its_beginning() -> None:
    long = "+    call(" + ", ".join(f"argument_{number}" for number in range(300)) + ")"
    shown = passage(f"+    first()\n{long}")
    assert found(shown, 1, rows(shown)[1]) == 2
    assert found(shown, 1, long[:100]) == 2
    assert found(shown, 1, long[:30]) is None


def test_a_passage_of_removed_lines_only_has_no_place_at_head() -> None:
    shown = passage("-    gone()\n-    too()")
    assert anchor(brief_of(shown), "P1", 1, 1, "-    gone()") is None
