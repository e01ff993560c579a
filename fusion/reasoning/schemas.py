"""JSON schemas of replies that every endpoint takes in its strict mode.

Strict mode (OpenAI and Azure OpenAI structured outputs) wants closed objects with all their properties required, at most 100
properties and 5 levels, and refuses bounds such as `maxLength`, `pattern` and `maxItems`. Grammars of local engines follow
`$ref` less reliably than plain nesting. So a schema is written out without references, and bounds are for the local engines
alone: what a field's `json_schema_extra` calls `widest` becomes `maxItems` or `maxLength`, for a small model that begins to
repeat itself ends only where its grammar does, and adapters leave them out for strict endpoints. No useful reply breaks them;
how long a reply may be is bounded when it is read (`replies`), and how much of it people see when it is cleaned (`clean`).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

PROPERTIES = 100
LEVELS = 5

_KEPT = ("type", "enum", "description")


def closed(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a reply out of its pydantic model: every field required, nothing besides; null where a field may be None.

    Field descriptions stay, since the model reads them. Raises ValueError for what strict mode cannot say: recursion, maps,
    tuples of fixed length, more than 100 properties or 5 levels.
    """
    return copy.deepcopy(_made(model))


@lru_cache(maxsize=64)
def _made(model: type[BaseModel]) -> dict[str, Any]:
    whole = model.model_json_schema(mode="validation")
    made = _closed(whole, whole.get("$defs", {}), ())
    made.pop("description", None)
    if made.get("type") != "object":
        raise ValueError(f"a reply is an object, {model.__name__} is none")
    if (count := _properties(made)) > PROPERTIES:
        raise ValueError(f"{model.__name__} has {count} properties, strict mode allows {PROPERTIES}")
    if (levels := _levels(made)) > LEVELS:
        raise ValueError(f"{model.__name__} is nested {levels} deep, strict mode allows {LEVELS}")
    return made


def _closed(schema: Mapping[str, Any], known: Mapping[str, Any], within: tuple[str, ...]) -> dict[str, Any]:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        if name in within:
            raise ValueError(f"{name} contains itself, which strict mode cannot say")
        said = {key: value for key, value in _closed(known[name], known, (*within, name)).items() if key != "description"}
        return {**said, **({"description": schema["description"]} if "description" in schema else {})}
    made = {key: schema[key] for key in _KEPT if key in schema}
    if "widest" in schema:
        made["maxItems" if schema.get("type") == "array" else "maxLength"] = schema["widest"]
    if "const" in schema:
        made |= {"type": _TYPES[type(schema["const"])], "enum": [schema["const"]]}
    if "anyOf" in schema:
        made["anyOf"] = [_closed(one, known, within) for one in schema["anyOf"]]
    elif schema.get("type") == "array":
        if "items" not in schema:
            raise ValueError("an array needs one type of items in strict mode")
        made["items"] = _closed(schema["items"], known, within)
    elif schema.get("type") == "object":
        if "properties" not in schema:
            raise ValueError("a map with free keys cannot be said in strict mode")
        made["properties"] = {name: _closed(one, known, within) for name, one in schema["properties"].items()}
        made["required"] = list(made["properties"])
        made["additionalProperties"] = False
    elif "type" not in made and "enum" not in made:
        raise ValueError(f"a value of any type cannot be said in strict mode: {sorted(schema)}")
    return made


_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


def _inner(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    items = [schema["items"]] if "items" in schema else []
    return [*schema.get("properties", {}).values(), *items, *schema.get("anyOf", ())]


def _properties(schema: Mapping[str, Any]) -> int:
    return len(schema.get("properties", {})) + sum(map(_properties, _inner(schema)))


def _levels(schema: Mapping[str, Any]) -> int:
    own = 1 if schema.get("type") in ("object", "array") else 0
    return own + max(map(_levels, _inner(schema)), default=0)
