"""The shape of each key, read off the policy's types: what a reader is told to write, and what the parser takes."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from fusion.model import Record


def wanted(annotation: Any) -> Any:
    """The type without the None that stands for "not said"."""
    others = [one for one in get_args(annotation) if one is not NoneType]
    return others[0] if NoneType in get_args(annotation) and len(others) == 1 else annotation


def item_of(annotation: Any) -> Any | None:
    """The type of a list's items; None when the type is no list."""
    return get_args(annotation)[0] if get_origin(annotation) is tuple else None


def record_of(annotation: Any) -> type[Record] | None:
    """The record behind a mapping with known keys; None for every other type."""
    return annotation if isinstance(annotation, type) and issubclass(annotation, Record) else None


def is_switches(annotation: Any) -> bool:
    """Whether it is a mapping from names to on or off."""
    return get_origin(annotation) is dict


def choices_of(annotation: Any) -> tuple[Any, ...]:
    """The values that may stand here; empty when any of the type may."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return tuple(annotation)
    return ()


def bounds(field: FieldInfo | None) -> dict[str, float]:
    """The limits of a number: any of `ge`, `gt`, `le`."""
    found: dict[str, float] = {}
    for constraint in field.metadata if field else ():
        for name in ("ge", "gt", "le"):
            if (value := getattr(constraint, name, None)) is not None:
                found[name] = value
    return found


def words(annotation: Any, field: FieldInfo | None = None) -> str:
    """What to write, in plain words: "a whole number from 0 to 100"."""
    if item_of(annotation) is not None:
        inner = record_of(item_of(annotation))
        return f"a list of entries with {_keys(inner)}" if inner else "a list of texts"
    if record := record_of(annotation):
        return f"a mapping with {_keys(record)}"
    if is_switches(annotation):
        return "a mapping of names to true or false"
    if choices := choices_of(annotation):
        return _alternatives([str(choice) for choice in choices])
    kinds = {str: "a text", bool: "true or false", int: "a whole number", float: "a number", date: "a date such as 2027-01-31"}
    kind = kinds[wanted(annotation)]
    return f"{kind}{_range(bounds(field))}"


def _range(limits: dict[str, float]) -> str:
    low, high, above = limits.get("ge"), limits.get("le"), limits.get("gt")
    start = f" from {low:g}" if low is not None else f" above {above:g}" if above is not None else ""
    if high is None:
        return f"{start} up" if low is not None else start
    return f"{start} to {high:g}" if low is not None else f"{start} and at most {high:g}"


def _keys(record: type[Record]) -> str:
    names = [f"`{name}`" for name in record.model_fields]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _alternatives(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
