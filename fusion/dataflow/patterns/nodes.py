"""The tree of a regular expression, as far as it says which texts match.

Groups and their names make no difference to that and are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fusion.dataflow.patterns.charsets import Chars


class Unsupported(ValueError):
    """Not a regular expression, or one with a construction that is not understood."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of them."""

    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Several times; `most` None: as often as one likes. `settled`: possessive, without a way back."""

    item: Node
    least: int
    most: int | None
    lazy: bool = False
    settled: bool = False


@dataclass(frozen=True, slots=True)
class At:
    """A place: `start` and `end` of the text, `^` and `$` of lines, or another that is not followed (`boundary`)."""

    place: Literal["start", "end", "^", "$", "boundary"]


@dataclass(frozen=True, slots=True)
class Look:
    """What follows (`ahead`) or precedes, without taking it."""

    item: Node
    ahead: bool
    negative: bool


@dataclass(frozen=True, slots=True)
class Odd:
    """Any text at all, or none: a reference back to a group."""


Node = Chars | Sequence | Choice | Repeat | At | Look | Odd
