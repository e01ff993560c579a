"""What a review of a labelled change came to: its findings held against the labels, and what was asked of models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum

from pydantic import Field

from fusion.evaluation.kinds import spoken
from fusion.evaluation.matching import Matches, apart, match
from fusion.evaluation.samples import Gold, Sample, digest
from fusion.model import Call, Ending, Finding, Placement, Record, Review, Severity, Verdict
from fusion.routing.catalogue import ModelsFile


class Source(StrEnum):
    """Who is heard: the deterministic half of the agents, the models, or all."""

    RULES = "rules alone"
    MODELS = "models alone"
    TOGETHER = "together"

    def hears(self, finding: Finding) -> bool:
        """Whether the finding is of this source. What a tool and a model say together is of each."""
        opinion = bool(finding.votes)
        if self is Source.RULES:
            return not opinion or bool(finding.evidence)
        return self is Source.TOGETHER or opinion


class Tally(Record):
    """Findings and labels, counted. They add up over changes."""

    said: int = 0
    """Findings."""
    right: int = 0
    """Of those, the ones that say what a label says."""
    exact: int = 0
    """Of those, the ones that share a line with it."""
    there: int = 0
    """Labels."""
    found: int = 0
    """Of those, the ones that were said."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            said=self.said + other.said,
            right=self.right + other.right,
            exact=self.exact + other.exact,
            there=self.there + other.there,
            found=self.found + other.found,
        )

    @property
    def false(self) -> int:
        """Findings that say what no label says."""
        return self.said - self.right


class Said(Record):
    """One finding that people see."""

    path: str
    line: int
    end_line: int
    agent: str
    family: str
    kinds: tuple[str, ...]
    severity: Severity
    placement: Placement
    title: str
    by_rules: bool
    by_models: bool
    strict: int | None = None
    """Index of the label that it says, kinds taken strictly; None: a false one."""
    loose: int | None = None


class Attempts(Record):
    """What one agent asked of models in a change."""

    calls: int = 0
    cached: int = 0
    failed: int = 0
    """Calls with any ending but a usable reply."""
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    endings: dict[str, int] = Field(default_factory=dict)
    """How the calls ended, with the number of each."""

    def __add__(self, other: Attempts) -> Attempts:
        names = sorted({*self.endings, *other.endings})
        return Attempts(
            calls=self.calls + other.calls,
            cached=self.cached + other.cached,
            failed=self.failed + other.failed,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            # Sums of money are exact to the last digit that counts, in any order.
            cost=round(self.cost + other.cost, 12),
            endings={name: self.endings.get(name, 0) + other.endings.get(name, 0) for name in names},
        )


class Outcome(Record):
    """One change that was reviewed. Nothing in it comes from a clock."""

    id: str
    language: str
    digest: str
    """Of the change and its labels: two outcomes are compared where it is the same."""
    clean: bool
    verdict: Verdict
    gaps: tuple[str, ...] = ()
    """Why the review is incomplete."""
    labels: tuple[Gold, ...] = ()
    findings: tuple[Said, ...] = ()
    tallies: dict[str, dict[str, Tally]] = Field(default_factory=dict)
    """By source, agent (`agent:NAME`) and kind (`kind:NAME`), each `strict` and `loose`."""
    attempts: dict[str, Attempts] = Field(default_factory=dict)
    """By agent."""
    models: tuple[str, ...] = ()
    """Who gave usable replies."""


class Seconds(Record):
    """How long one change took. Apart, since no two runs agree on it."""

    review: float = 0.0
    agents: dict[str, float] = Field(default_factory=dict)
    """By agent, of its model calls."""


