"""What a tracer told, kept in memory as the SDK's spans: a host's own tracer, with nobody behind it."""

from __future__ import annotations

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan

from fusion.adapters.telemetry.application_insights import readable
from fusion.ports.telemetry import Record, Telemetry
from fusion.telemetry.spans import Tracer


class Kept:
    """The spans that ended, in order."""

    def __init__(self, *, content: bool = False) -> None:
        self.spans: list[ReadableSpan] = []
        self.telemetry = Telemetry(tracer=Tracer([self.put]), content=content)

    def put(self, span: Record) -> None:
        self.spans.append(readable(span, Resource({"service.name": "test"})))

    @property
    def names(self) -> list[str]:
        return [span.name for span in self.spans]

    def one(self, name: str) -> ReadableSpan:
        [span] = [span for span in self.spans if span.name == name]
        return span

    def above(self, span: ReadableSpan) -> str:
        """Name of its parent; empty where that was not told."""
        return next((each.name for each in self.spans if span.parent and id_of(each) == span.parent.span_id), "")


def id_of(span: ReadableSpan) -> int:
    """Its id."""
    context = span.get_span_context()
    assert context is not None
    return int(context.span_id)


def trace_of(span: ReadableSpan) -> int:
    """The id of its trace."""
    context = span.get_span_context()
    assert context is not None
    return int(context.trace_id)
