"""Figures of a data set from the outcomes of its changes: how often right, how much noise, at what cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from fusion import __version__
from fusion.evaluation.intervals import CONFIDENCE, RESAMPLES, SEED, Interval, bootstrap, wilson
from fusion.evaluation.kinds import OTHER, kinds
from fusion.evaluation.matching import REACH
from fusion.evaluation.outcomes import Attempts, Outcome, Source, Tally, total
from fusion.model import Placement, Record

T = TypeVar("T")

ENOUGH = 30
"""Changes below which a figure is nobody's to rely on."""
WAYS = ("strict", "loose")


class Figure(Record):
    """One number, and where it would lie with other changes of the same sort. None: there is nothing to count."""

    value: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def known(self) -> bool:
        """Whether there is a number."""
        return self.value is not None


class Figures(Record):
    """How well one source, agent or kind does."""

    counts: Tally
    precision: Figure
    """Of what it says, the part that is right."""
    recall: Figure
    """Of what there is, the part that it says."""
    f1: Figure
    """Their harmonic mean."""
    anchors: Figure
    """Of what is right, the part that shares a line with its label."""
    false_per_change: Figure
    false_per_clean: Figure
    """False findings of a clean change."""


class Missed(Record):
    """A change that was not reviewed, and why."""

    id: str
    why: str


class Placed(Record):
    """Findings that are shown in one way."""

    said: int
    right: int


class Report(Record):
    """All figures. Two runs in which the same was said are equal: nothing here comes from a clock."""

    schema_version: int = 1
    fusion: str = __version__
    dataset: str
    """Its name."""
    digest: str
    """Of the changes that were chosen, reviewed or not."""
    changes: int
    clean: int
    labels: int
    reach: int = REACH
    confidence: float = CONFIDENCE
    resamples: int = RESAMPLES
    seed: int = SEED
    models: tuple[str, ...] = ()
    """Who gave usable replies; empty: no model did."""
    incomplete: int = 0
    """Reviews that say that they are incomplete."""
    sources: dict[str, dict[str, Figures]]
    """Source -> strict and loose."""
    agents: dict[str, dict[str, Figures]]
    kinds: dict[str, dict[str, Figures]]
    placements: dict[str, Placed]
    """inline and summary, kinds taken strictly."""
    attempts: dict[str, Attempts]
    """What was asked of models, by agent."""
    cost_per_change: Figure
    currency: str = "USD"
    outcomes: tuple[Outcome, ...]
    not_reviewed: tuple[Missed, ...] = ()


Counted = tuple[int, int, int, int]
"""Said, right, there, found: of a tally what F1 needs. Plain numbers, since thousands of resamples add them up."""


def ratio(part: int, whole: int) -> float | None:
    """The part; None of nothing."""
    return part / whole if whole else None


def f1(items: Sequence[Counted]) -> float | None:
    """Harmonic mean of precision and recall; None where there is nothing to find. Who says nothing has 0."""
    if not items:
        return None
    said, right, there, found = map(sum, zip(*items, strict=True))
    if not there:
        return None
    precision, recall = ratio(right, said) or 0.0, found / there
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def mean(items: Sequence[float]) -> float | None:
    """None of nothing."""
    return sum(items) / len(items) if items else None


def counted(tally: Tally) -> Counted:
    """What F1 needs."""
    return tally.said, tally.right, tally.there, tally.found


def summed(tallies: Sequence[Tally]) -> Tally:
    """All together."""
    return Tally(
        said=sum(tally.said for tally in tallies),
        right=sum(tally.right for tally in tallies),
        exact=sum(tally.exact for tally in tallies),
        there=sum(tally.there for tally in tallies),
        found=sum(tally.found for tally in tallies),
    )


def figures(tallies: Sequence[Tally], clean: Sequence[bool], *, resampled: bool = True) -> Figures:
    """Of one tally a change. `clean`: which changes have no labels. Without `resampled`, means and F1 have no intervals."""
    counts = summed(tallies)
    false = [tally.false for tally in tallies]
    of_clean = [tally.false for tally, is_clean in zip(tallies, clean, strict=True) if is_clean]
    return Figures(
        counts=counts,
        precision=_proportion(counts.right, counts.said),
        recall=_proportion(counts.found, counts.there),
        f1=_resampled([counted(tally) for tally in tallies], f1, resampled=resampled),
        anchors=_proportion(counts.exact, counts.right),
        false_per_change=_resampled(false, mean, resampled=resampled),
        false_per_clean=_resampled(of_clean, mean, resampled=resampled),
    )


def report(
    outcomes: Sequence[Outcome],
    *,
    dataset: str,
    digest: str,
    not_reviewed: Sequence[Missed] = (),
    currency: str = "USD",
) -> Report:
    """All figures of the changes that were reviewed."""
    ordered = sorted(outcomes, key=lambda one: one.id)
    clean = [one.clean for one in ordered]
    names = sorted({name for one in ordered for name in one.tallies})

    def of(name: str, *, resampled: bool = True) -> dict[str, Figures]:
        return {
            way: figures([one.tallies.get(name, {}).get(way, Tally()) for one in ordered], clean, resampled=resampled)
            for way in WAYS
        }

    costs = [round(sum(one.cost for one in change.attempts.values()), 12) for change in ordered]
    return Report(
        dataset=dataset,
        digest=digest,
        changes=len(ordered),
        clean=sum(clean),
        labels=sum(len(one.labels) for one in ordered),
        models=tuple(sorted({name for one in ordered for name in one.models})),
        incomplete=sum(bool(one.gaps) for one in ordered),
        sources={source.value: of(source.value) for source in Source},
        agents={name.removeprefix("agent:"): of(name) for name in names if name.startswith("agent:")},
        kinds={kind: of(f"kind:{kind}", resampled=False) for kind in (*kinds(), OTHER) if f"kind:{kind}" in names},
        placements={place.value: _placed(ordered, place) for place in (Placement.INLINE, Placement.SUMMARY)},
        attempts=total(one.attempts for one in ordered),
        cost_per_change=_resampled(costs, mean, resampled=True),
        currency=currency,
        outcomes=tuple(ordered),
        not_reviewed=tuple(sorted(not_reviewed, key=lambda one: one.id)),
    )


def answered_by(found: Report) -> str:
    """The one model whose figure this is; empty: too few changes, some that were not reviewed, no model or several."""
    enough = found.changes >= ENOUGH and not found.not_reviewed
    return found.models[0] if enough and len(found.models) == 1 else ""


def _proportion(part: int, whole: int) -> Figure:
    interval = wilson(part, whole)
    return Figure() if interval is None else Figure(value=part / whole, low=interval[0], high=interval[1])


def _resampled(items: Sequence[T], statistic: Callable[[Sequence[T]], float | None], *, resampled: bool) -> Figure:
    value = statistic(items)
    if value is None:
        return Figure()
    interval: Interval | None = bootstrap(items, statistic) if resampled else None
    return Figure(value=value) if interval is None else Figure(value=value, low=interval[0], high=interval[1])


def _placed(outcomes: Sequence[Outcome], place: Placement) -> Placed:
    found = [one for change in outcomes for one in change.findings if one.placement is place]
    return Placed(said=len(found), right=sum(one.strict is not None for one in found))
