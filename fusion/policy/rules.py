"""The policy's types and defaults. The docstring of each key is its line in the manual, the schema and the template."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Literal

from pydantic import Field

from fusion.model import Record, Severity


class Instruction(Record):
    """What reviewers of some paths should mind; for the agents' prompts and the reader of the summary."""

    paths: tuple[str, ...]
    """Path patterns that the instruction is about."""
    text: str
    """What to mind, in a sentence or two."""


class Floor(Record):
    """Findings below a severity on some paths are counted, not shown."""

    paths: tuple[str, ...] = ("**",)
    """Path patterns that the floor is for."""
    severity: Severity
    """The lowest severity that is shown there."""


class Caps(Record):
    """Limits. What is cut is on the receipt."""

    inline: int = Field(default=10, ge=0, le=100)
    """Inline comments per review; the rest is summarised."""
    files: int = Field(default=3000, ge=1)
    """Files per review. What is beyond is not read, and the review says that it is incomplete."""
    file_bytes: int = Field(default=1_000_000, ge=1)
    """Size of a file, in bytes. A larger one is not read, and the review says that it is incomplete."""
    tool_seconds: float = Field(default=60.0, gt=0, le=3600)
    """Seconds that one run of an analyzer may take. One that is stopped over several files gets as much again to read the
    others; what is left unread makes the review incomplete."""


class Pulls(Record):
    """Which pull requests are reviewed by themselves, and what is written on them."""

    drafts: bool = False
    """Review drafts too. Otherwise a draft is reviewed once it is marked as ready."""
    bots: bool = True
    """Review pull requests that bots opened, such as updates of dependencies."""
    forks: Literal["review", "ask", "off"] = "review"
    """Pull requests from forks. review: like any other; ask: once somebody with write permission comments `/fusion review`;
    off: never."""
    skip_labels: tuple[str, ...] = ("no-review",)
    """A pull request with one of these labels is not reviewed."""
    only_labels: tuple[str, ...] = ()
    """Where labels are named here, only a pull request with one of them is reviewed."""
    branches: tuple[str, ...] = ()
    """Base branches whose pull requests are reviewed, as patterns such as `release/*`; empty: all branches."""
    request_changes: bool = True
    """Request changes where findings block. Otherwise the review only comments; the check fails all the same."""
    summary: Literal["comment", "check"] = "comment"
    """Where the summary stands. comment: in the conversation, kept up to date; check: only in the check run."""
    sarif: bool = False
    """Upload the findings to code scanning too, where the repository has it."""
    resolve: bool = True
    """Resolve a thread when its finding is fixed."""


class Models(Record):
    """What language models may see of the repository, and spend on it. Which models there are is the host's matter."""

    use: bool = True
    """Ask models, where the host has any. Otherwise the review is made from evidence alone."""
    local: tuple[str, ...] = ()
    """Paths whose text never leaves the operator's own machines, as patterns; `**` for the whole repository."""
    regions: tuple[str, ...] = ()
    """Cloud regions that text may be sent to; empty: those of the host's endpoints."""
    missing: Literal["incomplete", "note"] = "incomplete"
    """What becomes of a review when a model should have looked and could not (an outage, a cap). incomplete: it does not count
    as passed; note: the receipt says so."""
    walkthrough: bool = True
    """Begin the summary with what the change does, in at most five lines."""
    per_run: float = Field(default=1_000_000, ge=0, le=1_000_000)
    """Money that one review may cost, in the host's currency. Of this and the host's own cap the lower one counts."""
    per_pull: float = Field(default=1_000_000, ge=0, le=1_000_000)
    """Money that all reviews of one pull request may cost."""
    per_month: float = Field(default=1_000_000, ge=0, le=1_000_000)
    """Money that all reviews of the repository may cost in a month (UTC)."""


