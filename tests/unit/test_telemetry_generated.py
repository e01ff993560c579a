"""Dashboards, alerts and their page are made of the lists, show all of it, and name nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from fusion.telemetry.dashboards import grafana, kql, promql
from fusion.telemetry.dashboards.generated import FILES, PAGE, ROOT
from fusion.telemetry.metrics import METRICS, WORKER, prometheus_label, prometheus_name
from fusion.telemetry.objectives import BURNS, OBJECTIVES
from gpu_worker.engines.share import Share
from gpu_worker.metrics import Metrics
from gpu_worker.nvml import Reading
from gpu_worker.protocols import Happening

SUFFIXES = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
SERIES = {
    **{prometheus_name(one) + suffix: one for one in METRICS.values() for suffix in SUFFIXES[one.kind]},
    **{one.name + suffix: one for one in WORKER for suffix in SUFFIXES[one.kind]},
}
"""Every series that hosts and workers tell, by name."""
NAME = re.compile(r"\b(?:fusion|gen_ai)_[a-z0-9_]+\b")


def promql_of() -> Iterator[str]:
    """Every expression for Prometheus."""
    for panel in grafana.dashboard()["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    for group in yaml.safe_load(promql.rules())["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


def kql_of() -> Iterator[str]:
    """Every query for Log Analytics."""
    yield from (item["content"]["query"] for item in kql.workbook()["items"] if item["type"] == 3)
    yield from (alert["query"] for alert in kql.alerts()["logAlerts"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_committed_is_what_is_made(path: Any) -> None:
    assert path.read_text("utf-8") == FILES[path](), "run tools/telemetry"


def test_prometheus_is_asked_for_nothing_that_nobody_tells() -> None:
    asked = list(promql_of())
    assert len(asked) > 50
    for expression in asked:
        bare = re.sub(r'"[^"]*"', '""', expression)
        by = {one for group in re.findall(r"by \(([^)]*)\)", bare) for one in group.split(", ")}
        names = set(NAME.findall(bare)) - by - set(re.findall(r"(\w+)=~?\"\"", bare))
        assert names, expression
        assert names <= SERIES.keys(), expression
        assert bare.count("(") == bare.count(")")
        labels = set().union(*(labels_of(SERIES[name]) for name in names))
        used = by | set(re.findall(r"(\w+)(?:=~|!=|=)\"\"", bare))
        assert used <= labels | {"le"}, expression


def labels_of(metric: Any) -> set[str]:
    return {one if isinstance(one, str) else prometheus_label(one) for one in metric.labels}


def test_log_analytics_is_asked_for_nothing_that_nobody_tells() -> None:
    asked = list(kql_of())
    assert len(asked) > len(METRICS)
    for query in asked:
        first, where, *rest = query.splitlines()
        assert first == "AppMetrics"
        name = re.fullmatch(r'\| where Name == "([a-z_.]+)"', where)
        assert name is not None, query
        known = {label.name for label in METRICS[name[1]].labels}
        used = set(re.findall(r'Properties\["([^"]+)"\]', query)) | set(re.findall(r"Properties\.(\w+)", query))
        assert used <= known, query
        assert all(line.startswith("| ") for line in rest)
        assert query.count("(") == query.count(")")


def test_every_metric_is_shown_on_both_dashboards() -> None:
    on_grafana = {name for expression in promql_of() for name in NAME.findall(expression)}
    shown = {SERIES[name].name for name in on_grafana if name in SERIES}
    assert shown == METRICS.keys() | {one.name for one in WORKER}
    on_azure = set(re.findall(r'Name == "([a-z_.]+)"', "\n".join(kql_of())))
    assert on_azure == METRICS.keys()


def test_panels_lie_side_by_side() -> None:
    panels = grafana.dashboard()["panels"]
    taken = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(set(taken)) == len(taken)
    assert max(x for x, _ in taken) == 23
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_every_promise_calls_somebody_in_both_worlds() -> None:
    [objectives, _] = yaml.safe_load(promql.rules())["groups"]
    called = {(rule["labels"]["objective"], rule["labels"]["severity"]) for rule in objectives["rules"]}
    assert called == {(one.id, severity) for one in OBJECTIVES for severity in ("page", "ticket")}
    for rule in objectives["rules"]:
        [one] = [one for one in OBJECTIVES if one.id == rule["labels"]["objective"]]
        windows = [
            promql.window(hours)
            for burn in BURNS
            if burn.severity == rule["labels"]["severity"]
            for hours in (burn.long, burn.short)
        ]
        assert set(re.findall(r"\[(\w+)\]", rule["expr"])) == set(windows)
        assert f"> {14.4 * (1 - one.share):.6g} *" in rule["expr"] or rule["labels"]["severity"] == "ticket"
    alerts = json.loads((ROOT / "bicep" / "generated" / "alerts.json").read_text("utf-8"))
    for alert in alerts["logAlerts"]:
        # Azure takes no longer window, and a measure and dimensions that the query gives.
        assert alert["windowSize"] in ("PT1H", "PT6H", "P1D", "P2D")
        assert re.search(rf"\b{alert['metricMeasureColumn']} = ", alert["query"])
        assert all(re.search(rf"\b{one}\b", alert["query"]) for one in alert["dimensions"])
        if alert["name"].startswith("objectives"):
            assert all(f'"{one.id}", {float(f"{1 - one.share:.6g}")!r}' in alert["query"] for one in OBJECTIVES)
    assert [alert["severity"] for alert in alerts["logAlerts"]] == [1, 3, 3, 3]


def test_the_page_names_every_metric_and_every_promise() -> None:
    text = PAGE.read_text("utf-8")
    assert all(f"| `{name}` | `{prometheus_name(metric)}` |" in text for name, metric in METRICS.items())
    assert all(one.promise in text and promql.alert(one) in text for one in OBJECTIVES)


class Gpu:
    """An accelerator that tells something."""

    name, absent, capability = "a GPU", "", None

    def read(self) -> Reading:
        return Reading(utilisation=0.5)


def test_workers_tell_what_dashboards_show_of_them() -> None:
    metrics = Metrics(share=Share(), capacity=1, accelerator=Gpu(), state=lambda: "ready", restarts=lambda: 0)
    metrics.listen(Happening(kind="taken", urgency="pull"))
    told = metrics.text().decode()
    for one in WORKER:
        family = one.name.removesuffix("_total") if f"# TYPE {one.name} " not in told else one.name
        assert re.search(rf"^# TYPE {family}(_total)? {one.kind}$", told, re.MULTILINE), one.name
        series = one.name + ("_bucket" if one.kind == "histogram" else "")
        found = re.search(rf"^{series}(?:{{([^}}]*)}})? ", told, re.MULTILINE)
        assert found is not None, one.name
        assert set(re.findall(r'(\w+)="', found[1] or "")) - {"le"} == set(one.labels)
