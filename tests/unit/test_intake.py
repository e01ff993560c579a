from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fusion.errors import UserError
from fusion.intake import LIMIT, parse_start
from fusion.model import RequestKind
from fusion.runs import run_id


def body(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def test_a_pull_request_is_taken() -> None:
    accepted = parse_start(body(repository="octo/shop", number=12, head="a" * 40))
    assert accepted.request.kind is RequestKind.PULL
    assert (accepted.request.repository, accepted.request.number) == ("octo/shop", 12)
    assert accepted.patch is None


def test_a_patch_is_taken() -> None:
    accepted = parse_start(body(patch="diff --git a/x b/x\n"))
    assert accepted.request.kind is RequestKind.PATCH
    assert accepted.patch == b"diff --git a/x b/x\n"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a start"),
        (body(), "Name a pull request"),
        (body(repository="octo/shop"), "Name a pull request"),
        (body(repository="octo/shop", number=1, patch="x"), "Name a pull request"),
        (body(repository="../../etc", number=1), "repository"),
        (body(repository="../user", number=1), "repository"),
        (body(repository="octo/..", number=1), "repository"),
        (body(location="/etc", number=1), "location"),
        (body(repository="octo/shop", number=1, head="HEAD"), "head"),
        (body(repository="octo/shop", number=1, attempt=0), "attempt"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(data: bytes, word: str) -> None:
    with pytest.raises(UserError, match=word) as caught:
        parse_start(data)
    assert "\n" not in str(caught.value)


def test_a_large_body_is_refused() -> None:
    with pytest.raises(UserError, match="at most"):
        parse_start(b" " * (LIMIT + 1))


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(UserError):
        parse_start(data)


def test_the_id_follows_the_content_and_the_attempt() -> None:
    one = parse_start(body(repository="octo/shop", number=12)).request
    again = parse_start(body(number=12, repository="octo/shop")).request
    rerun = parse_start(body(repository="octo/shop", number=12, attempt=2)).request
    assert run_id(one) == run_id(again)
    assert run_id(one) != run_id(rerun)
    assert run_id(one, nonce="x") != run_id(one)
    assert run_id(one) == run_id(one.model_copy(update={"actor": "somebody else", "why": "nobody had looked at it yet"}))


def test_a_repository_may_begin_with_one_dot() -> None:
    assert parse_start(body(repository="octo/.github", number=12)).request.repository == "octo/.github"
