"""A repository's settings as a forge told them; what could not be read is a value of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from fusion.model.values import SCHEMA_VERSION, Record


class Unknown(Record):
    """What could not be read, why, and the permission that would show it; never the same as a no."""

    why: str
    """A sentence."""
    permission: str = ""
    """As GitHub names it, with its level: `administration: read`."""


class Basics(Record):
    """What a repository is."""

    default_branch: str
    head: str = ""
    """Commit of the default branch; empty: there is none yet."""
    visibility: Literal["public", "private", "internal"] = "private"
    archived: bool = False
    disabled: bool = False
    empty: bool = False
    fork: bool = False
    template: bool = False
    licence: str = ""
    """SPDX identifier as the forge detects it."""
    description: str = ""
    created: datetime | None = None
    pushed: datetime | None = None
    owner_is_organisation: bool = False
    forking: bool | None = None
    issues: bool = True
    web_commit_signoff: bool = False


class Protection(Record):
    """Rules in force on the default branch: classic branch protection and rulesets taken together, the stricter of each."""

    protected: bool
    sources: tuple[str, ...] = ()
    """`branch protection`, `ruleset NAME (organisation)`."""
    bypass: tuple[str, ...] = ()
    """Who may go past the rules, as far as it is told; administrators are `administrators`."""
    bypass_known: bool = True
    """Whether who may go past them could be read at all."""
    pull_required: bool = False
    approvals: int = 0
    dismiss_stale: bool = False
    code_owners: bool = False
    last_push_approval: bool = False
    conversation_resolution: bool = False
    checks: tuple[str, ...] = ()
    """Names of status checks that must pass."""
    up_to_date: bool = False
    signatures: bool = False
    linear_history: bool = False
    force_push: bool = True
    """Whether the branch may be rewritten."""
    deletion: bool = True
    admins_included: bool | None = None
    merge_queue: bool = False


class ActionsSettings(Record):
    """What workflows may do by default."""

    enabled: bool = True
    allowed: Literal["all", "local_only", "selected", ""] = ""
    pinned_required: bool | None = None
    """Whether actions must be pinned to a commit."""
    default_permissions: Literal["read", "write", ""] = ""
    approve_pulls: bool | None = None
    """Whether workflows may approve pull requests."""
    fork_approval: str = ""
    """Whose first run from a fork needs approval, in the forge's word."""


class SecuritySettings(Record):
    """Security features; None: not told."""

    secret_scanning: bool | None = None
    push_protection: bool | None = None
    dependabot_alerts: bool | None = None
    dependabot_updates: bool | None = None
    code_scanning: bool | None = None
    """The default set-up, or analyses that were uploaded."""
    private_reporting: bool | None = None
    open_alerts: dict[str, int] = Field(default_factory=dict)
    """Open alerts by kind (`secret-scanning`, `code-scanning`, `dependabot`), where they may be counted."""


class Collaborator(Record):
    """Somebody with access."""

    login: str
    permission: str
    outside: bool = False
    """Of no team of the organisation."""


class DeployKey(Record):
    """A key with which machines read or write."""

    title: str
    read_only: bool
    created: datetime | None = None
    last_used: datetime | None = None


class Hook(Record):
    """A webhook, without its address: only what can be judged."""

    host: str
    https: bool
    verifies_tls: bool
    has_secret: bool
    active: bool = True


class Release(Record):
    """A published release with the names of what is attached."""

    tag: str
    at: datetime | None = None
    assets: tuple[str, ...] = ()
    immutable: bool | None = None
    attested: bool | None = None


class Merge(Record):
    """A change that came into the default branch lately."""

    commit: str
    at: datetime | None = None
    author: str = ""
    verified: bool | None = None
    """Whether the forge holds its signature to be right."""
    pull: int = 0
    """Its pull request; 0: it came without one."""
    approvals: int = 0
    """By others than its author."""
    self_merged: bool = False
    checks_passed: bool | None = None
    """Whether checks ran on it and passed; None: not told."""
    by_bot: bool = False


class Contributor(Record):
    """Somebody who committed, with the organisations they name."""

    login: str
    commits: int
    organisations: tuple[str, ...] = ()
    as_of: datetime | None = None
    """When they named them; that is asked again when the commits change, or after a month. None: it was not told."""


class OrganisationSettings(Record):
    """What the owning organisation demands of its members."""

    two_factor: bool | None = None
    default_permission: str = ""
    members_create_public: bool | None = None
    verified_domain: bool | None = None


class Posture(Record):
    """A repository's settings as the forge told them; each part is known or says why not."""

    schema_version: int = SCHEMA_VERSION
    repository: str
    repository_id: int = 0
    at: datetime
    """When the oldest part was confirmed by the forge (a 304 confirms)."""
    basics: Basics | Unknown
    protection: Protection | Unknown
    actions: ActionsSettings | Unknown
    security: SecuritySettings | Unknown
    collaborators: tuple[Collaborator, ...] | Unknown
    deploy_keys: tuple[DeployKey, ...] | Unknown
    hooks: tuple[Hook, ...] | Unknown
    releases: tuple[Release, ...] | Unknown
    merges: tuple[Merge, ...] | Unknown
    """The last 30 at most, newest first."""
    contributors: tuple[Contributor, ...] | Unknown
    organisation: OrganisationSettings | Unknown
    requests: int = 0
    """That the forge counted against the rate limit; a 304 costs none."""
    confirmed: int = 0
    """Answers that had not changed (304)."""
