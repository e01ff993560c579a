"""What a host tells on /metrics, read back: the names are those of the list."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

from fusion.errors import UserError
from fusion.telemetry.metrics import METRICS, prometheus_label, prometheus_name

LARGEST = 8_000_000
"""Characters of an exposition that is read."""

Labels = tuple[tuple[str, str], ...]
_NAMES = {label.name: prometheus_label(label) for metric in METRICS.values() for label in metric.labels}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All series of one moment, by Prometheus' name and labels."""

    series: Mapping[str, Mapping[Labels, float]] = field(default_factory=dict)

    def total(self, metric: str, suffix: str = "", **labels: str) -> float:
        """The sum over all series that have these labels; 0 where there is none."""
        return sum(value for _, value in self._found(metric, suffix, labels))

    def is_told(self, metric: str, suffix: str = "") -> bool:
        """Whether there is any series of it."""
        return bool(self.series.get(prometheus_name(METRICS[metric]) + suffix))

    def values(self, metric: str, label: str) -> list[str]:
        """The values of a label, in their order."""
        found = (dict(labels).get(_NAMES[label], "") for labels, _ in self._found(metric, "", {}))
        return list(dict.fromkeys(found))

    def quantile(self, metric: str, share: float) -> float | None:
        """The value that this share of a distribution is at most, as Prometheus estimates it; None where it has no values."""
        bounds: dict[float, float] = {}
        for labels, value in self._found(metric, "_bucket", {}):
            bound = float(dict(labels)["le"])
            bounds[bound] = bounds.get(bound, 0.0) + value
        ranked = sorted(bounds.items())
        if not ranked or not ranked[-1][1]:
            return None
        rank, low, below = share * ranked[-1][1], 0.0, 0.0
        for bound, count in ranked:
            if count >= rank:
                return low if math.isinf(bound) else low + (bound - low) * (rank - below) / ((count - below) or 1.0)
            low, below = bound, count
        return low

    def _found(self, metric: str, suffix: str, labels: Mapping[str, str]) -> Iterator[tuple[Labels, float]]:
        wanted = {(_NAMES[name], value) for name, value in labels.items()}
        for known, value in self.series.get(prometheus_name(METRICS[metric]) + suffix, {}).items():
            if wanted <= set(known):
                yield known, value


def read(text: str) -> Snapshot:
    """The series of an exposition in Prometheus' text format. Raises UserError for what is none of Fusion's."""
    series: dict[str, dict[Labels, float]] = {}
    try:
        for family in text_string_to_metric_families(text[:LARGEST]):
            for sample in family.samples:
                if math.isfinite(sample.value):
                    series.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    except (ValueError, KeyError, IndexError) as error:
        raise UserError(f"What answers there is no host of Fusion: its metrics cannot be read ({error}).") from None
    if not any(name.startswith("fusion_") for name in series):
        raise UserError("What answers there is no host of Fusion: it tells no metric of its.")
    return Snapshot(series)
