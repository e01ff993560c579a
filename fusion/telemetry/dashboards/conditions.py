"""What calls somebody beside the objectives, in words: the same in Prometheus and in Azure Monitor, whatever each asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fusion.telemetry.dashboards.panels import WRONG


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something that is wrong now, whatever the objectives say."""

    summary: str
    why: str
    """What it means, and where to look."""
    severity: Literal["page", "ticket"]


NOT_READY = Condition(
    summary="Deliveries are not both kept and worked on",
    why="/readyz says why.",
    severity="page",
)
SET_ASIDE = Condition(
    summary="Messages are set aside",
    why="They wait for a person: `fusion dead-letters list` shows them, `fusion dead-letters replay` tries again.",
    severity="ticket",
)
BACKLOG = Condition(
    summary="Messages pile up",
    why="Work comes faster than it is done, or what it needs is away: the log says which.",
    severity="page",
)
SPENT = Condition(
    summary="The month's budget for models is spent",
    why="Reviews go on without paid models. `fusion cost` says where it went.",
    severity="ticket",
)
DISBELIEVED = Condition(
    summary=f"Of somebody's findings people call more than {WRONG:.0%} incorrect",
    why="`agent` and `tool` say whose: mend its rule, or switch it off in `.fusion.yml`.",
    severity="ticket",
)
