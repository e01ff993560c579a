"""What is promised of a host, as data, and when it is broken so fast that somebody should know.

Every objective counts events, and whether each was as promised: the metric `fusion.objective.events`, on every host the same.
Alerts look at two windows at once, as the Site Reliability Workbook advises (https://sre.google/workbook/alerting-on-slos/):
the long one shows that it matters, the short one that it still goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

EVENTS = "fusion.objective.events"
DAYS = 30
"""Over which an objective is kept or missed."""
LEAST = 3
"""Events of the long window that missed a promise before anybody is called: of a quiet host one in two is no trend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Counts a counter's events by a label's value: `met` are as promised, `missed` are not, others are not counted."""

    label: str
    met: tuple[str, ...]
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Counts a histogram's values: as promised is at most `most`, in the metric's unit.

    `label`: only those that have one of `values` of it are counted.
    """

    most: float
    label: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """One promise."""

    id: str
    title: str
    promise: str
    """What is to hold, in a sentence."""
    why: str
    """What it means for people when it does not, and where to look first."""
    share: float
    """Of the events of thirty days, so many are as promised."""
    metric: str
    counts: Words | Within


@dataclass(frozen=True, slots=True, kw_only=True)
class Burn:
    """The budget of missed events burns `rate` times as fast as it would last, in both windows (hours)."""

    long: float
    short: float
    rate: float
    severity: Literal["page", "ticket"]


BURNS: tuple[Burn, ...] = (
    Burn(long=1, short=1 / 12, rate=14.4, severity="page"),
    Burn(long=6, short=0.5, rate=6, severity="page"),
    Burn(long=24, short=2, rate=3, severity="ticket"),
    Burn(long=72, short=6, rate=1, severity="ticket"),
)
"""2 % of the budget in an hour, 5 % in six hours, 10 % in a day, 10 % in three days."""

OBJECTIVES: tuple[Objective, ...] = (
    Objective(
        id="webhooks_kept",
        title="Deliveries are kept",
        promise="Of 1000 deliveries that ask for something, 999 are kept.",
        why="GitHub redelivers nothing by itself; Fusion asks for what failed within ten minutes. Look at the queue's store.",
        share=0.999,
        metric="fusion.deliveries",
        counts=Words(label="answer", met=("accepted",), missed=("failed",)),
    ),
    Objective(
        id="webhooks_quick",
        title="Deliveries are answered in time",
        promise="Of 100 deliveries that ask for something, 99 are answered within 5 seconds.",
        why="After 10 seconds GitHub counts a delivery as failed. Look at the queue's store, and at cold starts.",
        share=0.99,
        metric="fusion.acknowledgement",
        counts=Within(most=5.0, label="answer", values=("accepted", "failed")),
    ),
    Objective(
        id="reviews_timely",
        title="Reviews come in time",
        promise="Of 100 reviews, 95 stand on their pull request 15 minutes after the webhook.",
        why="People wait to merge. Look at the age of the queue, at analyzers, and at the worker's queue.",
        share=0.95,
        metric="fusion.review.delivery",
        counts=Within(most=900.0),
    ),
    Objective(
        id="reviews_complete",
        title="Reviews are complete",
        promise="Of 100 reviews, 95 are complete.",
        why="An incomplete review does not vouch for the change. Look at analyzers and agents that do not end well.",
        share=0.95,
        metric="fusion.reviews",
        counts=Words(label="verdict", met=("pass", "block"), missed=("incomplete",)),
    ),
    Objective(
        id="messages_handled",
        title="Nothing is set aside",
        promise="Of 1000 messages, 999 are handled.",
        why="What is set aside waits for a person: `fusion dead-letters list` shows it.",
        share=0.999,
        metric="fusion.messages",
        counts=Words(label="end", met=("done",), missed=("dead",)),
    ),
)

_BY_METRIC: Mapping[str, tuple[Objective, ...]] = MappingProxyType(
    {one.metric: tuple(other for other in OBJECTIVES if other.metric == one.metric) for one in OBJECTIVES}
)


def judged(metric: str, value: float, labels: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    """The objectives that a measurement counts for, and whether it is as promised."""
    for objective in _BY_METRIC.get(metric, ()):
        match objective.counts:
            case Within(most=most, label=label, values=values):
                if not label or labels.get(label, "") in values:
                    yield objective.id, value <= most
            case Words(label=label, met=met, missed=missed):
                said = labels.get(label, "")
                if said in met or said in missed:
                    yield objective.id, said in met
