"""From one repository's scan to its line, and from the lines to the report of an account. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fusion.controls.states import Tally
from fusion.model import Provenance, Severity
from fusion.model.compliance import CheckResult, OrganisationScan, Scan, ScanOf, Status
from fusion.scanning.series import open_deviations


def line(scan: Scan, *, digest: str, chain: str = "") -> ScanOf:
    """What the report of an account says of one repository."""
    return ScanOf(
        repository=scan.repository,
        scan=scan.id,
        digest=digest,
        status=scan.status,
        reason=scan.reason,
        commit=scan.commit,
        passed=_count(scan.results, Status.PASSED),
        failed=sum(one.status is Status.FAILED and not one.is_accepted for one in scan.results),
        accepted=sum(one.is_accepted for one in scan.results),
        not_assessed=_count(scan.results, Status.NOT_ASSESSED),
        worst=worst(scan.results),
        open=open_deviations(scan),
        reused=any(one.reused for one in scan.results),
        requests=scan.requests,
        chain=chain,
    )


def worst(results: Iterable[CheckResult]) -> Severity | None:
    """The highest severity of what deviates and nobody has accepted; None: nothing does."""
    open_ones = [
        deviation.severity
        for one in results
        if one.status is Status.FAILED
        for deviation in one.deviations
        if not deviation.accepted
    ]
    return max(open_ones, key=lambda severity: severity.rank, default=None)


def _count(results: Iterable[CheckResult], status: Status) -> int:
    return sum(one.status is status for one in results)


@dataclass(slots=True)
class Gathering:
    """The report of an account in the making: repositories are added one after another, and only their lines are kept."""

    lines: dict[str, ScanOf] = field(default_factory=dict)
    controls: Tally = field(default_factory=Tally)

    def add(self, one: ScanOf, scan: Scan | None) -> None:
        """One more repository; `scan` is None where there is none. Of two lines for one repository the first counts."""
        if one.repository in self.lines:
            return
        self.lines[one.repository] = one
        if scan is not None and scan.status == "scanned":
            self.controls.add(scan.repository, scan.controls)

    def report(
        self, id: str, account: str, *, at: datetime, ended: datetime, notes: Sequence[str], provenance: Provenance
    ) -> OrganisationScan:
        """The whole, repositories by name."""
        return OrganisationScan(
            id=id,
            account=account,
            at=at,
            ended=ended,
            repositories=tuple(self.lines[name] for name in sorted(self.lines, key=str.lower)),
            controls=self.controls.results(),
            notes=tuple(notes),
            provenance=provenance,
        )


def totals(lines: Iterable[ScanOf]) -> Mapping[str, int]:
    """How many repositories there are of each status, and what their checks say together."""
    found: dict[str, int] = {}
    for one in lines:
        found[one.status] = found.get(one.status, 0) + 1
        for name in ("passed", "failed", "accepted", "not_assessed"):
            found[f"checks {name}"] = found.get(f"checks {name}", 0) + getattr(one, name)
    return found
