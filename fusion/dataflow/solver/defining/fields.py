"""Fields of data classes: what an object begins with."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import Arguments, things
from fusion.dataflow.solver.domain.state import State, Thing
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

FIELD = "field"
"""The kind of thing that describes a field of a class (`dataclasses.field(...)`), with its `default` or `factory`."""
_DEPTH = 8
_ENUMERATIONS = frozenset(
    {
        *("enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.Flag", "enum.IntFlag"),
        *("django.db.models.TextChoices", "django.db.models.IntegerChoices", "django.db.models.Choices"),
    }
)


class Fields(Machine):
    """Constructors that nobody wrote: each field is an argument, or begins as its class says."""

    def is_enumeration(self, klass: Klass, depth: int = _DEPTH) -> bool:
        """Whether the class is an enumeration: calling it looks up one of its members."""
        for base in klass.bases if depth else ():
            for ref in base.refs:
                if isinstance(ref, Library) and ref.path.removesuffix("()") in _ENUMERATIONS:
                    return True
                if isinstance(ref, Klass) and ref is not klass and self.is_enumeration(ref, depth - 1):
                    return True
        return False

    def member_named(self, klass: Klass, arguments: Arguments, state: State) -> Value:
        """The member of an enumeration that has this value; it raises unless there is one."""
        given = arguments.positional[0] if arguments.positional else UNKNOWN
        if given.taints and self.member(klass, "_missing_") is None:
            state.learn(self.ours(given))
        members = [value for value in klass.members.values() if value.consts and not value.refs and not value.taints]
        if any(isinstance(ref, Closure) and name != "_missing_" for name, value in klass.members.items() for ref in value.refs):
            members.append(reference(Object(state.allocate(Thing("instance", klass=klass)))))  # whose methods may be called
        return join_all(members) if members else UNKNOWN

    def is_field(self, value: Value, state: State) -> bool:
        """Whether it describes a field, and is none of its values."""
        return any(thing.kind == FIELD for thing in things(value, state))

    def first_value(self, klass: Klass, name: str, value: Value, state: State) -> Value:
        """What a member of a class is that was assigned this value; what makes it for each object is remembered."""
        found = next((thing for thing in things(value, state) if thing.kind == FIELD), None)
        if found is None:
            return value
        if (factory := found.fields.get("factory")) is not None:
            klass.factories[name] = factory
        return found.fields.get("default", UNKNOWN)

    def filled(self, klass: Klass, arguments: Arguments, state: State, node: ir.Node) -> dict[object, Value]:
        """The fields of a new object: what was given, and what they begin as."""
        names = self._fields(klass)
        fields: dict[object, Value] = dict(zip(names, arguments.positional, strict=False))
        fields.update(arguments.keywords)
        unsure = [value for value in (arguments.rest, arguments.more) if value is not None]
        for name in names:
            if name in fields:
                continue
            made = self.called_factory(klass, name, state, node)
            first = self.member(klass, name) if made is NOTHING else made
            if first is not None:
                fields[name] = join_all([first, *unsure])
        return fields

    def made_fields(self, klass: Klass, state: State) -> dict[object, Value]:
        """The fields of some object of a class that are made anew for each, if nothing else was given."""
        places: dict[str, ir.Node] = {
            statement.target.id: statement
            for statement in klass.node.body
            if isinstance(statement, ir.Assign) and isinstance(statement.target, ir.Name)
        }
        outer, self.path = self.path, klass.path
        try:
            return {
                name: join(UNKNOWN, self.called_factory(klass, name, state, places.get(name, klass.node)))
                for name in klass.factories
            }
        finally:
            self.path = outer

    def called_factory(self, klass: Klass, name: str, state: State, node: ir.Node, depth: int = _DEPTH) -> Value:
        """What the factory of a field gives; NOTHING where it has none."""
        factory = klass.factories.get(name)
        if factory is not None:
            made = self.call(factory, Arguments(), state, node)
            if made.taints:
                self.check_name(name, made, state, node, holder=klass.name)
            return made
        found = NOTHING
        for base in klass.bases if depth else ():
            for ref in base.refs:
                if isinstance(ref, Klass) and ref is not klass and name not in klass.members:
                    found = join(found, self.called_factory(ref, name, state, node, depth - 1))
        return found

    def _fields(self, klass: Klass) -> tuple[str, ...]:
        inherited: tuple[str, ...] = ()
        for base in klass.bases:
            for ref in base.refs:
                if isinstance(ref, Klass) and ref is not klass:
                    inherited += self._fields(ref)
        return tuple(dict.fromkeys(inherited + klass.fields))
