"""JSON schemas as endpoints take them: the subset that "strict" structured output is bound to.

Source: Azure AI Foundry, "How to use structured outputs": every property required, `additionalProperties: false`, at most
100 properties, and none of the keywords below.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

DROPPED = frozenset(
    {
        *("minLength", "maxLength", "pattern", "format"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("patternProperties", "unevaluatedProperties", "propertyNames", "minProperties", "maxProperties"),
        *("unevaluatedItems", "contains", "minContains", "maxContains", "minItems", "maxItems", "uniqueItems"),
        *("default", "examples", "title", "$schema", "$id"),
    }
)
"""Keywords that strict endpoints refuse. They narrow values, not shapes: who reads the reply checks them anyway."""
_NAMED = ("properties", "$defs", "definitions")
MOST_PROPERTIES = 100


def strict(schema: dict[str, Any]) -> dict[str, Any] | None:
    """The schema without what strict endpoints refuse, or None where its shape cannot be strict."""
    if schema.get("type") != "object" or "anyOf" in schema:
        return None
    objects = [part for part in _parts(schema) if part.get("type") == "object" or "properties" in part]
    closed = all(
        part.get("additionalProperties") is False and set(part.get("required", ())) == set(part.get("properties", {}))
        for part in objects
    )
    if not closed or sum(len(part.get("properties", {})) for part in objects) > MOST_PROPERTIES:
        return None
    return _without(schema)


def _parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema and every schema in it."""
    yield schema
    for key, value in schema.items():
        if key in _NAMED:
            inner = list(value.values())
        elif key in ("items", "anyOf", "oneOf", "allOf"):
            inner = value if isinstance(value, list) else [value]
        else:
            continue
        for part in inner:
            if isinstance(part, dict):
                yield from _parts(part)


def _without(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _NAMED:
            found[key] = {name: _without(part) if isinstance(part, dict) else part for name, part in value.items()}
        elif key in DROPPED:
            continue
        elif isinstance(value, dict):
            found[key] = _without(value)
        elif key in ("anyOf", "oneOf", "allOf"):
            found[key] = [_without(part) if isinstance(part, dict) else part for part in value]
        else:
            found[key] = value
    return found
