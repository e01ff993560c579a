"""What dashboards show, whatever draws them: a panel for every metric of the list, and some that are made of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from fusion.ports.telemetry import Metric
from fusion.telemetry.metrics import GROUPS, METRICS

_BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "fusion.objective.events": ("objective", "met"),
        "fusion.deliveries": ("answer",),
        "fusion.acknowledgement": (),
        "fusion.messages": ("priority", "end"),
        "fusion.tools": ("tool", "outcome"),
        "fusion.agents": ("agent", "outcome"),
        "fusion.dispositions": ("disposition", "how"),
        "fusion.findings.open": ("severity",),
        "fusion.model.calls": ("endpoint", "ending"),
        "fusion.model.cost": ("endpoint", "currency"),
        "gen_ai.client.token.usage": ("gen_ai.request.model", "gen_ai.token.type"),
        "gen_ai.client.operation.duration": ("gen_ai.request.model",),
    }
)
"""By which labels a panel tells series apart, where it is not by all."""
_OVER: Mapping[str, Literal["sum", "min"]] = MappingProxyType(
    {
        "fusion.ready": "min",
        "fusion.budget.left": "min",
        "fusion.orchestrations.live": "sum",
        "fusion.activities.running": "sum",
        "fusion.activities.waiting": "sum",
    }
)
"""What a gauge of several hosts is together; of the others the highest, for they see the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One metric over time."""

    metric: Metric
    by: tuple[str, ...]
    over: Literal["sum", "min", "max"]

    @property
    def title(self) -> str:
        """Its help, as a title."""
        return self.metric.help.partition("; ")[0].partition(": ")[0].rstrip(".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Panels that belong together."""

    title: str
    about: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Of what a counter counts, the part with these values of a label, from 0 to 1."""

    title: str
    metric: str
    label: str
    values: tuple[str, ...]
    of: tuple[str, ...] = ()
    """The whole: what has one of these values; empty: all."""
    by: tuple[str, ...] = ()
    """Told apart by these labels."""
    days: int = 0
    """Over so many days; 0: over what the dashboard shows."""

    def __post_init__(self) -> None:
        """Raises ValueError where the list knows no such metric or value: a panel of it would be empty for ever."""
        known = next((label for label in METRICS[self.metric].labels if label.name == self.label), None)
        if known is None or not {*self.values, *self.of} <= set(known.values):
            raise ValueError(f"{self.metric} has no {self.label} {self.values}")


SHARES: Sequence[Share] = (
    Share(title="Reviews that are complete", metric="fusion.reviews", label="verdict", values=("pass", "block")),
    Share(title="Model calls that were answered before", metric="fusion.model.calls", label="cached", values=("yes",)),
    Share(title="Model calls that ended well", metric="fusion.model.calls", label="ending", values=("ok",)),
    Share(title="Analyzers that ended well", metric="fusion.tools", label="outcome", values=("ok", "skipped")),
)
"""Shown on top, one number each."""

INCORRECT = Share(
    title="Findings that people called incorrect, of those that were settled in thirty days",
    metric="fusion.dispositions",
    label="disposition",
    values=("incorrect",),
    of=("addressed", "wont_fix", "incorrect", "duplicate"),
    by=("agent", "tool"),
    days=30,
)
"""Whose word people do not believe: shown with the findings, and a reason to call somebody."""
WRONG = 0.1
"""The share of findings that may be incorrect: "Lessons from Building Static Analysis Tools at Google" (CACM 61:4) has 10 %."""
SETTLED = 10
"""Findings that must have been settled before that share says anything."""


def rows() -> Sequence[Row]:
    """Every metric of the list, once."""
    return [
        Row(title=group.title, about=group.about, panels=tuple(_panel(metric) for metric in group.metrics)) for group in GROUPS
    ]


def _panel(metric: Metric) -> Panel:
    by = _BY.get(metric.name, tuple(label.name for label in metric.labels))
    return Panel(metric=metric, by=by, over=_OVER.get(metric.name, "max"))
