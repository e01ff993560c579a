"""What must be committed together, and what may happen only after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fusion.engine.journal import SQL, Statement


@dataclass(slots=True)
class Batch:
    """One transaction: its statements, and the effects (replies, activities to start) that wait for its commit."""

    number: int
    statements: list[Statement] = field(default_factory=list)
    effects: list[Callable[[], None]] = field(default_factory=list)

    def put(self, name: str, *values: Any) -> None:
        """Add the statement of this name."""
        self.statements.append((SQL[name], values))

    def after(self, effect: Callable[[], None]) -> None:
        """Add an effect."""
        self.effects.append(effect)
