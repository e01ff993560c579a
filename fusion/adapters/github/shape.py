"""JSON of GitHub read strictly: what a reference promises and an answer does not hold is `Odd`, never a guess. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LONG = 1000
"""Characters of a text that are kept."""
MANY = 1000
"""Elements that a list may have; GitHub's pages have at most 100."""


class Odd(ValueError):
    """The answer has not the form that the reference describes."""


def section(value: Any) -> Mapping[str, Any]:
    """An object; null is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Odd(f"an object was expected, not {type(value).__name__}")
    return value


def required(value: Any) -> Mapping[str, Any]:
    """An object that is there."""
    if not isinstance(value, dict):
        raise Odd(f"an object was expected, not {type(value).__name__}")
    return value


def each(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; null is an empty one."""
    return [required(item) for item in _items(value)]


def texts(value: Any) -> list[str]:
    """The texts of a list; null is an empty one."""
    return [text(item) for item in _items(value)]


def _items(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Odd(f"a list was expected, not {type(value).__name__}")
    if len(value) > MANY:
        raise Odd(f"a list of {len(value):,} was not expected")
    return value


def text(value: Any) -> str:
    """A text, clipped, with nothing in it that cannot be stored; null is empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Odd(f"a text was expected, not {type(value).__name__}")
    # JSON may hold halves of surrogate pairs, UTF-8 may not.
    return value[:LONG].encode("utf-8", "replace").decode("utf-8")


def named(value: Any) -> str:
    """A text that is there."""
    if not (found := text(value)):
        raise Odd("a name was expected")
    return found


def flag(value: Any) -> bool | None:
    """Yes or no; null is not told."""
    if value is None or isinstance(value, bool):
        return value
    raise Odd(f"true or false was expected, not {type(value).__name__}")


def count(value: Any) -> int:
    """A number that counts or names; null is 0."""
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise Odd("a number was expected")
    return value


def on(value: Any) -> bool:
    """`{"enabled": true}`, as branch protection says it."""
    return flag(section(value).get("enabled")) is True
