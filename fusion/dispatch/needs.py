"""What the dispatcher needs of a host."""

from __future__ import annotations

from typing import Protocol

from fusion.budget.book import Book
from fusion.ports import Clock, Hub, Queue, Store
from fusion.ports.telemetry import Telemetry


class Paying(Protocol):
    """Models, as far as they cost money."""

    @property
    def book(self) -> Book:
        """The accounts."""
        ...


class Ports(Protocol):
    """What the dispatcher needs of a host; `orchestrations.bundle.Bundle` has it."""

    @property
    def tenant(self) -> str:
        """First part of every key."""
        ...

    @property
    def slug(self) -> str:
        """The App's name in mentions."""
        ...

    @property
    def clock(self) -> Clock:
        """Time."""
        ...

    @property
    def reasoning(self) -> Paying | None:
        """None: the host asks no models."""
        ...

    @property
    def store(self) -> Store:
        """Where records are."""
        ...

    @property
    def hub(self) -> Hub | None:
        """The forge."""
        ...

    @property
    def queue(self) -> Queue | None:
        """Where messages to other sessions go."""
        ...

    @property
    def telemetry(self) -> Telemetry:
        """Who sees the work."""
        ...
