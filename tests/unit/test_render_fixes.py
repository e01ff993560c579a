from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.changes.edits import apply_edits, unified_patch
from fusion.model import Edit, Fix, Location, Side
from fusion.render.fixes import diff_text, suggestion
from tests.fakes.reviews import fix, location

FILE = "".join(f"line {number}\n" for number in range(1, 13))


def made(edits: list[Edit], before: str = FILE, **fields: object) -> Fix:
    after = apply_edits(before, edits)
    return Fix(title="t", edits=tuple(edits), verified=True, patch=unified_patch("a.py", before, after), **fields)  # type: ignore[arg-type]


def edit(line: int, end_line: int, text: str, path: str = "a.py") -> Edit:
    return Edit(path=path, line=line, column=1, end_line=end_line, end_column=1, text=text)


def test_a_replaced_line_becomes_a_suggestion() -> None:
    assert suggestion(made([edit(4, 5, "new 4\n")]), location("a.py", 4)) == "new 4\n"


def test_a_suggestion_covers_the_whole_commented_range() -> None:
    assert suggestion(made([edit(5, 6, "new\n")]), location("a.py", 4, 6)) == "line 4\nnew\nline 6\n"


def test_more_or_fewer_lines_than_before() -> None:
    assert suggestion(made([edit(4, 5, "one\ntwo\n")]), location("a.py", 4)) == "one\ntwo\n"
    assert suggestion(made([edit(4, 6, "one\n")]), location("a.py", 4, 5)) == "one\n"


def test_removed_lines_are_an_empty_suggestion_and_an_empty_line_is_not() -> None:
    assert suggestion(made([edit(4, 5, "")]), location("a.py", 4)) == ""
    assert suggestion(made([edit(4, 5, "\n")]), location("a.py", 4)) == "\n"


def test_what_is_added_before_and_after_the_lines_belongs_to_them() -> None:
    assert suggestion(made([edit(4, 4, "before\n")]), location("a.py", 4)) == "before\nline 4\n"
    assert suggestion(made([edit(5, 5, "after\n")]), location("a.py", 4)) == "line 4\nafter\n"


LAST = Edit(path="a.py", line=12, column=1, end_line=12, end_column=8, text="new\n")


@pytest.mark.parametrize(
    ("bad", "where"),
    [
        (made([edit(1, 1, "import x\n"), edit(4, 5, "new\n")]), location("a.py", 4)),
        (made([edit(4, 6, "new\n")]), location("a.py", 4)),
        (made([edit(4, 5, "new\n")]), location("a.py", 4, side=Side.LEFT)),
        (made([edit(4, 5, "new\n")]), location("b.py", 4)),
        (made([edit(4, 5, "new\n")]), location("a.py", 1, 12)),
        (made([edit(4, 5, "new\u202e\n")]), location("a.py", 4)),
        (made([edit(4, 5, "new\r\n")], before=FILE.replace("\n", "\r\n")), location("a.py", 4)),
        (made([edit(4, 5, 'token = "AKIAIOSFODNN7EXAMPLE"\n')]), location("a.py", 4)),
        (made([LAST], before=FILE.removesuffix("\n")), location("a.py", 12)),
        (fix(line=42).model_copy(update={"verified": False}), location()),
        (fix(line=42).model_copy(update={"patch": ""}), location()),
        (fix(line=42).model_copy(update={"patch": "garbage\n@@ nothing"}), location()),
    ],
    ids=[
        "elsewhere too",
        "below",
        "base side",
        "other file",
        "not all shown",
        "hidden",
        "crlf",
        "secret",
        "no newline",
        "unverified",
        "no patch",
        "garbage",
    ],
)
def test_anything_else_is_no_suggestion(bad: Fix, where: Location) -> None:
    assert suggestion(bad, where) is None


@settings(max_examples=120)
@given(
    st.lists(
        st.tuples(st.integers(1, 12), st.integers(0, 3), st.sampled_from(["", "x\n", "x\ny\n", "\n"])), min_size=1, max_size=2
    ),
    st.integers(1, 12),
    st.integers(0, 5),
)
def test_applying_a_suggestion_gives_exactly_the_patched_file(
    changes: list[tuple[int, int, str]], line: int, more: int
) -> None:
    edits = [edit(at, min(at + size, 13), text) for at, size, text in changes]
    try:
        after = apply_edits(FILE, edits)
    except ValueError:
        return
    end = min(line + more, 12)
    text = suggestion(made(edits), location("a.py", line, end))

    if text is not None and after != FILE:
        assert apply_edits(FILE, [edit(line, end + 1, text)]) == after


def test_the_diff_is_shown_without_headers_and_masked() -> None:
    shown = diff_text(made([edit(4, 5, 'key = "AKIAIOSFODNN7EXAMPLE"\x1b\n')]))

    assert shown.split("\n")[3:5] == ["-line 4", '+key = "AKIA****************"<U+001B>']
    assert "+++" not in shown
    assert "@@" not in shown


def test_hunks_are_parted() -> None:
    before = "".join(f"{n}\n" for n in range(40))

    assert diff_text(made([edit(2, 3, "x\n"), edit(30, 31, "y\n")], before=before)).count("\n@@\n") == 1


def test_lines_that_look_like_headers_stay_content() -> None:
    before = "a\n-- b\n++ c\nd\n"
    shown = diff_text(made([edit(2, 4, "@@ -1 +1 @@\n")], before=before))

    assert shown == " a\n--- b\n-++ c\n+@@ -1 +1 @@\n d"
