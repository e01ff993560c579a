"""What the scheduler asks of the engine around it."""

from __future__ import annotations

from typing import Protocol

from fusion.engine.activities import ActivityCall
from fusion.engine.instances import Instance, Session
from fusion.engine.wire import pb


class Outside(Protocol):
    """All but `decide` are effects: they run after the batch they belong to is committed."""

    def decide(self, instance: Instance, session: Session, new: list[pb.HistoryEvent]) -> None:
        """Run an episode; the answer comes back through `Scheduler.apply`, at once or later."""
        ...

    def launch(self, call: ActivityCall) -> None:
        """Start an activity; its end comes back through `Scheduler.settle`."""
        ...

    def stop_activities(self, execution: str) -> None:
        """Cancel the running activities of an execution that is over."""
        ...

    def finished(self, instance_id: str) -> None:
        """An instance reached its end."""
        ...
