"""Policy: what a repository wants of its reviews. Always read from the base side of the change.

`.fusion.yml` is parsed with positions, so that an unknown key or a wrong type names its line and the nearest right key.
Paths are gitignore-style patterns, matched against repository paths.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fusion.model import Record, Severity


class Instruction(Record):
    """What reviewers of some paths should mind; for the agents' prompts and the reader of the summary."""

    paths: tuple[str, ...]
    text: str


class Floor(Record):
    """Findings below `severity` on these paths are counted, not shown."""

    paths: tuple[str, ...] = ("**",)
    severity: Severity


class Caps(Record):
    """Limits. What is cut is on the receipt."""

    inline: int = Field(default=10, ge=0, le=100)
    """Inline comments per review; the rest is summarised."""
    files: int = Field(default=3000, ge=1)
    file_bytes: int = Field(default=1_000_000, ge=1)
    """A larger file is not reviewed and says so."""
    tool_seconds: float = Field(default=60.0, gt=0, le=3600)


class Policy(Record):
    """A repository's configuration, complete with defaults."""

    version: Literal[1] = 1
    ignore: tuple[str, ...] = ()
    """Paths that are not reviewed (shown on the receipt, do not make it incomplete)."""
    generated: tuple[str, ...] = ()
    """More paths to treat as generated or vendored, beside those Fusion recognises."""
    instructions: tuple[Instruction, ...] = ()
    floors: tuple[Floor, ...] = (Floor(severity=Severity.LOW),)
    agents: dict[str, bool] = {}
    """Agents to switch on or off by name; absent: on."""
    analyzers: dict[str, bool] = {}
    """Analyzers to switch on or off by name; absent: on where installed."""
    required: tuple[str, ...] = ()
    """Analyzers that must have run; a required one that is not installed makes the review incomplete."""
    block: Severity = Severity.HIGH
    """Findings at or above, of confidence likely or certain and with evidence, block."""
    suppressions: Literal["honour", "show", "ignore"] = "show"
    """The author's own suppression comments: honour hides the finding (counted), show marks it and keeps it from blocking,
    ignore treats it as if the comment were not there. A new suppression in the change is itself evidence, always."""
    caps: Caps = Caps()
