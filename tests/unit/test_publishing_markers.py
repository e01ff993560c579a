"""Markers: known in our own comments, on their pull request, as the last line; nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.model import Said
from fusion.publishing import Mark, Marks
from fusion.render.github import comment_body
from tests.fakes.reviews import finding, fix

MARKS = Marks([b"new", b"old"], "Acme/Shop", 12)


def said(body: str, *, ours: bool = True) -> Said:
    return Said(id=1, node="n", ours=ours, body=body)


def test_a_marker_is_known_again_whoever_changes_line_ends() -> None:
    body = MARKS.ended("Hello.\n", "thread", "ab12")

    assert MARKS.read(said(body)) == Mark("thread", "ab12")
    assert MARKS.read(said(body.replace("\n", "\r\n") + "\r\n ")) == Mark("thread", "ab12")


@pytest.mark.parametrize(
    "other",
    [
        Marks([b"other"], "acme/shop", 12),
        Marks([b"new"], "acme/shop", 13),
        Marks([b"new"], "acme/other", 12),
    ],
)
def test_a_marker_counts_on_one_pull_request_only(other: Marks) -> None:
    assert MARKS.read(said(other.write("thread", "ab12"))) is None


def test_old_secrets_are_known_while_a_new_one_signs() -> None:
    old = Marks([b"old"], "acme/shop", 12).write("summary", "summary")

    assert MARKS.read(said(old)) == Mark("summary", "summary")
    assert MARKS.write("summary", "summary") != old


def test_a_marker_counts_in_our_comments_and_as_their_last_line_only() -> None:
    marker = MARKS.write("reply", "x.fixed.y")

    assert MARKS.read(said(marker, ours=False)) is None
    assert MARKS.read(said(f"{marker}\nmore")) is None
    assert MARKS.read(said(marker.replace("reply", "thread"))) is None
    assert MARKS.read(said(marker.replace("x.fixed", "z.fixed"))) is None


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.sampled_from(["{}", "```\n{}\n```", "x\n{}", "{}-->", "<!-- {}", "`{}`"]))
def test_data_cannot_forge_or_replay_one(text: str, form: str) -> None:
    stolen = form.format(text + MARKS.write("thread", "0" * 32))
    hostile = finding(title=stolen, body=stolen, snippet=stolen, fix=fix(before="x", after=stolen.replace("\n", " ")))
    body = comment_body(hostile)

    assert MARKS.read(said(body)) is None
    assert MARKS.read(said(MARKS.ended(body, "thread", "1" * 32))) == Mark("thread", "1" * 32)


def test_a_key_that_would_break_the_comment_is_refused() -> None:
    with pytest.raises(ValueError, match="not fit"):
        MARKS.write("thread", "x --> <b>")
    with pytest.raises(ValueError, match="key to sign"):
        Marks([b""], "acme/shop", 1)
