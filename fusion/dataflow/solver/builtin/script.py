"""JavaScript's own functions and constructors."""

from __future__ import annotations

from typing import Any

from fusion.dataflow import ir
from fusion.dataflow.solver.builtin.copies import Copies, Handler
from fusion.dataflow.solver.builtin.plugins import PLUGINS, Plugins
from fusion.dataflow.solver.calling.arguments import Arguments, things
from fusion.dataflow.solver.checks.prototypes import BARE
from fusion.dataflow.solver.domain import texts
from fusion.dataflow.solver.domain.state import Thing
from fusion.dataflow.solver.domain.taints import added
from fusion.dataflow.solver.domain.values import (
    KEYS,
    NONE,
    NOTHING,
    REJECTED,
    UNKNOWN,
    Closure,
    Klass,
    Object,
    Value,
    constant,
    join,
    join_all,
    tainted,
)
from fusion.dataflow.solver.methods.receivers import Use, single

_FOLDS: dict[str, Any] = {
    "Boolean": bool,
    "String": texts.script_text,
    "String.fromCharCode": lambda *codes: "".join(map(chr, codes)),
}


class ScriptFunctions(Plugins, Copies):
    """One method per kind of function."""

    def script_function(self, use: Use) -> Value | None:
        """The result of a call; None where the function is not known."""
        handler = _FUNCTIONS.get(use.name)
        if handler is None:
            return None
        fold, given = _FOLDS.get(use.name), use.arguments
        if fold is not None and given.positional and not any(value.taints or value.refs for value in given.all()):
            consts = texts.combine([value.consts for value in given.all()], fold)
            if consts is not None:
                return Value(consts)
        return handler(self, use)

    # ---------------------------------------------------------------- objects

    def _js_assign(self, use: Use) -> Value:
        """`Object.assign(target, ...sources)`: changes the target, and gives it."""
        target = self.first(use)
        sources = [*use.arguments.positional[1:], *([use.arguments.rest] if use.arguments.rest is not None else [])]
        certain = len(target.refs) == 1
        result = target
        for klass in (ref for ref in target.refs if isinstance(ref, Klass)):
            for source in sources:
                self.inherit(klass, source, use.state)
        for ref in target.refs:
            thing = use.state.heap.get(ref.id) if isinstance(ref, Object) else None
            if not isinstance(ref, Object) or thing is None:
                continue
            for source in sources:
                thing = self.with_entries(thing, source, use)
            self.put(Use(target, use.name, use.arguments, use.state, use.node, ref, thing, certain), thing)
        if not target.refs:
            result = join_all([target, *sources])
        return result

    def _js_tables(self, use: Use) -> list[Thing]:
        return [thing for thing in things(self.first(use), use.state) if not thing.path or thing.fields]

    def _js_listed(self, use: Use) -> Value:
        """`Object.keys`, `values`, `entries`."""
        found = NOTHING
        what = use.name.rpartition(".")[2]
        value = self.first(use)
        for thing in self._js_tables(use):
            if thing.items is not None:
                fields: dict[object, Value] = {str(place): item for place, item in enumerate(thing.items)}
                thing = thing.but(items=None, fields={**fields, **thing.fields})
            if what == "values":
                found = join(found, self.listed_values(thing, use))
            elif what == "entries":
                found = join(found, self.listed_pairs(thing, use))
            else:
                found = join(found, self.listed_keys(thing, use))
        if value.taints and what not in ("entries", "values"):
            found = join(found, self.series(use.state, None, tainted(self.part(value.taints, KEYS, use.state))))
        elif value.taints:
            inner = Value(None, (), value.taints)
            given = Use(inner, what, Arguments(), use.state, use.node)
            found = join(found, self.container_method(given) or UNKNOWN)
        return self.series(use.state, None, UNKNOWN) if found is NOTHING else found

    def _js_from_entries(self, use: Use) -> Value:
        return self.as_table(use)

    def _js_map(self, use: Use) -> Value:
        return self.as_table(use, "map")

    def _js_set(self, use: Use) -> Value:
        return self.as_series(use.argument(0), use, "set")

    def _js_create(self, use: Use) -> Value:
        """`Object.create(prototype)`: an object that has what the prototype has."""
        prototype = self.first(use)
        found = [
            self.make(use.state, thing if thing.klass is not None else thing.but(kind="dict"))
            for thing in things(prototype, use.state)
            if not thing.path
        ]
        for ref in prototype.refs:
            if isinstance(ref, Klass):
                found.append(self.make(use.state, Thing("instance", None, {}, NOTHING, NOTHING, ref)))
        if found:
            return join_all(found)
        bare = prototype.consts == (None,) and not prototype.refs
        return self.make(use.state, Thing("dict", flags=frozenset({BARE}) if bare else frozenset()))

    def _js_inherits(self, use: Use) -> Value:
        """`Object.setPrototypeOf(object, prototype)`, `util.inherits(constructor, base)`."""
        target, prototype = self.first(use), use.argument(1) or UNKNOWN
        for ref in target.refs:
            thing = use.state.heap.get(ref.id) if isinstance(ref, Object) else None
            if isinstance(ref, Closure | Klass):
                bases = [self.maker(base) if isinstance(base, Closure) else base for base in prototype.refs]
                klass = self.maker(ref) if isinstance(ref, Closure) else ref
                self.inherit(klass, Value((), tuple(bases)), use.state)
            elif isinstance(ref, Object) and thing is not None and thing.klass is None:
                fields = {name: value for found in things(prototype, use.state) for name, value in found.fields.items()}
                use.state.heap[ref.id] = thing.but(fields={**fields, **thing.fields})
        return target

    def _js_construct(self, use: Use) -> Value:
        """`Reflect.construct(function, list)`."""
        exact, any_ = self.elements(use.argument(1) or UNKNOWN, use.state, use.node)
        given = Arguments(exact) if exact is not None else Arguments(rest=any_)
        made = [
            self.construct(ref, given, use.state, use.node)
            if isinstance(ref, Closure)
            else self.call(Value((), (ref,)), given, use.state, use.node)
            for ref in self.first(use).refs
        ]
        return join_all(made) if made else UNKNOWN

    def _js_define(self, use: Use) -> Value:
        """`Object.defineProperty(object, key, {value})`."""
        target, key, options = self.first(use), use.argument(1), use.argument(2)
        if key is not None and options is not None:
            value = self.load_attribute(options, "value", use.state, use.node)
            getter = self.load_attribute(options, "get", use.state, use.node)
            if any(isinstance(ref, Closure) for ref in getter.refs):
                value = self.call(getter, Arguments(), use.state, use.node)
            self.store_index(target, key, value, use.state, use.node)
        return target

    def _js_part(self, use: Use) -> Value:
        """`_.pick(object, keys)`, `_.omit(object, keys)`: a copy with some of the keys."""
        value, names = self.first(use), set[object]()
        sure = use.arguments.rest is None
        for given in use.arguments.positional[1:]:
            exact, _ = self.elements(given, use.state, use.node) if given.refs else ([given], NOTHING)
            names.update(single(item) for item in exact or ())
            sure = sure and exact is not None
        if not sure or None in names:
            return Value(None, self.copied(value, use.state).refs, value.taints)
        if use.name.endswith("pick"):
            fields: dict[object, Value] = {}
            for name in names:
                fields[name] = self.load_attribute(value, str(name), use.state, use.node)
            return self.make(use.state, Thing("dict", None, fields))
        left = [
            self.make(use.state, thing.but(fields={name: field for name, field in thing.fields.items() if name not in names}))
            for thing in things(value, use.state)
            if not thing.path
        ]
        return join_all([*left, tainted(value.taints)]) if value.taints else join_all(left) if left else UNKNOWN

    def _js_own(self, use: Use) -> Value:
        """`Object.hasOwn(object, key)`."""
        holder, key = self.first(use), use.argument(1)
        if key is None:
            return UNKNOWN
        found = self.membership(self._js_keys_of(holder, use), key, use.state)
        return Value(None, (), (), added(found.true, self.owned(key)) if use.name != "Reflect.has" else found.true)

    def _js_keys_of(self, holder: Value, use: Use) -> Value:
        if holder.taints:
            return Value(None, (), holder.taints)
        return join_all([UNKNOWN, *(key for thing in things(holder, use.state) for key in self.keys_of(thing)[0])])

    def _js_get(self, use: Use) -> Value:
        return self.load_index(self.first(use), use.argument(1) or UNKNOWN, use.state, use.node)

    def _js_set_index(self, use: Use) -> Value:
        key, value = use.argument(1), use.argument(2)
        if key is not None and value is not None:
            self.store_index(self.first(use), key, value, use.state, use.node)
        return UNKNOWN

    def _js_apply(self, use: Use) -> Value:
        """`Reflect.apply(function, this, list)`."""
        given = Arguments(use.arguments.positional[1:], rest=use.arguments.rest)
        return self.call_member(self.first(use), "apply", given, use.state, use.node)

    def _js_object(self, use: Use) -> Value:
        return self.first(use) if use.argument(0) is not None else self.make(use.state, Thing("dict"))

    # ---------------------------------------------------------------- lists

    def _js_from(self, use: Use) -> Value:
        """`Array.from(source, function)`."""
        source = self.first(use)
        counted = any(thing.kind == "dict" and set(thing.fields) == {"length"} for thing in things(source, use.state))
        made = self.series(use.state, None, NONE) if counted else self.as_series(source, use)
        function = use.argument(1)
        if function is None:
            return made
        return self.callback_method(Use(made, "map", Arguments([function]), use.state, use.node)) or made

    def _js_array(self, use: Use) -> Value:
        given = use.arguments
        size = single(given.positional[0]) if len(given.positional) == 1 else None
        if use.name == "Array" and type(size) is int:
            return self.series(use.state, None, NONE)
        return self.series(use.state, given.positional if given.rest is None else None, given.rest or NOTHING)

    def _js_bytes(self, use: Use) -> Value:
        """`new Uint8Array(size)`, or the numbers of another list."""
        value = self.first(use)
        if not value.refs and not value.taints:
            return self.series(use.state, None, UNKNOWN)
        return self.as_series(value, use)

    # ---------------------------------------------------------------- text and patterns

    def _js_raw(self, use: Use) -> Value:
        """`String.raw` with a template: the literal parts and the holes in turn."""
        pieces, _ = self.elements(self.first(use), use.state, use.node)
        if pieces is None:
            return self.mixed(use)
        parts: list[Value] = []
        for place, piece in enumerate(pieces):
            parts += [use.argument(place) or UNKNOWN] if place else []
            parts.append(piece)
        return self.concatenate(parts, use.state, use.node) if parts else constant("")

    def _js_regex(self, use: Use) -> Value:
        """`new RegExp(source, flags)`."""
        source, flags = self.first(use), use.argument(1)
        if source.refs:
            return source
        fields: dict[object, Value] = {"source": source, "flags": constant("") if flags is None else flags}
        return self.make(use.state, Thing("regex", None, fields))

    def _js_parse(self, use: Use) -> Value:
        """`JSON.parse`: of our own text, something that nothing is known of."""
        value = self.first(use)
        if not value.taints:
            return UNKNOWN
        found = self.part(value.taints, ("JSON.parse", id(use.node)), use.state)
        return tainted(taint._replace(lead="").limited(taint.limits.rewritten("")) for taint in found)

    # ---------------------------------------------------------------- promises

    def _js_settled(self, use: Use) -> Value:
        """`Promise.allSettled`."""
        any_ = self.any_element(self.first(use), use)
        fields: dict[object, Value] = {"status": UNKNOWN, "value": any_, "reason": UNKNOWN}
        return self.series(use.state, None, self.make(use.state, Thing("dict", None, fields)))

    def _js_all(self, use: Use) -> Value:
        return self.as_series(self.first(use), use)

    def _js_any(self, use: Use) -> Value:
        return self.any_element(self.first(use), use)

    def _js_promise(self, use: Use) -> Value:
        """`new Promise((resolve, reject) => ...)`: what `resolve` is given."""
        span = use.node.span
        cell = Object(use.state.allocate(Thing("dict")))
        store = ir.Assign(span, ir.Attr(span, ir.Name(span, "cell"), "value"), ir.Name(span, "value"))
        either = Value((), (cell, Object(use.state.allocate(Thing("dict")))))  # who resolves it again changes nothing
        resolve = self.made_function(use, [ir.Parameter(span, "value")], [store], {"cell": either})
        thrown = ir.If(span, ir.Opaque(span), [ir.Raise(span, ir.Name(span, "error"))])
        reject = self.made_function(use, [ir.Parameter(span, "error")], [thrown], {})
        self.call(self.first(use), Arguments([resolve, reject]), use.state, use.node)
        return use.state.heap[cell.id].fields.get("value", UNKNOWN)

    def _js_reject(self, use: Use) -> Value:
        """`Promise.reject(error)`: it is thrown where it is waited for, and gives nothing."""
        self.throw(self.first(use), use.state)
        return REJECTED

    def _js_error(self, use: Use) -> Value:
        message = self.text_of(use) if use.argument(0) is not None else constant("")
        return self.make(use.state, Thing("dict", None, {"message": message, "stack": UNKNOWN, "name": UNKNOWN}))


