from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.render.markup import code, details, fence, html_code, html_text, prose
from tests.fakes.rendered import live
from tests.fakes.scenes import HOSTILE

MARKS = st.text(alphabet="\\`*_{}[]()#+-.!|~<>&$:@= \nab1/^\"'", max_size=60)


@settings(max_examples=200)
@given(MARKS)
def test_prose_is_inert_whatever_it_says(text: str) -> None:
    found = live(prose(text))

    assert not found.links
    assert not found.images
    assert not found.html
    assert not found.marks
    assert not found.references


@settings(max_examples=150)
@given(st.text(alphabet="\\*_{}()#+-.|~<>&$= xy1^\"'", max_size=60))
def test_prose_reads_like_the_text(text: str) -> None:
    """Without words that are taken out, what a reader sees is what was said."""
    assert re.sub(r"\s+", "", live(prose(text)).text) == re.sub(r"\s+", "", text)


def test_the_hostile_sample_is_inert_as_prose() -> None:
    found = live(prose(HOSTILE))

    assert (found.links, found.images, found.html, found.references, found.marks) == ([], [], [], [], [])
    assert "#123" in found.code
    assert "deadbeef1" in found.code


def test_prose_keeps_code_in_backticks_as_code() -> None:
    assert prose("use `subprocess.run` and ``a`b``") == "use `subprocess.run` and ``a`b``"
    assert prose("the `@property` and [`x`](http://evil.example)") == "the `@property` and \\[`x`\\](evil.example)"


def test_prose_links_only_to_what_is_ours() -> None:
    text = prose("see https://cwe.mitre.org/data/definitions/89.html. Not https://evil.example/x")

    assert live(text).links == ["https://cwe.mitre.org/data/definitions/89.html"]


@pytest.mark.parametrize("text", ["- item", "+ item", "# title", "> quote", "1. one", "2) two", "=== x", "---"])
def test_prose_starts_no_block(text: str) -> None:
    found = live(prose(text))

    assert found.text == text
    assert not found.marks


@settings(max_examples=150)
@given(MARKS.filter(str.strip))
def test_code_shows_exactly_its_text(text: str) -> None:
    shown = " ".join(text.split())

    assert live(code(text)).code == [shown]


@settings(max_examples=150)
@given(MARKS)
def test_a_fence_holds_whatever_it_quotes(text: str) -> None:
    found = live(fence(text, "py") + "\n\nafter")

    assert len(found.code) == 1
    assert found.code[0].rstrip("\n") == text.replace("\r", "\n").rstrip("\n")
    assert found.text == "after"


def test_an_info_string_cannot_break_out() -> None:
    assert fence("x", "py\n```\n# owned").startswith("```\nx")


@settings(max_examples=150)
@given(MARKS)
def test_a_summary_cannot_leave_its_element(text: str) -> None:
    folded = details(html_text(text), "body")

    inside = folded.removeprefix("<details>\n<summary>").partition("</summary>")[0]
    assert re.sub(r"</?code>", "", inside).count("<") == 0
    assert folded.count("</summary>") == 1
    assert "\n" not in inside


def test_html_shows_references_as_code() -> None:
    assert html_text("fixes #12 by @octocat & <b>") == "fixes <code>#12</code> by octocat &amp; &lt;b&gt;"
    assert html_code("a<b>") == "<code>a&lt;b&gt;</code>"


def test_empty_text_leaves_nothing() -> None:
    assert (code(" \n"), html_code(""), prose(""), html_text("")) == ("", "", "", "")
