"""The durable host, as those see it who start orchestrations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an orchestration is."""

    id: str
    status: Literal["pending", "running", "suspended", "completed", "failed", "terminated"]
    output: Any = None

    @property
    def ended(self) -> bool:
        """Whether it will do nothing more."""
        return self.status in ("completed", "failed", "terminated")


class Conductor(Protocol):
    """Starts and stops orchestrations: the embedded engine, or a Durable Functions client."""

    async def start(self, name: str, input: Any, id: str) -> bool:
        """Start one, durably. False when the id exists, running or ended: it is left alone. Raises TransientError."""
        ...

    async def status(self, id: str) -> Progress | None:
        """Its state, or None."""
        ...

    async def terminate(self, id: str, why: str) -> None:
        """End it and its sub-orchestrations; no error when it has ended or never was."""
        ...

    async def tell(self, id: str, event: str, data: Any) -> bool:
        """Deliver an event to an orchestration; False when it has ended or never was. Raises TransientError."""
        ...
