"""Names of files as git quotes them, and names that no repository may hold."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fusion.changes import paths


@given(st.text(st.characters(exclude_characters="\0/", codec="utf-8"), min_size=1))
def test_a_quoted_name_is_read_back(name: str) -> None:
    assert paths.decode(paths.unquote(paths.quote(name).encode())) == name


@pytest.mark.parametrize(
    "name", ["plain", "with space", 'quo"te', "tab\t", "\u00fc", "bell\a\b\v\f\r\n", "\x01\x7f", "back\\slash"]
)
def test_git_quotes_alike(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    for setting in ("true", "false"):
        command = ["git", "-c", f"core.quotePath={setting}", "ls-files", "--others"]
        subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
        listed = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout.removesuffix(b"\n")
        assert paths.decode(paths.unquote(listed)) == name
        if setting == "false":
            assert listed.decode() == paths.quote(name)


@pytest.mark.parametrize("text", [b'"', b'"open', b'"a"b', b'"\\x41"', b'"\\9"', b'"\\400"', b'"a\nb"'])
def test_broken_quotes(text: bytes) -> None:
    with pytest.raises(ValueError, match="quotes"):
        paths.unquote(text)


@pytest.mark.parametrize(
    "path", ["a", "a/b.c", "..a", "a..", ".gitignore", "x/.github/y", "C", "C:x", "a:b", "git~2", "a\\b", " "]
)
def test_ordinary_paths_are_allowed(path: str) -> None:
    assert paths.refusal(path) is None


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("", "empty"),
        ("a\0", "NUL"),
        ("/a", "absolute"),
        ("\\a", "absolute"),
        ("c:\\a", "absolute"),
        ("a//b", "empty or"),
        ("a/", "empty or"),
        ("./a", "empty or"),
        ("..", "climbs"),
        ("a/../b", "climbs"),
        ("a\\..\\b", "climbs"),
        (".git", "git's own"),
        ("a/.GiT/b", "git's own"),
        ("a/.git /b", "git's own"),
        ("a\\.git\\b", "git's own"),
        ("GIT~1/x", "git's own"),
        ("\u00fc" * 2049, "4,096 bytes"),
    ],
)
def test_paths_that_would_leave_the_tree_are_refused(path: str, why: str) -> None:
    assert why in (paths.refusal(path) or "")
