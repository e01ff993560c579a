"""Properties of resources, against what the service's own models say of them.

`properties.json` has, for each type of resource that the templates make, the properties that may be set where they set some,
those that have to be, and what a value may be. `tools/azure-properties` writes it from Microsoft's management SDKs; what it
does not list has to be looked up there first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.infrastructure.deploying import Made, Plan
from tests.infrastructure.problems import Problem
from tests.infrastructure.services import problem

TABLE = Path(__file__).with_name("properties.json")
ASIDE = frozenset({"name", "scope"})
"""Bicep's own, of a resource itself."""
_TYPES: Mapping[str, type | tuple[type, ...]] = {"string": str, "int": int, "bool": bool, "number": (int, float)}


@cache
def known() -> Mapping[str, Mapping[str, Any]]:
    """What is known of each type of resource."""
    found: Mapping[str, Mapping[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))
    return found


def problems(plan: Plan) -> Iterator[Problem]:
    """Where a resource is not made as its model wants it."""
    for made in plan.resources:
        if made.is_existing:
            continue
        about = known().get(made.type)
        if about is None or about["version"] != made.version:
            sentence = f"{made.type}@{made.version} was compared with no model: run tools/azure-properties."
            yield problem(made, "property-unlisted", sentence)
            continue
        body = {key: value for key, value in made.body.items() if key not in ASIDE}
        yield from _compared(made, about["body"], body, "")


def _compared(made: Made, node: Mapping[str, Any], value: Any, path: str) -> Iterator[Problem]:
    if value is None or (isinstance(value, str) and "«" in value):
        return  # Left out, or known to Azure alone.
    where = f"{path.lstrip('.') or 'The resource'} of {made.name} ({made.type})"
    if "known" in node:
        if not isinstance(value, dict):
            yield problem(made, "property-value", f"{where} takes an object, and is given {value!r}.")
            return
        yield from _members(made, node, value, path)
    elif "each" in node:
        items = list(value.values()) if isinstance(value, dict) and node.get("is") == "map" else value
        if not isinstance(items, list):
            yield problem(made, "property-value", f"{where} takes a list of values, and is given {value!r}.")
            return
        for item in items:
            yield from _compared(made, node["each"], item, f"{path}[]")
    elif not _fits(node, value):
        wanted = ", ".join(map(str, node["one"])) if "one" in node else node.get("is")
        yield problem(made, "property-value", f"{where} takes {wanted}{_bounds(node)}, and is given {value!r}.")


def _members(made: Made, node: Mapping[str, Any], value: Mapping[str, Any], path: str) -> Iterator[Problem]:
    inside = node.get("in", {})
    for key, given in value.items():
        place = f"{path}.{key}".lstrip(".")
        if key not in node["known"]:
            near = next((each for each in node["known"] if each.lower() == key.lower()), "")
            hint = f": it is written {near}" if near else ""
            yield problem(made, "property-unknown", f"{made.type} has no property {place} that can be set{hint}.")
        elif key in inside:
            yield from _compared(made, inside[key], given, f"{path}.{key}")
        elif given is not None:
            sentence = f"What {place} of {made.type} takes was compared with no model: run tools/azure-properties."
            yield problem(made, "property-unlisted", sentence)
    for key in node.get("needed", []):
        if value.get(key) is None and (path or key not in ASIDE):
            place = f"{path}.{key}".lstrip(".")
            yield problem(made, "property-missing", f"{made.name} ({made.type}) needs {place}.")


def _fits(node: Mapping[str, Any], value: Any) -> bool:
    if "one" in node:
        return value in node["one"]
    wanted = _TYPES.get(node.get("is", ""))
    if wanted and (not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool)):
        return False
    size = len(value) if isinstance(value, str) else value
    if isinstance(size, int) and not node.get("least", size) <= size <= node.get("most", size):
        return False
    return not ("like" in node and isinstance(value, str) and not re.search(node["like"], value))


def _bounds(node: Mapping[str, Any]) -> str:
    said = [f"{word} {node[key]}" for key, word in (("least", "from"), ("most", "up to"), ("like", "like")) if key in node]
    return f" ({', '.join(said)})" if said else ""
