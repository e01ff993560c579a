"""The scores as a table for people and as data for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from fusion.evaluation.score import Counts, Score

FEW = 3
"""So many files with the same reason are listed one by one."""
Rates = tuple[float | None, float | None, float | None]


def table(scores: Sequence[Score], *, most: int = 20) -> str:
    """One row per kind, three columns per tool, then averages, cost, and what was not analysed (`most` files of each tool)."""
    ran = [score for score in scores if not score.verdicts.missing]
    rows = _rows(ran) if ran else []
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    lines = ["  ".join(_aligned(row, widths)) for row in rows]
    if ran:
        lines.insert(0, _names(ran, widths))
        lines.append("")
    for score in scores:
        lines += _notes(score, most)
    return "\n".join(line.rstrip() for line in lines)


def document(scores: Sequence[Score]) -> dict[str, Any]:
    """The same as data, with every file."""
    return {"schema_version": 1, "tools": [_tool(score) for score in scores]}


def _rows(scores: Sequence[Score]) -> list[list[str]]:
    first = scores[0]
    rows = [["kind", "vulnerable", "safe", *(["TPR", "FPR", "Youden"] * len(scores))]]
    for kind, counts in first.kinds.items():
        rates = [cell for score in scores for cell in _cells(_rates(score.kinds[kind]))]
        rows.append([kind.value, str(counts.vulnerable), str(counts.safe), *rates])
    micro = first.micro
    sizes = [str(micro.vulnerable), str(micro.safe)]
    rows.append(["macro average", *sizes, *(cell for score in scores for cell in _cells(score.macro))])
    rows.append(["micro average", *sizes, *(cell for score in scores for cell in _cells(_rates(score.micro)))])
    return rows


def _names(scores: Sequence[Score], widths: Sequence[int]) -> str:
    """The line above the columns that says whose they are."""
    line = " " * (sum(widths[:3]) + 4)
    for place, score in enumerate(scores):
        mine = widths[3 + 3 * place : 6 + 3 * place]
        line += f"  {score.verdicts.tool[: sum(mine) + 4]:<{sum(mine) + 4}}"
    return line


def _notes(score: Score, most: int) -> list[str]:
    verdicts = score.verdicts
    if verdicts.missing:
        return [f"{verdicts.tool}: did not run: {verdicts.missing}"]
    speed = f", {verdicts.lines / verdicts.cpu:,.0f} lines per CPU second" if verdicts.cpu > 0 else ""
    lines = [f"{verdicts.tool}: {verdicts.lines:,} lines, {verdicts.wall:.2f} s, {verdicts.cpu:.2f} s of CPU{speed}"]
    if score.extra:
        kinds = ", ".join(f"{kind.value} {count}" for kind, count in sorted(score.extra_kinds.items()))
        lines.append(f"  also reported, in files labelled for other kinds: {kinds}")
    if score.unread:
        lines.append(f"  not analysed, or not wholly (counted as not flagged unless reported): {len(score.unread)}")
        shared = Counter(score.unread.values())
        lines += [f"    {count} files: {reason}" for reason, count in shared.items() if count > FEW]
        single = [f"    {path}: {reason}" for path, reason in score.unread.items() if shared[reason] <= FEW]
        lines += single[:most]
        if len(single) > most:
            lines.append(f"    and {len(single) - most} more (all of them: --format json)")
    return lines


def _tool(score: Score) -> dict[str, Any]:
    verdicts = score.verdicts
    if verdicts.missing:
        return {"tool": verdicts.tool, "missing": verdicts.missing}
    return {
        "tool": verdicts.tool,
        "kinds": {kind.value: _data(counts) for kind, counts in score.kinds.items()},
        "macro": dict(zip(("tpr", "fpr", "youden"), score.macro, strict=True)),
        "micro": _data(score.micro),
        "lines": verdicts.lines,
        "wall_seconds": round(verdicts.wall, 3),
        "cpu_seconds": round(verdicts.cpu, 3),
        "false_positives": [{"file": label.path, "kind": label.kind.value} for label in score.false_positives],
        "false_negatives": [{"file": label.path, "kind": label.kind.value} for label in score.false_negatives],
        "extra": [{"file": path, "kind": kind.value} for path, kind in score.extra],
        "unread": [{"file": path, "reason": reason} for path, reason in score.unread.items()],
    }


def _data(counts: Counts) -> dict[str, Any]:
    tpr, fpr, youden = _rates(counts)
    return {
        "vulnerable": counts.vulnerable,
        "safe": counts.safe,
        "true_positives": counts.hits,
        "false_positives": counts.alarms,
        "tpr": tpr,
        "fpr": fpr,
        "youden": youden,
    }


def _rates(counts: Counts) -> Rates:
    return counts.tpr, counts.fpr, counts.youden


def _cells(rates: Rates) -> list[str]:
    return ["-" if rate is None else f"{rate:.2f}" for rate in rates]


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """The first cell to the left, the others to the right."""
    return [
        cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
