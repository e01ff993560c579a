"""What every format says of a scan: counts, the headline, the order in which things are told.

Green is for what was read and holds. A scan in which something could not be read, or that came to nothing, is never `HOLDS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

from fusion.model import Severity
from fusion.model.compliance import CheckResult, ControlResult, ControlState, Deviation, Scan, ScanException, Status
from fusion.render.outgoing import defuse
from fusion.render.phrases import count
from fusion.render.secrets import mask
from fusion.render.text import clip, exact, one_line

if TYPE_CHECKING:
    from fusion.check import About
    from fusion.controls.catalogue import Catalogue

NOT_A_CERTIFICATE = "Evidence is not certification: it says what was read and seen, for somebody to judge."
STATUS = {
    Status.PASSED: "holds",
    Status.FAILED: "failed",
    Status.NOT_ASSESSED: "not assessed",
    Status.NOT_APPLICABLE: "nothing to look at",
}
CAME_TO = {
    "scanned": "was scanned",
    "empty": "is empty: there was nothing to scan",
    "archived": "is archived and was not scanned",
    "gone": "is gone: it was renamed or deleted, or may not be seen any more",
    "failed": "could not be scanned",
}
SOON = 30
"""Days before its end from which an exception is said to end soon."""
_SENTENCE = 2000


class Colour(StrEnum):
    """How a scan stands, in one word."""

    HOLDS = "holds"
    """Everything was read, and nothing speaks against it."""
    ACCEPTED = "accepted"
    """Everything was read, and what speaks against it is accepted."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Nothing that was read speaks against it, and not everything was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A scan's results counted and ordered. `failed` is without those that are accepted in full."""

    holds: tuple[CheckResult, ...]
    failed: tuple[CheckResult, ...]
    """The worst first."""
    accepted: tuple[CheckResult, ...]
    not_assessed: tuple[CheckResult, ...]
    not_applicable: tuple[CheckResult, ...]
    severity: Mapping[Severity, int]
    """Deviations that nobody accepted."""
    colour: Colour
    headline: str
    """One sentence."""

    @property
    def assessable(self) -> int:
        """Checks that there was something to look at for."""
        return len(self.holds) + len(self.failed) + len(self.accepted) + len(self.not_assessed)


def summary(scan: Scan, checks: Mapping[str, About]) -> Summary:
    """The scan, counted."""
    by = {status: [one for one in scan.results if one.status is status] for status in Status}
    worst = sorted(by[Status.FAILED], key=lambda one: (-severity(one, checks).rank, one.check))
    failed = tuple(one for one in worst if not one.is_accepted)
    accepted = tuple(one for one in worst if one.is_accepted)
    open = [item.severity for one in failed for item in one.deviations if not item.accepted]
    if failed:
        colour = Colour.FAILED
    elif not scan.is_complete or not by[Status.PASSED] + by[Status.FAILED]:
        colour = Colour.UNKNOWN
    else:
        colour = Colour.ACCEPTED if accepted else Colour.HOLDS
    return Summary(
        holds=tuple(by[Status.PASSED]),
        failed=failed,
        accepted=accepted,
        not_assessed=tuple(sorted(by[Status.NOT_ASSESSED], key=lambda one: (one.permission, one.check))),
        not_applicable=tuple(by[Status.NOT_APPLICABLE]),
        severity={each: open.count(each) for each in Severity},
        colour=colour,
        headline=_headline(scan, len(failed), len(accepted), len(by[Status.NOT_ASSESSED]), len(by[Status.PASSED])),
    )


def _headline(scan: Scan, failed: int, accepted: int, not_assessed: int, holds: int) -> str:
    if scan.status != "scanned":
        return f"The repository {CAME_TO[scan.status]}."
    total = failed + accepted + not_assessed + holds
    if not total:
        return "Nothing was assessed."
    parts = [f"{failed:,} of {count(total, 'check')} failed" if failed else f"{holds:,} of {count(total, 'check')} hold"]
    if accepted:
        parts.append(f"{accepted:,} failed and accepted")
    parts.append(f"{not_assessed:,} could not be assessed" if not_assessed else "all were assessed")
    return f"{', '.join(parts)}."


