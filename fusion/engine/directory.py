"""Which instances exist: the unfinished ones in memory, the finished ones in the journal, and the news between."""

from __future__ import annotations

from collections.abc import Callable

from fusion.engine.batch import Batch
from fusion.engine.instances import Instance
from fusion.engine.state import InstanceStatus

Brief = tuple[InstanceStatus, str]
"""Status and execution id."""


class Directory:
    """`live` holds every unfinished instance by id; `find` answers for all of them, committed or not."""

    def __init__(self, read: Callable[[str], Brief | None]) -> None:
        self.live: dict[str, Instance] = {}
        self._read = read
        self._recent: dict[str, tuple[int, Brief | None]] = {}

    def find(self, id: str) -> Brief | None:
        """Status and execution of an instance; None when there is none."""
        if (instance := self.live.get(id)) is not None:
            return instance.status, instance.execution
        if (recent := self._recent.get(id)) is not None:
            return recent[1]
        return self._read(id)

    def remember(self, id: str, brief: Brief | None, batch: Batch) -> None:
        """Answer for a finished (None: purged) instance until the batch that says so is committed."""
        self._recent[id] = batch.number, brief

        def committed() -> None:
            if (recent := self._recent.get(id)) is not None and recent[0] == batch.number:
                del self._recent[id]

        batch.after(committed)
