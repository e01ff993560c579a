"""Checks in conditions: what a comparison shows on each outcome."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import ANY, Limits
from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.patterns.automata import Mode
from fusion.dataflow.patterns.checks import rejects, restricts, substitutes
from fusion.dataflow.patterns.hosts import fixes_host, is_host
from fusion.dataflow.solver.calling.arguments import Arguments, flatten, things
from fusion.dataflow.solver.checks.allowed import Allowed
from fusion.dataflow.solver.checks.components import listed, not_up
from fusion.dataflow.solver.checks.sequences import compared
from fusion.dataflow.solver.domain import texts
from fusion.dataflow.solver.domain.state import State, Thing
from fusion.dataflow.solver.domain.taints import Facts, Taint, added, changed, known, undecoded
from fusion.dataflow.solver.domain.values import (
    UNKNOWN,
    Closure,
    Library,
    Object,
    Value,
    constant,
    not_among,
    reference,
    tainted,
)
from fusion.dataflow.solver.methods.receivers import part_limits

_NUMBERS = frozenset({"number", "boolean", "bigint", "undefined"})
_FIND = frozenset({"find", "indexOf", "search", "lastIndexOf", "rfind"})
_CUTS = frozenset({"slice", "substring", "substr"})
_PATHS = ("os.path.", "pathlib.", "path.", "path/posix.", "upath.")
_PATTERNS: dict[str, tuple[Mode, bool]] = {
    "re.match": ("match", False),
    "re.fullmatch": ("fullmatch", False),
    "re.search": ("search", False),
    "re.findall": ("search", False),
    "re.Pattern.match": ("match", True),
    "re.Pattern.fullmatch": ("fullmatch", True),
    "re.Pattern.search": ("search", True),
    "re.Pattern.findall": ("search", True),
    "re.finditer": ("search", False),
    "re.Pattern.finditer": ("search", True),
}
_SEVERAL = ("findall", "finditer")
_PIECES = frozenset({"group", "groups", "groupdict", "__getitem__"})


def _is_place(node: ir.Expression) -> bool:
    """Whether it is a call that gives the place where something was found: 0 is one, -1 is none."""
    return isinstance(node, ir.Call) and isinstance(node.function, ir.Attr) and node.function.name in _FIND


class Checks(Allowed):
    """Comparisons, membership, patterns."""

    def compare(self, operator: str, left: Value, right: Value, node: ir.Compare, state: State) -> Value:
        """A comparison, and what each outcome shows."""
        negated = operator in ("!=", "is not", "not in")
        plain = {"!=": "==", "is not": "is", "not in": "in"}.get(operator, operator)
        consts = self._folded(operator, left, right, state)
        true: Facts | None = None
        false: Facts | None = None
        if plain in ("==", "is"):
            true, false = self._equal(left, right, node, state)
        elif plain == "in":
            own = self.overloaded(right, ("__contains__",), [left], state, node) if right.refs else None
            true, false = (own.true, own.false) if own is not None else self._membership(left, right, state)
            if right.true and not right.consts and not self.script:
                true = added(true, right.true)  # what holds something is not empty
        elif plain in ("<", ">=", ">", "<="):
            true, false = self._found(operator, left, right, node, state)
            if not self.script and any(thing.kind == "set" for thing in things(left, state)):
                method = "issubset" if plain in ("<", "<=") else "issuperset"
                shown = self.call_method(left, method, Arguments([right]), state, node)
                true = added(true, shown.true if shown is not None else None)
        if negated:
            true, false = false, true
        return Value(consts, (), (), true, false)

    def _folded(self, operator: str, left: Value, right: Value, state: State) -> tuple[ir.Constant, ...] | None:
        if left.taints or right.taints or left.consts is None or right.consts is None:
            return None
        if operator in ("in", "not in") and not left.refs and right.refs and not right.consts:
            return self._folded_member(operator, left, right, state)
        if left.refs or right.refs:
            none = (left.consts == (None,) and not left.refs and not right.consts) or (
                right.consts == (None,) and not right.refs and not left.consts
            )
            alone = all(not isinstance(ref, Library) for ref in (*left.refs, *right.refs))
            if none and alone and operator in ("is", "==", "is not", "!="):
                return (operator in ("is not", "!="),)
            return None if self.script else compared(operator, left, right, state)
        return texts.combine([left.consts, right.consts], lambda a, b: texts.compare(operator, a, b))

    def _folded_member(self, operator: str, left: Value, right: Value, state: State) -> tuple[ir.Constant, ...] | None:
        found: set[bool] = set()
        for ref in right.refs:
            thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
            if thing is None or thing.path or thing.klass is not None or thing.rest.consts != () or thing.rest.refs:
                return None
            if thing.items is not None:
                held = [item.consts for item in thing.items]
                if any(consts is None or len(consts) != 1 for consts in held):
                    return None
                keys = {consts[0] for consts in held if consts}
            elif thing.kind == "dict":
                keys = set(thing.fields)
            else:
                return None
            found.update((const in keys) == (operator == "in") for const in left.consts or ())
        return (found.pop(),) if len(found) == 1 else None

    # ---------------------------------------------------------------- equality

    def _equal(self, left: Value, right: Value, node: ir.Compare, state: State) -> tuple[Facts | None, Facts | None]:
        for one, other in ((left, right), (right, left)):
            if (one.true or one.false) and other.consts and len(other.consts) == 1 and not other.refs and not other.taints:
                const = other.consts[0]
                if (
                    const is None
                    or const is False
                    or const == -1
                    or (type(const) is int and const == 0 and not _is_place(node.left))
                ):
                    return one.false, one.true
                if const is True:
                    return one.true, one.false
        begins = self._beginning(node.left, left, right, state) or self._beginning(node.right, right, left, state)
        if begins is not None:
            return begins.true, begins.false
        typed = self._typeof(node, right) or self._typeof(ir.Compare(node.span, "==", node.right, node.left), left)
        if typed is not None:
            return self.ours(self.evaluate(typed, state)), None
        found = self._found("==", left, right, node, state)
        if found != (None, None):
            return found
        true = self.vouched((*left.taints, *right.taints))
        false: Facts | None = None
        for one, other in ((left, right), (right, left)):
            if one.taints and not self._is_nothing(other):
                true = added(true, self.ours(one, other, state))
            if one.taints and not other.taints and not self._is_nothing(other):
                false = added(false, self.refused(one, other.consts or (), state))
                false = added(false, self.not_first(one, other.consts or ()))
                false = added(false, not_up(one, other.consts or ()))
        return true, false

    def _beginning(self, node: ir.Expression, piece: Value, prefix: Value, state: State) -> Value | None:
        """`text.slice(0, prefix.length) === prefix`, `text[:len(prefix)] == prefix`: what `startsWith` says."""
        if not piece.taints or prefix.taints:
            return None
        whole: ir.Expression | None = None
        if isinstance(node, ir.Call) and isinstance(node.function, ir.Attr) and node.function.name in _CUTS:
            first = node.arguments[0].value if len(node.arguments) == 2 else None
            whole = node.function.object if isinstance(first, ir.Const) and first.value == 0 else None
        elif isinstance(node, ir.Slice) and node.step is None and node.high is not None:
            low = node.low
            whole = node.object if low is None or (isinstance(low, ir.Const) and low.value == 0) else None
        if whole is None:
            return None
        return self.call_method(
            self.evaluate(whole, state), "startsWith" if self.script else "startswith", Arguments([prefix]), state, node
        )

    def _is_nothing(self, value: Value) -> bool:
        return bool(value.consts) and all(const is None for const in value.consts or ()) and not value.refs

    def _typeof(self, node: ir.Compare, right: Value) -> ir.Expression | None:
        left = node.left
        if isinstance(left, ir.Unary) and left.operator == "typeof" and right.consts and set(right.consts) <= _NUMBERS:
            return left.operand
        return None

    # ---------------------------------------------------------------- membership

    def _membership(self, left: Value, right: Value, state: State) -> tuple[Facts | None, Facts | None]:
        inner = flatten([right], state) if right.refs else right
        if left.refs and self._holds_elements(left, state):
            left = flatten([left], state)
        if left.taints and not inner.taints:
            if right.consts and not right.refs and all(isinstance(const, str) for const in right.consts):
                letters = frozenset("".join(str(const) for const in right.consts))
                return self._limited(left, Limits(letters)), not_among(left, letters, self.data.elements)
            return self.inherited(self.ours(left), right, state), not_up(left, listed(right, state))
        if left.taints and right.refs and self._holds_elements(right, state):
            return self.ours(left, inner), None
        if inner.taints and not left.taints:
            parents = [taint for taint in right.taints if taint.aspect is not None and taint.aspect[0] == "folders"]
            if parents:
                facts: Facts | None = None
                for taint in parents:
                    whole = taint.aspect[1] if taint.aspect is not None else taint.whole
                    facts = added(facts, self.confined(taint._replace(whole=whole, datum=whole)))
                return facts, None
        if inner.taints and not left.taints and left.consts:
            gone: Facts | None = None
            for taint in inner.taints:
                for const in left.consts:
                    gone = added(
                        gone, self.absent_up(taint, const) if isinstance(const, str) and len(left.consts) == 1 else None
                    )
            if gone is not None:
                return None, gone
        if inner.taints and not left.taints and left.consts and not self._holds_elements(right, state):
            lacking = frozenset(const for const in left.consts if isinstance(const, str) and const)
            if len(left.consts) == 1 and lacking:
                return None, self._limited(inner, Limits(None, lacking))
        return None, None

    def _holds_elements(self, value: Value, state: State) -> bool:
        return any(thing.kind in ("list", "tuple", "set", "dict") for thing in things(value, state))

    def _limited(self, value: Value, limits: Limits) -> Facts | None:
        return undecoded({taint.whole: (0, limits) for taint in value.taints}, self.data) or None

    def _found(
        self, operator: str, left: Value, right: Value, node: ir.Compare, state: State
    ) -> tuple[Facts | None, Facts | None]:
        """`text.find("..") == -1`, `text.indexOf("x") < 0`, `text.indexOf(prefix) === 0`, `text[0] == "/"`."""
        call, const = node.left, right.consts[0] if right.consts and len(right.consts) == 1 else None
        if left.true or left.false:
            # `allowed.indexOf(text) >= 0`, `text.count("..") > 0`: the call has said what finding it shows.
            if (operator, const) in ((">=", 0), (">", -1)):
                return left.true, left.false
            if (operator, const) in (("<", 0), ("<=", -1)):
                return left.false, left.true
            if (operator, const) in ((">", 0), (">=", 1)):
                return left.true, None if _is_place(call) else left.false
            if (operator, const) in (("<", 1), ("<=", 0)):
                return None if _is_place(call) else left.false, left.true
        if isinstance(call, ir.Call) and isinstance(call.function, ir.Attr) and call.function.name in _FIND and call.arguments:
            held = flatten([self.evaluate(call.function.object, state)], state)
            sought = self.evaluate(call.arguments[0].value, state)
            if not held.taints:
                return None, None
            if call.function.name == "indexOf" and (operator, const) == ("==", 0) and len(call.arguments) == 1:
                begins = self.call_method(held, "startsWith", Arguments([sought]), state, node)
                return (None, None) if begins is None else (begins.true, begins.false)
            if not sought.consts or len(sought.consts) != 1 or not isinstance(sought.consts[0], str):
                return None, None
            absent = self._limited(held, Limits(None, frozenset({sought.consts[0]}))) if sought.consts[0] else None
            starts = self._limited(held, Limits(start=sought.consts[0]))
            for taint in held.taints:
                absent = added(absent, self.absent_up(taint, sought.consts[0]))
            if not self.unclosed(sought, state):
                starts = added(starts, self.confines(held.taints))
            if operator == "==":
                return (absent, None) if const == -1 else (starts, None) if const == 0 else (None, None)
            if (operator, const) in (("<", 0), ("<=", -1)):
                return absent, None
            if (operator, const) in ((">=", 0), (">", -1)):
                return None, absent
        return None, None

    # ---------------------------------------------------------------- patterns

    def pattern_call(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """Python's `re`; None for other calls."""
        if path == "re.compile":
            given = arguments.positional[:1]
            fields: dict[object, Value] = {"pattern": given[0] if given else UNKNOWN}
            fields["flags"] = (
                arguments.positional[1] if len(arguments.positional) > 1 else arguments.keywords.get("flags", constant(""))
            )
            return reference(Object(state.allocate(Thing("library", None, fields, path="re.Pattern"))))
        if path in ("re.sub", "re.Pattern.sub"):
            return self._substituted(path == "re.sub", arguments, state, node)
        if path.startswith("re.Match."):
            return self._match_part(path, arguments, state)
        found = _PATTERNS.get(path)
        if found is None:
            if path.startswith(_PATHS):
                return self.path_call(path, arguments, state, node)
            return self.url_call(path, arguments, state, node) if path.startswith("urllib.parse.") else None
        mode, compiled = found
        pattern, flags = self._pattern(compiled, arguments, state)
        place = 0 if compiled else 1
        text = flatten(arguments.positional[place : place + 1] or list(arguments.keywords.values())[:1], state)
        if not text.taints:
            return reference(Library("re.Match"))
        inside = part_limits(restricts(pattern, flags, "fullmatch", "python")) if pattern is not None else ANY
        moved = tainted(
            changed(taint, self.data.part(taint.whole, id(node)), state.facts).limited(inside) for taint in text.taints
        )
        result = Value(None, (Library("re.Match"),), moved.taints)
        if path.endswith(_SEVERAL):
            every = moved if path.endswith("findall") else result
            result = reference(Object(state.allocate(Thing("list", None, {}, every))))
            result = Value(None, result.refs)
        if pattern is None:
            return result
        shown = restricts(pattern, flags, mode, "python")
        refused = rejects(pattern, flags, mode, "python")
        true = self._limited(text, shown) if shown != ANY else None
        false = self._limited(text, refused) if refused != ANY else None
        if fixes_host(pattern, flags, mode, "python"):
            true = added(true, self.with_host(text.taints))
        elif is_host(pattern, flags, mode, "python"):
            host = (self.kinds.mask(Kind.OPEN_REDIRECT, Kind.REQUEST_FORGERY), ANY)
            true = added(true, {datum: host for taint in text.taints for datum in (taint.datum, taint.whole)})
        return Value(None, result.refs, result.taints, true, false)

    def _match_part(self, path: str, arguments: Arguments, state: State) -> Value | None:
        """What a match is asked for: some piece of what the pattern matched."""
        name = path.rpartition(".")[2]
        taints = arguments.receiver.taints
        if name not in _PIECES or not taints:
            return None
        which = tuple(value.consts for value in arguments.all())
        part = self.data.part
        piece = tainted(changed(taint, part(taint.whole, (name, which)), state.facts, keeps=True) for taint in taints)
        several = name in ("groups", "groupdict") or len(arguments.positional) > 1
        if not several:
            return piece
        kind = "dict" if name == "groupdict" else "tuple"
        return reference(Object(state.allocate(Thing(kind, None, {}, piece))))

    def _pattern(self, compiled: bool, arguments: Arguments, state: State) -> tuple[str | None, str]:
        if compiled:
            held = next(things(arguments.receiver, state), None)
            value = held.fields.get("pattern", UNKNOWN) if held is not None else UNKNOWN
            flags = held.fields.get("flags", UNKNOWN) if held is not None else UNKNOWN
        else:
            value = arguments.positional[0] if arguments.positional else UNKNOWN
            flags = arguments.positional[2] if len(arguments.positional) > 2 else arguments.keywords.get("flags", UNKNOWN)
        text = value.consts[0] if value.consts and len(value.consts) == 1 else None
        letters = "".join(
            ref.path.rpartition(".")[2][0].lower()
            for ref in flags.refs
            if isinstance(ref, Library) and ref.path.startswith("re.")
        )
        if isinstance(text, bytes):
            text = text.decode("latin-1")
        return (text if isinstance(text, str) else None), letters

    def _substituted(self, plain: bool, arguments: Arguments, state: State, node: ir.Node) -> Value:
        pattern, flags = self._pattern(not plain, arguments, state)
        place = 1 if plain else 0
        given = arguments.positional
        if len(given) < place + 2:
            return self.passed([*arguments.all()], state, node)
        replacement, text = given[place], flatten(given[place + 1 : place + 2], state)
        const = replacement.consts[0] if replacement.consts and len(replacement.consts) == 1 else None
        limits = substitutes(pattern, flags, const, "python", True) if pattern is not None and isinstance(const, str) else ANY
        taints: list[Taint] = []
        for taint in text.taints:
            made = changed(taint, self.data.part(taint.whole, id(node)), state.facts, keeps=True)
            kept = known(made, {})[1]
            taints.append(made.limited(kept.both(limits) if isinstance(const, str) and not const else limits))
        if any(isinstance(ref, Closure) for ref in replacement.refs):
            match = Value(None, (Library("re.Match"),), tuple(taints))
            replacement = self.call(replacement, Arguments([match]), state, node)
        inner = flatten([replacement], state)
        return (
            tainted([*self.moved(taints, node, "changed by a pattern"), *inner.taints]) if taints or inner.taints else UNKNOWN
        )
