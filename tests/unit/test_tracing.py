"""The trace through orchestrations: carried by their histories, seen by nobody in them, told once they have ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.trace import StatusCode

from fusion.engine import Engine, Worker
from fusion.engine.replay import Recording, record, replay
from fusion.model import ChatMessage, Ending, Limits, Prompt, Response, Route, Usage, Work
from fusion.ports.telemetry import Untraced
from fusion.telemetry import chat
from fusion.telemetry.context import carried, derived, here, parse, root, step
from fusion.telemetry.early import Early
from orchestrations.registry import VERSION, orchestrators
from orchestrations.tracing import seen
from tests.fakes.scripts import REPOSITORIES, SUMMARY, Script, Waiting, pick
from tests.fakes.spans import Kept, id_of, trace_of

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
PULL = {"request": {"kind": "pull", "repository": "octo/shop", "number": 12, "why": "words of people"}}


async def ran(path: Path, name: str, given: dict[str, Any], script: Script, kept: Kept) -> tuple[Any, list[Recording]]:
    """One orchestration to its end, told to `kept`; each scripted activity gets what the host's would get."""
    worker = script.worker()
    worker.orchestrators = dict(orchestrators(lambda: kept.telemetry.tracer))
    async with Engine(path, worker, version=VERSION) as engine:
        await engine.start(name, given, "run-1")
        state = await engine.wait("run-1", timeout=240)
        return state, record(engine, "run-1")


async def test_a_trace_is_carried_and_changes_nothing_else(tmp_path: Path) -> None:
    kept, without, within = Kept(), Script(), Script()
    plain, recorded = await ran(tmp_path / "plain.db", "pull", PULL, without, kept)
    assert kept.spans == [], "a run that began without a trace has none"
    state, recordings = await ran(tmp_path / "traced.db", "pull", {**PULL, "trace": PARENT}, within, kept)
    assert state.output == plain.output
    traces = [job.pop("trace") for _, job in within.asked]
    assert within.asked == without.asked
    assert [each.name for each in recordings] == [each.name for each in recorded]
    for recording in recordings:
        for sticky in (False, True):
            replay(within.worker(), recording, strict=True, sticky=sticky)

    assert sorted(kept.names) == ["orchestration agent", "orchestration agent", "orchestration pull", "orchestration review"]
    pull, review = kept.one("orchestration pull"), kept.one("orchestration review")
    own = parse(derived(PARENT, "run-1"))
    assert own is not None
    assert (f"{id_of(pull):016x}", traces[0]) == (own.span, str(own))
    assert pull.parent is not None
    assert f"{pull.parent.span_id:016x}" == PARENT[36:52]
    assert {kept.above(span) for span in kept.spans} == {"", "orchestration pull", "orchestration review"}
    assert pull.start_time is not None
    assert pull.start_time <= (review.start_time or 0) < (review.end_time or 0) <= (pull.end_time or 0)
    assert dict(pull.attributes or {}) == {
        "fusion.run": "run-1",
        "fusion.repository": "octo/shop",
        "fusion.number": 12,
        "fusion.status": SUMMARY["status"],
    }


async def test_a_run_that_fails_is_told_without_its_words(tmp_path: Path) -> None:
    def broken(_job: dict[str, Any]) -> None:
        raise RuntimeError("def secret(): ...")

    kept = Kept()
    await ran(tmp_path / "j.db", "review", {"kind": "range", "trace": PARENT}, Script(plan=broken), kept)
    [span] = kept.spans
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == "TaskFailedError"
    assert "secret" not in span.to_json()


async def test_each_execution_of_a_run_that_goes_on_is_a_step_beneath_the_last(tmp_path: Path) -> None:
    script, kept = Script(), Kept()
    script.answers["pick_repositories"] = lambda job: pick({**job, "count": 10})
    state, _ = await ran(tmp_path / "j.db", "scan", {"account": "octo", "trace": PARENT}, script, kept)
    assert state.output["status"] == "scanned"
    scans = [span for span in kept.spans if span.name == "orchestration scan"]
    assert kept.names.count("orchestration scan_repository") == len(REPOSITORIES)
    above = [span.parent.span_id for span in scans if span.parent is not None]
    assert above == [int(PARENT[36:52], 16), *(id_of(span) for span in scans[:-1])]
    assert len(scans) == len(REPOSITORIES) / 10


STARTED: dict[str, dict[str, Any]] = {
    "review": {"kind": "pull", "repository": "octo/shop", "number": 12, "publish": True},
    "command": {"event": {"repository": "octo/shop", "number": 12, "installation": 5}},
    "merge_group": {"event": {}},
    "catch_up": {"event": {}},
    "scans": {"event": {}},
    "scan": {"account": "octo"},
}
"""What hosts start of themselves or for people, beside pull requests."""


@pytest.mark.parametrize("sticky", [0, None])
@pytest.mark.parametrize("name", STARTED)
async def test_whatever_is_started_is_one_tree(tmp_path: Path, name: str, sticky: int | None) -> None:
    kept = Kept()
    script = Script(ask_agent={"prompt": "sha256:p"}, announce_group=Waiting())
    script.answers["pick_repositories"] = lambda job: pick({**job, "count": 25})
    worker = Worker()
    for known, orchestrator in orchestrators(lambda: kept.telemetry.tracer).items():
        worker.add_orchestrator(orchestrator, name=known)
    for known, registered in script.worker().activities.items():
        worker.add_activity(known, seen(known, registered.function, kept.telemetry))
    with step(kept.telemetry.tracer, "start", kind="server", own=root("d1")):
        given = carried(STARTED[name], here())
    async with Engine(tmp_path / "j.db", worker, version=VERSION, sticky_after=sticky) as engine:
        await engine.start(name, given, "run-1")
        await engine.wait("run-1", timeout=240)
    [first] = [span for span in kept.spans if span.parent is None]
    ids = [id_of(span) for span in kept.spans]
    assert first.name == "start"
    assert len(set(ids)) == len(ids), "nothing is told twice, however often it is replayed"
    assert {span.parent.span_id for span in kept.spans if span.parent} <= set(ids), "an orphan"
    assert {trace_of(span) for span in kept.spans} == {trace_of(first)}
    assert kept.names.count("orchestration " + name) == (2 if name == "scan" else 1)
    assert len([each for each in kept.names if each.startswith("activity ")]) == len(script.asked) > 1
    assert not any("trace" in job for _, job in script.asked)


