"""Path patterns match what pathspec's own match, and none takes unbounded time: each of these would outlast the suite."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from fusion.changes.patterns import spec

PIECE = st.text("ab*?", min_size=1, max_size=6) | st.sampled_from(["**", "*", "[ab]*b", "[!a]*", "\\*a*", "a*b*a", ".*", "a.b"])
PATTERN = st.builds(
    lambda negated, rooted, pieces, folder: f"{negated}{rooted}{'/'.join(pieces)}{folder}",
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(PIECE, min_size=1, max_size=5),
    st.sampled_from(["", "", "/"]),
)
PATH = st.lists(st.text("ab.*", min_size=1, max_size=5), min_size=1, max_size=6).map("/".join)


@settings(max_examples=400, deadline=None)
@given(st.lists(PATTERN, min_size=1, max_size=3), st.lists(PATH, min_size=1, max_size=8))
def test_the_same_paths_fit(patterns: list[str], paths: list[str]) -> None:
    try:
        theirs = GitIgnoreSpec.from_lines(patterns)
    except ValueError:
        with pytest.raises(ValueError, match=""):
            spec(patterns)
        return
    mine = spec(patterns)
    for path in paths:
        assert mine.check_file(path).include == theirs.check_file(path).include, path


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 40 + "b", "a" * 250),
        ("[a-z]*" * 40 + "0", "a" * 250),
        ("?*" * 40 + "b", "a" * 250),
        ("**/a/" * 30 + "b", "a/" * 300 + "c"),
        ("**/*a*a*/" * 20 + "b", "aaaaaaaaaa/" * 100 + "c"),
        ("x/" + "**/a/" * 30 + "b", "x/" + "a/" * 300 + "c"),
    ],
)
def test_no_pattern_holds_up_who_reads_it(pattern: str, path: str) -> None:
    assert not spec([pattern]).match_file(path)
