"""What holds of every check that we ship, whatever it reads, and how third parties' come beside them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pkgutil import iter_modules

import pytest

import fusion.checks
from fusion import plugins
from fusion.check import About, Check, Source, Subject
from fusion.checks.points import TOLD, Judged, Point, conclude
from fusion.checks.registry import PACKAGES, builtin, documentation, pages
from fusion.checks.results import deviation, failed, fingerprint, not_applicable, not_assessed, passed
from fusion.controls.catalogue import dangling, ours
from fusion.model import Severity
from fusion.model.compliance import CheckResult, Status

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ABOUT = About(
    id="mine",
    title="Mine",
    rationale="Why.",
    remediation="What.",
    severity=Severity.LOW,
    reads=frozenset({Source.TREE}),
    towards=(),
    permission="administration: read",
)
BY_ID = {check.about.id: check for check in builtin()}


class Mine:
    about = ABOUT

    def wants(self, path: str) -> bool:
        return False

    def assess(self, subject: Subject) -> CheckResult:
        return passed(self.about, "Fine.")


class Ours(Mine):
    about = next(iter(BY_ID.values())).about


class NoAbout(Mine):
    about = "branch-protection"  # type: ignore[assignment]


def points(*holds: bool | None, **fields: object) -> list[Point]:
    return [
        Point(key=f"k{n}", holds=one, otherwise=f"No {n}.", unknown=f"Dark {n}.", **fields)  # type: ignore[arg-type]
        for n, one in enumerate(holds)
    ]


def test_ids_are_unique_and_order_is_stated() -> None:
    assert len(BY_ID) == len(builtin()) > 40
    places = [PACKAGES.index(type(check).__module__.split(".")[2]) for check in builtin()]
    assert places == sorted(places)
    assert set(PACKAGES) <= {module.name for module in iter_modules(fusion.checks.__path__) if module.ispkg}


@pytest.mark.parametrize("id", BY_ID)
def test_each_says_what_is_to_be_known_of_it(id: str) -> None:
    check: Check = BY_ID[id]
    about = check.about
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id)
    assert type(check).__module__.endswith(id.replace("-", "_"))
    assert not about.title.endswith(".")
    assert about.rationale.endswith(".")
    assert about.remediation.endswith(".")
    assert about.reads
    assert about.towards or about.severity is Severity.INFO, "What serves no control is for information only."
    assert all(one.reason.endswith((".", ").")) for one in about.towards)
    assert len({(one.catalogue, one.control) for one in about.towards}) == len(about.towards)
    assert re.fullmatch(r"(?:[a-z_]+: (?:read|write)(?:, (?!$))?)*", about.permission)
    page = documentation(check)
    assert len(page.split("\n\n")) >= 2
    assert page.endswith(".")


def test_mappings_name_controls_that_exist() -> None:
    assert dangling(builtin(), ours()) == ()


def test_scorecard_names_are_scorecards_own() -> None:
    known = {control.id for catalogue in ours() if catalogue.id == "scorecard" for control in catalogue.controls}
    named = {check.about.scorecard for check in builtin()} - {""}
    assert named <= known
    for check in builtin():
        towards = {one.control for one in check.about.towards if one.catalogue == "scorecard"}
        assert towards == {check.about.scorecard} - {""}, check.about.id


def test_the_table_has_every_check() -> None:
    rows = [line for line in pages().splitlines() if line.startswith("| [`")]
    assert [re.match(r"\| \[`([\w-]+)`\]", row)[1] for row in rows] == list(BY_ID)  # type: ignore[index]
    assert all(len(re.split(r"(?<!\\)\|", row)) == 9 for row in rows)
    assert pages([Mine()]).endswith("- Why: Why.\n- What to do: What.\n")


def found(name: str, kind: str) -> EntryPoint:
    return EntryPoint(name, f"tests.unit.test_checks_registry:{kind}", "fusion.checks")


def test_third_parties_come_after_ours_and_replace_none() -> None:
    loaded = plugins.checks([found("a", "Mine"), found("b", "Ours"), found("c", "NoAbout"), found("d", "Missing")])
    assert list(loaded.plugins) == [*BY_ID, "mine"]
    assert loaded.plugins[Ours.about.id] is BY_ID[Ours.about.id]
    assert set(loaded.broken) == {"b", "c", "d"}
    assert "already" in loaded.broken["b"]
    assert "not a fusion.check.About" in loaded.broken["c"]
    assert "AttributeError" in loaded.broken["d"]


# --- results and points


def test_results_say_how_they_ended() -> None:
    assert passed(ABOUT, "Fine.", read=["settings"], as_of=NOW).status is Status.PASSED
    dark = not_assessed(ABOUT, "Dark.", permission="x: read")
    assert (dark.status, dark.permission) == (Status.NOT_ASSESSED, "x: read")
    assert not_applicable(ABOUT, "Nothing.").status is Status.NOT_APPLICABLE
    twice = [deviation(ABOUT, "A.", key="a", line=3), deviation(ABOUT, "B.", key="b"), deviation(ABOUT, "C.", key="a", line=9)]
    result = failed(ABOUT, "No.", twice)
    assert [one.title for one in result.deviations] == ["A.", "B."]
    with pytest.raises(ValueError, match="without a deviation"):
        failed(ABOUT, "No.", [])


def test_fingerprints_are_of_check_and_key() -> None:
    assert fingerprint("mine", "a") == deviation(ABOUT, "Another title.", key="a", path="x", line=7).fingerprint
    assert re.fullmatch(r"[0-9a-f]{16}", fingerprint("mine", "\ud800"))
    assert len({fingerprint("mine", "a"), fingerprint("mine", "b"), fingerprint("min", "ea")}) == 3


@pytest.mark.parametrize(
    ("holds", "status", "reason"),
    [
        ((True, True), Status.PASSED, "All."),
        ((), Status.PASSED, "All."),
        ((True, None), Status.NOT_ASSESSED, "Dark 1. Grant administration: read."),
        ((False, None), Status.FAILED, "No 0. Beside that: Dark 1. Grant administration: read."),
        ((False,) * TOLD, Status.FAILED, "No 0. No 1. No 2."),
        ((False,) * (TOLD + 2), Status.FAILED, "No 0. No 1. No 2. And 2 more."),
    ],
)
def test_points_decide(holds: tuple[bool | None, ...], status: Status, reason: str) -> None:
    result = conclude(ABOUT, Judged(points=points(*holds), holds="All."), read=["settings"], as_of=NOW)
    assert (result.status, result.reason) == (status, reason)
    assert result.permission == (ABOUT.permission if None in holds else "")
    assert len(result.deviations) == holds.count(False)


def test_points_name_the_permission_that_would_tell_them() -> None:
    for permission, lacked in (("x: read", "x: read"), ("", ""), (None, ABOUT.permission)):
        judged = Judged(points=points(None, permission=permission), holds="All.")
        assert conclude(ABOUT, judged, read=[], as_of=None).permission == lacked
