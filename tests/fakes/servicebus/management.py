"""The request-response nodes: `$cbs` takes any token, `<queue>/$management` renews, peeks, schedules and settles.

Source: "AMQP 1.0 in Azure Service Bus: request-response-based operations", as the azure-servicebus SDK speaks it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from tests.fakes.servicebus.broker import CBS, MANAGEMENT, Broker
from tests.fakes.servicebus.messages import APPLICATION, PROPERTIES, Kept, State, sections
from tests.fakes.servicebus.queues import Queue, Refused
from tests.fakes.servicebus.values import Array, Described, Int, Malformed, Timestamp, ULong, encode

VALUE = 0x77


def answer(broker: Broker, path: str, raw: bytes) -> bytes:
    """The encoded reply to an encoded request. Raises Malformed or Dropped."""
    found = {code: value for code, value, _ in sections(raw)}
    properties, application = found.get(PROPERTIES), found.get(APPLICATION)
    if not isinstance(properties, list) or not properties or not isinstance(application, dict):
        raise Malformed("a request has neither id nor operation")
    if path == CBS:
        return _reply(properties[0], {"status-code": Int(202), "status-description": "Accepted"}, None)
    body = found.get(VALUE)
    try:
        result = _run(
            broker, path.removesuffix(MANAGEMENT), application.get("operation"), body if isinstance(body, dict) else {}
        )
    except Refused as refused:
        status = {"statusCode": Int(_status(refused.condition)), "errorCondition": refused.condition}
        return _reply(properties[0], status | {"statusDescription": refused.description}, None)
    except (KeyError, TypeError, ValueError) as error:
        raise Malformed(f"a request lacks what its operation needs: {error}") from None
    empty = result is None
    status = {"statusCode": Int(204 if empty else 200), "statusDescription": "No Content" if empty else "OK"}
    return _reply(properties[0], status, result)


def _reply(correlation: Any, application: dict[str, Any], body: Any) -> bytes:
    properties = [None, None, None, None, None, correlation]
    parts = ((PROPERTIES, properties), (APPLICATION, application), (VALUE, body))
    return b"".join(encode(Described(ULong(code), value)) for code, value in parts)


def _status(condition: str) -> int:
    statuses = {"amqp:not-found": 404, "com.microsoft:message-not-found": 404, "amqp:not-implemented": 501}
    if condition.endswith("-lock-lost"):
        return 410
    return statuses.get(condition, 503 if condition == "com.microsoft:server-busy" else 400)


def _run(broker: Broker, path: str, operation: Any, body: dict[Any, Any]) -> Any:
    name = str(operation).removeprefix("com.microsoft:")
    broker.knows(path)
    broker.fault(path, name)
    if name == "schedule-message":
        numbers = [number for each in body["messages"] for number in broker.accept(path, bytes(each["message"]))]
        return {"sequence-numbers": Array(numbers)}
    if (handler := _OPERATIONS.get(name)) is None:
        raise Refused("amqp:not-implemented", f"The emulator has no operation '{name}'.")
    return handler(broker.queue(path), body, broker.clock())


def _renew_lock(queue: Queue, body: dict[Any, Any], now: float) -> Any:
    held = [queue.held(token, now) for token in _tokens(body)]
    return {"expirations": Array(_stamp(queue.renew(message, now)) for message in held)}


def _update_disposition(queue: Queue, body: dict[Any, Any], now: float) -> Any:
    for message in [queue.held(token, now) for token in _tokens(body)]:
        queue.settle(message, str(body["disposition-status"]), now, body)
    return {}


def _peek(queue: Queue, body: dict[Any, Any], now: float) -> Any:
    session = body.get("session-id")
    found = [
        each
        for each in queue.messages.values()
        if each.sequence >= body["from-sequence-number"] and session in (None, each.session)
    ]
    return _pack(found[: int(body["message-count"])])


def _receive_by_number(queue: Queue, body: dict[Any, Any], now: float) -> Any:
    found = [queue.messages.get(int(number)) for number in body["sequence-numbers"]]
    deferred = [each for each in found if each and each.state is State.DEFERRED]
    if len(deferred) != len(found):
        raise Refused("com.microsoft:message-not-found", "There is no deferred message of that number.")
    for message in deferred:
        queue.lock(message, now)
    packed = _pack(deferred)
    if body.get("receiver-settle-mode") == 0:
        for message in deferred:
            queue.complete(message)
    return packed


def _pack(messages: list[Kept]) -> Any:
    if not messages:
        return None
    return {"messages": [{"message": each.write(), "lock-token": each.token or UUID(int=0)} for each in messages]}


def _cancel_scheduled(queue: Queue, body: dict[Any, Any], now: float) -> Any:
    for number in body["sequence-numbers"]:
        message = queue.messages.get(int(number))
        if message is None or message.state is not State.SCHEDULED:
            raise Refused("com.microsoft:message-not-found", f"There is no scheduled message {number}.")
        queue.complete(message)
    return {}


def _renew_session_lock(queue: Queue, body: dict[Any, Any], now: float) -> Any:
    return {"expiration": _stamp(queue.renew_session(body["session-id"], now))}


def _get_session_state(queue: Queue, body: dict[Any, Any], now: float) -> Any:
    return {"session-state": queue.session(body["session-id"]).state}


def _set_session_state(queue: Queue, body: dict[Any, Any], now: float) -> Any:
    state = body.get("session-state")
    queue.session(body["session-id"]).state = None if state is None else bytes(state)
    return {}


_OPERATIONS: dict[str, Callable[[Queue, dict[Any, Any], float], Any]] = {
    "renew-lock": _renew_lock,
    "update-disposition": _update_disposition,
    "peek-message": _peek,
    "receive-by-sequence-number": _receive_by_number,
    "cancel-scheduled-message": _cancel_scheduled,
    "renew-session-lock": _renew_session_lock,
    "get-session-state": _get_session_state,
    "set-session-state": _set_session_state,
}


def _tokens(body: dict[Any, Any]) -> list[UUID]:
    return [each if isinstance(each, UUID) else UUID(str(each)) for each in body["lock-tokens"]]


def _stamp(seconds: float) -> Timestamp:
    return Timestamp(seconds * 1000)
