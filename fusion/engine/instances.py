"""What the engine keeps in memory of each unfinished instance, and the cache of their histories.

An `Instance` is small and stays for as long as it is unfinished. A `Session` (its past events, or the suspended generator
itself) can always be rebuilt from the journal, so that memory stays bounded.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from fusion.engine.state import InstanceStatus
from fusion.engine.wire import pb


class Parent(NamedTuple):
    """Who waits for a sub-orchestration."""

    id: str
    execution: str
    task: int


class Tries(NamedTuple):
    """How often an activity was started, and how often the process ended while it ran."""

    starts: int
    crashes: int


@dataclass(slots=True, eq=False)
class Instance:
    """An unfinished instance. `inbox[i]` has number `first + i` in the journal; the leading `saved` ones are written there."""

    id: str
    execution: str
    name: str
    version: str
    parent: Parent | None = None
    trace: pb.TraceContext | None = None
    status: InstanceStatus = InstanceStatus.PENDING
    inbox: list[pb.HistoryEvent] = field(default_factory=list)
    first: int = 0
    saved: int = 0
    chunks: int = 0
    timers: int = 0
    tries: dict[int, Tries] = field(default_factory=dict)
    queued: bool = False
    busy: bool = False
    dead: bool = False
    suspended: bool = False

    def heed(self, events: Iterable[pb.HistoryEvent]) -> None:
        """Note orders to suspend and resume among events that the orchestrator was told."""
        for event in events:
            if event.HasField("executionSuspended"):
                self.suspended = True
            elif event.HasField("executionResumed"):
                self.suspended = False

    def renew(self, execution: str, version: str) -> None:
        """Forget everything of the execution so far: continue-as-new."""
        self.execution, self.version = execution, version
        self.inbox, self.first, self.saved, self.chunks, self.timers = [], 0, 0, 0, 0
        self.tries = {}
        self.status, self.suspended = InstanceStatus.PENDING, False


class Sticky(Protocol):
    """An orchestrator whose generator stays suspended in memory between episodes."""

    def step(self, events: Sequence[pb.HistoryEvent]) -> pb.OrchestratorResponse:
        """Feed new events; what the orchestrator decided."""
        ...

    def confirm(self, events: Iterable[pb.HistoryEvent]) -> None:
        """Tell it that its decisions are in the history."""
        ...


@dataclass(slots=True)
class Session:
    """The rebuildable half of an instance: its past events, or its live generator. `size` is in bytes of history."""

    past: list[pb.HistoryEvent]
    count: int
    size: int
    batch: int = 0
    pinned: bool = False
    live: Sticky | None = None


class Sessions:
    """Sessions by execution, least recently used first out, within a budget of history bytes.

    The budget, not a count, is the bound: as long as every live instance fits, none is ever evicted. A session whose last
    episode is being decided or not committed yet cannot be read back, so it stays until it is.
    """

    def __init__(self, load: Callable[[str], Iterable[bytes]], budget: int) -> None:
        self._load, self._budget = load, budget
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self.size = 0

    def __len__(self) -> int:
        return len(self._sessions)

    def get(self, execution: str, *, fresh: bool) -> Session:
        """The session of an execution; a fresh one has no history to read."""
        session = self._sessions.get(execution)
        if session is not None:
            self._sessions.move_to_end(execution)
            return session
        past: list[pb.HistoryEvent] = []
        size = 0
        if not fresh:
            for chunk in self._load(execution):
                past.extend(pb.HistoryChunk.FromString(chunk).events)
                size += len(chunk)
        session = self._sessions[execution] = Session(past, len(past), size)
        self.size += size
        return session

    def grew(self, session: Session, events: int, size: int, batch: int) -> None:
        """Account for an episode added to a session by batch number `batch`."""
        session.count += events
        session.size += size
        session.batch = batch
        self.size += size

    def drop(self, execution: str) -> None:
        """Forget a session: its execution is over."""
        session = self._sessions.pop(execution, None)
        if session is not None:
            self.size -= session.size

    def trim(self, committed: int) -> None:
        """Evict what exceeds the budget among sessions whose history is committed up to batch number `committed`."""
        if self.size <= self._budget:
            return
        for execution, session in list(self._sessions.items()):
            if self.size <= self._budget:
                return
            if session.batch <= committed and not session.pinned:
                self.drop(execution)
