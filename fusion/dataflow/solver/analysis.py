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
from fusion.dataflow.repository.project import TIME_IS_UP, Project
from fusion.dataflow.results import Analysis, Cleared, Flow
from fusion.dataflow.solver.builtin.events import Events
from fusion.dataflow.solver.builtin.functions import Builtins
from fusion.dataflow.solver.calling.arguments import Arguments, flatten, things
from fusion.dataflow.solver.calling.calls import Calls
from fusion.dataflow.solver.calling.libraries import Libraries
from fusion.dataflow.solver.calling.summaries import Summaries
from fusion.dataflow.solver.checks.conditions import Checks
from fusion.dataflow.solver.checks.constraints import Constraints
from fusion.dataflow.solver.checks.form_fields import FormFields
from fusion.dataflow.solver.checks.models import Models
from fusion.dataflow.solver.checks.places import Places
from fusion.dataflow.solver.checks.programs import Programs
from fusion.dataflow.solver.checks.prototypes import Prototypes
from fusion.dataflow.solver.checks.quantifiers import Quantifiers
from fusion.dataflow.solver.checks.schemas import Schemas
from fusion.dataflow.solver.checks.unpickling import Unpickling
from fusion.dataflow.solver.checks.urls import Urls
from fusion.dataflow.solver.checks.vouching import Vouching
from fusion.dataflow.solver.domain.state import Heap, Scope, State
from fusion.dataflow.solver.domain.taints import Data
from fusion.dataflow.solver.domain.values import NOTHING, UNKNOWN, Closure, Object, Value, join_all, reference
from fusion.dataflow.solver.entering.given import Given
from fusion.dataflow.solver.entering.preceding import Preceding
from fusion.dataflow.solver.forms.access import Access
from fusion.dataflow.solver.forms.statements import Statements
from fusion.dataflow.solver.machine import Exhausted, Frame, Late
from fusion.dataflow.solver.sinks.names import Names
from fusion.dataflow.solver.tables import Rule, Tables
from fusion.dataflow.unseen import changed_unseen, covering, loaders_changed

STEPS = 30_000
"""Budget of one function, in expressions and statements."""
_MOST_MODULES = 600
"""Imported files whose imports say, beside those of the targets, which libraries are used."""
_PAGE = re.compile(r"\s*(?:text/html|application/xhtml|image/svg|$)", re.IGNORECASE)
_MYSQL = frozenset({"MySQLdb", "pymysql", "mysql", "mysql2", "aiomysql", "asyncmy", "mariadb", "promise-mysql"})
"""Packages that speak to the one database for which a backslash in a literal means something."""


