"""Measurements on their way to whoever shows them: checked against the list, kept few, judged by the objectives."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from fusion.ports.telemetry import Meter, Metric
from fusion.telemetry import objectives
from fusion.telemetry.metrics import METRICS

log = logging.getLogger("fusion.telemetry")

OTHER = "other"
"""The value of what is too much, or not known."""
MOST = 100
"""Different values of one label of one metric that are told apart, where the list does not name them."""
LONGEST = 100
"""Characters of such a value."""

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Measurement:
    """One value of a metric of the list; of a counter, by how much it grows."""

    name: str
    value: float = 1.0
    labels: Mapping[str, str] = field(default_factory=lambda: _NONE)


def tell(meter: Meter, measurements: Iterable[Measurement]) -> None:
    """Each to the meter, as its metric's kind asks for. Never raises: a mistake in what is measured costs no work."""
    try:
        for one in measurements:
            match METRICS[one.name].kind:
                case "counter":
                    meter.add(one.name, one.value, **one.labels)
                case "histogram":
                    meter.record(one.name, one.value, **one.labels)
                case "gauge":
                    meter.set(one.name, one.value, **one.labels)
    except Exception:  # the edge of the work that is measured: whoever made the mistake finds it in the log
        log.exception("something is not measured")


class Fan:
    """A Meter that checks, and hands on to all `meters`: they get every label of the metric, with a value that may be one.

    Raises ValueError for a name, kind or label that is not in the list. Values beyond what the list names, or beyond
    `MOST`, become `other`: an endpoint that calls its model anew each time fills nobody's memory. A Fan among the meters is
    taken apart, so that nothing is judged twice.
    """

    def __init__(self, *meters: Meter, most: int = MOST) -> None:
        self._meters: tuple[Meter, ...] = ()
        for meter in meters:
            self._meters += meter._meters if isinstance(meter, Fan) else (meter,)
        self._most = most
        self._seen: dict[tuple[str, str], set[str]] = {}
        self._lock = threading.Lock()

    def add(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Count up, by what is not less than 0."""
        known = self._known(name, "counter", labels)
        for meter in self._meters:
            _safely(meter.add, name, max(amount, 0.0), known)
        self._judge(name, amount, labels, times=max(amount, 0.0))

    def record(self, name: str, value: float, **labels: str) -> None:
        """One value of a distribution."""
        known = self._known(name, "histogram", labels)
        for meter in self._meters:
            _safely(meter.record, name, value, known)
        self._judge(name, value, labels)

    def set(self, name: str, value: float, **labels: str) -> None:
        """What something is now."""
        known = self._known(name, "gauge", labels)
        for meter in self._meters:
            _safely(meter.set, name, value, known)

    def _judge(self, name: str, value: float, labels: Mapping[str, str], times: float = 1.0) -> None:
        for objective, met in objectives.judged(name, value, labels):
            self.add(objectives.EVENTS, times, objective=objective, met="yes" if met else "no")

    def _known(self, name: str, kind: Literal["counter", "histogram", "gauge"], labels: Mapping[str, str]) -> dict[str, str]:
        metric = METRICS.get(name)
        if metric is None or metric.kind != kind:
            raise ValueError(f"There is no {kind} {name!r} in the list of metrics.")
        if extra := labels.keys() - {label.name for label in metric.labels}:
            raise ValueError(f"The metric {name} has no label {min(extra)!r}.")
        return {
            label.name: self._value(metric, label.name, label.values, labels.get(label.name, "")) for label in metric.labels
        }

    def _value(self, metric: Metric, label: str, values: tuple[str, ...], value: str) -> str:
        if not value:
            return ""
        if values:
            return value if value in values else OTHER
        # Without half surrogate pairs, for which an exporter refuses all that is measured.
        value = value[:LONGEST].encode(errors="replace").decode()
        with self._lock:
            seen = self._seen.setdefault((metric.name, label), set())
            if value not in seen and len(seen) >= self._most:
                return OTHER
            seen.add(value)
        return value


def _safely(told: Callable[..., None], name: str, value: float, labels: Mapping[str, str]) -> None:
    try:
        told(name, value, **labels)
    except Exception:  # the edge to whoever measures: whatever goes wrong there, the work that is measured goes on
        log.debug("%s is not measured", name, exc_info=True)
