"""What the solver's parts share: knowledge, the project, the budget, the frame that runs, and what was found.

The solver is one class in parts (`expressions`, `statements`, `calls`, ...), each a mixin over `Machine`; `parts` declares what
they ask of each other.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import Limits
from fusion.dataflow.knowledge.kinds import Kinds
from fusion.dataflow.knowledge.schema import Entry
from fusion.dataflow.repository.project import TIME_IS_UP, Project
from fusion.dataflow.results import Cleared, Flow
from fusion.dataflow.solver.domain.frames import MAX_CALLS, MAX_TRAIL, Exhausted, Frame, Late, Loop
from fusion.dataflow.solver.domain.state import Scope, Thing
from fusion.dataflow.solver.domain.taints import Data, Facts, Taint, Trail
from fusion.dataflow.solver.domain.values import Bound, Closure, Klass, Value
from fusion.dataflow.solver.parts import Parts
from fusion.dataflow.solver.tables import Rule, Tables

if TYPE_CHECKING:
    from fusion.dataflow.solver.checks.shapes import Shape

__all__ = ["MAX_CALLS", "MAX_TRAIL", "Exhausted", "Frame", "Late", "Loop", "Machine"]


_LOOK = 1000
"""Steps from one look at the clock to the next."""
_AT_ONCE = 1 << 62


class Machine(Parts):
    """The solver's memory. The methods that raise NotImplementedError are given by the parts."""

    def __init__(self, project: Project, tables: Tables, kinds: Kinds, language: str, data: Data) -> None:
        self.project = project
        self.tables = tables
        self.kinds = kinds
        self.script = language == "javascript"
        self.data = data
        self.frame = Frame(None, Scope(None, 0, None, ""))
        self.path = ""
        """The file that is being run."""
        self.stack: list[ir.Function] = []
        self.bound: list[Bound] = []
        """Kept methods that are being called."""
        self.steps = 0
        """Left in the budget."""
        self.look = 0
        """From fewer steps than these on, the clock is looked at; never negative."""
        self.until = project.spent + project.limits.file_seconds
        """When the time for the file that is being run is used up, in seconds since the project began."""
        self.frames = itertools.count(1)
        self.flows: dict[Hashable, Flow] = {}
        self.cleared: dict[Hashable, Cleared] = {}
        self.doubtful: set[Hashable] = set()
        """Sinks that something unknown reaches: neither reported nor cleared."""
        self.modules: dict[str, dict[str, Value]] = {}
        """Variables of each module."""
        self.exports: dict[str, dict[str, Value]] = {}
        self.common_exports: dict[str, Value] = {}
        self.packages: set[str] = set()
        """The paths of the libraries that were imported whole."""
        self.base: dict[int, Thing] = {}
        """Objects that modules made."""
        self.remembered: dict[str, Value] = {}
        """What was stored into attributes of libraries' things (`flask.g.db`), by path."""
        self.replaced: set[str] = set()
        """Names of libraries' functions that the repository replaces by its own."""
        self.known: dict[int, Closure] = {}
        """Every function that came into being, by its node."""
        self.upheld: dict[int, Facts] = {}
        """What checks had shown wherever a function within another came into being or was called."""
        self.waiting: dict[str, list[Closure]] = {}
        """The same by module, to be analysed by themselves."""
        self.done: dict[str, int] = {}
        """How many of those were analysed, by module."""
        self.analysed: set[int] = set()
        """Functions that were analysed by themselves."""
        self.entered: dict[int, list[Rule[Entry]]] = {}
        """Ways in that decorators and calls showed, by function."""
        self.entered_as: dict[int, dict[Hashable, None]] = {}
        """The functions that those close over, by function: several handlers may be one function around others."""
        self.made_for: dict[int, list[Klass]] = {}
        """The classes of the objects whose methods a framework was given, by function."""
        self.given_with: dict[int, Value] = {}
        """Those objects themselves, where they outlast the function that made them."""
        self.backslashes = True
        """Whether a backslash means something in SQL: in MySQL, and nowhere else."""
        self.methods: dict[str, list[Closure]] = {}
        """The methods of the repository's classes, by name."""
        self.called: set[int] = set()
        """Functions that something in the repository calls."""
        self.routed: dict[int, dict[str, Limits]] = {}
        """What the routes say of the parameters of functions."""
        self.checked: dict[int, list[tuple[str, Shape]]] = {}
        """What is checked of the parts of a request before a function is given it, by function."""
        self.preceding: dict[int, list[tuple[Closure, ...]]] = {}
        """What runs before a function and decides whether it is reached, by function."""
        self.watched: tuple[ir.Function | None, list[Facts]] | None = None
        """The function whose call is waited for (None: the next handler's), and what was known there."""
        self.mended: set[Hashable] = set()
        """(file, rule) of the settings that something mends for all of the file."""
        self.weak: dict[Hashable, tuple[int, Flow]] = {}
        """Settings that stayed weak, unless mended so."""
        self.page_state: dict[str, tuple[Value, ir.Function | None]] = {}
        """What was put into the state of a component, by what sets it, and the function that is run again then."""
        self.counted: set[tuple[object, str]] = set()
        """Variables around functions, by the frame or module, that functions store numbers into."""
        self.reducers: dict[str, Value] = {}
        """What makes the next state of a component, by what dispatches to it."""
        self.listeners: dict[str, list[Value]] = {}
        """What listens to events, by their names."""
        self.emissions: dict[str, list[list[tuple[Value, Value]]]] = {}
        """What was emitted, by the names of the events: each piece, and all that is in it."""
        self.shelf: dict[Hashable, dict[str, Value]] = {}
        """What functions keep for others: in context variables, and objects in libraries' things; by the file that does."""
        self.reached: dict[str, frozenset[str]] = {}
        """The files that a file imports, by however many others."""
        self.sought: dict[Hashable, set[int]] = {}
        """The functions that read there, by key."""
        self.makers: dict[int, Klass] = {}
        """The classes that functions are where they are called with `new`."""
        self.attached: dict[tuple[int, str], Value] = {}
        """What was stored into members of functions."""
        self.awaiting: ir.Node | None = None
        """The expression that is waited for."""
        self.unawaited: ir.Node | None = None
        """The call that gave a promise last."""
        self.tries = 0
        """How many `try` blocks are open, in all functions on the stack."""
        self.root = 0
        """The function that is analysed by itself; 0 for a module's body."""
        self.roots: dict[Hashable, set[int]] = {}
        """The functions by whose analysis each weak setting was found (0: a module's body)."""
        self.within: set[int] = set()
        """Functions that were run as a part of another: what they are given is known."""
        self.open: set[int] = set()
        """Functions that a framework calls, too."""
        self.name_mask = 0
        for _, rule in tables.name_sinks:
            self.name_mask |= rule.mask
        self.memo: dict[Hashable, tuple[Value, Facts, Facts]] = {}
        """Results of calls while one function is analysed, with what checks had shown before and after."""
        self.quiet: Counter[tuple[int, Hashable]] = Counter()
        """How often a function was run on harmless values while one function is analysed, and nothing hostile came or went."""
        self.again: set[int] = set()
        """Functions that were run again, which is done once."""
        self.noisy: set[int] = set()
        """Functions that came upon hostile data when they were analysed by themselves."""
        self.stale: dict[int, Closure] = {}
        """Functions that are to be run again."""
        self.always_quiet: Counter[tuple[int, Hashable]] = Counter()
        """The same, of all that was analysed."""
        self.mattering: dict[int, bool] = {}

    def guess(self, name: str) -> str:
        """The type that a variable of this name is believed to hold in the file that is run; empty when none is."""
        module = self.project.module(self.path)
        return self.tables.guess(name, () if module is None else module.imports)

    def came_in(self, value: Value) -> None:
        """Something came into a variable that functions read: what they gave before is not what they give now."""
        if value.taints or value.refs:
            self.memo.clear()

    # ---------------------------------------------------------------- trails

    def moved(self, taints: Iterable[Taint], node: ir.Node, why: str) -> tuple[Taint, ...]:
        """The same data, one step further."""
        found = []
        for taint in taints:
            trail = taint.trail
            if trail.length < MAX_TRAIL and not (trail.span == node.span and trail.why == why):
                trail = Trail(trail, self.path, node.span, why)
                taint = taint._replace(trail=trail)
            found.append(taint)
        return tuple(found)

    def spend(self, steps: int = 1) -> None:
        """Use up budget, and look at the clock. Raises Exhausted, Late."""
        self.steps -= steps
        if self.steps < 0:
            raise Exhausted
        self.look = _AT_ONCE  # unless there is time left: what comes next of this file is stopped, too
        if self.project.spent > self.until:
            raise Late(f"analysing it took more than {self.project.limits.file_seconds:g} s of processor time")
        if self.project.late:
            raise Late(TIME_IS_UP)
        self.look = max(0, self.steps - _LOOK)

    def module_steps(self, module: ir.Module) -> int:
        """The budget for a module's body."""
        return 20_000 + 200 * len(module.lines)
