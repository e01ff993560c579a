"""Orchestrators that are watched from within: when each run began, and how it ended, as the worker sees it that replays it.

The scheduler tells nobody that a run has ended, and asking for each of them again and again would cost more than the runs.
Watching decides nothing: an orchestrator does the same with it and without it.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Orchestrator = Callable[..., Any]

KNOWN = 10_000
"""Runs whose beginnings are remembered."""
GOES_ON = frozenset({"scan"})
"""Orchestrators that go on as new, and then return nothing; at their end they return something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run of its own (no sub-orchestration) ended."""

    id: str
    name: str
    input: Any
    output: Any = None
    failure: str | None = None


class Beginnings:
    """When runs began, of the last `KNOWN` that were replayed here. For any number of threads."""

    def __init__(self) -> None:
        self._at: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def note(self, id: str, at: datetime) -> None:
        """Of equal ids the first counts."""
        with self._lock:
            self._at.setdefault(id, at)
            while len(self._at) > KNOWN:
                del self._at[next(iter(self._at))]

    def get(self, id: str) -> datetime | None:
        """When it began; None: it was not replayed here, or long ago."""
        with self._lock:
            return self._at.get(id)


def watched(
    orchestrators: Mapping[str, Orchestrator], beginnings: Beginnings, ended: Callable[[Ended], None]
) -> Mapping[str, Orchestrator]:
    """The same orchestrators; `ended` is called on the thread of the replay, at least once for each run that ends."""
    return {name: _watched(name, each, beginnings, ended) for name, each in orchestrators.items()}


def _watched(name: str, orchestrator: Orchestrator, beginnings: Beginnings, ended: Callable[[Ended], None]) -> Orchestrator:
    def flow(ctx: Any, given: Any) -> Any:
        id = str(ctx.instance_id)
        # Sub-orchestrations have the ids of their parents before theirs, and a colon between.
        is_own = ":" not in id
        if is_own:
            beginnings.note(id, ctx.current_utc_datetime.replace(tzinfo=UTC))
        try:
            output = orchestrator(ctx, given)
            if inspect.isgenerator(output):
                output = yield from output
        except Exception as error:  # raised again: it is the run's failure, whatever it is
            if is_own and not ctx.is_replaying:
                ended(Ended(id=id, name=name, input=given, failure=str(error) or type(error).__name__))
            raise
        if is_own and not ctx.is_replaying and not (output is None and name in GOES_ON):
            ended(Ended(id=id, name=name, input=given, output=output))
        return output

    flow.__name__ = flow.__qualname__ = name
    return flow
