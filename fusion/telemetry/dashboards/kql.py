"""Azure Monitor: the workbook and the alerts, in queries of Log Analytics.

Application Insights keeps metrics of OpenTelemetry in the table AppMetrics
(https://learn.microsoft.com/en-us/azure/azure-monitor/reference/tables/appmetrics): a row for each interval and combination of
labels, with their sum and number. Distributions have no buckets there, so that objectives count for themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fusion.ports.telemetry import Metric
from fusion.telemetry.dashboards.conditions import BACKLOG, DISBELIEVED, SET_ASIDE, SPENT, Condition
from fusion.telemetry.dashboards.panels import INCORRECT, SETTLED, SHARES, WRONG, Panel, Share, rows
from fusion.telemetry.objectives import BURNS, DAYS, EVENTS, LEAST, OBJECTIVES, Burn

LONGEST = 48.0
"""Hours over which an alert of logs can look back: what burns slower is seen in the workbook."""
SHORTEST = 0.25
"""Hours below which no window of theirs is: logs come minutes late."""
_SEVERITIES = {"page": 1, "ticket": 3}
_GRAIN = "bin(TimeGenerated, {TimeRange:grain})"


def _from(metric: str) -> str:
    return f'AppMetrics\n| where Name == "{metric}"'


def _column(label: str) -> str:
    return label.replace(".", "_")


def _label(name: str) -> str:
    """A label as a column: the dots of its name are none of an operator's."""
    return f'{_column(name)} = tostring(Properties["{name}"])'


def panel(panel: Panel) -> str:
    """One metric over time."""
    metric = panel.metric
    by = ", ".join([_GRAIN, *map(_label, panel.by)])
    return f"{_from(metric.name)}\n| summarize {_value(metric, panel.over)} by {by}"


def _value(metric: Metric, over: str) -> str:
    match metric.kind:
        case "counter":
            return "value = sum(Sum)"
        case "gauge":
            # Each host tells its own; how often, is no matter of the gauge's.
            return f"value = {'avg' if over == 'sum' else over}(Sum)"
        case "histogram":
            return "mean = sum(Sum) / sum(ItemCount), longest = max(Max)"


def share(of: Share) -> str:
    """The part of a counter that has these values, in percent."""
    if of.by:
        return (
            f"{_parts(of)}\n| where whole > 0\n"
            f"| project {', '.join(map(_column, of.by))}, settled = whole, percent = round(100.0 * part / whole, 2)\n"
            "| order by percent desc"
        )
    return f'{_parts(of)}\n| project what = "{of.title}", percent = round(100.0 * part / whole, 2)'


def _parts(of: Share) -> str:
    values = ", ".join(f'"{value}"' for value in of.values)
    whole = ", ".join(f'"{value}"' for value in of.of)
    said = f'tostring(Properties["{of.label}"])'
    return (
        f"{_from(of.metric)}\n"
        f"| summarize part = sumif(Sum, {said} in ({values})), "
        + (f"whole = sumif(Sum, {said} in ({whole}))" if whole else "whole = sum(Sum)")
        + (f" by {', '.join(map(_label, of.by))}" if of.by else "")
    )


def incorrect() -> str:
    """Whose findings people call incorrect oftener than they should: as far back as an alert can look."""
    columns = ", ".join(map(_column, INCORRECT.by))
    return f"{_parts(INCORRECT)}\n| where whole >= {SETTLED} and part > {WRONG} * whole\n| project {columns}, wrong = part"


def kept() -> str:
    """Each objective: what was as promised, what is promised, and what is left of the budget of missed events, in percent."""
    return (
        f"{_from(EVENTS)}\n"
        f"| where TimeGenerated > ago({DAYS}d)\n"
        f"| summarize events = sum(Sum), missed = sumif(Sum, tostring(Properties.met) == 'no') by {_label('objective')}\n"
        f"| extend promised = {_case({one.id: f'{100 * one.share:g}' for one in OBJECTIVES}, '0.0')}\n"
        "| project objective, events, kept = round(100.0 * (events - missed) / events, 3), promised,"
        " budget_left = round(100.0 - 100.0 * missed / (events * (1.0 - promised / 100.0)), 1)"
    )


def _case(values: dict[str, str], otherwise: str) -> str:
    pairs = ", ".join(f'objective == "{key}", {float(value)!r}' for key, value in values.items())
    return f"case({pairs}, {otherwise})"


def burning(burns: Sequence[Burn]) -> str:
    """The objectives whose budget burns as fast as one of these says, one row each."""
    windows = sorted({_minutes(hours) for burn in burns for hours in (burn.long, burn.short)})
    sums = [
        f"events_{one} = sumif(Sum, TimeGenerated > ago({one}m)), missed_{one} = sumif(missed, TimeGenerated > ago({one}m))"
        for one in windows
    ]
    tests = []
    for burn in burns:
        long, short = _minutes(burn.long), _minutes(burn.short)
        tests.append(
            f"(missed_{long} >= {LEAST} and missed_{long} > {burn.rate:g} * budget * events_{long}"
            f" and missed_{short} > {burn.rate:g} * budget * events_{short})"
        )
    return "\n".join(
        [
            _from(EVENTS),
            f'| extend {_label("objective")}, missed = iff(tostring(Properties.met) == "no", Sum, 0.0)',
            "| summarize " + ", ".join(sums) + " by objective",
            f"| extend budget = {_case({one.id: f'{1 - one.share:.6g}' for one in OBJECTIVES}, '1.0')}",
            "| where " + " or ".join(tests),
            "| project objective, burning = 1",
        ]
    )


def _minutes(hours: float) -> int:
    return round(max(hours, SHORTEST) * 60)


