"""What a look at one dependency told: whether it is as Fusion needs it, and what to do where it is not."""

from __future__ import annotations

from enum import StrEnum

from fusion.model import Record


class Standing(StrEnum):
    """How it stands with a dependency."""

    READY = "ready"
    WARNING = "warning"
    """It works, and not as it should."""
    MEND = "mend"
    """Something does not work, or will not, until somebody mends it."""
    SKIPPED = "skipped"
    """It is not configured, or cannot be seen from here."""


class Told(Record):
    """One line of a checkup."""

    part: str
    """The dependency, as a word or two: "service bus"."""
    name: str
    """What of it: a queue, a container, a key."""
    standing: Standing
    detail: str
    """A sentence. Never a secret."""
    command: str = ""
    """What mends it, to be pasted into a shell; empty where no command does."""
