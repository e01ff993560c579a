"""What a pull request's conversation should say: made from a review, its ledger and the policy. Pure.

What may not be written in one place is said in another, and the text says so. The texts depend on nothing that writing them
changes; so planning again after everything is written finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from fusion.changes.diff import anchor
from fusion.judging.ledger import Ledger, LedgerEntry, finder
from fusion.model import (
    Change,
    Finding,
    InlineComment,
    Location,
    Placement,
    PutCheck,
    Review,
    Scene,
    Thread,
    Verdict,
)
from fusion.policy import Policy
from fusion.publishing.markers import Marks
from fusion.publishing.posted import Posted
from fusion.publishing.wording import missing, shortfalls
from fusion.render.github import (
    BODY,
    NAME,
    OUTPUT,
    check_annotations,
    check_text,
    check_title,
    comment_body,
    conclusion,
    external_id,
    is_inline,
)
from fusion.render.markdown import summary
from fusion.render.phrases import carried

MARKER = 512
"""Room that a body leaves for its marker, in characters."""
ANNOTATIONS = 300
"""Annotations of one check run; GitHub takes fifty in a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A review to publish, with the ledger as it is after it."""

    review: Review
    ledger: Ledger
    why: str = ""
    """For the reader, when it was no push: `asked for by mona`."""
    sarif: str = ""
    """Digest of the review's SARIF log in Blobs; empty: none is uploaded."""
    change: Change | None = None
    """To find the line of what an earlier review should have said and was never published; left out, that stays in the
    summary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """The conversation as it should be. `check` has no id and all its annotations; `summary` no marker."""

    head: str
    check: PutCheck
    summary: str = ""
    """Empty: the summary is left as it is."""
    inline: Mapping[str, InlineComment] = field(default_factory=dict)
    """New comments by entry."""
    entries: Mapping[str, LedgerEntry] = field(default_factory=dict)
    """By id; threads about other entries are left alone."""
    blocking: tuple[str, ...] | None = None
    """Entries (or fingerprints) that block; None: nothing is known about that now."""
    request: bool = False
    """Request changes if something blocks."""
    resolve: bool = True
    sarif: str = ""


def reviewed(
    what: Reviewed, policy: Policy, scene: Scene, posted: Posted, threads: Mapping[str, Thread], marks: Marks
) -> Desired:
    """What the conversation should say after a review. `threads`: by entry, as they stand."""
    review, find = what.review, finder(what.ledger)
    without = missing(scene, posted)
    shown = [finding for finding in review.findings if finding.placement is not Placement.HIDDEN]
    entries = {index: entry for index, finding in enumerate(shown) if (entry := find(finding)) is not None}
    inline: dict[str, InlineComment] = {}
    on_lines: set[int] = set()
    """Findings whose details stand in a thread."""
    for index, entry in entries.items():
        finding = shown[index]
        if entry.id in threads or entry.id in inline:
            on_lines.add(index)
        elif _may_be_said(entry, posted, scene, without) and (place := _line(finding, entry, what.change)) is not None:
            inline[entry.id] = _comment(finding.model_copy(update={"location": place}), entry.id, marks)
            on_lines.add(index)
    unfolded = {id(finding) for index, finding in enumerate(shown) if index not in on_lines}
    notes = [f"Reviewed again: {what.why}"] if what.why else []
    notes += shortfalls(scene, without)
    if unplaced := sum(posted.unplaced.get(entry.id) == scene.head for entry in entries.values()):
        subject = "One finding" if unplaced == 1 else f"{unplaced} findings"
        notes.append(f"{subject} could not be put on a line, because GitHub does not take comments there.")

    def text(limit: int) -> str:
        return summary(review, limit=limit, folded=lambda finding: id(finding) in unfolded, notes=notes)

    made, left = check_annotations(review, most=ANNOTATIONS)
    ends = conclusion(review)
    return Desired(
        head=review.head,
        check=PutCheck(
            head=review.head,
            name=NAME,
            external_id=external_id(review),
            status="completed",
            conclusion="success" if ends == "success" else "failure" if ends == "failure" else "action_required",
            title=check_title(review),
            summary=text(OUTPUT),
            text=check_text(review, left),
            annotations=tuple(made),
        ),
        summary=text(BODY - MARKER) if wants_comment(policy, without) else "",
        inline=inline,
        entries={entry.id: entry for entry in what.ledger.entries},
        blocking=tuple(
            entries[index].id if index in entries else finding.fingerprint
            for index, finding in enumerate(shown)
            if finding.blocking
        ),
        request=policy.pulls.request_changes and _blocks(review),
        resolve=policy.pulls.resolve,
        sarif=what.sarif if policy.pulls.sarif else "",
    )


def wants_comment(policy: Policy, without: Collection[str]) -> bool:
    """Whether the summary is a comment too: where policy wants one, or where there can be no check to hold it."""
    return policy.pulls.summary == "comment" or "checks" in without


def _may_be_said(entry: LedgerEntry, posted: Posted, scene: Scene, without: Collection[str]) -> bool:
    """Whether an entry without a thread gets one: not where a person deleted or dismissed it, nor where GitHub took none."""
    return (
        entry.stands
        and entry.id not in posted.threads
        and posted.unplaced.get(entry.id) != scene.head
        and "reviews" not in without
    )


def _line(finding: Finding, entry: LedgerEntry, change: Change | None) -> Location | None:
    """The line of the diff for a new comment. What is carried has one only if an earlier review meant to say it there."""
    if is_inline(finding):
        return finding.location
    if not carried(finding) or entry.said is None or change is None:
        return None
    return next((found for file in change.files if (found := anchor(file, finding.location)) is not None), None)


def _comment(finding: Finding, entry: str, marks: Marks) -> InlineComment:
    location = finding.location
    last = max(location.end_line, location.line)
    return InlineComment(
        path=location.path,
        line=last,
        side=location.side,
        start_line=location.line if last > location.line else 0,
        body=marks.ended(comment_body(finding), "thread", entry),
    )


def _blocks(review: Review) -> bool:
    return review.verdict is Verdict.BLOCK or any(finding.blocking for finding in review.findings)
