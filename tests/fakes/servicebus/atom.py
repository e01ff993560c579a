"""The HTTP interface of a Service Bus namespace: how its queues were made, as an Atom entry each.

    async with listening(atom(bus)) as (asked, address):
        ...  # GET ADDRESS/QUEUE?api-version=2021-05

`status`: of every answer, where the namespace refuses. Of a queue that is not there the service shows an empty list.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.fakes.scripted_http import Asked, reply
from tests.fakes.servicebus.bus import ServiceBus
from tests.fakes.servicebus.queues import QueueOptions

_ENDLESS = "P10675199DT2H48M5.4775807S"
_FEED = '<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Publicly Listed Services</title></feed>'


def atom(bus: ServiceBus, *, status: int = 200) -> Callable[[Asked], bytes]:
    """What answers each request. It takes a shared access signature or a bearer token, and checks neither."""

    def answer(asked: Asked) -> bytes:
        path, _, query = asked.target.partition("?")
        signed = asked.headers.get("authorization", "").startswith(("SharedAccessSignature sr=", "Bearer "))
        if status != 200 or not signed or query != "api-version=2021-05":
            return reply(status if status != 200 else 401, b"<Error><Code>401</Code></Error>")
        queue = bus.broker.queues.get(path.strip("/").lower())
        return reply(200, (_entry(queue.name, queue.options) if queue else _FEED).encode())

    return answer


def _entry(name: str, options: QueueOptions) -> str:
    values = {
        "LockDuration": _duration(options.lock_seconds),
        "RequiresDuplicateDetection": str(options.duplicate_window > 0).lower(),
        "RequiresSession": str(options.sessions).lower(),
        "DefaultMessageTimeToLive": _duration(options.ttl) if options.ttl else _ENDLESS,
        "DeadLetteringOnMessageExpiration": str(options.dead_letter_expired).lower(),
        "DuplicateDetectionHistoryTimeWindow": _duration(options.duplicate_window or 600),
        "MaxDeliveryCount": str(options.max_deliveries),
        "Status": "Active",
        "EnablePartitioning": "false",
    }
    told = "".join(f"<{key}>{value}</{key}>" for key, value in values.items())
    described = f'<QueueDescription xmlns="http://schemas.microsoft.com/netservices/2010/10/servicebus/connect">{told}'
    return (
        f'<entry xmlns="http://www.w3.org/2005/Atom"><title type="text">{name}</title>'
        f'<content type="application/xml">{described}</QueueDescription></content></entry>'
    )


def _duration(seconds: float) -> str:
    span = timedelta(seconds=seconds)
    return f"P{span.days}DT{span.seconds}S"
