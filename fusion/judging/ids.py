"""Ids: what people type to name one finding of a review.

A fingerprint leaves the path out, so that it survives renames; findings of two files may therefore have the same one. An id is
given when a finding is first seen and kept by its ledger entry for life, whatever becomes of its code, its file or its
fingerprint. It is the fingerprint where nothing else begins so, and no two of a ledger or of a review begin with the same eight
digits, which are what is shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import TypeVar

from fusion.model import Finding

T = TypeVar("T")

SHOWN = 8
"""Digits of an id that are shown."""
_LISTED = 5
_FIT = re.compile(r"[0-9a-f]{8,64}")


def identified(findings: Sequence[Finding], taken: Iterable[str] = ()) -> list[Finding]:
    """The findings, each with an id: those that have one keep it. `taken` are ids that others have.

    Of several new ones with equal fingerprints none gets the fingerprint: typing it must not mean one of them by chance.
    """
    used = {id[:SHOWN] for id in taken} | {finding.id[:SHOWN] for finding in findings if finding.id}
    wanted = Counter(finding.fingerprint[:SHOWN] for finding in findings if not finding.id)
    used |= {begin for begin, number in wanted.items() if number > 1}
    result = []
    for finding in findings:
        if not finding.id:
            finding = finding.model_copy(update={"id": _id(finding, used)})
            used.add(finding.id[:SHOWN])
        result.append(finding)
    return result


def _id(finding: Finding, used: set[str]) -> str:
    """The fingerprint, or where that is taken or none that can be typed, a digest of it with the path and a number."""
    found, number = finding.fingerprint, 0
    while not _FIT.fullmatch(found) or found[:SHOWN] in used:
        what = f"{finding.fingerprint}\0{finding.location.path}\0{number}"
        found, number = sha256(what.encode("utf-8", "surrogatepass")).hexdigest(), number + 1
    return found


def fitting(typed: str, items: Iterable[T], finding_of: Callable[[T], Finding]) -> list[T]:
    """The items whose finding's id begins with what was typed; where none does, those whose fingerprint does.

    Before there were ids, people were shown fingerprints.
    """
    wanted, all_of_them = typed.strip().lower(), list(items)
    found = [item for item in all_of_them if (finding_of(item).id or finding_of(item).fingerprint).startswith(wanted)]
    return found or [item for item in all_of_them if finding_of(item).fingerprint.startswith(wanted)]


def ambiguous(typed: str, found: Sequence[Finding]) -> str:
    """The sentence for an id that several findings fit: which they are, and where they lie."""
    named = [f"{one.short} in {one.location.path}:{one.location.line}" for one in found[:_LISTED]]
    more = f", and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    return f"{len(found)} findings fit {typed}: {', '.join(named)}{more}. Give the whole id of one."
