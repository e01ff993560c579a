"""The live view of one host, as lines: pure, and never wider than a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fusion.ports import Priority
from fusion.render.text import exact
from fusion.telemetry.exposition import Snapshot
from fusion.telemetry.metrics import METRICS
from fusion.telemetry.objectives import EVENTS, LEAST, OBJECTIVES

WIDTH = 80
TITLE = 2
"""Lines that stand above: what is looked at, and an empty one."""
_MOST = 8
"""Endpoints, analyzers and agents that are shown of each."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, and how it is to be seen: `head`, `good`, `bad`, `dim`, or empty."""

    text: str
    how: str = ""


def lines(now: Snapshot, before: Snapshot | None = None, seconds: float = 0.0, *, height: int | None = None) -> Sequence[Line]:
    """What the host does; `before` is the same `seconds` ago, for what is told as a rate.

    `height`: lines that there is room for. Where they are too few, what tells least is left out, and the last line says so.
    """
    view = _View(now, before, seconds)
    made = {part.__name__: list(part()) for part in (view.promises, view.queue, view.work, view.accelerators, view.models)}
    shown = _fitting({name: part for name, part in made.items() if part}, height)
    return [Line(exact(line.text)[:WIDTH], line.how) for line in shown]


_LEAST = ("accelerators", "models", "work", "queue", "promises")
"""What goes first where room is short."""


def _fitting(parts: dict[str, list[Line]], height: int | None) -> list[Line]:
    """The parts with a line between them; without those lines, and then without parts, where they are too many."""
    apart = [line for part in parts.values() for line in (Line(""), *part)][1:]
    if height is None or len(apart) <= height:
        return apart
    left_out: list[str] = []
    wrong = False
    for name in (None, *_LEAST):
        if name in parts:
            left_out.append(name)
            wrong |= any(line.how == "bad" for line in parts.pop(name))
        together = [line for part in parts.values() for line in part]
        if len(together) + bool(left_out) <= height:
            break
    if left_out:
        said = f"Not shown{', though wrong' if wrong else ''}: {', '.join(left_out)}."
        together.append(Line(f"{said} {len(apart) + TITLE} lines have room.", "bad" if wrong else "dim"))
    return together[:height]


