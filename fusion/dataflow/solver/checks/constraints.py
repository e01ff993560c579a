"""Constraints that a declaration puts on a text from outside: `Query(pattern=...)`, `Field(pattern=...)`, `constr(...)`."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import ANY, Limits
from fusion.dataflow.patterns.checks import restricts
from fusion.dataflow.solver.calling.arguments import Arguments, paths
from fusion.dataflow.solver.checks.aliases import Aliases
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.values import NOTHING, Library, Value

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
_BARE = frozenset(name.rpartition(".")[2] for name in _DECLARING)
"""The same where an annotation is used in another module than that which names it."""
_CHECKING = frozenset(
    f"pydantic.{home}{name}Validator" for home in ("", "functional_validators.") for name in ("After", "Before", "Plain")
)
"""What runs a function of ours on the text."""
_URL = "pydantic.Url"
_URLS = frozenset(f"pydantic.{home}{name}Url" for home in ("", "networks.") for name in ("Http", "Any", "AnyHttp", "Websocket"))
"""Types that parse an address."""
_PATTERNS = ("pattern", "regex")


class Constraints(Aliases):
    """What the framework checks before the function runs."""

    def constrained(self, value: Value, default: ir.Expression | None, annotation: ir.Expression | None, state: State) -> Value:
        """A text from outside, as its declaration lets it through."""
        if not value.taints:
            return value
        limits = ANY
        for mark in _marks(default, None if annotation is None else self.unaliased(annotation)):
            for ref in self.evaluate(mark.function, state).refs:
                if not isinstance(ref, Library):
                    continue
                if ref.path in _DECLARING or ref.path in _BARE:
                    limits = limits.both(self._declared_limits(mark, state))
                elif ref.path in _CHECKING or f"pydantic.{ref.path}" in _CHECKING:
                    given = list(self.gather(mark, state).all())[:1]
                    checked = self.call(given[0], Arguments([value]), state, mark) if given else NOTHING
                    value = value if checked is NOTHING else checked
        if annotation is not None and _URLS.intersection(paths(self.declared(annotation, state), state)):
            value = Value(None, (Library(_URL),), value.taints)
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
