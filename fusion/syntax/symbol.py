"""What a symbol is, and the limits that keep hostile nesting from making names that grow without bound."""

from __future__ import annotations

from dataclasses import dataclass

DEEPEST = 12
"""Levels of nesting that a dotted name shows; what is nested deeper belongs to its ancestor of that level."""
MOST = 20_000
"""Symbols per file."""
_LONGEST_NAME = 120
_LONGEST_SIGNATURE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """One function, method, class or other named part of a file."""

    name: str
    """Dotted from the outermost: `Class.method`, `outer.inner`."""
    kind: str
    """function, method, class, interface, struct, enum, union, trait, type, module, namespace, impl or macro."""
    line: int
    """First line, 1-based, decorators and annotations included."""
    end_line: int
    public: bool
    """By the language's convention: no leading underscore, exported, `pub`, capital letter, `public`."""
    signature: str = ""
    """Parameters, bases and result with spacing normalised: it changes when the way to call or extend it does."""
    documented: bool = False
    """It has a docstring, or a documentation comment directly before it."""


def short_name(text: str) -> str:
    """One component of a dotted name, bounded, on one line."""
    return " ".join(text.split())[:_LONGEST_NAME]


def short_signature(text: str) -> str:
    """A signature with spacing normalised, bounded."""
    text = " ".join(text.split())
    for before, after in (("( ", "("), (" )", ")"), (" ,", ","), (",)", ")"), ("[ ", "["), (" ]", "]")):
        text = text.replace(before, after)
    return text[:_LONGEST_SIGNATURE]
