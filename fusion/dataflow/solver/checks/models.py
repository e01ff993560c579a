"""Models of pydantic: data becomes their fields, as the types and the checks of these let it through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import Arguments
from fusion.dataflow.solver.domain.state import State, Thing
from fusion.dataflow.solver.domain.values import NOTHING, UNKNOWN, Closure, Klass, Object, Value, constant, reference
from fusion.dataflow.solver.machine import Machine

MODEL = "pydantic.BaseModel()"
_PARSING = frozenset({"model_validate", "model_validate_json", "model_validate_strings", "parse_obj", "parse_raw"})
_CHECKS = frozenset({"field_validator", "validator"})
_DEPTH = 4
NOT_GIVEN: Mapping[str, Value] = {}


class Models(Machine):
    """What a model makes of what it is given."""

    def parsed(self, klass: Klass, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """`Model.model_validate(data)`: an object with the data in its fields; None for other methods and classes."""
        if name not in _PARSING or klass.library != MODEL or not arguments.positional or self.member(klass, name) is not None:
            return None
        return self._made_of(klass, arguments.positional[0], state, node, _DEPTH)

    def spread(self, klass: Klass, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """`Model(**data)`: the same of data with text keys; None for other calls."""
        data = arguments.more
        if klass.library != MODEL or data is None or not data.taints or arguments.positional or arguments.rest is not None:
            return None
        return self._made_of(klass, data, state, node, _DEPTH, arguments.keywords)

    def _made_of(
        self, klass: Klass, data: Value, state: State, node: ir.Node, depth: int, given: Mapping[str, Value] = NOT_GIVEN
    ) -> Value:
        fields: dict[object, Value] = {}
        fields.update(given)
        for name, (annotation, _) in _annotated(klass).items():
            if name in fields:
                continue
            value = self.load_index(data, constant(name), state, node)
            inner = self.declared(annotation, state)
            models = [ref for ref in inner.refs if isinstance(ref, Klass) and ref.library == MODEL and not inner.taints]
            own = isinstance(annotation, ir.Name | ir.Attr)
            fields[name] = self._made_of(models[0], value, state, node, depth - 1) if models and own and depth else value
        fields = self.modelled(klass, fields, state, node)
        return reference(Object(state.allocate(Thing("instance", None, fields, NOTHING, NOTHING, klass))))

    def modelled(self, klass: Klass, fields: dict[object, Value], state: State, node: ir.Node) -> dict[object, Value]:
        """The fields of an object of a class, as a model's declarations and checks let them through."""
        if klass.library != MODEL or not any(value.taints for value in fields.values()):
            return fields
        found = dict(fields)
        for name, (annotation, default) in _annotated(klass).items():
            value = found.get(name, NOTHING)
            if value.taints:
                plain = self.harmless_type(annotation, state)
                found[name] = UNKNOWN if plain else self.constrained(value, default, annotation, state)
        for owner, function, names in _checks(klass):
            member = owner.members.get(function)
            for ref in member.refs if member is not None else ():
                if not isinstance(ref, Closure) or ref.function in self.stack:
                    continue
                bound = Closure(ref.function, ref.scope, reference(klass), ref.owner or owner)
                for field, value in list(found.items()):
                    if ("*" in names or field in names) and value.taints:
                        checked = self.call_closure(bound, Arguments([value]), state, node)
                        found[field] = value if checked is NOTHING else checked
        return found


def _annotated(klass: Klass) -> dict[str, tuple[ir.Expression, ir.Expression | None]]:
    """The annotation and the first value of each field, the bases' first."""
    found: dict[str, tuple[ir.Expression, ir.Expression | None]] = {}
    for base in klass.bases:
        for ref in base.refs:
            if isinstance(ref, Klass) and ref is not klass:
                found.update(_annotated(ref))
    for statement in klass.node.body:
        if isinstance(statement, ir.Assign) and isinstance(statement.target, ir.Name) and statement.annotation is not None:
            found[statement.target.id] = (statement.annotation, statement.value)
    return found


def _checks(klass: Klass) -> Iterator[tuple[Klass, str, set[str]]]:
    """The model's own checks, the bases' first: the class and the method, and the fields that it is given one by one."""
    for base in klass.bases:
        for ref in base.refs:
            if isinstance(ref, Klass) and ref is not klass:
                yield from _checks(ref)
    for statement in klass.node.body:
        function = statement.value if isinstance(statement, ir.Define) else None
        for decorator in function.decorators if isinstance(function, ir.Function) else ():
            if isinstance(decorator, ir.Call) and _last(decorator.function) in _CHECKS:
                consts = {(given.name, given.value.value) for given in decorator.arguments if isinstance(given.value, ir.Const)}
                names = {value for name, value in consts if not name and isinstance(value, str)}
                if isinstance(function, ir.Function) and ("mode", "wrap") not in consts:
                    yield klass, function.name, names


def _last(function: ir.Expression) -> str:
    return function.id if isinstance(function, ir.Name) else function.name if isinstance(function, ir.Attr) else ""
