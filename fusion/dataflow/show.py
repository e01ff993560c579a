"""The answer for people at a terminal: each finding with the path that its data takes, then what was cleared and not read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fusion.dataflow.job import Answer, shortened
from fusion.dataflow.results import Flow, Place
from fusion.render.text import clip, exact, one_line

_CODE = 160
_STEPS = 40


def lines(answer: Answer, read: Callable[[str], bytes | None], *, cleared: bool = True) -> Iterator[str]:
    """The lines to print. `read` gives the files' bytes, for the code of the steps; nothing in them steers a terminal."""
    texts: dict[str, list[str]] = {}

    def code(place: Place) -> str:
        if place.path not in texts:
            texts[place.path] = (read(place.path) or b"").decode("utf-8", "replace").split("\n")
        rows = texts[place.path]
        return clip(one_line(rows[place.span.line - 1]), _CODE) if 0 < place.span.line <= len(rows) else ""

    for flow in answer.flows:
        yield from _flow(flow, code)
        yield ""
    for item in answer.cleared if cleared else ():
        yield f"{_where(Place(item.path, item.span, ''))}: {item.kind.value} cleared: {one_line(item.reason)}"
    for path, reason in sorted(answer.unread.items()):
        yield f"{exact(path)}: not analysed: {one_line(reason)}"
    for path, reason in sorted(answer.unfollowed.items()):
        yield f"{exact(path)}: not followed into: {one_line(reason)}"
    counts = (
        _count(len(answer.flows), "finding"),
        f"{len(answer.cleared):,} cleared",
        f"{_count(len(answer.read), 'file')} and {_count(answer.lines, 'line')} read",
        f"{len(answer.unread):,} not",
    )
    yield ", ".join(counts)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _flow(flow: Flow, code: Callable[[Place], str]) -> Iterator[str]:
    sink = flow.sink
    yield (
        f"{_where(sink)}: {flow.kind.value} (CWE-{flow.cwe}), {flow.severity.value}, {flow.confidence.value}: "
        f"{one_line(sink.why)} [{one_line(flow.callee)}]"
    )
    trace = shortened(flow.trace, _STEPS)
    for number, place in enumerate(trace, start=1):
        if len(trace) < len(flow.trace) and number == _STEPS // 2 + 1:
            yield f"     … {len(flow.trace) - len(trace):,} more steps"
        yield f"  {number:>2} {_where(place)}  {code(place)}"
        yield f"     -> {one_line(place.why)}"


def _where(place: Place) -> str:
    return f"{exact(place.path)}:{place.span.line}:{place.span.column}"