def _all(handler: Handler, names: str) -> dict[str, Handler]:
    return dict.fromkeys(names.split(), handler)


def _lodash(handler: Handler, names: str) -> dict[str, Handler]:
    """Functions of lodash and underscore, by each path that they are reached by."""
    packages = ("lodash.", "lodash-es.", "underscore.", "_.", "lodash/", "lodash-es/")
    return {f"{package}{name}": handler for package in packages for name in names.split()}


_FUNCTIONS: dict[str, Handler] = {
    **PLUGINS,
    **_lodash(ScriptFunctions._js_part, "pick omit"),
    **_lodash(Copies.shallow, "clone"),
    **_lodash(Copies.deep, "cloneDeep"),
    **_lodash(ScriptFunctions._js_assign, "assign extend"),
    **_all(ScriptFunctions._js_assign, "Object.assign"),
    **_all(
        ScriptFunctions._js_listed,
        "Object.keys Object.values Object.entries Object.getOwnPropertyNames Reflect.ownKeys",
    ),
    **_all(ScriptFunctions._js_from_entries, "Object.fromEntries"),
    **_all(ScriptFunctions._js_create, "Object.create"),
    **_all(ScriptFunctions._js_define, "Object.defineProperty"),
    **_all(ScriptFunctions._js_own, "Object.hasOwn Reflect.has"),
    **_all(ScriptFunctions._js_get, "Reflect.get"),
    **_all(ScriptFunctions._js_set_index, "Reflect.set"),
    **_all(ScriptFunctions._js_apply, "Reflect.apply"),
    **_all(ScriptFunctions._js_object, "Object"),
    **_all(
        Copies.first,
        "Object.freeze Object.seal Object.preventExtensions Promise.resolve Symbol.for",
    ),
    **_all(ScriptFunctions._js_inherits, "Object.setPrototypeOf Reflect.setPrototypeOf util.inherits"),
    **_all(ScriptFunctions._js_construct, "Reflect.construct"),
    **_all(ScriptFunctions._js_from, "Array.from"),
    **_all(ScriptFunctions._js_array, "Array Array.of"),
    **_all(
        ScriptFunctions._js_bytes,
        "Uint8Array Uint8ClampedArray Uint16Array Uint32Array Int8Array Int16Array Int32Array Float32Array Float64Array",
    ),
    **_all(
        Copies.unrelated, "Array.isArray Object.is Object.isFrozen Number.isInteger Number.isFinite Number.isNaN isNaN isFinite"
    ),
    **_all(Copies.unrelated, "Symbol Number.isSafeInteger Object.getPrototypeOf"),
    **_all(
        Copies.numbered,
        "Number parseInt parseFloat Number.parseInt Number.parseFloat BigInt Boolean "
        "Math.floor Math.ceil Math.round Math.trunc Math.abs Math.max Math.min Math.sign Math.pow Math.sqrt",
    ),
    **_all(Copies.digits, "String.fromCharCode String.fromCodePoint"),
    **_all(Copies.text_of, "String"),
    **_all(ScriptFunctions._js_raw, "String.raw"),
    **_all(ScriptFunctions._js_regex, "RegExp"),
    **_all(Copies.as_json, "JSON.stringify"),
    **_all(ScriptFunctions._js_parse, "JSON.parse"),
    **_all(Copies.deep, "structuredClone"),
    **_all(ScriptFunctions._js_all, "Promise.all"),
    **_all(ScriptFunctions._js_settled, "Promise.allSettled"),
    **_all(ScriptFunctions._js_any, "Promise.race Promise.any"),
    **_all(ScriptFunctions._js_promise, "Promise"),
    **_all(ScriptFunctions._js_reject, "Promise.reject"),
    **_all(ScriptFunctions._js_map, "Map WeakMap"),
    **_all(ScriptFunctions._js_set, "Set WeakSet"),
    **_all(ScriptFunctions._js_error, "Error TypeError RangeError SyntaxError"),
}
