"""Guess what the macros of headers that are not there stand for, so that C and C++ parse without them.

A change is a few files; the headers that define `EXPORT_SYMBOL(x)` or `PRI_ID` are mostly not among them, and a parser
that meets such a name in a place where none fits gives up on the whole file. A few shapes are told by their place alone. A
name that a condition of the preprocessor asks about is left alone: a guess would change which code is looked at. (A
definition for where there is none yet is no such condition.) A file's own definition replaces the guess.
"""

from __future__ import annotations

import re

_NAME = rb"(?P<name>[A-Za-z_]{0,40}[A-Z]{2}[A-Za-z0-9_]{0,40})"
_ARGUMENTS = rb"[ \t]{0,4}\((?P<inside>[^()\n]{0,200})\)[ \t]{0,8}"
_CONDITION = re.compile(rb"^[ \t]*#[ \t]*(?:el)?if(?:def)?\b([^\n]{1,400})", re.MULTILINE)
_UNLESS_DEFINED = re.compile(rb"![ \t]*defined[ \t(]*\w{1,80}")
_WORD = re.compile(rb"\w{1,80}")

_SHAPES = (
    # A type in parentheses, then the name that is declared: PyAPI_FUNC(int) run(void);
    (
        re.compile(rb"^(?:extern[ \t]+|static[ \t]+)?" + _NAME + _ARGUMENTS + rb"\**\w{1,80}[ \t]*[(;=\[,]", re.MULTILINE),
        "(x)",
        "x",
    ),
    # An attribute before a declaration: ALIGNED(8) int table;
    (re.compile(rb"^" + _NAME + _ARGUMENTS + rb"\w{1,80}[ \t]+\**\w", re.MULTILINE), "(...)", ""),
    # A line of its own outside of a function, without semicolon: MODULE_LICENSE("GPL")
    (re.compile(rb"^" + _NAME + rb"[ \t]{0,4}\([^;{}\n]{0,200}\)[ \t]*\r?$(?!\s*[{;])", re.MULTILINE), "(...)", ""),
    # A word of capitals on a line of its own: BEGIN_DECLS
    (re.compile(rb"^[ \t]*(?P<name>[A-Z][A-Z0-9_]{3,60})[ \t]*\r?$(?!\s*[({};=,)\]+*/&|?:.-])", re.MULTILINE), "", ""),
    # Between strings that are joined: "at " PLACE "\n"
    (re.compile(rb"\"[ \t]{1,4}(?P<name>[A-Z_][A-Z0-9_]{2,60})[ \t]{0,4}(?=[\",)])"), "", '""'),
)
_STANDARD = frozenset({b"NULL", b"TRUE", b"FALSE"})
"""What every C file has, with or without its headers."""
_MOST = 500
"""Guesses per run."""


def guesses(data: bytes) -> dict[str, str]:
    """Macro (with its parameters) -> what it may stand for, for each name that `data` uses like one."""
    asked = {
        word[0] for condition in _CONDITION.finditer(data) for word in _WORD.finditer(_UNLESS_DEFINED.sub(b"", condition[1]))
    }
    found: dict[str, tuple[str, str]] = {}
    for shape, parameters, meaning in _SHAPES:
        for match in shape.finditer(data):
            if match["name"] not in asked | _STANDARD and len(found) < _MOST:
                found.setdefault(match["name"].decode("ascii"), (parameters, meaning))
    return {name + parameters: meaning for name, (parameters, meaning) in sorted(found.items())}
