"""An agent that fails, at whichever step, leaves a report that says so: it neither ends a review nor passes for silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from fusion.adapters.memory.records import ManualClock, MemoryBlobs, MemoryStore
from fusion.agent import Case, Skip
from fusion.model import AgentTask, Completion, Outcome, Prompt, Report, Request, RequestKind
from fusion.plugins import Loaded
from orchestrations.bundle import Bundle
from orchestrations.shelf import Shelf
from orchestrations.team import Team
from tests.fakes.judging import change_of, finding_of
from tests.fakes.reasoning import Replying, reasoning_of

CHANGE, _ = change_of({})
FOUND = finding_of(line=3)
REQUEST = Request(kind=RequestKind.RANGE).model_dump(mode="json")


class Failing:
    """An agent that raises at one step."""

    name = "failing"

    def __init__(self, step: str) -> None:
        self.step = step

    def tasks(self, case: Case) -> Sequence[AgentTask] | Skip:
        return self._tasks() if self.step == "tasks" else [AgentTask(agent=self.name, id="1", candidates=(FOUND,))]  # type: ignore[return-value]

    def _tasks(self) -> Iterator[AgentTask]:
        """Raises only when somebody looks at the second task."""
        yield AgentTask(agent=self.name, id="1")
        raise ZeroDivisionError("tasks")

    def ask(self, task: AgentTask) -> Prompt | None:
        if self.step == "ask":
            raise ZeroDivisionError("ask")
        return None

    def read(self, task: AgentTask, completion: Completion | None) -> Report:
        raise ZeroDivisionError("read")


async def activities(step: str = "", *, broken: dict[str, str] | None = None) -> tuple[Team, dict[str, Any]]:
    """The activities of a team of one agent, and the job of a run."""
    plugins = {"failing": Failing(step)} if step else {}
    clock, store = ManualClock(), MemoryStore()
    bundle = Bundle(
        tenant="t",
        clock=clock,
        blobs=MemoryBlobs(),
        store=store,
        forge=lambda request: NotImplemented,
        analyzers=Loaded(plugins={}, broken={}),
        agents=Loaded(plugins=plugins, broken=broken or {}),
        examiner=None,
        reasoning=reasoning_of(Replying(), store=store, clock=clock),
    )
    made = Team(bundle, Shelf(bundle.blobs))
    return made, {"run": "run-1", "request": REQUEST, "change": await made.shelf.save(CHANGE), "evidence": []}


async def planned(made: Team, job: dict[str, Any]) -> list[Report]:
    return [await made.shelf.load(Report, digest) for digest in (await made.plan(job))["skipped"]]


async def test_one_that_does_not_load_has_failed() -> None:
    made, job = await activities(broken={"compliance": "agents.compliance:Compliance does not load: SyntaxError: x"})
    [report] = await planned(made, job)
    assert (report.agent, report.outcome) == ("compliance", Outcome.FAILED)
    assert "does not load" in report.reason


async def test_one_that_does_not_load_and_is_switched_off_is_not_missed() -> None:
    made, job = await activities(broken={"compliance": "it does not load"})
    policy = await made.bundle.blobs.put(b"version: 1\nagents: {compliance: false}\n")
    [report] = await planned(made, {**job, "request": {**REQUEST, "policy": policy}})
    assert (report.outcome, report.reason) == (Outcome.SKIPPED, "switched off by policy")


async def test_one_that_raises_while_its_tasks_are_taken_has_failed() -> None:
    made, job = await activities("tasks")
    plan = await made.plan(job)
    [report] = [await made.shelf.load(Report, digest) for digest in plan["skipped"]]
    assert plan["tasks"] == []
    assert (report.outcome, report.reason) == (Outcome.FAILED, "the agent raised ZeroDivisionError: tasks")


async def test_one_that_raises_while_it_is_asked_has_failed() -> None:
    made, job = await activities("ask")
    [work] = (await made.plan(job))["tasks"]
    assert await made.ask_agent({**job, **work}) == {"failed": "the agent raised ZeroDivisionError: ask"}


@pytest.mark.parametrize("step", ["read_agent", "fail_agent"])
async def test_one_that_raises_while_it_reads_has_failed_and_keeps_what_it_had(step: str) -> None:
    made, job = await activities("read")
    [work] = (await made.plan(job))["tasks"]
    digest = await getattr(made, step)({**job, **work, "completion": None, "reason": "no capacity"})
    report = await made.shelf.load(Report, digest)
    assert report.outcome is Outcome.FAILED
    assert report.reason == ("no capacity" if step == "fail_agent" else "the agent raised ZeroDivisionError: read")
    assert [finding.fingerprint for finding in report.findings] == [FOUND.fingerprint]
    assert (report.provenance.run, report.provenance.tenant) == ("run-1", "t")
