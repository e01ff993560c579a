"""Schemas that JavaScript describes data by (zod, Joi, yup): what each member of the checked data can be."""

from __future__ import annotations

import re

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import ANY
from fusion.dataflow.solver.calling.arguments import Arguments, things
from fusion.dataflow.solver.checks.shapes import CHECKED, NAMED, PLAIN, ROOTS, SCHEMA, Shapes
from fusion.dataflow.solver.domain.state import State, Thing
from fusion.dataflow.solver.domain.values import NOTHING, UNKNOWN, Library, Object, Value, constant, join_all, reference

_OBJECTS = frozenset({"object", "strictObject", "looseObject"})
_PATTERNS = frozenset({"regex", "pattern", "matches"})
_GIVES = frozenset({"parse", "parseAsync", "validateSync", "cast", "attempt", "validateAsync"})
_WRAPS = frozenset({"safeParse", "safeParseAsync", "validate", "spa"})
_DEPTH = 5
_FIELDS = {f"express-validator.{name}": name for name in ("body", "query", "param", "cookie", "check", "header")}
COMPILED = "json-schema"
"""The path, and the flag, of a function that a JSON Schema was made into."""
_AJV = re.compile(r"ajv(?:/[\w/.-]+)?(?:\.default|\.Ajv\w*)?\(\)\.(?:compile|validate)")
_PARTS = {"param": "params", "cookie": "cookies", "header": "headers"}


