"""What results of checks say of controls: every state, the sentence for the auditor, organisations, coverage."""

from __future__ import annotations

from itertools import product

import pytest

from fusion.controls.catalogue import Catalogue, Control
from fusion.controls.coverage import by_group, coverage, table
from fusion.controls.states import over, states
from fusion.model import Severity
from fusion.model.compliance import CheckResult, ControlResult, ControlState, Deviation, Status
from tests.fakes.checks import check

HOUSE = Catalogue(
    id="house",
    title="Rules of the house",
    version="1",
    publisher="The house",
    date="2026",
    licence="Ours.",
    source="The handbook",
    controls=(
        Control(id="D.1", title="Doors are shut", group="Doors", assessable=True),
        Control(id="D.2", title="Locks are oiled", group="Doors", assessable=False, manual_reason="Go and look."),
        Control(id="W.1", title="Windows are shut", group="Windows", assessable=True),
    ),
)
CHECKS = [check("shut", ("house", "D.1")), check("bolted", ("house", "D.1")), check("chained", ("house", "D.1"))]


def result(
    name: str, status: Status, *, reason: str = "So it was.", permission: str = "", accepted: tuple[str, ...] = ()
) -> CheckResult:
    deviations = tuple(
        Deviation(fingerprint=f"{number:016x}", title="It is open.", severity=Severity.LOW, accepted=id)
        for number, id in enumerate(accepted)
    )
    return CheckResult(check=name, status=status, reason=reason, permission=permission, deviations=deviations)


def passed(name: str) -> CheckResult:
    return result(name, Status.PASSED)


def failed(name: str, *accepted: str) -> CheckResult:
    return result(name, Status.FAILED, accepted=accepted or ("",))


def unread(name: str, reason: str = "The settings could not be read.", permission: str = "") -> CheckResult:
    return result(name, Status.NOT_ASSESSED, reason=reason, permission=permission)


def idle(name: str) -> CheckResult:
    return result(name, Status.NOT_APPLICABLE)


ADMIN = "administration: read"


@pytest.mark.parametrize(
    ("results", "state", "accepted", "reason"),
    [
        (
            [passed("shut"), passed("bolted"), idle("chained")],
            "supported",
            False,
            "shut and bolted passed; chained had nothing to look at.",
        ),
        ([passed("shut"), passed("bolted"), passed("chained")], "supported", False, "shut, bolted and chained passed."),
        (
            [passed("shut"), failed("bolted"), passed("chained")],
            "contradicted",
            False,
            "bolted failed; shut and chained passed.",
        ),
        (
            [passed("shut"), failed("bolted", "EX-1", ""), unread("chained")],
            "contradicted",
            False,
            "bolted failed; chained was not assessed; shut passed.",
        ),
        (
            [idle("shut"), failed("bolted", "EX-1", "EX-2"), failed("chained", "EX-3")],
            "contradicted",
            True,
            "bolted and chained failed, and each deviation is accepted; shut had nothing to look at.",
        ),
        (
            [failed("shut", "EX-1"), failed("bolted"), idle("chained")],
            "contradicted",
            False,
            "shut and bolted failed; chained had nothing to look at.",
        ),
        (
            [passed("shut"), unread("bolted"), passed("chained")],
            "not_assessed",
            False,
            "bolted was not assessed: The settings could not be read; shut and chained passed.",
        ),
        (
            [unread("shut", permission=ADMIN), unread("bolted", permission=ADMIN), passed("chained")],
            "not_assessed",
            False,
            "shut and bolted were not assessed (missing permission: administration: read); chained passed.",
        ),
        (
            [passed("shut"), passed("bolted")],
            "not_assessed",
            False,
            "chained was not assessed: It gave no result; shut and bolted passed.",
        ),
        ([], "not_assessed", False, "shut, bolted and chained were not assessed."),
        (
            [idle("shut"), idle("bolted"), idle("chained")],
            "not_assessed",
            False,
            "shut, bolted and chained had nothing to look at.",
        ),
    ],
)
def test_a_control_that_checks_speak_of(results: list[CheckResult], state: str, accepted: bool, reason: str) -> None:
    (first, *_) = states(results, CHECKS, [HOUSE])
    assert (first.control, first.checks) == ("D.1", ("shut", "bolted", "chained"))
    assert (first.state, first.accepted, first.reason) == (state, accepted, reason)


