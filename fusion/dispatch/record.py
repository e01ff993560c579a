"""What is remembered of a pull request between events, and of an installation; and where it lies in the Store."""

from __future__ import annotations

from datetime import datetime

from fusion.model import SCHEMA_VERSION, Pull, Record
from fusion.ports import Key

HEEDED = 50
"""Wishes that are remembered, so that one delivered twice is fulfilled once."""
REFUSED = 200
"""People who are remembered as having been told that they may not command."""


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
    refused: tuple[str, ...] = ()
    """Logins that were told that they may not command."""


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


def installation_key(tenant: str, installation: int) -> Key:
    """Where an `InstallationRecord` lies."""
    return Key(tenant=tenant, scope=f"installation:{installation}", kind="installation", id=str(installation))
