"""Shapes: what a schema that accepted some data shows of it, whether a program or its framework asked the schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import ANY, Limits
from fusion.dataflow.patterns.checks import restricts
from fusion.dataflow.solver.calling.arguments import Arguments, things
from fusion.dataflow.solver.domain.state import State, Thing
from fusion.dataflow.solver.domain.taints import Facts, added
from fusion.dataflow.solver.domain.values import (
    NOTHING,
    UNKNOWN,
    Closure,
    Klass,
    Library,
    Object,
    Value,
    join,
    join_all,
    reference,
)
from fusion.dataflow.solver.machine import Machine
from fusion.dataflow.solver.methods.receivers import single

SCHEMA = "schema"
"""The path of a schema."""
CELEBRATE = "celebrate.celebrate()"
ROOTS = ("zod.z.", "zod.default.", "zod.", "joi.default.", "joi.", "@hapi/joi.", "celebrate.Joi.", "yup.")
PLAIN = frozenset(
    {
        *("number", "boolean", "bigint", "date", "enum", "nativeEnum", "literal", "uuid", "int", "valid", "oneOf", "equal"),
        *("coerce.number", "coerce.boolean", "coerce.bigint", "coerce.date", "bool", "mixed.oneOf", "guid", "cuid", "ulid"),
        *("nanoid", "datetime", "hex", "alphanum", "only", "isoDate", "token"),
    }
)
"""Schemas, and narrower forms of texts, whose values are numbers, dates, identifiers or choices of ours."""
CHECKED = frozenset(
    {
        *("isInt", "isFloat", "isDecimal", "isNumeric", "isBoolean", "isUUID", "isIn", "isAlpha", "isAlphanumeric", "isDate"),
        *("isMongoId", "isHexadecimal", "isISO8601", "isRFC3339", "isIP", "isPort", "isLocale", "isISO31661Alpha2", "isHash"),
        *("isCreditCard", "isHexColor", "isMD5", "isULID", "toInt", "toFloat", "toBoolean", "toDate"),
    }
)
"""Checks of a request's field after which it is a number, a date, an identifier or a choice of ours."""
NAMED = {"isFQDN": r"^[A-Za-z0-9._\u00a1-\uffff-]+$", "isSlug": r"^[a-z0-9_-]+$"}
"""Checks of a request's field after which it is of these characters."""
_DECORATED = frozenset(
    {
        *("IsInt", "IsNumber", "IsNumberString", "IsBoolean", "IsDate", "IsDateString", "IsIn", "IsEnum", "IsUUID", "IsAlpha"),
        *("IsAlphanumeric", "IsHexadecimal", "IsMongoId", "IsISO8601", "IsPositive", "IsIP", "IsPort", "IsDecimal", "Equals"),
        *("IsHexColor", "IsHash", "IsLocale", "IsISO31661Alpha2", "IsMilitaryTime"),
    }
)
_SEGMENTS = {
    "body": "body",
    "payload": "payload",
    "query": "query",
    "querystring": "query",
    "params": "params",
    "cookies": "cookies",
}
_EVERYWHERE = ("body", "query", "params", "cookies")
_JSON_PLAIN = frozenset({"integer", "number", "boolean", "null"})
_JSON_FORMATS = frozenset({"uuid", "date", "time", "date-time", "ipv4", "ipv6", "duration"})
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of data that a schema accepted."""

    plain: bool = False
    """A number, a date, an identifier or a choice of ours."""
    limits: Limits = ANY
    members: Mapping[str, Shape] = field(default_factory=dict)


UNSHAPED = Shape()


class Shapes(Machine):
    """Reading schemas, and what they show."""

    def shape_of(self, schema: Value, state: State, depth: int = _DEPTH) -> Shape:
        """The shape that a schema of zod, Joi or yup, or an object of such schemas, describes."""
        if len(schema.refs) != 1 or not depth:
            return UNSHAPED
        ref = schema.refs[0]
        if isinstance(ref, Library):
            names = ref.path.replace("()", "").split(".")
            described = ref.path.startswith(ROOTS) and any(name in PLAIN for name in names[1:])
            return Shape(plain=described or ref.path.endswith(".Plain"))
        for thing in things(schema, state):
            if thing.path != SCHEMA:
                return UNSHAPED if thing.path else self._members(thing.fields, state, depth)
            if "plain" in thing.fields:
                return Shape(plain=True)
            inner = thing.fields.get("inner", NOTHING)
            limits = self.pattern_limits(thing.fields.get("pattern", NOTHING), state)
            for one in things(inner, state):
                if not one.path and one.items is None:
                    return self._members(one.fields, state, depth)
            return Shape(limits=limits)
        return UNSHAPED

    def _members(self, fields: Mapping[object, Value], state: State, depth: int) -> Shape:
        members = {
            name: shape
            for name, value in fields.items()
            if isinstance(name, str) and (shape := self.shape_of(value, state, depth - 1)) is not UNSHAPED
        }
        return Shape(members=members) if members else UNSHAPED

    def json_shape(self, schema: Value, state: State, depth: int = _DEPTH) -> Shape:
        """The shape that a JSON Schema describes."""
        for thing in things(schema, state) if depth else ():
            fields = thing.fields
            if single(fields.get("type")) in _JSON_PLAIN or single(fields.get("format")) in _JSON_FORMATS:
                return Shape(plain=True)
            if "enum" in fields or "const" in fields:
                return Shape(plain=True)
            pattern = single(fields.get("pattern"))
            if isinstance(pattern, str):
                return Shape(limits=restricts(pattern, "", "search", "javascript"))
            listed = next(things(fields.get("properties", schema if "type" not in fields else NOTHING), state), None)
            members = {
                name: shape
                for name, value in (listed.fields if listed is not None else {}).items()
                if isinstance(name, str) and (shape := self.json_shape(value, state, depth - 1)) is not UNSHAPED
            }
            return Shape(members=members) if members else UNSHAPED
        return UNSHAPED

    def class_shape(self, klass: Klass, state: State) -> Shape:
        """The shape that the decorators of a class's fields describe (`class-validator`)."""
        members: dict[str, Shape] = {}
        names = self.module_names(klass.path)
        for statement in klass.node.body:
            if not isinstance(statement, ir.Assign) or not isinstance(statement.target, ir.Name):
                continue
            for decorator in statement.decorators:
                if not isinstance(decorator, ir.Call) or not isinstance(decorator.function, ir.Name):
                    continue
                for ref in names.get(decorator.function.id, UNKNOWN).refs:
                    package, _, name = ref.path.rpartition(".") if isinstance(ref, Library) else ("", "", "")
                    if package != "class-validator":
                        continue
                    if name in _DECORATED:
                        members[statement.target.id] = Shape(plain=True)
                    elif name == "Matches" and decorator.arguments:
                        limits = self.pattern_limits(self.evaluate(decorator.arguments[0].value, state), state)
                        members.setdefault(statement.target.id, Shape(limits=limits))
        return Shape(members=members) if members else UNSHAPED

    def pattern_limits(self, pattern: Value, state: State) -> Limits:
        """What a text is limited to in which a regular expression finds something."""
        for thing in things(pattern, state):
            source, flags = single(thing.fields.get("source")), single(thing.fields.get("flags"))
            if isinstance(source, str):
                return restricts(source, flags if isinstance(flags, str) else "", "search", "javascript")
        source = single(pattern)
        return restricts(source, "", "search", "javascript") if isinstance(source, str) else ANY

    # ---------------------------------------------------------------- what they show

    def proved(self, shape: Shape, data: Value, state: State, node: ir.Node) -> Facts | None:
        """What is known of data once a schema of this shape has accepted it."""
        facts: Facts | None = None
        if shape.plain or shape.limits != ANY:
            facts = {taint.whole: (self.kinds.all if shape.plain else 0, shape.limits) for taint in data.taints}
        for name, member in shape.members.items():
            facts = added(facts, self.proved(member, self.load_attribute(data, name, state, node), state, node))
        return facts or None

    # ---------------------------------------------------------------- requests

    def check_before(self, closures: Iterable[Closure], arguments: Arguments, state: State) -> None:
        """Remember what a call that registers ways in says of the parts of the request that they are given."""
        checks = list(self._request_checks(arguments.all(), state, _DEPTH))
        for closure in closures if checks else ():
            self.checked.setdefault(id(closure.function), []).extend(checks)

    def check_declared(self, declared: Value, value: Value, state: State, node: ir.Node) -> None:
        """Learn what the decorators of the declared class's fields show of what the framework put into a parameter."""
        for ref in declared.refs:
            if isinstance(ref, Klass):
                state.learn(self.proved(self.class_shape(ref, state), value, state, node))

    def _request_checks(self, values: Iterable[Value], state: State, depth: int) -> Iterator[tuple[str, Shape]]:
        for value in values if depth else ():
            for thing in things(value, state):
                if thing.path == SCHEMA and "name" in thing.fields:
                    yield from self._field_check(thing, state)
                elif thing.path == SCHEMA and single(thing.fields.get("is")) == "request":
                    yield from self._segments(thing.fields.get("inner", NOTHING), state, json=False)
                elif thing.items is not None:
                    yield from self._request_checks(thing.items, state, depth - 1)
                elif thing.kind == "dict":
                    yield from self._segments(thing.fields.get("schema", NOTHING), state, json=True)
                    for options in things(thing.fields.get("options", thing.fields.get("config", NOTHING)), state):
                        yield from self._segments(options.fields.get("validate", NOTHING), state, json=False)

    def _segments(self, value: Value, state: State, *, json: bool) -> Iterator[tuple[str, Shape]]:
        for thing in things(value, state):
            for name, schema in thing.fields.items():
                part = _SEGMENTS.get(name) if isinstance(name, str) else None
                if part is not None:
                    shape = self.json_shape(schema, state) if json else self.shape_of(schema, state)
                    yield part, shape

    def _field_check(self, thing: Thing, state: State) -> Iterator[tuple[str, Shape]]:
        """A check of one field (`express-validator`)."""
        name, part = single(thing.fields["name"]), single(thing.fields.get("at"))
        limits = self.pattern_limits(thing.fields.get("pattern", NOTHING), state)
        shape = Shape(plain="plain" in thing.fields, limits=limits)
        if not isinstance(name, str):
            return
        for step in reversed(name.split(".")):
            shape = Shape(members={step: shape})
        for one in (part,) if isinstance(part, str) else _EVERYWHERE:
            yield one, shape

    def matched(self, arguments: Arguments, state: State, node: ir.Node) -> Value:
        """`matchedData(request)`: the fields that were checked before, wherever in the request they are."""
        request = arguments.positional[0]
        options = arguments.positional[1] if len(arguments.positional) > 1 else NOTHING
        listed = [one.fields.get("locations", NOTHING) for one in things(options, state)]
        places = {single(item) for value in listed for one in things(value, state) for item in one.items or ()}
        fields: dict[object, Value] = {}
        for function in dict.fromkeys(self.stack):
            for part, shape in self.checked.get(id(function), ()):
                data = self.load_attribute(request, part, state, node) if not places or part in places else NOTHING
                for name in shape.members if data is not NOTHING else ():
                    fields[name] = join(fields.get(name, NOTHING), self.load_attribute(data, name, state, node))
        if fields:
            return reference(Object(state.allocate(Thing("dict", None, fields))))
        return join_all(self.load_attribute(request, part, state, node) for part in _EVERYWHERE)

    def check_requests(self, closure: Closure, given: Iterable[Value], state: State) -> None:
        """Go into a function knowing what was checked of the request that it is given first."""
        checks = self.checked.get(id(closure.function), ())
        request = next(iter(given), None)
        if request is None:
            return
        for part, shape in checks:
            data = self.load_attribute(request, part, state, closure.function)
            state.learn(self.proved(shape, data, state, closure.function))
