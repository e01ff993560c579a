"""The review as GitHub takes it: the body of one pull-request review and of one check run.

`review` is for `POST /repos/{owner}/{repo}/pulls/{n}/reviews` and `check_run` for `POST /repos/{owner}/{repo}/check-runs`
(https://docs.github.com/en/rest). One review carries all inline comments, because many single comments run into GitHub's
secondary rate limits. Without a commit (staged changes, a patch) there is nothing that a check run could be on: it is null.
"""

from __future__ import annotations

import re
from typing import Any

from fusion.model import Finding, Placement, Review, Severity, Side, State, Verdict
from fusion.render.fixes import suggestion
from fusion.render.json import encode
from fusion.render.markdown import summary
from fusion.render.markdown_finding import drafted, explanation, facts, fixed, title, traced
from fusion.render.markdown_receipt import receipt_text
from fusion.render.markup import fence, prose
from fusion.render.outgoing import defuse
from fusion.render.phrases import carried, checked, count, is_commit, offered, verdict, witnesses
from fusion.render.secrets import excerpt
from fusion.render.text import clip, one_line

BODY = 65_536
"""Characters in a review body or comment."""
OUTPUT = 65_535
"""Characters in a check run's summary or text."""
ANNOTATIONS = 50
"""Annotations in one request."""
NAME = "Fusion"
"""The check run's name; branch protection knows it by that."""
_CONCLUSION = {Verdict.PASS: "success", Verdict.BLOCK: "failure", Verdict.INCOMPLETE: "action_required"}
_LEVEL = {Severity.CRITICAL: "failure", Severity.HIGH: "failure", Severity.MEDIUM: "warning"}
_MESSAGE = 8_000
_HEADLINE = 255


class GitHub:
    """`--format github`."""

    name = "github"
    media_type = "application/json"

    def render(self, review: Review) -> str:
        """A JSON object with `schema_version`, `review` and `check_run`; ASCII."""
        value = {"schema_version": review.schema_version, "review": review_body(review), "check_run": check_run(review)}
        return encode(value)


def review_body(review: Review) -> dict[str, Any]:
    """The review: a summary, and a comment on the line of every new finding that earned one. It never approves."""
    blocks = any(finding.blocking for finding in review.findings)
    out: dict[str, Any] = {
        "event": "REQUEST_CHANGES" if blocks or review.verdict is Verdict.BLOCK else "COMMENT",
        "body": summary(review, limit=BODY, folded=False),
        "comments": [comment(finding) for finding in review.findings if is_inline(finding)],
    }
    if is_commit(review.head):
        out["commit_id"] = review.head
    return out


def is_inline(finding: Finding) -> bool:
    """Whether the finding gets a comment of its own now. What is carried over already has one."""
    return finding.placement is Placement.INLINE and finding.disposition.state is State.OPEN


def comment(finding: Finding) -> dict[str, Any]:
    """One inline comment; `start_line` and `start_side` only where it spans lines, as GitHub wants it."""
    location = finding.location
    last = max(location.end_line, location.line)
    out: dict[str, Any] = {
        "path": location.path,
        "line": last,
        "side": location.side.value,
        "body": f"{comment_body(finding)}\n\n{marker(finding)}",
    }
    if last > location.line:
        out |= {"start_line": location.line, "start_side": location.side.value}
    return out


def comment_body(finding: Finding) -> str:
    """What an inline comment says, without the hidden marker that ends it."""
    head = f"**{finding.severity.upper()}{', blocks' if finding.blocking else ''}:** {prose(title(finding))}"
    parts = [head, explanation(finding), facts(finding)]
    for extra in (_fix(finding), traced(finding), drafted(finding)):
        if sum(map(len, parts)) + len(extra) < BODY - 1_000:
            parts.append(extra)
    # never cut: a cut suggestion would be a wrong one, and a cut fence would swallow what follows
    return "\n\n".join(part for part in parts if part)


def marker(finding: Finding) -> str:
    """A hidden line by which a later run knows its own comment. Data cannot forge one: comments in it are removed."""
    return f"<!-- fusion:{re.sub('[^A-Za-z0-9:._]', '', finding.fingerprint)} -->"


def _fix(finding: Finding) -> str:
    """A suggestion to apply with one click where the fix is exactly those lines; a diff to read otherwise."""
    fix = offered(finding)
    text = suggestion(fix, finding.location) if fix is not None else None
    if fix is None or text is None:
        return fixed(finding)
    ticks = fence(text).split("\n", 1)[0]
    block = f"{ticks}suggestion\n{text}{ticks}"
    return f"**Fix:** {prose(excerpt(fix.title, _HEADLINE))} ({prose(checked(fix, finding))})\n\n{block}"


def check_run(review: Review) -> dict[str, Any] | None:
    """The check run, completed; None where the head is no commit."""
    if not is_commit(review.head):
        return None
    made, left = check_annotations(review, most=ANNOTATIONS)
    output: dict[str, Any] = {
        "title": check_title(review),
        "summary": summary(review, limit=OUTPUT, folded=False),
        "text": check_text(review, left),
        "annotations": made,
    }
    return {
        "name": NAME,
        "head_sha": review.head,
        "external_id": external_id(review),
        "status": "completed",
        "conclusion": conclusion(review),
        "output": output,
    }


def conclusion(review: Review) -> str:
    """How the check run ends: only a complete review without blocking findings is a success."""
    blocks = review.verdict is Verdict.PASS and any(finding.blocking for finding in review.findings)
    return "failure" if blocks else _CONCLUSION[review.verdict]


def check_title(review: Review) -> str:
    """One line: the verdict."""
    return excerpt(verdict(review), _HEADLINE)


def external_id(review: Review) -> str:
    """The run's id, as the check run carries it."""
    return defuse(one_line(review.id))[:_HEADLINE]


def check_annotations(review: Review, *, most: int) -> tuple[list[dict[str, Any]], int]:
    """Annotations of the head's lines, best first, and how many more there would be."""
    shown = [finding for finding in review.findings if finding.placement is not Placement.HIDDEN]
    marked = [finding for finding in shown if finding.location.side is Side.RIGHT]
    return [_annotation(finding) for finding in marked[:most]], max(len(marked) - most, 0)


def check_text(review: Review, left: int) -> str:
    """The receipt, and how many findings have no annotation."""
    text = receipt_text(review, limit=OUTPUT)
    return f"{text[: OUTPUT - 120]}\n- {count(left, 'more finding')} without an annotation" if left > 0 else text


def _annotation(finding: Finding) -> dict[str, Any]:
    """One annotation. Its texts are shown as they are, not as Markdown."""
    location = finding.location
    last = max(location.end_line, location.line)
    said = defuse(finding.body.strip()[: 2 * _MESSAGE] or title(finding))
    state = "Still open from before. " if carried(finding) else ""
    out: dict[str, Any] = {
        "path": location.path,
        "start_line": location.line,
        "end_line": last,
        "annotation_level": "failure" if finding.blocking else _LEVEL.get(finding.severity, "notice"),
        "title": clip(defuse(title(finding)), _HEADLINE),
        "message": clip(f"{state}{said}\n\n{defuse(witnesses(finding))} ({finding.confidence})", _MESSAGE),
    }
    # GitHub refuses columns on annotations that span lines
    if last == location.line and location.column is not None:
        end = location.end_column - 1 if location.end_column is not None else location.column
        out |= {"start_column": location.column, "end_column": max(end, location.column)}
    return out