class _View:
    def __init__(self, now: Snapshot, before: Snapshot | None, seconds: float) -> None:
        self.now = now
        self.before = before
        self.seconds = seconds

    def promises(self) -> Iterator[Line]:
        yield Line(f"{'Promises, since it began':<37}{'kept':>10}{'promised':>11}{'events':>9}{'missed':>9}", "head")
        for one in OBJECTIVES:
            events = self.now.total(EVENTS, objective=one.id)
            missed = self.now.total(EVENTS, objective=one.id, met="no")
            kept = f"{100 * (1 - missed / events):.2f} %" if events else "-"
            bad = missed >= LEAST and missed > events * (1 - one.share)
            text = f"  {one.title:<35}{kept:>10}{f'{100 * one.share:g} %':>11}{events:>9.0f}{missed:>9.0f}"
            yield Line(text, "bad" if bad else "good" if events else "dim")

    def queue(self) -> Iterator[Line]:
        yield Line(f"{'Queue':<17}{'waiting':>10}{'in hand':>10}{'later':>10}{'set aside':>12}{'oldest':>12}", "head")
        for priority in Priority:
            told = {
                field: self.now.total(f"fusion.queue.{field}", priority=priority.value)
                for field in ("waiting", "locked", "scheduled", "dead", "oldest")
            }
            text = f"  {priority.value:<15}{told['waiting']:>10.0f}{told['locked']:>10.0f}{told['scheduled']:>10.0f}"
            text += f"{told['dead']:>12.0f}{_time(told['oldest']):>12}"
            yield Line(text, "bad" if told["dead"] or told["oldest"] > 900 else "")

    def work(self) -> Iterator[Line]:
        live, running, waiting = (
            self.now.total(name)
            for name in ("fusion.orchestrations.live", "fusion.activities.running", "fusion.activities.waiting")
        )
        yield Line(f"{'Work':<23}{live:.0f} orchestrations, {running:.0f} activities at work, {waiting:.0f} wait", "head")
        yield self._counted("Deliveries", "fusion.deliveries", "answer")
        yield self._counted("Messages", "fusion.messages", "end")
        yield self._counted("Reviews", "fusion.reviews", "verdict", beside=self._scans())
        yield Line(f"  {'Webhook to review':<21}{self._half('fusion.review.delivery')}")
        yield Line(f"  {'Answered to GitHub':<21}{self._half('fusion.acknowledgement')}")
        yield from self._troubled("Analyzers", "fusion.tools", "tool")
        yield from self._troubled("Agents", "fusion.agents", "agent")
        yield self._counted("Findings", "fusion.findings", "disposition")
        yield self._counted("Findings became", "fusion.dispositions", "disposition")

    def accelerators(self) -> Iterator[Line]:
        kinds = [one for one in self.now.values("fusion.gpu.idle", "accelerator") if one][:_MOST]
        if not kinds:
            return
        yield Line(f"{'Accelerators, lately':<37}{'idle':>10}{'at work':>11}{'ready':>9}{'memory':>13}", "head")
        for one in kinds:
            idle, memory = (self.now.total(f"fusion.gpu.{name}", accelerator=one) for name in ("idle", "memory"))
            busy, ready = (self.now.total("fusion.gpu.seconds", accelerator=one, state=state) for state in ("busy", "idle"))
            used = f"{memory:.0%}" if memory else "-"
            yield Line(f"  {one[:34]:<35}{idle:>10.0%}{_time(busy):>11}{_time(ready):>9}{used:>13}")

    def models(self) -> Iterator[Line]:
        endpoints = [one for one in self.now.values("fusion.model.calls", "endpoint") if one][:_MOST]
        currencies = self.now.values("fusion.budget.left", "currency")
        if not endpoints and not currencies:
            return
        yield Line(f"{'Models':<25}{'calls':>8}{'failed':>8}{'cached':>8}{'cost':>15}{'per minute':>15}", "head")
        for one in endpoints:
            calls = self.now.total("fusion.model.calls", endpoint=one)
            well = self.now.total("fusion.model.calls", endpoint=one, ending="ok")
            cached = self.now.total("fusion.model.calls", endpoint=one, cached="yes")
            cost = self.now.total("fusion.model.cost", endpoint=one)
            before = self.before.total("fusion.model.calls", endpoint=one) if self.before else 0.0
            rate = f"{60 * (calls - before) / self.seconds:.1f}" if self.before and self.seconds else "-"
            text = f"  {one[:22]:<23}{calls:>8.0f}{calls - well:>8.0f}{cached:>8.0f}{cost:>15.4f}{rate:>15}"
            yield Line(text, "bad" if calls - well > calls / 2 else "")
        tokens = {
            kind: self.now.total("gen_ai.client.token.usage", "_sum", **{"gen_ai.token.type": kind})
            for kind in ("input", "output")
        }
        yield Line(
            f"  {'Tokens':<21}{tokens['input']:,.0f} in, {tokens['output']:,.0f} out,"
            f" {self.now.total('fusion.model.cached.tokens'):,.0f} of those in from prefix caches"
        )
        yield self._counted("Asked elsewhere", "fusion.model.escalations", "why")
        for currency in currencies:
            left = self.now.total("fusion.budget.left", currency=currency)
            yield Line(f"  {'Left this month':<21}{left:,.2f} {currency}", "bad" if left <= 0 else "")

    def _scans(self) -> str:
        """Beside reviews: analyzers run for both."""
        scans = self.now.total("fusion.scans")
        return f"{scans:.0f} {'scan' if scans == 1 else 'scans'}" if scans else ""

    def _counted(self, title: str, metric: str, label: str, *, beside: str = "") -> Line:
        """A counter by one label, and how it grows."""
        known = next(one.values for one in METRICS[metric].labels if one.name == label)
        said = [
            f"{self.now.total(metric, **{label: one}):.0f} {one}" for one in known if self.now.total(metric, **{label: one})
        ]
        grown = (self.now.total(metric) - self.before.total(metric)) if self.before else 0.0
        rate = f" (+{60 * grown / self.seconds:.1f} a minute)" if grown > 0 and self.seconds else ""
        told = f"{', '.join(said) or 'none'}{rate}{f'; {beside}' if beside else ''}"
        return Line(f"  {title:<21}{told}", "" if said or beside else "dim")

    def _troubled(self, title: str, metric: str, label: str) -> Iterator[Line]:
        """How many runs ended well, and who did not."""
        total, fine = self.now.total(metric), sum(self.now.total(metric, outcome=one) for one in ("ok", "skipped"))
        wrong = [
            (
                one,
                int(
                    self.now.total(metric, **{label: one})
                    - sum(self.now.total(metric, **{label: one, "outcome": end}) for end in ("ok", "skipped"))
                ),
            )
            for one in self.now.values(metric, label)
        ]
        names = ", ".join(f"{one} {count}" for one, count in wrong[:_MOST] if count)
        said = f"{fine:.0f} of {total:.0f} ended well" if total else "none"
        yield Line(f"  {title:<21}{said}{'; not: ' + names if names else ''}", "bad" if names else "" if total else "dim")

    def _half(self, metric: str) -> str:
        half, most = self.now.quantile(metric, 0.5), self.now.quantile(metric, 0.95)
        return f"{_time(half)}, 95 % in {_time(most)}" if half is not None and most is not None else "none yet"


def _time(seconds: float) -> str:
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms" if seconds else "0 s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