def alerts() -> dict[str, Any]:
    """What Bicep makes `scheduledQueryRules` and `metricAlerts` of; `dimensions` tell one objective or queue from another."""
    logs = [_burn(severity) for severity in ("page", "ticket")]
    logs.append(
        {
            **_told("budget-spent", SPENT),
            "evaluationFrequency": "PT1H",
            "windowSize": "PT1H",
            "query": f"{_from('fusion.budget.left')}\n| summarize spent = countif(Sum <= 0) by {_label('currency')}",
            "metricMeasureColumn": "spent",
            "dimensions": ["currency"],
            "timeAggregation": "Maximum",
            "operator": "GreaterThan",
            "threshold": 0,
        }
    )
    logs.append(
        {
            **_told("findings-incorrect", DISBELIEVED),
            "evaluationFrequency": "PT1H",
            "windowSize": "P2D",
            "query": incorrect(),
            "metricMeasureColumn": "wrong",
            "dimensions": [*INCORRECT.by],
            "timeAggregation": "Maximum",
            "operator": "GreaterThan",
            "threshold": 0,
        }
    )
    return {
        "logAlerts": logs,
        "metricAlerts": [
            {
                **_told("dead-letters", SET_ASIDE),
                "namespace": "Microsoft.ServiceBus/namespaces",
                "metricName": "DeadletteredMessages",
                "dimensions": ["EntityName"],
                "timeAggregation": "Maximum",
                "operator": "GreaterThan",
                "threshold": 0,
                "evaluationFrequency": "PT5M",
                "windowSize": "PT15M",
            },
            {
                **_told("backlog", BACKLOG),
                "namespace": "Microsoft.ServiceBus/namespaces",
                "metricName": "ActiveMessages",
                "dimensions": ["EntityName"],
                "timeAggregation": "Minimum",
                "operator": "GreaterThan",
                "threshold": 100,
                "evaluationFrequency": "PT5M",
                "windowSize": "PT15M",
            },
        ],
    }


def _told(name: str, of: Condition) -> dict[str, Any]:
    summary = f"{of.summary[0].lower()}{of.summary[1:]}"
    return {
        "name": name,
        "displayName": f"Fusion: {summary}",
        "description": of.why,
        "severity": _SEVERITIES[of.severity],
    }


def _burn(severity: str) -> dict[str, Any]:
    burns = [burn for burn in BURNS if burn.severity == severity and burn.long <= LONGEST]
    longest = max(_minutes(burn.long) for burn in burns)
    return {
        "name": f"objectives-{severity}",
        "displayName": f"Fusion: an objective's budget burns too fast ({severity})",
        "description": "The dimension `objective` names it; docs/observability.md says what is promised and where to look.",
        "severity": _SEVERITIES[severity],
        "evaluationFrequency": "PT5M" if severity == "page" else "PT1H",
        "windowSize": f"PT{longest // 60}H" if longest < 1440 else f"P{longest // 1440}D",
        "query": burning(burns),
        "metricMeasureColumn": "burning",
        "dimensions": ["objective"],
        "timeAggregation": "Maximum",
        "operator": "GreaterThan",
        "threshold": 0,
    }


def workbook() -> dict[str, Any]:
    """The workbook, whose source is the Log Analytics workspace."""
    return {
        "version": "Notebook/1.0",
        "items": list(_items()),
        "fallbackResourceIds": [],
        "$schema": "https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json",
    }


def _items() -> Iterator[dict[str, Any]]:
    durations = [{"durationMs": hours * 3_600_000} for hours in (1, 4, 24, 72, 168, 720)]
    yield {
        "type": 9,
        "name": "parameters",
        "content": {
            "version": "KqlParameterItem/1.0",
            "parameters": [
                {
                    "version": "KqlParameterItem/1.0",
                    "name": "TimeRange",
                    "label": "Time range",
                    "type": 4,
                    "isRequired": True,
                    "value": {"durationMs": 86_400_000},
                    "typeSettings": {"selectableValues": durations},
                }
            ],
            "style": "pills",
        },
    }
    yield _text("promises", f"## Promises\n\nThe share of events of {DAYS} days that was as promised, in percent.")
    yield _query("kept", "Objectives", kept(), shown="table", fixed=DAYS * 86_400_000)
    for number, of in enumerate(SHARES, 1):
        yield _query(f"share-{number}", of.title, share(of), shown="table", width="25")
    for row in rows():
        yield _text(row.title.lower(), f"## {row.title}\n\n{row.about}")
        for one in row.panels:
            yield _query(one.metric.name, f"{one.title} ({_unit(one.metric)})", panel(one), width="33")
            if one.metric.name == INCORRECT.metric:
                days = INCORRECT.days * 86_400_000
                yield _query("incorrect", INCORRECT.title, share(INCORRECT), shown="table", width="33", fixed=days)


def _unit(metric: Metric) -> str:
    return {"s": "seconds", "1": "share"}.get(metric.unit, metric.unit.strip("{}"))


def _text(name: str, markdown: str) -> dict[str, Any]:
    return {"type": 1, "name": name, "content": {"json": markdown}}


def _query(name: str, title: str, query: str, *, shown: str = "timechart", width: str = "", fixed: int = 0) -> dict[str, Any]:
    time: dict[str, Any] = {"timeContext": {"durationMs": fixed}} if fixed else {"timeContextFromParameter": "TimeRange"}
    return {
        "type": 3,
        "name": name,
        "content": {
            "version": "KqlItem/1.0",
            "query": query,
            "size": 0,
            "title": title,
            **time,
            "queryType": 0,
            "resourceType": "microsoft.operationalinsights/workspaces",
            "visualization": shown,
        },
        **({"customWidth": width} if width else {}),
    }
