"""What an endpoint's answer means, by status, headers and bytes alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.adapters.models.answers import Exchange, Place, clean, facts, most_bytes, most_characters, read, retry_after
from fusion.model import Ending, Response, Usage

PLACE = Place(name="foundry", deployment="small", key="FOUNDRY_KEY")
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "usage", "error", "model", "message", "delta", "refusal", "finish_reason", "code", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def heard(content: bytes, *, status: int = 200, most: int = 10_000, **headers: str) -> Exchange:
    exchange = Exchange(most=most)
    exchange.opened(status, headers)
    exchange.takes(content)
    return exchange


def answer(exchange: Exchange, text: str | None = "{}") -> Response:
    return read(exchange, text, output_tokens=8, place=PLACE, now=NOW)


@given(VALUES, st.integers(200, 599), st.text(max_size=40) | st.none(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_comes_is_one_short_sentence(value: Any, status: int, text: str | None, streamed: bool) -> None:
    body = json.dumps(value)
    response = answer(heard((f"data: {body}\n\n" if streamed else body).encode(), status=status), text)
    assert Response.model_validate_json(response.model_dump_json()) == response
    assert (response.reason == "") == (response.ending is Ending.OK)
    assert len(response.reason) < 200
    assert "\n" not in response.reason + response.model


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read(content: bytes) -> None:
    assert facts(content).usage is None


def test_an_error_tells_its_code_and_not_its_words() -> None:
    error = {"code": "unsupported_parameter", "param": "temperature", "message": "Key sk-123 says <b>" + "x" * 9_000}
    response = answer(heard(json.dumps({"error": error}).encode(), status=400))
    assert response.ending is Ending.INVALID
    assert response.reason == "foundry does not take the request (400 unsupported_parameter, about temperature)."
    hostile = {"code": "x\n[click](http://evil.example)", "param": "`rm`"}
    assert answer(heard(json.dumps({"error": hostile}).encode(), status=400)).reason.endswith("(400).")


@pytest.mark.parametrize("code", ["content_filter", "ResponsibleAIPolicyViolation"])
def test_a_filtered_prompt_is_refused_wherever_it_is_said(code: str) -> None:
    told = {"error": {"code": "bad_request", "innererror": {"code": code}}}
    assert answer(heard(json.dumps(told).encode(), status=400)).ending is Ending.REFUSED


def test_an_error_in_the_middle_of_a_stream() -> None:
    start = b'data: {"choices": [{"delta": {"content": "{"}}]}\n\n'
    for code, ending in (("429", Ending.LIMITED), ("server_error", Ending.UNAVAILABLE), ("content_filter", Ending.REFUSED)):
        event = json.dumps({"error": {"code": code, "message": "no"}}).encode()
        assert answer(heard(start + b"data: " + event + b"\n\n"), None).ending is ending


def test_a_page_is_not_the_models_word() -> None:
    """Whoever answers there, the model is not told what was wrong; the model's own nonsense stays its own."""
    page = b"<html><body>Sign in to the hotel's network</body></html>"
    for body in (page, b'{"choices": [{"message": {"content": "x"', b'{"choices": "none"}', b'{"login": true}', b"", b"[]"):
        for text in (None, ""):
            response = answer(heard(body), text)
            assert (response.ending, response.usage, response.sent) == (Ending.UNAVAILABLE, None, True), body
            assert "proxy" in response.reason
    half = b'data: {"choices": [{"delta": {"content": "{"}}]}\n\n'
    assert answer(heard(half), "{").ending is Ending.UNAVAILABLE
    silent = b'{"choices": [{"finish_reason": "tool_calls", "message": {"content": null}}]}'
    assert [answer(heard(silent), text).ending for text in (None, "")] == [Ending.UNUSABLE] * 2
    other = b'{"choices": [{"finish_reason": "stop", "message": {"content": "Hello"}}]}'
    assert answer(heard(other), "Hello").ending is Ending.OK


@pytest.mark.parametrize(
    ("status", "place", "said"),
    [
        (401, PLACE, "foundry denied access (401): see whether the key in FOUNDRY_KEY is this endpoint's, and allows the"),
        (403, Place(name="foundry", deployment="small", entra=True), "foundry denied access (403): give this host's identity"),
        (404, PLACE, "foundry knows no deployment 'small' (404): correct its address or deployment in the models file."),
        (429, PLACE, "The limit of foundry is reached (429)."),
        (503, Place(deployment="small"), "The endpoint failed (503)."),
    ],
)
def test_an_error_names_what_to_mend(status: int, place: Place, said: str) -> None:
    response = read(heard(b"{}", status=status), None, output_tokens=8, place=place, now=NOW)
    assert response.reason.startswith(said)
    assert response.reason.count(".") == 1


def test_what_never_left_costs_nothing() -> None:
    unsent, silent = Exchange(most=9), Exchange(most=9, sent=True)
    nobody = answer(unsent)
    assert (nobody.ending, nobody.sent, nobody.usage) == (Ending.UNAVAILABLE, False, Usage())
    assert (answer(silent).ending, answer(silent).sent, answer(silent).usage) == (Ending.UNAVAILABLE, True, None)


def test_nothing_longer_than_its_tokens_is_kept() -> None:
    body = b'{"choices": [{"finish_reason": "stop", "message": {"content": "x"}}]}'
    response = answer(heard(body), "x" * (most_characters(8) + 1))
    assert (response.ending, len(response.text)) == (Ending.UNUSABLE, most_characters(8))
    exchange = Exchange(most=most_bytes(8))
    exchange.opened(200, {})
    while exchange.takes(b"x" * 100_000):
        pass
    assert len(exchange.content) == most_bytes(8) + 1
    assert answer(exchange).ending is Ending.UNUSABLE


def test_waiting_is_counted_by_the_other_sides_clock() -> None:
    headers = {"retry-after": "Fri, 02 Jan 2026 05:00:10 GMT", "date": "Fri, 02 Jan 2026 05:00:00 GMT"}
    assert retry_after(headers, now=NOW) == 10.0
    assert retry_after({"retry-after": "Fri, 02 Jan 2099 00:00:00 GMT"}, now=NOW) == 3600.0
    assert retry_after({"retry-after": "Fri, 02 Jan 1999 00:00:00 GMT"}, now=NOW) == 0.0


def test_halves_of_characters_do_no_harm() -> None:
    assert clean("a\ud83d\ude00b\ud800") == "a\U0001f600b\ufffd"
