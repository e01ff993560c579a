"""How orchestrations end, as log lines: of whatever begins, the log says what became of it, and why it came to nothing."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from fusion.engine import Engine, InstanceState, InstanceStatus
from fusion.errors import FusionError
from fusion.serve.logs import about
from fusion.telemetry.context import taken, trace_id

log = logging.getLogger("fusion.serve")

_UNFINISHED = (InstanceStatus.PENDING, InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)
_WRONG = frozenset({"failed", "gone", "unavailable"})
"""Ends that somebody should look at."""
_WHAT = {
    "catch_up": "the look for what was missed",
    "command": "the command",
    "learn": "what people said",
    "merge_group": "the merge group",
    "notice": "the notice",
    "scan": "the scan of an account",
    "scans": "the look for scans that are due",
}


class Endings:
    """Logs the ends of one open engine's orchestrations: of those that it resumed, and of those that it is told of."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tasks: set[asyncio.Task[None]] = set()
        for state in engine.query(status=_UNFINISHED, limit=10_000):
            if state.parent is None:
                self.expect(state.id)

    def expect(self, id: str) -> None:
        """Log the end of this one, once it comes."""
        task = asyncio.get_running_loop().create_task(self._tell(id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, id: str) -> None:
        try:
            state = await self._engine.wait(id)
        except FusionError:  # the engine closed before the end: the next one resumes it
            return
        if found := ending(state):
            with about(trace=trace_of(state.input), run=id):
                log.log(*found)


def trace_of(input: Any) -> str:
    """The trace that an orchestration belongs to, also where it was begun by a process that is gone."""
    return trace_id(taken(input)[0])


def ending(state: InstanceState) -> tuple[int, str] | None:
    """Level and line for a finished orchestration of the engine; None where there is nothing to say."""
    failure = state.failure.message if state.failure is not None else None
    is_ended = state.status is InstanceStatus.TERMINATED
    return line(name=state.name, input=state.input, output=state.output, failure=failure, is_terminated=is_ended)


def line(*, name: str, input: Any, output: Any, failure: str | None, is_terminated: bool = False) -> tuple[int, str] | None:
    """Level and line for an orchestration that ended like this; None where there is nothing to say."""
    what = _what(name, input)
    if is_terminated:
        return logging.INFO, f"{what} is ended: {output or 'no reason was given'}"
    if failure is not None:
        return logging.ERROR, f"{what} failed: {failure}"
    given: dict[str, Any] = output if isinstance(output, dict) else {}
    if name == "catch_up":
        return _caught_up(what, given)
    said = [str(given[key]) for key in ("verdict", "conclusion") if given.get(key)]
    if said and isinstance(given.get("findings"), int):
        said.append(f"findings: {given['findings']}")
    outcomes = list(dict.fromkeys(str(given[key]) for key in ("status", "published") if given.get(key)))
    wrong = not _WRONG.isdisjoint(outcomes)
    message = f": {given['message']}" if given.get("message") else ""
    return logging.WARNING if wrong else logging.INFO, f"{what} ends: {', '.join([*outcomes, *said]) or 'done'}{message}"


def _caught_up(what: str, output: dict[str, Any]) -> tuple[int, str] | None:
    failures = [str(failure) for failure in output.get("failures", ())]
    if not failures and not output.get("redelivered") and not output.get("looked_at"):
        return None
    told = f"{what} ends: redelivered {output.get('redelivered', 0)}, looked at {output.get('looked_at', 0)}"
    return logging.WARNING if failures else logging.INFO, "; ".join([told, *failures[:3]])


def _what(name: str, input: Any) -> str:
    request = input.get("request") if isinstance(input, dict) else None
    if name == "pull" and isinstance(request, dict):
        where = f"{request.get('repository', '')}#{request.get('number', '')}"
        return f"{where}: the review of {str(request.get('head', ''))[:7]}"
    return _WHAT.get(name, name)
