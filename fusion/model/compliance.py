"""What a scan says: checks' results, controls' states, drift, exceptions, and the signed record of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from fusion.model.evidence import Evidence, ToolRun
from fusion.model.inventory import Inventory
from fusion.model.posture import Posture, Unknown
from fusion.model.values import SCHEMA_VERSION, Provenance, Record, Severity


class Status(StrEnum):
    """How a check ended. Only `passed` is green."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ASSESSED = "not_assessed"
    """Something it had to read could not be read."""
    NOT_APPLICABLE = "not_applicable"
    """There is nothing here that it is about."""


class Deviation(Record):
    """One thing that speaks against a check, at a place of the tree or of the settings."""

    fingerprint: str
    """Stable while the thing is the same: check, what, enclosing place; not the line."""
    title: str
    """One sentence."""
    severity: Severity
    path: str = ""
    line: int = 0
    component: str = ""
    """purl."""
    evidence: tuple[Evidence, ...] = ()
    accepted: str = ""
    """Id of the exception that accepts it; empty: none does."""


class CheckResult(Record):
    """What one check says of one repository."""

    check: str
    status: Status
    reason: str
    """One sentence: what was seen, or what is missing and what to do about it."""
    deviations: tuple[Deviation, ...] = ()
    read: tuple[str, ...] = ()
    """What it stands on: `settings: branch protection`, paths, `osv mirror of 2026-11-20`."""
    permission: str = ""
    """The permission that it lacked."""
    as_of: datetime | None = None
    """When what it read was last known to be so."""
    reused: bool = False
    """Taken over from an earlier scan of the same contents."""

    @property
    def is_accepted(self) -> bool:
        """Failed, and somebody has accepted each deviation."""
        return self.status is Status.FAILED and bool(self.deviations) and all(item.accepted for item in self.deviations)


class ControlState(StrEnum):
    """What the evidence says of a control. Evidence is not certification."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NOT_ASSESSED = "not_assessed"
    MANUAL = "manual"
    """No check can see it: somebody has to look."""


class ControlResult(Record):
    """One control of one catalogue."""

    catalogue: str
    control: str
    state: ControlState
    reason: str
    checks: tuple[str, ...] = ()
    accepted: bool = False
    """Contradicted, and somebody has accepted all that contradicts it."""


class ScanException(Record):
    """Somebody accepts a deviation for a time."""

    id: str
    check: str
    repository: str = "*"
    """Pattern over owner/name; from a repository's own file always that repository."""
    path: str = ""
    """Pattern; empty: wherever."""
    fingerprint: str = ""
    component: str = ""
    """purl without version, or with it."""
    owner: str
    reason: str
    approver: str
    expires: date
    origin: str = ""
    """Where it stands: `.fusion.yml at 1a2b3c4`, `the API`."""


class Drift(Record):
    """What changed since the scan before, by deviation; each `check fingerprint`."""

    against: str = ""
    """Id of that scan; empty: there was none."""
    new: tuple[str, ...] = ()
    """Not there then, though their checks looked."""
    first: tuple[str, ...] = ()
    """Seen by checks that were not made or could not be assessed then: whether they are new nobody knows."""
    fixed: tuple[str, ...] = ()
    """No longer here, and their checks looked."""
    regressed: tuple[str, ...] = ()
    """Fixed once, and here again."""
    accepted: tuple[str, ...] = ()
    """Accepted since then, or new and accepted from the start."""
    lapsed: tuple[str, ...] = ()
    """Their exceptions have expired, or are no longer there."""
    lost: tuple[str, ...] = ()
    """Checks that were assessed then and could not be now."""
    unseen: tuple[str, ...] = ()
    """Known from before, and nobody has looked since: neither fixed nor new when they are seen again."""
    mended: tuple[str, ...] = ()
    """The newest that were fixed in this repository, this time and before, so that one that comes back is known again."""


class Scan(Record):
    """One scan of one repository, complete."""

    schema_version: int = SCHEMA_VERSION
    id: str
    repository: str
    commit: str
    at: datetime
    asked: tuple[str, ...] = ()
    """Ids of the checks that were asked for, where it was not all of them: of the others the scan says nothing."""
    cut: str = ""
    """Why not all of the repository's files are known; empty: they are."""
    status: Literal["scanned", "empty", "archived", "gone", "failed"] = "scanned"
    reason: str = ""
    posture: Posture | Unknown
    inventory: Inventory = Inventory()
    files: int = 0
    unread: tuple[tuple[str, str], ...] = ()
    """Path and why: what some check wanted and nobody read."""
    tools: tuple[ToolRun, ...] = ()
    results: tuple[CheckResult, ...] = ()
    controls: tuple[ControlResult, ...] = ()
    exceptions: tuple[ScanException, ...] = ()
    """Those in force, and those that have expired."""
    drift: Drift = Drift()
    notes: tuple[str, ...] = ()
    requests: int = 0
    """To the forge, that counted against its rate limit."""
    provenance: Provenance = Provenance()

    @property
    def is_complete(self) -> bool:
        """Whether every check was assessed or had nothing to look at."""
        return self.status == "scanned" and all(one.status is not Status.NOT_ASSESSED for one in self.results)

    @property
    def is_whole(self) -> bool:
        """Whether it made all checks over all files, so that later ones can be compared with it."""
        return self.status == "scanned" and not self.asked and not self.cut


class ScanOf(Record):
    """One line of an organisation's report."""

    repository: str
    scan: str = ""
    """Id; empty: there is none, and `reason` says why."""
    digest: str = ""
    """Blob digest of the `Scan`."""
    status: str
    reason: str = ""
    commit: str = ""
    passed: int = 0
    failed: int = 0
    accepted: int = 0
    not_assessed: int = 0
    worst: Severity | None = None
    open: dict[Severity, int] = Field(default_factory=dict)
    """Deviations that nobody accepted, by severity; a severity without any is left out."""
    reused: bool = False
    requests: int = 0
    chain: str = ""
    """Hash of the repository's chain after this scan."""


class OrganisationScan(Record):
    """All repositories of one account, or of all installations, scanned together."""

    schema_version: int = SCHEMA_VERSION
    id: str
    account: str
    at: datetime
    ended: datetime | None = None
    repositories: tuple[ScanOf, ...]
    controls: tuple[ControlResult, ...] = ()
    """Worst state over the repositories that could be assessed; `reason` counts them."""
    notes: tuple[str, ...] = ()
    provenance: Provenance = Provenance()


# --- the evidence ledger


class Sealed(Record):
    """One link of a chain: `hash` is over everything else but `signature`, in canonical JSON (RFC 8785)."""

    schema_version: int = SCHEMA_VERSION
    chain: str
    """`owner/name`, or `organisation:ACCOUNT`."""
    number: int
    """0 for the first."""
    kind: Literal["scan", "organisation", "review", "key", "exception"]
    subject: str
    """Id of what is sealed."""
    digest: str
    """`sha256:` digest of its bytes."""
    at: datetime
    previous: str = ""
    """Hash of the link before; empty for the first."""
    hash: str
    key: str
    """Key id: RFC 7638 thumbprint of the public key."""
    signature: str
    """ES256 (RFC 7518) over the hash, base64url."""


class Anchored(Record):
    """A chain's head, kept where whoever keeps the chain cannot take it back."""

    chain: str
    number: int
    hash: str
    kind: Literal["rfc3161", "immutable-blob", "file"]
    where: str
    at: datetime
    token: str = ""
    """Base64 of the timestamp token."""
