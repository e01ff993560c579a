"""What is being run: functions and loops that are open."""

from __future__ import annotations

from dataclasses import dataclass, field

from fusion.dataflow import ir
from fusion.dataflow.solver.domain.state import Scope, State
from fusion.dataflow.solver.domain.values import NOTHING, Klass, Value

MAX_CALLS = 12
"""Depth of calls that are followed."""
MAX_TRAIL = 60


Raised = tuple[State, Value]
"""The state in which an error is raised, and the error."""


class Exhausted(Exception):
    """The budget of the function that is being analysed is used up."""


class Late(Exception):
    """The processor time for the file that is being analysed, or for everything, is used up."""


@dataclass(slots=True, eq=False)
class Frame:
    """A function that is being run."""

    function: ir.Function | None
    scope: Scope
    receiver: Value = NOTHING
    owner: Klass | None = None
    returns: list[tuple[State, Value]] = field(default_factory=list)
    yields: Value = NOTHING
    """Anything that a generator gives."""
    yielded: int | None = None
    """The list of what it gives in order, on each path."""
    loops: list[Loop] = field(default_factory=list)
    awaited: bool = False
    """Whether it has waited for anything."""
    closing: Scope | None = None
    """In a class body: the scope that its methods close over."""
    guards: list[list[Raised]] = field(default_factory=list)
    """One list per `try` that is open: where something was raised, and what."""
    raised: list[Raised] = field(default_factory=list)
    """The same outside of every `try`."""


@dataclass(slots=True, eq=False)
class Loop:
    """A loop or switch that is open: the states that left it or went on."""

    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)
    label: str = ""
    switch: bool = False
