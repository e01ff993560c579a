"""A delivery, verified and reduced to a message for the queue.

The order is part of the promise: nothing of a body is interpreted before its signature holds, and nothing that a body says
raises anything but Malformed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import parse_qs

from fusion.events.errors import Malformed, TooLarge
from fusion.events.fields import Fields
from fusion.events.readers import Delivery, sender
from fusion.events.signature import verify
from fusion.events.table import reader
from fusion.intake import LIMIT
from fusion.model import (
    AnyEvent,
    CatchUp,
    CommentMade,
    Ignored,
    InstallationChanged,
    PullChanged,
    RerunAsked,
    ScansDue,
    ThreadChanged,
)
from fusion.ports.queue import Message, Priority

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_NAME = re.compile(r"[a-z0-9_]{1,64}")


def receive(
    secrets: Sequence[bytes],
    headers: Mapping[str, str],
    body: bytes,
    *,
    app_slug: str = "",
    app_id: int = 0,
) -> Message | Ignored:
    """The message to enqueue for a delivery of GitHub, or why there is none. Names of headers are case-insensitive.

    `app_slug` and `app_id` say who we are: what our own App did and the checks of other Apps are ignored. Without them,
    mentions are not understood, and events of our own are not told apart.

    Raises TooLarge (above 25 MB), Unsigned, and Malformed for everything that a signed delivery can get wrong.
    """
    if len(body) > LIMIT:
        raise TooLarge(f"The delivery has {len(body):,} bytes; at most {LIMIT:,} are taken.")
    given = {name.lower(): value for name, value in headers.items()}
    verify(secrets, given.get("x-hub-signature-256"), body)
    id, event = given.get("x-github-delivery", ""), given.get("x-github-event", "")
    if not _ID.fullmatch(id):
        raise Malformed("The X-GitHub-Delivery header is not an id: at most 128 letters, digits, dots, colons and hyphens.")
    if not _NAME.fullmatch(event):
        raise Malformed("The X-GitHub-Event header is not the name of an event.")
    payload = Fields(_decoded(given.get("content-type", ""), body))
    action = payload.name_or_empty("action")
    found = reader(event, action)
    if isinstance(found, str):
        return _ignored(event, action, found)
    delivery = Delivery(id=id, event=event, action=action, payload=payload, app_slug=app_slug, app_id=app_id)
    if app_slug and sender(payload).login.lower() == f"{app_slug}[bot]".lower():
        return _ignored(event, action, "Fusion did it itself")
    read = found(delivery)
    return _ignored(event, action, read.reason) if isinstance(read, Ignored) else message(read)


def message(event: AnyEvent, *, id: str = "") -> Message:
    """The message that carries an event; its `id` is the delivery's unless another is given."""
    return Message(
        id=id or event.delivery, session=_session(event), priority=_priority(event), body=event.model_dump(mode="json")
    )


def _session(event: AnyEvent) -> str:
    """What must not be worked on twice at once: the pull request, else the repository or the installation."""
    match event:
        case PullChanged():
            return f"{event.pull.repository}#{event.pull.number}"
        case CommentMade() | ThreadChanged():
            return f"{event.repository}#{event.number}"
        case RerunAsked(numbers=(number,)):
            return f"{event.repository}#{number}"
        case InstallationChanged():
            return f"installation:{event.installation}"
        case CatchUp():
            return event.repository or "catch-up"
        case ScansDue():
            return "scans"
        case _:
            return event.repository


def _priority(event: AnyEvent) -> Priority:
    """A person who waits for an answer comes first; what a timer found comes last."""
    match event:
        case CommentMade() | ThreadChanged() | RerunAsked():
            return Priority.COMMAND
        case CatchUp() | ScansDue():
            return Priority.SCHEDULED
        case _:
            return Priority.EVENT


def _ignored(event: str, action: str, reason: str) -> Ignored:
    known = f"{event} {action}" if re.fullmatch(_NAME, action) else event
    return Ignored(f"{known}: {reason}")


def _decoded(content_type: str, body: bytes) -> Mapping[str, Any]:
    """The object in a body, by the two content types that GitHub offers. Of a key that comes twice, the last one counts."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        text = _utf8(body)
    elif kind == "application/x-www-form-urlencoded":
        text = _payload(body)
    else:
        raise Malformed("The delivery is neither application/json nor application/x-www-form-urlencoded: choose one on GitHub.")
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed("The body of the delivery is not JSON.") from None
    if not isinstance(value, dict):
        raise Malformed("The body of the delivery is JSON, but not an object.")
    return value


def _utf8(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("The body of the delivery is not UTF-8.") from None


def _payload(body: bytes) -> str:
    """The form field `payload`, which is all that GitHub sends."""
    try:
        fields = parse_qs(body.decode("ascii"), errors="strict", max_num_fields=1, strict_parsing=True)
    except ValueError:
        fields = {}
    if "payload" not in fields:
        raise Malformed("The body of the delivery is not a form with the field `payload` alone.")
    return fields["payload"][0]


def _no_constant(_: str) -> NoReturn:
    """NaN and Infinity, which Python reads, are not JSON (RFC 8259)."""
    raise ValueError
