"""What is told before anybody listens: a host that opens its telemetry with the first activity has replayed runs before."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fusion.ports.telemetry import Tracer, Untraced, Value

MOST = 1_000
"""Steps that are remembered, the latest."""


class Early(Untraced):
    """A tracer that remembers steps that are over, until there is one to tell them to. For any number of threads."""

    def __init__(self) -> None:
        self._told: deque[tuple[str, dict[str, Any]]] = deque(maxlen=MOST)
        self._tracer: Tracer | None = None
        self._lock = threading.Lock()

    def past(
        self,
        name: str,
        *,
        start: datetime,
        end: datetime,
        attributes: Mapping[str, Value] | None = None,
        **others: Any,
    ) -> None:
        """Tell it, or remember it."""
        said = {"start": start, "end": end, "attributes": attributes or {}, **others}
        with self._lock:
            tracer = self._tracer
            if tracer is None:
                self._told.append((name, said))
        if tracer is not None:
            tracer.past(name, **said)

    def opened(self, tracer: Tracer) -> None:
        """From now on there is one; it is told what was before."""
        with self._lock:
            self._tracer, before = tracer, list(self._told)
            self._told.clear()
        for name, said in before:
            tracer.past(name, **said)

    def closed(self) -> None:
        """There is none any more."""
        self._tracer = None
