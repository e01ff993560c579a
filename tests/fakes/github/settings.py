"""What the fake remembers of a repository's settings, an organisation's, and where people belong. JSON as GitHub words it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def _analysis() -> dict[str, str]:
    return {
        "secret_scanning": "disabled",
        "secret_scanning_push_protection": "disabled",
        "dependabot_security_updates": "disabled",
    }


def _actions() -> dict[str, Any]:
    return {"enabled": True, "allowed_actions": "all", "sha_pinning_required": False}


def _workflow() -> dict[str, Any]:
    return {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False}


@dataclass(kw_only=True)
class RepositorySettings:
    """Settings as an owner finds them in a new repository; tests change them in place."""

    description: str | None = None
    licence: str | None = None
    """SPDX identifier."""
    fork: bool = False
    template: bool = False
    issues: bool = True
    forking: bool = True
    signoff: bool = False
    disabled: bool = False
    created: str = "2024-01-02T03:04:05Z"
    pushed: str = "2026-01-02T03:04:05Z"
    analysis: dict[str, str] = field(default_factory=_analysis)
    protection: dict[str, Any] | None = None
    """Branch protection of the default branch, as "Get branch protection" answers."""
    rulesets: dict[int, dict[str, Any]] = field(default_factory=dict)
    """By id: `name`, `source_type`, `rules` (type and parameters) and `bypass_actors`; all in force on the default branch."""
    plan_lacks_protection: bool = False
    """A private repository of a plan without branch protection."""
    actions: dict[str, Any] = field(default_factory=_actions)
    workflow: dict[str, Any] = field(default_factory=_workflow)
    fork_approval: str = "first_time_contributors"
    dependabot_alerts: bool = False
    private_reporting: bool = False
    default_setup: str = "not-configured"
    analyses: int = 0
    """Uploads to code scanning."""
    alerts: dict[str, int] = field(default_factory=dict)
    """Open ones by kind: secret-scanning, code-scanning, dependabot."""
    outside: set[str] = field(default_factory=set)
    """Of those with a role, who is outside the organisation."""
    keys: list[dict[str, Any]] = field(default_factory=list)
    hooks: list[dict[str, Any]] = field(default_factory=list)
    releases: list[dict[str, Any]] = field(default_factory=list)
    attestations: dict[str, int] = field(default_factory=dict)
    """How many there are, by the digest of what they are about."""
    contributors: list[tuple[str, int]] = field(default_factory=list)
    """Login and commits."""
    verified: bool = False
    """Whether GitHub holds the commits' signatures to be right; without one there is none."""
    signed: bool = False
    rollup: str | None = "SUCCESS"
    """How checks on every commit ended; None: there are none."""
    authors: dict[str, str] = field(default_factory=dict)
    """Whose account wrote a commit."""


@dataclass(kw_only=True)
class OrganisationState:
    """An organisation's settings; the first three are told to who may see its administration."""

    two_factor: bool = False
    default_permission: str = "read"
    members_create_public: bool = True
    verified: bool = False


@dataclass(kw_only=True)
class Belonging:
    """What somebody says of where they belong."""

    company: str | None = None
    organisations: tuple[str, ...] = ()
