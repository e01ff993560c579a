"""How orchestrations end, as log lines: of whatever begins, the log says what became of it, and why it came to nothing."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from fusion.engine import Engine, InstanceState, InstanceStatus
from fusion.errors import FusionError
from fusion.serve.logs import about

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
            with about(run=id):
                log.log(*found)


def ending(state: InstanceState) -> tuple[int, str] | None:
    """Level and line for a finished orchestration; None where there is nothing to say."""
    what = _what(state)
    if state.status is InstanceStatus.TERMINATED:
        return logging.INFO, f"{what} is ended: {state.output or 'no reason was given'}"
    if state.failure is not None:
        return logging.ERROR, f"{what} failed: {state.failure.message}"
    output: dict[str, Any] = state.output if isinstance(state.output, dict) else {}
    if state.name == "catch_up":
        return _caught_up(what, output)
    said = [str(output[name]) for name in ("verdict", "conclusion") if output.get(name)]
    if said and isinstance(output.get("findings"), int):
        said.append(f"findings: {output['findings']}")
    outcomes = list(dict.fromkeys(str(output[name]) for name in ("status", "published") if output.get(name)))
    wrong = not _WRONG.isdisjoint(outcomes)
    message = f": {output['message']}" if output.get("message") else ""
    return logging.WARNING if wrong else logging.INFO, f"{what} ends: {', '.join([*outcomes, *said]) or 'done'}{message}"


def _caught_up(what: str, output: dict[str, Any]) -> tuple[int, str] | None:
    failures = [str(failure) for failure in output.get("failures", ())]
    if not failures and not output.get("redelivered") and not output.get("looked_at"):
        return None
    line = f"{what} ends: redelivered {output.get('redelivered', 0)}, looked at {output.get('looked_at', 0)}"
    return logging.WARNING if failures else logging.INFO, "; ".join([line, *failures[:3]])


def _what(state: InstanceState) -> str:
    given = state.input if isinstance(state.input, dict) else {}
    request = given.get("request")
    if state.name == "pull" and isinstance(request, dict):
        where = f"{request.get('repository', '')}#{request.get('number', '')}"
        return f"{where}: the review of {str(request.get('head', ''))[:7]}"
    return _WHAT.get(state.name, state.name)
