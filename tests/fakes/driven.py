"""Runs an orchestrator on its activities in this process, without an engine: no journal, no replay, no waiting.

For measures that need thousands of runs. The generators and activities are the real ones; timers fire only where nothing else
can go on. What a journal keeps goes through JSON here as well.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any

from durabletask import task

from orchestrations.activity import Activity

Work = Callable[[], Coroutine[Any, Any, Any]]
BEGUN = datetime(2026, 1, 1)
"""When every orchestration here began, in UTC; as an engine says it, without a zone."""


class Driven:
    """The context that an orchestrator sees."""

    def __init__(self, host: Host, instance_id: str) -> None:
        self.instance_id = instance_id
        self._host = host
        self.pending: deque[tuple[task.CompletableTask[Any], Work]] = deque()
        self.timers: deque[task.CompletableTask[Any]] = deque()
        self.current_utc_datetime = BEGUN

    def call_activity(self, name: str, *, input: Any) -> task.Task[Any]:
        """An activity, run when the orchestrator waits."""
        return self._later(lambda: self._host.act(name, _through_json(input)))

    def call_sub_orchestrator(self, name: str, *, input: Any, instance_id: str) -> task.Task[Any]:
        """Another orchestrator, run when this one waits."""
        return self._later(lambda: self._host.run(name, _through_json(input), instance_id))

    def create_timer(self, fire_at: datetime | timedelta) -> task.Task[Any]:
        """Fires when nothing else is left to do."""
        self.timers.append(made := task.CompletableTask())
        return made

    def wait_for_external_event(self, name: str) -> task.Task[Any]:
        """Never comes."""
        return task.CompletableTask()

    def set_custom_status(self, status: Any) -> None:
        """For nobody."""

    def _later(self, work: Work) -> task.Task[Any]:
        made: task.CompletableTask[Any] = task.CompletableTask()
        self.pending.append((made, work))
        return made

    async def step(self) -> None:
        """Complete the next thing that can be."""
        if self.pending:
            waiting, work = self.pending.popleft()
            waiting.complete(await work())
        else:
            self.timers.popleft().complete(None)


class Host:
    """Orchestrators and activities by name."""

    def __init__(self, orchestrators: Mapping[str, Callable[..., Any]], activities: Mapping[str, Activity]) -> None:
        self._orchestrators = orchestrators
        self._activities = activities

    async def act(self, name: str, job: Any) -> Any:
        """One activity."""
        return _through_json(await self._activities[name](None, job))

    async def run(self, name: str, job: Any, instance_id: str) -> Any:
        """An orchestrator's output. What an activity raises comes out of here."""
        context = Driven(self, instance_id)
        running = self._orchestrators[name](context, job)
        given: Any = None
        while True:
            try:
                waited = running.send(given)
            except StopIteration as end:
                return _through_json(end.value)
            while not waited.is_complete:
                await context.step()
            given = waited.get_result()


def _through_json(value: Any) -> Any:
    return json.loads(json.dumps(value))
