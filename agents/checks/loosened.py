"""What a change loosens in files that say who decides and what is kept up to date: owners of code, update tools.

A scan sees only what is there; that it was stricter before, only a change shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.checks.posture import PREFIX
from fusion.model import Category, Confidence, Severity, Side
from fusion.reading.comparison import Comparison
from fusion.reading.observation import Observation, at, listed, quoted

OWNERS = frozenset({"CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS"})
_UPDATES = re.compile(
    r"\.github/dependabot\.ya?ml|(?:\.github/|\.gitlab/)?renovate\.json5?|\.renovaterc(?:\.json5?)?|\.renovate\.json5?", re.I
)
"""Configurations of Dependabot and Renovate, at their places."""
_MOST_LINES = 5_000


def loosened(comparisons: Sequence[Comparison]) -> Iterator[Observation]:
    """Everything that this module says about a change."""
    heads = [item for item in comparisons if item.exists and item.path in OWNERS]
    updated = any(item.exists and item.after.strip() and _UPDATES.fullmatch(item.path) for item in comparisons)
    for item in comparisons:
        if not updated and item.existed and item.before.strip() and _UPDATES.fullmatch(item.base_path):
            yield _not_updated(item)
        if item.existed and item.base_path in OWNERS:
            yield from _owners(item, next((one for one in heads if one.path == item.path), heads[0] if heads else None))


def owners(lines: Sequence[str]) -> dict[str, frozenset[str]]:
    """Pattern -> owners of a CODEOWNERS file; the last line for a pattern counts."""
    found: dict[str, frozenset[str]] = {}
    for line in lines[:_MOST_LINES]:
        words = re.sub(r"(?:^|\s)#.*", "", line).split()
        if words:
            found[words[0]] = frozenset(word.lower() for word in words[1:])
    return found


def _owners(item: Comparison, now: Comparison | None) -> Iterator[Observation]:
    before, after = owners(item.before_lines), owners(now.after_lines) if now is not None else {}
    free = [pattern for pattern, names in before.items() if names and not after.get(pattern)]
    more = [pattern for pattern, names in after.items() if names > before.get(pattern, frozenset()) > frozenset()]
    # What a pattern further down takes over is owned still; whether by the right ones has to be looked at all the same.
    if now is None or not any(after.values()):
        title, severity = f"Nobody owns code any more: {quoted(item.base_path)} names no owners", Severity.HIGH
    elif free:
        title, severity = f"Code that had owners has none of its own any more: {listed(free, 4)}", Severity.MEDIUM
    elif more:
        title, severity = f"More people may approve changes of {listed(more, 4)}", Severity.LOW
    else:
        return
    if not any(before.values()):
        return
    gone = not item.exists
    yield _observation(
        "code-owners-file",
        title,
        "Whoever owns a part is asked before it changes. Have those agree who owned it until now.",
        severity,
        item.base_path if gone else item.path,
        1 if gone else min(item.added, default=1),
        Side.LEFT if gone else Side.RIGHT,
        f"owners {' '.join(sorted(free or more))}",
    )


def _not_updated(item: Comparison) -> Observation:
    return _observation(
        "dependency-update-tool",
        f"Dependencies are no longer kept up to date: {quoted(item.base_path)} goes",
        "Known vulnerabilities stay in for as long as nobody thinks of them. Keep a tool that proposes updates.",
        Severity.MEDIUM,
        item.base_path,
        1,
        Side.LEFT,
        "updates gone",
    )


def _observation(
    check: str, title: str, body: str, severity: Severity, path: str, line: int, side: Side, subject: str
) -> Observation:
    return Observation(
        rule=f"{PREFIX}{check}",
        family=check,
        category=Category.COMPLIANCE,
        title=title,
        body=body,
        severity=severity,
        confidence=Confidence.CERTAIN,
        location=at(path, line, side=side),
        subject=subject,
        symbol="",
    )
