from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.render.text import cells, clip, exact, one_line, paragraphs, visible
from tests.fakes.scenes import HOSTILE

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
NAMED = "\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\ufe0f\U000e0100"


def test_every_control_format_and_separator_character_is_written_out() -> None:
    left = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) in HIDDEN and visible(c) == c]

    assert left == ["\t", "\n"]


@pytest.mark.parametrize("character", NAMED)
def test_letters_and_marks_without_a_glyph_are_written_out(character: str) -> None:
    assert visible(f"a{character}b") == f"a<U+{ord(character):04X}>b"


def test_printable_text_stays_as_it_is() -> None:
    text = "naïve «Ünïcode» 漢字 ελληνικά עברית 🙂 \t~!@#$%^&*()[]{}<>\\|\n"

    assert visible(text) == text


def test_line_ends_become_newlines() -> None:
    assert visible("a\r\nb\rc") == "a\nb\nc"


def test_a_name_keeps_its_tabs_and_newlines_in_sight() -> None:
    assert exact("a\tb\nc\rd") == "a<U+0009>b<U+000A>c<U+000D>d"


@settings(max_examples=60)
@given(st.text())
def test_visible_is_idempotent_and_leaves_nothing_hidden(text: str) -> None:
    shown = visible(text)

    assert visible(shown) == shown
    assert not [c for c in shown if unicodedata.category(c) in HIDDEN and c not in "\t\n"]


@settings(max_examples=60)
@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)

    assert len(line.splitlines()) <= 1
    assert line == line.strip()


def test_paragraphs_are_parted_by_empty_lines() -> None:
    assert paragraphs("one\nstill one\r\n \r\ntwo\n\n\n") == ["one still one", "two"]
    assert paragraphs(" \n\n ") == []


def test_clip_says_that_it_cut() -> None:
    assert clip("abcdef", 6) == "abcdef"
    assert clip("abcdefg", 6) == "abcde…"


def test_cells_counts_columns() -> None:
    assert [cells(c) for c in "a漢\u0301"] == [1, 2, 0]


def test_the_hostile_sample_is_hostile() -> None:
    assert "\x1b" in HOSTILE
    assert "\u202e" in HOSTILE
    assert visible(HOSTILE) != HOSTILE
