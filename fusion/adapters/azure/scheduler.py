"""The Durable Task Scheduler: one worker and one client of a task hub, by Microsoft's SDK, over gRPC.

What that SDK leaves open is closed here. Its worker takes no asynchronous activities: ours run on the event loop, and a
thread of the worker waits for each. What a worker cannot deliver is lost to it: here an answer is delivered again for as long
as the scheduler is away, up to `PATIENCE`. Its worker stops without an end in sight: here activities get their grace, and
what is left is dropped without an answer, so that the scheduler gives it to another worker.

Sources: learn.microsoft.com/azure/durable-task/scheduler/durable-task-scheduler, github.com/microsoft/durabletask-python.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from fusion.adapters.azure.credentials import signed_in, signed_in_here
from fusion.adapters.azure.delivering import delivering
from fusion.adapters.azure.durable import DurableConductor
from fusion.adapters.azure.roles import granted

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from durabletask.azuremanaged.client import AsyncDurableTaskSchedulerClient
    from durabletask.azuremanaged.worker import DurableTaskSchedulerWorker
    from durabletask.grpc_options import GrpcChannelOptions

    from fusion.adapters.azure.credentials import SignedIn

Activity = Callable[[object, Any], Awaitable[Any]]
Orchestrator = Callable[..., Any]

PATIENCE = 120.0
"""Seconds for which an answer is delivered again while the scheduler is away; then the scheduler has given the work away."""
UNWIND = 5.0
"""Seconds that cancelled activities have to end."""
PAGE = 500
"""Finished instances that are looked at in one question."""
_REPLAYS = 8
"""Orchestrations that are replayed at the same time."""
_JOINING = 2.0
"""Seconds that the worker may need to connect where the client has."""
_MESSAGE = 64 * 1024 * 1024
"""Bytes of one message: a long history comes in one."""

log = logging.getLogger("fusion.scheduler")
_quiet = logging.getLogger("fusion.scheduler.durabletask")
"""The SDK tells each call at INFO with its input's size; what it warns of, whoever keeps this host says better."""
_quiet.setLevel(logging.CRITICAL)


