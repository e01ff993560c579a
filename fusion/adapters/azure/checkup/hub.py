"""The Durable Task Scheduler: it is reached over gRPC, and this identity may use the task hub. Nothing is started there."""

from __future__ import annotations

from contextlib import AsyncExitStack

from fusion.adapters.azure.checkup.asking import told
from fusion.adapters.azure.credentials import principal, signed_in
from fusion.adapters.azure.durable import DurableConductor
from fusion.adapters.azure.roles import granted
from fusion.ports.checkup import Told, ready

PART = "scheduler"
NOBODY = "fusion:doctor"
"""An id that no orchestration has."""


async def hub(address: str, taskhub: str, *, seconds: float = 15.0) -> list[Told]:
    """`address`: https, and Entra ID signs in; http is an emulator's, where nobody does."""
    from durabletask.azuremanaged.client import AsyncDurableTaskSchedulerClient

    found: list[Told] = []
    host = address.partition("://")[2].strip("/")
    async with told(found, PART, taskhub), AsyncExitStack() as stack:
        credential = await stack.enter_async_context(signed_in()) if address.startswith("https://") else None
        client = AsyncDurableTaskSchedulerClient(host_address=address.rstrip("/"), taskhub=taskhub, token_credential=credential)
        stack.push_async_callback(client.close)
        denied = f"{granted('scheduler', host, principal().object)}, and see that FUSION_TASKHUB names a hub of it"
        conductor = DurableConductor(client, patience=seconds, host=f"The Durable Task Scheduler at {host}", denied=denied)
        await conductor.status(NOBODY)
        found.append(ready(PART, taskhub, f"{host} answers for the task hub."))
    return found
