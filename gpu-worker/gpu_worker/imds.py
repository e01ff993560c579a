"""Spot evictions, as Azure's Instance Metadata Service tells them to a virtual machine.

`GET /metadata/scheduledevents` lists what will happen to the machine; a `Preempt` comes thirty seconds ahead at best. It is
answered with `StartRequests` once nothing is held any more, so that Azure need not wait. Where there is no such service
(Container Apps, another cloud, a desk), nothing is heard and nothing is said.

Source: learn.microsoft.com/azure/virtual-machines/linux/scheduled-events.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from gpu_worker.drain import Drain

ADDRESS = "http://169.254.169.254"
"""The service's address, the same on every machine; it never leaves the host."""
VERSION = "2020-07-01"
ENDINGS = frozenset({"Preempt", "Terminate", "Redeploy"})
"""Events after which this machine's memory is gone. A `Reboot` announces itself by SIGTERM, and a `Freeze` lasts seconds."""
NOTICE = 30.0
"""Seconds that a preemption leaves where the event does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A scheduled event that ends this machine."""

    id: str
    kind: str
    not_before: datetime | None
    """None: it has begun, or the service did not say."""

    def left(self, now: datetime) -> float:
        """Seconds until it may happen."""
        return NOTICE if self.not_before is None else max((self.not_before - now).total_seconds(), 0.0)


def endings(document: Any, *, machine: str = "") -> Sequence[Event]:
    """The events of an answer that end this machine (`machine`: its name; empty: whichever). What is no event is none."""
    events = document.get("Events") if isinstance(document, dict) else None
    found = []
    for each in events if isinstance(events, list) else ():
        if not isinstance(each, dict) or each.get("EventType") not in ENDINGS or not isinstance(each.get("EventId"), str):
            continue
        resources = each.get("Resources")
        if machine and isinstance(resources, list) and resources and machine not in resources:
            continue
        found.append(Event(id=each["EventId"], kind=str(each["EventType"]), not_before=_moment(each.get("NotBefore"))))
    return found


class Watch:
    """Asks every `every` seconds and begins the drain when the machine goes. `machine`: its name among those of its set."""

    def __init__(self, drain: Drain, *, address: str = ADDRESS, machine: str = "", every: float = 1.0) -> None:
        self._drain = drain
        self._address = f"{address}/metadata/scheduledevents?api-version={VERSION}"
        self._machine = machine
        self._every = every
        self._heard: list[str] = []

    async def run(self) -> None:
        """Until it is cancelled, or there proves to be no such service."""
        # No proxy: the service is link-local and refuses requests that were forwarded.
        async with httpx.AsyncClient(trust_env=False, timeout=5.0, headers={"Metadata": "true"}) as client:
            silent = 0
            while not self._drain.begun:
                try:
                    answer = await client.get(self._address)
                    document = answer.json() if answer.status_code == 200 else None
                except (httpx.HTTPError, ValueError):
                    document = None
                silent = 0 if document is not None else silent + 1
                if silent > 3 and not self._heard:
                    # The first answer can take two minutes, for the service is switched on by being asked.
                    await asyncio.sleep(min(self._every * 30, 30.0))
                for event in endings(document, machine=self._machine):
                    self._heard.append(event.id)
                    self._drain.begin(event.kind, within=event.left(datetime.now(UTC)))
                if not self._drain.begun:
                    await asyncio.sleep(self._every)

    async def acknowledge(self) -> None:
        """Say that the machine may go: nothing is held any more. No error when nobody listens."""
        if not self._heard:
            return
        body = {"StartRequests": [{"EventId": id} for id in dict.fromkeys(self._heard)]}
        async with httpx.AsyncClient(trust_env=False, timeout=2.0, headers={"Metadata": "true"}) as client:
            with contextlib.suppress(httpx.HTTPError):
                await client.post(self._address, json=body)


def _moment(text: Any) -> datetime | None:
    """`Mon, 19 Sep 2016 18:29:47 GMT`, as the service writes it; empty once the event has begun."""
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
