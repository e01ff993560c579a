"""What a check is: metadata, and one pure function from what was read of a repository to a result.

A check holds no state, reads no clock and does no I/O. Its module's docstring is its documentation page. It never says
`passed` about what was not read: what it needs and does not have makes it `not_assessed`, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from fusion.model import Cleared, Evidence, Severity, ToolRun
from fusion.model.compliance import CheckResult
from fusion.model.inventory import Inventory, Tree
from fusion.model.posture import Posture, Unknown
from fusion.policy import Policy
from fusion.ports.compliance import Advisory, Mirror


class Source(StrEnum):
    """What a check reads. Results that stand on nothing but the tree are reused while the tree is the same."""

    SETTINGS = "settings"
    TREE = "tree"
    EVIDENCE = "evidence"
    """The analyzers' evidence over the whole tree."""
    INVENTORY = "inventory"
    ADVISORIES = "advisories"
    HISTORY = "history"
    HOST = "host"
    """The Fusion deployment itself."""
    CLOCK = "clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Towards:
    """A control that a check gives evidence towards."""

    catalogue: str
    """Id of the catalogue: `osps`, `asvs`, `ssdf`, `cis-github`, `soc2`, `iso27001`, `scorecard`."""
    control: str
    """Exact identifier, as the standard writes it."""
    reason: str
    """Why the check says something about it, one sentence."""
    source: str = "ours"
    """Who maps them so: `ours`, or the publication (name and section)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is to be known of a check."""

    id: str
    """Kebab case: `branch-protection`."""
    title: str
    """What holds where it passes: `The default branch cannot be rewritten`."""
    rationale: str
    remediation: str
    severity: Severity
    reads: frozenset[Source]
    towards: tuple[Towards, ...]
    scorecard: str = ""
    """Name of the OpenSSF Scorecard check that it answers, exactly; empty: none."""
    permission: str = ""
    """GitHub permissions that it needs, as `administration: read`; empty: none beside metadata."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What is known of the Fusion deployment that scans."""

    regions: tuple[str, ...] = ()
    """Where models are asked, as the models file says."""
    local_only: bool = True
    endpoints: tuple[tuple[str, str], ...] = ()
    """Endpoint and its region; local ones with `local`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Everything known about a repository when it is assessed."""

    repository: str
    posture: Posture | Unknown
    """Unknown for a folder that no forge speaks of."""
    tree: Tree
    contents: Mapping[str, bytes] = field(default_factory=dict)
    """Bytes of the files that checks want; one that is wanted and missing here could not be read."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Wanted files that could not be read, and why."""
    evidence: Sequence[Evidence] = ()
    cleared: Sequence[Cleared] = ()
    """Places that an analyzer has shown to be harmless: what only a pattern says of them is refuted."""
    tools: Sequence[ToolRun] = ()
    """Receipts of the analyzers: what did not run proves nothing."""
    inventory: Inventory = field(default_factory=Inventory)
    mirror: Mirror | Unknown = field(default_factory=lambda: Unknown(why="No mirror of advisories is configured."))
    advisories: Mapping[str, Sequence[Advisory]] = field(default_factory=dict)
    """By purl."""
    host: Host | Unknown = field(default_factory=lambda: Unknown(why="Nothing is known of the deployment."))
    policy: Policy = field(default_factory=Policy)
    now: datetime


class Check(Protocol):
    """One check."""

    about: About

    def wants(self, path: str) -> bool:
        """Whether it reads the bytes of that file."""
        ...

    def assess(self, subject: Subject) -> CheckResult:
        """What it says; total over any subject, hostile bytes included."""
        ...
