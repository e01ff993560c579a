"""What callers see of an orchestration instance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple


class InstanceStatus(StrEnum):
    """Where an instance stands in its life."""

    PENDING = "pending"
    RUNNING = "running"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    FAILED = "failed"
    TERMINATED = "terminated"

    @property
    def terminal(self) -> bool:
        """Whether the instance will never run again under this start."""
        return self in TERMINAL


TERMINAL = frozenset({InstanceStatus.COMPLETED, InstanceStatus.FAILED, InstanceStatus.TERMINATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why an orchestration failed. Hosts name `type` differently (`ValueError`, `builtins.ValueError`): never compare it."""

    type: str
    message: str
    stack: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceState:
    """A committed snapshot of one instance. Times are UTC; `input`, `output` and `custom_status` are JSON values."""

    id: str
    name: str
    version: str
    execution: str
    parent: str | None
    status: InstanceStatus
    input: Any
    output: Any
    custom_status: Any
    failure: Failure | None
    created: datetime
    updated: datetime


class Started(NamedTuple):
    """The answer to a start: `created` is False when the instance existed already and was left alone."""

    id: str
    created: bool
