from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.evidence.analyzer import Unreadable
from fusion.evidence.payload import document, documents, integer, lines, mapping, objects, text

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=60) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_read_or_unreadable(data: bytes) -> None:
    for read in (documents, lines):
        with contextlib.suppress(Unreadable):
            assert all(isinstance(item, dict) for item in read(data, "tool"))
    with contextlib.suppress(Unreadable):
        document(data, "tool")


@pytest.mark.parametrize("data", [b"[" * 200_000, b'{"a":' * 200_000, b"1" * 10_000])
def test_depth_and_length_do_not_crash(data: bytes) -> None:
    with pytest.raises(Unreadable):
        document(data, "tool")


@settings(max_examples=150, deadline=None)
@given(value=VALUES)
def test_a_field_is_what_it_has_to_be_or_unreadable(value: object) -> None:
    expected = {
        text: isinstance(value, str),
        mapping: isinstance(value, dict),
        integer: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
        objects: isinstance(value, list) and all(isinstance(item, dict) for item in value),
    }
    for read, fits in expected.items():
        if fits:
            assert read({"key": value}, "key") == value
        else:
            with pytest.raises(Unreadable, match="`key`"):
                read({"key": value}, "key")


def test_bytes_that_are_not_utf8_are_replaced() -> None:
    assert lines(b'{"a": "\xff"}\n\n{"a": 1}\n', "tool") == [{"a": "\ufffd"}, {"a": 1}]
