"""Every check over one repository. Pure; a check that raises costs its own result and no other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from fusion.check import Check, Subject
from fusion.model.compliance import CheckResult, Status

NOBODY: Mapping[str, CheckResult] = {}


def assess(
    subject: Subject,
    checks: Iterable[Check],
    *,
    known: Mapping[str, CheckResult] = NOBODY,
    broken: Mapping[str, str] = {},
    only: Collection[str] = (),
) -> tuple[CheckResult, ...]:
    """What the checks say, in the order of their ids.

    known: results of an earlier scan that still stand, by check. broken: checks that could not be loaded, and why.
    only: ids of the checks to make; none: all.
    """
    found = [_one(check, subject, known) for check in checks if not only or check.about.id in only]
    found += [
        CheckResult(check=name, status=Status.NOT_ASSESSED, reason=f"The check could not be loaded: {_sentence(why)}")
        for name, why in broken.items()
        if not only or name in only
    ]
    return tuple(sorted(found, key=lambda result: result.check))


def _one(check: Check, subject: Subject, known: Mapping[str, CheckResult]) -> CheckResult:
    id = check.about.id
    if not subject.policy.scans.checks.get(id, True):
        reason = "The policy switches it off (`scans.checks`)."
        return CheckResult(check=id, status=Status.NOT_ASSESSED, reason=reason)
    if id in known:
        return known[id]
    try:
        result = check.assess(subject)
    except Exception as error:  # a third party's check may raise anything, and ours have met hostile bytes
        why = f"The check {id} raised {type(error).__name__}: {_sentence(str(error)[:300])} Report it to its author."
        return CheckResult(check=id, status=Status.NOT_ASSESSED, reason=why)
    if not isinstance(result, CheckResult) or result.check != id:
        why = f"The check {id} answered with what is no result of its own. Report it to its author."
        return CheckResult(check=id, status=Status.NOT_ASSESSED, reason=why)
    return result


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
