"""Service Bus: each queue may be sent to and received from, and is made as the code counts on.

What a queue was made with is asked over the namespace's HTTP interface, which a key opens only with the claim Manage. Where
that is refused, what AMQP shows is told (sessions, and how long they are locked), and what it does not show is named. No
message is sent or taken: links are opened and closed, and the one to receive by asks for an empty session of our own.

Sources: learn.microsoft.com/rest/api/servicebus/get-queue, learn.microsoft.com/azure/service-bus-messaging/message-sessions.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import shlex
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fusion.adapters.azure.checkup.asking import SECONDS, ask, token, told
from fusion.adapters.azure.checkup.queues import Made, Needs, differences, read, wrong
from fusion.adapters.azure.cloud import fields
from fusion.adapters.azure.credentials import principal, signed_in
from fusion.adapters.azure.errors import first_line
from fusion.adapters.azure.roles import granted
from fusion.adapters.servicebus.connections import Connections
from fusion.adapters.servicebus.messages import meaning
from fusion.errors import FusionError, UserError
from fusion.ports import Priority
from fusion.ports.checkup import Told, mend, ready, skipped

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.servicebus.aio import ServiceBusClient

PART = "service bus"
SCOPE = "https://servicebus.azure.net/.default"
API = "2021-05"
SESSION = "fusion-doctor"
"""A session that no message belongs to."""
_OURS = "Azure Service Bus Data Owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What AMQP showed of a queue. None: it could not be seen."""

    sessions: bool | None = None
    lock: float | None = None
    """Seconds."""


async def queues(
    connection: str, needs: Iterable[Needs], *, management: str = "", credential: AsyncTokenCredential | None = None
) -> list[Told]:
    """`connection` as FUSION_SERVICEBUS has it. `management`: where the HTTP interface is, if not at the namespace's host."""
    found: list[Told] = []
    try:
        # As the hosts read it: a sentence about what it must look like.
        Connections[Priority](connection, {}, None, 1.0)
    except UserError as error:
        return [mend(PART, "queues", str(error))]
    parts = fields(connection)
    host = parts.get("endpoint", connection).removeprefix("sb://").removeprefix("https://").strip("/ ")
    emulated = parts.get("usedevelopmentemulator", "").lower() == "true"
    address = management or ("" if emulated else f"https://{host}")
    async with told(found, PART, "queues"), _opened(connection, parts, host, credential) as client:
        looks = (_looked(client, one, host, parts, address, credential) for one in needs)
        told_of = await asyncio.gather(*looks)
        found += [line for lines, _ in told_of for line in lines]
        if unseen := next((why for _, why in told_of if why), ""):
            found.append(_unseen(host, unseen))
    return found


async def _looked(
    client: ServiceBusClient,
    needs: Needs,
    host: str,
    parts: Mapping[str, str],
    address: str,
    credential: AsyncTokenCredential | None,
) -> tuple[list[Told], str]:
    """Lines about one queue, and why its properties could not be seen."""
    try:
        made, why = await _made(address, needs.name, host, parts, credential)
    except FusionError as error:
        made, why = None, str(error)
    tried = [await _sent(client, needs, host), await _received(client, needs, host)]
    if failed := list(dict.fromkeys(str(one) for one in tried if isinstance(one, FusionError))):
        missing = any(isinstance(one, UserError) and "has no queue" in str(one) for one in tried)
        return [mend(PART, needs.name, said, needs.creating(host) if missing else "") for said in failed], ""
    seen = next(one for one in tried if isinstance(one, _Seen))
    if made is None:
        if seen.sessions is (not needs.sessions):
            return [wrong(needs, host, [f"sessions {'off' if needs.sessions else 'on'}"], anew=True)], why
        lock = f", locked for {seen.lock:.0f} s" if seen.lock is not None else ""
        sessions = {True: "has sessions", False: "has no sessions", None: "whether it has sessions is not shown"}[seen.sessions]
        return [ready(PART, needs.name, f"Sends and receives; {sessions}{lock}.")], why
    return [differences(needs, made, host) or ready(PART, needs.name, f"Sends and receives; {made.told}.")], ""


def _unseen(host: str, why: str) -> Told:
    name = shlex.quote(host.partition(".")[0])
    group = (
        f'"$(az resource list --name {name} --resource-type Microsoft.ServiceBus/namespaces --query [0].resourceGroup'
        ' --output tsv)"'
    )
    columns = (
        "[].{name:name,sessions:requiresSession,duplicates:requiresDuplicateDetection,"
        "window:duplicateDetectionHistoryTimeWindow,lock:lockDuration,deliveries:maxDeliveryCount,"
        "ttl:defaultMessageTimeToLive,dead:deadLetteringOnMessageExpiration}"
    )
    return skipped(
        PART,
        "settings",
        f"Duplicate window, deliveries, time to live and dead-lettering cannot be seen from here ({why.rstrip('.')}); somebody"
        f" with the role Reader can, and so can {_OURS}.",
        f'az servicebus queue list --namespace-name {name} --resource-group {group} --query "{columns}" --output table',
    )


