"""A delivery of GitHub over HTTP: what every host does with one, and what it answers.

202 it is kept; 200 nothing is asked of Fusion, and why; 401 it is not signed with the secret; 400 it is no delivery; 413 it is
too large; 503 it cannot be kept now, and GitHub's list of failed deliveries brings it back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fusion import events
from fusion.errors import FusionError
from fusion.model import Ignored
from fusion.ports import Queue
from fusion.ports.telemetry import OFF, Telemetry
from fusion.telemetry.context import here, root, step

log = logging.getLogger("fusion.deliveries")

AGAIN = {"Retry-After": "30"}
"""Headers of a 503."""
PATIENCE = 8.0
"""Seconds that the queue has to keep a delivery. GitHub waits for ten, and does not hear what is answered later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer: status, a flat JSON object whose `answer` is one word for metrics, headers beside the content type."""

    status: int
    body: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)


def refused(error: events.TooLarge | events.Unsigned | events.Malformed) -> Answer:
    """The answer to what is no delivery of ours."""
    status = {events.TooLarge: 413, events.Unsigned: 401}.get(type(error), 400)
    return Answer(status=status, body={"answer": "refused", "error": str(error)})


def unavailable(why: str) -> Answer:
    """The answer where deliveries cannot be kept now."""
    return Answer(status=503, body={"answer": "failed", "error": why}, headers=AGAIN)


async def take(
    secrets: Sequence[bytes],
    headers: Mapping[str, str],
    body: bytes,
    *,
    queue: Queue,
    app_slug: str = "",
    app_id: int = 0,
    patience: float = PATIENCE,
    telemetry: Telemetry = OFF,
    received: datetime | None = None,
) -> Answer:
    """Verify a delivery, keep it durably in the queue, and only then say so. See `fusion.events.receive` for the arguments.

    `received`: when it came, for whoever wants to know how long its review took.
    Its trace begins here, with what GitHub has signed: what is refused or asks for nothing leaves none.
    """
    try:
        accepted = events.receive(secrets, headers, body, app_slug=app_slug, app_id=app_id)
    except (events.TooLarge, events.Unsigned, events.Malformed) as error:
        log.warning("a delivery is refused: %s", error)
        return refused(error)
    if isinstance(accepted, Ignored):
        log.debug("ignored: %s", accepted.reason)
        return Answer(status=200, body={"answer": "ignored", "reason": accepted.reason})
    if received is not None:
        accepted = accepted.model_copy(update={"body": {**accepted.body, "received": received.isoformat()}})
    attributes = {"fusion.delivery": accepted.id, "fusion.event": str(accepted.body["kind"]), "http.request.method": "POST"}
    with step(telemetry.tracer, "webhook", kind="server", own=root(accepted.id), attributes=attributes) as span:
        try:
            async with asyncio.timeout(patience):
                await queue.send(accepted.model_copy(update={"trace": here()}))
        except (FusionError, TimeoutError) as error:
            log.error("a delivery cannot be kept: %s", str(error) or f"the queue did not answer within {patience:g} s")
            span.fail(type(error).__name__)
            return unavailable("The delivery cannot be kept now; deliver it again.")
    return Answer(status=202, body={"answer": "accepted", "delivery": accepted.id})
