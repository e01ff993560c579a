"""Whether two agents say the same of the same lines: each reads the change for itself, and people read both.

Tools name what they mean by rule and family. Models of two agents name one flaw by two kinds, `logic` and `path-traversal`, so
that only their words tell. They mean the same when they lie on a common line and share much of what they say (two fifths of the
shorter one's words; of those in the captured evaluation that do, all were one flaw). A draft of a test or of a passage goes to
the flaw that it is about: it is no second flaw.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from fusion.model import Category, Echo, Finding

_WORD = re.compile(r"[^\W\d_]{4,}|\d+")
_STEM = 6
"""Letters by which words count as the same."""
_EMPTY = (
    "that this with from then than when where which what have been does into they them their there here only also "
    "same such will would could should after before other another each every more most over under still just "
    "because some none nothing nobody test tests line lines code change value values call calls called takes take "
    "given gives give used uses make makes made without"
)
"""Words that say nothing of a flaw."""
_EMPTY_STEMS = frozenset(word[:_STEM] for word in re.findall(r"\w+", _EMPTY))
_SAME, _BESIDE = 0.4, 0.5
"""Of the shorter text's words those that both have to share: on a common line, on neighbouring lines."""
_DRAFT, _DRAFT_NEAR = 0.3, 0.4
"""The same of a draft and the flaw that it is about: on a common line; on neighbouring lines or in one symbol."""
_LEAST, _LEAST_OF_DRAFT = 5, 4
"""Words that both have to share in any case."""
_CROWD = 60
"""Opinions about one file beyond which they are not compared with each other."""
_LONG = 30
"""Lines from which a range means a whole function, and no place."""
DRAFTS = frozenset({Category.TESTS, Category.DOCUMENTATION})
"""What is a draft where only a model says it, and no fault of the code."""


def is_draft(finding: Finding) -> bool:
    """Whether it is a proposal of a model, not a flaw."""
    return not finding.evidence and bool(finding.votes) and finding.category in DRAFTS


@dataclass(frozen=True, eq=False)
class _Opinion:
    """A finding behind which stands nothing but a model, and what it says."""

    finding: Finding
    place: int

    @cached_property
    def words(self) -> frozenset[str]:
        text = f"{self.finding.title} {self.finding.body}"
        return frozenset(word.lower()[:_STEM] for word in _WORD.findall(text)) - _EMPTY_STEMS


@dataclass(slots=True)
class _Voices:
    """Opinions that are one so far, of different agents."""

    opinions: list[_Opinion] = field(default_factory=list)

    def takes(self, one: _Opinion) -> bool:
        agents = {other.finding.agent for other in self.opinions}
        return one.finding.agent not in agents and any(_is_same(one, other) for other in self.opinions)


def together(findings: Sequence[Finding]) -> list[list[int]]:
    """Of the findings of one file, those that say the same, by their places in the order given; the flaws before the drafts."""
    opinions = [_Opinion(finding, place) for place, finding in enumerate(findings) if finding.votes and not finding.evidence]
    if not 2 <= len(opinions) <= _CROWD:
        return []
    groups: list[_Voices] = []
    for one in sorted(opinions, key=lambda item: is_draft(item.finding)):
        home = next((group for group in groups if group.takes(one)), None)
        if home is None:
            groups.append(home := _Voices())
        home.opinions.append(one)
    return [[one.place for one in group.opinions] for group in groups if len(group.opinions) > 1]


def echoes(lead: Finding, group: Iterable[Finding]) -> tuple[Echo, ...]:
    """What others of a group say who are opinions of other agents than the one that speaks for it."""
    others = [finding for finding in group if finding.agent != lead.agent and finding.votes and not finding.evidence]
    made = [
        Echo(
            agent=finding.agent,
            family=finding.family,
            fingerprint=finding.fingerprint,
            title=finding.title,
            draft=is_draft(finding) and not is_draft(lead),
        )
        for finding in others
    ]
    known = [*lead.echoes, *made, *(echo for finding in others for echo in finding.echoes)]
    return tuple(sorted(dict.fromkeys(known), key=lambda echo: (echo.agent, echo.family, echo.fingerprint, echo.title)))


def _is_same(one: _Opinion, other: _Opinion) -> bool:
    drafts = is_draft(one.finding) + is_draft(other.finding)
    if drafts == 2 or one.finding.agent == other.finding.agent:
        return False
    shared = len(one.words & other.words)
    share = shared / max(1, min(len(one.words), len(other.words)))
    gap = _gap(one.finding, other.finding)
    if not drafts:
        return shared >= _LEAST and ((gap == 0 and share >= _SAME) or (gap == 1 and share >= _BESIDE))
    near = gap <= 1 or (bool(one.finding.symbol) and one.finding.symbol == other.finding.symbol)
    return shared >= _LEAST_OF_DRAFT and ((gap == 0 and share >= _DRAFT) or (near and share >= _DRAFT_NEAR))


def _gap(one: Finding, other: Finding) -> int:
    """Lines from one place to the other: 0 where they share one. A range as long as a function is where it begins."""
    a, b = ((f.location.line, min(f.location.end_line, f.location.line + _LONG)) for f in (one, other))
    return max(0, b[0] - a[1], a[0] - b[1])
