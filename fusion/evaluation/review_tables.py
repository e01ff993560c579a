"""A report of labelled changes for people, at 80 columns."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence

from fusion.evaluation.comparison import Comparison, Difference
from fusion.evaluation.figures import WAYS, Figure, Figures, Report, answered_by
from fusion.evaluation.intervals import bootstrap
from fusion.evaluation.outcomes import Attempts, Seconds, Source
from fusion.render.phrases import count
from fusion.render.text import clip

WIDTH = 80
_NAME = 20
_MOST = 10
"""Names of a list that are printed."""


def table(report: Report, seconds: Sequence[Seconds], comparison: Comparison | None, *, today: datetime.date) -> str:
    """Everything, a block a question."""
    sure = f"{report.confidence:.0%}"
    blocks = [
        [
            f"{report.dataset}: {count(report.changes, 'change')} ({report.clean} clean), {count(report.labels, 'label')}",
            f"models: {', '.join(report.models) or 'none answered'}",
            f"[low high]: {sure} intervals, by Wilson or by {report.resamples:,} resamples of the changes",
        ]
    ]
    for way in WAYS:
        kind = "the very kind" if way == "strict" else "a near kind"
        rows = {name: ways[way] for name, ways in report.sources.items() if name == Source.TOGETHER or report.models}
        blocks.append(_rates(f"who speaks ({kind})", rows))
    blocks.append(_rates("agent (the very kind)", _strict(report.agents)))
    blocks.append(_kinds(report.kinds))
    blocks.append(_noise(report))
    if report.attempts:
        blocks.append(_attempts(report, seconds))
    blocks.append(_time(seconds))
    if comparison:
        blocks.append(_compared(comparison))
    blocks.append(_notes(report))
    if block := figure(report, today=today):
        blocks.append(["For the models file (FUSION_MODELS):", "", *block.split("\n")])
    return "\n\n".join("\n".join(line.rstrip() for line in lines) for lines in blocks if lines)


def figure(report: Report, *, today: datetime.date) -> str:
    """The TOML that gives the model its figure for review; empty where `answered_by` knows no one model."""
    name = answered_by(report)
    found = report.sources[Source.MODELS]["strict"].f1
    if not name or found.value is None:
        return ""
    values = {
        "metric": "f1",
        "value": round(found.value, 3),
        "dataset": f"{report.dataset}, {count(report.changes, 'change')}, {report.digest[:19]}",
        "date": today,
        "source": f"fusion eval review, Fusion {report.fusion}",
    }
    lines = [f"{key} = {value if key == 'date' else _toml(value)}" for key, value in values.items()]
    return "\n".join([f"[models.{_toml(name)}.figures.review]", *lines])


def document(report: Report, seconds: Sequence[Seconds], comparison: Comparison | None, *, timed: bool) -> str:
    """The same as JSON. Without `timed` nothing in it comes from a clock."""
    whole = report.model_dump(mode="json")
    if comparison:
        whole["comparison"] = comparison.model_dump(mode="json")
    if timed:
        agents = sorted({agent for one in seconds for agent in one.agents})
        whole["timing"] = {
            "review": _mean([one.review for one in seconds]).model_dump(),
            "agents": {agent: _mean([one.agents.get(agent, 0.0) for one in seconds]).model_dump() for agent in agents},
        }
    return json.dumps(whole, indent=1, ensure_ascii=False)


def _toml(value: object) -> str:
    """A string or number as TOML; JSON's strings are TOML's basic ones."""
    return json.dumps(value, ensure_ascii=True)


def _strict(rows: Mapping[str, Mapping[str, Figures]]) -> dict[str, Figures]:
    return {name: ways["strict"] for name, ways in rows.items()}


def _rates(title: str, rows: Mapping[str, Figures]) -> list[str]:
    if not rows:
        return []
    lines = [f"{title:<29}{'precision':>17}{'recall':>17}{'F1':>17}"]
    for name, row in rows.items():
        counts = row.counts
        numbers = f"{counts.right}/{counts.said}, {counts.found}/{counts.there}"
        lines.append(f"{_cut(name, 14):<15}{numbers:<14}" + _three(row))
    return lines


def _three(row: Figures) -> str:
    return "".join(f"{_shown(found):>17}" for found in (row.precision, row.recall, row.f1))


def _kinds(rows: Mapping[str, Mapping[str, Figures]]) -> list[str]:
    """A line a kind: what was found of it, and how many findings of that kind were right."""
    if not rows:
        return []
    lines = [f"{'kind':<36}{'found':>8}{'recall':>16}{'right':>10}"]
    for name, ways in rows.items():
        row = ways["strict"]
        counts = row.counts
        right = f"{counts.right}/{counts.said}" if counts.said else "-"
        found = f"{counts.found}/{counts.there}" if counts.there else "-"
        lines.append(f"{_cut(name, 35):<36}{found:>8}{_shown(row.recall):>16}{right:>10}")
    return lines


def _noise(report: Report) -> list[str]:
    lines = [f"{'who speaks':<{_NAME}}{'false per change':>20}{'per clean one':>20}{'on the line':>20}"]
    for name, ways in report.sources.items():
        row = ways["strict"]
        if name == Source.TOGETHER or report.models:
            figures = (row.false_per_change, row.false_per_clean, row.anchors)
            lines.append(f"{_cut(name):<{_NAME}}" + "".join(f"{_shown(found):>20}" for found in figures))
    placed = [f"{name} {found.right}/{found.said} right" for name, found in report.placements.items()]
    return [*lines, f"shown: {', '.join(placed)}"]


def _attempts(report: Report, seconds: Sequence[Seconds]) -> list[str]:
    lines = [
        f"{'model calls':<{_NAME}}{'calls':>8}{'failed':>8}{'tokens in':>13}{'out':>11}{report.currency:>10}{'s/change':>10}"
    ]
    every = sum(report.attempts.values(), Attempts())
    for name, one in [*report.attempts.items(), ("all", every)]:
        mine = [sum(item.agents.values()) if name == "all" else item.agents.get(name, 0.0) for item in seconds]
        took = sum(mine) / len(mine) if mine else 0.0
        lines.append(
            f"{_cut(name):<{_NAME}}{one.calls:>8,}{one.failed:>8,}{one.input_tokens:>13,}{one.output_tokens:>11,}"
            f"{one.cost:>10.4f}{took:>10.1f}"
        )
    lines.append(f"per change: {_money(report.cost_per_change)} {report.currency}")
    if bad := {name: number for name, number in every.endings.items() if name != "ok"}:
        lines.append("failed: " + ", ".join(f"{name} {number:,}" for name, number in bad.items()))
    return lines


def _time(seconds: Sequence[Seconds]) -> list[str]:
    whole = _mean([one.review for one in seconds])
    return [f"seconds per change: {_shown(whole, digits=1)}"] if whole.known else []


def _compared(comparison: Comparison) -> list[str]:
    lines = [f"{'against the baseline':<40}{'before':>8}{'now':>8}{'difference':>24}"]
    for one in comparison.differences:
        if one.before is None and one.now is None:
            continue
        lines.append(f"{_cut(one.name, 39):<40}{_number(one.before):>8}{_number(one.now):>8}  {_said(one):>22}")
    lines.append(f"over {count(comparison.changes, 'change')} that both reviewed, drawn in pairs")
    if comparison.left_out:
        lines.append(_listed("not compared", comparison.left_out))
    return lines


def _said(one: Difference) -> str:
    if one.difference.value is None:
        return "-"
    if one.difference.low is None:
        return "too few to say"
    return _shown(one.difference, signed=True) if one.shown else "no difference shown"


def _notes(report: Report) -> list[str]:
    lines = []
    if report.incomplete:
        incomplete = [one for one in report.outcomes if one.gaps]
        lines.append(f"{count(report.incomplete, 'review')} incomplete:")
        lines += [clip(f"  {one.id}: {one.gaps[0]}", WIDTH) for one in incomplete[:_MOST]]
        if len(incomplete) > _MOST:
            lines.append(f"  and {len(incomplete) - _MOST:,} more (all of them: --format json)")
    if report.not_reviewed:
        lines.append(f"{count(len(report.not_reviewed), 'change')} not reviewed, and in no figure:")
        lines += [clip(f"  {one.id}: {one.why}", WIDTH) for one in report.not_reviewed[:_MOST]]
        if len(report.not_reviewed) > _MOST:
            lines.append(f"  and {len(report.not_reviewed) - _MOST:,} more (all of them: --format json)")
    return lines


def _listed(what: str, names: Iterable[str]) -> str:
    ordered = list(names)
    more = f" and {len(ordered) - _MOST:,} more" if len(ordered) > _MOST else ""
    return clip(f"{what}: {', '.join(ordered[:_MOST])}", WIDTH - len(more)) + more


def _mean(values: Sequence[float]) -> Figure:
    if not values:
        return Figure()
    interval = bootstrap(values, lambda drawn: sum(drawn) / len(drawn))
    value = sum(values) / len(values)
    return Figure(value=value) if interval is None else Figure(value=value, low=interval[0], high=interval[1])


def _shown(figure: Figure, *, digits: int = 2, signed: bool = False) -> str:
    """`.62 [.48 .75]`; `-` of nothing."""
    if figure.value is None:
        return "-"
    sign = "+" if signed else ""
    value = f"{figure.value:{sign}.{digits}f}"
    if figure.low is None or figure.high is None:
        return _short(value)
    ends = f"{figure.low:{sign}.{digits}f}", f"{figure.high:{sign}.{digits}f}"
    return f"{_short(value)} [{_short(ends[0])} {_short(ends[1])}]"


def _short(number: str) -> str:
    """Without the zero before the point, so that three numbers fit a column."""
    for sign in ("", "+", "-"):
        if number.startswith(f"{sign}0."):
            return sign + number[len(sign) + 1 :]
    return number


def _money(figure: Figure) -> str:
    if figure.value is None:
        return "-"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.4f}"
    return f"{figure.value:.4f} [{figure.low:.4f} {figure.high:.4f}]"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _cut(name: str, most: int = _NAME - 1) -> str:
    return clip(name, most)
