"""Text on constants: folding of operators and methods, and what formats are made of."""

from __future__ import annotations

import operator
import re
import string
from collections.abc import Callable, Iterator, Sequence
from itertools import product

from fusion.dataflow import ir
from fusion.dataflow.solver.domain.values import MAX_CONSTANTS, MAX_TEXT

MAX_NUMBER = 1 << 64

_ARITHMETIC: dict[str, Callable[..., object]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "**": operator.pow,
}
COMPARISONS: dict[str, Callable[..., object]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is": operator.is_,
    "is not": operator.is_not,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
}
_METHODS: dict[str, str] = {
    # JavaScript's name (or Python's own) -> Python's
    **{
        name: name
        for name in [
            "lower",
            "upper",
            "strip",
            "lstrip",
            "rstrip",
            "title",
            "capitalize",
            "casefold",
            "swapcase",
            "startswith",
            "endswith",
            "replace",
            "find",
            "rfind",
            "index",
            "count",
            "removeprefix",
            "removesuffix",
            "isdigit",
            "isalpha",
            "isalnum",
            "isdecimal",
            "isnumeric",
            "isidentifier",
            "islower",
            "isupper",
            "isspace",
            "zfill",
        ]
    },
    "toLowerCase": "lower",
    "toUpperCase": "upper",
    "trim": "strip",
    "startsWith": "startswith",
    "endsWith": "endswith",
    "replaceAll": "replace",
    "indexOf": "find",
    "lastIndexOf": "rfind",
}
_KEEPS = frozenset(
    [
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "title",
        "capitalize",
        "casefold",
        "swapcase",
        "trim",
        "toLowerCase",
        "toUpperCase",
    ]
)
_PERCENT = re.compile(r"%(?:\((\w+)\))?[#0\- +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?([diouxXeEfFgGcrsa%])")
NUMERIC_FORMATS = frozenset("diouxXeEfFgG")
_WIDTH = re.compile(r"\d{3}|\*")
"""What may ask for a very long text."""


def length(text: object) -> object:
    """JavaScript's length of a text: surrogates count for themselves."""
    if not isinstance(text, str):
        raise TypeError
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def combine(
    values: Sequence[tuple[ir.Constant, ...] | None], function: Callable[..., object]
) -> tuple[ir.Constant, ...] | None:
    """The function over every combination of constants; None where one is unknown, fails, or there are too many."""
    total = 1
    for value in values:
        if value is None:
            return None
        total *= len(value)
    if total == 0 or total > MAX_CONSTANTS * 2:
        return None
    found: list[ir.Constant] = []
    for combination in product(*[value for value in values if value is not None]):
        try:
            result = function(*combination)
        except (TypeError, ValueError, ArithmeticError, LookupError):
            return None
        if not isinstance(result, str | bytes | int | float | bool | None):
            return None
        if isinstance(result, str | bytes) and len(result) > MAX_TEXT:
            return None
        if not any(result == known and type(result) is type(known) for known in found):
            found.append(result)
    return tuple(found) if len(found) <= MAX_CONSTANTS else None


def arithmetic(name: str, left: ir.Constant, right: ir.Constant) -> object:
    """One operator on two constants. Raises TypeError where that is not folded."""
    function = _ARITHMETIC.get(name)
    if function is None:
        raise TypeError(name)
    for value in (left, right):
        if isinstance(value, int) and abs(value) > MAX_NUMBER:
            raise TypeError("too large")
    if name == "*" and (isinstance(left, str | bytes) or isinstance(right, str | bytes)):
        length = len(left) if isinstance(left, str | bytes) else len(right) if isinstance(right, str | bytes) else 0
        times = right if isinstance(right, int) else left if isinstance(left, int) else 0
        if length * max(times, 0) > MAX_TEXT:
            raise TypeError("too long")
    if name in ("**", "<<") and (not isinstance(right, int) or not 0 <= right <= 64):
        raise TypeError("too large")
    if name == "%" and isinstance(left, str | bytes):
        raise TypeError("a format")
    return function(left, right)


def script_addition(left: ir.Constant, right: ir.Constant) -> object:
    """JavaScript's `+`."""
    if isinstance(left, str) or isinstance(right, str):
        return script_text(left) + script_text(right)
    return arithmetic("+", left, right)


def script_text(value: ir.Constant) -> str:
    """JavaScript's `String(value)`. Raises TypeError where it is not folded."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int():
            return str(value)
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case float():
            return repr(value)
        case _:
            raise TypeError("bytes")


def compare(name: str, left: ir.Constant, right: ir.Constant) -> object:
    """One comparison of two constants."""
    function = COMPARISONS.get(name)
    if function is None:
        raise TypeError(name)
    if name in ("is", "is not") and not (left is None or right is None or isinstance(left, bool) or isinstance(right, bool)):
        raise TypeError("identity")
    return function(left, right)


def method(name: str) -> Callable[..., object] | None:
    """A text method that folds on constants, by its name in either language."""
    plain = _METHODS.get(name)
    if plain is None:
        return None

    def call(text: ir.Constant, *args: ir.Constant) -> object:
        if not isinstance(text, str):
            raise TypeError("not text")
        if plain == "replace" and len(text) * max((len(a) for a in args if isinstance(a, str)), default=0) > MAX_TEXT * 16:
            raise TypeError("too long")
        if plain == "zfill" and not (isinstance(args[0], int) and args[0] < MAX_TEXT):
            raise TypeError("too long")
        return getattr(text, plain)(*args)

    return call


def keeps(name: str) -> bool:
    """Whether a method leaves the text what it was, so that checks of one are checks of the other."""
    return name in _KEEPS


def is_narrow(shape: str) -> bool:
    """Whether no part of a format asks for many characters, or for as many as a value says."""
    return _WIDTH.search(shape) is None


def shaped(shape: str) -> Callable[..., object]:
    """What `format` makes of a constant with such a specification."""

    def call(value: ir.Constant) -> object:
        if not is_narrow(shape):
            raise TypeError("too long")
        return format(value, shape)

    return call


def percent(template: str) -> Iterator[str | tuple[str, str]] | None:
    """The pieces of a `%` format: literal text, or (key, conversion); key empty by position. None where it is malformed."""
    pieces: list[str | tuple[str, str]] = []
    end = 0
    for match in _PERCENT.finditer(template):
        if "%" in template[end : match.start()]:
            return None
        pieces.append(template[end : match.start()])
        pieces.append("%" if match[2] == "%" else (match[1] or "", match[2]))
        end = match.end()
    if "%" in template[end:]:
        return None
    pieces.append(template[end:])
    return iter(pieces)


def braces(template: str) -> Iterator[str | tuple[str, str]] | None:
    """The pieces of a `str.format` template: literal text, or (field with its attributes, specification)."""
    pieces: list[str | tuple[str, str]] = []
    count = 0
    try:
        for literal, field, spec, _ in string.Formatter().parse(template):
            pieces.append(literal)
            if field is not None:
                if not re.split(r"[.\[]", field, maxsplit=1)[0]:
                    field, count = f"{count}{field}", count + 1
                pieces.append((field, spec or ""))
    except ValueError:
        return None
    return iter(pieces)
