"""One run against another over the same changes: differences, and whether they are more than chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from fusion.errors import UserError
from fusion.evaluation.figures import Counted, Figure, Report, counted, f1, mean, ratio
from fusion.evaluation.intervals import bootstrap
from fusion.evaluation.outcomes import Outcome, Source, Tally
from fusion.model import Record

T = TypeVar("T")

LARGEST = 256_000_000
"""Bytes of a saved report."""

Pair = tuple[Outcome, Outcome]


class Difference(Record):
    """One number now, less the one then. The interval is of resampled pairs: the same changes are drawn of both runs."""

    name: str
    """`together: f1`."""
    before: float | None
    now: float | None
    difference: Figure

    @property
    def shown(self) -> bool:
        """Whether the interval excludes 0."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and (low > 0 or high < 0)


class Comparison(Record):
    """The report against a baseline."""

    baseline: str
    """Digest of the baseline's data set."""
    changes: int
    """Those that both runs reviewed, with the same labels."""
    left_out: tuple[str, ...] = ()
    """Changes of either run that the other has not, or has with other labels."""
    differences: tuple[Difference, ...]


def read(file: Path) -> Report:
    """A report that was saved. Raises UserError."""
    try:
        if file.stat().st_size > LARGEST:
            raise UserError(f"{file} is larger than a saved report can be.")
        return Report.model_validate_json(file.read_bytes())
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise UserError(f"{file} is no report of `fusion eval review --save` ({where}): name one, or save it anew.") from None


def compare(before: Report, now: Report) -> Comparison:
    """Differences of all sources and agents, kinds taken strictly. Raises UserError: they have no change in common."""
    then = {one.id: one for one in before.outcomes}
    pairs = [(then[one.id], one) for one in now.outcomes if one.id in then and then[one.id].digest == one.digest]
    if not pairs:
        raise UserError("The baseline has none of these changes with the same labels: nothing can be compared.")
    both = {one.id for _, one in pairs}
    names = sorted({name for pair in pairs for one in pair for name in one.tallies if name.startswith("agent:")})
    found = [difference for name in (*map(str, Source), *names) for difference in _of(name, pairs)]
    found.append(_difference("cost per change", pairs, lambda drawn, side: mean([_cost(pair[side]) for pair in drawn])))
    return Comparison(
        baseline=before.digest,
        changes=len(pairs),
        left_out=tuple(sorted(({*then} | {one.id for one in now.outcomes}) - both)),
        differences=tuple(found),
    )


def _of(name: str, pairs: Sequence[Pair]) -> list[Difference]:
    """The differences of one source or agent."""
    tallies = [(_tally(before, name), _tally(now, name)) for before, now in pairs]
    title = name.removeprefix("agent:")
    numbers = [(counted(before), counted(now)) for before, now in tallies]
    found = [
        _difference(f"{title}: precision", numbers, _precision),
        _difference(f"{title}: recall", numbers, _recall),
        _difference(f"{title}: f1", numbers, lambda drawn, side: f1([pair[side] for pair in drawn])),
    ]
    false = [(before.false, now.false) for before, now in tallies]
    found.append(_difference(f"{title}: false per change", false, lambda drawn, side: mean([pair[side] for pair in drawn])))
    return found


def _precision(drawn: Sequence[tuple[Counted, Counted]], side: int) -> float | None:
    return ratio(sum(pair[side][1] for pair in drawn), sum(pair[side][0] for pair in drawn))


def _recall(drawn: Sequence[tuple[Counted, Counted]], side: int) -> float | None:
    return ratio(sum(pair[side][3] for pair in drawn), sum(pair[side][2] for pair in drawn))


def _difference(name: str, pairs: Sequence[T], number: Callable[[Sequence[T], int], float | None]) -> Difference:
    def less(drawn: Sequence[T]) -> float | None:
        before, now = number(drawn, 0), number(drawn, 1)
        return None if before is None or now is None else now - before

    value = less(pairs)
    interval = None if value is None else bootstrap(pairs, less)
    figure = Figure(value=value) if interval is None else Figure(value=value, low=interval[0], high=interval[1])
    return Difference(name=name, before=number(pairs, 0), now=number(pairs, 1), difference=figure)


def _tally(one: Outcome, name: str) -> Tally:
    return one.tallies.get(name, {}).get("strict", Tally())


def _cost(one: Outcome) -> float:
    return round(sum(attempts.cost for attempts in one.attempts.values()), 12)
