"""Values that every record uses: severity, confidence, verdict, provenance."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from threading import RLock
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION = 1

_BUILDING = RLock()


class Record(BaseModel):
    """Base of every value that crosses a boundary: frozen, and strict about unknown fields."""

    # Most runs need few of the classes: what checks and writes one is built when its first value comes.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @classmethod
    def model_rebuild(cls, *, _parent_namespace_depth: int = 2, **options: Any) -> bool | None:
        """Build what checks and writes values of this class: one thread at a time, which pydantic leaves to us."""
        with _BUILDING:
            return super().model_rebuild(_parent_namespace_depth=_parent_namespace_depth + 1, **options)


class Severity(StrEnum):
    """How bad it is if the finding is true."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """4 for critical down to 0 for info."""
        return 4 - list(Severity).index(self)

    def lowered(self, steps: int = 1) -> Severity:
        """The severity some steps down; info is the lowest."""
        return list(Severity)[min(4 - self.rank + steps, 4)]


class Confidence(StrEnum):
    """How likely the finding is true."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"

    @property
    def rank(self) -> int:
        """2 for certain down to 0 for possible."""
        return 2 - list(Confidence).index(self)


class Verdict(StrEnum):
    """What the review says as a whole. `incomplete` outranks `block`, which outranks `pass`."""

    PASS = "pass"
    BLOCK = "block"
    INCOMPLETE = "incomplete"


class Category(StrEnum):
    """Which agent a piece of evidence belongs to."""

    SECURITY = "security"
    CORRECTNESS = "correctness"
    MAINTAINABILITY = "maintainability"
    COMPLIANCE = "compliance"
    DOCUMENTATION = "documentation"
    TESTS = "tests"


class Side(StrEnum):
    """Side of a diff, in GitHub's words: LEFT is the base, RIGHT is the head."""

    LEFT = "LEFT"
    RIGHT = "RIGHT"


class Provenance(Record):
    """Where a record comes from; access control, audit, replay, cost and learning are read from it."""

    tenant: str = "local"
    repository: str = ""
    visibility: Literal["public", "private", "internal", "local"] = "local"
    actor: str = ""
    run: str = ""
    attempt: int = 1
    at: datetime | None = None
    schema_version: int = SCHEMA_VERSION
    policy: str = ""
    """Digests of what made the record; empty where a part took no hand in it."""
    rules: str = ""
    tool: str = ""
    prompt: str = ""
    model: str = ""
    route: str = ""