@pytest.mark.parametrize("ends", list(product([*Status, None], repeat=3)))
def test_green_needs_something_that_passed_and_nothing_that_failed_or_went_unread(ends: tuple[Status | None, ...]) -> None:
    results = [result(one.about.id, end) for one, end in zip(CHECKS, ends, strict=True) if end is not None]
    (first, *_) = states(results, CHECKS, [HOUSE])
    settled = all(end in (Status.PASSED, Status.NOT_APPLICABLE) for end in ends)
    assert (first.state is ControlState.SUPPORTED) == (settled and Status.PASSED in ends)
    assert (first.state is ControlState.CONTRADICTED) == (Status.FAILED in ends)
    assert first.reason.endswith(".")
    assert all(name in first.reason for name in ("shut", "bolted", "chained"))


def test_controls_that_no_check_speaks_of_are_for_people() -> None:
    _, second, third = states([passed("shut"), passed("unknown")], CHECKS, [HOUSE])
    assert (second.state, second.reason, second.checks) == ("manual", "Go and look.", ())
    assert (third.state, third.reason) == ("manual", "No check speaks of it yet: somebody has to look.")


def test_a_check_speaks_of_a_control_of_its_catalogue_alone() -> None:
    other = HOUSE.model_copy(update={"id": "hut"})
    found = states([passed("shut")], [check("shut", ("hut", "D.1"))], [HOUSE, other])
    assert [(one.catalogue, one.control, str(one.state)) for one in found if one.control == "D.1"] == [
        ("house", "D.1", "manual"),
        ("hut", "D.1", "supported"),
    ]


def control(
    state: ControlState, *, accepted: bool = False, checks: tuple[str, ...] = ("shut",), reason: str = "So."
) -> ControlResult:
    return ControlResult(catalogue="house", control="D.1", state=state, reason=reason, checks=checks, accepted=accepted)


GOOD, BAD, UNREAD, MANUAL = (
    control(ControlState.SUPPORTED),
    control(ControlState.CONTRADICTED, checks=("shut", "bolted")),
    control(ControlState.NOT_ASSESSED),
    control(ControlState.MANUAL, checks=(), reason="Go and look."),
)
TAKEN = control(ControlState.CONTRADICTED, accepted=True)


@pytest.mark.parametrize(
    ("found", "state", "accepted", "reason"),
    [
        ([GOOD, GOOD], "supported", False, "Supported in 2 of 2 repositories."),
        ([GOOD], "supported", False, "Supported in 1 of 1 repository."),
        (
            [GOOD, BAD, UNREAD, GOOD],
            "contradicted",
            False,
            "Contradicted in 1 of 4 repositories (r1), not assessed in 1, supported in 2.",
        ),
        (
            [BAD, TAKEN, BAD, BAD, BAD],
            "contradicted",
            False,
            "Contradicted in 5 of 5 repositories (r0, r1, r2 and 2 more).",
        ),
        ([TAKEN, GOOD], "contradicted", True, "Contradicted in 1 of 2 repositories (r0) and accepted, supported in 1."),
        ([GOOD, UNREAD], "not_assessed", False, "Not assessed in 1 of 2 repositories (r1), supported in 1."),
        ([MANUAL, MANUAL], "manual", False, "Go and look."),
        ([MANUAL, GOOD], "manual", False, "Manual in 1 of 2 repositories (r0), supported in 1."),
    ],
)
def test_an_organisation_has_the_worst_state(found: list[ControlResult], state: str, accepted: bool, reason: str) -> None:
    (one,) = over((f"r{number}", [each]) for number, each in enumerate(found))
    assert (one.state, one.accepted, one.reason) == (state, accepted, reason)


def test_an_organisation_s_controls_keep_their_order_and_all_their_checks() -> None:
    other = BAD.model_copy(update={"control": "D.2"})
    found = over([("a", [GOOD, other]), ("b", [BAD])])
    assert [(one.control, one.checks) for one in found] == [("D.1", ("shut", "bolted")), ("D.2", ("shut", "bolted"))]
    assert over([]) == ()


def test_coverage_is_counted() -> None:
    (one,) = coverage(CHECKS, [HOUSE])
    assert (one.controls, one.assessable, one.checked, one.manual, one.checks) == (3, 2, 1, 2, 3)
    assert [control.id for control in one.open] == ["W.1"]
    doors, windows = by_group(CHECKS, HOUSE)
    assert (doors.name, doors.controls, doors.checked, doors.open) == ("Doors", 2, 1, ())
    assert (windows.name, windows.controls, windows.checked, windows.checks) == ("Windows", 1, 0, 0)
    assert table(iter(CHECKS), [HOUSE]).splitlines()[-1] == "| `house` | Rules of the house 1 | 3 | 2 | 1 | 3 | 2 |"
