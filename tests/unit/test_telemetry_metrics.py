"""The list of metrics, the meters that take it, and what is measured of what happens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader, NumberDataPoint

from fusion.adapters.telemetry.meters import OTelMeter
from fusion.cli.dismiss import told
from fusion.dispatch.outcomes import Begun, Unavailable
from fusion.errors import TransientError
from fusion.judging.ledger import LedgerEntry
from fusion.model import Call, Disposition, Ending, Outcome, Severity, State, ToolReport, Usage, Work
from fusion.model.compliance import ScanOf
from fusion.model.review import Tally
from fusion.ports import Message, Priority, QueueState
from fusion.ports.telemetry import Meter, Unmeasured
from fusion.progress import (
    AgentFinished,
    Decided,
    Notice,
    Published,
    Recorded,
    Rerouted,
    Scanned,
    ToolFinished,
    ToolStarted,
)
from fusion.routing.catalogue import load
from fusion.settings import read as settings
from fusion.telemetry.exposition import read
from fusion.telemetry.metering import MOST, Fan, Measurement, tell
from fusion.telemetry.metrics import METRICS, prometheus_label, prometheus_name
from fusion.telemetry.objectives import BURNS, DAYS, EVENTS, OBJECTIVES, Within, Words, judged
from fusion.telemetry.prometheus import PrometheusMeter
from fusion.telemetry.watching import of_call, of_delivery, of_notice, of_outcome, of_queue
from tests.fakes import judging, reviews
from tests.fakes.collector import collecting

ENDPOINTS = """
[endpoints.here]
kind = "worker"
model = "qwen2.5-coder-7b-instruct"
[endpoints.foundry]
kind = "openai"
address = "https://shop.services.ai.azure.com/openai/v1/"
model = "gpt-4.1-mini"
key = "FOUNDRY_KEY"
"""
AT = datetime(2026, 5, 1, tzinfo=UTC)
BEFORE = {
    *("fusion_deliveries_total", "fusion_acknowledgement_seconds", "fusion_messages_total", "fusion_tools_total"),
    *("fusion_agents_total", "fusion_reviews_total", "fusion_publish_seconds", "fusion_ready"),
    *(f"fusion_queue_{name}" for name in ("waiting", "locked", "scheduled", "dead", "oldest_seconds")),
    *("fusion_orchestrations_live", "fusion_activities_running", "fusion_activities_waiting"),
}
"""What dashboards of earlier versions read."""
NAMELESS = re.compile(r"repo|owner|person|user|login|actor|author|path|file|branch|commit|head|run|id$|delivery|session|title")


def call(**fields: object) -> Call:
    given: dict[str, object] = {"agent": "security", "work": Work.REVIEW, "endpoint": "foundry", "ending": Ending.OK}
    return Call.model_validate(given | fields)


def test_every_name_is_one_in_both_worlds_and_the_old_ones_stay() -> None:
    names = [prometheus_name(metric) for metric in METRICS.values()]
    assert len(set(names)) == len(names) > 25
    assert set(names) >= BEFORE
    for metric in METRICS.values():
        assert re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", metric.name)
        assert re.fullmatch(r"s|1|By|\{[a-z]+\}", metric.unit)
        assert metric.help.endswith(".")
        assert list(metric.buckets) == sorted(set(metric.buckets))
        assert bool(metric.buckets) == (metric.kind == "histogram")
    assert {prometheus_name(METRICS[name]) for name in ("gen_ai.client.token.usage", "gen_ai.client.operation.duration")} == {
        "gen_ai_client_token_usage",
        "gen_ai_client_operation_duration_seconds",
    }


def test_no_label_names_a_repository_a_person_or_an_id() -> None:
    labels = {label.name for metric in METRICS.values() for label in metric.labels}
    assert {name for name in labels if NAMELESS.search(name)} == set()
    # What the list leaves open is named by the operator, never by what is reviewed.
    free = {label.name for metric in METRICS.values() for label in metric.labels if not label.values}
    assert free == {"tool", "agent", "endpoint", "currency", "accelerator", "gen_ai.request.model"}


def test_the_fan_lets_through_what_is_in_the_list_and_nothing_else() -> None:
    prometheus = PrometheusMeter()
    fan = Fan(prometheus)
    for wrong in (
        lambda: fan.add("fusion.nothing"),
        lambda: fan.add("fusion.acknowledgement"),
        lambda: fan.set("fusion.deliveries", 1),
        lambda: fan.add("fusion.reviews", verdict="pass", repository="octo/shop"),
    ):
        with pytest.raises(ValueError, match="fusion"):
            wrong()
    fan.add("fusion.reviews", verdict="a verdict of a plugin")
    for number in range(3 * MOST):
        fan.add("fusion.model.calls", endpoint=f"endpoint-{number}" + "x" * 1000, work="review", ending="ok", cached="no")
    found = read(prometheus.text().decode())
    assert found.total("fusion.reviews", verdict="other") == 1
    assert len(found.values("fusion.model.calls", "endpoint")) == MOST + 1
    assert found.total("fusion.model.calls", endpoint="other") == 2 * MOST
    assert max(map(len, found.values("fusion.model.calls", "endpoint"))) <= 100


@pytest.mark.parametrize("wrapped", [False, True])
def test_prometheus_and_opentelemetry_are_told_the_same(wrapped: bool) -> None:
    reader, prometheus = InMemoryMetricReader(), PrometheusMeter()
    exported = OTelMeter(MeterProvider([reader], shutdown_on_exit=False), METRICS.values())
    meter: Meter = Fan(Fan(exported) if wrapped else exported, prometheus, Unmeasured())
    for metric in METRICS.values():
        if metric.name != EVENTS:
            labels = {label.name: label.values[0] if label.values else "configured" for label in metric.labels}
            tell(meter, [Measurement(metric.name, 3, labels), Measurement(metric.name, 4, labels)])
    [[scope]] = [one.scope_metrics for one in reader.get_metrics_data().resource_metrics]
    told = {metric.name: metric for metric in scope.metrics}
    assert told.keys() == METRICS.keys()
    shown = read(prometheus.text().decode())
    for name, metric in METRICS.items():
        assert told[name].unit == metric.unit
        for point in told[name].data.data_points:
            said = dict(point.attributes)
            assert said.keys() == {label.name for label in metric.labels}
            if isinstance(point, HistogramDataPoint):
                assert tuple(point.explicit_bounds) == metric.buckets
                assert shown.total(name, "_count", **said) == point.count == 2
                assert shown.total(name, "_sum", **said) == point.sum == 7
            else:
                assert isinstance(point, NumberDataPoint)
                assert shown.total(name, **said) == point.value
    assert shown.total("fusion.messages") == 7
    assert shown.total("fusion.queue.oldest", priority="command") == 4
    # Three promises count events of counters, two count values: a Fan in a Fan counts none twice.
    assert shown.total(EVENTS) == 3 * (3 + 4) + 2 * 2


def test_what_a_reader_tells_is_gone_when_it_tells_nothing() -> None:
    """An engine that is closed has no orchestrations: neither those that it had, nor 0."""
    prometheus, now = PrometheusMeter(), [Measurement("fusion.orchestrations.live", 3)]
    prometheus.read(lambda: now)
    prometheus.set("fusion.orchestrations.live", 9)
    prometheus.set("fusion.budget.left", 4.5, currency="EUR")
    assert read(prometheus.text().decode()).total("fusion.orchestrations.live") == 3
    now.clear()
    found = read(prometheus.text().decode())
    assert not found.is_told("fusion.orchestrations.live")
    assert not found.is_told("fusion.ready")
    assert found.total("fusion.budget.left", currency="EUR") == 4.5


def test_what_activities_tell_is_measured() -> None:
    told: list[Notice] = [
        ToolFinished(ToolReport(run=judging.run_of("ruff", seconds=2.5))),
        ToolFinished(ToolReport(run=judging.run_of("bandit", outcome=Outcome.TIMED_OUT))),
        AgentFinished(judging.report_of(agent="security", calls=(call(), call(cached=True)))),
        Recorded(
            reviews.review(
                findings=(reviews.finding(severity=Severity.HIGH),), tally=Tally(new=1, carried=2, fixed=3, dismissed=4)
            )
        ),
        Decided(reviews.finding(agent="security", evidence=(judging.evidence_of("ruff"),)), State.INCORRECT, "reaction"),
        Published("review-1", 61.0),
        Published("review-2"),
        Rerouted(Work.REVIEW, "unsure"),
        Scanned(ScanOf(repository="octo/shop", status="gone")),
        ToolStarted("ruff"),
    ]
    prometheus = PrometheusMeter()
    for notice in told:
        tell(Fan(prometheus), of_notice(notice))
    found = read(prometheus.text().decode())
    assert found.total("fusion.tools", tool="bandit", outcome="timed_out") == 1
    assert found.total("fusion.tool.duration", "_sum", tool="ruff") == 2.5
    assert found.total("fusion.agents", agent="security", outcome="ok") == 1
    assert [found.total("fusion.model.calls", cached=cached) for cached in ("yes", "no")] == [1, 1]
    assert found.total("fusion.reviews") == 1
    wanted = {"new": 1, "carried": 2, "fixed": 3, "dismissed": 4, "suppressed": 0}
    assert {one: found.total("fusion.findings", disposition=one) for one in wanted} == wanted
    assert found.total("fusion.findings.open", severity="high") == 1
    assert found.total("fusion.dispositions", agent="security", tool="ruff", disposition="incorrect", how="reaction") == 1
    # Prometheus sees growth only of what it saw before.
    assert found.is_told("fusion.dispositions")
    assert len(found.values("fusion.dispositions", "disposition")) == len(State)
    assert (found.total("fusion.review.delivery", "_count"), found.total("fusion.review.delivery", "_sum")) == (1, 61)
    assert found.total("fusion.model.escalations", work="review", why="unsure") == 1
    assert found.total("fusion.scans", status="gone") == 1
    assert found.total(EVENTS, objective="reviews_timely", met="yes") == 1


def test_a_call_is_measured_in_the_words_of_the_conventions() -> None:
    models = load(ENDPOINTS, origin="models.toml")
    usage = Usage(input_tokens=900, output_tokens=80, cached_tokens=700, cost=0.02, currency="EUR", seconds=3.5)
    found = {
        (one.name, one.labels.get("gen_ai.token.type", "")): (one.value, one.labels)
        for one in of_call(call(usage=usage, model="what it calls itself today", ending=Ending.REFUSED), models)
    }
    named = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "azure.ai.openai",
        "gen_ai.request.model": "gpt-4.1-mini",
    }
    assert found == {
        ("fusion.model.calls", ""): (
            1,
            {"endpoint": "foundry", "work": "review", "ending": "refused", "cached": "no"},
        ),
        ("fusion.model.cost", ""): (0.02, {"endpoint": "foundry", "currency": "EUR"}),
        ("fusion.model.cached.tokens", ""): (700, {"endpoint": "foundry"}),
        ("gen_ai.client.token.usage", "input"): (900, {**named, "gen_ai.token.type": "input"}),
        ("gen_ai.client.token.usage", "output"): (80, {**named, "gen_ai.token.type": "output"}),
        ("gen_ai.client.operation.duration", ""): (3.5, {**named, "error.type": "refused"}),
    }
    here = [one for one in of_call(call(endpoint="here", usage=usage), models) if one.name.startswith("gen_ai")]
    assert {one.labels["gen_ai.provider.name"] for one in here} == {"fusion.worker"}
    # What was answered before, or reached nobody, took no tokens of any model.
    for untaken in (call(cached=True, usage=usage), call(sent=False, usage=usage), call(endpoint="", ending=Ending.CAPPED)):
        assert not [one for one in of_call(untaken, models) if one.name.startswith("gen_ai")]


def test_messages_and_deliveries_are_measured() -> None:
    message = Message(id="delivery-1", session="octo/shop#1", priority=Priority.COMMAND, body={})
    begun = Begun(message=message, attempt=1, enqueued=AT - timedelta(seconds=40))
    again = Begun(message=message, attempt=2, enqueued=AT - timedelta(seconds=40))
    away = Unavailable(priority=Priority.EVENT, error=TransientError("away"), seconds=1)
    made = [
        *of_outcome(begun, "", AT),
        *of_outcome(again, "", AT),
        *of_outcome(away, "unavailable", AT),
        *of_delivery("a header of anybody's", "refused", 0.2),
        *of_queue({Priority.EVENT: QueueState(waiting=2, oldest_seconds=7)}),
    ]
    prometheus = PrometheusMeter()
    tell(Fan(prometheus), made)
    found = read(prometheus.text().decode())
    assert (found.total("fusion.message.wait", "_count"), found.total("fusion.message.wait", "_sum")) == (1, 40)
    assert found.total("fusion.messages", priority="event", end="unavailable") == 1
    assert found.total("fusion.deliveries", event="other", answer="refused") == 1
    assert found.total("fusion.queue.oldest", priority="event") == 7


def test_nothing_of_a_repository_or_a_person_is_told() -> None:
    """Planted wherever a record has room for it; what is told is searched for it."""
    planted = "canary"
    finding = reviews.finding(
        title=planted, body=planted, symbol=planted, snippet=planted, location=reviews.location(path=f"{planted}.py")
    )
    run = judging.run_of("ruff", f"{planted}.py", reason=planted, outcome=Outcome.FAILED)
    review = reviews.review(
        id=f"review-{planted}", repository=f"{planted}/{planted}", title=planted, head=planted, findings=(finding,)
    )
    asked = call(why=planted, reason=planted, model=planted, endpoint="foundry", usage=Usage(input_tokens=1, seconds=1))
    models = load(ENDPOINTS, origin="models.toml")
    message = Message(id=planted, session=f"{planted}/{planted}#1", body={"repository": planted})
    prometheus = PrometheusMeter()
    for notice in (
        ToolFinished(ToolReport(run=run)),
        AgentFinished(judging.report_of([finding], calls=(asked,), reason=planted)),
        Recorded(review),
        Decided(finding, State.INCORRECT, "reply"),
        Published(planted, 1.0),
        Scanned(ScanOf(repository=planted, status=planted, reason=planted, commit=planted)),
    ):
        tell(Fan(prometheus), of_notice(notice, models))
    tell(Fan(prometheus), of_outcome(Begun(message=message, attempt=1, enqueued=AT), planted, AT))
    tell(Fan(prometheus), of_delivery(planted, planted, 1.0))
    text = prometheus.text().decode()
    assert text.count("\n") > 200
    assert planted not in text


def test_promises_are_about_what_is_measured() -> None:
    for objective in OBJECTIVES:
        metric = METRICS[objective.metric]
        match objective.counts:
            case Within(most=most, label=label, values=values):
                assert metric.kind == "histogram"
                # Prometheus can check the count only where a bucket ends.
                assert most in metric.buckets
                named = {label: values[0]} if label else {}
                assert list(judged(metric.name, most, named)) == [(objective.id, True)]
                assert list(judged(metric.name, most + 0.001, named)) == [(objective.id, False)]
                # What asks for nothing, or was signed by nobody, is promised nothing.
                assert not label or not list(judged(metric.name, most, {label: "ignored"}))
            case Words(label=label, met=met, missed=missed):
                [known] = [one for one in metric.labels if one.name == label]
                assert {*met, *missed} <= set(known.values)
                assert not set(met) & set(missed)
                for value in known.values:
                    said = [(objective.id, value in met)] if value in (*met, *missed) else []
                    assert list(judged(metric.name, 1, {label: value})) == said
    # What each alert lets burn of thirty days' budget before somebody is called, as the workbook has it.
    assert [round(burn.rate * burn.long / (24 * DAYS), 3) for burn in BURNS] == [0.02, 0.05, 0.1, 0.1]
    assert [round(burn.long / burn.short) for burn in BURNS] == [12, 12, 12, 12]


def test_labels_are_the_same_names_in_both_worlds() -> None:
    for metric in METRICS.values():
        assert len({prometheus_label(label) for label in metric.labels}) == len(metric.labels)


async def test_a_dismissal_at_a_terminal_reaches_a_collector_and_waits_for_none(tmp_path: Path) -> None:
    entry = LedgerEntry(finding=reviews.finding(), disposition=Disposition(state=State.INCORRECT))
    with collecting() as collector:
        given = {"FUSION_HOME": str(tmp_path), "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        await told(settings(given), [entry])
        assert "fusion.dispositions" in collector.metrics
    # Nobody is there any more.
    await told(settings(given), [entry])
    await told(settings({"FUSION_HOME": str(tmp_path)}), [entry])


def test_a_meter_that_fails_stops_neither_the_work_nor_the_others() -> None:
    class Failing(Unmeasured):
        def add(self, name: str, amount: float = 1.0, **labels: str) -> None:
            raise RuntimeError("an exporter's mistake")

    prometheus = PrometheusMeter()
    Fan(Failing(), prometheus).add("fusion.tools", tool="a\udc00b", outcome="ok")
    assert 'tool="a?b"' in prometheus.text().decode()
    with pytest.raises(ValueError, match="no counter"):
        Fan(Failing()).add("fusion.nothing")


def test_a_mistake_in_what_is_measured_is_in_the_log_and_reaches_no_work(caplog: pytest.LogCaptureFixture) -> None:
    def mistaken() -> Iterator[Measurement]:
        yield Measurement("fusion.reviews", 1, {"verdict": "pass"})
        raise RuntimeError("a mistake of ours")

    prometheus = PrometheusMeter()
    tell(Fan(prometheus), mistaken())
    tell(Fan(prometheus), [Measurement("fusion.nothing")])
    assert read(prometheus.text().decode()).total("fusion.reviews") == 1
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
