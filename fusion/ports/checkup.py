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


def mend(part: str, name: str, detail: str, command: str = "") -> Told:
    """A line about what does not work. A command that the detail holds between backquotes is told apart from it."""
    if not command and detail.count("`") == 2:
        before, command, after = detail.split("`")
        detail = f"{before.rstrip(': ')}{after}"
    return Told(part=part, name=name, standing=Standing.MEND, detail=detail, command=command)


def ready(part: str, name: str, detail: str) -> Told:
    """A line about what is as it must be."""
    return Told(part=part, name=name, standing=Standing.READY, detail=detail)


def warning(part: str, name: str, detail: str, command: str = "") -> Told:
    """A line about what works, and not as it should."""
    return Told(part=part, name=name, standing=Standing.WARNING, detail=detail, command=command)


def skipped(part: str, name: str, detail: str, command: str = "") -> Told:
    """A line about what is not there, or cannot be seen."""
    return Told(part=part, name=name, standing=Standing.SKIPPED, detail=detail, command=command)