async def test_an_activity_is_a_step_that_never_sees_its_trace() -> None:
    kept, jobs, places = Kept(), [], []

    async def look(_ctx: object, job: dict[str, Any]) -> dict[str, Any]:
        jobs.append(job)
        places.append(here())
        return {"status": "failed", "message": "def secret(): ..."}

    class Again:
        attempt = 3

    activity = seen("collect_evidence", look, kept.telemetry)
    assert activity.__name__ == "collect_evidence"
    job = {"run": "run-1", "analyzer": "ruff", **PULL}
    await activity(Again(), {**job, "trace": PARENT})
    await activity(None, job)
    assert jobs == [job, job]
    [span] = kept.spans
    assert places == [f"00-{PARENT[3:35]}-{id_of(span):016x}-01", ""]
    assert dict(span.attributes or {}) == {
        **{"fusion.run": "run-1", "fusion.attempt": 3, "fusion.analyzer": "ruff"},
        **{"fusion.repository": "octo/shop", "fusion.number": 12, "fusion.status": "failed", "error.type": "failed"},
    }


async def test_an_activity_that_raises_tells_the_kind_of_error_alone() -> None:
    async def fall(_ctx: object, _job: dict[str, Any]) -> None:
        raise ValueError("def secret(): ...")

    kept = Kept()
    with pytest.raises(ValueError, match="secret"):
        await seen("plan", fall, kept.telemetry)(None, {"run": "r", "trace": PARENT})
    assert kept.one("activity plan").status.description == "ValueError"
    assert "secret" not in kept.one("activity plan").to_json()


@pytest.mark.parametrize("given", [None, [], "text", {"trace": 5}, {"trace": "nonsense"}])
async def test_inputs_of_any_shape_go_through(given: Any) -> None:
    async def echo(_ctx: object, job: Any) -> Any:
        return job

    assert await seen("echo", echo, Kept().telemetry)(None, given) == ({} if isinstance(given, dict) else given)


PROMPT = Prompt(
    agent="security",
    work=Work.REVIEW,
    messages=(ChatMessage(role="system", text="Find."), ChatMessage(role="user", text="def secret(): ...")),
    schema_name="findings",
    reply_schema={},
    limits=Limits(output_tokens=900),
)
ROUTE = Route(endpoint="there", kind="cloud", model="gpt-x", region="swedencentral", why="it is near")


@pytest.mark.parametrize("content", [False, True])
def test_a_call_of_a_model_follows_the_conventions_and_holds_content_only_on_request(content: bool) -> None:
    kept = Kept(content=content)
    usage = Usage(input_tokens=100, output_tokens=20, cached_tokens=64)
    response = Response(ending=Ending.OK, text='{"findings": ["a secret"]}', model="gpt-x-2026", usage=usage)
    attributes = chat.asked(PROMPT, ROUTE, "azure.ai.openai", content=content)
    with step(kept.telemetry.tracer, chat.name(ROUTE), kind="client", attributes=attributes) as span:
        chat.answered(span, response, content=content)
    told = dict(kept.one("chat gpt-x").attributes or {})
    assert ("secret" in str(told)) is content
    messages = {name for name in told if name.endswith("messages")}
    assert messages == ({"gen_ai.input.messages", "gen_ai.output.messages"} if content else set())
    assert {name: value for name, value in told.items() if name.startswith("gen_ai") and name not in messages} == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "azure.ai.openai",
        "gen_ai.request.model": "gpt-x",
        "gen_ai.request.max_tokens": 900,
        "gen_ai.request.temperature": 0.0,
        "gen_ai.output.type": "json",
        "gen_ai.response.model": "gpt-x-2026",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 64,
    }


def test_an_endpoint_that_says_its_question_where_its_name_belongs_is_not_repeated() -> None:
    kept = Kept()
    with step(kept.telemetry.tracer, "chat gpt-x") as span:
        chat.answered(span, Response(ending=Ending.OK, text="{}", model="def secret(): ..."), content=False)
    assert "secret" not in kept.one("chat gpt-x").to_json()


def test_a_call_that_failed_names_its_ending_and_not_the_other_sides_words() -> None:
    kept = Kept()
    with step(kept.telemetry.tracer, "chat gpt-x") as span:
        chat.answered(span, Response(ending=Ending.LIMITED, reason="your key sk-secret is limited"), content=True)
    told = kept.one("chat gpt-x")
    assert told.status.description == "limited"
    assert "sk-secret" not in told.to_json()


def test_what_ends_before_anybody_listens_is_told_later() -> None:
    early, kept, at = Early(), Kept(), datetime(2026, 1, 1, tzinfo=UTC)
    for name, before in (("first", True), ("second", False)):
        if not before:
            early.opened(kept.telemetry.tracer)
        early.past(name, start=at, end=at + timedelta(seconds=1), own=derived(PARENT, name), parent=PARENT)
    early.closed()
    early.past("third", start=at, end=at)
    assert kept.names == ["first", "second"]
    assert isinstance(early, Untraced)
