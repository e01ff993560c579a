"""What outlasts the function that made it: services that classes are given, what applications keep, context variables."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from fusion.dataflow.solver.calling.arguments import Arguments, flatten, things
from fusion.dataflow.solver.domain.state import State, Thing, checked_inside
from fusion.dataflow.solver.domain.values import (
    NOTHING,
    UNKNOWN,
    Closure,
    Klass,
    Library,
    Object,
    Reference,
    Value,
    join,
    join_all,
    reference,
)
from fusion.dataflow.solver.machine import Machine
from fusion.dataflow.solver.memory.growing import grown
from fusion.dataflow.solver.methods.receivers import Own, Use

_MOST_FILES = 400
"""So many files are looked at for what a file imports."""
_MOST_SERVICES = 4
"""So many kinds of services are remembered of what one parameter of a constructor is given."""
_MOST_PARTS = 64
"""So many objects in a thing are kept with it."""
STARTING = ("__init__", "initialize")
"""Methods that are given the services of an object when it is made."""
WITH_SETTINGS = frozenset({"tornado.Handler"})
"""Classes of libraries whose objects are given them by the second of these methods, from a table of the application's."""
_VARIABLE = "contextvars.ContextVar"
_KEY = "aiohttp.web.AppKey"


class Holding(Machine):
    """Memory across functions."""

    def handed(self, klass: Klass, arguments: Arguments, state: State) -> None:
        """Remember which services the objects of a class were given when they were made: methods are run by themselves later.

        Of several of one class, the first stands for all.
        """
        more = False
        for name in STARTING if not self.script else ():
            if name == "__init__" or klass.library in WITH_SETTINGS:
                more |= self._handed_to(klass, name, arguments, state)
        if more and klass.ready is not None:
            klass.ready = None
            for member in klass.members.values():
                for ref in member.refs:
                    if isinstance(ref, Closure):
                        self._again(ref)

    def _handed_to(self, klass: Klass, method: str, arguments: Arguments, state: State) -> bool:
        more = False
        constructor = self.member(klass, method)
        for ref in constructor.refs if constructor is not None else ():
            parameters = ref.function.parameters[1:] if isinstance(ref, Closure) else ()
            named = [parameter.name for parameter in parameters if parameter.kind == "positional"]
            for name, value in (*zip(named, arguments.positional, strict=False), *arguments.keywords.items()):
                refs = tuple(one for one in value.refs if isinstance(one, Object | Closure | Klass | Library))
                before = klass.handed.get(name, NOTHING)
                known = _kinds(before.refs, state)
                if len(known) >= _MOST_SERVICES or _kinds(refs, state) <= known or not _is_service(value, state):
                    continue
                klass.handed[name] = join(before, Value(None, refs))
                self.keep(value, state)
                more = True
        return more

    def handed_over(self, closure: Closure, state: State) -> None:
        """Remember the very object whose method a framework is given (`app.get("/", pages.show)`): it is called on that one."""
        known = self.given_with.get(id(closure.function), NOTHING)
        receiver = closure.receiver or NOTHING
        made = tuple(ref for ref in receiver.refs if isinstance(ref, Object) and ref not in known.refs)
        known_all = all(isinstance(ref, Object) for ref in receiver.refs)
        if not known_all or len(known.refs) + len(made) > _MOST_SERVICES:
            self.given_with[id(closure.function)] = UNKNOWN  # of some of them nothing is known
        elif made and known is not UNKNOWN:
            self.keep(receiver, state)
            self.given_with[id(closure.function)] = join(known, Value((), made))

    def shelve(self, key: Hashable, value: Value, state: State) -> None:
        """Something was put into a place that other functions read by this key."""
        self.keep(value, state)
        kept = self.shelf.setdefault(key, {})
        before = kept.get(self.path)
        kept[self.path] = value if before is None else join(before, value)
        if before is None or (value.taints and not before.taints):
            for function in (sought := self.sought.get(key, set())).copy():
                closure = self.known.get(function)
                if closure is not None and self._is_near(closure.scope.module):
                    sought.discard(function)
                    self._again(closure)

    def shelved(self, key: Hashable) -> Value | None:
        """What was put under the key; who asked is run again when something is."""
        if self.root:
            self.sought.setdefault(key, set()).add(self.root)
        kept = self.shelf.get(key)
        if kept is None:
            return None
        found = join_all(value for path, value in kept.items() if self._is_near(path))
        return None if found is NOTHING else found

    def _is_near(self, path: str) -> bool:
        """Whether the file that is run and this one belong to one program: one imports the other, by however many files."""
        return path == self.path or path in self._reached(self.path) or self.path in self._reached(path)

    def _reached(self, path: str) -> frozenset[str]:
        found = self.reached.get(path)
        if found is None:
            seen, open_ = {path}, [path]
            while open_ and len(seen) < _MOST_FILES:
                module = self.project.module(open_.pop())
                for name in module.imports if module is not None else ():
                    home = self.project.resolve(module.path, name) if module is not None else None
                    if home is not None and home not in seen:
                        seen.add(home)
                        open_.append(home)
            found = self.reached[path] = frozenset(seen)
        return found

    def place_of(self, key: Value, state: State) -> str | int | None:
        """The key that something is kept under in a library's thing: a text, or a key of its own. None: not known."""
        if key.consts and len(key.consts) == 1 and not key.refs:
            return key.consts[0] if isinstance(key.consts[0], str) else None
        thing = _typed_key(key, state)
        return None if thing is None or not isinstance(key.refs[0], Object) else key.refs[0].id

    def said_by(self, key: Value, state: State) -> Value | None:
        """Something of the type that a key says to lie under it; None where it says none."""
        thing = _typed_key(key, state)
        for ref in thing.fields.get("type", NOTHING).refs if thing is not None else ():
            if isinstance(ref, Library) and (name := self.tables.types.get(f"{ref.path}()")) is not None:
                return reference(self.thing_of(name, (), state))
            if isinstance(ref, Klass) and not self.script:
                return self.instance(ref, state)
        return None

    def put_away(self, key: Hashable, value: Value, state: State) -> None:
        """Keep an object of a class of the repository that is put into a library's thing (`app["store"] = Store()`)."""
        if not self.script and value.refs and not _is_own(key) and _is_service(value, state):
            self.shelve(key, value, state)

    def _again(self, closure: Closure) -> None:
        """Run a function once more, when all others have been: it was run without something that is known now."""
        function = id(closure.function)
        if (
            function in self.analysed
            and function not in self.again
            and (function in self.noisy or self.matters(closure.function))
        ):
            self.stale[function] = closure

    def refresh(self) -> bool:
        """Let the functions that are to be run again wait for it; whether there are any."""
        found = bool(self.stale)
        for function, closure in self.stale.items():
            self.again.add(function)
            self.waiting[closure.scope.module].append(closure)
        self.stale.clear()
        return found

    def mentioning(self, path: str, names: set[str]) -> None:
        """Run a module's functions again that mention one of these variables, but the one that is run now."""
        for closure in [one for one in self.known.values() if one.scope.module == path]:
            if id(closure.function) != self.root and not closure.function.mentions.isdisjoint(names):
                self._again(closure)

    def keep(self, value: Value, state: State) -> None:
        """Keep the objects of a value, with what they hold."""
        open_ = [value]
        for _ in range(_MOST_PARTS):
            if not open_:
                return
            for ref in open_.pop().refs:
                thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
                if isinstance(ref, Object) and thing is not None and ref.id not in self.base:
                    self.base.update(grown({ref.id: thing}))
                    open_ += [thing.rest, *thing.fields.values(), *(thing.items or ())]


