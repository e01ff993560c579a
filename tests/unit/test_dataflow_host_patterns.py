"""Regular expressions that settle the host of an address, and those that only seem to."""

from __future__ import annotations

import pytest

from fusion.dataflow.patterns.automata import Mode
from fusion.dataflow.patterns.hosts import fixes_host


@pytest.mark.parametrize(
    ("pattern", "mode"),
    [
        (r"^https://example\.com/", "search"),
        (r"^https?://([a-z]+\.)?example\.com(/.*)?$", "search"),
        (r"^https:\/\/[a-z0-9-]+\.example\.com\/", "search"),
        (r"^https://(a\.example\.com|b\.example\.org)(?:/|$)", "search"),
        (r"https://(\w+\.)*example\.com(:\d+)?/.*", "match"),
        (r"//example\.com", "fullmatch"),
        (r"https://example\.com(/[a-z]*)?", "fullmatch"),
    ],
)
def test_the_host_is_settled(pattern: str, mode: Mode) -> None:
    assert fixes_host(pattern, "", mode, "python")


@pytest.mark.parametrize(
    ("pattern", "mode"),
    [
        (r"^https://example\.com", "search"),
        (r"https://example\.com/", "search"),
        (r"^https://[a-z.]+/", "search"),
        (r"^https://([a-z]+\.)?example.com/", "search"),
        (r"^https://.*example\.com/", "search"),
        (r"^https://[a-z]*example\.com/", "search"),
        (r"^https://([a-z]+\.)?example\.com(/.*)?", "search"),
        (r"^https://com/", "search"),
        (r"^(https://example\.com/|http://.*)", "search"),
        (r"^/[a-z]+", "search"),
        (r"^https://(", "search"),
    ],
)
def test_the_host_is_not_settled(pattern: str, mode: Mode) -> None:
    assert not fixes_host(pattern, "", mode, "python")
