"""What `fusion serve` counts, as Prometheus reads it (https://prometheus.io/docs/instrumenting/exposition_formats/).

Names and labels are few and bounded: no repository, person or id is ever a label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from fusion.ports import Priority, QueueState
from fusion.progress import AgentFinished, Judged, Notice, Published, ToolFinished

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_SLOW = (0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)

Reading = tuple[str, str, tuple[str, ...], Iterable[tuple[tuple[str, ...], float]]]
"""A gauge as it is asked for: name, help, names of labels, and a value per combination of labels."""


class Metrics:
    """Counters of one process."""

    def __init__(self) -> None:
        # In the text format they would be gauges of their own beside each counter.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.deliveries = Counter(
            "fusion_deliveries", "Webhook deliveries by what was answered.", ["event", "answer"], registry=self.registry
        )
        self.acknowledged = Histogram(
            "fusion_acknowledgement_seconds",
            "From the first byte of a delivery to its answer.",
            buckets=_FAST,
            registry=self.registry,
        )
        self.messages = Counter(
            "fusion_messages", "Messages by how their handling ended.", ["priority", "end"], registry=self.registry
        )
        self.tools = Counter("fusion_tools", "Runs of analyzers by outcome.", ["tool", "outcome"], registry=self.registry)
        self.agents = Counter("fusion_agents", "Tasks of agents by outcome.", ["agent", "outcome"], registry=self.registry)
        self.reviews = Counter("fusion_reviews", "Reviews by verdict.", ["verdict"], registry=self.registry)
        self.published = Histogram(
            "fusion_publish_seconds",
            "From the beginning of a review to what is published.",
            buckets=_SLOW,
            registry=self.registry,
        )
        self.age: Callable[[str], float | None] = lambda _run: None
        """Seconds since a run began, as its host knows it."""
        self._queue: Mapping[Priority, QueueState] = {}
        self._gauges = _Gauges()
        self._gauges.readers.append(self._depths)
        self.registry.register(self._gauges)

    def read(self, gauges: Callable[[], Iterable[Reading]]) -> None:
        """Have these gauges asked for on every scrape."""
        self._gauges.readers.append(gauges)

    def queue(self, states: Mapping[Priority, QueueState]) -> None:
        """How full the queue is now, for the scrapes from here on."""
        self._queue = states

    def _depths(self) -> Iterable[Reading]:
        for field, help in (
            ("waiting", "Messages that could be handled now."),
            ("locked", "Messages in the hands of a consumer."),
            ("scheduled", "Messages that come later."),
            ("dead", "Messages that were set aside."),
            ("oldest_seconds", "Age of the oldest message that waits."),
        ):
            values = [((priority.value,), float(getattr(state, field))) for priority, state in self._queue.items()]
            yield f"fusion_queue_{field}", help, ("priority",), values

    def heard(self, notice: Notice) -> None:
        """Count what activities tell."""
        match notice:
            case ToolFinished(report):
                self.tools.labels(report.run.tool, report.run.outcome.value).inc()
            case AgentFinished(report):
                self.agents.labels(report.agent, report.outcome.value).inc()
            case Judged(review):
                self.reviews.labels(review.verdict.value).inc()
            case Published(run) if (age := self.age(run)) is not None:
                self.published.observe(age)
            case _:
                pass

    def text(self) -> bytes:
        """The exposition."""
        return generate_latest(self.registry)


class _Gauges(Collector):
    def __init__(self) -> None:
        self.readers: list[Callable[[], Iterable[Reading]]] = []

    def collect(self) -> Iterable[Metric]:
        for read in self.readers:
            for name, help, labels, values in read():
                family = GaugeMetricFamily(name, help, labels=labels)
                for of, value in values:
                    family.add_metric(of, value)
                yield family
