"""Recorded histories: proof that today's orchestrators still agree with runs that yesterday's started.

A recording is what one orchestration was told and what it decided. Replaying it feeds the current code the same episodes and
compares its decisions; keep one per orchestration and release, so that a deployment never breaks a run in flight.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fusion.engine import wire
from fusion.engine.engine import Engine
from fusion.engine.episode import interpret
from fusion.engine.errors import ReplayMismatch
from fusion.engine.wire import pb
from fusion.engine.worker import Host

RECORDING_VERSION = 1
_DECISIONS = frozenset({"taskScheduled", "timerCreated", "subOrchestrationInstanceCreated", "eventSent", "executionCompleted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The history of one execution, in protobuf's JSON form."""

    instance_id: str
    name: str
    events: list[dict[str, Any]]

    def to_json(self) -> str:
        """Text for a file beside the test that replays it."""
        whole = {"recording": RECORDING_VERSION, "instance_id": self.instance_id, "name": self.name, "events": self.events}
        return json.dumps(whole, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Recording:
        """Read what `to_json` wrote. Raises ValueError for another version."""
        whole = json.loads(text)
        if whole.get("recording") != RECORDING_VERSION:
            raise ValueError(f"recording version {whole.get('recording')!r} is not {RECORDING_VERSION}")
        return cls(instance_id=whole["instance_id"], name=whole["name"], events=whole["events"])


def record(engine: Engine, instance_id: str) -> list[Recording]:
    """The histories of an instance and of its sub-orchestrations, the instance first. Raises UnknownInstance."""
    recordings = []
    pending = [instance_id]
    while pending:
        id = pending.pop(0)
        events = engine.history(id)
        name = next(event["executionStarted"]["name"] for event in events if "executionStarted" in event)
        recordings.append(Recording(instance_id=id, name=name, events=events))
        created = (event.get("subOrchestrationInstanceCreated") for event in events)
        pending += [child["instanceId"] for child in created if child]
    return recordings


def replay(worker: Host, recording: Recording, *, strict: bool = False, sticky: bool = False) -> None:
    """Replay a recording with the worker's current code.

    Raises ReplayMismatch when the code decides otherwise: another kind, order or name of step, or another final status. With
    `strict`, inputs of steps and the final output must be equal too. `sticky` replays into one suspended generator.
    """
    from google.protobuf.json_format import ParseDict  # type: ignore[import-untyped]

    events = [ParseDict(event, pb.HistoryEvent()) for event in recording.events]
    runner = worker.runner()
    try:
        live = runner.sticky(recording.instance_id, ()) if sticky else None
        past: list[pb.HistoryEvent] = []
        for number, (told, recorded) in enumerate(_episodes(events), start=1):
            if live is not None:
                response = live.step(told)
            else:
                answer = runner.orchestrate(recording.instance_id, past, told)
                if inspect.isawaitable(answer):
                    raise TypeError("a recording is replayed by a runner that answers at once")
                response = answer
            at = told[0].timestamp
            decided = [event for event in interpret(response, at).recorded(told, at) if wire.kind_of(event) in _DECISIONS]
            _compare(recording, number, [_describe(e, strict) for e in recorded], [_describe(e, strict) for e in decided])
            if live is not None:
                live.confirm(event for event in recorded if not event.HasField("executionCompleted"))
            past += [*told, *recorded]
    finally:
        runner.close()


def _episodes(events: list[pb.HistoryEvent]) -> Iterator[tuple[list[pb.HistoryEvent], list[pb.HistoryEvent]]]:
    """What each episode was told, and what it decided."""
    told: list[pb.HistoryEvent] = []
    decided: list[pb.HistoryEvent] = []
    for event in events:
        if event.HasField("orchestratorStarted") and told:
            yield told, decided
            told, decided = [], []
        (decided if wire.kind_of(event) in _DECISIONS else told).append(event)
    if told:
        yield told, decided


def _describe(event: pb.HistoryEvent, strict: bool) -> str:
    kind = wire.kind_of(event)
    detail = getattr(event, kind)
    if kind == "executionCompleted":
        status = pb.OrchestrationStatus.Name(detail.orchestrationStatus).removeprefix("ORCHESTRATION_STATUS_").lower()
        return f"end as {status}" + (f" with {wire.untext(detail, 'result')}" if strict else "")
    if kind == "timerCreated":
        return f"#{event.eventId} timer" + (f" at {detail.fireAt.ToJsonString()}" if strict else "")
    words = {"taskScheduled": "activity", "subOrchestrationInstanceCreated": "sub-orchestration", "eventSent": "event"}
    return f"#{event.eventId} {words[kind]} {detail.name}" + (f" with {wire.untext(detail, 'input')}" if strict else "")


def _compare(recording: Recording, number: int, recorded: list[str], decided: list[str]) -> None:
    if recorded != decided:
        raise ReplayMismatch(
            f"{recording.name}, episode {number}: the history says [{'; '.join(recorded)}], "
            f"the code says [{'; '.join(decided)}]."
        )
