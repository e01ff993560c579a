"""Wide texts in UTF-8: the same characters; bytes without a mark, and marks without a text, never raise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fusion.evidence.encodings import as_utf8


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_mark_says_how_a_text_is_to_be_read(encoding: str) -> None:
    assert as_utf8("\ufeffsecret = 'ä😀'\n".encode(encoding)).decode() == "secret = 'ä😀'\n"


def test_anything_else_stays_as_it_is() -> None:
    for data in (b"", b"plain", b"\xef\xbb\xbfmarked", b"\0\1\2\3"):
        assert as_utf8(data) is data


@given(st.sampled_from([b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff"]), st.binary(max_size=40))
def test_a_mark_before_no_text_is_still_read(mark: bytes, data: bytes) -> None:
    as_utf8(mark + data).decode()
