"""Measurements as OpenTelemetry's SDK takes them, under the names of the list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fusion.ports.telemetry import Metric

if TYPE_CHECKING:
    from opentelemetry.metrics import Counter, Histogram, MeterProvider
    from opentelemetry.metrics import _Gauge as Gauge


class OTelMeter:
    """A Meter over a provider: whoever made that decides by its readers where measurements go, and closes it.

    It takes `metrics` and their labels, which `fusion.telemetry.metering.Fan` has checked. Labels without a value are left
    out: in OpenTelemetry an attribute is there or it is not.
    """

    def __init__(self, provider: MeterProvider, metrics: Iterable[Metric]) -> None:
        meter = provider.get_meter("fusion")
        self._counters: dict[str, Counter] = {}
        self._histograms: dict[str, Histogram] = {}
        self._gauges: dict[str, Gauge] = {}
        for one in metrics:
            match one.kind:
                case "counter":
                    self._counters[one.name] = meter.create_counter(one.name, one.unit, one.help)
                case "histogram":
                    self._histograms[one.name] = meter.create_histogram(
                        one.name, one.unit, one.help, explicit_bucket_boundaries_advisory=one.buckets
                    )
                case "gauge":
                    self._gauges[one.name] = meter.create_gauge(one.name, one.unit, one.help)

    def add(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Count up."""
        self._counters[name].add(amount, _said(labels))

    def record(self, name: str, value: float, **labels: str) -> None:
        """One value of a distribution."""
        self._histograms[name].record(value, _said(labels))

    def set(self, name: str, value: float, **labels: str) -> None:
        """What something is now."""
        self._gauges[name].set(value, _said(labels))


def _said(labels: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in labels.items() if value}
