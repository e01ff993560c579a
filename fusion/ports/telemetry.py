"""What is seen of the work: spans and measurements. Nothing depends on anybody looking, and nothing here blocks or raises.

Traces follow W3C Trace Context (https://www.w3.org/TR/trace-context/): a `traceparent` is what travels in messages and in the
inputs of orchestrations. Names of metrics are those of `fusion.telemetry.metrics`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Value = str | bool | int | float | tuple[str, ...]
Kind = Literal["internal", "server", "client", "producer", "consumer"]


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a metric. `values`: all that there are; empty: names that the operator installed or configured."""

    name: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric, in OpenTelemetry's words (https://opentelemetry.io/docs/specs/otel/metrics/data-model/)."""

    name: str
    kind: Literal["counter", "histogram", "gauge"]
    unit: str
    """In UCUM; what is counted stands in braces."""
    help: str
    labels: tuple[Label, ...] = ()
    buckets: tuple[float, ...] = ()
    """Of a histogram: upper bounds, ascending."""


class Span(Protocol):
    """A step that is under way."""

    @property
    def traceparent(self) -> str:
        """What whoever goes on in another process takes as its parent; empty where nothing is traced."""
        ...

    def set(self, name: str, value: Value) -> None:
        """Say more about it."""
        ...

    def fail(self, why: str) -> None:
        """It did not succeed, and why."""
        ...


@dataclass(slots=True)
class Record:
    """A span that is over, for whoever exports it."""

    name: str
    kind: Kind
    trace: str
    """32 hexadecimal digits."""
    id: str
    """16 of them."""
    parent: str
    """16 of them; empty: its trace begins with it."""
    start: int
    """Nanoseconds since 1970."""
    attributes: dict[str, Value]
    end: int = 0
    failure: str = ""
    """One word for why it failed; empty: it did not."""
    size: int = 0
    """Characters of its values."""


class Tracer(Protocol):
    """Makes spans. A span that is begun inside of a `fusion.telemetry.context.step` is its child unless a `parent` is given."""

    def span(
        self, name: str, *, kind: Kind = "internal", parent: str = "", own: str = "", attributes: Mapping[str, Value] = ...
    ) -> AbstractContextManager[Span]:
        """A step, from entering to leaving; an exception that passes through is its failure, of which only the type is told.

        `parent`: a traceparent; `own`: its own, where its ids are not to be chance; without a parent it begins its trace.
        """
        ...

    def past(
        self,
        name: str,
        *,
        start: datetime,
        end: datetime,
        own: str = "",
        parent: str = "",
        kind: Kind = "internal",
        attributes: Mapping[str, Value] = ...,
        failure: str = "",
    ) -> None:
        """A step that is over, told by whoever knows when it was. `own`: its own traceparent, where others were told it."""
        ...


class Meter(Protocol):
    """Counts and measures. A name or label that is not in the list of metrics is a mistake of the caller's, and raises."""

    def add(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Count up."""
        ...

    def record(self, name: str, value: float, **labels: str) -> None:
        """One value of a distribution."""
        ...

    def set(self, name: str, value: float, **labels: str) -> None:
        """What something is now."""
        ...


class _Unseen:
    """A span that nobody sees."""

    traceparent = ""

    def set(self, name: str, value: Value) -> None:
        """Nothing."""

    def fail(self, why: str) -> None:
        """Nothing."""


class Untraced:
    """The tracer of a host that exports nothing."""

    def span(
        self,
        name: str,
        *,
        kind: Kind = "internal",
        parent: str = "",
        own: str = "",
        attributes: Mapping[str, Value] | None = None,
    ) -> AbstractContextManager[Span]:
        """Nothing."""
        return nullcontext(_Unseen())

    def past(
        self,
        name: str,
        *,
        start: datetime,
        end: datetime,
        own: str = "",
        parent: str = "",
        kind: Kind = "internal",
        attributes: Mapping[str, Value] | None = None,
        failure: str = "",
    ) -> None:
        """Nothing."""


class Unmeasured:
    """The meter of a host that nobody asks."""

    def add(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Nothing."""

    def record(self, name: str, value: float, **labels: str) -> None:
        """Nothing."""

    def set(self, name: str, value: float, **labels: str) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """What a host sees with."""

    tracer: Tracer = field(default_factory=Untraced)
    meter: Meter = field(default_factory=Unmeasured)
    content: bool = False
    """Whether spans of model calls hold what was asked and answered."""


OFF = Telemetry()
"""Nobody looks."""
