"""Spans over the OpenTelemetry SDK, in a provider of our own: nothing global is set, so that no other library's spans come in.

Nor is the SDK's ambient context touched: Azure's libraries would find a span there, and send its ids to whomever they call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from fusion import __version__
from fusion.ports.telemetry import Kind, Span, Value

_KINDS: Mapping[Kind, SpanKind] = MappingProxyType(
    {
        "internal": SpanKind.INTERNAL,
        "server": SpanKind.SERVER,
        "client": SpanKind.CLIENT,
        "producer": SpanKind.PRODUCER,
        "consumer": SpanKind.CONSUMER,
    }
)
_NONE: Mapping[str, Value] = MappingProxyType({})
_LONGEST = 16_384
"""Characters of one value; only the content of model calls has so many."""
_own: ContextVar[SpanContext | None] = ContextVar("own", default=None)
_current: ContextVar[SpanContext | None] = ContextVar("current", default=None)


class _Ids(RandomIdGenerator):
    """Chance, except where a span's ids are given."""

    def generate_trace_id(self) -> int:
        own = _own.get()
        return own.trace_id if own else super().generate_trace_id()

    def generate_span_id(self) -> int:
        own = _own.get()
        return own.span_id if own else super().generate_span_id()

    def is_trace_id_random(self) -> bool:
        # Those that are made of a delivery's id are not chance, as W3C's flag means it.
        return False


def provider(*, service: str, ratio: float, instance: str = "") -> TracerProvider:
    """A provider that keeps `ratio` of the traces that begin here, and of all others what their beginning decided."""
    about: dict[str, str] = {
        "service.name": service,
        "service.version": __version__,
        "telemetry.sdk.name": "opentelemetry",
        "telemetry.sdk.language": "python",
    }
    if instance:
        about["service.instance.id"] = instance
    return TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(ratio)),
        resource=Resource(about),
        shutdown_on_exit=False,
        id_generator=_Ids(),
        span_limits=SpanLimits(max_span_attributes=64, max_span_attribute_length=_LONGEST, max_events=8, max_links=8),
    )


class Tracer:
    """Spans of one provider, handed to `processors` once they end. For any number of threads and event loops."""

    def __init__(self, provider: TracerProvider, processors: Sequence[SpanProcessor]) -> None:
        for processor in processors:
            provider.add_span_processor(processor)
        self._tracer = provider.get_tracer("fusion", __version__)

    @contextmanager
    def span(
        self,
        name: str,
        *,
        kind: Kind = "internal",
        parent: str = "",
        own: str = "",
        attributes: Mapping[str, Value] = _NONE,
    ) -> Iterator[Span]:
        """A step; see `fusion.ports.telemetry.Tracer`."""
        above = _place(parent) or (None if own else _current.get())
        begun = self._begin(name, kind, above, own, attributes, None)
        token = _current.set(begun.get_span_context())
        try:
            yield _Span(begun)
        except BaseException as error:
            # Only its type: words of an error may quote what is reviewed.
            _failed(begun, type(error).__name__)
            raise
        finally:
            _current.reset(token)
            begun.end()

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
        above = _place(parent) or (None if own else _current.get())
        told = self._begin(name, kind, above, own, attributes, _nanoseconds(start))
        if failure:
            _failed(told, failure)
        told.end(max(_nanoseconds(start), _nanoseconds(end)))

    def _begin(
        self,
        name: str,
        kind: Kind,
        above: SpanContext | None,
        own: str,
        attributes: Mapping[str, Value],
        start: int | None,
    ) -> trace.Span:
        context = Context()
        if above is not None:
            context = trace.set_span_in_context(NonRecordingSpan(above), context)
        token = _own.set(_place(own))
        try:
            return self._tracer.start_span(
                _clean(name),
                context,
                _KINDS[kind],
                attributes={key: _valued(value) for key, value in attributes.items()},
                start_time=start,
            )
        finally:
            _own.reset(token)


class _Span:
    """A span of the SDK."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    @property
    def traceparent(self) -> str:
        """As it is sent on; also where it is not kept, so that nobody else keeps its children."""
        place = self._span.get_span_context()
        return f"00-{place.trace_id:032x}-{place.span_id:016x}-{int(place.trace_flags.sampled):02x}"

    def set(self, name: str, value: Value) -> None:
        """Say more about it."""
        self._span.set_attribute(name, _valued(value))

    def fail(self, why: str) -> None:
        """It did not succeed."""
        _failed(self._span, why)


def _failed(span: trace.Span, why: str) -> None:
    span.set_attribute("error.type", _clean(why))
    span.set_status(Status(StatusCode.ERROR, _clean(why)))


@lru_cache(maxsize=1024)
def _place(traceparent: str) -> SpanContext | None:
    """Where that is; None for what is no traceparent: `fusion.telemetry.context` has let none through."""
    parts = traceparent.split("-")
    if len(parts) != 4:
        return None
    try:
        trace_id, span_id, flags = (int(part, 16) for part in parts[1:])
    except ValueError:
        return None
    place = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags & 1))
    return place if place.is_valid else None


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1000


def _valued(value: Value) -> Value:
    if isinstance(value, tuple):
        return tuple(_clean(part) for part in value)
    return _clean(value) if isinstance(value, str) else value


def _clean(text: str) -> str:
    """Without half surrogate pairs, which protobuf refuses, and the whole batch with them."""
    return text if text.isascii() else text.encode(errors="replace").decode()
