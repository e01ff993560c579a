"""What the GitHub App asks for, and why: the manifest to register it with, and the tables of the documentation.

Scans read more of a repository than reviews do. A bot that only reviews does not ask for that: `FOR_SCANS` and `FOR_ISSUES`
are asked for where somebody wants scans (`fusion app manifest --scans --issues`), or are granted to the App later.

GitHub says which permission an endpoint, a mutation or an event needs in "Permissions required for GitHub Apps" and "Webhook
events and payloads". Whoever grants less gets less, and is told so in the review; `without` says what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from fusion.errors import UserError

LONGEST_NAME = 34
"""Characters of an App's name on GitHub."""
PATH = "/github"
"""Where deliveries go, below the address of the installation."""
HOMEPAGE = "https://fusion.example.com"
"""Stands in for the address while there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One permission, by the name that manifests use."""

    name: str
    access: Literal["read", "write"]
    reason: str
    without: str


PERMISSIONS: tuple[Permission, ...] = (
    Permission(
        name="metadata",
        access="read",
        reason="names of repositories, and whether the author of a command may give it; every App has it",
        without="nothing works",
    ),
    Permission(
        name="contents",
        access="write",
        reason="reads the changed files and `.fusion.yml`. GitHub asks for write before an App may resolve a review thread, "
        "and for the branch of `/fusion fix`; Fusion writes no other branch",
        without="with read, threads of fixed findings stay open, with a reply that says so, and `/fusion fix` pushes nothing",
    ),
    Permission(
        name="pull_requests",
        access="write",
        reason="reads the pull request and its conversation; posts the review, its threads, the summary and reactions",
        without="with read, the check run is all that is said",
    ),
    Permission(
        name="issues",
        access="read",
        reason="GitHub delivers comments in the conversation, which hold the commands, only to Apps that may read issues",
        without="commands work only in threads on lines",
    ),
    Permission(
        name="checks",
        access="write",
        reason="the check run, which is what branch protection can require; and its Re-run button",
        without="the review is posted without a verdict that GitHub can require",
    ),
    Permission(
        name="merge_queues",
        access="read",
        reason="a merge queue waits for the check on its groups",
        without="a queue that requires the check waits in vain",
    ),
    Permission(
        name="security_events",
        access="write",
        reason="uploads the findings as SARIF to code scanning, where `.fusion.yml` asks for it",
        without="nothing is uploaded",
    ),
)

FOR_SCANS: tuple[Permission, ...] = (
    Permission(
        name="administration",
        access="read",
        reason="branch protection, what workflows may do, security features, deploy keys: most of what a scan says of settings",
        without="most checks of settings are not assessed; of a public repository some rules can be read all the same",
    ),
    Permission(
        name="attestations",
        access="read",
        reason="whether the files of the newest release are attested",
        without="of a release without signatures it is not known whether it is attested",
    ),
    Permission(
        name="organization_administration",
        access="read",
        reason="what the organization demands of its members: two factors, default permissions, who may create repositories",
        without="the checks of the organization are not assessed",
    ),
    Permission(
        name="repository_hooks",
        access="read",
        reason="whether webhooks are signed and go over TLS; their addresses are not kept",
        without="the check of webhooks is not assessed",
    ),
    Permission(
        name="secret_scanning_alerts",
        access="read",
        reason="how many alerts of secret scanning are open; what was found is not read",
        without="open alerts of secret scanning are not counted",
    ),
    Permission(
        name="statuses",
        access="read",
        reason="whether builds that report commit statuses passed on what was merged",
        without="the checks of what was merged are not assessed",
    ),
    Permission(
        name="vulnerability_alerts",
        access="read",
        reason="how many alerts of Dependabot are open",
        without="open alerts of Dependabot are not counted",
    ),
)
"""What scans read beside what reviews need. Nothing of it can be written."""
FOR_ISSUES: tuple[Permission, ...] = (
    Permission(
        name="issues",
        access="write",
        reason="opens, updates and closes the issues that follow a scan, where `scans.issues` of `.fusion.yml` asks for them",
        without="with read, no issue is kept, and the scan says so",
    ),
)
"""What keeping issues takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """An event that the App is told of, and the permission that GitHub wants for it."""

    event: str
    needs: str
    reason: str


SUBSCRIPTIONS: tuple[Subscription, ...] = (
    Subscription(event="pull_request", needs="pull_requests", reason="what to review"),
    Subscription(event="issue_comment", needs="issues", reason="commands in the conversation"),
    Subscription(event="pull_request_review_comment", needs="pull_requests", reason="commands and replies in threads"),
    Subscription(event="pull_request_review_thread", needs="pull_requests", reason="threads that people resolve or reopen"),
    Subscription(event="merge_group", needs="merge_queues", reason="groups of a merge queue"),
    Subscription(event="check_run", needs="checks", reason="the Re-run button of the check"),
    Subscription(event="check_suite", needs="checks", reason="the Re-run button of all checks"),
)
"""Events to subscribe to. GitHub sends `installation`, `installation_repositories` and `ping` to every App unasked."""


def manifest(*, url: str = "", name: str = "Fusion", scans: bool = False, issues: bool = False) -> Mapping[str, Any]:
    """The manifest to register the App with (GitHub, "Registering a GitHub App from a manifest").

    With `scans` it asks for what scans read, with `issues` for writing issues. `url` is the public address of the
    installation, and `/github` below it takes the deliveries; without one, the webhook is inactive until it has its address.
    Raises UserError.
    """
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise UserError(f"An App's name has 1 to {LONGEST_NAME} printable characters.")
    address = _address(url) if url else HOMEPAGE
    return {
        "name": name,
        "url": address,
        "hook_attributes": {"url": address + PATH, "active": bool(url)},
        "description": "Reviews pull requests and shows its evidence.",
        "public": False,
        "default_permissions": asked(scans=scans, issues=issues),
        "default_events": [subscription.event for subscription in SUBSCRIPTIONS],
    }


def asked(*, scans: bool = False, issues: bool = False) -> Mapping[str, str]:
    """Name -> access of all permissions that an App asks for."""
    wanted = (*PERMISSIONS, *(FOR_SCANS if scans else ()), *(FOR_ISSUES if issues else ()))
    return {permission.name: permission.access for permission in wanted}


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("https", "http") and parts.hostname and not parts.query and not parts.fragment
        usable = usable and parts.username is None and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or not url.isprintable() or " " in url:
        raise UserError(f"--url takes the public address of the installation, {HOMEPAGE}, without a query or a password.")
    return url.rstrip("/")