class Schemas(Shapes):
    """Building schemas, and what they let through."""

    def schema_call(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """A call that makes, changes or uses a schema; None for other calls."""
        if path.startswith(f"{SCHEMA}."):
            return self._schema_method(path.removeprefix(f"{SCHEMA}."), arguments, state, node)
        if path == COMPILED or (path.startswith("ajv") and _AJV.fullmatch(path)):
            return self._json_schema_call(path, arguments, state, node)
        if path == "celebrate.celebrate" and arguments.positional:
            checked: dict[object, Value] = {"is": constant("request"), "inner": arguments.positional[0]}
            return reference(Object(state.allocate(Thing("library", None, checked, path=SCHEMA))))
        if path == "express-validator.matchedData" and arguments.positional:
            return self.matched(arguments, state, node)
        if path in _FIELDS and arguments.positional:
            part = _FIELDS[path]
            place: dict[object, Value] = {"name": arguments.positional[0], "is": constant("field")}
            if part != "check":
                place["at"] = constant(_PARTS.get(part, part))
            return reference(Object(state.allocate(Thing("library", None, place, path=SCHEMA))))
        root = next((root for root in ROOTS if path.startswith(root)), "") if self.script else ""
        name = path.removeprefix(root)
        if not root or not (name in _OBJECTS or name in ("string", "array", "record", "coerce.string")):
            return None
        fields: dict[object, Value] = {"is": constant(name.rpartition(".")[2])}
        if arguments.positional:
            fields["inner"] = arguments.positional[0]
        return reference(Object(state.allocate(Thing("library", None, fields, path=SCHEMA))))

    def _json_schema_call(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """`ajv.compile(schema)`, `ajv.validate(schema, data)`, and what the former gives: a function of the data."""
        given = arguments.positional
        if path.endswith(".compile") and given:
            kept: dict[object, Value] = {"inner": given[0]}
            return reference(Object(state.allocate(Thing("library", None, kept, path=COMPILED, flags=frozenset({COMPILED})))))
        if path != COMPILED:
            schema, data = given if len(given) == 2 else (UNKNOWN, UNKNOWN)
        else:
            schema = join_all(thing.fields.get("inner", UNKNOWN) for thing in things(arguments.receiver, state))
            data = given[0] if given else UNKNOWN
        return Value(true=self.proved(self.json_shape(schema, state), data, state, node))

    def _schema_method(self, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        receiver = arguments.receiver
        given = arguments.positional[0] if arguments.positional else UNKNOWN
        if name in _GIVES:
            state.learn(self.proved(self.shape_of(receiver, state), given, state, node))
            return self._let_through(receiver, given, state, node, _DEPTH)
        if name in _WRAPS:
            let = self._let_through(receiver, given, state, node, _DEPTH)
            facts = self.proved(self.shape_of(receiver, state), given, state, node)
            fields: dict[object, Value] = {"data": let, "value": let, "success": Value(true=facts), "error": Value(false=facts)}
            if name == "validate":  # yup gives the data itself, Joi what it is wrapped in
                fields.update({key: field for inner in things(let, state) for key, field in inner.fields.items()})
            return reference(Object(state.allocate(Thing("dict", None, fields))))
        thing = next(things(receiver, state), None)
        if thing is None:
            return None
        changed = dict(thing.fields)
        if name in PLAIN or (name in CHECKED and "name" in changed):
            changed["plain"] = constant(True)
        elif name in NAMED and "name" in changed:
            changed["pattern"] = constant(NAMED[name])
        elif name in _PATTERNS:
            changed["pattern"] = given
        elif name in ("extend", "merge", "shape", "keys", "append", "items", "of", "safeExtend"):
            changed["inner"] = self._extended(changed.get("inner", NOTHING), given, state)
        else:
            return receiver
        return reference(Object(state.allocate(thing.but(fields=changed))))

    def _extended(self, before: Value, more: Value, state: State) -> Value:
        members: dict[object, Value] = {}
        for value in (before, more):
            for thing in things(value, state):
                if thing.path == SCHEMA:
                    members.update(*(inner.fields for inner in things(thing.fields.get("inner", NOTHING), state)))
                else:
                    members.update(thing.fields)
        return reference(Object(state.allocate(Thing("dict", None, members)))) if members else more

    def _let_through(self, schema: Value, data: Value, state: State, node: ir.Node, depth: int) -> Value:
        """The data as the schema lets it through; the data itself where nothing is known of the schema."""
        if depth == 0:
            return data
        found: list[Value] = []
        for ref in schema.refs:
            thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
            if isinstance(ref, Library) and ref.path.endswith(".Plain"):
                found.append(UNKNOWN)
            elif thing is None or thing.path != SCHEMA:
                found.append(self._as_named(ref, data))
            else:
                found.append(self._as_described(thing, data, state, node, depth))
        return join_all(found) if found else data

    def _as_named(self, ref: object, data: Value) -> Value:
        """A schema of a library's own: the last name says whether it is a plain one."""
        if isinstance(ref, Library) and ref.path.startswith(ROOTS):
            names = ref.path.replace("()", "").split(".")
            if any(name in PLAIN for name in names[1:]):
                return UNKNOWN
        return data

    def _as_described(self, thing: Thing, data: Value, state: State, node: ir.Node, depth: int) -> Value:
        inner = thing.fields.get("inner", NOTHING)
        kind = (thing.fields["is"].consts or ("",))[0]
        if "plain" in thing.fields:
            return UNKNOWN
        if kind == "string":
            limits = self.pattern_limits(thing.fields.get("pattern", NOTHING), state)
            if limits == ANY:
                return data
            return data.with_taints(taint.limited(taint.limits.both(limits)) for taint in data.taints)
        if kind == "array" and inner.refs:
            element = self._let_through(inner, self.elements(data, state, node)[1], state, node, depth - 1)
            return reference(Object(state.allocate(Thing("list", None, {}, element))))
        members: dict[object, Value] = {}
        for described in things(inner, state):
            for name, schema in described.fields.items():
                if isinstance(name, str) and described.path != SCHEMA:
                    value = self.load_attribute(data, name, state, node)
                    members[name] = self._let_through(schema, value, state, node, depth - 1)
        return reference(Object(state.allocate(Thing("dict", None, members)))) if kind in _OBJECTS and members else data
