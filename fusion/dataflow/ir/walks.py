"""Everything below a node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache

from fusion.dataflow.ir.nodes import Node


def nodes(top: object) -> Iterator[object]:
    """Every node in a node or in a sequence of them, in no order; however deep."""
    seen: set[int] = set()
    open_: list[object] = [top]
    while open_:
        node = open_.pop()
        if isinstance(node, list | tuple):
            open_.extend(node)
        elif is_dataclass(node) and not isinstance(node, type) and id(node) not in seen:
            seen.add(id(node))
            yield node
            open_.extend(getattr(node, name) for name in _parts(type(node)))


def below(node: Node) -> Iterator[Node]:
    """The nodes that stand directly in a node."""
    kind: type = type(node)
    open_ = [getattr(node, name) for name in _parts(kind)]
    while open_:
        value = open_.pop()
        if isinstance(value, Node):
            yield value
        elif isinstance(value, list | tuple):
            open_.extend(value)


@cache
def _parts(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind) if one.name != "span")
