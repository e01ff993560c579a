"""The embedded Durable host: what callers use."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from fusion.engine import reads, wire
from fusion.engine.errors import EngineStopped, PayloadTooLarge, UnknownInstance
from fusion.engine.journal import Journal, Synchronous
from fusion.engine.limits import Limits
from fusion.engine.metrics import Metrics
from fusion.engine.pump import Pump
from fusion.engine.state import TERMINAL, InstanceState, InstanceStatus, Started
from fusion.engine.wire import pb
from fusion.engine.worker import Host
from fusion.errors import FusionError, UserError

log = logging.getLogger("fusion.engine")

_SWEEP_SECONDS = 60.0
_SWEEP_COUNT = 200
_MAX_ID = 256


class Engine:
    """Runs durable orchestrations in this process, journalled to one SQLite file.

    `async with Engine(path, worker) as engine:` opens the journal, resumes everything unfinished, and on leaving lets running
    activities end (`Limits.drain`). With `synchronous="FULL"` what a call has returned survives a power cut, with `"NORMAL"`
    any death of the process. `version` is given to orchestrations and sub-orchestrations started without one. Further
    keywords are those of `Limits`.

    Its methods are called on the event loop that entered it. Opening raises a `JournalError` (busy, damaged, too new, not
    writable). Every method raises EngineStopped once the engine is closed or could not write its journal; the same engine can
    be entered again, and nothing that was accepted is lost.
    """

    def __init__(
        self,
        path: str | Path,
        worker: Host,
        *,
        synchronous: Synchronous = "FULL",
        version: str = "",
        clock: Callable[[], float] = time.time,
        **limits: Any,
    ) -> None:
        self.path = Path(path)
        self.limits = Limits(**limits)
        self._worker, self._version = worker, version
        self._synchronous: Synchronous = synchronous
        self._clock = clock
        self._pump: Pump | None = None
        self._sweeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Engine:
        runner = self._worker.runner()
        journal = Journal(self.path, synchronous=self._synchronous, max_pages=self.limits.max_pages)
        try:
            pump = Pump(
                journal, runner, self.limits, threaded=self._synchronous == "FULL", version=self._version, clock=self._clock
            )
            pump.open()
        except BaseException:
            journal.close()
            raise
        self._pump = pump
        if self.limits.retention is not None:
            self._sweeper = asyncio.get_running_loop().create_task(self._sweep(self.limits.retention))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.wait([self._sweeper])
            self._sweeper = None
        if self._pump is not None:
            # Someone who leaves because of an error or an interruption does not want to wait.
            pump, self._pump = self._pump, None
            await pump.close(0.0 if kind is not None else self.limits.drain)

    # Starting and steering

    async def start(
        self,
        name: str,
        input: Any = None,
        instance_id: str | None = None,
        *,
        replace: Collection[InstanceStatus] = (),
        version: str | None = None,
        trace_parent: str = "",
        trace_state: str = "",
    ) -> Started:
        """Start an orchestration; once this returns it is durable.

        An instance with this id that exists, running or finished, is left alone (`created` is False) unless its status is in
        `replace`. `trace_parent` and `trace_state` (W3C Trace Context) are handed on to its activities. Raises EngineFull,
        PayloadTooLarge, and UserError for an id that is not a line of 1 to 256 characters.
        """
        pump = self._accepting()
        id = uuid.uuid4().hex if instance_id is None else instance_id
        _require_line(name, "name of an orchestration")
        _require_line(id, "instance id")
        trace = None
        if trace_parent:
            trace = pb.TraceContext(traceParent=trace_parent, traceState=wire.text(trace_state or None))
        text = self._encode(input)
        version = self._version if version is None else version
        started = pump.accept(lambda: pump.scheduler.start(id, name, text, version, replace, trace))
        # Also for one that existed: its own start may not be durable yet.
        await pump.committed()
        return started

    async def raise_event(self, instance_id: str, name: str, data: Any = None) -> bool:
        """Deliver an external event, durably; False when the instance is finished. Raises UnknownInstance, EngineFull."""
        return await self._send(instance_id, eventRaised=pb.EventRaisedEvent(name=name, input=wire.text(self._encode(data))))

    async def terminate(self, instance_id: str, output: Any = None, *, recursive: bool = True) -> bool:
        """End an instance, and with `recursive` its sub-orchestrations; False when it is finished. Raises UnknownInstance."""
        ended = pb.ExecutionTerminatedEvent(input=wire.text(self._encode(output)), recurse=recursive)
        return await self._send(instance_id, executionTerminated=ended)

    async def suspend(self, instance_id: str) -> bool:
        """Hold an instance: what reaches it waits. False when it is finished. Raises UnknownInstance."""
        return await self._send(instance_id, executionSuspended=pb.ExecutionSuspendedEvent())

    async def resume(self, instance_id: str) -> bool:
        """Let a suspended instance go on; False when it is finished. Raises UnknownInstance."""
        return await self._send(instance_id, executionResumed=pb.ExecutionResumedEvent())

    async def purge(self, instance_id: str | None = None, *, before: datetime | None = None) -> int:
        """Remove finished instances: one with its finished sub-orchestrations, or all not touched since `before`; how many."""
        count = 0
        if instance_id is not None:
            pump = self._accepting()
            family = reads.family(pump.journal, instance_id)
            pump.accept(partial(pump.scheduler.forget, family))
            count += len(family)
            await pump.committed()
        while before is not None:
            pump = self._accepting()
            old = reads.finished_before(pump.journal, before, _SWEEP_COUNT)
            pump.accept(partial(pump.scheduler.forget, old))
            await pump.committed()
            count += len(old)
            if len(old) < _SWEEP_COUNT:
                break
        return count

    # Looking

    async def wait(self, instance_id: str, timeout: float | None = None) -> InstanceState:
        """The state of an instance once it is finished. Raises TimeoutError after `timeout` seconds, and UnknownInstance."""
        pump = self._accepting()
        future = pump.expect(instance_id)  # before looking, so that no ending is missed
        try:
            state = self.status(instance_id)
            if state is None:
                raise UnknownInstance(f"There is no instance '{instance_id}'.")
            if state.status in TERMINAL and instance_id not in pump.scheduler.live:
                return state
            await asyncio.wait_for(future, timeout)
        finally:
            pump.unexpect(instance_id, future)
        state = self.status(instance_id)
        if state is None:
            raise UnknownInstance(f"Instance '{instance_id}' was purged.")
        return state

    def status(self, instance_id: str) -> InstanceState | None:
        """The committed state of an instance, or None."""
        return reads.status(self._opened().journal, instance_id)

    def query(
        self,
        *,
        status: InstanceStatus | Iterable[InstanceStatus] | None = None,
        name: str | None = None,
        prefix: str = "",
        limit: int = 100,
        after: str = "",
    ) -> tuple[InstanceState, ...]:
        """Committed instances in the order of their ids; the next page is what comes `after` the last id of this one."""
        wanted = None if status is None else (status,) if isinstance(status, InstanceStatus) else tuple(status)
        return reads.query(self._opened().journal, status=wanted, name=name, prefix=prefix, limit=limit, after=after)

    def history(self, instance_id: str) -> list[dict[str, Any]]:
        """The history of an instance's latest execution, event by event, in protobuf's JSON form. Raises UnknownInstance."""
        return reads.history(self._opened().journal, instance_id)

    def metrics(self) -> Metrics:
        """Counters since the engine was opened."""
        return self._opened().gauge()

    @property
    def stopped(self) -> str | None:
        """Why the engine accepts nothing more; None while it does."""
        return self._pump.stopped if self._pump is not None else "The engine is not open."

    # Inside

    def _opened(self) -> Pump:
        if self._pump is None:
            raise EngineStopped("The engine is not open.")
        return self._pump

    def _accepting(self) -> Pump:
        pump = self._opened()
        pump.check()
        pump.tick()
        return pump

    async def _send(self, instance_id: str, **kind: Any) -> bool:
        pump = self._accepting()
        sent = pump.accept(lambda: pump.scheduler.send(instance_id, **kind))
        await pump.committed()
        return sent

    def _encode(self, value: Any) -> str | None:
        text = None if value is None else json.dumps(value, allow_nan=False)
        if text is not None and len(text) > self.limits.max_payload:
            raise PayloadTooLarge(
                f"The value has {len(text)} characters as JSON, {self.limits.max_payload} are accepted: pass a reference to it."
            )
        return text

    async def _sweep(self, retention: timedelta) -> None:
        while self.stopped is None:
            before = datetime.fromtimestamp(self._clock(), UTC) - retention
            try:
                await self.purge(before=before)
            except FusionError as error:
                log.warning("finished instances are not removed: %s", error)
            await asyncio.sleep(_SWEEP_SECONDS)


def _require_line(text: str, what: str) -> None:
    """Raise UserError unless the text can be a key: hostile ids must not reach logs, file names or the wire."""
    if not 0 < len(text) <= _MAX_ID or text.startswith("@") or not text.isprintable():
        raise UserError(f"The {what} must be 1 to {_MAX_ID} printable characters and not start with '@': {text[:80]!r} is not.")
