"""The summary that people read under a pull request, in GitHub-flavoured Markdown.

What the change does, the verdict and what blocks first; each finding folds open; the receipt is folded at the end. It fits one
comment: what has no room is counted, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from fusion.model import Finding, Placement, Review, Verdict
from fusion.reasoning.clean import plain
from fusion.reasoning.mermaid import diagram
from fusion.render.markdown_finding import bullet, details_of, heading
from fusion.render.markdown_receipt import receipt_text
from fusion.render.markup import code, details, html_text, prose
from fusion.render.phrases import carried, count, reasons, span, subject, tally, verdict
from fusion.render.receipt import receipt
from fusion.render.secrets import excerpt, mask

LIMIT = 65_536
"""Characters that GitHub takes in one comment or review body."""
_RECEIPT = 16_000
_NOTICE = 300
_HEADINGS = 300
_SENTENCES = 20
_SENTENCE = 600
_TOLD = 5
_WORDS = {Verdict.PASS: "pass", Verdict.BLOCK: "blocked", Verdict.INCOMPLETE: "incomplete, not a pass"}


class Markdown:
    """`--format markdown`."""

    name = "markdown"
    media_type = "text/markdown"

    def render(self, review: Review) -> str:
        """The whole comment, at most 65,536 characters, one newline at the end."""
        return summary(review, limit=LIMIT - 1) + "\n"


def summary(review: Review, *, limit: int, folded: bool | Callable[[Finding], bool] = True, notes: Sequence[str] = ()) -> str:
    """The comment. `folded` false, or false for a finding: it is one line, because its details stand in an inline comment.

    `notes` are sentences about the publishing itself, shown below the verdict.
    """
    opening = _opening(review, notes)
    closing = _closing(review)
    room = limit - len(opening) - len(closing) - _NOTICE
    middle, left = _findings(review, room, folded)
    if left:
        middle.append(f"**{count(left, 'more finding')} did not fit here**; the JSON report has them all.")
    return "\n\n".join([opening, *middle, closing])


def _opening(review: Review, notes: Sequence[str]) -> str:
    lines = [f"### Fusion: {_WORDS[review.verdict]}", *_walkthrough(review)]
    lines.append(f"{verdict(review)} {tally(review).capitalize()}.")
    lines += _sentences(reasons(review))
    lines += [prose(excerpt(note, _SENTENCE)) for note in notes]
    if review.coverage.gaps:
        lines += ["**Not read, though it should have been:**", *_sentences(review.coverage.gaps)]
    return "\n\n".join(lines)


def _walkthrough(review: Review) -> list[str]:
    """What the change does, as a model tells it; its diagram is drawn only where our own grammar takes it."""
    told = review.walkthrough
    if told is None or not told.lines:
        return []
    parts = ["\n".join(f"- {prose(excerpt(plain(line, _SENTENCE), _SENTENCE))}" for line in told.lines[:_TOLD])]
    # Drawn anew: what was stored may be from another version, and a fence of Mermaid is not shown as it is.
    drawing = diagram(told.diagram)
    if drawing and mask(drawing) == drawing:
        parts.append(details("Diagram", f"```mermaid\n{drawing}\n```"))
    return parts


def _sentences(sentences: Sequence[str]) -> list[str]:
    if not sentences:
        return []
    items = [f"- {prose(excerpt(sentence, _SENTENCE))}" for sentence in sentences[:_SENTENCES]]
    if len(sentences) > _SENTENCES:
        items.append(f"- and {len(sentences) - _SENTENCES:,} more, in the JSON report")
    return ["\n".join(items)]


def _findings(review: Review, room: int, folded: bool | Callable[[Finding], bool]) -> tuple[list[str], int]:
    """The findings' sections within `room` characters, and how many findings had no room."""
    shown = [finding for finding in review.findings if finding.placement is not Placement.HIDDEN]
    fresh = [finding for finding in shown if not carried(finding)]
    unfold = folded if callable(folded) else lambda _: folded
    sections = (
        ("Blocks this change", [f for f in fresh if f.blocking], unfold),
        ("Worth a look", [f for f in fresh if not f.blocking and f.placement is Placement.INLINE], unfold),
        ("Also found", [f for f in fresh if not f.blocking and f.placement is Placement.SUMMARY], None),
        ("Still open from before", [f for f in shown if carried(f)], unfold),
        ("Fixed since the last review", list(review.fixed), None),
    )
    room -= _HEADINGS
    entries = [(n, f, unfolds is not None and unfolds(f)) for n, findings, unfolds in sections for f in findings]
    # a line for each comes before the details of any: who reads must at least know that it is there
    kept: list[str] = []
    for _, finding, _ in entries:
        line = bullet(finding)
        if len(line) + 2 > room:
            break
        kept.append(line)
        room -= len(line) + 2
    for index, (_, finding, unfolds) in enumerate(entries[: len(kept)]):
        block = details(heading(finding), details_of(finding)) if unfolds else ""
        if block and len(block) - len(kept[index]) <= room:
            room -= len(block) - len(kept[index])
            kept[index] = block
    numbers = {name: len(findings) for name, findings, _ in sections}
    lines: dict[str, list[str]] = {}
    for (name, _, _), line in zip(entries, kept, strict=False):
        lines.setdefault(name, [f"**{name}** ({numbers[name]:,})"]).append(line)
    return [_joined(part) for part in lines.values()], len(entries) - len(kept)


def _joined(lines: Sequence[str]) -> str:
    """List items on consecutive lines, folded sections apart."""
    out = lines[0]
    for before, line in pairwise(lines):
        tight = before.startswith("- ") and line.startswith("- ")
        out += ("\n" if tight else "\n\n") + line
    return out


def _closing(review: Review) -> str:
    text = receipt_text(review, limit=_RECEIPT)
    what = " ".join(part for part in (prose(excerpt(subject(review), 200)), code(span(review))) if part)
    return details(html_text(f"Coverage: {receipt(review.coverage).headline}"), f"Reviewed: {what}\n\n{text}")
