"""The coverage receipt on a terminal: compact, nothing left out without saying so, gaps first."""

from __future__ import annotations

from collections.abc import Sequence

from fusion.model import Review
from fusion.render.calls import rows
from fusion.render.page import Page
from fusion.render.phrases import count
from fusion.render.receipt import Group, receipt
from fusion.render.text import exact, one_line

_NAMES = 6
_GROUPS = 8
_SENTENCES = 12
_LABEL = 10


def print_receipt(page: Page, review: Review) -> None:
    """Print what was read and what was not, who ran, and what a reader should know."""
    sorted_ = receipt(review.coverage)
    page.blank()
    page.line(("Coverage", "bold underline"), f"  {sorted_.headline}")
    warn, quiet = "bold yellow", "dim"
    folded = [
        _sentences(page, "GAP", review.coverage.gaps, warn),
        _groups(page, "not read", _unsaid(sorted_.missed, review.coverage.gaps), warn),
        _groups(page, "in part", sorted_.partial, warn),
        _groups(page, "left out", sorted_.excluded, quiet),
        _groups(page, "unread", sorted_.unread, quiet),
    ]
    if any(folded):
        _row(page, "", "every file by name: --format json", quiet)
    ran = ", ".join(f"{exact(run.tool)} {exact(run.version)}".rstrip() for run in sorted_.ran)
    _row(page, "tools", ran or "none ran", quiet)
    _groups(page, "failed", sorted_.broken, warn, names_first=True)
    _groups(page, "skipped", sorted_.skipped, quiet, names_first=True)
    _row(page, "agents", ", ".join(sorted_.agents) or "none ran", quiet)
    _groups(page, "failed", sorted_.agents_broken, warn, names_first=True)
    _groups(page, "skipped", sorted_.agents_skipped, quiet, names_first=True)
    for label, text in rows(review.coverage):
        _row(page, label, text, quiet)
    for group in sorted_.isolation:
        everyone = len(group.names) == len({run.tool for run in review.coverage.tools if run.isolation})
        _row(page, "isolation", group.reason + ("" if everyone else f" ({', '.join(group.names)})"), quiet)
    if review.policy_origin:
        _row(page, "policy", exact(review.policy_origin), quiet)
    _sentences(page, "note", review.coverage.notes, quiet)


def _unsaid(groups: Sequence[Group], gaps: Sequence[str]) -> list[Group]:
    """The groups that no gap on the screen tells whole: its reason and each of its names."""
    said = [one_line(gap) for gap in gaps[:_SENTENCES]]
    return [
        group
        for group in groups
        if not any(group.reason in sentence and all(name in sentence for name in group.names) for sentence in said)
    ]


def _row(page: Page, label: str, text: str, style: str) -> None:
    page.paragraph((f"{label:<{_LABEL}}", style), text, indent=2, hang=_LABEL)


def _sentences(page: Page, label: str, sentences: Sequence[str], style: str) -> bool:
    for sentence in sentences[:_SENTENCES]:
        _row(page, label, one_line(sentence), style)
    if len(sentences) > _SENTENCES:
        _row(page, label, f"and {len(sentences) - _SENTENCES:,} more", style)
    return len(sentences) > _SENTENCES


def _groups(page: Page, label: str, groups: Sequence[Group], style: str, *, names_first: bool = False) -> bool:
    """Print the groups; whether something was folded."""
    for group in groups[:_GROUPS]:
        names = ", ".join(group.names[:_NAMES])
        more = len(group.names) - _NAMES
        names += f" and {more:,} more" if more > 0 else ""
        number = f" ({len(group.names):,})" if len(group.names) > 1 and not names_first else ""
        _row(page, label, f"{names}: {group.reason}" if names_first else f"{group.reason}{number}: {names}", style)
    if len(groups) > _GROUPS:
        left = sum(len(group.names) for group in groups[_GROUPS:])
        _row(page, label, f"{left:,} more for {count(len(groups) - _GROUPS, 'other reason')}", style)
    return len(groups) > _GROUPS or any(len(group.names) > _NAMES for group in groups[:_GROUPS])
