"""Webhook deliveries as GitHub makes them: signed, with headers; and GitHub's own example payloads."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fusion.events import sign

SECRET = b"a-secret-of-some-length"
EXAMPLES = Path(__file__).parents[1] / "node" / "node_modules" / "@octokit" / "webhooks-examples"


def delivery(
    event: str, payload: Any, *, id: str = "72d3162e-cc78-11e3-81ab-4c9367dc0958", secret: bytes = SECRET, form: bool = False
) -> tuple[dict[str, str], bytes]:
    """Headers and body of a delivery; `payload` is JSON's value, or bytes to send as they are."""
    text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    body = urlencode({"payload": text}).encode() if form else text
    return {
        "User-Agent": "GitHub-Hookshot/044aadd",
        "Content-Type": "application/x-www-form-urlencoded" if form else "application/json",
        "X-GitHub-Delivery": id,
        "X-GitHub-Event": event,
        "X-Hub-Signature-256": sign(secret, body),
    }, body


@cache
def _catalogue(server: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(json.loads((EXAMPLES / server / "index.json").read_text(encoding="utf-8")))


def servers() -> list[str]:
    """The servers that there are examples of: github.com and Enterprise Servers."""
    return sorted(path.parent.name for path in EXAMPLES.glob("*/index.json"))


def examples(server: str = "api.github.com") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(event, payload) of every example of a server; not to be changed."""
    for entry in _catalogue(server):
        for payload in entry["examples"]:
            yield entry["name"], payload


def example(event: str, action: str | None = None, /, **changed: Any) -> dict[str, Any]:
    """A copy of the first example of an event and action, with fields replaced: `pull_request__number=0` reaches down."""
    payload: dict[str, Any] = copy.deepcopy(
        next(dict(payload) for name, payload in examples() if name == event and payload.get("action") == action)
    )
    for path, value in changed.items():
        *above, last = path.split("__")
        target = payload
        for name in above:
            target = target[name]
        target[last] = value
    return payload
