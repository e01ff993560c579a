"""Django's forms and serializers: what a checked field can be, by the class of the field and the form's own checks."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import Arguments, paths
from fusion.dataflow.solver.domain.state import State, Thing
from fusion.dataflow.solver.domain.values import UNKNOWN, Closure, Klass, Object, Value, constant, reference
from fusion.dataflow.solver.machine import Machine

_CHECKED = {"cleaned_data": "clean_", "validated_data": "validate_"}
_MODULES = ("django.forms.", "rest_framework.serializers.", "rest_framework.fields.")
_PLAIN = frozenset(
    f"{name}Field"
    for name in (
        *("Integer", "Float", "Decimal", "Boolean", "NullBoolean", "Date", "DateTime", "Time", "Duration", "UUID"),
        *("Choice", "TypedChoice", "MultipleChoice", "TypedMultipleChoice", "ModelChoice", "ModelMultipleChoice"),
        *("GenericIPAddress", "IPAddress", "Slug", "PrimaryKeyRelated"),
    )
)
"""Fields whose values are numbers, dates, identifiers or one of the choices."""


class FormFields(Machine):
    """What a form's or serializer's checked data is made of."""

    def checked_fields(self, ref: Object, thing: Thing, name: str, data: Value, state: State, node: ir.Node) -> Value:
        """The data by field, where the class declares its fields; the data itself for other attributes and classes."""
        prefix = _CHECKED.get(name)
        if prefix is None or thing.klass is None or not data.taints:
            return data
        fields: dict[object, Value] = {}
        for field, kind in self._declared_fields(thing.klass):
            value = UNKNOWN if kind in _PLAIN else self.load_index(data, constant(field), state, node)
            check = self.member(thing.klass, f"{prefix}{field}")
            for one in check.refs if check is not None and value.taints else ():
                if isinstance(one, Closure) and one.function not in self.stack:
                    bound = Closure(one.function, one.scope, reference(ref), one.owner)
                    value = self.call_closure(bound, Arguments([value] if prefix == "validate_" else []), state, node)
            fields[field] = value
        return reference(Object(state.allocate(Thing("dict", None, fields)))) if fields else data

    def _declared_fields(self, klass: Klass) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for base in klass.bases:
            for ref in base.refs:
                if isinstance(ref, Klass) and ref is not klass:
                    found += self._declared_fields(ref)
        state = self.nothing()
        for name, value in klass.members.items():
            for path in paths(value, state):
                if path.startswith(_MODULES) and path.endswith("Field()"):
                    found.append((name, path.removesuffix("()").rpartition(".")[2]))
        return found
