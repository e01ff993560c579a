"""Prometheus: queries, and rules that call somebody (https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fusion.telemetry.dashboards.conditions import BACKLOG, DISBELIEVED, NOT_READY, SET_ASIDE, SPENT, Condition
from fusion.telemetry.dashboards.panels import INCORRECT, SETTLED, WRONG, Panel, Share
from fusion.telemetry.metrics import METRICS, prometheus_label, prometheus_name
from fusion.telemetry.objectives import BURNS, EVENTS, LEAST, OBJECTIVES, Burn, Objective

QUANTILES = (0.5, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """An expression, and what its series are called."""

    expression: str
    legend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A condition, and how it is seen."""

    name: str
    expression: str
    lasts: str
    of: Condition


def name(metric: str) -> str:
    """What Prometheus calls a metric of the list."""
    return prometheus_name(METRICS[metric])


def _by(labels: Sequence[str]) -> str:
    return f" by ({', '.join(labels)})" if labels else ""


def panel(panel: Panel, within: str = "$__rate_interval") -> Sequence[Query]:
    """The queries of one metric over time."""
    metric = panel.metric
    own, by = prometheus_name(metric), tuple(one.replace(".", "_") for one in panel.by)
    legend = " ".join(f"{{{{{one}}}}}" for one in by)
    match metric.kind:
        case "counter":
            return [Query(expression=f"sum{_by(by)} (increase({own}[{within}]))", legend=legend or panel.title)]
        case "gauge":
            return [Query(expression=f"{panel.over}{_by(by)} ({own})", legend=legend or panel.title)]
        case "histogram":
            return [
                Query(
                    expression=f"histogram_quantile({share}, sum{_by(('le', *by))} (rate({own}_bucket[{within}])))",
                    legend=f"{share:.0%} {legend}".strip(),
                )
                for share in QUANTILES
            ]


def share(of: Share, within: str = "$__range") -> str:
    """The part of a counter that has these values."""
    metric = METRICS[of.metric]
    label = next(prometheus_label(label) for label in metric.labels if label.name == of.label)
    own = prometheus_name(metric)
    within = f"{of.days}d" if of.days else within
    by = _by(tuple(one.replace(".", "_") for one in of.by))
    whole = f'{{{label}=~"{"|".join(of.of)}"}}' if of.of else ""
    return f'sum{by} (increase({own}{{{label}=~"{"|".join(of.values)}"}}[{within}])) / {_whole(own, whole, by, within)}'


def _whole(own: str, chosen: str, by: str, within: str) -> str:
    return f"sum{by} (increase({own}{chosen}[{within}]))"


def incorrect() -> str:
    """Whose findings people call incorrect oftener than they should."""
    label = prometheus_label(next(label for label in METRICS[INCORRECT.metric].labels if label.name == INCORRECT.label))
    whole = _whole(name(INCORRECT.metric), f'{{{label}=~"{"|".join(INCORRECT.of)}"}}', _by(INCORRECT.by), f"{INCORRECT.days}d")
    return f"{share(INCORRECT)} > {WRONG} and {whole} >= {SETTLED}"


ALERTS: Sequence[Alert] = (
    Alert(name="FusionNotReady", expression=f"{name('fusion.ready')} == 0", lasts="10m", of=NOT_READY),
    Alert(
        name="FusionDeadLetters",
        expression=f"max by (priority) ({name('fusion.queue.dead')}) > 0",
        lasts="5m",
        of=SET_ASIDE,
    ),
    Alert(
        name="FusionQueueOld",
        expression=f'max by (priority) ({name("fusion.queue.oldest")}{{priority!="scheduled"}}) > 900',
        lasts="10m",
        of=replace(BACKLOG, summary="Messages wait for longer than 15 minutes"),
    ),
    Alert(
        name="FusionBudgetSpent",
        expression=f"min by (currency) ({name('fusion.budget.left')}) <= 0",
        lasts="10m",
        of=SPENT,
    ),
    Alert(name="FusionFindingsIncorrect", expression=incorrect(), lasts="1h", of=DISBELIEVED),
)
"""What calls somebody beside the objectives."""


def kept(objective: Objective, within: str) -> str:
    """The share of an objective's events that was as promised."""
    return f"{_events(objective, within, met='yes')} / {_events(objective, within)}"


def _events(objective: Objective, within: str, met: str = "") -> str:
    also = f', met="{met}"' if met else ""
    return f'sum(increase({name(EVENTS)}{{objective="{objective.id}"{also}}}[{within}]))'


def window(hours: float) -> str:
    """Hours as Prometheus writes them: `5m`, `6h`, `3d`."""
    minutes = round(hours * 60)
    return f"{minutes}m" if minutes < 60 else f"{minutes // 60}h" if minutes < 4320 else f"{minutes // 1440}d"


def burning(objective: Objective, burn: Burn) -> str:
    """Whether an objective's budget burns as fast as that."""
    limit = f"{burn.rate * (1 - objective.share):.6g}"
    windows = [
        f"{_events(objective, window(hours), met='no')} > {limit} * {_events(objective, window(hours))}"
        for hours in (burn.long, burn.short)
    ]
    return " and ".join([*windows, f"{_events(objective, window(burn.long), met='no')} >= {LEAST}"])


def rules() -> str:
    """The file of alerting rules."""
    return "\n".join(_rules()) + "\n"


def _rules() -> Iterator[str]:
    yield "# Written by tools/telemetry."
    yield "groups:"
    yield "  - name: fusion-objectives"
    yield "    rules:"
    for objective in OBJECTIVES:
        for severity in ("page", "ticket"):
            expression = "\n          or ".join(f"({burning(objective, burn)})" for burn in BURNS if burn.severity == severity)
            yield f"      - alert: {alert(objective)}"
            yield f"        expr: |-\n          {expression}"
            yield f"        labels: {{severity: {severity}, objective: {objective.id}}}"
            yield "        annotations:"
            yield f"          summary: {json.dumps(f'{objective.title}: the budget of thirty days burns too fast')}"
            yield f"          description: {json.dumps(f'{objective.promise} {objective.why}')}"
    yield "  - name: fusion-conditions"
    yield "    rules:"
    for one in ALERTS:
        yield f"      - alert: {one.name}"
        yield f"        expr: {json.dumps(one.expression)}"
        yield f"        for: {one.lasts}"
        yield f"        labels: {{severity: {one.of.severity}}}"
        yield "        annotations:"
        yield f"          summary: {json.dumps(one.of.summary)}"
        yield f"          description: {json.dumps(one.of.why)}"


def alert(objective: Objective) -> str:
    """The name of an objective's alert."""
    return "Fusion" + "".join(word.capitalize() for word in objective.id.split("_"))