class Solver(
    Names,
    Prototypes,
    Unpickling,
    FormFields,
    Models,
    Events,
    Programs,
    Schemas,
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
    Given,
    Places,
    Access,
    Statements,
):
    """All parts together."""

    def analyse_module(self, path: str) -> None:
        """Run the module and each of its functions by itself, until the time for the file is used up."""
        self.until = self.project.spent + self.project.limits.file_seconds
        self.look = self.steps
        names = self.module_names(path)
        exported = {id(ref.function) for value in names.values() for ref in value.refs if isinstance(ref, Closure)}
        common = [
            field for thing in things(self.common_exports.get(path, NOTHING), self.nothing()) for field in thing.fields.values()
        ]
        for value in (*self.exports.get(path, {}).values(), *common):
            exported.update(id(ref.function) for ref in value.refs if isinstance(ref, Closure))
        waiting = self.waiting.setdefault(path, [])
        while (done := self.done.get(path, 0)) < len(waiting):
            closure = waiting[done]
            self.done[path] = done + 1
            self.analyse_function(closure, exported=id(closure.function) in exported)
        for closure in waiting:
            rule = self.answering(closure) if id(closure.function) not in self.called else None
            if rule is not None:
                self.entered[id(closure.function)] = [rule]
                self.analyse_function(closure, exported=True)

    def analyse_function(self, closure: Closure, *, exported: bool) -> None:
        """Run one function by itself: as the framework calls it, or on arguments that nothing is known of."""
        function = closure.function
        state = State(0, {}, {}, Heap(self.base), self.upheld.get(id(function), {}), {})
        scope = Scope(function, next(self.frames), closure.scope, closure.scope.module)
        given = self.given_with.get(id(function), UNKNOWN)
        receiver = given if given is not UNKNOWN else closure.receiver or NOTHING
        if any(isinstance(ref, Object) and ref.id not in self.base for ref in receiver.refs):
            receiver = NOTHING  # it was made in a function that has ended
        self.path = closure.scope.module
        self.frame = Frame(function, scope, receiver, closure.owner)
        self.stack = [function]
        self.root = id(function)
        self.analysed.add(id(function))
        self.look = max(0, self.look + STEPS - self.steps)
        self.steps = STEPS
        self.memo.clear()
        self.quiet.clear()
        state.frame = scope.frame

        def work() -> State | None:
            rule = self.entry_for(closure, exported)
            if rule is not None:
                self.open.add(id(function))
            if closure.owner is not None and receiver is NOTHING and self.of_object(closure):
                owners = dict.fromkeys(self.made_for.get(id(function), ())) or (closure.owner,)
                self.frame.receiver = join_all(self.instance(owner, state) for owner in owners)
                self.stack = [function]
            elif closure.owner is not None and self.script and receiver is NOTHING:
                self.frame.receiver = reference(closure.owner)
            if rule is not None and rule.entry.beside:
                self._beside(closure, rule.entry, state)
            self.bind_ways_in(closure, rule, state)
            if id(function) in self.preceding or id(function) in self.checked:
                kinds_ = [kind for kind in (rule.entry.parameters if rule is not None else ()) if kind != "-"]
                handed = [self._typed(kind, function, state) for kind in kinds_]
                self.check_requests(closure, handed, state)
                self.prepare(closure, handed, state)
            defined = len(self.known)
            after, value = self.run_body(function, state)
            scope.captured = after.locals if after is not None else state.locals
            if len(self.known) > defined:
                self.share((after or state).heap)
            self.outlast(after or state)
            if after is not None:
                self.settle(after)
                if rule is not None and rule.entry.returns is not None:
                    ways = [(after, value)] if not rule.entry.flagged else self._flagged_ways(rule, after, value, state)
                    for left, returned in ways:
                        self._returned(rule, returned, left, function)
                if rule is not None and rule.entry.answers:
                    self._answered(value, after, function)
                self.check_return(function, value, after)
            return after

        self.guarded(self.path, work)
        if not scope.captured:
            scope.captured = state.locals

    def _beside(self, closure: Closure, entry: Entry, state: State) -> None:
        """Run the methods that the framework calls on the same object, if the repository has them: what they set holds."""
        for name in entry.beside:
            member = self.member(closure.owner, name) if closure.owner is not None else None
            for ref in member.refs if member is not None else ():
                if isinstance(ref, Closure) and ref.function is not closure.function:
                    bound = Closure(ref.function, ref.scope, self.frame.receiver, ref.owner)
                    self.call_closure(bound, Arguments(), state, ref.function)

    def guarded(self, path: str, work: Callable[[], State | None]) -> State | None:
        """Do a piece of work within its budget and time; what is cut short, or fails, is remembered."""
        try:
            return work()
        except Exhausted:
            self.project.unread.setdefault(path, "a function in it is too entangled to be followed to its end")
        except RecursionError:
            self.project.unread.setdefault(path, "it is nested too deeply to be followed to its end")
        except Late as late:
            if not self.project.unread.get(path, "").startswith(str(late)):
                run, all_ = self.done.get(path, 1) - 1, len(self.waiting.get(path, ()))
                part = f", not to the end: {run:,} of its {all_:,} functions are done" if run > 0 else ""
                self.project.unread[path] = f"{late}{part}"
        except Exception as error:  # The edge towards hostile input: a fault of ours costs one function.
            reason = f"a function in it could not be analysed: internal error {type(error).__name__}"
            self.project.unread.setdefault(path, reason)
        return None

    def check_return(self, function: ir.Function, value: Value, state: State) -> None:
        """What a function returns is called like the function."""
        inner = flatten([value], state) if function.name and value.refs else value
        if function.name and inner.taints:
            holder = f"{self.frame.owner.name}()" if self.frame.owner is not None else ""
            self.check_name(function.name, inner, state, _last_return(function), holder)

    def _flagged_ways(self, rule: Rule[Entry], after: State, value: Value, begun: State) -> list[tuple[State, Value]]:
        """The ways out of a function on which one of its parameters has the flag that matters."""
        function = self.frame.function
        assert function is not None
        names = [parameter.name for parameter in function.parameters]
        given = [begun.locals[name] for name in names if name in begun.locals]
        ways = [(after, value)] if function.generator else self.frame.returns
        return [way for way in ways if any(rule.entry.flagged in thing.flags for one in given for thing in things(one, way[0]))]

    def _returned(self, rule: Rule[Entry], value: Value, state: State, function: ir.Function) -> None:
        """What a way in returns goes to the client."""
        kind = rule.entry.returns
        if kind is None:
            return
        values = [Value(value.consts, (), value.taints)]
        for thing in things(value, state):
            if thing.kind == "tuple" and thing.items:
                self._sent_on(thing.items[1:], state, function)
                if not any(_is_plain(header, state) for header in thing.items[1:]):
                    values.append(thing.items[0])
            elif thing.kind == "generator" or (rule.entry.returns_type == "any" and not thing.path):
                values.append(thing.everything())
        sink = Sink(kind=kind, note=_RETURNED.get(kind, "returned to the caller"), test="-")
        for found in values:
            if found.taints:
                self._sent(sink, found, state, function)

    def _answered(self, value: Value, state: State, function: ir.Function) -> None:
        """The object that a way in returns is a reply."""
        for thing in things(value, state):
            for headers in things(thing.fields.get("headers", NOTHING), state):
                for name, field in headers.fields.items():
                    header = name.lower() if isinstance(name, str) else ""
                    if header == "location" and field.taints:
                        self._sent(_REDIRECT, field, state, function)
                    elif header == "content-type" and "body" in thing.fields and _says_page(field):
                        self._sent(_PAGE_SENT, thing.fields["body"], state, function)

    def _sent(self, sink: Sink, value: Value, state: State, function: ir.Function) -> None:
        rule = Rule(sink, (), (), (), (), self.kinds.bit(sink.kind))
        self.check_sink(rule, [value], state, _last_return(function), callee=function.name)

    def _sent_on(self, parts: Sequence[Value], state: State, function: ir.Function) -> None:
        """Headers that a way in returns beside its page send the browser elsewhere."""
        sink = Sink(kind=Kind.OPEN_REDIRECT, note="sends the browser to that address", test="-")
        for headers in (thing for part in parts for thing in things(part, state)):
            for name, value in headers.fields.items():
                if isinstance(name, str) and name.lower() == "location" and value.taints:
                    rule = Rule(sink, (), (), (), (), self.kinds.bit(Kind.OPEN_REDIRECT))
                    self.check_sink(rule, [value], state, _last_return(function), callee=function.name)


