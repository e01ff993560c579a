"""Structured logs: one JSON object or one line of text per record, with the delivery, run and trace that it is about.

    with about(delivery="72d3162e", run="review-1f..."):
        log.info("published")

What is logged may come from a repository or from GitHub: it is written with its control characters escaped.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal, TextIO

from fusion.render.text import one_line
from fusion.telemetry.context import trace_id

_TOLD_BY_US = ("azure.identity._credentials.chained", "azure.identity.aio._credentials.chained")
"""They warn, in two thousand letters, of each tool that has not signed in; the error that follows says it in a sentence."""

_about: ContextVar[dict[str, str] | None] = ContextVar("about", default=None)


@contextlib.contextmanager
def about(**ids: str) -> Iterator[None]:
    """Records within carry these ids, beside those of the contexts around it."""
    token = _about.set({**(_about.get() or {}), **{name: id for name, id in ids.items() if id}})
    try:
        yield
    finally:
        _about.reset(token)


class _Ids(logging.Filter):
    """Notes on each record what it is about, in the task that logs it."""

    def filter(self, record: logging.LogRecord) -> bool:
        trace = trace_id()
        record.ids = {**({"trace": trace} if trace else {}), **(_about.get() or {})}
        return True


class JsonLines(logging.Formatter):
    """`{"time", "level", "logger", "message", "trace", "delivery", "run", "error"}`; times in RFC 3339, UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of ASCII JSON."""
        value: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "ids", {}),
        }
        if record.exc_info and record.exc_info[0]:
            value["error"] = self.formatException(record.exc_info)
        return json.dumps(value)


class Lines(logging.Formatter):
    """The same for people: time, level, message, ids."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback of an exception below it."""
        at = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        ids = "".join(f" {name}={id}" for name, id in getattr(record, "ids", {}).items())
        line = one_line(f"{at} {record.levelname.lower():7} {record.getMessage()}{ids}")
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info and record.exc_info[0] else line


def configure(form: Literal["json", "text"], *, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Send the records of Fusion, and warnings of all others, to `stream` (standard error) in that form."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else Lines())
    handler.addFilter(_Ids())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("fusion").setLevel(level)
    for name in _TOLD_BY_US:
        logging.getLogger(name).setLevel(logging.ERROR)
