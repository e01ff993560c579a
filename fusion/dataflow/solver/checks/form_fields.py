"""Django's forms and serializers: what a checked field can be, by the class of the field and the form's own checks."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import ANY, Limits
from fusion.dataflow.patterns.checks import restricts
from fusion.dataflow.solver.calling.arguments import Arguments, paths
from fusion.dataflow.solver.domain.state import State, Thing
from fusion.dataflow.solver.domain.values import UNKNOWN, Closure, Klass, Library, Object, Value, constant, reference
from fusion.dataflow.solver.machine import Machine

_CHECKED = {"cleaned_data": "clean_", "validated_data": "validate_"}
_VIEW, _FORM, _SERIALIZER = "django.View", "django.Form", "django.Serializer"
_HANDED = {
    "form_valid": ("form_class", 0),
    "form_invalid": ("form_class", 0),
    "perform_create": ("serializer_class", 0),
    "perform_update": ("serializer_class", 0),
    "create": ("", 0),
    "update": ("", 1),
    "validate": ("", 0),
}
"""Methods that are given a form or what is checked: the attribute that names its class, and the place of the parameter."""
_SEARCHING = frozenset({"RegexField", "RegexValidator"})
"""What a pattern is given to first."""
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

    def filled_in(self, closure: Closure, place: int, state: State) -> Value | None:
        """What a class's own framework gives a method: the form of its view, the checked data of its serializer."""
        owner, name = closure.owner, closure.function.name
        if owner is None or self.script or closure.scope.function is not None:
            return None
        made_by, handed = _HANDED.get(name, ("", -1))
        if place != handed:
            return None
        if not made_by:
            if owner.library != _SERIALIZER:
                return None
            return self.load_attribute(self.frame.receiver or UNKNOWN, "validated_data", state, closure.function)
        if owner.library != _VIEW:
            return None
        for ref in (self.member(owner, made_by) or UNKNOWN).refs:
            if isinstance(ref, Klass):
                return self.instance(ref, state)
        return reference(Library(_FORM if made_by == "form_class" else _SERIALIZER.removesuffix("()")))

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
            limits = ANY if not value.taints else self._shown(thing.klass, field, state)
            if limits is not ANY:
                value = value.with_taints(taint.limited(taint.limits.both(limits)) for taint in value.taints)
            fields[field] = value
        return reference(Object(state.allocate(Thing("dict", None, fields)))) if fields else data

    def _shown(self, klass: Klass, field: str, state: State) -> Limits:
        """What the patterns of a field's declaration show of its text."""
        limits = ANY
        for statement in klass.node.body:
            call = statement.value if isinstance(statement, ir.Assign) else None
            target = statement.target if isinstance(statement, ir.Assign) else None
            if not isinstance(call, ir.Call) or not isinstance(target, ir.Name) or target.id != field:
                continue
            with self.seen_from(klass.path, state) as there:
                limits = limits.both(self._searched(call, there))
                for given in call.arguments:
                    checks = given.value.items if given.name == "validators" and isinstance(given.value, ir.Series) else ()
                    for check in checks:
                        limits = limits.both(self._searched(check, there)) if isinstance(check, ir.Call) else limits
        return limits

    def _searched(self, call: ir.Call, state: State) -> Limits:
        """What a field or check shows that searches the text for a pattern: `RegexField(p)`, `RegexValidator(p)`."""
        made = [ref.path.rpartition(".")[2] for ref in self.evaluate(call.function, state).refs if isinstance(ref, Library)]
        inverse = any(given.name in ("inverse_match", "flags") for given in call.arguments)
        if inverse or not set(made) & _SEARCHING:
            return ANY
        for place, given in enumerate(call.arguments):
            if given.name == "regex" or (not place and not given.name):
                consts = self.evaluate(given.value, state).consts or ()
                if len(consts) == 1 and isinstance(consts[0], str):
                    return restricts(consts[0], "", "search", "python")
        return ANY

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
