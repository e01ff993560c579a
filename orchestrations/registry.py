"""Which orchestrators there are. Hosts loop over this; none of them decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from orchestrations.agent import agent
from orchestrations.review import review

VERSION = "1"
"""Version of every orchestrator (host.json `defaultVersion` agrees, a test compares). A change that would break runs in
flight raises it and keeps the old generator until they have drained."""

ORCHESTRATORS: Mapping[str, Callable[..., Any]] = {"review": review, "agent": agent}
