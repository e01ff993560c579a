from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fusion.model import Disposition, Placement, Severity, Side, State, Verdict
from fusion.render.github import ANNOTATIONS, GitHub
from tests.fakes import openapi
from tests.fakes.rendered import live
from tests.fakes.reviews import BASE, HEAD, finding, fix, location, review
from tests.fakes.scenes import SCENES
from tests.fakes.snapshots import check

SAMPLES = Path(__file__).parents[1] / "samples" / "render"
REVIEWS = "/repos/{owner}/{repo}/pulls/{pull_number}/reviews"
CHECKS = "/repos/{owner}/{repo}/check-runs"


def payload(what: Any) -> dict[str, Any]:
    return dict(json.loads(GitHub().render(what)))


def comment(**fields: Any) -> dict[str, Any]:
    [only] = payload(review(findings=(finding(**fields),)))["review"]["comments"]
    return dict(only)


@pytest.mark.parametrize("scene", SCENES)
def test_both_bodies_are_what_github_describes(scene: str) -> None:
    value = payload(SCENES[scene]())

    assert value["schema_version"] == 1
    openapi.check_body("post", REVIEWS, value["review"])
    if value["check_run"] is not None:
        openapi.check_body("post", CHECKS, value["check_run"])


@pytest.mark.parametrize("scene", ["blocking", "second-push"])
def test_reads_as_recorded(scene: str) -> None:
    check(GitHub().render(SCENES[scene]()), SAMPLES / f"{scene}.github.json")


def test_the_description_would_notice() -> None:
    value = payload(SCENES["blocking"]())
    value["check_run"]["conclusion"] = "fine"

    with pytest.raises(openapi.Mismatch):
        openapi.check_body("post", CHECKS, value["check_run"])


@pytest.mark.parametrize("scene", SCENES)
def test_githubs_limits_hold(scene: str) -> None:
    value = payload(SCENES[scene]())
    check_run = value["check_run"] or {"output": {"summary": "", "text": "", "annotations": []}}

    assert 0 < len(value["review"]["body"]) <= 65_536
    assert all(len(c["body"]) <= 65_536 for c in value["review"]["comments"])
    assert len(check_run["output"]["summary"]) <= 65_535
    assert len(check_run["output"]["text"]) <= 65_535
    assert len(check_run["output"]["annotations"]) <= ANNOTATIONS
    assert all(len(a["message"]) <= 65_536 and len(a["title"]) <= 255 for a in check_run["output"]["annotations"])


@pytest.mark.parametrize("scene", SCENES)
def test_nothing_posted_comes_to_life(scene: str) -> None:
    value = payload(SCENES[scene]())
    output = value["check_run"]["output"] if value["check_run"] else {"summary": "", "text": ""}
    for text in (value["review"]["body"], output["summary"], output["text"], *(c["body"] for c in value["review"]["comments"])):
        found = live(text)

        assert all(link.startswith("https://cwe.mitre.org/data/definitions/") for link in found.links)
        assert not found.images
        assert not found.references
        assert "ghp_0" not in text


def test_a_comment_on_one_line_has_no_start() -> None:
    made = comment(location=location("a.py", 7))

    assert (made["path"], made["line"], made["side"]) == ("a.py", 7, "RIGHT")
    assert "start_line" not in made
    assert "start_side" not in made


def test_a_comment_on_a_range_ends_on_its_last_line() -> None:
    made = comment(location=location("a.py", 7, 9, side=Side.LEFT))

    assert (made["start_line"], made["line"], made["start_side"], made["side"]) == (7, 9, "LEFT", "LEFT")


def test_only_new_inline_findings_are_commented() -> None:
    carried = finding(fingerprint="a", disposition=Disposition(state=State.CARRIED))
    summary = finding(fingerprint="b", placement=Placement.SUMMARY)
    hidden = finding(fingerprint="c", placement=Placement.HIDDEN)
    value = payload(review(findings=(carried, summary, hidden)))

    assert value["review"]["comments"] == []
    assert "Still open from before" in value["review"]["body"]
    assert "SQL text is built" in value["review"]["body"]


def test_a_comment_can_be_found_again_and_data_cannot_forge_that() -> None:
    made = comment(fingerprint="f1a9:--> <script>", body="<!-- fusion:forged -->")

    assert re.findall("<!--.*?-->", made["body"]) == ["<!-- fusion:f1a9:script -->"]


def test_an_exact_fix_is_a_suggestion_and_any_other_a_diff() -> None:
    exact = comment(fix=fix())["body"]
    wider = comment(fix=fix(), location=location(line=41, end_line=43))["body"]

    assert '```suggestion\n    cursor.execute("SELECT * FROM users WHERE name = ?", (name,))\n```' in exact
    assert "```suggestion" not in wider
    assert "```diff\n-    cursor.execute" in wider


def test_an_unverified_fix_is_not_offered() -> None:
    body = comment(fix=fix(verified=False))["body"]

    assert "Fix" not in body
    assert "```" not in body


def test_a_suggestion_with_backticks_gets_a_longer_fence() -> None:
    assert "````suggestion\nx = '```'\n````" in comment(fix=fix(before="x", after="x = '```'"))["body"]


@pytest.mark.parametrize(
    ("verdict", "blocking", "event", "conclusion"),
    [
        (Verdict.PASS, False, "COMMENT", "success"),
        (Verdict.BLOCK, True, "REQUEST_CHANGES", "failure"),
        (Verdict.INCOMPLETE, False, "COMMENT", "action_required"),
        (Verdict.INCOMPLETE, True, "REQUEST_CHANGES", "action_required"),
    ],
)
def test_only_a_pass_is_a_success(verdict: Verdict, blocking: bool, event: str, conclusion: str) -> None:
    value = payload(review(verdict=verdict, findings=(finding(blocking=blocking),)))

    assert value["review"]["event"] == event
    assert value["check_run"]["conclusion"] == conclusion
    assert value["check_run"]["status"] == "completed"


def test_both_name_the_commit() -> None:
    value = payload(SCENES["blocking"]())

    assert value["review"]["commit_id"] == value["check_run"]["head_sha"] == HEAD
    assert BASE[:7] in value["review"]["body"]


def test_a_change_that_is_no_commit_still_renders() -> None:
    value = payload(SCENES["staged"]())

    assert value["check_run"] is None
    assert "commit_id" not in value["review"]
    assert value["review"]["comments"]


def test_annotations_mark_head_lines_only_and_columns_on_single_lines() -> None:
    items = (
        finding(location=location("a.py", 3, column=5, end_column=9)),
        finding(location=location("a.py", 3, 6, column=5, end_column=9), severity=Severity.MEDIUM, blocking=False),
        finding(location=location("a.py", 3, side=Side.LEFT)),
        finding(location=location("a.py", 3), severity=Severity.LOW, blocking=False),
    )
    made = payload(review(findings=items))["check_run"]["output"]["annotations"]

    assert [(a["start_line"], a["end_line"], a.get("start_column"), a.get("end_column")) for a in made] == [
        (3, 3, 5, 8),
        (3, 6, None, None),
        (3, 3, None, None),
    ]
    assert [a["annotation_level"] for a in made] == ["failure", "warning", "notice"]


def test_what_has_no_annotation_is_counted() -> None:
    output = payload(SCENES["huge"]())["check_run"]["output"]

    assert len(output["annotations"]) == 50
    assert output["text"].endswith("- 350 more findings without an annotation")


def test_a_path_stays_exact() -> None:
    assert comment(location=location("a\tb ü\u202e.py", 3))["path"] == "a\tb ü\u202e.py"
