"""Schemas as strict endpoints take them."""

from __future__ import annotations

from typing import Any

import pytest

from fusion.adapters.models.strictness import strict


def closed(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def test_what_narrows_values_is_dropped_at_every_depth() -> None:
    item = closed(line={"type": "integer", "minimum": 1}, title={"type": "string", "maxLength": 9, "enum": ["a", "b"]})
    schema = {**closed(findings={"type": "array", "items": {"$ref": "#/$defs/f"}, "maxItems": 3}), "$defs": {"f": item}}
    plain = closed(line={"type": "integer"}, title={"type": "string", "enum": ["a", "b"]})
    assert strict(schema) == {**closed(findings={"type": "array", "items": {"$ref": "#/$defs/f"}}), "$defs": {"f": plain}}
    assert schema["$defs"]["f"] == item, "what it was made from stays"


def test_properties_may_have_the_names_of_keywords() -> None:
    schema = closed(title={"type": "string"}, pattern={"anyOf": [{"type": "string", "minLength": 1}, {"type": "null"}]})
    narrowed = strict(schema)
    assert narrowed is not None
    assert narrowed["properties"] == {"title": {"type": "string"}, "pattern": {"anyOf": [{"type": "string"}, {"type": "null"}]}}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "array", "items": closed(a={})},
        {"type": "object", "properties": {"a": {}}, "required": ["a"]},
        {**closed(a={}, b={}), "required": ["a"]},
        closed(a={"type": "array", "items": {"type": "object"}}),
        closed(a={"anyOf": [{"type": "object", "properties": {"b": {}}}]}),
        closed(**{f"p{number}": {} for number in range(101)}),
    ],
    ids=["empty", "no object", "open", "optional", "open item", "open choice", "too many"],
)
def test_a_shape_that_cannot_be_strict(schema: dict[str, Any]) -> None:
    assert strict(schema) is None
