"""The pump: drives the scheduler on the event loop, and its batches into the journal.

Decisions are made while the previous batch is being written, and held until it is: one transaction carries whatever came
together meanwhile (group commit). When a batch cannot be written, the pump stops for good and tells everyone who waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from fusion.engine import wire
from fusion.engine.activities import Activities, ActivityCall
from fusion.engine.batch import Batch
from fusion.engine.directory import Brief, Directory
from fusion.engine.errors import EngineStopped
from fusion.engine.instances import Instance, Session, Sessions
from fusion.engine.journal import SQL, Journal
from fusion.engine.limits import Limits
from fusion.engine.metrics import Metrics
from fusion.engine.recovery import recover
from fusion.engine.scheduler import Scheduler
from fusion.engine.state import InstanceStatus
from fusion.engine.wire import pb
from fusion.engine.worker import Runner
from fusion.errors import FusionError

T = TypeVar("T")
log = logging.getLogger("fusion.engine")

_TURN_SECONDS = 0.010
"""How long one turn may run orchestrators before other tasks of the loop get theirs."""
_LONGEST_SLEEP = 30.0
"""Seconds after which timers are looked at again: the wall clock may jump."""


class Pump:
    """Created on the running loop, inside `Engine.__aenter__`."""

    def __init__(
        self, journal: Journal, runner: Runner, limits: Limits, *, threaded: bool, version: str, clock: Callable[[], float]
    ) -> None:
        self.journal, self.limits = journal, limits
        self.metrics = Metrics()
        self.stopped: str | None = None
        self._runner, self._clock = runner, clock
        self._loop = asyncio.get_running_loop()
        self._writer = ThreadPoolExecutor(1, "fusion-journal") if threaded else None
        self._activities = Activities(self.settle)
        self._committing: asyncio.Future[None] | None = None
        self._turn_due = False
        self._closing = False
        self._alarm: asyncio.TimerHandle | None = None
        self._replies: set[asyncio.Future[None]] = set()
        self._waiters: dict[str, list[asyncio.Future[None]]] = {}
        self._deciding: set[asyncio.Task[None]] = set()
        self.scheduler = Scheduler(
            self,
            Directory(self._read_brief),
            Sessions(self._read_history, limits.cache_bytes),
            self.metrics,
            slots=limits.max_activities,
            max_instances=limits.max_instances,
            max_inbox=limits.max_inbox,
            version=version,
        )

    def open(self) -> None:
        """Rebuild from the journal and go on."""
        self.tick()
        recover(self.journal, self.scheduler, max_attempts=self.limits.max_attempts)
        self.wake()

    # For the engine

    def tick(self) -> None:
        """Bring the scheduler's clock up to date; it never goes back."""
        self.scheduler.now = max(self.scheduler.now, self._clock())

    def check(self) -> None:
        """Raise EngineStopped unless messages are accepted."""
        if self.stopped is not None:
            raise EngineStopped(self.stopped)

    def accept(self, message: Callable[[], T]) -> T:
        """Hand the scheduler a caller's message. What it refuses is raised; a defect stops the engine."""
        try:
            return message()
        except FusionError:
            raise
        except Exception as error:  # as in `_guarded`, with a caller who must be told
            log.exception("the engine met a defect")
            self._fail(error)
            raise EngineStopped(self.stopped or "") from error

    def wake(self) -> None:
        """Have a turn soon."""
        if not self._turn_due and self.stopped is None:
            self._turn_due = True
            self._loop.call_soon(self._turn)

    async def committed(self) -> None:
        """Return once what the scheduler has decided so far is durable. Raises EngineStopped when it never will be."""
        reply: asyncio.Future[None] = self._loop.create_future()
        self._replies.add(reply)
        self.scheduler.batch.after(partial(_resolve, reply))
        self.wake()
        try:
            await reply
        finally:
            self._replies.discard(reply)

    def expect(self, instance_id: str) -> asyncio.Future[None]:
        """A future that resolves when the instance finishes."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiters.setdefault(instance_id, []).append(future)
        return future

    def unexpect(self, instance_id: str, future: asyncio.Future[None]) -> None:
        """Give up a future of `expect`."""
        waiters = self._waiters.get(instance_id, [])
        if future in waiters:
            waiters.remove(future)
        if not waiters:
            self._waiters.pop(instance_id, None)

    def gauge(self) -> Metrics:
        """The metrics with their gauges brought up to date."""
        metrics, scheduler = self.metrics, self.scheduler
        metrics.live, metrics.waiting, metrics.running = len(scheduler.live), len(scheduler.slots), len(self._activities)
        metrics.timers = len(scheduler.timers)
        metrics.sessions, metrics.session_bytes = len(scheduler.sessions), scheduler.sessions.size
        return metrics

    async def close(self, drain: float) -> None:
        """Let running activities end for at most `drain` seconds, write what is known, stop; the rest resumes later."""
        self._closing = True
        if self.stopped is None:
            self.stopped = "The engine is closed; open its journal again to go on."
            failed = False
        else:
            failed = True
        if self._alarm is not None:
            self._alarm.cancel()
        try:
            for task in self._deciding:
                task.cancel()
            if self._deciding:
                await asyncio.wait(self._deciding)
            for call in await self._activities.drain(0.0 if failed else drain):
                self.scheduler.batch.put("activity_pause", call.execution_id, call.task_id)
            if self._committing is not None:
                await asyncio.wait([self._committing])
            while not failed and (batch := self.scheduler.take()) is not None:
                failed = not self._write(batch)
        finally:
            self._reject(self.stopped)
            self._runner.close()
            if self._writer is not None:
                self._writer.shutdown()
            self.journal.close()

    # For the scheduler

    def decide(self, instance: Instance, session: Session, new: list[pb.HistoryEvent]) -> None:
        """Run an episode. Whatever the runner raises fails this instance and no other."""
        if session.count > self.limits.max_history:
            sentence = f"its history has {session.count} events, more than {self.limits.max_history}: it should continue as new"
            details = wire.failure("HistoryTooLong", sentence, retriable=False)
            self.scheduler.apply(instance, session, new, wire.failed_response(instance.id, details))
            return
        try:
            after = self.limits.sticky_after
            if session.live is None and after is not None and session.count >= after:
                session.live = self._runner.sticky(instance.id, session.past)
                if session.live is not None:
                    session.past = []
            if session.live is not None:
                response = session.live.step(new)
            else:
                answer = self._runner.orchestrate(instance.id, session.past, new)
                if inspect.isawaitable(answer):
                    task = self._loop.create_task(self._decide_later(instance, session, new, answer))
                    self._deciding.add(task)
                    task.add_done_callback(self._deciding.discard)
                    return
                response = answer
        except (Exception, SystemExit) as error:  # the host's edge: user code may raise anything
            response = wire.failed_response(instance.id, wire.failure_of(error))
        self.scheduler.apply(instance, session, new, response)

    def launch(self, call: ActivityCall) -> None:
        """Start an activity, unless its execution ended meanwhile."""
        if self._closing:
            self.scheduler.batch.put("activity_pause", call.execution_id, call.task_id)
            return
        instance = self.scheduler.live.get(call.instance_id)
        if instance is None or instance.execution != call.execution_id:
            self.settle(call, None, wire.failure("Cancelled", f"the orchestration of activity '{call.name}' is over"))
            return
        timeout = self._runner.timeout(call.name)
        work = self._runner.activity(call)
        self._activities.start(call, work, self.limits.activity_timeout if timeout is None else timeout)

    def settle(self, call: ActivityCall, result: str | None, failure: pb.TaskFailureDetails | None) -> None:
        """An activity ended."""
        if result is not None and len(result) > self.limits.max_payload:
            message = f"activity '{call.name}' returned {len(result)} characters; {self.limits.max_payload} are accepted"
            result, failure = None, wire.failure("PayloadTooLarge", message, retriable=False)
        with self._guarded():
            self.tick()
            self.scheduler.settle(call, result, failure)
            self.wake()

    def stop_activities(self, execution: str) -> None:
        """Cancel the running activities of an execution that is over."""
        self._activities.cancel(execution)

    def finished(self, instance_id: str) -> None:
        """Tell who waits for an instance."""
        for future in self._waiters.pop(instance_id, ()):
            _resolve(future)

    # Inside

    async def _decide_later(
        self, instance: Instance, session: Session, new: list[pb.HistoryEvent], answer: Awaitable[pb.OrchestratorResponse]
    ) -> None:
        try:
            response = await answer
        except (Exception, SystemExit) as error:  # the host's edge, as in `decide`
            response = wire.failed_response(instance.id, wire.failure_of(error))
        if self.stopped is None:
            with self._guarded():
                self.tick()
                self.scheduler.apply(instance, session, new, response)
                self.wake()

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """The host's edge: a defect of ours must stop the engine aloud, where asyncio would log it and let everyone wait."""
        try:
            yield
        except Exception as error:
            log.exception("the engine met a defect")
            self._fail(error)

    def _turn(self) -> None:
        self._turn_due = False
        if self.stopped is None:
            with self._guarded():
                self._advance()

    def _advance(self) -> None:
        self.tick()
        scheduler = self.scheduler
        scheduler.fire_timers()
        deadline = time.perf_counter() + _TURN_SECONDS
        while scheduler.ready and time.perf_counter() < deadline:
            scheduler.run_one()
        scheduler.start_activities()
        if self._committing is None and (batch := scheduler.take()) is not None:
            self._submit(batch)
        if scheduler.ready:
            self.wake()
        else:
            self._set_alarm()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        due = self.scheduler.timers.next_due
        if due is not None:
            self._alarm = self._loop.call_later(min(max(0.0, due - self._clock()), _LONGEST_SLEEP), self.wake)

    def _submit(self, batch: Batch) -> None:
        if self._writer is None or not batch.statements:
            self._write(batch)
            return
        try:
            self.journal.write(batch.statements)
        except sqlite3.Error as error:
            self._fail(error)
            return
        self._committing = self._loop.run_in_executor(self._writer, self._commit, batch)
        self._committing.add_done_callback(partial(self._written, batch))

    def _write(self, batch: Batch) -> bool:
        try:
            if batch.statements:
                self.journal.write(batch.statements)
                self._commit(batch)
        except sqlite3.Error as error:
            self._fail(error)
            return False
        self._effects(batch)
        return True

    def _commit(self, batch: Batch) -> None:
        began = time.perf_counter()
        self.journal.commit()
        took = time.perf_counter() - began
        metrics = self.metrics
        metrics.commits += 1
        metrics.statements += len(batch.statements)
        metrics.commit_seconds += took
        metrics.commit_max_seconds = max(metrics.commit_max_seconds, took)

    def _written(self, batch: Batch, commit: asyncio.Future[None]) -> None:
        self._committing = None
        error = commit.exception()
        if error is not None:
            self._fail(error)
            return
        self._effects(batch)
        self.wake()

    def _effects(self, batch: Batch) -> None:
        with self._guarded():
            self.scheduler.sessions.trim(batch.number)
            for effect in batch.effects:
                effect()

    def _fail(self, error: BaseException) -> None:
        if self.stopped is not None and not self._closing:
            return
        if isinstance(error, sqlite3.Error):
            why = f"its journal {self.journal.path} could not be written ({error})"
        elif isinstance(error, FusionError):
            why = f"its journal could not be read ({error})"
        else:
            why = f"of a defect ({error!r})"
        self.stopped = f"The engine stopped because {why}; open it again once that is mended: nothing it accepted is lost."
        log.error(self.stopped)
        if self._alarm is not None:
            self._alarm.cancel()
        self._reject(self.stopped)

    def _reject(self, why: str) -> None:
        waiters = [future for futures in self._waiters.values() for future in futures]
        self._waiters.clear()
        for future in (*self._replies, *waiters):
            if not future.done():
                future.set_exception(EngineStopped(why))
        self._replies.clear()

    def _read_brief(self, id: str) -> Brief | None:
        row = self.journal.row(SQL["instance_brief"], (id,))
        return (InstanceStatus(row[0]), row[1]) if row is not None else None

    def _read_history(self, execution: str) -> list[bytes]:
        return [chunk for (chunk,) in self.journal.rows(SQL["history_get"], (execution,))]


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
