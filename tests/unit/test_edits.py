"""Edits of a text, and patches that `git apply` takes."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fusion.changes.diff import parse_patch
from fusion.changes.edits import apply_edits, unified_patch
from fusion.model import Edit

TEXT = "one\ntwo\u2028x\r\nthree"


def edit(line: int, column: int, end_line: int, end_column: int, text: str) -> Edit:
    return Edit(path="x", line=line, column=column, end_line=end_line, end_column=end_column, text=text)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([], TEXT),
        ([edit(1, 1, 1, 4, "1")], "1\ntwo\u2028x\r\nthree"),
        ([edit(1, 1, 2, 1, "")], "two\u2028x\r\nthree"),
        ([edit(2, 4, 2, 5, " ")], "one\ntwo x\r\nthree"),
        ([edit(2, 6, 2, 7, "")], "one\ntwo\u2028x\nthree"),
        ([edit(3, 6, 3, 6, "!\n")], TEXT + "!\n"),
        ([edit(3, 1, 3, 6, "3"), edit(1, 1, 1, 4, "1")], "1\ntwo\u2028x\r\n3"),
        ([edit(1, 1, 1, 1, "a"), edit(1, 1, 1, 1, "b")], "ab" + TEXT),
        ([edit(1, 1, 1, 2, "O"), edit(1, 2, 1, 3, "N")], "ONe\ntwo\u2028x\r\nthree"),
        ([edit(1, 1, 1, 2, "O"), edit(1, 1, 1, 1, ">")], ">One\ntwo\u2028x\r\nthree"),
    ],
)
def test_edits_are_made(edits: list[Edit], expected: str) -> None:
    assert apply_edits(TEXT, edits) == expected


def test_the_place_behind_the_last_line_feed() -> None:
    assert apply_edits("a\n", [edit(2, 1, 2, 1, "b\n")]) == "a\nb\n"
    assert apply_edits("", [edit(1, 1, 1, 1, "b\n")]) == "b\n"


@pytest.mark.parametrize(
    ("edits", "sentence"),
    [
        ([edit(1, 1, 1, 3, ""), edit(1, 2, 1, 4, "")], "overlaps"),
        ([edit(1, 1, 2, 1, ""), edit(1, 2, 1, 2, "x")], "overlaps"),
        ([edit(2, 1, 1, 1, "")], "ends before it begins"),
        ([edit(1, 5, 1, 5, "")], "no place 1:5"),
        ([edit(4, 1, 4, 1, "")], "no place 4:1"),
        ([edit(0, 1, 1, 1, "")], "no place 0:1"),
        ([edit(1, 0, 1, 1, "")], "no place 1:0"),
        ([edit(1, 1, 3, 7, "")], "no place 3:7"),
    ],
)
def test_edits_that_cannot_be_made(edits: list[Edit], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        apply_edits(TEXT, edits)


def check(folder: Path, path: str, before: str, after: str) -> None:
    """The patch passes `git apply --check`, and applying it gives `after`."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(before.encode())
    patch = unified_patch(path, before, after).encode()
    for options in (["--check"], []):
        done = subprocess.run(["git", "apply", *options, "-"], cwd=folder, input=patch, capture_output=True, check=False)
        assert done.returncode == 0, (done.stderr, patch)
    assert file.read_bytes() == after.encode()
    (parsed,) = parse_patch(patch)
    assert parsed.path == path


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\n", "a\nc\n"),
        ("a\r\nb\r\n", "a\r\nc\r\n"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("a\nb", "a\nc"),
        ("a\nb", "a\nb\n"),
        ("a\nb\n", "a\nb"),
        ("", "a\n"),
        ("", "a"),
        ("a\n", ""),
        ("a", ""),
        ("\n", "\n\n"),
        ("".join(f"{n}\n" for n in range(60)), "".join(f"{n * (n % 20 != 0)}\n" for n in range(60))),
        ("x\u2028y\x0c\x0b\x85\n", "x\u2028z\x0c\x0b\x85\n"),
    ],
)
def test_git_applies_the_patch(tmp_path: Path, before: str, after: str) -> None:
    check(tmp_path, "src/x.py", before, after)


@pytest.mark.parametrize(
    "path", ["a b", "ü/ö", "tab\tname", 'quo"te', "back\\slash", "new\nline", "-dash", "a\x7fb \x01", " lead"]
)
def test_git_applies_the_patch_to_odd_names(tmp_path: Path, path: str) -> None:
    check(tmp_path, path, "a\n", "b\n")


def test_equal_texts_need_no_patch() -> None:
    assert unified_patch("x", "a", "a") == ""


TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "\n", "c\r\n", "@@\n", "-- \n", "d"]), max_size=30).map("".join)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=TEXTS, after=TEXTS)
def test_any_patch_applies(tmp_path: Path, before: str, after: str) -> None:
    if before != after:
        check(tmp_path, "x", before, after)


def test_a_rewritten_large_file_does_not_take_long() -> None:
    start = time.process_time()
    patch = unified_patch("x", "a\nb\n" * 30_000, "b\nc\n" * 30_000)
    assert patch.startswith("diff --git a/x b/x\n")
    assert time.process_time() - start < 2.0
