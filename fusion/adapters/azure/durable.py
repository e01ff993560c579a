"""A durable client as a Conductor: the one that the Functions host hands to an invocation, or the Durable Task Scheduler's.

What differs from the embedded engine is made up for here. The host may start an id anew once it has ended (host.json:
`overridableExistingInstanceStates`), so it is asked first. It terminates one instance and not its sub-orchestrations, so
these are looked for: the orchestrators give them ids that begin with their parent's and a colon. And it answers a termination
of what has ended, or never was, with an error.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Literal

from fusion.adapters.azure.errors import first_line
from fusion.errors import PermanentError, TransientError, UserError
from fusion.ports import Progress

if TYPE_CHECKING:
    from durabletask.client import AsyncTaskHubGrpcClient, OrchestrationState

Status = Literal["pending", "running", "suspended", "completed", "failed", "terminated"]

_STATUS: dict[str, Status] = {
    "PENDING": "pending",
    "RUNNING": "running",
    "CONTINUED_AS_NEW": "running",
    "SUSPENDED": "suspended",
    "COMPLETED": "completed",
    "FAILED": "failed",
    "TERMINATED": "terminated",
}
_HOPELESS = frozenset({"INVALID_ARGUMENT", "PERMISSION_DENIED", "UNAUTHENTICATED", "UNIMPLEMENTED", "OUT_OF_RANGE"})
"""gRPC's codes after which the same call fails again. `UNKNOWN` is any exception inside the host."""
_DENIED = frozenset({"PERMISSION_DENIED", "UNAUTHENTICATED"})


class DurableConductor:
    """Orchestrations through a durable client. `patience`: seconds for one call. `host`: who answers, for sentences.

    `denied`: what to do where it refuses these credentials; then that is a UserError, for work waits until it is mended.
    """

    def __init__(
        self, client: AsyncTaskHubGrpcClient, *, patience: float = 30.0, host: str = "The Functions host", denied: str = ""
    ) -> None:
        self._client = client
        self._patience = patience
        self._host = host
        self._denied = denied

    async def start(self, name: str, input: Any, id: str) -> bool:
        """Start one, durably; False when the id exists, running or ended. Raises TransientError."""
        from grpc import StatusCode
        from grpc.aio import AioRpcError

        if await self._state(id, payloads=False) is not None:
            return False
        async with self.errors(f"start {id}"):
            try:
                await self._client.schedule_new_orchestration(name, input=input, instance_id=id)
            except AioRpcError as error:
                if error.code() is not StatusCode.ALREADY_EXISTS:
                    raise
                return False
        return True

    async def status(self, id: str) -> Progress | None:
        """Its state, or None. Raises TransientError."""
        state = await self._state(id, payloads=True)
        if state is None:
            return None
        output = json.loads(state.serialized_output) if state.serialized_output else None
        return Progress(id=id, status=_STATUS[state.runtime_status.name], output=output)

    async def terminate(self, id: str, why: str) -> None:
        """End it and its sub-orchestrations; no error when it has ended or never was. Raises TransientError."""
        if await self._state(id, payloads=False) is None:
            return
        # The parent first, so that it begins no other.
        for each in (id, *await self._beneath(id)):
            await self._end(each, why)

    async def tell(self, id: str, event: str, data: Any) -> bool:
        """Deliver an event; False when the orchestration has ended or never was. Raises TransientError."""
        if await self._ended(id):
            return False
        async with self.errors(f"tell {id}"):
            await self._client.raise_orchestration_event(id, event, data=data)
        return True

    async def _beneath(self, id: str) -> list[str]:
        from durabletask.client import OrchestrationQuery, OrchestrationStatus

        alive = [OrchestrationStatus.RUNNING, OrchestrationStatus.PENDING, OrchestrationStatus.SUSPENDED]
        query = OrchestrationQuery(instance_id_prefix=f"{id}:", runtime_status=alive)
        async with self.errors(f"look for what {id} began"):
            return [state.instance_id for state in await self._client.get_all_orchestration_states(query)]

    async def _end(self, id: str, why: str) -> None:
        if await self._ended(id):
            return
        try:
            async with self.errors(f"end {id}"):
                await self._client.terminate_orchestration(id, output=why)
        except (TransientError, PermanentError):
            # It may have ended by itself in between, which the host calls an error.
            if not await self._ended(id):
                raise

    async def _ended(self, id: str) -> bool:
        state = await self._state(id, payloads=False)
        return state is None or _STATUS[state.runtime_status.name] in ("completed", "failed", "terminated")

    async def _state(self, id: str, *, payloads: bool) -> OrchestrationState | None:
        async with self.errors(f"look at {id}"):
            return await self._client.get_orchestration_state(id, fetch_payloads=payloads)

    @asynccontextmanager
    async def errors(self, what: str) -> AsyncIterator[None]:
        """Within `patience`, and with the errors of gRPC and of signing in translated."""
        from azure.core.exceptions import AzureError, ClientAuthenticationError
        from grpc.aio import AioRpcError

        try:
            async with asyncio.timeout(self._patience):
                yield
        except AioRpcError as error:
            code, said = error.code().name, (error.details() or "")[:200]
            if self._denied and code in _DENIED:
                raise UserError(f"{self._host} refuses these credentials ({code}: {said}): {self._denied}.") from error
            sentence = f"{self._host} could not {what}: {code} ({said})."
            raise (PermanentError if code in _HOPELESS else TransientError)(sentence) from error
        except ClientAuthenticationError as error:
            raise UserError(f"Nobody could sign in to reach {self._host}: {first_line(error, 300)}.") from error
        except (AzureError, OSError) as error:
            # TimeoutError is an OSError, too.
            if isinstance(error, TimeoutError):
                raise TransientError(f"{self._host} did not {what} within {self._patience:g} seconds.") from error
            raise TransientError(f"{self._host} could not be asked to {what} ({type(error).__name__}).") from error
