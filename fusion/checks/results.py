"""How a check says what it found: results and deviations in one form, with stable fingerprints."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from fusion.check import About
from fusion.model import Evidence, Severity
from fusion.model.compliance import CheckResult, Deviation, Status


def passed(about: About, reason: str, *, read: Iterable[str] = (), as_of: datetime | None = None) -> CheckResult:
    """Everything that the check needs was read, and nothing speaks against it."""
    return CheckResult(check=about.id, status=Status.PASSED, reason=reason, read=tuple(read), as_of=as_of)


def failed(
    about: About,
    reason: str,
    deviations: Sequence[Deviation],
    *,
    permission: str = "",
    read: Iterable[str] = (),
    as_of: datetime | None = None,
) -> CheckResult:
    """Something speaks against it, each thing a deviation; of those with one fingerprint the first is kept. `permission` is
    one that it lacked for a part that might bring more.

    Raises ValueError without deviations: a failure that names nothing could be neither mended nor accepted.
    """
    if not deviations:
        raise ValueError(f"{about.id} failed without a deviation.")
    kept: dict[str, Deviation] = {}
    for one in deviations:
        kept.setdefault(one.fingerprint, one)
    return CheckResult(
        check=about.id,
        status=Status.FAILED,
        reason=reason,
        deviations=tuple(kept.values()),
        read=tuple(read),
        permission=permission,
        as_of=as_of,
    )


def not_assessed(
    about: About, reason: str, *, permission: str = "", read: Iterable[str] = (), as_of: datetime | None = None
) -> CheckResult:
    """Something that it needs could not be read; the reason says what, and what to do about it."""
    return CheckResult(
        check=about.id,
        status=Status.NOT_ASSESSED,
        reason=reason,
        permission=permission,
        read=tuple(read),
        as_of=as_of,
    )


def not_applicable(about: About, reason: str, *, read: Iterable[str] = (), as_of: datetime | None = None) -> CheckResult:
    """There is nothing here that it is about; never said because something could not be read."""
    return CheckResult(check=about.id, status=Status.NOT_APPLICABLE, reason=reason, read=tuple(read), as_of=as_of)


def deviation(
    about: About,
    title: str,
    *,
    key: str,
    path: str = "",
    line: int = 0,
    severity: Severity | None = None,
    component: str = "",
    evidence: tuple[Evidence, ...] = (),
) -> Deviation:
    """One thing that speaks against a check. `key` says which thing, and stays the same while the thing does: the rule's name,
    the path and what stands there, never a line number or a count. Severity is the check's own where none is given."""
    return Deviation(
        fingerprint=fingerprint(about.id, key),
        title=title,
        severity=about.severity if severity is None else severity,
        path=path,
        line=line,
        component=component,
        evidence=evidence,
    )


def fingerprint(check: str, key: str) -> str:
    """16 hex digits of SHA-256 over the check's id and the key."""
    return hashlib.sha256(f"{check}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
