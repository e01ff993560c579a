"""Runs: what was asked, how it ended and where its review is. Kept in the Store, one record per run."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum

from fusion.model import SCHEMA_VERSION, Record, Request
from fusion.ports import Key


class RunStatus(StrEnum):
    """How far a run came. `running` with no process behind it means interrupted: `fusion runs resume` finishes it."""

    RUNNING = "running"
    REVIEWED = "reviewed"
    EMPTY = "empty"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    """GitHub did not answer; the pull request's orchestration tries again with a further run."""
    SUPERSEDED = "superseded"
    """The pull request has a newer head, which has a run of its own."""
    FAILED = "failed"
    ABANDONED = "abandoned"
    """A person has ended it for good: see `Run.by` and `Run.finished`."""


class Run(Record):
    """One run of the review orchestration."""

    schema_version: int = SCHEMA_VERSION
    id: str
    request: Request
    status: RunStatus = RunStatus.RUNNING
    message: str = ""
    """Why it ended so, where that needs saying; of an abandoned run the person's reason."""
    by: str = ""
    """Who abandoned it."""
    started: datetime
    finished: datetime | None = None
    review: str = ""
    """Digest of the Review."""
    change: str = ""
    """Digest of the Change that was reviewed."""
    verdict: str = ""
    findings: int = 0


def run_id(request: Request, *, nonce: str = "") -> str:
    """The orchestration id of a request: a function of its content, so that a second delivery starts nothing, nor does
    whoever finds the same head on another way at the same moment: by whom, why and when it is asked for does not count.

    An explicit command of a person is a new run each time: it passes a nonce.
    """
    content = request.model_dump_json(exclude={"actor", "why", "received", "schema_version"})
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    return f"review-{digest}" + (f"-{nonce}" if nonce else "")


def run_key(tenant: str, request: Request, id: str) -> Key:
    """Where the record of a run lies."""
    return Key(tenant=tenant, scope=request.repository or request.location, kind="run", id=id)