class Acceptance(Record):
    """Somebody accepts for a time that a check fails. What is left open here, a scan names, and does not let it count."""

    check: str
    """Id of the check."""
    path: str = ""
    """What it is about lies there, as a path pattern; empty: wherever."""
    fingerprint: str = ""
    """Just this deviation, as the report names it; empty: all of them."""
    component: str = ""
    """Just this dependency, as a package URL with a version or without; empty: all of them."""
    owner: str = ""
    """Who sees to it that it ends. Required."""
    reason: str = ""
    """Why it is accepted, in a sentence. Required."""
    approver: str = ""
    """Who has agreed, and is not the owner. Required."""
    expires: date | None = None
    """The last day (UTC) on which it counts, at most two years ahead. Required."""


class Scans(Record):
    """Scheduled scans of the repository for compliance, and what becomes of what they see."""

    schedule: str = "0 3 * * 1"
    """When, in cron's five fields (UTC), with a few minutes added so that not all repositories begin together. `never`: only
    when asked."""
    checks: dict[str, bool] = Field(default_factory=dict)
    """Checks to switch on or off by id; one that is not named is on. One that is off is on the report as not assessed."""
    catalogues: tuple[str, ...] = ()
    """Catalogues of controls on the report, by id; empty: all."""
    issues: Literal["none", "each", "one"] = "none"
    """Issues in the repository. each: one for each failed check; one: one for all of them; both are kept up to date and closed
    when what they are about is mended."""
    issue_floor: Severity = Severity.MEDIUM
    """Failed checks below this severity get no issue."""
    block: tuple[str, ...] = ()
    """Checks of which a pull request must not bring new deviations. What it brings of others informs."""
    exceptions: tuple[Acceptance, ...] = ()
    """What is accepted for a time. It stays on the report, as accepted."""
    history: bool = False
    """Look for secrets in all commits, too, not only in the files of the newest one."""
    licences_allow: tuple[str, ...] = ()
    """Licences of dependencies, as SPDX identifiers or expressions, with `*` at the end for a family (`GPL-*`). Where some are
    named, a dependency must have one of them, or let choose one (OR)."""
    licences_deny: tuple[str, ...] = ()
    """A dependency with one of these deviates, unless it lets choose another."""
    licences_unknown: Literal["fail", "note"] = "note"
    """What a dependency is whose licence nobody knows: a deviation, or on the report."""


class Policy(Record):
    """A repository's configuration, complete with defaults."""

    version: Literal[1] = 1
    """Version of this file's format."""
    ignore: tuple[str, ...] = ()
    """Paths that are not reviewed; they are on the receipt and do not make the review incomplete."""
    generated: tuple[str, ...] = ()
    """More paths to treat as generated or vendored, beside those that Fusion recognises."""
    instructions: tuple[Instruction, ...] = ()
    """What reviewers of some paths should mind."""
    floors: tuple[Floor, ...] = (Floor(severity=Severity.LOW),)
    """The lowest severity that is shown, by path. The last floor that matches a path counts."""
    agents: dict[str, bool] = Field(default_factory=dict)
    """Agents to switch on or off by name; one that is not named is on."""
    analyzers: dict[str, bool] = Field(default_factory=dict)
    """Analyzers to switch on or off by name; one that is not named is on where it is installed."""
    required: tuple[str, ...] = ()
    """Analyzers that must have run; a required one that is not installed makes the review incomplete."""
    block: Severity = Severity.HIGH
    """Findings at or above this severity block, if they have evidence and are at least likely."""
    suppressions: Literal["honour", "show", "ignore"] = "show"
    """The author's own suppression comments. honour: the finding is hidden and counted; show: it is marked and does not
    block; ignore: as if the comment were not there. A new suppression in a change is itself evidence, always."""
    caps: Caps = Caps()
    """Limits of a review."""
    models: Models = Models()
    """What language models may see of the repository, and spend on it."""
    pulls: Pulls = Pulls()
    """Which pull requests are reviewed by themselves, and what is written on them."""
    scans: Scans = Scans()
    """Scheduled scans of the repository for compliance, and what becomes of what they see."""


def digest(policy: Policy) -> str:
    """`sha256:` and 64 hex digits over what the policy says, however its file is written."""
    canonical = json.dumps(policy.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(canonical.encode('utf-8', 'surrogatepass')).hexdigest()}"
