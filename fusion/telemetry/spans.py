"""Spans as plain records: made on the host's own thread with as little as can be, and handed to whoever exports them.

No SDK takes part: what a span costs is what is seen of a review's time. Nor is OpenTelemetry's ambient context touched: Azure's
libraries would find a span there, and send its ids to whomever they call.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import MappingProxyType, TracebackType

from fusion.ports.telemetry import Kind, Record, Span, Value
from fusion.telemetry.context import Traceparent, here, parse

log = logging.getLogger("fusion.telemetry")

_NONE: Mapping[str, Value] = MappingProxyType({})
LONGEST = 16_384
"""Characters of one value; only the content of model calls has so many."""
MOST = 64
"""Attributes of one span."""


class Tracer:
    """Spans, handed to `sinks` once they end. For any number of threads and event loops.

    Of the traces that begin here it keeps `ratio`; of all others, what their beginning decided.
    """

    def __init__(self, sinks: Sequence[Callable[[Record], None]], *, ratio: float = 1.0) -> None:
        self._sinks = sinks
        self._bound = round(ratio * 2**64)

    def span(
        self,
        name: str,
        *,
        kind: Kind = "internal",
        parent: str = "",
        own: str = "",
        attributes: Mapping[str, Value] = _NONE,
    ) -> AbstractContextManager[Span]:
        """A step; see `fusion.ports.telemetry.Tracer`."""
        return _Step(self, *self._begun(name, kind, parent, own, attributes, time.time_ns()))

    def past(
        self,
        name: str,
        *,
        start: datetime,
        end: datetime,
        own: str = "",
        parent: str = "",
        kind: Kind = "internal",
        attributes: Mapping[str, Value] = _NONE,
        failure: str = "",
    ) -> None:
        """A step that is over; see `fusion.ports.telemetry.Tracer`."""
        _, record = self._begun(name, kind, parent, own, attributes, _nanoseconds(start))
        if record is not None:
            record.failure = failure
            self.ended(record, max(record.start, _nanoseconds(end)))

    def ended(self, record: Record, at: int) -> None:
        """Hand it on."""
        record.end = at
        try:
            _bound(record)
            for sink in self._sinks:
                sink(record)
        except Exception:  # the edge to whoever looks: whatever goes wrong there, the work that is looked at goes on
            log.debug("a span is lost", exc_info=True)

    def _begun(
        self, name: str, kind: Kind, parent: str, own: str, attributes: Mapping[str, Value], start: int
    ) -> tuple[Traceparent, Record | None]:
        """Its place, and its record where it is kept."""
        mine = parse(own)
        above = parse(parent) or (None if own else parse(here()))
        trace = above.trace if above else mine.trace if mine else secrets.token_hex(16)
        kept = above.sampled if above else int(trace[16:], 16) < self._bound
        place = Traceparent(trace=trace, span=mine.span if mine else secrets.token_hex(8), sampled=kept)
        if not kept:
            return place, None
        return place, Record(name, kind, trace, place.span, above.span if above else "", start, dict(attributes))


class _Step:
    """A step that is under way."""

    __slots__ = ("_place", "_record", "_tracer")

    def __init__(self, tracer: Tracer, place: Traceparent, record: Record | None) -> None:
        self._tracer = tracer
        self._place = place
        self._record = record

    def __enter__(self) -> _Step:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        if kind is not None:
            # Only its type: words of an error may quote what is reviewed.
            self.fail(kind.__name__)
        if self._record is not None:
            self._tracer.ended(self._record, max(self._record.start, time.time_ns()))

    @property
    def traceparent(self) -> str:
        """As it is sent on; also where it is not kept, so that nobody else keeps its children."""
        return str(self._place)

    def set(self, name: str, value: Value) -> None:
        """Say more about it."""
        if self._record is not None:
            self._record.attributes[name] = value

    def fail(self, why: str) -> None:
        """It did not succeed."""
        if self._record is not None:
            self._record.failure = why


def _bound(record: Record) -> None:
    """Cut what is too long or too much: memory is bounded by what one span may hold and how many wait."""
    attributes = record.attributes
    if record.failure:
        attributes["error.type"] = record.failure
    if len(attributes) > MOST:
        attributes = record.attributes = dict(list(attributes.items())[-MOST:])
    for name, value in attributes.items():
        if isinstance(value, str):
            if len(value) > LONGEST:
                attributes[name] = value = value[:LONGEST]
            record.size += len(value)
        elif isinstance(value, tuple):
            if len(value) > MOST or any(len(part) > LONGEST for part in value):
                attributes[name] = value = tuple(part[:LONGEST] for part in value[:MOST])
            record.size += sum(map(len, value))


def _nanoseconds(moment: datetime) -> int:
    return max(int(moment.timestamp() * 1_000_000) * 1000, 0)
