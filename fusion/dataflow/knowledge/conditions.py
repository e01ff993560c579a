"""Selectors and conditions of knowledge files, parsed once into small objects that the solver evaluates.

`schema` says what they mean. Parsing is cached: the loader parses every text to refuse bad ones, and the solver gets the same
objects for the price of a dictionary look-up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

ANY = "[]"
"""Part: any element (`0[]`)."""
PARAMETERS = "()"
"""Part: the parameters of a callback (`0()`)."""

Part = str | int
"""A step into a value: a field or key (text), an element (number), or one of `ANY` and `PARAMETERS`, which no name can be."""

Base = Literal["argument", "rest", "all", "receiver", "result"]
Shape = Literal["list", "text", "constant", "function", "statement"]
Literals = str | int | float | bool | None

_CACHED = 8192
_SHAPES: dict[str, Shape] = {
    "list": "list",
    "text": "text",
    "constant": "constant",
    "function": "function",
    "statement": "statement",
}


@dataclass(frozen=True, slots=True)
class Selector:
    """Which value of a call is meant: where it stands, then the way into it."""

    base: Base
    """`argument`: one parameter; `rest`: this and all later positions; `all`: every argument, keywords too."""
    position: int = -1
    """Of an `argument` or `rest`, from 0; -1 where the parameter has none."""
    keywords: tuple[str, ...] = ()
    """Names of an `argument`: any of them is the same parameter."""
    parts: tuple[Part, ...] = ()
    """Outermost first; mostly empty."""


@dataclass(frozen=True, slots=True)
class Equals:
    """Some possible value is this literal. `True` and 1 are different, and so are their types: compare both."""

    subject: Selector
    value: Literals


@dataclass(frozen=True, slots=True)
class Denotes:
    """Some possible value is what this path names (`yaml.SafeLoader`)."""

    subject: Selector
    path: str


@dataclass(frozen=True, slots=True)
class Finds:
    """Some possible value is a constant text in which the pattern is found (`pattern.search`)."""

    subject: Selector
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Given:
    """The argument is given (`present`) or it is not (`absent`)."""

    subject: Selector
    present: bool


@dataclass(frozen=True, slots=True)
class Shaped:
    """Some possible value is a list, a text, a constant, a function."""

    subject: Selector
    shape: Shape


@dataclass(frozen=True, slots=True)
class Flagged:
    """An earlier `flag` entry set this flag on the value."""

    subject: Selector
    flag: str


Condition = Equals | Denotes | Finds | Given | Shaped | Flagged

_SELECTOR = re.compile(r"(?P<base>[^.\[(]+)(?P<rest>\.\.)?(?P<parts>(?:\.[\w$-]+|\[[^\[\]()]*\]|\(\))*)")
_PART = re.compile(r"\.([\w$-]+)|\[([^\[\]()]*)\]|(\(\))")
_KEYWORD = re.compile(r"[A-Za-z_$][\w$]*")
_PATH = re.compile(r"(?:\?\.)?@?[\w$]+(?:[./-]@?[\w$]+)*(?:\(\)|\[[^\[\]()]*\]|\.[\w$]+)*")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_FLAG = re.compile(r"[a-z][a-z-]*")
_CONDITION = re.compile(
    r"(?P<selector>[^\s=~#]+)"
    r"(?:=(?P<value>.+)|~(?P<pattern>.+)|#(?P<flag>.+)|\s+(?P<given>absent|present)|\s+is\s+(?P<shape>\w+))",
    re.DOTALL,
)


@lru_cache(maxsize=_CACHED)
def parse_selector(text: str) -> Selector:
    """Parse one selector; ValueError with a sentence where it is none."""
    match = _SELECTOR.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text!r} is not a selector: write 0, sql, 0|sql, 1.., *, receiver or result, then parts as .field or [0]"
        )
    base, parts = match["base"], _parts(match["parts"])
    if match["rest"]:
        if not base.isdecimal():
            raise ValueError(f"{text!r} is not a selector: '..' follows a position, as in 1..")
        return Selector("rest", position=int(base), parts=parts)
    if base == "*":
        return Selector("all", parts=parts)
    if base == "receiver":
        return Selector("receiver", parts=parts)
    if base == "result":
        return Selector("result", parts=parts)
    names = base.split("|")
    position = int(names.pop(0)) if names[0].isdecimal() else -1
    for name in names:
        if not _KEYWORD.fullmatch(name):
            raise ValueError(f"{text!r} is not a selector: {name!r} is neither a keyword nor the first position")
    return Selector("argument", position=position, keywords=tuple(names), parts=parts)


def _parts(text: str) -> tuple[Part, ...]:
    found: list[Part] = []
    for match in _PART.finditer(text):
        field, key, call = match.groups()
        if call:
            found.append(PARAMETERS)
        elif field is not None:
            found.append(field)
        elif not key:
            found.append(ANY)
        else:
            found.append(int(key) if key.isdecimal() else key)
    return tuple(found)


@lru_cache(maxsize=_CACHED)
def parse_condition(text: str) -> Condition:
    """Parse one condition; ValueError with a sentence where it is none."""
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a condition: write shell=true, 0~^md5$, Loader absent, 0 is list or receiver#flag")
    subject = parse_selector(match["selector"])
    if match["given"]:
        return Given(subject, match["given"] == "present")
    if (shape := match["shape"]) is not None:
        if shape not in _SHAPES:
            raise ValueError(f"{text!r} is not a condition: a value is a list, text, constant or function, not {shape!r}")
        return Shaped(subject, _SHAPES[shape])
    if (flag := match["flag"]) is not None:
        if not _FLAG.fullmatch(flag):
            raise ValueError(f"{text!r} is not a condition: {flag!r} is not a flag's name (small letters and hyphens)")
        return Flagged(subject, flag)
    if (pattern := match["pattern"]) is not None:
        return Finds(subject, parse_pattern(pattern))
    return _comparison(text, subject, match["value"])


def _comparison(text: str, subject: Selector, value: str) -> Condition:
    literals: dict[str, Literals] = {"true": True, "false": False, "none": None}
    if value in literals:
        return Equals(subject, literals[value])
    if len(value) > 1 and value[0] == value[-1] == "'":
        return Equals(subject, value[1:-1])
    if _NUMBER.fullmatch(value):
        return Equals(subject, float(value) if "." in value else int(value))
    try:
        return Denotes(subject, parse_path(value))
    except ValueError:
        raise ValueError(
            f"{text!r} is not a condition: {value!r} is not true, false, none, a number, 'text' or a path"
        ) from None


@lru_cache(maxsize=_CACHED)
def parse_pattern(text: str) -> re.Pattern[str]:
    """Compile a regular expression, which ignores case; ValueError with a sentence where it is none."""
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from None


def parse_path(text: str) -> str:
    """Check a path; ValueError with a sentence where it is none."""
    if not _PATH.fullmatch(text):
        raise ValueError(f"{text!r} is not a path: write names with dots, () for a call's result, [] or [key] for an element")
    return text
