"""Models and time."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from fusion.model import Completion, Prompt


class Model(Protocol):
    """A language model behind whatever route."""

    async def complete(self, prompt: Prompt) -> Completion:
        """One reply that fits the prompt's schema. Raises TransientError or PermanentError."""
        ...


class Clock(Protocol):
    """Time, so that tests own it."""

    def now(self) -> datetime:
        """The present, in UTC."""
        ...
