"""The analysis of a group of files: which functions are run, as whom, and what comes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from fusion.dataflow import ir
from fusion.dataflow.knowledge.kinds import Kinds, kinds
from fusion.dataflow.knowledge.loading import load
from fusion.dataflow.knowledge.schema import Entry, Kind, Sink
from fusion.dataflow.knowledge.schema import Library as LibraryFile
from fusion.dataflow.limits import Limits
from fusion.dataflow.project import Project
from fusion.dataflow.results import Analysis, Cleared, Flow
from fusion.dataflow.routes import NUMBER
from fusion.dataflow.solver.access import Access
from fusion.dataflow.solver.arguments import Arguments, flatten, things
from fusion.dataflow.solver.builtins import Builtins
from fusion.dataflow.solver.calls import Calls
from fusion.dataflow.solver.checks import Checks
from fusion.dataflow.solver.constraints import Constraints
from fusion.dataflow.solver.definitions import Definitions
from fusion.dataflow.solver.libraries import Libraries
from fusion.dataflow.solver.machine import MAX_CALLS, Exhausted, Frame
from fusion.dataflow.solver.names import Names
from fusion.dataflow.solver.places import Places
from fusion.dataflow.solver.programs import Programs
from fusion.dataflow.solver.preceding import Preceding
from fusion.dataflow.solver.prototypes import Prototypes
from fusion.dataflow.solver.quantifiers import Quantifiers
from fusion.dataflow.solver.state import Heap, Scope, State, Thing
from fusion.dataflow.solver.statements import Statements
from fusion.dataflow.solver.summaries import Summaries
from fusion.dataflow.solver.tables import Rule, Tables
from fusion.dataflow.solver.unpickling import Unpickling
from fusion.dataflow.solver.urls import Urls
from fusion.dataflow.solver.values import (
    NOTHING,
    UNKNOWN,
    Closure,
    Data,
    Klass,
    Library,
    Object,
    Taint,
    Trail,
    Value,
    join,
    reference,
    tainted,
)
from fusion.dataflow.solver.vouching import Vouching

STEPS = 30_000
"""Budget of one function, in expressions and statements."""
_MOST_MODULES = 600
_PAGE = re.compile(r"\s*(?:text/html|application/xhtml|image/svg|$)", re.IGNORECASE)
_MYSQL = frozenset({"MySQLdb", "pymysql", "mysql", "mysql2", "aiomysql", "asyncmy", "mariadb", "promise-mysql"})
"""Packages that speak to the one database for which a backslash in a literal means something."""


class Solver(
    Names,
    Prototypes,
    Unpickling,
    Programs,
    Constraints,
    Builtins,
    Checks,
    Preceding,
    Quantifiers,
    Urls,
    Vouching,
    Libraries,
    Calls,
    Summaries,
    Definitions,
    Places,
    Access,
    Statements,
):
    """All parts together."""

    def analyse_module(self, path: str) -> None:
        """Run the module and each of its functions by itself."""
        names = self.module_names(path)
        exported = {id(ref.function) for value in names.values() for ref in value.refs if isinstance(ref, Closure)}
        for value in self.exports.get(path, {}).values():
            exported.update(id(ref.function) for ref in value.refs if isinstance(ref, Closure))
        done = 0
        waiting = self.waiting.setdefault(path, [])
        while done < len(waiting):
            closure = waiting[done]
            done += 1
            self.analyse_function(closure, exported=id(closure.function) in exported)
        for closure in waiting:
            rule = self.answering(closure) if id(closure.function) not in self.called else None
            if rule is not None:
                self.entered[id(closure.function)] = [rule]
                self.analyse_function(closure, exported=True)

    def analyse_function(self, closure: Closure, *, exported: bool) -> None:
        """Run one function by itself: as the framework calls it, or on arguments that nothing is known of."""
        function = closure.function
        state = State(0, {}, {}, Heap(self.base), {}, {})
        scope = Scope(function, next(self.frames), closure.scope, closure.scope.module)
        receiver = closure.receiver or NOTHING
        self.path = closure.scope.module
        self.frame = Frame(function, scope, receiver, closure.owner)
        self.stack = [function]
        self.root = id(function)
        self.analysed.add(id(function))
        self.steps = STEPS
        self.memo.clear()
        state.frame = scope.frame

        def work() -> State | None:
            rule = self.entry_for(closure, exported)
            if rule is not None:
                self.open.add(id(function))
            if closure.owner is not None and function.role != "static" and receiver is NOTHING:
                self.frame.receiver = self.instance(closure.owner, state)
                self.stack = [function]
            self._parameters(closure, rule, state)
            if id(function) in self.preceding:
                kinds_ = [kind for kind in (rule.entry.parameters if rule is not None else ()) if kind != "-"]
                self.prepare(closure, [self._typed(kind, function, state) for kind in kinds_], state)
            after, value = self.run_body(function, state)
            scope.captured = after.locals if after is not None else state.locals
            if after is not None:
                self.settle(after)
                if rule is not None and rule.entry.returns is not None:
                    self._returned(rule, value, after, function)
                self.check_return(function, value, after)
            return after

        self.guarded(self.path, work)
        if not scope.captured:
            scope.captured = state.locals

    def guarded(self, path: str, work: Callable[[], State | None]) -> State | None:
        """Do a piece of work within its budget; what is cut short is remembered."""
        try:
            return work()
        except Exhausted:
            self.project.unread.setdefault(path, "a function in it is too entangled to be followed to its end")
        except RecursionError:
            self.project.unread.setdefault(path, "it is nested too deeply to be followed to its end")
        return None

    def check_return(self, function: ir.Function, value: Value, state: State) -> None:
        """What a function returns is called like the function."""
        inner = flatten([value], state) if function.name and value.refs else value
        if function.name and inner.taints:
            holder = f"{self.frame.owner.name}()" if self.frame.owner is not None else ""
            self.check_name(function.name, inner, state, _last_return(function), holder)

    def _parameters(self, closure: Closure, rule: Rule[Entry] | None, state: State) -> None:
        function = closure.function
        parameters = list(function.parameters)
        if self.frame.receiver is not NOTHING:
            if self.script:
                state.locals["this"] = self.frame.receiver
            elif parameters and closure.owner is not None and function.role != "static":
                first = parameters.pop(0)
                state.locals[first.name] = self.frame.receiver if function.role != "class" else reference(closure.owner)
        given = list(rule.entry.parameters) if rule is not None else []
        for place, parameter in enumerate(parameters):
            value = UNKNOWN
            if parameter.default is not None:
                value = _perhaps(self.evaluate(parameter.default, state))
            kind = given[place] if place < len(given) else ""
            source = self._decorator_source(parameter, state)
            if source:
                value = tainted(source)
            elif rule is not None and kind and kind != "-":
                value = self._typed(kind, parameter, state)
            elif rule is not None and (rule.entry.tainted == "all" or (rule.entry.tainted == "rest" and place >= len(given))):
                value = self._outside(rule, parameter, value, state)
                value = _routed(value, self.routed.get(id(function), {}).get(parameter.name))
            if (
                value is UNKNOWN
                and parameter.kind in ("positional", "keyword")
                and (guess := self.tables.guess(parameter.name))
            ):
                value = Value((), (self.thing_of(guess, (), state, guessed=True),))
            if parameter.kind == "rest":
                value = reference(Object(state.allocate(Thing("list", None, {}, value))))
            elif parameter.kind == "keywords":
                value = reference(Object(state.allocate(Thing("dict", None, {}, value))))
            self.bind_parameter(parameter, value, state)

    def _typed(self, kind: str, parameter: ir.Node, state: State) -> Value:
        name = self.tables.denotes(kind)
        known = self.tables.reads.get(kind) or self.tables.reads.get(name)
        taints = self.taint_from(known, kind, state, parameter) if known is not None else ()
        return Value(None if taints else (), (self.thing_of(name, taints, state),), taints)

    def _decorator_source(self, parameter: ir.Parameter, state: State) -> tuple[Taint, ...]:
        for decorator in parameter.decorators:
            if parameter.annotation is not None and self.harmless_type(parameter.annotation, state):
                return ()
            for ref in self.evaluate(decorator, state).refs:
                path = ref.path if isinstance(ref, Library) else ""
                known = self.tables.calls.get(path.removesuffix("()")) if path else None
                if known is not None and known.sources:
                    return self.taint_from(known, f"{path}:{parameter.name}", state, parameter)
        return ()

    def _outside(self, rule: Rule[Entry], parameter: ir.Parameter, default: Value, state: State) -> Value:
        """A parameter that the framework fills with data from outside."""
        entry = rule.entry
        mask = self.kinds.hurt_by(entry.origin)
        if not mask:
            return default
        supplied = self._supplied(parameter, state)
        if supplied is not None:
            return supplied
        declared = NOTHING
        if parameter.annotation is not None:
            if self.harmless_type(parameter.annotation, state):
                return UNKNOWN
            declared = self.declared(parameter.annotation, state)
        trail = Trail(None, self.path, parameter.span, f"`{parameter.name}`: {entry.note}")

        def taint(name: str) -> Taint:
            datum = self.data.part(0, (self.path, parameter.span, name))
            return Taint((self.path, parameter.span), mask, datum, datum, trail, origin=entry.origin.value)

        for ref in declared.refs:
            if isinstance(ref, Klass):
                return self._model(ref, taint, state)
            if isinstance(ref, Library) and f"{ref.path}()" in self.tables.types:
                return self.annotated(parameter.annotation, UNKNOWN, state) if parameter.annotation is not None else UNKNOWN
        if any(not isinstance(ref, Library) for ref in default.refs):
            return default
        outside = Value(None, (), (taint(""),))
        return self.constrained(outside, parameter.default, parameter.annotation, state)

    def _supplied(self, parameter: ir.Parameter, state: State) -> Value | None:
        """What a function that is named in place of a default (`Depends(current_user)`) supplies; None where none is."""
        marks = [parameter.default] if isinstance(parameter.default, ir.Call) else []
        annotation = parameter.annotation
        if isinstance(annotation, ir.Index) and isinstance(annotation.key, ir.Series):
            marks += [item for item in annotation.key.items[1:] if isinstance(item, ir.Call)]
        for mark in marks:
            for ref in self.evaluate(mark.function, state).refs:
                known = self.tables.calls.get(ref.path) if isinstance(ref, Library) else None
                rule = known.entries[0] if known is not None and known.entries else None
                if rule is not None:
                    return self._result_of(rule, mark, state)
        return None

    def _result_of(self, rule: Rule[Entry], mark: ir.Call, state: State) -> Value:
        given = self.gather(mark, state)
        result: Value = NOTHING
        for value in list(given.all())[:1]:
            for ref in value.refs:
                if isinstance(ref, Closure) and len(self.stack) < MAX_CALLS:
                    named = {
                        one.name: self._outside(rule, one, UNKNOWN, state)
                        for one in ref.function.parameters
                        if one.kind in ("positional", "keyword")
                    }
                    made = self.call_closure(ref, Arguments(keywords=named), state, mark)
                    result = join(result, self.elements(made, state, mark)[1] if ref.function.generator else made)
        return UNKNOWN if result is NOTHING else result

    def _model(self, klass: Klass, taint: Callable[[str], Taint], state: State) -> Value:
        """A body that the framework parses into a class: its text fields come from outside."""
        fields: dict[object, Value] = {}
        for statement in klass.node.body:
            if isinstance(statement, ir.Assign) and isinstance(statement.target, ir.Name) and statement.annotation is not None:
                name = statement.target.id
                harmless = self.harmless_type(statement.annotation, state)
                outside = UNKNOWN if harmless else tainted((taint(name),))
                fields[name] = self.constrained(outside, statement.value, statement.annotation, state)
        thing = Thing("instance", None, fields, tainted((taint(""),)) if not fields else NOTHING, NOTHING, klass)
        return reference(Object(state.allocate(thing)))

    def _returned(self, rule: Rule[Entry], value: Value, state: State, function: ir.Function) -> None:
        """What a way in returns goes to the client."""
        kind = rule.entry.returns
        if kind is None:
            return
        values = [Value(value.consts, (), value.taints)]
        for thing in things(value, state):
            if thing.kind == "tuple" and thing.items:
                if not any(_is_plain(header, state) for header in thing.items[1:]):
                    values.append(thing.items[0])
            elif thing.kind == "generator":
                values.append(thing.rest)
            elif rule.entry.returns_type == "any" and not thing.path:
                values.append(thing.everything())
        sink = Sink(kind=kind, note=_RETURNED.get(kind, "returned to the caller"), test="-")
        node = _last_return(function)
        for found in values:
            if found.taints:
                self.check_sink(Rule(sink, (), (), (), (), self.kinds.bit(kind)), [found], state, node, callee=function.name)


def _perhaps(default: Value) -> Value:
    """What a parameter may be that a caller may leave out: a text that settings see, but no branch is decided by."""
    only = default.consts[0] if default.consts and len(default.consts) == 1 and not default.refs else None
    return Value(shape=only) if isinstance(only, str) else join(default, UNKNOWN)


_RETURNED = {Kind.CROSS_SITE_SCRIPTING: "sent to the browser as a page"}


def _is_plain(headers: Value, state: State) -> bool:
    """Whether headers say that the reply is no page."""
    for thing in things(headers, state):
        for name, value in thing.fields.items():
            if isinstance(name, str) and name.lower() == "content-type" and value.consts:
                return all(isinstance(const, str) and not _PAGE.match(const) for const in value.consts)
    return False


def _routed(value: Value, limits: Limits | None) -> Value:
    """A parameter as its route lets it through."""
    if limits is None or not value.taints:
        return value
    return UNKNOWN if limits is NUMBER else value.with_taints(taint.limited(limits) for taint in value.taints)


def _last_return(function: ir.Function) -> ir.Node:
    """The return statement that a flow out of the function is shown at: the last one with a value."""
    found: ir.Node | None = None
    open_: list[ir.Node] = list(function.body)
    while open_:
        node = open_.pop(0)
        if isinstance(node, ir.Return) and node.value is not None:
            found = node
        for name in ("body", "then", "other", "final"):
            open_.extend(getattr(node, name, ()))
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            open_.extend(part.body)
    return found or function


def analyse(
    project: Project,
    targets: Sequence[str],
    *,
    knowledge: Sequence[Path] = (),
    libraries: Sequence[LibraryFile] | None = None,
    weaknesses: Kinds | None = None,
    done: Callable[[str], None] = lambda _: None,
) -> Analysis:
    """Analyse the targets of a project, with what they import. `knowledge`: further folders of knowledge files;
    `libraries`: these files instead of those that the imports ask for; `weaknesses` instead of ours;
    `done` is told each target that is finished.
    """
    flows: list[Flow] = []
    cleared: list[Cleared] = []
    for language in ("python", "javascript"):
        mine = [path for path in targets if project.language(path) == language]
        if not mine:
            continue
        modules = [module for path in mine if (module := project.module(path)) is not None]
        imported = _imported(project, modules)
        chosen = load(language, imported, knowledge) if libraries is None else libraries
        tables = Tables(chosen, weaknesses or kinds())
        solver = Solver(project, tables, weaknesses or kinds(), language, Data())
        solver.backslashes = not _MYSQL.isdisjoint(name.partition("/")[0].partition(".")[0] for name in imported)
        for module in modules:
            if project.late:
                project.unread.setdefault(module.path, "the time for the analysis was used up")
                continue
            solver.analyse_module(module.path)
            done(module.path)
        solver.settle_all()
        wanted = set(mine)
        flows.extend(flow for flow in solver.flows.values() if any(place.path in wanted for place in flow.trace))
        found = {(flow.kind, flow.sink.path, flow.sink.span.line) for flow in flows}
        cleared.extend(one for key, one in solver.cleared.items() if key not in found and one.path in wanted)
    flows = _once(flows)
    return Analysis(
        tuple(sorted(flows, key=lambda flow: (flow.sink.path, flow.sink.span, flow.kind))),
        tuple(cleared),
        tuple(sorted(project.unread.items())),
        project.read,
        project.lines,
    )


def _once(flows: Sequence[Flow]) -> list[Flow]:
    """Each predictable number once: where it first becomes a secret, preferably in a call that makes it one."""
    kept: list[Flow] = []
    secrets: dict[tuple[str, ir.Span], Flow] = {}
    for flow in flows:
        if flow.kind is not Kind.WEAK_RANDOMNESS:
            kept.append(flow)
            continue
        source = (flow.trace[0].path, flow.trace[0].span)
        known = secrets.get(source)
        if known is None or (("." not in flow.callee, len(flow.trace)) < ("." not in known.callee, len(known.trace))):
            secrets[source] = flow
    return [*kept, *secrets.values()]


def _imported(project: Project, modules: Sequence[ir.Module]) -> set[str]:
    """Every package that the modules, or what they import from the repository, import."""
    found: set[str] = set()
    seen = {module.path for module in modules}
    open_ = list(modules)
    while open_ and len(seen) < _MOST_MODULES:
        module = open_.pop()
        for name in module.imports:
            path = project.resolve(module.path, name)
            if path is None:
                found.add(name)
            elif path not in seen:
                seen.add(path)
                inner = project.module(path)
                if inner is not None:
                    open_.append(inner)
    return found
