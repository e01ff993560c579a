"""Holds requests against GitHub's own OpenAPI description, so that a fake cannot agree with a wrong client."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SPEC = Path(__file__).parents[1] / "samples" / "schemas" / "github-openapi-subset.json"


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
    """The OpenAPI document."""
    found: dict[str, Any] = json.loads(SPEC.read_text(encoding="utf-8"))
    return found


@cache
def _routes() -> list[tuple[re.Pattern[str], str]]:
    def pattern(template: str) -> re.Pattern[str]:
        # A content path and a reference may hold slashes; nothing else may.
        parts = re.split(r"\{(\w+)\}", template)
        text = "".join(
            re.escape(part) if at % 2 == 0 else f"(?P<{part}>{'.+' if part in ('path', 'ref', 'basehead') else '[^/]+'})"
            for at, part in enumerate(parts)
        )
        return re.compile(text)

    return sorted(((pattern(path), path) for path in description()["paths"]), key=lambda item: (item[1].count("{"), item[1]))


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


def check(method: str, path: str, query: Mapping[str, str], body: bytes) -> Operation:
    """The operation of a request whose path, query and body are as described. Raises Mismatch."""
    found = operation(method, path)
    item = description()["paths"][found.template]
    parameters = {p["name"]: p for p in map(_resolve, [*item.get("parameters", []), *found.spec.get("parameters", [])])}
    for name, value in {**query, **found.values}.items():
        if name not in parameters:
            raise Mismatch(f"{method} {found.template} takes no parameter {name}")
        _fits(_cast(value, _resolve(parameters[name].get("schema", {}))), parameters[name].get("schema", {}), f"{name}={value}")
    if found.spec.get("requestBody"):
        content = _resolve(found.spec["requestBody"]).get("content", {}).get("application/json")
        if content and body:
            _fits(json.loads(body), content["schema"], f"the body of {method} {found.template}")
    elif body:
        raise Mismatch(f"{method} {found.template} takes no body")
    return found


def check_body(method: str, template: str, value: Any) -> None:
    """Hold a JSON body against an operation's schema. Raises Mismatch."""
    content = _resolve(description()["paths"][template][method]["requestBody"])["content"]["application/json"]
    _fits(value, content["schema"], f"the body of {method} {template}")


def _cast(value: str, schema: Mapping[str, Any]) -> Any:
    if schema.get("type") == "integer" and value.lstrip("-").isdigit():
        return int(value)
    if schema.get("type") == "boolean" and value in ("true", "false"):
        return value == "true"
    return value


def _fits(value: Any, schema: Mapping[str, Any], what: str) -> None:
    whole = {**description(), "$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    error = next(iter(Draft202012Validator(whole).iter_errors(value)), None)
    if error:
        raise Mismatch(f"{what}: {error.message[:300]} at {'/'.join(map(str, error.path))}")
