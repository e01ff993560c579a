"""Which findings say what the labels say: one to one, as many as there can be.

A finding can be one labelled finding when it is in the same file and on the same side, its lines overlap the label's or lie at
most REACH lines away, and its kind fits (`fusion.evaluation.kinds`). Where a label names several places, any of them will do.
Each finding counts for one label and each label for one finding: what says the same once more is a false one. Of all largest
assignments, one with the most exact places is taken. Pure; the order of findings and labels does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fusion.evaluation.kinds import fits
from fusion.evaluation.samples import Gold
from fusion.model import Finding

REACH = 3
"""Lines between the two, at most: `line 7` reaches from `line 10`, and not from `line 11`."""

Matches = Mapping[int, int]
"""Index of a finding -> index of the label that it says."""


def apart(finding: Finding, gold: Gold) -> int | None:
    """Lines from the finding to the nearest place of the label: 0 where they overlap, 1 for neighbours; None in other files."""
    place = finding.location
    near = [other for other in gold.places if other.path == place.path and other.side is place.side]
    last = max(place.end_line, place.line)
    return min((max(other.line - last, place.line - other.end_line, 0) for other in near), default=None)


def match(findings: Sequence[Finding], golds: Sequence[Gold], *, strict: bool) -> Matches:
    """The assignment. Strictly, the kind itself must fit; else one that is near is enough."""
    left = sorted(range(len(findings)), key=lambda index: _order(findings[index]))
    right = sorted(range(len(golds)), key=lambda index: golds[index].model_dump_json())
    weights = [[_weight(findings[i], golds[j], strict=strict) for j in right] for i in left]
    return {left[i]: right[j] for i, j in _assigned(weights, len(right)).items()}


def _order(finding: Finding) -> tuple[object, ...]:
    place = finding.location
    return place.path, place.line, place.end_line, finding.agent, finding.family, finding.title, finding.fingerprint


def _weight(finding: Finding, gold: Gold, *, strict: bool) -> int | None:
    """How well the two fit: 2 for a common line, 1 for the very kind; None where they do not."""
    distance = apart(finding, gold)
    if distance is None or distance > REACH or not fits(finding, gold.accepted, strict=strict):
        return None
    return 2 * (distance == 0) + fits(finding, gold.accepted, strict=True)


def _assigned(weights: Sequence[Sequence[int | None]], columns: int) -> dict[int, int]:
    """Row -> column: a largest matching, and among those one of the greatest weight, by best augmenting paths.

    Each round looks for the path of the greatest gain from a free row to a free column (Bellman and Ford); since each path is
    the best one, the matching is the heaviest of its size throughout.
    """
    row_of: dict[int, int] = {}
    column_of: dict[int, int] = {}
    while True:
        gain: dict[int, int] = {row: 0 for row in range(len(weights)) if row not in column_of}
        via: dict[int, tuple[int, int]] = {}
        """Column -> the gain of reaching it, and from which row."""
        for _ in range(len(weights)):
            moved = False
            for row, reached in sorted(gain.items()):
                for column in range(columns):
                    weight = weights[row][column]
                    if weight is None or column_of.get(row) == column:
                        continue
                    if column not in via or reached + weight > via[column][0]:
                        via[column] = reached + weight, row
                        moved = True
                        if (other := row_of.get(column)) is not None:
                            taken = weights[other][column]
                            assert taken is not None
                            gain[other] = reached + weight - taken
            if not moved:
                break
        ends = [column for column in via if column not in row_of]
        if not ends:
            return column_of
        column = max(ends, key=lambda end: (via[end][0], -end))
        while True:
            row = via[column][1]
            before = column_of.get(row)
            row_of[column], column_of[row] = row, column
            if before is None:
                break
            column = before