async def _made(
    address: str, queue: str, host: str, parts: Mapping[str, str], credential: AsyncTokenCredential | None
) -> tuple[Made | None, str]:
    """How the queue was made, or why nobody says. Raises UserError where there is no such queue."""
    if not address:
        return None, "an emulator's HTTP interface is elsewhere"
    target = f"https://{host}/{queue}"
    if "endpoint" in parts:
        authorization = parts.get("sharedaccesssignature") or _signature(
            target, parts.get("sharedaccesskeyname", ""), parts.get("sharedaccesskey", "")
        )
    else:
        authorization = f"Bearer {await token(SCOPE, credential)}"
    answer = await ask("GET", f"{address}/{quote(queue)}?api-version={API}", headers={"Authorization": authorization})
    if answer.status in (401, 403):
        return None, f"the namespace refuses to tell ({answer.status})"
    if answer.status == 200 and (made := read(answer.body)):
        return made, ""
    # Of a queue that is not there the service shows an empty list; AMQP says it better.
    return None, f"the namespace answered {answer.status}"


def _signature(target: str, name: str, key: str) -> str:
    """A shared access signature (learn.microsoft.com/rest/api/eventhub/generate-sas-token)."""
    until, resource = str(int(time.time()) + 300), quote(target, safe="")
    digest = hmac.digest(key.encode(), f"{resource}\n{until}".encode(), hashlib.sha256)
    return f"SharedAccessSignature sr={resource}&sig={quote(base64.b64encode(digest), safe='')}&se={until}&skn={name}"


async def _sent(client: ServiceBusClient, needs: Needs, host: str) -> FusionError | None:
    """Open a link to send by; why it did not open."""
    try:
        async with _permitted("servicebus-sender", "send to", needs, host), client.get_queue_sender(needs.name):
            return None
    except FusionError as error:
        return error


async def _received(client: ServiceBusClient, needs: Needs, host: str) -> FusionError | _Seen:
    """Ask for a session of our own, in which there is nothing to take; what that showed, or why it was refused.

    A queue without sessions refuses it, too, and says that this is why.
    """
    try:
        async with (
            _permitted("servicebus-receiver", "receive from", needs, host),
            client.get_queue_receiver(needs.name, session_id=SESSION) as receiver,
        ):
            if until := receiver.session.locked_until_utc:
                return _Seen(sessions=True, lock=until.timestamp() - time.time())
            # A link that is refused opens first, and the reason comes with the next frames.
            await receiver.receive_messages(max_message_count=1, max_wait_time=2)
            return _Seen()
    except _OfAnotherKind:
        return _Seen(sessions=False)
    except FusionError as error:
        return error


class _OfAnotherKind(FusionError):
    """The queue has no sessions, and was asked for one."""


@asynccontextmanager
async def _permitted(role: str, what: str, needs: Needs, host: str) -> AsyncIterator[None]:
    from azure.core.exceptions import AzureError, ClientAuthenticationError
    from azure.servicebus import exceptions as sdk

    try:
        async with asyncio.timeout(SECONDS):
            yield
    except (sdk.ServiceBusAuthenticationError, sdk.ServiceBusAuthorizationError) as error:
        raise UserError(
            f"This identity may not {what} the queue ({first_line(error)}): {granted(role, host, principal().object)}; a"
            " firewall of the namespace answers the same way."
        ) from None
    except ClientAuthenticationError as error:
        raise UserError(f"Nobody could sign in: {first_line(error)}.") from None
    except (AzureError, TimeoutError, OSError) as error:
        if "amqp:not-allowed" in str(error):
            raise _OfAnotherKind from None
        raise meaning(error, host=host, queue=needs.name, needs=needs.words) from None


@asynccontextmanager
async def _opened(
    connection: str, parts: Mapping[str, str], host: str, credential: AsyncTokenCredential | None
) -> AsyncIterator[ServiceBusClient]:
    from azure.servicebus.aio import ServiceBusClient

    if "endpoint" in parts:
        async with ServiceBusClient.from_connection_string(connection, retry_total=0) as client:
            yield client
        return
    own = signed_in() if credential is None else None
    shown: Any = own or credential
    try:
        async with ServiceBusClient(host, shown, retry_total=0) as client:
            yield client
    finally:
        if own is not None:
            await own.close()
