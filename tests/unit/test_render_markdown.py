from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.model import Placement, State, Tally
from fusion.render.markdown import LIMIT, Markdown, summary
from tests.fakes.rendered import live
from tests.fakes.reviews import coverage, evidence, finding, location, review
from tests.fakes.scenes import HOSTILE, SCENES
from tests.fakes.snapshots import check

SAMPLES = Path(__file__).parents[1] / "samples" / "render"
OUR_HTML = re.compile(r"</?(?:details|summary|b|code)>")


def rendered(scene: str) -> str:
    return Markdown().render(SCENES[scene]())


@pytest.mark.parametrize("scene", [name for name in SCENES if name not in ("hostile", "huge")])
def test_reads_as_recorded(scene: str) -> None:
    check(rendered(scene), SAMPLES / f"{scene}.md")


@pytest.mark.parametrize("scene", SCENES)
def test_it_fits_a_comment(scene: str) -> None:
    assert len(rendered(scene)) <= LIMIT


@pytest.mark.parametrize("scene", SCENES)
def test_nothing_in_the_data_comes_to_life(scene: str) -> None:
    found = live(rendered(scene))

    assert all(link.startswith("https://cwe.mitre.org/data/definitions/") for link in found.links)
    assert not found.images
    assert not found.references
    for html in found.html:
        rest = OUR_HTML.sub("", html)
        assert "<" not in rest
        outside_code = re.sub(r"<code>.*?</code>", "", html)
        assert not re.search(r"@\w|https?://|#\d", outside_code)


def test_folds_are_balanced_even_around_hostile_text() -> None:
    html = "".join(live(rendered("hostile")).html)

    assert html.count("<details>") == html.count("</details>") == 5
    assert html.count("<summary>") == html.count("</summary>") == 5


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_any_title_and_code_stay_inside_their_finding(title: str, snippet: str) -> None:
    where = location(title or "x", 3)
    text = Markdown().render(review(findings=(finding(title=title, body=title, snippet=snippet, location=where),)))
    html = "".join(live(text).html)

    assert html.count("<details>") == html.count("</details>") == 2
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", text)


def test_what_did_not_fit_is_counted() -> None:
    scene = SCENES["huge"]()
    text = Markdown().render(scene)
    shown = len(re.findall(r"^(?:<summary><b>|- \*\*)(?:CRITICAL|HIGH|MEDIUM|LOW)", text, re.MULTILINE))
    left = re.search(r"\*\*(\d+) more findings? did not fit here", text)

    assert shown + (int(left[1]) if left else 0) == len(scene.findings)
    assert "in the JSON report" in text


@pytest.mark.parametrize("limit", [4_000, 9_000, 20_000, 65_536])
def test_any_limit_holds_and_counts_what_it_leaves_out(limit: int) -> None:
    findings = tuple(finding(fingerprint=str(n), title=f"Finding {n}", body=HOSTILE * 3) for n in range(300))
    text = summary(review(findings=findings, tally=Tally(new=300)), limit=limit)
    shown = len(re.findall("^(?:<summary><b>|- [*][*])HIGH", text, re.MULTILINE))

    assert len(text) <= limit
    assert f"**{300 - shown} more finding" in text or shown == 300


def test_the_verdict_comes_first_and_incomplete_is_no_pass() -> None:
    assert rendered("clean").startswith("### Fusion: pass\n")
    assert rendered("blocking").startswith("### Fusion: blocked\n")
    assert rendered("incomplete").startswith("### Fusion: incomplete, not a pass\n")
    assert "data/towns.sql was not read" in rendered("incomplete").partition("<details>")[0]


def test_hidden_findings_stay_out() -> None:
    assert "Too small" not in rendered("second-push")
    assert "Dismissed before" not in rendered("second-push")


def test_the_code_is_fenced_longer_than_its_backticks() -> None:
    item = finding(snippet="a\n`````\nb\n", evidence=(evidence(),))

    assert "``````py\na\n`````\nb\n``````" in Markdown().render(review(findings=(item,)))


def test_findings_without_details_are_still_listed() -> None:
    item = finding(
        title="", family="odd:thing", body="", snippet="", evidence=(), cwe=(), placement=Placement.SUMMARY, blocking=False
    )
    text = Markdown().render(review(findings=(item,), coverage=coverage(tools=(), agents=())))

    assert "- **HIGH** odd:thing, `app/db.py:42`" in text
    assert item.disposition.state is State.OPEN
