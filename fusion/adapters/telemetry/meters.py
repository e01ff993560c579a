"""Measurements as OpenTelemetry's SDK takes them, under the names of the list."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from opentelemetry.metrics import CallbackOptions, Observation

from fusion.ports.telemetry import Metric

if TYPE_CHECKING:
    from opentelemetry.metrics import Histogram, MeterProvider

_Labels = tuple[tuple[str, str], ...]


class OTelMeter:
    """A Meter over a provider: whoever made that decides by its readers where measurements go, and closes it.

    It takes `metrics` and their labels, which `fusion.telemetry.metering.Fan` has checked and brought into one order. Labels
    without a value are left out: in OpenTelemetry an attribute is there or it is not. Counters and gauges are kept here and
    asked for when they are exported, which is once a minute, where the SDK would work at each of them.
    """

    def __init__(self, provider: MeterProvider, metrics: Iterable[Metric]) -> None:
        meter = provider.get_meter("fusion")
        self._lock = threading.Lock()
        self._values: dict[str, dict[_Labels, float]] = {}
        self._histograms: dict[str, Histogram] = {}
        for one in metrics:
            match one.kind:
                case "counter":
                    meter.create_observable_counter(one.name, [self._observed(one.name)], one.unit, one.help)
                case "gauge":
                    meter.create_observable_gauge(one.name, [self._observed(one.name)], one.unit, one.help)
                case "histogram":
                    self._histograms[one.name] = meter.create_histogram(
                        one.name, one.unit, one.help, explicit_bucket_boundaries_advisory=one.buckets
                    )

    def add(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Count up."""
        values, key = self._values[name], _key(labels)
        with self._lock:
            values[key] = values.get(key, 0.0) + amount

    def record(self, name: str, value: float, **labels: str) -> None:
        """One value of a distribution."""
        self._histograms[name].record(value, dict(_key(labels)))

    def set(self, name: str, value: float, **labels: str) -> None:
        """What something is now."""
        values, key = self._values[name], _key(labels)
        with self._lock:
            values[key] = value

    def _observed(self, name: str) -> Callable[[CallbackOptions], Iterable[Observation]]:
        values = self._values[name] = {}

        def observed(_options: CallbackOptions) -> Iterable[Observation]:
            with self._lock:
                return [Observation(value, dict(key)) for key, value in values.items()]

        return observed


def _key(labels: dict[str, str]) -> _Labels:
    return tuple((name, value) for name, value in labels.items() if value)
