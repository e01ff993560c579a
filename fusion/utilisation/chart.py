"""The report as a picture: one SVG without scripts or outside references, light or dark as the reader's system is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, timedelta
from html import escape

from fusion.render.text import one_line
from fusion.utilisation.analysis import Report, Slot, utc
from fusion.utilisation.text import allowed, money, seconds

WIDTH, HEIGHT = 960, 692
LEFT, RIGHT = 64, 24
PLOT = WIDTH - LEFT - RIGHT
MOST_COLUMNS = 144

STYLE = """
svg{--paper:#fff;--card:#f6f8fb;--ink:#111827;--soft:#5b6472;--line:#e3e8ef;--busy:#2563eb;--idle:#bcd3fb;--away:#cbd2dc;--warm:#d97706}
@media(prefers-color-scheme:dark){svg{--paper:#0f141b;--card:#171e28;--ink:#eef2f7;--soft:#9aa6b5;--line:#283240;--busy:#5b9bff;
--idle:#27446f;--away:#3c4654;--warm:#f5a524}}
text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:var(--ink);
font-variant-numeric:tabular-nums}
.title{font-size:22px;font-weight:650}.soft{fill:var(--soft);font-size:12.5px}.tick{fill:var(--soft);font-size:11px}
.head{font-size:14px;font-weight:600}.big{font-size:25px;font-weight:650;letter-spacing:-.02em}
.paper{fill:var(--paper)}.card{fill:var(--card)}.grid{stroke:var(--line);stroke-width:1}.busy{fill:var(--busy)}.idle{fill:var(--idle)}
.away{fill:var(--away)}.warm{fill:var(--warm)}.need{fill:none;stroke:var(--warm);stroke-width:2;stroke-linejoin:round}
.limit{stroke:var(--soft);stroke-width:1;stroke-dasharray:4 4}
"""


def html(report: Report) -> str:
    """A page that shows the picture at the width of the window, the reasons of the recommendation below it."""
    reasons = "".join(f"<li>{_safe(sentence)}</li>" for sentence in report.replicas.why)
    return (
        "<!doctype html>\n"
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><title>Inference workers</title>'
        "<style>body{margin:0;background:#fff;color:#111827;font:15px/1.55 system-ui,sans-serif}"
        "main{max-width:1080px;margin:0 auto;padding:16px}svg{width:100%;height:auto}ul{margin:0;padding:0 36px 24px 52px}"
        "@media(prefers-color-scheme:dark){body{background:#0f141b;color:#eef2f7}}</style></head>"
        f"<body><main>{svg(report)}<ul>{reasons}</ul></main></body></html>\n"
    )


def svg(report: Report) -> str:
    """The picture."""
    columns = _columns(report)
    length = report.slot_seconds * max(1, -(-len(report.slots) // MOST_COLUMNS))
    described = (
        f"Busy {report.busy / report.seconds:.0%}, idle {report.idle / report.seconds:.0%} of {report.seconds / 3600:.1f}"
        f" worker-hours; {_recommended(report)}"
        if report.seconds
        else "No time was recorded."
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d">',
        f'<title id="t">Inference workers</title><desc id="d">{_safe(described)}</desc><style>{STYLE}</style>',
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
        _text(LEFT - 32, 44, "Inference workers", "title"),
        _text(LEFT - 32, 66, _subtitle(report), "soft"),
        *_tiles(report),
        *_time(report, columns, length, 226, 170),
        *_waits(report, columns, 470, 76),
        *_tokens(columns, length, 612, 60),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _subtitle(report: Report) -> str:
    workers = f"{len(report.workers)} worker{'' if len(report.workers) == 1 else 's'}"
    times = f"{utc(report.begin)} to {utc(report.end)} UTC"
    return f"{workers} on {', '.join(report.accelerators)[:60]} · {times} · {report.jobs:,} jobs"


def _tiles(report: Report) -> list[str]:
    costs = report.costs
    each = costs.thousand_tokens if costs else None
    hit = report.first_token
    tiles = (
        ("Idle", _percent(report.idle / report.seconds if report.seconds else None), "ready, and nothing to do"),
        (
            "Batch efficiency",
            _percent(report.batch_efficiency),
            f"{report.batch:.1f} side by side" if report.batch else "no work",
        ),
        (
            "Cost of 1,000 tokens",
            money(each) if each is not None else "–",
            f"{costs.currency}, idle time in it" if costs else "give --price",
        ),
        ("Prefix-cache hits", _percent(report.prefix_hits), f"first token {seconds(hit.median)}" if hit else "of the input"),
        ("Replicas", allowed(report).replace(" to ", " – "), "to allow, least to most"),
    )
    width = (WIDTH - 64 - 4 * 12) / 5
    parts = []
    for number, (label, value, note) in enumerate(tiles):
        x = 32 + number * (width + 12)
        parts += [
            f'<rect class="card" x="{x:.1f}" y="86" width="{width:.1f}" height="92" rx="10"/>',
            _text(x + 14, 109, label, "soft"),
            _text(x + 14, 141, value, "big"),
            _text(x + 14, 164, note, "tick"),
        ]
    return parts


def _time(report: Report, columns: Sequence[Slot], length: float, top: int, height: int) -> list[str]:
    """Replicas over time, by what they did, and the line of the engines that the arrivals called for."""
    most = max((slot.busy + slot.idle + slot.away) / length for slot in columns)
    most = max(most, *(slot.demand / length for slot in columns), 0.01)
    y = _scale(most, top, height)
    width = PLOT / len(columns)
    parts = [_text(LEFT - 32, top - 14, "Replicas, and what they did", "head"), *_legend(top - 14)]
    parts += _grid(most, y, lambda value: f"{value:g}")
    for number, slot in enumerate(columns):
        x, level = LEFT + number * width, 0.0
        for kind, part in (("busy", slot.busy), ("idle", slot.idle), ("away", slot.away)):
            if part > 0:
                low, level = level, level + part / length
                parts.append(_bar(kind, x, y(level), width, y(low) - y(level)))
    points = " ".join(f"{LEFT + (n + 0.5) * width:.1f},{y(slot.demand / length):.1f}" for n, slot in enumerate(columns))
    parts.append(f'<polyline class="need" points="{points}"/>')
    return parts + _hours(report, top + height + 16)


def _legend(y: int) -> list[str]:
    parts, x = [], WIDTH - RIGHT - 400
    for kind, label, room in (("busy", "busy", 62), ("idle", "idle", 58), ("away", "starting, down, draining", 168)):
        parts += [f'<rect class="{kind}" x="{x}" y="{y - 9}" width="10" height="10" rx="2"/>', _text(x + 15, y, label, "tick")]
        x += room
    return [*parts, f'<path class="need" d="M{x} {y - 4}h14"/>', _text(x + 19, y, "engines needed", "tick")]


def _waits(report: Report, columns: Sequence[Slot], top: int, height: int) -> list[str]:
    most = max([slot.wait or 0.0 for slot in columns] + [1.0])
    y = _scale(most, top, height)
    width = PLOT / len(columns)
    parts = [_text(LEFT - 32, top - 14, "Queue wait: 95 % of the jobs were taken within", "head")]
    parts += _grid(most, y, lambda value: f"{value:g} s" if most < 100 else f"{value / 60:.2g} min", steps=2)
    for number, slot in enumerate(columns):
        if slot.wait:
            parts.append(_bar("warm", LEFT + number * width, y(slot.wait), width, y(0) - y(slot.wait)))
    return parts + _hours(report, top + height + 16)


def _tokens(columns: Sequence[Slot], length: float, top: int, height: int) -> list[str]:
    rates = [slot.output_tokens / length for slot in columns]
    most = max([*rates, 0.1])
    y = _scale(most, top, height)
    width = PLOT / len(columns)
    parts = [_text(LEFT - 32, top - 14, "Output tokens a second, by when their jobs arrived", "head")]
    parts += _grid(most, y, lambda value: f"{value:g}", steps=2)
    for number, rate in enumerate(rates):
        if rate > 0:
            parts.append(_bar("busy", LEFT + number * width, y(rate), width, y(0) - y(rate)))
    return parts


def _columns(report: Report) -> list[Slot]:
    """The slots, so many of them put together that they can be told apart."""
    several = max(1, -(-len(report.slots) // MOST_COLUMNS))
    return [_together(report.slots[first : first + several]) for first in range(0, len(report.slots), several)]


def _together(slots: Sequence[Slot]) -> Slot:
    waits = [slot.wait for slot in slots if slot.wait is not None]
    return Slot(
        at=slots[0].at,
        busy=sum(slot.busy for slot in slots),
        idle=sum(slot.idle for slot in slots),
        away=sum(slot.away for slot in slots),
        demand=sum(slot.demand for slot in slots),
        output_tokens=sum(slot.output_tokens for slot in slots),
        wait=max(waits) if waits else None,
    )


def _scale(most: float, top: int, height: int) -> Callable[[float], float]:
    high = _round_up(most)
    return lambda value: top + height - value / high * height


def _grid(most: float, y: Callable[[float], float], label: Callable[[float], str], steps: int = 4) -> list[str]:
    high = _round_up(most)
    parts = []
    for step in range(steps + 1):
        value = high * step / steps
        parts += [
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>',
            _text(LEFT - 8, y(value) + 4, label(value), "tick", "end"),
        ]
    return parts


def _round_up(value: float) -> float:
    """The next value that can be read off an axis: 1, 2, 4, 5, 8 or 10 times a power of ten."""
    power = 10.0
    while power > value:
        power /= 10
    while power * 10 <= value:
        power *= 10
    return next((factor * power for factor in (1, 2, 4, 5, 8) if factor * power >= value * (1 - 1e-6)), 10 * power)


def _hours(report: Report, y: float) -> list[str]:
    span = (report.end - report.begin).total_seconds()
    form = "%H:%M:%S" if span < 1800 else "%H:%M" if span < 2 * 86400 else "%d %b %H:%M"
    parts = []
    for step in range(7):
        at = (report.begin + timedelta(seconds=span * step / 6)).astimezone(UTC)
        anchor = "start" if step == 0 else "end" if step == 6 else "middle"
        parts.append(_text(LEFT + PLOT * step / 6, y, at.strftime(form), "tick", anchor))
    return parts


def _bar(kind: str, x: float, y: float, width: float, height: float) -> str:
    gap = 1.0 if width > 4 else 0.0
    return f'<rect class="{kind}" x="{x:.2f}" y="{y:.2f}" width="{max(0.5, width - gap):.2f}" height="{max(0.0, height):.2f}"/>'


def _text(x: float, y: float, text: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{_safe(text)}</text>'


def _recommended(report: Report) -> str:
    if report.replicas.least is None:
        return "too little is recorded to recommend a number of replicas."
    return f"{allowed(report)} replicas are recommended."


def _safe(text: str) -> str:
    """Names come from a file that anybody may have written."""
    return escape(one_line(text))


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
