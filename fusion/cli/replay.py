"""`fusion replay`: feed a recorded delivery to the bot."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fusion.cli import Exit, app, say, work
from fusion.errors import Conflict, UserError

if TYPE_CHECKING:
    from fusion.model import Ignored
    from fusion.ports import Message, Store
    from fusion.settings import Settings


@app.command(short_help="Feed a recorded delivery to the bot.")
def replay(
    file: Annotated[
        Path, typer.Argument(help="A delivery as GitHub's API returns it (GET /app/hook/deliveries/ID), or its payload alone.")
    ],
    event: Annotated[
        str, typer.Option("--event", help="The event's name, for a payload alone: pull_request, issue_comment...")
    ] = "",
) -> None:
    """Enqueue a recorded delivery again, for a bot that is running or will be. Each replay counts as a delivery of its own."""
    from fusion import runtime, settings
    from fusion.model import Ignored

    configured = settings.read(os.environ)
    id, name, payload = _recorded(file, event)
    found = _message(id, name, payload)
    if isinstance(found, Ignored):
        say(f"Nothing is enqueued: {found.reason}.")
        raise typer.Exit(Exit.FINE)

    async def send() -> str:
        async with runtime.records(configured) as (store, _):
            number = await _count(store, configured, id)
        # What starts once per delivery starts again: the event must say that it is another one.
        again = found.model_copy(update={"id": f"{id}/r{number}", "body": {**found.body, "delivery": f"{id}.r{number}"}})
        async with runtime.queue(configured) as queue:
            await queue.send(again)
        return again.id

    sent = work(send())
    # A queue that no bot looks at takes messages, too: say which it is.
    place = "in Service Bus" if configured.servicebus else f"in {configured.home}"
    say(f"Enqueued as {sent} for {found.session}, {place}; a bot that runs there takes it at once.")


def _recorded(file: Path, event: str) -> tuple[str, str, dict[str, Any]]:
    """Delivery id, event and payload of a file. Raises UserError."""
    import hashlib
    import json

    from fusion.intake import LIMIT

    try:
        if file.stat().st_size > 2 * LIMIT:
            raise UserError(f"{file} is larger than any delivery.")
        data = file.read_bytes()
        value = json.loads(data)
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        raise UserError(f"{file} is not JSON.") from None
    request = value.get("request") if isinstance(value, dict) else None
    if isinstance(request, dict) and isinstance(request.get("payload"), dict):
        return str(value.get("guid", "")), event or str(value.get("event", "")), request["payload"]
    if not isinstance(value, dict):
        raise UserError(f"{file} holds no delivery: it is JSON, but not an object.")
    if not event:
        raise UserError(f"{file} holds a payload alone: name its event with --event, such as --event pull_request.")
    return hashlib.sha256(data).hexdigest()[:32], event, value


def _message(id: str, event: str, payload: dict[str, Any]) -> Message | Ignored:
    """What the delivery asks for. It is ours to trust, so it is signed here: one way in for all."""
    import json
    import secrets

    from fusion import events

    key = secrets.token_bytes(32)
    body = json.dumps(payload).encode()
    headers = {
        "x-github-delivery": id,
        "x-github-event": event,
        "x-hub-signature-256": events.sign(key, body),
        "content-type": "application/json",
    }
    return events.receive([key], headers, body)


async def _count(store: Store, configured: Settings, id: str) -> int:
    """How many times the delivery was replayed, this time included."""
    from fusion.ports import Key

    key = Key(tenant=configured.tenant, scope="deliveries", kind="replay", id=id)
    for _ in range(5):
        stored = await store.get(key)
        number = (stored.value["number"] if stored else 0) + 1
        try:
            await store.put(key, {"number": number}, etag=stored.etag if stored else None)
        except Conflict:
            continue
        return number
    raise Conflict(f"The delivery {id} is replayed by others at the same time; try again.")
