"""Calls of libraries: what knowledge says of them, and what is assumed of the rest."""

from __future__ import annotations

from collections.abc import Sequence

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import ANY, Limits
from fusion.dataflow.knowledge.schema import Kind, Propagator, Sanitizer
from fusion.dataflow.patterns.checks import restricts
from fusion.dataflow.solver.builtin.keyed import Keyed
from fusion.dataflow.solver.calling.arguments import Arguments, applies, flatten
from fusion.dataflow.solver.calling.callbacks import Callbacks
from fusion.dataflow.solver.calling.lookups import answered
from fusion.dataflow.solver.checks.places import NORMAL
from fusion.dataflow.solver.domain.state import GUESSED, State, Thing
from fusion.dataflow.solver.domain.taints import DECODERS, Facts, Taint, added, built, changed, merge
from fusion.dataflow.solver.domain.values import (
    NOTHING,
    UNKNOWN,
    UNKNOWN_CALL,
    Closure,
    Library,
    Object,
    Reference,
    Value,
    join,
    join_all,
    tainted,
)
from fusion.dataflow.solver.entering.preceding import NEXT
from fusion.dataflow.solver.sinks.reports import Sinks
from fusion.dataflow.solver.tables import Known, Rule

MAX_PATH = 160
_FILLS = frozenset(
    {"write", "writelines", "add", "append", "extend", "put", "push", "set", "update", "insert", "setdefault", "send", "feed"}
    | {"read_string", "read_dict"}
)
"""Methods that, on a library's object that nothing is known of, keep what they are given."""
_CONVERTS = frozenset(
    [
        "load",
        "loads",
        "parse",
        "dump",
        "dumps",
        "stringify",
        "decode",
        "encode",
        "json_decode",
        "json_encode",
        "unquote",
        "unquote_plus",
        "quote",
        "escape",
        "unescape",
        "xhtml_escape",
        "url_unescape",
        "url_escape",
        "to_unicode",
        "native_str",
        "utf8",
        "normalize",
        "strip",
        "trim",
        "clean",
        "sanitize",
        "b64decode",
        "b64encode",
        "decodeURIComponent",
        "encodeURIComponent",
        "atob",
        "btoa",
        "force_str",
        "smart_str",
        "force_text",
        "text_type",
        "capitalize",
        "camelCase",
    ]
)
"""Functions whose result is what they were given, in another form."""
_FETCHES = frozenset({"load", "loads"})
"""Those of them that in JavaScript rather get what something is called by its name."""


