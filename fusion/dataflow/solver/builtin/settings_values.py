"""Options of settings, which are texts, as numbers and truths."""

from __future__ import annotations

import configparser
from collections.abc import Callable
from typing import Any

from fusion.dataflow import ir
from fusion.dataflow.solver.domain.values import UNKNOWN, Value, constant, join_all


def converted(value: Value, method: str) -> Value:
    """An option as `getboolean`, `getint` or `getfloat` reads its text."""
    convert = _CONVERSIONS.get(method.rpartition(".")[2])
    if convert is None or value.taints or value.refs or not value.consts:
        return UNKNOWN
    try:
        return join_all(constant(convert(const)) for const in value.consts)
    except (KeyError, TypeError, ValueError):
        return UNKNOWN


_CONVERSIONS: dict[str, Callable[[Any], ir.Constant]] = {
    "getboolean": lambda text: configparser.RawConfigParser.BOOLEAN_STATES[str(text).lower()],
    "getint": int,
    "getfloat": float,
}
