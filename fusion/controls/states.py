"""What the results of checks say of controls. Evidence is not certification: a supported control is one that nothing read
speaks against and something read speaks for.

A control is, in this order:

contradicted    a check that gives evidence towards it failed; accepted, where somebody has accepted each deviation of each
not assessed    a check that gives evidence towards it was not assessed, or none had anything to look at
supported       a check passed, and every other one passed or had nothing to look at
manual          no check gives evidence towards it: somebody has to look
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from fusion.controls.catalogue import Catalogue, Control, Described, serving
from fusion.model.compliance import CheckResult, ControlResult, ControlState, Status

if TYPE_CHECKING:
    from fusion.check import About, Towards

NAMED = 3
"""Repositories that the sentence about an organisation names; the others are counted."""
_WORST = (ControlState.CONTRADICTED, ControlState.NOT_ASSESSED, ControlState.MANUAL, ControlState.SUPPORTED)
_UNCHECKED = "No check speaks of it yet: somebody has to look."


def states(
    results: Iterable[CheckResult], checks: Iterable[Described], catalogues: Sequence[Catalogue]
) -> tuple[ControlResult, ...]:
    """The state of each control of these catalogues, in their order, by the results of one repository.

    A check that gives evidence towards a control and has no result counts as not assessed. `checks` are those that there are,
    also those that policy switches off.
    """
    by_check = {result.check: result for result in results}
    served = serving(checks)
    return tuple(
        _state(catalogue, control, served.get((catalogue.id, control.id), ()), by_check)
        for catalogue in catalogues
        for control in catalogue.controls
    )


def over(repositories: Iterable[tuple[str, Iterable[ControlResult]]]) -> tuple[ControlResult, ...]:
    """The worst state of each control over the repositories that could be assessed, by their names; the reason counts them.

    See Tally, which takes them one after another.
    """
    tally = Tally()
    for repository, controls in repositories:
        tally.add(repository, controls)
    return tally.results()


class Tally:
    """Controls over many repositories, counted one repository after another: what it holds does not grow with them.

    Worst first: contradicted, not assessed, manual, supported. Contradicted is accepted where it is in every repository that
    contradicts it. Controls are in the order in which they were first seen.
    """

    def __init__(self) -> None:
        self._counted: dict[tuple[str, str], _Counted] = {}

    def add(self, repository: str, controls: Iterable[ControlResult]) -> None:
        """Count one repository's controls."""
        for one in controls:
            self._counted.setdefault((one.catalogue, one.control), _Counted()).add(repository, one)

    def results(self) -> tuple[ControlResult, ...]:
        """The controls so far."""
        return tuple(one.result(catalogue, control) for (catalogue, control), one in self._counted.items())


class _Counted:
    """One control over the repositories so far."""

    def __init__(self) -> None:
        self.numbers = dict.fromkeys(_WORST, 0)
        self.names: dict[ControlState, list[str]] = {state: [] for state in _WORST}
        self.checks: dict[str, None] = {}
        self.accepted = True
        self.manual_reason = ""

    def add(self, repository: str, one: ControlResult) -> None:
        """Count one more repository."""
        self.numbers[one.state] += 1
        self.names[one.state] = sorted([*self.names[one.state], repository])[:NAMED]
        self.checks.update(dict.fromkeys(one.checks))
        if one.state is ControlState.CONTRADICTED:
            self.accepted = self.accepted and one.accepted
        if one.state is ControlState.MANUAL:
            self.manual_reason = self.manual_reason or one.reason

    def result(self, catalogue: str, control: str) -> ControlResult:
        """The worst state, and a sentence that counts."""
        worst = next(state for state in _WORST if self.numbers[state])
        total = sum(self.numbers.values())
        accepted = worst is ControlState.CONTRADICTED and self.accepted
        if self.numbers[ControlState.MANUAL] == total:
            reason = self.manual_reason
        else:
            first, *rest = [f"{state.replace('_', ' ')} in {number}" for state, number in self.numbers.items() if number]
            first = f"{first.capitalize()} of {total} {'repository' if total == 1 else 'repositories'}{self._named(worst)}"
            reason = f"{', '.join([first + (' and accepted' if accepted else ''), *rest])}."
        return ControlResult(
            catalogue=catalogue,
            control=control,
            state=worst,
            reason=reason,
            checks=tuple(self.checks),
            accepted=accepted,
        )

    def _named(self, state: ControlState) -> str:
        """Which repositories they are, where something is to be done about it."""
        if state is ControlState.SUPPORTED:
            return ""
        names, more = self.names[state], self.numbers[state] - len(self.names[state])
        return f" ({_listed([*names, f'{more:,} more'] if more else names)})"


def _state(
    catalogue: Catalogue,
    control: Control,
    served: Sequence[tuple[About, Towards]],
    results: Mapping[str, CheckResult],
) -> ControlResult:
    checks = tuple(about.id for about, _ in served)
    found = [results.get(check) or _missing(check) for check in checks]
    failed = [one for one in found if one.status is Status.FAILED]
    unread = [one for one in found if one.status is Status.NOT_ASSESSED]
    passed = [one for one in found if one.status is Status.PASSED]
    idle = [one for one in found if one.status is Status.NOT_APPLICABLE]
    accepted = False
    if not found:
        state, reason = ControlState.MANUAL, control.manual_reason or _UNCHECKED
    elif failed:
        state, accepted = ControlState.CONTRADICTED, all(one.is_accepted for one in failed)
        first = f"{_names(failed)} failed{', and each deviation is accepted' if accepted else ''}"
        reason = _sentence(first, _unread(unread), _passed(passed), _idle(idle))
    elif unread:
        state = ControlState.NOT_ASSESSED
        reason = _sentence(_unread(unread, said=True), _passed(passed), _idle(idle))
    elif passed:
        state, reason = ControlState.SUPPORTED, _sentence(_passed(passed), _idle(idle))
    else:
        state, reason = ControlState.NOT_ASSESSED, _sentence(_idle(idle))
    return ControlResult(
        catalogue=catalogue.id, control=control.id, state=state, reason=reason, checks=checks, accepted=accepted
    )


def _missing(check: str) -> CheckResult:
    return CheckResult(check=check, status=Status.NOT_ASSESSED, reason="It gave no result.")


def _unread(found: Sequence[CheckResult], *, said: bool = False) -> str:
    """That checks were not assessed: which permissions they lacked, or what the only one says (`said`)."""
    if not found:
        return ""
    lacking = list(dict.fromkeys(one.permission for one in found if one.permission))
    told = f"{_names(found)} {_were(found)} not assessed"
    if lacking:
        return f"{told} (missing permission{'s' if len(lacking) > 1 else ''}: {', '.join(lacking)})"
    return f"{told}: {found[0].reason.rstrip('.')}" if said and len(found) == 1 else told


def _passed(found: Sequence[CheckResult]) -> str:
    return f"{_names(found)} passed" if found else ""


def _idle(found: Sequence[CheckResult]) -> str:
    return f"{_names(found)} had nothing to look at" if found else ""


def _sentence(*clauses: str) -> str:
    return f"{'; '.join(clause for clause in clauses if clause)}."


def _names(found: Sequence[CheckResult]) -> str:
    return _listed([one.check for one in found])


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _were(found: Sequence[object]) -> str:
    return "was" if len(found) == 1 else "were"
