"""What a tracer told, kept in memory: the adapter's own tracer, with nobody behind it."""

from __future__ import annotations

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from fusion.adapters.telemetry.traces import Tracer, provider
from fusion.ports.telemetry import Telemetry


class Kept(SpanProcessor):
    """The spans that ended, in order."""

    def __init__(self, *, content: bool = False) -> None:
        self.spans: list[ReadableSpan] = []
        self.telemetry = Telemetry(tracer=Tracer(provider(service="test", ratio=1.0), [self]), content=content)

    def on_end(self, span: ReadableSpan) -> None:
        self.spans.append(span)

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
    assert span.context is not None
    return span.context.span_id
