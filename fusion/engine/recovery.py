"""Rebuilding the scheduler from the journal: every unfinished instance, and what it was promised and has not got."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from fusion.engine import wire
from fusion.engine.episode import Outstanding
from fusion.engine.errors import JournalCorrupt
from fusion.engine.instances import Instance, Parent, Tries
from fusion.engine.journal import SQL, Journal
from fusion.engine.scheduler import Scheduler
from fusion.engine.state import InstanceStatus
from fusion.engine.wire import pb


def recover(journal: Journal, scheduler: Scheduler, *, max_attempts: int) -> None:
    """Adopt every unfinished instance.

    An activity that was running when the process ended may be what ended it: after `max_attempts` such ends it fails instead of
    being started again. Raises JournalCorrupt when a history cannot be read.
    """
    for row in journal.rows(SQL["instances_live"]):
        try:
            _recover_one(journal, scheduler, row, max_attempts)
        except (DecodeError, ValueError) as error:
            raise JournalCorrupt(
                f"The journal {journal.path} is damaged (history of '{row[0]}': {error}): restore it from a backup."
            ) from error


def _recover_one(journal: Journal, scheduler: Scheduler, row: tuple[Any, ...], max_attempts: int) -> None:
    id, execution, name, version, status, *parent = row
    instance = Instance(id, execution, name, version, Parent(*parent) if parent[0] is not None else None)
    instance.status = InstanceStatus(status)
    instance.suspended = instance.status is InstanceStatus.SUSPENDED
    outstanding = Outstanding()
    for (chunk,) in journal.rows(SQL["history_get"], (execution,)):
        outstanding.feed(pb.HistoryChunk.FromString(chunk).events)
        instance.chunks += 1
    for n, event in journal.rows(SQL["inbox_get"], (execution,)):
        if not instance.inbox:
            instance.first = n
        instance.inbox.append(pb.HistoryEvent.FromString(event))
    instance.saved = len(instance.inbox)
    outstanding.feed(instance.inbox)
    instance.trace = outstanding.trace
    running = set()
    for task, starts, crashes, was_running in journal.rows(SQL["activity_get"], (execution,)):
        instance.tries[task] = Tries(starts, crashes)
        if was_running:
            running.add(task)
    scheduler.adopt(instance)
    for task, fire_at in outstanding.timers.items():
        scheduler.set_timer(instance, task, fire_at)
    for task, scheduled in outstanding.tasks.items():
        if task in running:
            tries = instance.tries[task]
            tries = instance.tries[task] = Tries(tries.starts, tries.crashes + 1)
            scheduler.batch.put("activity_put", execution, task, tries.starts, tries.crashes, 0)
            if tries.crashes >= max_attempts:
                _give_up(scheduler, instance, task, scheduled.name, tries.crashes)
                continue
        scheduler.slots.schedule(instance, task, scheduled)


def _give_up(scheduler: Scheduler, instance: Instance, task: int, name: str, crashes: int) -> None:
    message = f"the process ended {crashes} times while activity '{name}' ran: it is not started again"
    details = wire.failure("ActivityAttemptsExhausted", message, retriable=False)
    failed = pb.TaskFailedEvent(taskScheduledId=task, failureDetails=details)
    scheduler.push(instance, wire.event(wire.stamp(scheduler.now), taskFailed=failed))
