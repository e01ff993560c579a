"""What is remembered between events of a pull request, a person and an installation; and where it lies in the Store."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from fusion.model import SCHEMA_VERSION, Pull, Record
from fusion.ports import Key

HEEDED = 50
"""Wishes that are remembered, so that one delivered twice is fulfilled once."""


class PullRecord(Record):
    """A pull request as last known, and the review that was started for it."""

    schema_version: int = SCHEMA_VERSION
    pull: Pull
    run: str = ""
    """Id of the orchestration that was started last."""
    head: str = ""
    """The head that it reviews."""
    base_ref: str = ""
    """The base branch against which it does."""
    runs: int = 0
    """How many were started."""
    paused: str = ""
    """Who paused reviews (`/fusion pause`); empty: nobody."""
    ignored: str = ""
    """Who asked that this pull request be left alone (`/fusion ignore`); empty: nobody."""
    excluded: str = ""
    """Why it is not reviewed at present; empty: it is."""
    heeded: tuple[str, ...] = ()
    """Deliveries whose wish for a further review was fulfilled, oldest first."""


class Given(Record):
    """A command that a person gave: the delivery that brought it, and when it was heard."""

    delivery: str
    at: datetime


class Quota(Record):
    """What one person has commanded in a repository lately, and what they were told once."""

    schema_version: int = SCHEMA_VERSION
    given: tuple[Given, ...] = ()
    """Of the last hour, oldest first."""
    told: dict[str, str] = Field(default_factory=dict)
    """What was told (`refused:12`, `limited`) -> the delivery that it answered."""


class Concluded(Record):
    """How the last review of a pull request ended, as its check says it."""

    schema_version: int = SCHEMA_VERSION
    head: str
    conclusion: str
    """Of the check run: success, failure, action_required, neutral."""
    title: str = ""
    verdict: str = ""
    review: str = ""
    """Digest of the review; empty where there is none."""
    change: str = ""
    """Digest of the change that it is about."""
    run: str = ""
    at: datetime | None = None


class InstallationRecord(Record):
    """What was last heard of an installation of the App."""

    schema_version: int = SCHEMA_VERSION
    id: int
    action: str
    """GitHub's word: created, deleted, suspend, unsuspend, added, removed..."""
    active: bool = True
    by: str = ""
    at: datetime | None = None


def subject(number: int) -> str:
    """What the records of one pull request are called in its repository: `pull:12`."""
    return f"pull:{number}"


def pull_key(tenant: str, repository: str, number: int) -> Key:
    """Where a `PullRecord` lies."""
    return Key(tenant=tenant, scope=repository, kind="pull", id=subject(number))


def concluded_key(tenant: str, repository: str, number: int) -> Key:
    """Where a `Concluded` lies."""
    return Key(tenant=tenant, scope=repository, kind="conclusion", id=subject(number))


def quota_key(tenant: str, repository: str, login: str) -> Key:
    """Where a `Quota` lies. GitHub tells logins apart without regard to case."""
    return Key(tenant=tenant, scope=repository, kind="quota", id=login.lower())


def installation_key(tenant: str, installation: int) -> Key:
    """Where an `InstallationRecord` lies."""
    return Key(tenant=tenant, scope=f"installation:{installation}", kind="installation", id=str(installation))
