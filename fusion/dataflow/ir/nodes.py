"""What every node of the form has: its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """Lines and columns from 1, columns in characters, the end column exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


NOWHERE = Span(0, 0, 0, 0)

Constant = str | bytes | int | float | bool | None


class NotAnalysed(Exception):
    """A file that a front end cannot or will not lower; the message is the reason that the receipt shows."""


@dataclass(slots=True, eq=False)
class Node:
    """Anything with a place in the file."""

    span: Span
