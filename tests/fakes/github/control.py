"""The person API over HTTP, for a fake in its own process: `POST /_fake/METHOD` with `{"args": [...], "kwargs": {...}}`."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from tests.fakes.github.server import FakeGitHub

PREFIX = "/_fake/"
METHODS = frozenset(
    [
        "add",
        "add_repository",
        "advance",
        "app",
        "archive",
        "belongs",
        "change",
        "close",
        "comment",
        "conversation",
        "create",
        "create_empty",
        "delete_branch",
        "delete_comment",
        "delete_fork",
        "delete_repository",
        "delete_user",
        "described",
        "dismiss_review",
        "diverge",
        "edit_comment",
        "estate",
        "fail",
        "install",
        "label",
        "merge",
        "merge_group",
        "open_issue",
        "open_pull",
        "organisation",
        "permit",
        "ping",
        "pull",
        "push",
        "react",
        "ready",
        "rebase",
        "recorded",
        "redeliver",
        "release",
        "remove_repository",
        "rename",
        "reopen",
        "reply",
        "rerequest",
        "resolve",
        "restrict",
        "review",
        "revoke",
        "settle",
        "sign_in",
        "suspend",
        "token",
        "turn_issue",
        "unacknowledged",
        "uninstall",
        "user",
        "webhook",
    ]
)


def plain(value: Any) -> Any:
    """What JSON can say of a result; of a thing with an id, its fields that are plain themselves."""
    if isinstance(value, datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kinds = (str, int, float, bool, type(None), dict)
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {
            name: one for name, one in fields.items() if isinstance(one, kinds) and (not isinstance(one, dict) or _flat(one))
        }
    if isinstance(value, list | tuple | set):
        return [plain(one) for one in value]
    return value


def _flat(value: dict[Any, Any]) -> bool:
    return all(isinstance(key, str) and isinstance(one, str | int) for key, one in value.items())


async def answer(github: FakeGitHub, request: Request, body: bytes) -> Response:
    """Call one of the fake's public methods; 400 with the reason when that raises."""
    name = request.url.path.removeprefix(PREFIX)
    if name not in METHODS:
        return JSONResponse({"error": f"There is no {name}; there are {', '.join(sorted(METHODS))}."}, 404)
    asked = json.loads(body) if body else {}
    arguments = dict(asked.get("kwargs", {}))
    positions = list(asked.get("args", []))
    if name == "add":
        positions[1:] = [Path(one) for one in positions[1:]]
    try:
        # On another thread: some wait for deliveries, which this loop sends.
        result = await asyncio.to_thread(getattr(github, name), *positions, **arguments)
    except (LookupError, ValueError, TypeError, TimeoutError, RuntimeError) as error:
        return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)
    return JSONResponse({"result": plain(result)})
