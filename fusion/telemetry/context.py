"""Which trace the present work belongs to, and how that travels: W3C Trace Context (https://www.w3.org/TR/trace-context/).

A `traceparent` goes with messages and with the inputs of orchestrations. Ids that several processes must agree on are made of
what they all know: the trace of a delivery of its id, the span of an orchestration of its parent's and of its own id. So a
redelivery is in its delivery's trace, and a span that is told twice, because a process died in between, is one span.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType, TracebackType
from typing import Any

from fusion.ports.telemetry import Kind, Span, Tracer, Value

_FORM = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_LENGTH = 55
_FIELD = "trace"
"""Of an input: to which trace it belongs."""
_NONE: Mapping[str, Value] = MappingProxyType({})
_here: ContextVar[str] = ContextVar("traceparent", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traceparent:
    """A span's place: 32 and 16 hexadecimal digits, neither all zeros."""

    trace: str
    span: str
    sampled: bool = True

    def __str__(self) -> str:
        """As in the header of that name."""
        return f"00-{self.trace}-{self.span}-{int(self.sampled):02x}"


def parse(text: str) -> Traceparent | None:
    """The place that a `traceparent` names; None where it is none: such a one is to be ignored."""
    return _parsed(text) if len(text) == _LENGTH else None


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Traceparent | None:
    found = _FORM.fullmatch(text)
    if found is None or not int(found[1], 16) or not int(found[2], 16):
        return None
    return Traceparent(trace=found[1], span=found[2], sampled=bool(int(found[3], 16) & 1))


def root(id: str) -> str:
    """A new first span of the trace that a delivery, a timer's message or a request with this id has."""
    return str(Traceparent(trace=_digest("trace", id)[:32], span=secrets.token_hex(8)))


def derived(parent: str, id: str) -> str:
    """The span beneath `parent` that everybody who knows both gives the same id; empty without a parent."""
    place = parse(parent)
    if place is None:
        return ""
    return str(Traceparent(trace=place.trace, span=_digest("span", place.span, id)[:16], sampled=place.sampled))


def carried(given: Any, trace: str) -> Any:
    """An orchestration's or activity's input with the trace, where there is one and it can carry it."""
    return {**given, _FIELD: trace} if trace and isinstance(given, dict) else given


def taken(given: Any) -> tuple[str, Any]:
    """The trace of an input, and the input without it."""
    if not isinstance(given, dict) or _FIELD not in given:
        return "", given
    trace = given[_FIELD]
    return trace if isinstance(trace, str) else "", {name: value for name, value in given.items() if name != _FIELD}


def here() -> str:
    """The traceparent of the present step, for what goes on elsewhere; empty outside of any."""
    return _here.get()


def trace_id(traceparent: str = "") -> str:
    """The id of that trace, or of the present one; empty outside of any."""
    place = parse(traceparent or here())
    return place.trace if place else ""


def step(
    tracer: Tracer,
    name: str,
    *,
    kind: Kind = "internal",
    parent: str = "",
    own: str = "",
    attributes: Mapping[str, Value] = _NONE,
) -> AbstractContextManager[Span]:
    """A span, within which `here` is its place. Where nobody traces, the place that was handed in is handed on.

    `parent`: left out, the present step. `own`: its own traceparent, where its ids are not to be chance.
    """
    parent = parent if parse(parent) else "" if own else here()
    return _Step(tracer.span(name, kind=kind, parent=parent, own=own, attributes=attributes), parent)


class _Step:
    """Of a span: that `here` is its place."""

    __slots__ = ("_parent", "_span", "_token")

    def __init__(self, span: AbstractContextManager[Span], parent: str) -> None:
        self._span = span
        self._parent = parent

    def __enter__(self) -> Span:
        span = self._span.__enter__()
        self._token = _here.set(span.traceparent or self._parent)
        return span

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        _here.reset(self._token)
        return self._span.__exit__(kind, error, traceback)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()