def causes(unread: Sequence[CheckResult]) -> tuple[tuple[str, str, tuple[CheckResult, ...]], ...]:
    """Checks that could not be assessed by their reason and the permission that they lack, what stops most of them first."""
    by: dict[tuple[str, str], list[CheckResult]] = {}
    for one in unread:
        by.setdefault((one.reason, one.permission), []).append(one)
    return tuple((*key, tuple(found)) for key, found in sorted(by.items(), key=lambda each: (-len(each[1]), each[0])))


def severity(result: CheckResult, checks: Mapping[str, About]) -> Severity:
    """How bad a failed check is: its worst deviation that nobody accepted, else its worst; the check's own without any."""
    items = [item.severity for item in result.deviations if not item.accepted] or [one.severity for one in result.deviations]
    known = checks.get(result.check)
    return max(items, key=lambda one: one.rank) if items else known.severity if known else Severity.MEDIUM


def deviations(result: CheckResult) -> tuple[Deviation, ...]:
    """Those that nobody accepted first, then the worst, then by place."""
    return tuple(sorted(result.deviations, key=lambda one: (bool(one.accepted), -one.severity.rank, one.path, one.line)))


def title(check: str, checks: Mapping[str, About]) -> str:
    """What holds where the check passes; of one that nobody knows, its id."""
    known = checks.get(check)
    return plain(known.title if known else check, 300)


def plain(text: str, limit: int = _SENTENCE) -> str:
    """Text from elsewhere as one line of plain words: no links, nothing invisible, likely secrets starred."""
    return clip(defuse(one_line(text[: 8 * limit + 2000])), limit)


def exactly(text: str, limit: int = 500) -> str:
    """A name from elsewhere as it is: a path, a component. Nothing in it is invisible, and likely secrets are starred."""
    return clip(mask(exact(text[: 4 * limit])), limit)


def place(item: Deviation) -> str:
    """`app/db.py:12`, the component, or nothing where it is about a setting."""
    where = exactly(item.path, 1000)
    return f"{where}:{item.line}" if where and item.line > 0 else where or exactly(item.component)


def partial(scan: Scan) -> str:
    """Of what the scan says nothing, in sentences; empty: it made all checks over all files, or did not come to that."""
    if scan.status != "scanned" or scan.is_whole:
        return ""
    asked = (
        f"Only these checks were asked for, and of no other is anything said: {', '.join(scan.asked)}." if scan.asked else ""
    )
    cut = f"Not all of the repository's files are known: {scan.cut.rstrip('.')}." if scan.cut else ""
    return f"The scan is partial. {' '.join(filter(None, (asked, cut)))}"


def since(scan: Scan) -> str:
    """What the scan was compared with: not all of it is there to be compared where only some was looked at."""
    if scan.asked:
        return "whole scan, of the checks that were made"
    return "whole scan, as far as files are known" if scan.cut else "scan"


def moment(at: datetime) -> str:
    """`2026-11-20 03:04 UTC`."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def standing(exception: ScanException, scan: Scan) -> str:
    """`expired`, `ends soon` or `in force`, at the time of the scan. It is in force through the day on which it expires."""
    left = (exception.expires - scan.at.astimezone(UTC).date()).days
    return "expired" if left < 0 else "ends soon" if left <= SOON else "in force"


def by_catalogue(
    controls: Sequence[ControlResult], catalogues: Sequence[Catalogue]
) -> tuple[tuple[str, Catalogue | None, tuple[ControlResult, ...]], ...]:
    """Control results by catalogue, in the catalogues' order; one that is not among them has its id only, and comes last."""
    known = {catalogue.id: (place, catalogue) for place, catalogue in enumerate(catalogues)}
    last = (len(catalogues), None)
    ordered = sorted(controls, key=lambda one: (known.get(one.catalogue, last)[0], one.catalogue))
    return tuple((id, known.get(id, last)[1], tuple(found)) for id, found in groupby(ordered, key=lambda one: one.catalogue))


def tally(controls: Sequence[ControlResult]) -> Mapping[str, int]:
    """Controls by how they stand: `supported`, `contradicted`, `accepted`, `not_assessed`, `manual`, each named."""
    counts = dict.fromkeys(("contradicted", "accepted", "not_assessed", "supported", "manual"), 0)
    for one in controls:
        counts[state(one)] += 1
    return counts


def state(control: ControlResult) -> str:
    """The state's name; `accepted` for one whose contradiction somebody accepted."""
    return "accepted" if control.accepted and control.state is ControlState.CONTRADICTED else control.state.value
