"""How a message travels over Azure Service Bus, and what the service's errors mean. Pure: no connection is made here.

The body is the whole Message as JSON, so that whoever receives it without this adapter (a Functions trigger) reads it with
`Message.model_validate(json.loads(body))`. Application properties hold what a copy made by `defer` carries on: how often it was
delivered before, how often it was given back, and when it was first enqueued. So they do the trace, under the name that other
programs on the bus know; a Fusion from before it does not read it and is not disturbed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ValidationError

from fusion.adapters.azure.credentials import principal
from fusion.adapters.azure.errors import first_line, silence
from fusion.adapters.azure.roles import granted
from fusion.adapters.deliveries import TOO_OFTEN
from fusion.errors import FusionError, PermanentError, TransientError, UserError
from fusion.ports import DeadLetter, Message

if TYPE_CHECKING:
    from azure.servicebus import ServiceBusMessage, ServiceBusReceivedMessage

ATTEMPTS = "fusion-attempts"
"""Application property: deliveries of the copies before this one."""
DEFERRALS = "fusion-deferrals"
"""Application property: how many copies were before this one."""
ENQUEUED = "fusion-enqueued"
"""Application property: when the first of the copies was enqueued (ISO 8601)."""
TRACE = "traceparent"
"""Application property: the trace that the message belongs to (W3C Trace Context)."""
LONGEST_ID = 128
"""Characters that Service Bus takes for a message id and for a session id."""
LONGEST_REASON = 4_000
"""Characters of a dead letter's reason and of its description; Service Bus takes 4,096."""
SETTING = "FUSION_SERVICEBUS"

