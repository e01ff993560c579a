from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.evidence.source import Source

TEXT = st.text(alphabet="aé漢😀\n\r\t\ufeff", max_size=60)


@given(TEXT, st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=300, deadline=None)
def test_a_span_covers_the_same_text_as_its_bytes(text: str, start: int, length: int) -> None:
    first, last = min(start, len(text)), min(start + length, len(text))
    offset = len(text[:first].encode())
    place = Source("a", text.encode()).span(offset, len(text[first:last].encode()))
    lines = text.split("\n")
    assert (place.line, place.column) == (text.count("\n", 0, first) + 1, first - (text.rfind("\n", 0, first) + 1) + 1)
    assert place.column is not None
    assert place.end_column is not None
    if place.line == place.end_line and "\n" not in text[first:last]:
        assert lines[place.line - 1][place.column - 1 : place.end_column - 1] == text[first:last]
    assert place.line <= place.end_line <= len(lines)


@given(st.binary(max_size=80), st.integers(-5, 100), st.integers(-5, 100))
@settings(max_examples=200, deadline=None)
def test_no_bytes_and_no_numbers_break_it(data: bytes, offset: int, length: int) -> None:
    source = Source("a", data)
    place = source.span(offset, length)
    assert 1 <= place.line <= place.end_line
    assert source.column(offset, length) >= 1
    assert isinstance(source.line(offset), str)


def test_lines() -> None:
    assert Source("a", b"").lines == 1
    assert Source("a", b"x").lines == 1
    assert Source("a", b"x\n").lines == 1
    assert Source("a", b"x\r\ny").lines == 2
    assert Source("a", b"x\r\ny").line(1) == "x"
    assert Source("a", b"x").line(7) == ""


def test_many_columns_of_one_long_line_cost_little() -> None:
    source = Source("a", "é".encode() * 1_000_000)
    started = time.process_time()
    assert [source.column(1, at) for at in range(0, 2_000_000, 100)][-1] == 999_951
    assert time.process_time() - started < 3