class ContextVariables(Own, Holding):
    """`contextvars.ContextVar`, and the keys of applications."""

    def _py_typed_key(self, use: Use) -> Value:
        """`web.AppKey("name", type)`: a key that is only equal to itself, and says what lies under it."""
        type_ = use.argument(1, "t")
        return self.make(use.state, Thing("library", None, {} if type_ is None else {"type": type_}, path=_KEY))

    def _py_routes(self, use: Use) -> Value | None:
        """`Application([(pattern, Handler, {"store": store})])`: what the handlers are given when they are made."""
        place = 1 if use.name.endswith("add_handlers") else 0
        exact, any_ = self.elements(use.argument(place, "handlers") or NOTHING, use.state, use.node)
        for route in things(join_all([any_, *(exact or ())]), use.state):
            if route.items is not None and len(route.items) > 2:
                self._route(route.items[1], route.items[2], use.state)
        return None

    def _py_route(self, use: Use) -> Value | None:
        """`url(pattern, Handler, {"store": store})`."""
        self._route(use.argument(1, "handler") or NOTHING, use.argument(2, "kwargs") or NOTHING, use.state)
        return None

    def _route(self, handler: Value, settings: Value, state: State) -> None:
        for table in things(settings, state):
            given = Arguments(keywords={name: value for name, value in table.fields.items() if isinstance(name, str)})
            for ref in handler.refs:
                if isinstance(ref, Klass):
                    self.handed(ref, given, state)

    def _py_context_variable(self, use: Use) -> Value:
        default = use.arguments.keywords.get("default")
        return self.make(use.state, Thing("library", None, {} if default is None else {"default": default}, path=_VARIABLE))

    def _py_context_get(self, use: Use) -> Value | None:
        found = []
        for ref in use.arguments.receiver.refs:
            thing = use.state.heap.get(ref.id) if isinstance(ref, Object) else None
            if isinstance(ref, Object) and thing is not None:
                found += [thing.fields.get("default", use.argument(0) or NOTHING), self.shelved((_VARIABLE, ref.id)) or NOTHING]
        made = join_all(found)
        return UNKNOWN if made is NOTHING else made

    def _py_context_set(self, use: Use) -> Value:
        value = use.argument(0) or UNKNOWN
        checked = checked_inside(value, use.state, use.state.facts)
        for ref in use.arguments.receiver.refs:
            if isinstance(ref, Object):
                self.shelve((_VARIABLE, ref.id), checked, use.state)
        return UNKNOWN


def _typed_key(key: Value, state: State) -> Thing | None:
    ref = key.refs[0] if len(key.refs) == 1 and not key.consts and not key.taints else None
    thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
    return thing if thing is not None and thing.path == _KEY else None


def _is_own(key: Hashable) -> bool:
    """Whether the place is one of the language's own (`__class__`, `["__main__"]`)."""
    return isinstance(key, tuple) and str(key[-1]).startswith("__")


def _kinds(refs: Sequence[Reference], state: State) -> set[Hashable]:
    """What tells services apart: the classes that they are of, or the functions that they are. What is gone is none."""
    found: set[Hashable] = set()
    for ref in refs:
        if isinstance(ref, Object):
            thing = state.heap.get(ref.id)
            if thing is not None:
                found.add(id(thing.klass) if thing.klass is not None else thing.path)
        else:
            found.add(id(ref.function) if isinstance(ref, Closure) else id(ref) if isinstance(ref, Klass) else ref)
    return found


def _is_service(value: Value, state: State) -> bool:
    """Whether a value is an object of the repository's, or a library's thing, with nothing in it that somebody else chose."""
    if flatten([value], state).taints:
        return False
    made = any(isinstance(ref, Klass | Closure) for ref in value.refs) or any(
        thing.klass is not None or thing.path for thing in things(value, state)
    )
    return made or any(isinstance(ref, Library) and not ref.guessed for ref in value.refs)
