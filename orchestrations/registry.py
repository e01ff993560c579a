"""Which orchestrators and activities there are. Hosts loop over this; none of them decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fusion.ports.telemetry import Tracer
from orchestrations.accounts import Accounts
from orchestrations.activities import Activities
from orchestrations.activity import Activity
from orchestrations.agent import agent
from orchestrations.assessing import Assessing
from orchestrations.bundle import Bundle
from orchestrations.catch_up import catch_up
from orchestrations.command import command
from orchestrations.commands import Commands
from orchestrations.fix import fix
from orchestrations.fixing import Fixing
from orchestrations.groups import Groups
from orchestrations.learn import learn
from orchestrations.listening import Listening
from orchestrations.looking_back import LookingBack
from orchestrations.merge_group import merge_group
from orchestrations.notice import notice
from orchestrations.offering import Offering
from orchestrations.publishing import Publishing
from orchestrations.pull import pull
from orchestrations.review import review
from orchestrations.rounds import Rounds
from orchestrations.scan import scan, scans
from orchestrations.scan_repository import scan_repository
from orchestrations.scanning import Scanning
from orchestrations.team import Team
from orchestrations.thinking import ThoughtActivities
from orchestrations.thought import thought
from orchestrations.tracing import carrying, seen
from orchestrations.ways import Ways

VERSION = "1"
"""Version of every orchestrator (host.json `defaultVersion` agrees, a test compares). A change that would break runs in
flight raises it and keeps the old generator until they have drained."""

_GENERATORS: Mapping[str, Callable[..., Any]] = {
    "review": review,
    "agent": agent,
    "thought": thought,
    "fix": fix,
    "pull": pull,
    "notice": notice,
    "learn": learn,
    "command": command,
    "merge_group": merge_group,
    "catch_up": catch_up,
    "scan": scan,
    "scan_repository": scan_repository,
    "scans": scans,
}


def orchestrators(tracer: Callable[[], Tracer | None] = lambda: None) -> Mapping[str, Callable[..., Any]]:
    """Every orchestrator by name: generator functions `(context, input)`. Each hands on the trace that its input belongs to.

    `tracer`: who is told of those that have ended; asked for when one has, since hosts register before they open anything.
    """
    return {name: carrying(name, generator, tracer) for name, generator in _GENERATORS.items()}


ORCHESTRATORS = orchestrators()
"""The same of a host that tells nobody."""


def activities(bundle: Bundle) -> Mapping[str, Activity]:
    """Every activity by name, bound to one bundle: async functions `(context, input)`; a context without an attempt will do."""
    reviewing = Activities(bundle)
    others = (
        Team(bundle, reviewing.shelf),
        Ways(bundle, reviewing.shelf),
        ThoughtActivities(bundle, reviewing.shelf),
        Publishing(bundle, reviewing.shelf),
        Listening(bundle),
        Commands(bundle, reviewing.shelf),
        Fixing(bundle, reviewing.shelf),
        Offering(bundle, reviewing.shelf),
        Groups(bundle),
        Rounds(bundle),
        Scanning(bundle, reviewing.shelf),
        LookingBack(bundle, reviewing.shelf),
        Assessing(bundle, reviewing.shelf),
        Accounts(bundle, reviewing.shelf),
    )
    table = dict(reviewing.table())
    for other in others:
        table |= other.table()
    return {name: seen(name, activity, bundle.telemetry) for name, activity in table.items()}
