"""What a bot in one process measures: shown on /metrics, and handed on to whoever else measures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from fusion.ports import Priority, QueueState
from fusion.ports.telemetry import Meter
from fusion.progress import Notice
from fusion.telemetry import watching
from fusion.telemetry.metering import Fan, Measurement, tell
from fusion.telemetry.prometheus import CONTENT_TYPE, PrometheusMeter

__all__ = ["CONTENT_TYPE", "Metrics"]


class Metrics:
    """What one process shows. `meter` is where everything goes that is measured in it."""

    def __init__(self) -> None:
        self.prometheus = PrometheusMeter()
        self.meter: Meter = Fan(self.prometheus)
        self.age: Callable[[str], float | None] = lambda _run: None
        """Seconds since a run began, as its host knows it."""
        self._queue: Mapping[Priority, QueueState] = {}
        self._readers: list[Callable[[], Iterable[Measurement]]] = []
        self.prometheus.read(self.gauges)

    def join(self, meter: Meter) -> None:
        """Measure with this one, which hands on to `prometheus` and to others."""
        self.meter = meter

    def read(self, gauges: Callable[[], Iterable[Measurement]]) -> None:
        """Have these gauges asked for on every scrape."""
        self._readers.append(gauges)

    def queue(self, states: Mapping[Priority, QueueState]) -> None:
        """How full the queue is now, for the scrapes from here on."""
        self._queue = states

    def gauges(self) -> Iterable[Measurement]:
        """What things are at this moment."""
        for read in self._readers:
            yield from read()
        # Last: asked for just now, where others tell what they have seen a while ago.
        yield from watching.of_queue(self._queue)

    def heard(self, notice: Notice) -> None:
        """Measure what only this host knows of what activities tell; the rest is measured on every host."""
        tell(self.meter, watching.of_publishing(notice, self.age))

    def text(self) -> bytes:
        """The exposition."""
        return self.prometheus.text()