_REDIRECT = Sink(kind=Kind.OPEN_REDIRECT, note="redirects to the address", test="-")
_PAGE_SENT = Sink(kind=Kind.CROSS_SITE_SCRIPTING, note="sent to the browser as a page", test="-")
_RETURNED = {Kind.CROSS_SITE_SCRIPTING: "sent to the browser as a page"}


def _says_page(content_type: Value) -> bool:
    return any(isinstance(const, str) and "html" in const.lower() for const in content_type.consts or ())


def _is_plain(headers: Value, state: State) -> bool:
    """Whether headers say that the reply is no page."""
    for thing in things(headers, state):
        for name, value in thing.fields.items():
            if isinstance(name, str) and name.lower() == "content-type" and value.consts:
                return all(isinstance(const, str) and not _PAGE.match(const) for const in value.consts)
    return False


def _last_return(function: ir.Function) -> ir.Node:
    """The return statement that a flow out of the function is shown at: the last one of something that is not written there."""
    found: ir.Node | None = None
    open_: list[ir.Node] = list(function.body)
    while open_:
        node = open_.pop(0)
        if isinstance(node, ir.Return) and node.value is not None and not isinstance(node.value, ir.Const):
            found = node if found is None or node.span > found.span else found
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
    for path in targets:
        if not project.analysable(path):
            project.module(path)  # so that the reason is said
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
                project.unread.setdefault(module.path, TIME_IS_UP)
                continue
            solver.analyse_module(module.path)
            done(module.path)
        more = True
        while more:  # ways in, and what is kept, that a module showed that was analysed later
            for path in mine:
                if not project.late and solver.done.get(path, 0) < len(solver.waiting.get(path, ())):
                    solver.analyse_module(path)
            more = not project.late and solver.refresh()
        solver.settle_all()
        wanted = set(mine)
        flows.extend(flow for flow in solver.flows.values() if any(place.path in wanted for place in flow.trace))
        found = {(flow.kind, flow.sink.path, flow.sink.span.line) for flow in flows}
        shaken = {path: _shaken(solver, path) for path in {one.path for one in solver.cleared.values()} & wanted}
        cleared.extend(
            one for key, one in solver.cleared.items() if key not in found and one.path in wanted and not shaken[one.path](one)
        )
    flows = _once(flows)
    return Analysis(
        tuple(sorted(flows, key=lambda flow: (flow.sink.path, flow.sink.span, flow.kind))),
        tuple(cleared),
        tuple(sorted(project.unread.items())),
        project.read,
        project.lines,
    )


def _shaken(solver: Solver, path: str) -> Callable[[Cleared], bool]:
    """Which places of a file are not cleared after all: something in it, or in what it imports, changes unseen."""
    project = solver.project
    module = project.module(path)
    if module is None:
        return lambda _: True
    near = [other for name in module.imports if (home := project.resolve(path, name)) and (other := project.module(home))]
    for one in near:
        if project.late and one.path not in solver.modules:
            return lambda _: True
        solver.module_names(one.path)  # so that what it replaces is known
    strangers = any(project.resolve(path, name) is None for name in covering(module))
    if strangers or not solver.replaced.isdisjoint(module.mentions) or any(changed_unseen(one) for one in (module, *near)):
        return lambda _: True
    taught = any(loaders_changed(one) for one in (module, *near))
    return lambda one: taught and one.kind is Kind.DESERIALIZATION


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
    most = len(seen) + _MOST_MODULES
    open_ = list(modules)
    while open_:
        module = open_.pop()
        for name in module.imports:
            path = project.resolve(module.path, name)
            if path is None:
                found.add(name)
            elif path not in seen and len(seen) < most:
                seen.add(path)
                inner = project.module(path)
                if inner is not None:
                    open_.append(inner)
    return found
