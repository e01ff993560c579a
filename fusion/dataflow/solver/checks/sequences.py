"""Comparisons of tuples that are known entirely: versions of schemas, names of parts."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import things
from fusion.dataflow.solver.domain import texts
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.values import NOTHING, Value
from fusion.dataflow.solver.methods.receivers import is_plain

_ORDERED = frozenset({"==", "!=", "<", "<=", ">", ">="})


def compared(operator: str, left: Value, right: Value, state: State) -> tuple[ir.Constant, ...] | None:
    """What comparing two tuples of constants gives; None where they are something else."""
    if operator not in _ORDERED or left.consts or right.consts:
        return None
    mine, theirs = _constants(left, state), _constants(right, state)
    if mine is None or theirs is None:
        return None
    try:
        return (bool(texts.COMPARISONS[operator](mine, theirs)),)
    except TypeError:
        return None


def _constants(value: Value, state: State) -> tuple[ir.Constant, ...] | None:
    found = list(things(value, state))
    if len(value.refs) != 1 or len(found) != 1:
        return None
    thing = found[0]
    if thing.kind != "tuple" or thing.items is None or thing.rest is not NOTHING:
        return None
    if not all(is_plain(item) and len(item.consts or ()) == 1 for item in thing.items):
        return None
    return tuple(item.consts[0] for item in thing.items if item.consts)
