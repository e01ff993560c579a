"""The worker: which orchestrators and activities exist, and what the engine needs of whoever runs them."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from fusion.engine.activities import ActivityCall
    from fusion.engine.instances import Sticky
    from fusion.engine.wire import pb

Orchestrator = Callable[..., Any]
"""A durabletask orchestrator: a generator function of (context, input), or a plain function that schedules nothing."""

Activity = Callable[..., Any]
"""A function of (`ActivityContext`, input: JSON value), sync (runs on a thread) or async (runs on the loop); returns JSON."""


class Runner(Protocol):
    """The worker half of the protocol: replays orchestrators and runs activities. The engine never touches user code itself."""

    def orchestrate(
        self, instance_id: str, past: Sequence[pb.HistoryEvent], new: Sequence[pb.HistoryEvent]
    ) -> pb.OrchestratorResponse | Awaitable[pb.OrchestratorResponse]:
        """One episode: replay the past, then decide on what is new."""
        ...

    def sticky(self, instance_id: str, past: Iterable[pb.HistoryEvent]) -> Sticky | None:
        """A generator kept suspended in memory, brought up to the past; None where the runner cannot."""
        ...

    def activity(self, call: ActivityCall) -> asyncio.Future[str | None]:
        """Set an activity going; its result as JSON text. Exceptions are the activity's failure."""
        ...

    def timeout(self, name: str) -> float | None:
        """Seconds that this activity may take; None: the engine's default."""
        ...

    def close(self) -> None:
        """Release threads."""
        ...


class Host(Protocol):
    """Anything an engine can drive: `Worker`, or another worker behind the same protocol."""

    def runner(self) -> Runner:
        """The runner for one engine's lifetime."""
        ...


@dataclass(frozen=True, slots=True)
class Registered:
    """An activity as registered."""

    function: Activity
    is_async: bool
    timeout: float | None


class Worker:
    """The orchestrators and activities of an application."""

    def __init__(self) -> None:
        self.orchestrators: dict[str, Orchestrator] = {}
        self.activities: dict[str, Registered] = {}

    def add_orchestrator(self, function: Orchestrator, *, name: str | None = None) -> None:
        """Register an orchestrator under its own or another name. Raises ValueError when the name is taken."""
        known = name or function.__name__
        if known in self.orchestrators:
            raise ValueError(f"an orchestrator named '{known}' is registered already")
        self.orchestrators[known] = function

    def add_activity(self, name: str, function: Activity, *, timeout: float | None = None) -> None:
        """Register an activity; `timeout` in seconds, None: the engine's. Raises ValueError when the name is taken."""
        if name in self.activities:
            raise ValueError(f"an activity named '{name}' is registered already")
        is_async = inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)
        self.activities[name] = Registered(function, is_async, timeout)

    def runner(self) -> Runner:
        """Bind the registrations to durabletask's executor (imported here, since it costs a noticeable start-up)."""
        from fusion.engine.executor import NativeRunner

        return NativeRunner(self)
