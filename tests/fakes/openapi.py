"""Holds requests against GitHub's own OpenAPI description, so that a fake cannot agree with a wrong client.

`check` finds the described operation of a request and validates path, query and body; `complete` gives an answer the fields
that GitHub always sends, so that strict clients can read it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SPEC = Path(__file__).parents[1] / "samples" / "schemas" / "github-openapi-subset.json"
SLASHES = ("path", "ref", "basehead")
"""Path parameters that may hold slashes; nothing else may."""


class Mismatch(AssertionError):
    """The request is not one that GitHub describes."""


@dataclass(frozen=True)
class Operation:
    """One method of one path template."""

    template: str
    method: str
    spec: Mapping[str, Any]
    values: Mapping[str, str]


@cache
def description() -> dict[str, Any]:
    """The OpenAPI document, with version 3.0's `nullable` written as JSON Schema writes it."""
    found: dict[str, Any] = _nullable(json.loads(SPEC.read_text(encoding="utf-8")))
    return found


def _nullable(node: Any) -> Any:
    if isinstance(node, list):
        return [_nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {key: _nullable(value) for key, value in node.items()}
    if found.get("nullable") is True:
        if isinstance(found.get("type"), str):
            found["type"] = [found["type"], "null"]
            if "enum" in found:
                found["enum"] = [*found["enum"], None]
        else:
            found = {"anyOf": [{key: value for key, value in found.items() if key != "nullable"}, {"type": "null"}]}
    return found


@cache
def _routes() -> list[tuple[re.Pattern[str], str]]:
    def pattern(template: str) -> re.Pattern[str]:
        parts = re.split(r"\{(\w+)\}", template)
        text = "".join(
            re.escape(part) if at % 2 == 0 else f"(?P<{part}>{'.+' if part in SLASHES else '[^/]+'})"
            for at, part in enumerate(parts)
        )
        return re.compile(text)

    def general(template: str) -> tuple[bool, int, str]:
        """The more a template takes, the later it is tried: a last part that may hold slashes takes all below it."""
        return template.endswith(tuple(f"{{{name}}}" for name in SLASHES)), template.count("{"), template

    return [(pattern(path), path) for path in sorted(description()["paths"], key=general)]


def _resolve(node: Any) -> Any:
    if isinstance(node, dict) and "$ref" in node:
        found: Any = description()
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return _resolve(found)
    return node


def operation(method: str, path: str) -> Operation:
    """The described operation that a request is. Raises Mismatch."""
    for pattern, template in _routes():
        if (match := pattern.fullmatch(path)) and method.lower() in description()["paths"][template]:
            return Operation(template, method.lower(), description()["paths"][template][method.lower()], match.groupdict())
    raise Mismatch(f"GitHub describes no {method} {path}")


@cache
def _parameters(template: str, method: str) -> dict[str, dict[str, Any]]:
    item = description()["paths"][template]
    described = map(_resolve, [*item.get("parameters", []), *item[method].get("parameters", [])])
    return {parameter["name"]: parameter.get("schema", {}) for parameter in described}


def check(method: str, path: str, query: Mapping[str, str], body: bytes) -> Operation:
    """The operation of a request whose path, query and body are as described. Raises Mismatch."""
    found = operation(method, path)
    parameters = _parameters(found.template, found.method)
    for name, value in {**query, **found.values}.items():
        if name not in parameters:
            raise Mismatch(f"{method} {found.template} takes no parameter {name}")
        _fits(_cast(value, _resolve(parameters[name])), parameters[name], f"{name}={value}")
    if found.spec.get("requestBody"):
        content = _resolve(found.spec["requestBody"]).get("content", {}).get("application/json")
        if content and body:
            try:
                value = json.loads(body)
            except ValueError as error:
                raise Mismatch(f"the body of {method} {found.template} is not JSON: {error}") from None
            _fits(value, content["schema"], f"the body of {method} {found.template}")
    elif body and body != b"{}":
        raise Mismatch(f"{method} {found.template} takes no body")
    return found


def check_body(method: str, template: str, value: Any) -> None:
    """Hold a JSON body against an operation's schema. Raises Mismatch."""
    content = _resolve(description()["paths"][template][method]["requestBody"])["content"]["application/json"]
    _fits(value, content["schema"], f"the body of {method} {template}")


def check_answer(template: str, method: str, status: int, value: Any) -> None:
    """Hold an answer against what GitHub describes for it. Raises Mismatch."""
    schema = answer_schema(template, method, status)
    if schema is not None:
        _fits(value, schema, f"the {status} of {method} {template}")


@cache
def answer_schema(template: str, method: str, status: int) -> dict[str, Any] | None:
    """The schema of an operation's JSON answer; None where GitHub describes none."""
    response = _resolve(description()["paths"][template][method]["responses"].get(str(status)))
    if response is None:
        return None
    schema: dict[str, Any] | None = response.get("content", {}).get("application/json", {}).get("schema")
    return schema


def complete(template: str, method: str, status: int, value: Any) -> Any:
    """The answer with every required field that it lacks: null where GitHub allows it, otherwise empty."""
    schema = answer_schema(template, method, status)
    return value if schema is None else _filler(schema)(value)


def _cast(value: str, schema: Mapping[str, Any]) -> Any:
    if schema.get("type") == "integer" and value.lstrip("-").isdigit():
        return int(value)
    if schema.get("type") == "boolean" and value in ("true", "false"):
        return value == "true"
    return value


VALIDATORS: dict[int, Draft202012Validator] = {}
"""By the identity of the schema: those of the description live as long as the process."""


def _fits(value: Any, schema: Mapping[str, Any], what: str) -> None:
    if id(schema) not in VALIDATORS:
        whole = {**description(), "$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
        VALIDATORS[id(schema)] = Draft202012Validator(whole)
    error = next(iter(VALIDATORS[id(schema)].iter_errors(value)), None)
    if error:
        raise Mismatch(f"{what}: {error.message[:300]} at {'/'.join(map(str, error.path))}")


Filler = Callable[[Any], Any]
ABSENT = object()
FILLERS: dict[int, tuple[Any, Filler]] = {}


def _filler(node: Any) -> Filler:
    """What completes a value of the schema, and makes an empty one of ABSENT. Built once for each schema."""
    schema = _resolve(node)
    if id(schema) not in FILLERS:
        built: list[Filler] = []
        FILLERS[id(schema)] = (schema, lambda value: built[0](value))
        built.append(_build(schema))
        FILLERS[id(schema)] = (schema, built[0])
    return FILLERS[id(schema)][1]


def _types(schema: Mapping[str, Any]) -> list[str]:
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else list(kind)


def _is_null(node: Any) -> bool:
    schema = _resolve(node)
    return "null" in _types(schema) or any(map(_is_null, [*schema.get("anyOf", []), *schema.get("oneOf", [])]))


def _build(schema: Mapping[str, Any]) -> Filler:
    if variants := [*schema.get("anyOf", []), *schema.get("oneOf", [])]:
        return _choice(variants, _is_null(schema))
    parts = [_filler(part) for part in schema.get("allOf", [])]
    if "properties" in schema or parts or "object" in _types(schema):
        return _object(schema, parts)
    if "array" in _types(schema):
        item = _filler(schema.get("items", {}))
        return lambda value: [item(one) for one in value] if isinstance(value, list) else [] if value is ABSENT else value
    empty = _scalar(schema)
    return lambda value: empty if value is ABSENT else value


def _choice(variants: list[Any], null: bool) -> Filler:
    real = [variant for variant in variants if _types(_resolve(variant)) != ["null"]] or variants
    scalars = {"str": "string", "int": "integer", "bool": "boolean", "dict": "object", "list": "array"}

    def choose(value: Any) -> Any:
        if value is ABSENT:
            return None if null else _filler(real[0])(ABSENT)
        if isinstance(value, dict | list):
            kind = scalars[type(value).__name__]
            for variant in real:
                found = _resolve(variant)
                if kind in _types(found) or (kind == "object" and {"properties", "allOf", "anyOf"} & set(found)):
                    return _filler(variant)(value)
        return value

    return choose


def _object(schema: Mapping[str, Any], parts: list[Filler]) -> Filler:
    properties = {name: _filler(node) for name, node in schema.get("properties", {}).items()}
    required = list(schema.get("required", []))
    null = "null" in _types(schema)

    def fill(value: Any) -> Any:
        if value is ABSENT:
            if null:
                return None
            value = {}
        if not isinstance(value, dict):
            return value
        for part in parts:
            value = part(value)
        found = {name: properties[name](one) if name in properties else one for name, one in value.items()}
        for name in required:
            if name not in found:
                found[name] = properties[name](ABSENT) if name in properties else None
        return found

    return fill


def _scalar(schema: Mapping[str, Any]) -> Any:
    types = _types(schema)
    if "null" in types:
        return None
    if schema.get("enum"):
        return schema["enum"][0]
    if "default" in schema:
        return schema["default"]
    if "string" in types:
        texts = {"uri": "https://github.example/", "date-time": "2026-01-01T00:00:00Z", "date": "2026-01-01"}
        return texts.get(schema.get("format", ""), "")
    return {"integer": 0, "number": 0, "boolean": False}.get(types[0]) if types else None
