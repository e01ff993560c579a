"""Checks of the components of a path, one by one: none of them is `..`."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from fusion.dataflow.contexts.limits import Limits
from fusion.dataflow.solver.calling.arguments import things
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.taints import Data, Facts, undecoded
from fusion.dataflow.solver.domain.values import Value

_UP = ".."
_ANOTHER = Limits(absent=frozenset({f"={_UP}"}))
_NO_UP = Limits(absent=frozenset({_UP}))
_CUTS = frozenset({"split", "rsplit"})
_SAME = (("replace", ("\\",), ("/",)), ("replaceAll", ("\\",), ("/",)))
"""Changes that leave `..` where it is."""


def not_up(value: Value, texts: Iterable[object]) -> Facts | None:
    """What is known of a path, or a component of one, that is none of these texts."""
    return {taint.whole: (0, _ANOTHER) for taint in value.taints} or None if _UP in texts else None


def listed(container: Value, state: State) -> set[object]:
    """The constants that a container surely holds."""
    found: set[object] = set()
    for thing in things(container, state):
        one = {const for item in thing.items or () for const in item.consts or () if len(item.consts or ()) == 1}
        found = one | thing.fields.keys() if not found else found & (one | thing.fields.keys())
        found |= set(thing.rest.consts or ()) if thing.kind == "set" and len(container.refs) == 1 else set()
    return found


def of_components(datum: int, limits: Limits, data: Data) -> Facts:
    """What is known of the path where this is known of each of its components."""
    whole = _path_of(datum, data) if _is_none(limits) else None
    facts: Facts = {}
    while whole is not None:
        facts[whole] = (0, _NO_UP)
        made = data.made(whole)
        whole = made[0] if made is not None and made[1] in _SAME else None
    return undecoded(facts, data) if facts else facts


def joined_limits(limits: Limits, separator: str, added: str) -> Limits:
    """What is known of pieces of which this is known with a separator between: components put together to a path."""
    found = limits.rewritten(added)
    if separator in ("/", "\\") and limits.lacks(separator) and _is_none(limits):
        return found.both(_NO_UP)
    return found


def _is_none(limits: Limits) -> bool:
    """Whether a component is known not to be `..`."""
    return limits.differs(_UP) or limits.begins_without(".") or limits.begins_without(_UP)


def _path_of(datum: int, data: Data) -> int | None:
    """The path that a text is one component of; None for other texts."""
    made = data.made(datum)
    while made is not None:
        if _is_cut(made[1]):
            return made[0]
        if not isinstance(made[1], tuple) or made[1][:1] != ("in",):
            return None
        made = data.made(made[0])
    return None


def _is_cut(what: Hashable) -> bool:
    """Whether it is what cuts a path into its components: at a slash, or at what is not known."""
    if what == ".parts":
        return True
    if not isinstance(what, tuple) or not what or what[0] not in _CUTS or len(what) != 2:
        return False
    return not isinstance(what[1], tuple) or what[1] == ("/",)
