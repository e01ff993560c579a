"""The list of metrics as Prometheus reads it (https://prometheus.io/docs/instrumenting/exposition_formats/)."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector

from fusion.ports.telemetry import Metric
from fusion.telemetry.metering import Measurement
from fusion.telemetry.metrics import METRICS, prometheus_label, prometheus_name

MANY = 40
"""Series of one counter that are too many to begin at 0."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class PrometheusMeter:
    """A Meter whose values are asked for. It takes what `fusion.telemetry.metering.Fan` lets through.

    A gauge that nobody has set is not shown, for absent is not 0. A counter of few values begins at 0 with all of them; where
    the operator names some (an analyzer), with all of the others once that name is told.
    """

    def __init__(self) -> None:
        # In the text format they would be gauges of their own beside each counter.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._counters = {name: self._counter(one) for name, one in METRICS.items() if one.kind == "counter"}
        self._histograms = {name: self._histogram(one) for name, one in METRICS.items() if one.kind == "histogram"}
        self._gauges = _Gauges()
        self._begun: set[tuple[str, tuple[str, ...]]] = set()
        self.registry.register(self._gauges)

    def _counter(self, metric: Metric) -> Counter:
        names = [prometheus_label(label) for label in metric.labels]
        counter = Counter(prometheus_name(metric), metric.help, names, registry=self.registry)
        if names and all(label.values for label in metric.labels):
            _begin(metric, counter, {})
        return counter

    def _histogram(self, metric: Metric) -> Histogram:
        names = [prometheus_label(label) for label in metric.labels]
        return Histogram(prometheus_name(metric), metric.help, names, buckets=metric.buckets, registry=self.registry)

    def add(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Count up."""
        counter, metric = self._counters[name], METRICS[name]
        free = tuple(labels[label.name] for label in metric.labels if not label.values)
        if free and (name, free) not in self._begun:
            self._begun.add((name, free))
            _begin(metric, counter, labels)
        (counter.labels(*_values(name, labels)) if labels else counter).inc(amount)

    def record(self, name: str, value: float, **labels: str) -> None:
        """One value of a distribution."""
        histogram = self._histograms[name]
        (histogram.labels(*_values(name, labels)) if labels else histogram).observe(value)

    def set(self, name: str, value: float, **labels: str) -> None:
        """What something is now, until it is set again."""
        self._gauges.set(name, value, _values(name, labels))

    def read(self, gauges: Callable[[], Iterable[Measurement]]) -> None:
        """Have these gauges asked for on every scrape; what they do not tell then is not shown."""
        self._gauges.readers.append(gauges)

    def text(self) -> bytes:
        """The exposition."""
        return generate_latest(self.registry)


def _values(name: str, labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(labels[label.name] for label in METRICS[name].labels)


def _begin(metric: Metric, counter: Counter, free: Mapping[str, str]) -> None:
    """From 0 on, where they are few: of a counter that begins at 1 Prometheus sees no growth."""
    known = [label.values or (free[label.name],) for label in metric.labels]
    if math.prod(map(len, known)) < MANY:
        for values in itertools.product(*known):
            counter.labels(*values)


class _Gauges(Collector):
    def __init__(self) -> None:
        self.readers: list[Callable[[], Iterable[Measurement]]] = []
        self._asked: set[str] = set()
        """Gauges that readers tell: of these nothing else is believed."""
        self._kept: dict[str, dict[tuple[str, ...], float]] = {}
        self._lock = threading.Lock()

    def set(self, name: str, value: float, labels: tuple[str, ...]) -> None:
        with self._lock:
            self._kept.setdefault(name, {})[labels] = value

    def collect(self) -> Iterable[Family]:
        with self._lock:
            now = {name: dict(values) for name, values in self._kept.items() if name not in self._asked}
        for one in (one for read in self.readers for one in read()):
            if one.name not in self._asked:
                self._asked.add(one.name)
                now.pop(one.name, None)
            now.setdefault(one.name, {})[_values(one.name, one.labels)] = one.value
        for name, metric in METRICS.items():
            if values := now.get(name):
                names = [prometheus_label(label) for label in metric.labels]
                family = GaugeMetricFamily(prometheus_name(metric), metric.help, labels=names)
                for labels, value in values.items():
                    family.add_metric(labels, value)
                yield family