class Libraries(Callbacks, Keyed, Sinks):
    """Library calls."""

    def call_library(self, path: str, arguments: Arguments, state: State, node: ir.Node, *, guessed: bool = False) -> Value:
        """What knowledge says of a call; unknown calls pass data on."""
        if path == NEXT and not arguments.positional and self.passes(None, state):
            return UNKNOWN
        what = self.tables.calls.get(path)
        if what is None and path not in self.tables.begun:
            what = self.tables.calls.get(f"?.{path.rpartition('.')[2]}") if "." in path else None
        self.check_arguments(path, arguments, state, node)
        if what is not None:
            self.check_call(what, path, arguments, state, node, guessed=guessed)
            for entry in what.entries:
                self._register(entry, arguments, state)
            if what.exits and self._leaves(what, arguments, state):
                return NOTHING
        builtin = self.compared(path, arguments, state, node) or self.pattern_call(path, arguments, state, node)
        if builtin is None:
            builtin = self.schema_call(path, arguments, state, node) or self.emitted(path, arguments, state, node)
        if builtin is None:
            builtin = self.call_builtin(path, arguments, state, node)
        result = builtin
        if what is not None:
            said = self._said(what, path, arguments, state, node)
            if said is not None:
                result = said if builtin is None else self._same_facts(said, builtin)
        if result is None:
            result = self._assumed(path, what, arguments, state, node)
        result = self._denoted(path, result, arguments, state, guessed=guessed) if builtin is None else result
        if what is not None and what.aspects and result.taints:
            result = result.with_taints(self.aspect_of(what.aspects[0].entry.aspect, result.taints, arguments.receiver.taints))
        arguments.result = result
        if what is not None:
            for flag in what.flags:
                if flag.entry.on == "result" and applies(flag, arguments, state):
                    self.flag(result, flag.entry.flag, state, on=flag.entry.value)
            self._filled(what, path, arguments, state, node)
        return self._call_back(what, path, result, arguments, state, node, known_=builtin is not None)

    def _same_facts(self, said: Value, builtin: Value) -> Value:
        consts = builtin.consts if not said.taints else None
        return Value(consts, builtin.refs, said.taints, added(said.true, builtin.true), added(said.false, builtin.false))

    def _leaves(self, what: Known, arguments: Arguments, state: State) -> bool:
        """Whether the call never returns; where it returns only when something is true, that is known afterwards."""
        for rule in what.exits:
            if not applies(rule, arguments, state):
                continue
            asserted = [value for selector in rule.args for value in arguments.at(selector, state)]
            if self.frame.guards:
                self.frame.guards[-1].append((state.copy(), UNKNOWN))
            if not rule.args or any(self.truth(value, state) is False for value in asserted):
                return True
            for value in asserted:
                state.learn(value.true)
        return False

    # ---------------------------------------------------------------- results

    def _said(self, what: Known, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """The result as knowledge describes it; None where it says nothing."""
        if what.sources:
            taints = self.taint_from(what, path, state, node, arguments)
            if taints:
                passing = [rule for rule in what.propagators if applies(rule, arguments, state)]
                more = (
                    join_all(self._propagated(rule, path, arguments, state, node) for rule in passing)
                    if passing
                    else self._assumed(path, what, arguments, state, node)
                )
                return tainted(merge(taints, more.taints))
        cleaning = [rule for rule in what.sanitizers if applies(rule, arguments, state)]
        if cleaning:
            return self._sanitized(cleaning, arguments, state, node)
        validated = self._validated(what, arguments, state)
        for store in what.writes:
            if applies(store, arguments, state):
                self._write(store.entry.note, store.args, store.to[0], arguments, state)
                return UNKNOWN
        for store in what.reads:
            if applies(store, arguments, state):
                return self._read(store.entry.note, store.args, arguments, state)
        passing = [rule for rule in what.propagators if applies(rule, arguments, state)]
        if passing:
            result: Value = NOTHING
            for rule in passing:
                result = join(result, self._propagated(rule, path, arguments, state, node))
            return result if validated is None else Value(result.consts, result.refs, result.taints, *validated)
        if validated is not None:
            return Value(None, (), (), *validated)
        if what.sinks and not what.sources:
            return None
        return None

    def _sanitized(self, rules: Sequence[Rule[Sanitizer]], arguments: Arguments, state: State, node: ir.Node) -> Value:
        lacks = "".join(rule.entry.lacks for rule in rules)
        limits = Limits(absent=frozenset(lacks))
        for rule in rules:
            if rule.entry.matches:
                limits = limits.both(restricts(rule.entry.matches, "", "fullmatch", "python"))
        cleared = 0
        for rule in rules:
            cleared |= rule.mask
        values = [value for rule in rules for selector in rule.args for value in arguments.at(selector, state)]
        taints = []
        for taint in flatten([*values, *([arguments.receiver] if arguments.receiver is not NOTHING else [])], state).taints:
            clean = changed(taint, self.data.part(taint.whole, id(node)), state.facts, keeps=bool(lacks))
            mask = clean.mask & ~cleared
            if mask:
                taints.append(clean._replace(mask=mask, limits=clean.limits.both(limits)))
        return tainted(self.moved(taints, node, "passed through an escape for another place")) if taints else UNKNOWN

    def _validated(self, what: Known, arguments: Arguments, state: State) -> tuple[Facts | None, Facts | None] | None:
        """What each outcome of a check shows."""
        shown: dict[str, Facts] = {"true": {}, "false": {}, "returns": {}}
        for rule in what.validators:
            if not applies(rule, arguments, state):
                continue
            for selector in rule.args:
                for value in arguments.at(selector, state):
                    for taint in flatten([value], state).taints:
                        facts = shown[rule.entry.outcome]
                        facts[taint.whole] = (rule.mask, Limits())
                        if rule.mask == self.kinds.bit(Kind.REQUEST_FORGERY):
                            facts |= self.reachable(taint)
                        elif rule.mask == self.kinds.bit(Kind.PATH_TRAVERSAL):
                            facts |= self.confined(taint)
                        shown[rule.entry.outcome].update(self.vouched((taint,)) or {})
        if not what.validators:
            return None
        state.learn(shown["returns"])
        return shown["true"] or None, shown["false"] or None

    def _propagated(self, rule: Rule[Propagator], path: str, arguments: Arguments, state: State, node: ir.Node) -> Value:
        entry = rule.entry
        values = [value for selector in rule.args for value in arguments.at(selector, state)]
        if not entry.to:
            return UNKNOWN
        whole = flatten(values, state)
        name = path.rpartition(".")[2]
        if len(values) > 1 and entry.canonical:
            whole = self.join_segments(values, state, node, resets=name == "resolve")
        elif len(values) > 1 and entry.keeps:
            whole = self.join_segments(values, state, node, resets=True)
        if entry.canonical and not whole.taints and f"{path}()" not in self.tables.types:
            return self.normal_form(values, resolves=name not in ("join", "normalize")) or UNKNOWN
        taints = []
        if entry.aspect == "code":
            taints, whole = list(self.coded(whole.taints, state, node)), NOTHING
        for taint in whole.taints:
            if entry.keeps:
                made = taint
            else:
                what = (NORMAL if entry.canonical else path, id(node))
                made = changed(taint, self.data.part(taint.whole, what), state.facts, keeps=entry.canonical)
                (made,) = built((made,))
            if entry.canonical:
                made = self.normalized(made)._replace(canonical=True)
            mask = made.mask & rule.mask
            if mask:
                taints.append(made._replace(mask=mask))
        moved = self.moved(taints, node, f"passed on by `{_short(path)}`")
        if entry.aspect and whole is not NOTHING:
            moved = self.aspect_of(entry.aspect, moved, whole.taints)
        result = NOTHING
        for selector in rule.to:
            if selector.base == "result":
                same = join_all(values) if entry.keeps else NOTHING
                result = Value(
                    same.consts if same is not NOTHING and not taints else None,
                    () if f"{path}()" in self.tables.types else same.refs,
                    moved,
                    shape=whole.shape,
                )
            elif moved:
                for value in arguments.at(selector, state):
                    self._fill(value, tainted(moved), state)
                named = arguments.nodes[selector.position : selector.position + 1] if selector.position >= 0 else ()
                for place in named:
                    self._fill_named(place, moved, state)
        return UNKNOWN if result is NOTHING else result

    def _fill_named(self, place: ir.Expression, taints: tuple[Taint, ...], state: State) -> None:
        """A variable's library object that has no identity here: the variable holds the data now."""
        held = state.locals.get(place.id) if isinstance(place, ir.Name) else None
        if isinstance(place, ir.Name) and held is not None and all(isinstance(ref, Library) for ref in held.refs):
            state.locals[place.id] = Value(None, held.refs, merge(held.taints, taints))

    def _fill(self, target: Value, value: Value, state: State) -> None:
        for ref in target.refs:
            if isinstance(ref, Object) and (thing := state.heap.get(ref.id)) is not None:
                state.heap[ref.id] = thing.but(rest=join(thing.rest, value))

    def _assumed(self, path: str, what: Known | None, arguments: Arguments, state: State, node: ir.Node) -> Value:
        """A call that nothing is said of: what went in may come out."""
        found = flatten([arguments.receiver, *arguments.all()], state)
        if not found.taints:
            wrapped = self._wrapped(what, arguments)
            return Value(None, wrapped) if wrapped else UNKNOWN
        own = {taint.datum for taint in arguments.receiver.taints}
        name = path.rpartition(".")[2]
        single = tuple(value.consts for value in arguments.all())
        plain = all(consts is not None for consts in single)
        handing = (what is not None and not what.sinks) or (name in _CONVERTS and not (self.script and name in _FETCHES))
        looked_up, answers = answered(name, arguments) if what is None and not self.script and not handing else ((), ())
        taints = []
        for taint in found.taints:
            datum = self.data.part(taint.whole, (name, single) if plain else (path, id(node)))
            made = taint if f"{path}()" in self.tables.parsed else changed(taint, datum, state.facts)
            if name in DECODERS:
                made = self._decoded(taint, made, state)
            sure = taint.sure and (handing or taint.datum in own)
            taints.append(made._replace(sure=sure))
            if taint.datum in answers and taint.datum not in own:
                self.data.answers.add(made.datum)
                if taint.datum in looked_up:
                    self.data.found.add(made.datum)
        if name in _FILLS:
            self._fill(arguments.receiver, tainted(taints), state)
            self._kept(path, arguments, state, node)
        moved = self.moved(taints, node, f"{'passed on by ' if handing else UNKNOWN_CALL}`{_short(path)}`")
        return Value(None, self._wrapped(what, arguments), moved)

    def _decoded(self, taint: Taint, made: Taint, state: State) -> Taint:
        """What lay in a folder as it was may lead out of it once it is decoded: `%2e%2e` was a name."""
        place = self.kinds.bit(Kind.PATH_TRAVERSAL)
        confined = any(state.facts.get(datum, (0, ANY))[0] == place for datum in (taint.datum, taint.whole))
        return made._replace(mask=made.mask | (taint.mask & place)) if confined else made

    def _kept(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> None:
        """`session["cart"].append(item)`, also of `session.setdefault("cart", [])`: it is kept where the list is."""
        holder = path.rpartition(".")[0]
        for end in (".get()", ".setdefault()"):
            holder = f"{holder.removesuffix(end)}[]" if holder.endswith(end) else holder
        if not self.script and holder.endswith("[]") and holder in self.tables.stores:
            for value in arguments.all():
                self.check_store(holder, None, value, arguments.receiver, state, node)

    def _wrapped(self, what: Known | None, arguments: Arguments) -> tuple[Reference, ...]:
        """Functions given to a call that nothing is known of: it may give them back, wrapped."""
        if what is not None:
            return ()
        return tuple(ref for value in arguments.all() for ref in value.refs if isinstance(ref, Closure))

    def _denoted(self, path: str, result: Value, arguments: Arguments, state: State, *, guessed: bool) -> Value:
        """The result as a thing of the library."""
        full = f"{path}()"
        if len(full) > MAX_PATH or path.startswith("?"):
            return result
        name = self.tables.types.get(full, full)
        if result.refs:
            return result
        own = next((ref for ref in arguments.receiver.refs if name in self._paths_of(ref, state)), None)
        ref = (
            own
            if own is not None and name in self.tables.type_names
            else self.thing_of(name, result.taints, state, guessed=guessed)
        )
        consts = result.consts if result.consts is not None or result.taints else ()
        return Value(consts, (ref,), result.taints, result.true, result.false, result.shape)

    def thing_of(self, name: str, taints: tuple[Taint, ...], state: State, *, guessed: bool = False) -> Object | Library:
        """A thing of the library; one with an identity where something is remembered on each."""
        if name not in self.tables.identified:
            return Library(name, guessed)
        rest = tainted(taints) if taints else NOTHING
        flags = frozenset({GUESSED}) if guessed else frozenset()
        return Object(state.allocate(Thing("library", None, {}, rest, path=name, flags=flags)))

    def _paths_of(self, ref: Reference, state: State) -> tuple[str, ...]:
        if isinstance(ref, Library):
            return (ref.path,)
        thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
        return (thing.path,) if thing is not None else ()


def _short(path: str) -> str:
    """The last two names of a path, for people."""
    name = path.lstrip("?.")
    parts = name.replace("()", "").split(".")
    return ".".join(parts[-2:]) if name else "a function"
