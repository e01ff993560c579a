"""Rates from labels and from what a tool says about the labelled files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from fusion.dataflow.knowledge.schema import Kind
from fusion.evaluation.labels import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What one tool says about the files that it was given."""

    tool: str
    flagged: Mapping[str, Collection[Kind]] = field(default_factory=dict)
    """File -> the kinds that it reports there."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """File -> why the tool did not look at it (or not wholly)."""
    lines: int = 0
    wall: float = 0.0
    """Seconds."""
    cpu: float = 0.0
    """Seconds of processor time, with those of the processes that it started."""
    missing: str = ""
    """Why the tool did not run at all."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the vulnerable and of the safe files there are, and were flagged."""

    vulnerable: int = 0
    safe: int = 0
    hits: int = 0
    """Flagged vulnerable files."""
    alarms: int = 0
    """Flagged safe files."""

    @property
    def tpr(self) -> float | None:
        """The part of the vulnerable files that is flagged; None without any."""
        return self.hits / self.vulnerable if self.vulnerable else None

    @property
    def fpr(self) -> float | None:
        """The part of the safe files that is flagged; None without any."""
        return self.alarms / self.safe if self.safe else None

    @property
    def youden(self) -> float | None:
        """Youden's index, the true-positive rate minus the false-positive rate: 1 is perfect, 0 is no better than chance."""
        return None if self.tpr is None or self.fpr is None else self.tpr - self.fpr

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.vulnerable + other.vulnerable, self.safe + other.safe, self.hits + other.hits, self.alarms + other.alarms
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One tool's score."""

    verdicts: Verdicts
    kinds: Mapping[Kind, Counts]
    false_positives: Sequence[Label]
    false_negatives: Sequence[Label]
    extra: Sequence[tuple[str, Kind]]
    """Reports in labelled files of a kind for which the file has no label."""
    unread: Mapping[str, str]
    """Labelled files that were not analysed, with the reason; they count as not flagged."""

    @property
    def micro(self) -> Counts:
        """All files together."""
        return sum(self.kinds.values(), Counts())

    @property
    def macro(self) -> tuple[float | None, float | None, float | None]:
        """TPR, FPR and Youden's index, each the mean over the kinds that have both vulnerable and safe files."""
        whole = [counts for counts in self.kinds.values() if counts.vulnerable and counts.safe]
        if not whole:
            return None, None, None
        tpr = sum(counts.hits / counts.vulnerable for counts in whole) / len(whole)
        fpr = sum(counts.alarms / counts.safe for counts in whole) / len(whole)
        return tpr, fpr, tpr - fpr

    @property
    def extra_kinds(self) -> Counter[Kind]:
        """How many files have extra reports, by kind."""
        return Counter(kind for _, kind in self.extra)


def score(labels: Sequence[Label], verdicts: Verdicts) -> Score:
    """Compare. A file counts as flagged for its label's kind only; other kinds in it are extra."""
    counts: dict[Kind, Counts] = {kind: Counts() for kind in sorted({label.kind for label in labels})}
    wrong: dict[bool, list[Label]] = {True: [], False: []}
    for label in labels:
        flagged = label.kind in verdicts.flagged.get(label.path, ())
        counts[label.kind] += Counts(
            vulnerable=int(label.vulnerable),
            safe=int(not label.vulnerable),
            hits=int(label.vulnerable and flagged),
            alarms=int(not label.vulnerable and flagged),
        )
        if flagged != label.vulnerable:
            wrong[label.vulnerable].append(label)
    labelled = {(label.path, label.kind) for label in labels}
    files = {label.path for label in labels}
    return Score(
        verdicts=verdicts,
        kinds=counts,
        false_positives=wrong[False],
        false_negatives=wrong[True],
        extra=sorted((path, kind) for path in files for kind in verdicts.flagged.get(path, ()) if (path, kind) not in labelled),
        unread={path: reason for path, reason in sorted(verdicts.unread.items()) if path in files},
    )