class Scheduler:
    """A worker of the task hub that is at work while this is open, and a client of it.

    `address`: of the scheduler, https://NAME.REGION.durabletask.io; of an emulator http://HOST:PORT, where nobody signs in.
    `version`: of the orchestrators. What was started by a newer version is left to newer workers. `at_once`: activities.
    """

    def __init__(
        self,
        address: str,
        *,
        taskhub: str,
        version: str,
        orchestrators: Mapping[str, Orchestrator],
        activities: Mapping[str, Activity],
        at_once: int = 32,
        grace: float = 20.0,
    ) -> None:
        self._address = address.rstrip("/")
        self._taskhub = taskhub
        self._version = version
        self._orchestrators = orchestrators
        self._activities = activities
        self._at_once = at_once
        self._grace = grace
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: set[asyncio.Task[Any]] = set()
        self._waiting: set[concurrent.futures.Future[Any]] = set()
        self._dropped = threading.Event()
        self._streams, self._counting = 0, threading.Lock()
        self._worker: DurableTaskSchedulerWorker | None = None
        self._client: AsyncDurableTaskSchedulerClient | None = None
        self._credential: SignedIn | None = None

    async def __aenter__(self) -> Self:
        from durabletask.azuremanaged.client import AsyncDurableTaskSchedulerClient

        self._loop = asyncio.get_running_loop()
        here: TokenCredential | None = None
        if self._address.startswith("https://"):
            self._credential, here = signed_in(), signed_in_here()
        self._client = AsyncDurableTaskSchedulerClient(
            host_address=self._address,
            taskhub=self._taskhub,
            token_credential=self._credential,
            default_version=self._version,
            channel_options=_channel(),
            logger=_quiet,
        )
        self._worker = self._registered(here)
        self._worker.start()  # type: ignore[no-untyped-call]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def host(self) -> str:
        """The scheduler's host name."""
        return urlsplit(self._address).netloc

    @property
    def conductor(self) -> DurableConductor:
        """Orchestrations of the hub."""
        return self._conductor(30.0)

    @property
    def running(self) -> int:
        """Activities at work here."""
        return len(self._running)

    async def reach(self, patience: float) -> None:
        """See whether orchestrations can be started now. Raises TransientError; UserError: a role is missing."""
        # An id that nobody has: the answer takes a signed-in call to the hub, and costs no action.
        await self._conductor(patience).status("fusion:reach")

    async def joined(self) -> bool:
        """Whether the worker is connected, and is given work."""
        for _ in range(int(_JOINING / 0.05)):
            if self._streams:
                return True
            await asyncio.sleep(0.05)
        return False

    async def purge(self, before: datetime) -> int:
        """Forget what ended before then, with what it began; how many that were. Raises TransientError."""
        from durabletask.client import OrchestrationQuery, OrchestrationStatus

        assert self._client is not None
        ended = [OrchestrationStatus.COMPLETED, OrchestrationStatus.FAILED, OrchestrationStatus.TERMINATED]
        query = OrchestrationQuery(created_time_to=before, runtime_status=ended, max_instance_count=PAGE)
        conductor = self._conductor(600.0)
        async with conductor.errors("look for what has ended"):
            found = await self._client.get_all_orchestration_states(query)
        gone = 0
        for state in found:
            # The SDK gives times without a zone, in UTC.
            if state.last_updated_at.replace(tzinfo=before.tzinfo) >= before:
                continue
            async with conductor.errors(f"purge {state.instance_id}"):
                gone += await self._purged(state.instance_id)
        return gone

    async def _purged(self, id: str) -> int:
        """How many went with it; none where it went with what began it, or another replica was quicker."""
        from grpc import StatusCode
        from grpc.aio import AioRpcError

        assert self._client is not None
        try:
            return (await self._client.purge_orchestration(id)).deleted_instance_count
        except AioRpcError as error:
            if error.code() is not StatusCode.NOT_FOUND:
                raise
            return 0

    async def unfinished(self) -> int:
        """How many orchestrations have not ended. Raises TransientError."""
        from durabletask.client import OrchestrationQuery, OrchestrationStatus

        assert self._client is not None
        alive = [OrchestrationStatus.RUNNING, OrchestrationStatus.PENDING, OrchestrationStatus.SUSPENDED]
        async with self._conductor(60.0).errors("look for what has not ended"):
            return len(await self._client.get_all_orchestration_states(OrchestrationQuery(runtime_status=alive)))

    async def close(self) -> None:
        """Take no more work, give activities their grace, and drop what is left without an answer."""
        worker, self._worker = self._worker, None
        client, self._client = self._client, None
        if worker is not None:
            stopping = asyncio.create_task(asyncio.to_thread(worker.stop))
            done, _ = await asyncio.wait({stopping}, timeout=self._grace)
            if not done:
                log.warning("%d activities are left to the next worker", len(self._waiting))
                self._drop()
            await stopping
            self._drop()
            if self._running:
                await asyncio.wait(set(self._running), timeout=UNWIND)
        if client is not None:
            await client.close()
        if self._credential is not None:
            await self._credential.close()

    def _drop(self) -> None:
        self._dropped.set()
        for future in list(self._waiting):
            future.cancel()

    def _conductor(self, patience: float) -> DurableConductor:
        assert self._client is not None
        return DurableConductor(
            self._client,
            patience=patience,
            host=f"The Durable Task Scheduler at {self.host}",
            denied=f"{granted('scheduler', self.host)}, and see that FUSION_TASKHUB names a hub of it",
        )

    def _registered(self, credential: TokenCredential | None) -> DurableTaskSchedulerWorker:
        from durabletask.azuremanaged.worker import DurableTaskSchedulerWorker
        from durabletask.grpc_options import GrpcWorkerResiliencyOptions
        from durabletask.worker import (
            ConcurrencyOptions,
            VersionFailureStrategy,
            VersioningOptions,
            VersionMatchStrategy,
        )

        worker = DurableTaskSchedulerWorker(
            host_address=self._address,
            taskhub=self._taskhub,
            token_credential=credential,
            interceptors=[delivering(PATIENCE, self._dropped, self._connected)],
            channel_options=_channel(),
            # While it waits to connect again, the worker's loop does nothing else.
            resiliency_options=GrpcWorkerResiliencyOptions(hello_timeout_seconds=5, reconnect_backoff_cap_seconds=5),
            concurrency_options=ConcurrencyOptions(
                maximum_concurrent_activity_work_items=self._at_once,
                maximum_concurrent_orchestration_work_items=_REPLAYS,
                # A thread for each: a replay must never wait for an activity.
                maximum_thread_pool_workers=self._at_once + _REPLAYS + 2,
            ),
            logger=_quiet,
        )
        worker.use_versioning(
            VersioningOptions(
                version=self._version,
                default_version=self._version,
                match_strategy=VersionMatchStrategy.CURRENT_OR_OLDER,
                failure_strategy=VersionFailureStrategy.REJECT,
            )
        )
        for name, orchestrator in self._orchestrators.items():
            worker.add_orchestrator(_named(name, orchestrator))
        for name, activity in self._activities.items():
            worker.add_activity(_named(name, self._waited_for(activity)))
        # Of a hub that others use, too, only what this worker knows.
        worker.use_work_item_filters()
        return worker

    def _connected(self, change: int) -> None:
        """A stream of work began or ended; on a thread of gRPC."""
        with self._counting:
            self._streams += change

    def _waited_for(self, activity: Activity) -> Callable[[object, Any], Any]:
        """The activity as the worker takes it: it runs on the event loop, and a thread waits."""

        def waited_for(context: object, payload: Any) -> Any:
            assert self._loop is not None
            if self._dropped.is_set():
                raise asyncio.CancelledError
            future = asyncio.run_coroutine_threadsafe(self._run(activity, context, payload), self._loop)
            self._waiting.add(future)
            try:
                return future.result()
            except concurrent.futures.CancelledError:
                # Not an Exception: the worker would report one as the activity's failure. So nothing is reported.
                raise asyncio.CancelledError from None
            finally:
                self._waiting.discard(future)

        return waited_for

    async def _run(self, activity: Activity, context: object, payload: Any) -> Any:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            return await activity(context, payload)
        finally:
            self._running.discard(task)


def _named(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The SDK registers by the function's name, and reads types of parameters: those of ours are plain JSON."""

    def named(context: Any, payload: Any) -> Any:
        return function(context, payload)

    named.__name__ = named.__qualname__ = name
    return named


def _channel() -> GrpcChannelOptions:
    from durabletask.grpc_options import GrpcChannelOptions

    # Left to itself gRPC waits up to two minutes before it tries to connect again.
    backoff = [
        ("grpc.initial_reconnect_backoff_ms", 500),
        ("grpc.min_reconnect_backoff_ms", 500),
        ("grpc.max_reconnect_backoff_ms", 5_000),
    ]
    return GrpcChannelOptions(
        max_receive_message_length=_MESSAGE,
        max_send_message_length=_MESSAGE,
        keepalive_time_ms=30_000,
        keepalive_timeout_ms=10_000,
        raw_options=list(backoff),
    )
