"""Functions that are given to a call: what the library calls them with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fusion.dataflow import ir
from fusion.dataflow.knowledge.conditions import PARAMETERS
from fusion.dataflow.knowledge.schema import Entry, Source
from fusion.dataflow.solver.calling.arguments import Arguments, applies, things
from fusion.dataflow.solver.domain.beginnings import disordered
from fusion.dataflow.solver.domain.state import State, meet
from fusion.dataflow.solver.domain.taints import PICKED, Taint, Trail, merge
from fusion.dataflow.solver.domain.values import NOTHING, Closure, Object, Value, looked_up, tainted
from fusion.dataflow.solver.machine import Machine
from fusion.dataflow.solver.tables import Known, Rule

_ERROR = re.compile(r"_*e(?:r|rr|rror)?_*")
"""Names of a callback's first parameter that tell that it is called later, with what went wrong or what was found."""

_GIVING = frozenset(
    {"replace", "replaceAll", "map", "flatMap", "reduce", "transaction", "$transaction", "wrap", "remember", "retry"}
)
"""Methods that give what the function gives that they are handed, whatever they are called on."""


class Callbacks(Machine):
    """Callbacks."""

    def _callbacks(self, values: Iterable[Value], state: State, depth: int) -> Iterator[Closure]:
        for value in values:
            yield from (ref for ref in value.refs if isinstance(ref, Closure))
            if depth:
                for thing in things(value, state):
                    yield from self._callbacks((*(thing.items or ()), *thing.fields.values()), state, depth - 1)

    def _register(self, rule: Rule[Entry], arguments: Arguments, state: State) -> None:
        """Functions that the framework will call."""
        if not applies(rule, arguments, state):
            return
        before: list[Closure] = []
        for closure in self._callbacks(arguments.all(), state, rule.entry.depth):
            self.enter_at(closure, rule, arguments)
            if closure.receiver is not None:
                made = [thing.klass for thing in things(closure.receiver, state) if thing.klass is not None]
                self.made_for.setdefault(id(closure.function), []).extend(made)
                self.handed_over(closure, state)
            if self.script and (before or all(_is_known(value, state) for value in arguments.positional)):
                self.precede(closure, tuple(before))
            before.append(closure)
        if self.script:
            self.check_before(before, arguments, state)

    def _call_back(
        self, what: Known | None, path: str, result: Value, arguments: Arguments, state: State, node: ir.Node, *, known_: bool
    ) -> Value:
        """Functions that are handed to a call are called with what comes out of it, or with what is handed over beside them.

        What the call gives then: of some, what the functions give.
        """
        if known_ or (what is not None and what.entries):
            return result
        closures = [
            (place, ref) for place, value in enumerate(arguments.positional) for ref in value.refs if isinstance(ref, Closure)
        ]
        named = [(name, ref) for name, value in arguments.keywords.items() for ref in value.refs if isinstance(ref, Closure)]
        if not closures and not named:
            return result
        gives = self.script and what is None and path.rpartition(".")[2] in _GIVING
        filled = (
            {rule.to[0].position: rule for rule in what.sources if PARAMETERS in rule.to[0].parts} if what is not None else {}
        )
        for place, closure in closures[:4]:
            rule = filled.get(place)
            if rule is not None and applies(rule, arguments, state):
                given = [tainted(self.source_taint(rule, path, node))] * max(1, len(closure.function.parameters))
            elif self.script:
                later = _ERROR.fullmatch(closure.function.parameters[0].name) if closure.function.parameters else None
                taints = looked_up(result, node).taints if later else result.taints
                given = [Value(None, result.refs, taints)] * len(closure.function.parameters)
            else:
                given = arguments.positional[place + 1 :]
                more = arguments.keywords.get("args")
                if more is not None:
                    given = [*given, *(self.elements(more, state, node)[0] or ())]
            before = state.copy() if self.script else None
            made = self.call_closure(closure, Arguments(given, self._by_name(arguments, state)), state, node)
            meet(state, before)  # it may be called later, or never
            if gives and made.taints:
                within = "replace" in path
                taken = tuple(one._replace(sure=False, lead=None if within else one.lead) for one in made.taints)
                result = Value(None, result.refs, merge(result.taints, taken))
        for name, closure in named[:4]:
            rule = next((rule for rule in what.sources if name in rule.to[0].keywords), None) if what is not None else None
            if rule is not None and applies(rule, arguments, state):
                self.call_closure(closure, Arguments([tainted(self.source_taint(rule, path, node))]), state, node)
                continue
            more = arguments.keywords.get("args")
            exact = self.elements(more, state, node)[0] if more is not None else None
            self.call_closure(closure, Arguments(list(exact or ()), self._by_name(arguments, state)), state, node)
        return result

    def _by_name(self, arguments: Arguments, state: State) -> dict[str, Value]:
        """`Thread(target=function, kwargs={...})`: what the function is given by name."""
        given = [] if self.script else list(things(arguments.keywords.get("kwargs", NOTHING), state))
        return {key: field for thing in given for key, field in thing.fields.items() if isinstance(key, str)}

    def _filled(self, what: Known, path: str, arguments: Arguments, state: State, node: ir.Node) -> None:
        """Arguments that a call fills with data from outside."""
        for rule in what.sources:
            selector = rule.to[0]
            if selector.base == "result" or PARAMETERS in selector.parts or not applies(rule, arguments, state):
                continue
            data = tainted(self.source_taint(rule, path, node))
            for value in arguments.at(selector, state) if data.taints else ():
                for ref in value.refs:
                    if isinstance(ref, Object) and (thing := state.heap.get(ref.id)) is not None:
                        state.heap[ref.id] = disordered(thing, data)

    def source_taint(self, rule: Rule[Source], path: str, node: ir.Node) -> tuple[Taint, ...]:
        """The data that a source puts into a callback's parameter."""
        datum = self.data.part(0, (path, id(node)))
        trail = Trail(None, self.path, node.span, rule.entry.note)
        form = PICKED if rule.entry.picks else ""
        self.noisy.add(self.root)
        taint = Taint((self.path, node.span), rule.mask, datum, datum, trail, origin=rule.entry.origin.value, form=form)
        return (taint,) if rule.mask else ()


def _is_known(value: Value, state: State) -> bool:
    """Whether a route's argument is a text, a pattern or functions that are seen: nothing that may be another handler."""
    if not value.refs:
        return bool(value.consts)
    return all(isinstance(ref, Closure) or (isinstance(ref, Object) and ref.id in state.heap) for ref in value.refs)
