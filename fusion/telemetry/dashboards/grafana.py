"""The Grafana dashboard (https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fusion.telemetry.dashboards import promql
from fusion.telemetry.dashboards.panels import INCORRECT, SHARES, Panel, rows
from fusion.telemetry.dashboards.promql import Query
from fusion.telemetry.metrics import WORKER
from fusion.telemetry.objectives import DAYS, OBJECTIVES

_SOURCE = {"type": "prometheus", "uid": "${source}"}
_WIDE, _HIGH = 24, 8
_UNITS = {"s": "s", "1": "percentunit"}

IDLE = "1 - sum(rate(fusion_worker_gpu_seconds_total[$__rate_interval])) / count(fusion_worker_capacity)"
"""The share of time in which workers that run generate nothing."""


def dashboard() -> dict[str, Any]:
    """The dashboard as Grafana imports it."""
    panels = list(_laid(_panels()))
    return {
        "annotations": {"list": []},
        "description": "Written by tools/telemetry from the list of metrics.",
        "editable": True,
        "graphTooltip": 1,
        "panels": [{"id": number, **one} for number, one in enumerate(panels, 1)],
        "refresh": "1m",
        "schemaVersion": 39,
        "tags": ["fusion"],
        "templating": {"list": [{"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}]},
        "time": {"from": "now-24h", "to": "now"},
        "timezone": "",
        "title": "Fusion",
        "uid": "fusion",
        "version": 1,
    }


def _panels() -> Iterator[dict[str, Any]]:
    yield _row(f"Promises: the share of events of {DAYS} days that was as promised; red is missed")
    for objective in OBJECTIVES:
        steps: list[dict[str, Any]] = [{"color": "red", "value": None}, {"color": "green", "value": objective.share}]
        yield _stat(objective.title, objective.promise, promql.kept(objective, f"{DAYS}d"), steps)
    for share in SHARES:
        yield _stat(share.title, "", promql.share(share), [{"color": "blue", "value": None}])
    for row in rows():
        yield _row(row.title)
        yield from map(_over_time, row.panels)
        if any(panel.metric.name == INCORRECT.metric for panel in row.panels):
            legend = " ".join(f"{{{{{one}}}}}" for one in INCORRECT.by)
            yield _lines(INCORRECT.title, "1", [Query(expression=promql.share(INCORRECT), legend=legend)])
    yield _row("Inference workers, as their own /metrics tell")
    yield _lines("Share of workers' time that is idle", "1", [Query(expression=IDLE, legend="idle")])
    for theirs in WORKER:
        by = f" by ({', '.join(theirs.labels)})" if theirs.labels else ""
        legend = " ".join(f"{{{{{one}}}}}" for one in theirs.labels) or theirs.help
        expression = {
            "counter": f"sum{by} (increase({theirs.name}[$__rate_interval]))",
            "gauge": f"sum{by} ({theirs.name})" if theirs.unit != "1" else f"avg{by} ({theirs.name})",
            "histogram": (
                f"histogram_quantile(0.95, sum by ({', '.join(('le', *theirs.labels))})"
                f" (rate({theirs.name}_bucket[$__rate_interval])))"
            ),
        }[theirs.kind]
        yield _lines(theirs.help.rstrip("."), theirs.unit, [Query(expression=expression, legend=legend)])


def _over_time(panel: Panel) -> dict[str, Any]:
    return _lines(panel.title, panel.metric.unit, promql.panel(panel), panel.metric.help)


def _row(title: str) -> dict[str, Any]:
    return {"type": "row", "title": title, "collapsed": False, "panels": [], "_size": (_WIDE, 1)}


def _stat(title: str, about: str, expression: str, steps: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "stat",
        "title": title,
        "description": about,
        "datasource": _SOURCE,
        "targets": [_target(Query(expression=expression, legend=title), "A")],
        "fieldConfig": {
            "defaults": {"unit": "percentunit", "decimals": 2, "thresholds": {"mode": "absolute", "steps": steps}},
            "overrides": [],
        },
        "options": {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value", "graphMode": "none"},
        "_size": (4, 4),
    }


def _lines(title: str, unit: str, queries: Any, about: str = "") -> dict[str, Any]:
    return {
        "type": "timeseries",
        "title": title,
        "description": about,
        "datasource": _SOURCE,
        "targets": [_target(query, chr(ord("A") + number)) for number, query in enumerate(queries)],
        "fieldConfig": {"defaults": {"unit": _UNITS.get(unit, "short"), "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "_size": (8, _HIGH),
    }


def _target(query: Query, id: str) -> dict[str, Any]:
    return {"refId": id, "datasource": _SOURCE, "expr": query.expression, "legendFormat": query.legend}


def _laid(panels: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """From left to right and down, each with its place on a grid of 24 columns."""
    x = y = high = 0
    for panel in panels:
        width, height = panel.pop("_size")
        if x + width > _WIDE:
            x, y, high = 0, y + high, 0
        yield {**panel, "gridPos": {"x": x, "y": y, "w": width, "h": height}}
        x, high = x + width, max(high, height)
