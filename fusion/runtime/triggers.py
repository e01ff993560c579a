"""What Azure Functions hands to its functions: the durable client, and messages that triggers received."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fusion.errors import UserError
from fusion.ports import Conductor, Priority
from fusion.settings import Settings

if TYPE_CHECKING:
    from fusion.dispatch.answers import ResultDesk
    from fusion.dispatch.triggered import Desk


@asynccontextmanager
async def triggered(settings: Settings) -> AsyncIterator[tuple[Desk, ResultDesk]]:
    """What becomes of messages and of worker's results that triggers received. Raises UserError without a Service Bus."""
    from fusion.adapters.servicebus.results import TriggeredResults
    from fusion.adapters.servicebus.triggered import Triggered

    if settings.servicebus is None:
        raise UserError("Triggers need a Service Bus: set FUSION_SERVICEBUS.")
    connection = settings.servicebus.get_secret_value()
    async with Triggered(connection) as messages, TriggeredResults(connection) as results:
        yield messages, results


def result_queue() -> str:
    """Name of the queue of the worker's results in Service Bus."""
    from fusion.adapters.servicebus.queues import QUEUES, InferenceQueue

    return QUEUES[InferenceQueue.RESULTS]


def trigger_queues() -> Mapping[Priority, str]:
    """Names of the queues in Service Bus."""
    from fusion.adapters.servicebus.queue import QUEUES

    return QUEUES


def conductor(client: Any) -> Conductor:
    """Orchestrations behind the durable client (`DurableFunctionsClient`) of an invocation."""
    from fusion.adapters.azure.durable import DurableConductor

    return DurableConductor(client)
