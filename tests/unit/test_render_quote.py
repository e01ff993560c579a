from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.render.quote import quote
from fusion.render.text import cells
from tests.fakes.reviews import location
from tests.fakes.scenes import HOSTILE


def only(snippet: str, column: int | None, end_column: int | None, width: int = 60) -> tuple[str, str]:
    [line], _ = quote(snippet, location("a.py", 7, column=column, end_column=end_column), width=width)
    return line.text, " " * line.start + "^" * (line.end - line.start)


def test_the_flagged_columns_are_marked() -> None:
    assert only("x = eval(y) + 1", 5, 12) == ("x = eval(y) + 1", "    ^^^^^^^")


def test_marks_follow_tabs_wide_and_invisible_characters() -> None:
    assert only("\tx = 1; y", 2, 3) == ("    x = 1; y", "    ^")
    assert only("漢 = bad + 1", 5, 8) == ("漢 = bad + 1", "     ^^^")
    assert only("\u202eab = bad + 1", 7, 10) == ("<U+202E>ab = bad + 1", "             ^^^")


def test_a_whole_line_or_unknown_columns_are_not_marked() -> None:
    assert only("  return x", 3, 11)[1] == ""
    assert only("  return x", None, None)[1] == ""


def test_an_open_end_marks_to_the_end_of_the_line() -> None:
    assert only("a = bad()", 5, None) == ("a = bad()", "    ^^^^^")


def test_a_range_marks_each_of_its_lines() -> None:
    lines, more = quote("f(\n    one,\n) or g\n", location("a.py", 3, 5, column=1, end_column=2), width=40)

    assert [(line.number, line.start, line.end) for line in lines] == [(3, 0, 0), (4, 0, 0), (5, 0, 1)]
    assert more == 0


def test_long_snippets_say_how_much_is_left_out() -> None:
    lines, more = quote("x\n" * 9, location("a.py", 1, 9), width=40)
    assert (len(lines), more) == (6, 3)

    lines, more = quote("x\n…", location("a.py", 1, 200), width=40)
    assert (len(lines), more) == (2, 198)


def test_a_long_line_shows_the_window_around_what_is_flagged() -> None:
    text, marks = only("a" * 5_000_000 + "BAD" + "b" * 1_000_000, 5_000_001, 5_000_004, width=50)

    assert len(text) <= 50
    assert text.startswith("…")
    assert text.endswith("…")
    assert [c for c, m in zip(text, marks, strict=False) if m == "^"] == list("BAD")


def test_nothing_to_quote() -> None:
    assert quote("", location(), width=40) == ([], 0)


@settings(max_examples=100)
@given(st.text(max_size=120), st.integers(1, 130), st.integers(1, 130), st.integers(12, 100))
def test_quotes_fit_and_mark_inside_whatever_the_columns(snippet: str, column: int, end_column: int, width: int) -> None:
    lines, _ = quote(snippet, location("a.py", 1, column=column, end_column=end_column), width=width)

    for line in lines:
        assert sum(map(cells, line.text)) <= max(width, 12) + 8
        assert 0 <= line.start <= line.end
        assert not set(line.text) & {"\x1b", "\u202e", "\n", "\r", "\t"}


def test_secrets_in_code_are_starred_in_place() -> None:
    text, marks = only('key = "AKIAIOSFODNN7EXAMPLE" + x', 7, 29)

    assert text == 'key = "AKIA****************" + x'
    assert marks == "      " + "^" * 22
    assert "ghp_0" not in only(HOSTILE.replace("\n", " ").replace("\r", " "), 1, 5, width=2000)[0]
