"""Constraints that a declaration puts on a text from outside: `Query(pattern=...)`, `Field(pattern=...)`, `constr(...)`."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import ANY, Limits
from fusion.dataflow.patterns.checks import restricts
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.values import Library, Value
from fusion.dataflow.solver.machine import Machine

_DECLARING = frozenset(
    f"{package}.{name}"
    for package, names in {
        "fastapi": "Path Query Header Cookie Form Body",
        "fastapi.params": "Path Query Header Cookie Form Body",
        "pydantic": "Field constr StringConstraints",
        "pydantic.types": "constr StringConstraints",
        "msgspec": "Meta",
        "litestar.params": "Parameter",
    }.items()
    for name in names.split()
)
_PATTERNS = ("pattern", "regex")


class Constraints(Machine):
    """What the framework checks before the function runs."""

    def constrained(self, value: Value, default: ir.Expression | None, annotation: ir.Expression | None, state: State) -> Value:
        """A text from outside, as its declaration lets it through."""
        if not value.taints:
            return value
        limits = ANY
        for mark in _marks(default, annotation):
            for ref in self.evaluate(mark.function, state).refs:
                if isinstance(ref, Library) and ref.path in _DECLARING:
                    limits = limits.both(self._declared_limits(mark, state))
        if limits == ANY:
            return value
        return value.with_taints(taint.limited(taint.limits.both(limits)) for taint in value.taints)

    def _declared_limits(self, mark: ir.Call, state: State) -> Limits:
        for argument in mark.arguments:
            if argument.name in _PATTERNS:
                consts = self.evaluate(argument.value, state).consts or ()
                if len(consts) == 1 and isinstance(consts[0], str):
                    # The patterns of pydantic's core are Rust's: they search, and `$` is the very end.
                    return restricts(consts[0], "", "search", "javascript")
        return ANY


def _marks(default: ir.Expression | None, annotation: ir.Expression | None) -> list[ir.Call]:
    """The calls in a default and in an annotation (`Annotated[str, Query(...)]`, `constr(...)`)."""
    found = [default] if isinstance(default, ir.Call) else []
    open_ = [annotation]
    while open_:
        match open_.pop():
            case ir.Call() as call:
                found.append(call)
            case ir.Index(key=key):
                open_.append(key)
            case ir.Series(items=items):
                open_.extend(items)
            case ir.Binary(operator="|", left=left, right=right):
                open_ += [left, right]
            case _:
                pass
    return found
