"""Starts over HTTP, sans-I/O: the body of a request -> what to review, or why not.

    {"repository": "owner/name", "number": 12}              a pull request; "base" and "head" SHAs make the run's id exact
    {"patch": "diff --git a/..."}                           a patch, reviewed by itself

`attempt` (default 1) asks for another run of the same thing. Folders of the host cannot be named: nobody who may start a
review may read the host's disk with it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from pydantic import Field, ValidationError

from fusion.errors import UserError
from fusion.model import Record, Request, RequestKind

LIMIT = 25 * 1024 * 1024
"""Largest body in bytes, as for GitHub's webhooks."""
REPOSITORY = r"[\w-]+/\.?[\w-][\w.-]*"
"""Owner and name as GitHub knows them; never `.` or `..`, which would lead to another address of its API."""


class Start(Record):
    """The body of a start."""

    repository: str = Field(default="", pattern=rf"^({REPOSITORY})?$")
    number: int = Field(default=0, ge=0)
    base: str = Field(default="", pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})?$")
    head: str = Field(default="", pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})?$")
    patch: str = ""
    attempt: int = Field(default=1, ge=1, le=1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A request that can be started; `patch` is to be put into Blobs and its digest into the request."""

    request: Request
    patch: bytes | None = None


def parse_start(body: bytes) -> Accepted:
    """What a body asks for. Raises UserError with one sentence (HTTP 400)."""
    if len(body) > LIMIT:
        raise UserError(f"The body has {len(body):,} bytes; at most {LIMIT:,} are taken.")
    try:
        start = Start.model_validate(json.loads(body))
    except (ValueError, RecursionError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        where = ".".join(str(part) for part in first["loc"]) if first else ""
        raise UserError(f"The body is not a start: {where + ': ' + first['msg'] if first else 'it is not JSON'}.") from None
    if bool(start.patch) == bool(start.repository and start.number):
        raise UserError("Name a pull request by repository and number, or give a patch; one of the two.")
    if start.patch:
        request = Request(kind=RequestKind.PATCH, attempt=start.attempt, actor="http")
        return Accepted(request=request, patch=start.patch.encode())
    return Accepted(
        request=Request(
            kind=RequestKind.PULL,
            repository=start.repository,
            number=start.number,
            base=start.base,
            head=start.head,
            attempt=start.attempt,
            actor="http",
        )
    )
