"""What runs before a function that a framework calls: decorators around it, handlers in front of it, and what they check."""

from __future__ import annotations

from collections.abc import Sequence

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import Arguments
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.taints import Facts, common
from fusion.dataflow.solver.domain.values import UNKNOWN, Closure, Library, Value, reference
from fusion.dataflow.solver.machine import Machine

NEXT = "next handler"
"""The path of what a handler calls to go on with the next."""
_MOST_CHAINS = 12
"""So many routes of one handler are kept apart."""


class Preceding(Machine):
    """Runs what comes before, to learn what is known when the function itself is reached."""

    def precede(self, closure: Closure, before: Sequence[Closure]) -> None:
        """These run before the function and decide whether it is reached.

        Decorators of one function all do; a handler of several routes is reached on each by those of that route alone.
        """
        chains = self.preceding.setdefault(id(closure.function), [])
        chain = tuple(one for one in before if one.function is not closure.function)
        if not self.script:
            known = chains.pop() if chains else ()
            chain = (*known, *(one for one in chain if one not in known))
        if chain not in chains and len(chains) < _MOST_CHAINS:
            chains.append(chain)

    def passes(self, function: ir.Function | None, state: State) -> bool:
        """Whether a call is the one that is waited for; what is known there is remembered."""
        if self.watched is None or self.watched[0] is not function:
            return False
        self.watched[1].append(state.facts)
        return True

    def prepare(self, closure: Closure, given: Sequence[Value], state: State) -> None:
        """Go into a function knowing what was checked before it. `given`: what the framework hands to handlers."""
        shown: Facts | None = None
        begun = state.facts
        for place, chain in enumerate(self.preceding.get(id(closure.function), ())):
            state.facts = begun
            self._passed(chain, closure, given, state)
            shown = state.facts if not place else common(shown or {}, state.facts)
        state.facts = begun if shown is None else shown

    def _passed(self, chain: Sequence[Closure], closure: Closure, given: Sequence[Value], state: State) -> None:
        for before in chain:
            reached: list[Facts] = []
            watched, self.watched = self.watched, (None if self.script else closure.function, reached)
            try:
                inner = state.copy()
                arguments = (
                    Arguments([*given, reference(Library(NEXT))]) if self.script else self._handed(closure, before, state)
                )
                self.call_closure(before, arguments, inner, before.function)
            finally:
                self.watched = watched
            shown: Facts | None = None
            for facts in reached:
                shown = facts if shown is None else common(shown, facts)
            state.learn(shown)

    def _handed(self, closure: Closure, before: Closure, state: State) -> Arguments:
        """A wrapper gets what the function gets: by position where it names parameters, else by keyword."""
        names = [parameter.name for parameter in closure.function.parameters if parameter.kind in ("positional", "keyword")]
        values = [state.locals.get(name, UNKNOWN) for name in names]
        named = sum(parameter.kind == "positional" for parameter in before.function.parameters)
        return Arguments(values[:named], dict(zip(names[named:], values[named:], strict=True)))
