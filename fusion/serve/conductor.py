"""The embedded engine as a Conductor."""

from __future__ import annotations

from typing import Any

from fusion.engine import Engine, UnknownInstance
from fusion.ports import Progress


class EngineConductor:
    """Starts, watches and ends orchestrations on an open engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def start(self, name: str, input: Any, id: str) -> bool:
        """Start one, durably; False when the id exists. Raises EngineFull and EngineStopped, which are transient."""
        started = await self.engine.start(name, input, id)
        return started.created

    async def status(self, id: str) -> Progress | None:
        """Its committed state, or None."""
        state = self.engine.status(id)
        if state is None:
            return None
        return Progress(id=id, status=state.status.value, output=state.output)

    async def terminate(self, id: str, why: str) -> None:
        """End it and its sub-orchestrations; no error when it has ended or never was."""
        try:
            await self.engine.terminate(id, why)
        except UnknownInstance:
            return

    async def tell(self, id: str, event: str, data: Any) -> bool:
        """Deliver an event; False when the orchestration has ended or never was. Raises EngineFull and EngineStopped."""
        try:
            return await self.engine.raise_event(id, event, data)
        except UnknownInstance:
            return False
