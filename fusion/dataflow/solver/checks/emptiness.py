"""Variables that a condition shows to be false, nothing or a constant: whatever was read into them, it is not hostile then.

Or to be something: then they are not the nothing that a look-up may have given.
"""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.ir.walks import nodes
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.values import UNKNOWN, Library, Value

_NONE: frozenset[str] = frozenset()
_EQUAL = {"==": True, "is": True, "!=": False, "is not": False}


def turned(state: State, test: ir.Expression, value: Value, outcome: bool) -> State:
    """The state where a condition turned out so, with what that shows.

    It is about the variable, not about the data in it: after `found = name if name in known else None`, the name of a `found`
    that is None is as hostile as before.
    """
    state.learn(value.true if outcome else value.false)
    for name in emptied(test, outcome):
        held = state.locals.get(name)
        if held is not None and held.taints and all(isinstance(ref, Library) for ref in held.refs):
            state.locals[name] = UNKNOWN
    for name in filled(test, outcome):
        held = state.locals.get(name)
        if held is not None and held.consts and None in held.consts and (held.refs or len(held.consts) > 1):
            consts = tuple(const for const in held.consts if const is not None)
            state.locals[name] = Value(consts, held.refs, held.taints, held.true, held.false, held.shape)
    return state


def filled(test: ir.Expression, outcome: bool) -> frozenset[str]:
    """The variables that are something where the condition turns out so."""
    match test:
        case ir.Name(id=name) | ir.Assigned(target=ir.Name(id=name)):
            return frozenset({name}) if outcome else _NONE
        case ir.Unary(operator="not", operand=operand):
            return filled(operand, not outcome)
        case ir.Compare(operator=operator, right=ir.Const(value=None)) if _EQUAL.get(operator) is not outcome:
            place = test.left.target if isinstance(test.left, ir.Assigned) else test.left
            return frozenset({place.id}) if isinstance(place, ir.Name) and operator in _EQUAL else _NONE
        case ir.Logic(operator="and" | "or") if (test.operator == "and") is outcome:
            return frozenset[str]().union(*(filled(operand, outcome) for operand in test.operands))
        case _:
            return _NONE


def emptied(test: ir.Expression, outcome: bool) -> frozenset[str]:
    """The variables that are false, nothing or equal to a constant where the condition turns out so."""
    match test:
        case ir.Name(id=name):
            return _NONE if outcome else frozenset({name})
        case ir.Unary(operator="not", operand=operand):
            return emptied(operand, not outcome)
        case ir.Assigned(target=ir.Name(id=name)):
            return _NONE if outcome else frozenset({name})
        case ir.Compare(operator=operator) if _EQUAL.get(operator) is outcome:
            return _same(test.left, test.right) or _same(test.right, test.left)
        case ir.Logic(operator="and" | "or"):
            return _several(test, outcome)
        case _:
            return _NONE


def _same(place: ir.Expression, other: ir.Expression) -> frozenset[str]:
    """The variable that was compared with a constant."""
    place = place.target if isinstance(place, ir.Assigned) else place
    return frozenset({place.id}) if isinstance(place, ir.Name) and isinstance(other, ir.Const) else _NONE


def _several(test: ir.Logic, outcome: bool) -> frozenset[str]:
    """Of conditions in a row: where all of them turned out so, what each shows, and elsewhere what every one would."""
    shown = [emptied(operand, outcome) for operand in test.operands]
    found = frozenset.union(*shown) if (test.operator == "and") is outcome else frozenset.intersection(*shown)
    if found:
        for operand, own in zip(test.operands, shown, strict=True):
            targets = [node.target for node in nodes(operand) if isinstance(node, ir.Assigned)]
            found -= {target.id for target in targets if isinstance(target, ir.Name)} - own
    return found
