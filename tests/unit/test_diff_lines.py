"""Lines of a change: which are new, what they are called on the other side, where GitHub takes a comment."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.changes.diff import added_lines, anchor, base_line, head_line, parse_patch, removed_lines
from fusion.changes.edits import unified_patch
from fusion.model import FileChange, Location, Side

TWO_HUNKS = b"""\
diff --git a/old.py b/new.py
similarity index 90%
rename from old.py
rename to new.py
--- a/old.py
+++ b/new.py
@@ -3,5 +3,6 @@ def f():
 3
 4
-5
+five
+six
 6
 7
@@ -20,4 +21,3 @@
 20
-21
 22
 23
"""


@pytest.fixture
def file() -> FileChange:
    (made,) = parse_patch(TWO_HUNKS)
    return made


def test_added_and_removed_lines(file: FileChange) -> None:
    assert added_lines(file) == {5, 6}
    assert removed_lines(file) == {5, 21}


def test_lines_on_the_other_side(file: FileChange) -> None:
    assert [head_line(file, line) for line in (1, 3, 5, 6, 7, 8, 19, 21, 22, 24)] == [1, 3, None, 7, 8, 9, 20, None, 22, 24]
    assert [base_line(file, line) for line in (1, 3, 5, 6, 7, 8, 9, 20, 22, 24)] == [1, 3, None, None, 6, 7, 8, 19, 22, 24]
    assert head_line(file, 0) is None


CASES = [
    # side, first, last -> first, last
    (Side.RIGHT, 5, 6, (5, 6)),
    (Side.RIGHT, 1, 40, (3, 8)),
    (Side.RIGHT, 8, 40, (8, 8)),
    (Side.RIGHT, 10, 22, (21, 22)),
    (Side.RIGHT, 1, 2, None),
    (Side.RIGHT, 9, 20, None),
    (Side.RIGHT, 24, 99, None),
    (Side.RIGHT, 6, 5, (6, 6)),
    (Side.LEFT, 21, 21, (21, 21)),
    (Side.LEFT, 10, 21, (20, 21)),
    (Side.LEFT, 24, 24, None),
]


@pytest.mark.parametrize(("side", "first", "last", "expected"), CASES)
def test_anchors_lie_within_one_hunk(
    file: FileChange, side: Side, first: int, last: int, expected: tuple[int, int] | None
) -> None:
    path = "new.py" if side is Side.RIGHT else "old.py"
    found = anchor(file, Location(path=path, line=first, end_line=last, side=side))
    assert (found and (found.line, found.end_line)) == expected


def test_the_hunk_that_changes_most_of_the_location_wins() -> None:
    (file,) = parse_patch(b"--- a/x\n+++ b/x\n@@ -5,3 +5,3 @@\n 5\n 6\n 7\n@@ -20,2 +20,3 @@\n 20\n+new\n 21\n")
    found = anchor(file, Location(path="x", line=1, end_line=30))
    assert found is not None
    assert (found.line, found.end_line) == (20, 22)


def test_columns_stay_only_where_the_ends_stay(file: FileChange) -> None:
    found = anchor(file, Location(path="new.py", line=5, end_line=12, column=3, end_column=9))
    assert found == Location(path="new.py", line=5, end_line=8, column=3, end_column=None)


def test_no_anchor_on_another_path_or_without_hunks(file: FileChange) -> None:
    assert anchor(file, Location(path="old.py", line=5, end_line=5)) is None
    assert anchor(file, Location(path="new.py", line=5, end_line=5, side=Side.LEFT)) is None
    (binary,) = parse_patch(b"Binary files a/x and b/x differ\n")
    assert anchor(binary, Location(path="x", line=1, end_line=1)) is None
    assert head_line(binary, 1) is None


def test_a_renamed_file_without_hunks_keeps_its_lines() -> None:
    (file,) = parse_patch(b"diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n")
    assert (head_line(file, 7), base_line(file, 7)) == (7, 7)


def test_new_and_deleted_files_have_no_other_side() -> None:
    new, gone = parse_patch(b"--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+a\n--- a/g\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n")
    assert (added_lines(new), base_line(new, 1), head_line(new, 1)) == ({1}, None, None)
    assert (removed_lines(gone), head_line(gone, 1), base_line(gone, 1)) == ({1}, None, None)
    assert anchor(new, Location(path="n", line=1, end_line=3)) == Location(path="n", line=1, end_line=1)


LINES = st.lists(st.sampled_from("abcde"), max_size=30)


@settings(max_examples=200, deadline=None)
@given(before=LINES, after=LINES)
def test_lines_translate_as_the_texts_say(before: list[str], after: list[str]) -> None:
    texts = ["".join(f"{line}\n" for line in lines) for lines in (before, after)]
    patch = unified_patch("x", *texts)
    if not patch:
        return
    (file,) = parse_patch(patch.encode())
    assert len(added_lines(file)) == file.added
    for old in range(1, len(before) + 1):
        new = head_line(file, old)
        if new is None:
            assert old in removed_lines(file)
        else:
            assert after[new - 1] == before[old - 1]
            assert base_line(file, new) == old
    unchanged = [new for new in range(1, len(after) + 1) if base_line(file, new) is not None]
    assert set(unchanged) | added_lines(file) == set(range(1, len(after) + 1))


@settings(max_examples=200, deadline=None)
@given(before=LINES, after=LINES, first=st.integers(1, 35), length=st.integers(0, 20), side=st.sampled_from(Side))
def test_an_anchor_is_on_lines_that_one_hunk_shows(
    before: list[str], after: list[str], first: int, length: int, side: Side
) -> None:
    patch = unified_patch("x", *("".join(f"{line}\n" for line in lines) for lines in (before, after)))
    if not patch:
        return
    (file,) = parse_patch(patch.encode())
    found = anchor(file, Location(path="x", line=first, end_line=first + length, side=side))
    shown = []
    for hunk in file.hunks:
        start, count = (hunk.new_start, hunk.new_count) if side is Side.RIGHT else (hunk.old_start, hunk.old_count)
        shown.append(set(range(start, start + count)))
    wanted = set(range(first, first + length + 1))
    if found is None:
        assert not any(lines & wanted for lines in shown)
    else:
        assert any(set(range(found.line, found.end_line + 1)) <= lines & wanted for lines in shown)


def test_difflib_agrees_on_a_long_text() -> None:
    before = [str(number) for number in range(400)]
    after = [line for number, line in enumerate(before) if number % 37] + ["end"]
    (file,) = parse_patch(unified_patch("x", "\n".join(before) + "\n", "\n".join(after) + "\n").encode())
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for i, j, size in matcher.get_matching_blocks():
        for step in range(size):
            assert head_line(file, i + step + 1) == j + step + 1