def outcome(sample: Sample, review: Review, file: ModelsFile | None, kind_of: Callable[[str], str]) -> Outcome:
    """The review held against the labels. `kind_of`: whose business a kind is; `file`: what its calls were routed by."""
    shown = [finding for finding in review.findings if finding.placement is not Placement.HIDDEN]
    calls = _calls(review)
    tallies: dict[str, dict[str, Tally]] = {}
    together: dict[str, Matches] = {}
    for name, strict in (("strict", True), ("loose", False)):
        for source in Source:
            heard = [finding for finding in shown if source.hears(finding)]
            matched = match(heard, sample.gold, strict=strict)
            tallies.setdefault(source.value, {})[name] = _tally(heard, sample.gold, matched, heard, range(len(sample.gold)))
        together[name] = match(shown, sample.gold, strict=strict)
        for agent in sorted({name for finding in shown for name in agents(finding)} | {kind_of(g.kind) for g in sample.gold}):
            mine = [finding for finding in shown if agent in agents(finding)]
            business = [index for index, gold in enumerate(sample.gold) if kind_of(gold.kind) == agent]
            matched = match(mine, sample.gold, strict=strict)
            tallies.setdefault(f"agent:{agent}", {})[name] = _tally(mine, sample.gold, matched, mine, business)
        for kind in sorted({spoken(finding)[0] for finding in shown} | {gold.kind for gold in sample.gold}):
            mine = [finding for finding in shown if spoken(finding)[0] == kind]
            of_kind = [index for index, gold in enumerate(sample.gold) if gold.kind == kind]
            tallies.setdefault(f"kind:{kind}", {})[name] = _tally(shown, sample.gold, together[name], mine, of_kind)
    return Outcome(
        id=sample.id,
        language=sample.language,
        digest=digest([sample]),
        clean=sample.is_clean,
        verdict=review.verdict,
        gaps=review.coverage.gaps,
        labels=sample.gold,
        findings=tuple(
            _said(finding, together["strict"].get(index), together["loose"].get(index)) for index, finding in enumerate(shown)
        ),
        tallies=tallies,
        attempts=_attempts(calls),
        models=tuple(sorted({_name(call, file) for call in calls if call.ending is Ending.OK})),
    )


def agents(finding: Finding) -> tuple[str, ...]:
    """Whose finding it is: the agent's that speaks, and of those that found the same; not of who drafted something for it."""
    return tuple(dict.fromkeys((finding.agent, *(echo.agent for echo in finding.echoes if not echo.draft))))


def seconds(review: Review, wall: float) -> Seconds:
    """How long the review took, and its model calls."""
    spent: dict[str, float] = {}
    for call in _calls(review):
        spent[call.agent] = spent.get(call.agent, 0.0) + call.usage.seconds
    return Seconds(review=wall, agents=dict(sorted(spent.items())))


def _tally(
    findings: Sequence[Finding], golds: Sequence[Gold], matched: Matches, counted: Sequence[Finding], labels: Iterable[int]
) -> Tally:
    """Of the findings those counted, of the labels those named; `matched` is by the findings' places."""
    ids = {id(finding) for finding in counted}
    mine = {index: gold for index, gold in matched.items() if id(findings[index]) in ids}
    wanted, said = set(labels), set(matched.values())
    return Tally(
        said=len(counted),
        right=len(mine),
        exact=sum(apart(findings[index], golds[gold]) == 0 for index, gold in mine.items()),
        there=len(wanted),
        found=len(wanted & said),
    )


def _said(finding: Finding, strict: int | None, loose: int | None) -> Said:
    return Said(
        path=finding.location.path,
        line=finding.location.line,
        end_line=finding.location.end_line,
        agent=finding.agent,
        family=finding.family,
        kinds=spoken(finding),
        severity=finding.severity,
        placement=finding.placement,
        title=finding.title,
        by_rules=Source.RULES.hears(finding),
        by_models=Source.MODELS.hears(finding),
        strict=strict,
        loose=loose,
    )


def _calls(review: Review) -> list[Call]:
    return [call for report in review.coverage.agents for call in report.calls]


def _attempts(calls: Sequence[Call]) -> dict[str, Attempts]:
    found: dict[str, Attempts] = {}
    for call in sorted(calls, key=lambda call: call.agent):
        one = Attempts(
            calls=1,
            cached=int(call.cached),
            failed=int(bool(call.endpoint) and call.ending is not Ending.OK),
            input_tokens=call.usage.input_tokens,
            output_tokens=call.usage.output_tokens,
            cost=0.0 if call.cached else call.usage.cost,
            endings={call.ending.value: 1},
        )
        found[call.agent] = found.get(call.agent, Attempts()) + one
    return found


def _name(call: Call, file: ModelsFile | None) -> str:
    """The model's name in the catalogue; behind an exchange, what the answerer calls itself."""
    endpoint = file.endpoint(call.endpoint) if file else None
    return call.model if endpoint is None or endpoint.kind == "exchange" else endpoint.model


def total(counted: Iterable[Mapping[str, Attempts]]) -> dict[str, Attempts]:
    """Attempts by agent over several changes."""
    found: dict[str, Attempts] = {}
    for one in counted:
        for agent, attempts in one.items():
            found[agent] = found.get(agent, Attempts()) + attempts
    return dict(sorted(found.items()))