_ATTEMPT = re.compile(r" \[attempt ([0-9]{1,6})\]\Z")
_EXHAUSTED = re.compile(r"after ([0-9]{1,6}) delivery attempts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What a message on the wire says beside its body."""

    attempts: int = 0
    deferrals: int = 0
    enqueued: datetime
    deliveries: int = 0
    """Of this copy, before the present one."""

    @property
    def attempt(self) -> int:
        """Which delivery of the message the present one is, from 1."""
        return self.attempts + self.deliveries + 1


def outgoing(
    message: Message, *, id: str | None = None, properties: Mapping[str | bytes, Any] | None = None
) -> ServiceBusMessage:
    """The message for the SDK. Raises ValueError or TypeError when its body is no JSON."""
    from azure.servicebus import ServiceBusMessage

    return ServiceBusMessage(
        _body(message),
        message_id=fitting(id or message.id),
        session_id=fitting(message.session),
        content_type="application/json",
        subject=str(message.priority),
        application_properties={**({TRACE: message.trace} if message.trace else {}), **(properties or {})},
    )


def _body(message: Message) -> bytes:
    value = message.model_dump(exclude={"trace"})
    try:
        return json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        # Half a surrogate pair has an escape in JSON and no place in UTF-8.
        return json.dumps(value, allow_nan=False).encode()


def copy_id(message: Message, deferrals: int) -> str:
    """Id of the copy that takes a message's place when it is given back for the nth time.

    Duplicate detection lets it in, and drops it when it was made before: giving back the same delivery twice (after a crash
    between the two steps) leaves one copy.
    """
    suffix = f"/a{deferrals}"
    return fitting(message.id, LONGEST_ID - len(suffix)) + suffix


def fitting(text: str, longest: int = LONGEST_ID) -> str:
    """The text, or what stands for it where Service Bus takes no more characters."""
    if len(text) <= longest:
        return text
    mark = hashlib.sha256(text.encode()).hexdigest()[:40]
    return f"{text[: longest - 41]}~{mark}"


class OnTheWire(Protocol):
    """What is read of a message: the SDK's, and whatever else is shaped so."""

    @property
    def body(self) -> Any:
        """Parts of its bytes."""
        ...

    @property
    def application_properties(self) -> Mapping[Any, Any] | None:
        """Names and values; names may be bytes."""
        ...

    @property
    def enqueued_time_utc(self) -> datetime | None:
        """When it came into the queue."""
        ...

    @property
    def delivery_count(self) -> int | None:
        """Deliveries before the present one."""
        ...


def incoming(received: OnTheWire) -> Message | None:
    """The message in a body, or None when somebody else wrote it."""
    try:
        message = Message.model_validate(json.loads(b"".join(received.body)))
    except (ValidationError, TypeError, ValueError, RecursionError):
        return None
    trace = _properties(received).get(TRACE)
    return message.model_copy(update={"trace": _text(trace)}) if isinstance(trace, str | bytes) else message


def _properties(received: OnTheWire) -> dict[str, Any]:
    return {_text(name): value for name, value in (received.application_properties or {}).items()}


def arrived(received: OnTheWire) -> Arrived:
    """What came beside the body. Properties of other kinds than ours count as none."""
    found = _properties(received)

    def number(name: str) -> int:
        value = found.get(name)
        return value if isinstance(value, int) and value > 0 else 0

    return Arrived(
        attempts=number(ATTEMPTS),
        deferrals=number(DEFERRALS),
        enqueued=_moment(found.get(ENQUEUED)) or received.enqueued_time_utc or datetime.fromtimestamp(0, UTC),
        deliveries=received.delivery_count or 0,
    )


def buried(detail: str, attempt: int) -> str:
    """The description of a dead letter. Service Bus counts no delivery that ended, so that it says itself which it was."""
    mark = f" [attempt {attempt}]"
    return detail[: LONGEST_REASON - len(mark)] + mark


def dead_letter(received: ServiceBusReceivedMessage) -> DeadLetter:
    """A dead letter as it was peeked at; also one that somebody else's program sent."""
    message = incoming(received)
    beside = arrived(received)
    detail = received.dead_letter_error_description or ""
    marked, exhausted = _ATTEMPT.search(detail), _EXHAUSTED.search(detail)
    if marked:
        attempts, detail = int(marked[1]), detail[: marked.start()]
    elif exhausted and received.dead_letter_reason == TOO_OFTEN:
        attempts = beside.attempts + int(exhausted[1])
    else:
        attempts = beside.attempts + beside.deliveries
    return DeadLetter(
        message=message or Message(id=received.message_id or "", session=received.session_id or "", body={}),
        reason=received.dead_letter_reason or "",
        detail=detail,
        attempts=attempts,
        at=received.enqueued_time_utc or beside.enqueued,
    )


def meaning(error: Exception, *, host: str, queue: str, needs: str = "with sessions and duplicate detection") -> FusionError:
    """What an error of the SDK means to whoever must act."""
    from azure.core.exceptions import ClientAuthenticationError
    from azure.servicebus import exceptions as sdk

    at = f"Service Bus at {host}"
    said, who = first_line(error, 300), principal().object
    if isinstance(error, sdk.MessagingEntityNotFoundError):
        return UserError(f"{at} has no queue {queue!r}: create it, {needs}, or mend {SETTING}.")
    if isinstance(error, ClientAuthenticationError | sdk.ServiceBusAuthenticationError | sdk.ServiceBusAuthorizationError):
        return UserError(
            f"{at} lets nobody in with these credentials ({said}): {granted('servicebus-sender', host, who)}, and"
            f" {granted('servicebus-receiver', host, who)}, or mend the connection string in {SETTING}."
        )
    if isinstance(error, sdk.MessageSizeExceededError):
        return PermanentError(f"A message is larger than the queue {queue!r} at {host} takes.")
    if "amqp:not-allowed" in str(error):
        return UserError(f"{at} does not let the queue {queue!r} be used as Fusion does ({said}): create it anew, {needs}.")
    if isinstance(error, sdk.ServiceBusError | TimeoutError | OSError):
        return TransientError(f"{at} cannot serve the queue {queue!r} now ({silence(error, SETTING) or said}).")
    return PermanentError(f"{at}: {type(error).__name__}: {said}.")


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
