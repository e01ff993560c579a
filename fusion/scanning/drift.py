"""What changed between two scans of a repository, and how it went over many of them.

A deviation is known by its check and its fingerprint. It counts as fixed only where its check looked at everything it needs
and no longer sees it; what could not be looked at stays in mind (`Drift.unseen`) until somebody can look again, however many
scans that takes, so that it is neither praised as fixed nor shown as new. What was fixed is remembered, too (`Drift.mended`,
the newest `MEMORY` of them): that one which comes back is a regression. Both lists travel from scan to scan in the drift.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fusion.model import Severity
from fusion.model.compliance import CheckResult, Deviation, Drift, Scan, Status

MEMORY = 500
"""Fixed deviations that are remembered for a repository."""


def drift(before: Scan | None, now_results: Sequence[CheckResult], *, earlier_fixed: Collection[str] | None = None) -> Drift:
    """What changed since the scan before. Each deviation that is here is in one list at most.

    before: the last scan, whatever became of it; None: there was none, and then nothing is called new.
    now_results: results with exceptions applied.
    earlier_fixed: `check fingerprint` of what was fixed once, the newest first; None: what the scan before remembers.
    """
    was = before.drift if before is not None else Drift()
    memory = list(was.mended if earlier_fixed is None else earlier_fixed)
    known = set(memory)
    then: dict[str, Deviation | None] = dict.fromkeys(was.unseen)
    then |= _deviations(before.results if before is not None else ())
    here = _deviations(now_results)
    results = {result.check: result for result in now_results}

    new, regressed, accepted, lapsed = [], [], [], []
    for key, deviation in here.items():
        past = then.get(key)
        if deviation.accepted:
            # of one that nobody could look at meanwhile it is not known whether it was accepted before
            if before is not None and (key not in then or (past is not None and not past.accepted)):
                accepted.append(key)
        elif key in then:
            if past is not None and past.accepted:
                lapsed.append(key)
        elif key in known:
            regressed.append(key)
        elif before is not None:
            new.append(key)
    gone = [key for key in then if key not in here]
    fixed = [key for key in gone if _looked(results.get(_check(key)))]
    mended = [key for key in dict.fromkeys([*sorted(fixed), *memory]) if key not in here]
    return Drift(
        against=before.id if before is not None else "",
        new=tuple(sorted(new)),
        fixed=tuple(sorted(fixed)),
        regressed=tuple(sorted(regressed)),
        accepted=tuple(sorted(accepted)),
        lapsed=tuple(sorted(lapsed)),
        lost=_lost(before, results),
        unseen=tuple(sorted(set(gone).difference(fixed))),
        mended=tuple(mended[:MEMORY]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One scan in a row of them, counted."""

    scan: str
    at: datetime
    commit: str
    status: str
    passed: int
    failed: int
    """With those of which every deviation is accepted."""
    accepted: int
    not_assessed: int
    not_applicable: int
    open: Mapping[Severity, int]
    """Deviations that nobody accepted, by severity, each severity named."""
    new: int
    fixed: int
    regressed: int


def trend(scans: Iterable[Scan]) -> tuple[Point, ...]:
    """The scans as points, oldest first. One that came to nothing (gone, failed) is a point with no counts."""
    return tuple(_point(scan) for scan in sorted(scans, key=lambda one: (one.at, one.id)))


def _deviations(results: Iterable[CheckResult]) -> dict[str, Deviation]:
    return {f"{result.check} {one.fingerprint}": one for result in results for one in result.deviations}


def _check(key: str) -> str:
    return key.rpartition(" ")[0]


def _looked(result: CheckResult | None) -> bool:
    """Whether the check has seen all that it needs: one that failed and lacked a permission has seen a part of it."""
    if result is None or result.status is Status.NOT_ASSESSED:
        return False
    return result.status is not Status.FAILED or not result.permission


def _lost(before: Scan | None, results: Mapping[str, CheckResult]) -> tuple[str, ...]:
    seen = [one.check for one in before.results if one.status is not Status.NOT_ASSESSED] if before is not None else []
    return tuple(sorted(check for check in seen if check not in results or results[check].status is Status.NOT_ASSESSED))


def _point(scan: Scan) -> Point:
    counts = {status: sum(one.status is status for one in scan.results) for status in Status}
    open = [item.severity for one in scan.results for item in one.deviations if not item.accepted]
    return Point(
        scan=scan.id,
        at=scan.at,
        commit=scan.commit,
        status=scan.status,
        passed=counts[Status.PASSED],
        failed=counts[Status.FAILED],
        accepted=sum(one.is_accepted for one in scan.results),
        not_assessed=counts[Status.NOT_ASSESSED],
        not_applicable=counts[Status.NOT_APPLICABLE],
        open={severity: open.count(severity) for severity in Severity},
        new=len(scan.drift.new),
        fixed=len(scan.drift.fixed),
        regressed=len(scan.drift.regressed),
    )
