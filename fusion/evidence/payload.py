"""Read a tool's JSON as hostile input: every field is checked, and a surprise is `Unreadable`, never a traceback."""

from __future__ import annotations

import json
from typing import Any

from fusion.evidence.analyzer import Unreadable


def document(data: bytes, tool: str) -> Any:
    """The JSON value that a tool printed. Raises Unreadable when it is not JSON."""
    try:
        return json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{tool} printed something that is not JSON") from error


def documents(data: bytes, tool: str) -> list[dict[str, Any]]:
    """A JSON array of objects. Raises Unreadable when it is anything else."""
    value = document(data, tool)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Unreadable(f"{tool} printed JSON that is not a list of objects")
    return value


def lines(data: bytes, tool: str) -> list[dict[str, Any]]:
    """One JSON object per line. Raises Unreadable when a line is anything else."""
    values = [document(line, tool) for line in data.split(b"\n") if line.strip()]
    if not all(isinstance(item, dict) for item in values):
        raise Unreadable(f"{tool} printed a line that is not an object")
    return values


def objects(found: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The list of objects at `key`. Raises Unreadable."""
    value = found.get(key)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Unreadable(f"the tool's `{key}` is not a list of objects")
    return value


def mapping(found: dict[str, Any], key: str) -> dict[str, Any]:
    """The object at `key`. Raises Unreadable."""
    value = found.get(key)
    if not isinstance(value, dict):
        raise Unreadable(f"the tool's `{key}` is not an object")
    return value


def text(found: dict[str, Any], key: str) -> str:
    """The string at `key`. Raises Unreadable."""
    value = found.get(key)
    if not isinstance(value, str):
        raise Unreadable(f"the tool's `{key}` is not a string")
    return value


def integer(found: dict[str, Any], key: str) -> int:
    """The whole number at `key`, zero or more. Raises Unreadable."""
    value = found.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Unreadable(f"the tool's `{key}` is not a line or column number")
    return value
