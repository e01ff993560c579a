"""What somebody accepts for a time: which deviations it is about, whether it holds to the rules, and when it lapses. Pure.

An exception counts only if it names a check that there is, its owner, a reason, an approver who is not the owner, and a last
day at most two years ahead. One that does not is told in a note and accepts nothing; so is one that has lapsed, and one that is
about nothing any more. It accepts deviations; it never makes a check pass.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from functools import lru_cache

from pathspec import GitIgnoreSpec

from fusion.changes.patterns import spec as path_spec
from fusion.model.compliance import CheckResult, Deviation, ScanException, Status
from fusion.policy import Acceptance, Policy
from fusion.render.text import clip, exact, one_line

LONGEST = timedelta(days=731)
"""Two years, with a leap day in them."""
SOON = timedelta(days=14)
"""So long before the last day a note says that it is near."""
_NAME = 80
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Classes of characters that show nothing: controls, joiners, what is no character."""
_BLANK = frozenset("\u034f\u115f\u1160\u2800\u3164") | {chr(one) for one in range(0xFE00, 0xFE10)}
"""Letters and marks that show nothing."""
_LOOKED = frozenset({Status.PASSED, Status.FAILED, Status.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What exceptions make of results."""

    results: tuple[CheckResult, ...]
    in_force: tuple[ScanException, ...] = ()
    """Those that accept something now, and those whose check could not be assessed."""
    lapsed: tuple[ScanException, ...] = ()
    """Past their last day: what they accepted counts again."""
    unused: tuple[ScanException, ...] = ()
    """Their check looked, and there is nothing that they are about."""
    refused: tuple[ScanException, ...] = ()
    """They do not hold to the rules, and accept nothing."""
    notes: tuple[str, ...] = ()
    """A sentence on each that is not as it should be, or soon will not be."""

    @property
    def stated(self) -> tuple[ScanException, ...]:
        """What belongs on the scan: those in force and those that have lapsed."""
        return (*self.in_force, *self.lapsed)


def today(at: datetime) -> date:
    """The day in UTC; a time that names no zone is UTC."""
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).astimezone(UTC).date()


def stated(policy: Policy, *, repository: str, origin: str) -> tuple[tuple[ScanException, ...], tuple[str, ...]]:
    """The exceptions of a policy file, for that repository alone, and a note on each that names no last day."""
    found: list[ScanException] = []
    notes: list[str] = []
    for number, one in enumerate(policy.scans.exceptions):
        if one.expires is None:
            notes.append(f"{_place(number)} ({origin}) does not count: it names no last day (`expires: YYYY-MM-DD`).")
            continue
        found.append(_of(one, one.expires, repository, origin))
    return tuple(found), tuple(notes)


def complaints(policy: Policy, *, checks: Collection[str], day: date) -> tuple[str, ...]:
    """What is wrong with the section `scans` of a policy file beyond its types, a sentence each; none: all of it counts."""
    found = [
        f"`scans.block` names `{_short(one)}`, and there is no such check." for one in policy.scans.block if one not in checks
    ]
    found += [
        f"`scans.checks` names `{_short(one)}`, and there is no such check." for one in policy.scans.checks if one not in checks
    ]
    if patterns := (*policy.scans.licences_allow, *policy.scans.licences_deny):
        # The list of SPDX's licences takes a while to load.
        from fusion.inventory.licences import mistakes

        found += [clip(exact(said), 300) for said in mistakes(patterns)]
    for number, one in enumerate(policy.scans.exceptions):
        if one.expires is None:
            found.append(f"{_place(number)} names no last day (`expires: YYYY-MM-DD`).")
            continue
        exception = _of(one, one.expires, "*", "")
        if exception.expires < day:
            found.append(f"{_place(number)} expired on {exception.expires}: take it out, or have it approved anew.")
        elif why := fault(exception, checks=checks, day=day):
            found.append(f"{_place(number)} {why}.")
    return tuple(found)


def fault(exception: ScanException, *, checks: Collection[str], day: date) -> str:
    """Why an exception does not count, as the end of a sentence; empty: it does. That it has lapsed is no fault."""
    if exception.check not in checks:
        return f"names the check `{_short(exception.check)}`, which there is not"
    for name in ("owner", "reason", "approver"):
        if not _person(getattr(exception, name)):
            return f"names no {name}"
    if _person(exception.owner) == _person(exception.approver):
        return "is approved by its owner: somebody else has to"
    if exception.expires > day + LONGEST:
        return f"expires on {exception.expires}, which is more than two years ahead"
    if exception.path and _pattern(exception.path) is None:
        return f"names the path `{_short(exception.path)}`, which is no pattern as in .gitignore"
    if exception.component and _purl(exception.component) is None:
        return f"names the component `{_short(exception.component)}`, which is no package URL"
    return ""


def apply(
    results: Iterable[CheckResult],
    exceptions: Iterable[ScanException],
    *,
    repository: str,
    today: date,
    checks: Collection[str] = (),
) -> Applied:
    """The results with what is accepted marked. Where several exceptions fit, the first that is in force counts.

    today: the day in UTC by the clock of the scan. checks: ids of all checks that there are, where not all of them were made.
    """
    bare = [_bare(one) for one in results]
    known = {one.check for one in bare}.union(checks)
    notes: list[str] = []
    refused: list[ScanException] = []
    lapsed: list[ScanException] = []
    valid: list[ScanException] = []
    for one in exceptions:
        if not is_about(one, repository):
            continue
        if why := fault(one, checks=known, day=today):
            refused.append(one)
            notes.append(f"{called(one)} does not count: it {why}.")
        else:
            (valid if today <= one.expires else lapsed).append(one)
    used: dict[int, int] = {}
    made = [_accepted(result, valid, used) for result in bare]
    looked = {one.check for one in bare if one.status in _LOOKED}
    unused = [one for number, one in enumerate(valid) if number not in used and one.check in looked]
    in_force = [one for number, one in enumerate(valid) if number in used or one.check not in looked]
    notes += [_lapsed(one, made) for one in lapsed]
    notes += [
        f"{called(one)} expires on {one.expires}, {_days(one.expires - today)}: mend it, or have it approved anew."
        for one in in_force
        if one.expires - today <= SOON
    ]
    notes += [f"{called(one)} is about nothing that the scan has seen: take it out." for one in unused]
    return Applied(
        results=tuple(made),
        in_force=tuple(in_force),
        lapsed=tuple(lapsed),
        unused=tuple(unused),
        refused=tuple(refused),
        notes=tuple(notes),
    )


def identity(*, check: str, repository: str, path: str = "", fingerprint: str = "", component: str = "") -> str:
    """The id of an exception: a function of what it is about, so that it stays when reason, approver or last day change."""
    about = "\0".join((check, repository.lower(), path, fingerprint, component))
    return f"x-{hashlib.sha256(about.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def called(exception: ScanException) -> str:
    """The exception in a sentence."""
    what = [f"`{_short(one)}`" for one in (exception.path, exception.fingerprint, exception.component) if one]
    about = f" about {' and '.join(what)}" if what else ""
    origin = f", {_short(exception.origin)}" if exception.origin else ""
    return f"The exception {exception.id} from `{_short(exception.check)}`{about} (owner {_short(exception.owner)}{origin})"


def covers(exception: ScanException, check: str, deviation: Deviation) -> bool:
    """Whether a deviation is what the exception is about: all that it names must fit."""
    if exception.check != check or (exception.fingerprint and exception.fingerprint != deviation.fingerprint):
        return False
    if exception.path:
        pattern = _pattern(exception.path)
        if not deviation.path or pattern is None or not pattern.match_file(deviation.path):
            return False
    if not exception.component:
        return True
    wanted, found = _purl(exception.component), _purl(deviation.component)
    return wanted is not None and found is not None and wanted[0] == found[0] and wanted[1] in ("", found[1])


def _of(one: Acceptance, expires: date, repository: str, origin: str) -> ScanException:
    return ScanException(
        id=identity(
            check=one.check, repository=repository, path=one.path, fingerprint=one.fingerprint, component=one.component
        ),
        check=one.check,
        repository=repository,
        path=one.path,
        fingerprint=one.fingerprint,
        component=one.component,
        owner=one.owner,
        reason=one.reason,
        approver=one.approver,
        expires=expires,
        origin=origin,
    )


def _accepted(result: CheckResult, valid: Sequence[ScanException], used: dict[int, int]) -> CheckResult:
    if not result.deviations:
        return result
    fitting = [(number, one) for number, one in enumerate(valid) if one.check == result.check]
    marked = []
    for deviation in result.deviations:
        found = [(number, one) for number, one in fitting if covers(one, result.check, deviation)]
        for number, _ in found:
            used[number] = used.get(number, 0) + 1
        marked.append(deviation.model_copy(update={"accepted": found[0][1].id}) if found else deviation)
    return result.model_copy(update={"deviations": tuple(marked)})


def _bare(result: CheckResult) -> CheckResult:
    """Without what an earlier scan accepted."""
    if not any(one.accepted for one in result.deviations):
        return result
    plain = tuple(one.model_copy(update={"accepted": ""}) for one in result.deviations)
    return result.model_copy(update={"deviations": plain})


def _lapsed(one: ScanException, results: Iterable[CheckResult]) -> str:
    again = sum(covers(one, result.check, item) and not item.accepted for result in results for item in result.deviations)
    counts = (
        f"{again:,} deviation{' counts' if again == 1 else 's count'} again" if again else "what it was about is not seen now"
    )
    return f"{called(one)} expired on {one.expires}; {counts}. Take it out, or have it approved anew."


def is_about(one: ScanException, repository: str) -> bool:
    """Whether it is for a repository. GitHub tells repositories apart without regard to case."""
    wanted, name = one.repository.lower(), repository.lower()
    return wanted == name or fnmatchcase(name, wanted)


@lru_cache(maxsize=256)
def _pattern(path: str) -> GitIgnoreSpec | None:
    try:
        return path_spec([path])
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _purl(text: str) -> tuple[str, str] | None:
    """A package URL without version, and the version; None where it is none. Qualifiers say nothing about which one it is."""
    from packageurl import PackageURL

    try:
        found = PackageURL.from_string(text)
    except ValueError:
        return None
    return "/".join((found.type, found.namespace or "", found.name)), found.version or ""


def _person(name: str) -> str:
    """A name as people read it: signs that are not seen, an @ before it, width and case make nobody somebody else."""
    plain = unicodedata.normalize("NFKC", name)
    seen = "".join(one for one in plain if one not in _BLANK and unicodedata.category(one) not in _UNSEEN)
    return seen.strip("@ ").casefold()


def _place(number: int) -> str:
    return f"`scans.exceptions[{number}]`"


def _days(left: timedelta) -> str:
    return {0: "today", 1: "tomorrow"}.get(left.days, f"in {left.days} days")


def _short(text: str) -> str:
    return clip(one_line(text).replace("`", "'"), _NAME)
