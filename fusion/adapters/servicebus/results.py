"""Results of the inference worker that a Functions trigger received: the Functions host holds their locks, not this process.

As in `triggered`, one that shall come later is a scheduled copy, and the original is completed by returning. The queue
has no sessions, so that a copy cannot be held back for the dead letters: what shall be set aside is refused, until Service Bus
does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self

from fusion.adapters.servicebus.connections import Connections
from fusion.adapters.servicebus.inference import NEEDS, TRIES, again, answered_in
from fusion.adapters.servicebus.queues import QUEUES, InferenceQueue
from fusion.adapters.servicebus.triggered import OfTrigger
from fusion.errors import PermanentError
from fusion.ports import Answered

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.functions import ServiceBusMessage as Delivered


class TriggeredResults:
    """What becomes of triggers' results, for one event loop. The arguments are those of `ServiceBusInference`.

    Connections are made when first needed, which is when a result has to come again.
    """

    def __init__(
        self,
        connection: str,
        *,
        queues: Mapping[InferenceQueue, str] = QUEUES,
        credential: AsyncTokenCredential | None = None,
        patience: float = 30.0,
    ) -> None:
        self._connections = Connections(connection, queues, credential, patience, needs=NEEDS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connections.close()

    def read(self, delivered: Delivered) -> Answered | None:
        """The result in a delivery; None when no worker sent it."""
        return answered_in(OfTrigger(delivered))

    async def later(self, delivered: Delivered, answered: Answered) -> None:
        """Send the copy that comes later. Raises PermanentError when it came too often, and TransientError."""
        if answered.attempt >= TRIES:
            raise PermanentError(f"The result of {answered.job} could not be passed on {TRIES} times.")
        await self._connections.put(InferenceQueue.RESULTS, again(OfTrigger(delivered), answered))
