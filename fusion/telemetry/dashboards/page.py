"""The parts of docs/observability.md that are made of the lists."""

from __future__ import annotations

from fusion.ports.telemetry import Label
from fusion.telemetry.dashboards.promql import ALERTS, alert, window
from fusion.telemetry.metrics import GROUPS, prometheus_name
from fusion.telemetry.objectives import BURNS, OBJECTIVES

_FEW = 8


def objectives() -> str:
    """What is promised, and when somebody is called."""
    lines = ["| objective | promise | when it is missed | alert |", "|---|---|---|---|"]
    lines += [f"| {one.title} | {one.promise} | {one.why} | `{alert(one)}` |" for one in OBJECTIVES]
    lines += ["", "| burns the budget | over | and still over | calls |", "|---|---|---|---|"]
    lines += [f"| {one.rate:g} times as fast | {window(one.long)} | {window(one.short)} | {one.severity} |" for one in BURNS]
    lines += ["", "| condition | for | calls | what to do |", "|---|---|---|---|"]
    lines += [f"| `{one.name}`: {one.of.summary} | {one.lasts} | {one.of.severity} | {one.of.why} |" for one in ALERTS]
    return "\n".join(lines)


def metrics() -> str:
    """Every metric of a host."""
    lines: list[str] = []
    for group in GROUPS:
        lines += [f"### {group.title}", "", group.about, "", "| metric | in Prometheus | kind, unit | labels | what it is |"]
        lines += ["|---|---|---|---|---|"]
        for metric in group.metrics:
            labels = "; ".join(map(_label, metric.labels)) or "none"
            lines += [
                f"| `{metric.name}` | `{prometheus_name(metric)}` | {metric.kind}, `{metric.unit}` | {labels} | {metric.help} |"
            ]
        lines += [""]
    return "\n".join(lines).rstrip()


def _label(label: Label) -> str:
    if not label.values:
        return f"`{label.name}`"
    few = ", ".join(label.values[:_FEW]) + (", ..." if len(label.values) > _FEW else "")
    return f"`{label.name}` ({few})"


def written(text: str) -> str:
    """The page with both parts written anew, between their marks. Raises ValueError where one is missing."""
    for part, made in (("objectives", objectives()), ("metrics", metrics())):
        begin, end = f"<!-- Written by tools/telemetry: {part}. -->\n", f"<!-- End: {part}. -->"
        if begin not in text or end not in text:
            raise ValueError(f"the page has no marks for its {part}")
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n{made}\n\n{end}{rest.partition(end)[2]}"
    return text
