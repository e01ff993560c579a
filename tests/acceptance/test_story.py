"""The example history of `fusion demo`: what is planted is found, what is innocent is left alone, nothing is said twice."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft4Validator

from fusion import local, plugins, runtime, settings
from fusion.changes.patch import parse_patch
from fusion.demo.history import TOKEN, build
from fusion.model import Finding, Hunk, Placement, Request, RequestKind, Review, Side, State, Verdict
from tests.fakes import openapi

SCHEMA = Path(__file__).parents[1] / "samples" / "schemas" / "sarif-2.1.0.json"

PLANTED = {
    ("shop/orders.py", "sql-injection"),
    ("shop/orders.py", "mutable-default"),
    ("shop/exports.py", "command-injection"),
    ("shop/exports.py", "certificate-check-off"),
    ("shop/exports.py", "hardcoded-secret"),
    ("shop/exports.py", "insecure-temporary-file"),
    ("web/src/coupon.ts", "code-injection"),
    ("web/src/coupon.ts", "cross-site-scripting"),
    ("gateway/client.go", "certificate-check-off"),
    ("gateway/client.go", "command-injection"),
    ("native/barcode.c", "buffer-overflow"),
    ("scripts/clean.sh", "dangerous-removal"),
    (".github/workflows/triage.yml", "workflow-injection"),
    (".github/workflows/triage.yml", "dangerous-trigger"),
    ("Dockerfile", "runs-as-root"),
    ("README.md", "stale-documentation"),
}
INNOCENT = {
    "shop/exports.py": "usedforsecurity=False",
    "web/src/coupon.ts": "export function percentage",
    "gateway/client.go": '"getent", "hosts"',
    "native/barcode.c": "int check_digit",
}


class Story:
    """The three reviews, and the repository as it stood at each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reviews: list[Review] = []
        self.diffs: list[bytes] = []
        self.heads: list[str] = []

    def git(self, *args: str, stdin: str | None = None) -> bytes:
        data = stdin.encode() if stdin is not None else None
        return subprocess.run(["git", *args], cwd=self.folder, capture_output=True, check=True, input=data).stdout


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    place = tmp_path_factory.mktemp("story")
    told = Story(place / "shop")
    told.folder.mkdir()
    configured = settings.read({"FUSION_HOME": str(place / "state")})
    for push, _ in enumerate(build(told.folder)):
        told.reviews.append(asyncio.run(review(told.folder, configured, str(push))))
        told.diffs.append(told.git("diff", "-M", "main...feature"))
        told.heads.append(told.git("rev-parse", "HEAD").decode().strip())
    return told


async def review(folder: Path, configured: settings.Settings, nonce: str) -> Review:
    bundle = runtime.embedded(configured)
    result = await local.run(Request(kind=RequestKind.RANGE, location=str(folder)), configured, bundle, nonce=nonce)
    return Review.model_validate_json(await bundle.blobs.get(result["review"]))


def shown(review: Review) -> list[Finding]:
    return [finding for finding in review.findings if finding.placement is not Placement.HIDDEN]


def test_what_is_planted_is_found(story: Story) -> None:
    found = {(finding.location.path, finding.family) for finding in shown(story.reviews[0])}
    assert PLANTED - found == set()
    assert story.reviews[0].verdict is Verdict.BLOCK
    assert story.reviews[0].coverage.gaps == ()


def test_every_record_says_where_it_comes_from(story: Story) -> None:
    review = story.reviews[0]
    records = [review, *review.findings, *(e for finding in review.findings for e in finding.evidence), *review.coverage.agents]
    assert {record.provenance.run for record in records if record is not review} == {review.id}
    assert {record.provenance.policy for record in records} == {review.provenance.policy}
    assert all(record.provenance.at and record.provenance.repository for record in records)
    assert all(e.provenance.tool for finding in review.findings for e in finding.evidence)


def test_what_is_innocent_is_left_alone(story: Story) -> None:
    for path, code in INNOCENT.items():
        assert not [f.title for f in shown(story.reviews[0]) if f.location.path == path and code in f.snippet and f.cwe], path


def test_the_second_push_fixes_some_and_adds_one(story: Story) -> None:
    second = story.reviews[1]
    fixed = {(finding.location.path, finding.family) for finding in second.fixed}
    assert fixed >= {
        ("shop/orders.py", "sql-injection"),
        ("shop/orders.py", "mutable-default"),
        ("gateway/client.go", "certificate-check-off"),
        ("scripts/clean.sh", "dangerous-removal"),
    }
    assert all(finding.disposition.commit == story.heads[1] for finding in second.fixed)
    new = {(f.location.path, f.family) for f in shown(second) if f.disposition.state is State.OPEN}
    assert ("shop/settings.py", "unsafe-deserialisation") in new
    assert second.tally.carried > 0


def test_the_rebase_changes_nothing(story: Story) -> None:
    third = story.reviews[2]
    assert (third.tally.new, third.tally.fixed) == (0, 0)
    assert third.verdict is Verdict.BLOCK
    assert any(finding.location.path == "native/ean13.c" for finding in third.findings), "followed through the rename"


def test_no_comment_is_made_twice(story: Story) -> None:
    said: list[tuple[str, str]] = []
    for review in story.reviews:
        said += [(f.family, " ".join(f.snippet.split())) for f in review.findings if f.placement is Placement.INLINE]
    assert len(said) == len(set(said))


def lines(hunk: Hunk, side: Side) -> range:
    start, count = (hunk.new_start, hunk.new_count) if side is Side.RIGHT else (hunk.old_start, hunk.old_count)
    return range(start, start + count)


@pytest.mark.parametrize("push", range(3))
def test_every_inline_comment_lies_within_one_hunk_of_gits_diff(story: Story, push: int) -> None:
    files = {file.path: file for file in parse_patch(story.diffs[push])}
    for finding in story.reviews[push].findings:
        if finding.placement is Placement.INLINE:
            at = finding.location
            inside = [h for h in files[at.path].hunks if at.line in lines(h, at.side) and at.end_line in lines(h, at.side)]
            assert inside, finding.title


def test_suggested_patches_apply(story: Story) -> None:
    fixes = [finding.fix for finding in story.reviews[2].findings if finding.fix]
    assert fixes
    for fix in fixes:
        assert fix.verified
        story.git("apply", "--check", "-", stdin=fix.patch)


@pytest.mark.parametrize("push", range(3))
def test_what_machines_read_is_valid(story: Story, push: int) -> None:
    formats = plugins.formats().plugins
    sarif = json.loads(formats["sarif"].render(story.reviews[push]))
    Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(sarif)
    payload = json.loads(formats["github"].render(story.reviews[push]))
    openapi.check_body("post", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews", payload["review"])
    openapi.check_body("post", "/repos/{owner}/{repo}/check-runs", payload["check_run"])
    assert payload["check_run"]["conclusion"] == "failure"


@pytest.mark.parametrize("name", ["sarif", "github", "markdown"])
def test_the_planted_token_is_never_told(story: Story, name: str) -> None:
    assert TOKEN not in plugins.formats().plugins[name].render(story.reviews[0])
