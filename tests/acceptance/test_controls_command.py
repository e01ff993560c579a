"""`fusion controls` as a user types it, and the page about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fusion.checks.registry import builtin
from fusion.controls.catalogue import ours, refuse_dangling
from fusion.controls.coverage import table
from tests.fakes.commandline import Workplace, one_sentence

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    folder = tmp_path_factory.mktemp("controls")
    workplace = Workplace(folder / "house", folder / "state")
    workplace.folder.mkdir()
    return workplace


def told(place: Workplace, *args: str) -> Any:
    done = place.fusion("controls", *args, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_catalogues_are_listed(place: Workplace) -> None:
    listed = told(place, "list")["catalogues"]
    assert [one["id"] for one in listed] == ["osps", "ssdf", "asvs", "cis-github", "scorecard", "soc2", "iso27001"]
    osps = listed[0]
    assert (osps["version"], osps["controls"]) == ("2026.08.28", 64)
    assert osps["with_checks"] + osps["by_hand"] == osps["controls"]
    shown = place.fusion("controls", "list", COLUMNS="80").stdout
    assert "2026.08.28" in shown
    assert "Evidence is not certification" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_control_is_shown_with_the_checks_that_speak_of_it(place: Workplace) -> None:
    (check, towards) = next(
        (check, towards)
        for check in builtin()
        for towards in check.about.towards
        if towards.catalogue == "osps" and towards.source != "ours"
    )
    (control,) = told(place, "show", towards.control.lower())["controls"]
    assert (control["catalogue"], control["id"]) == ("osps", towards.control)
    said = {"check": check.about.id, "title": check.about.title, "reason": towards.reason, "source": towards.source}
    assert said in control["checks"]
    shown = " ".join(place.fusion("controls", "show", towards.control, COLUMNS="80").stdout.split())
    assert f"{check.about.id}: {check.about.title}" in shown
    assert f"{towards.reason} mapped by {towards.source}" in shown


def test_a_control_for_people_says_where_to_look(place: Workplace) -> None:
    shown = place.fusion("controls", "show", "A.7.1").stdout
    assert shown.startswith("iso27001 A.7.1: Perimeters\n")
    assert "visit them" in shown


def test_a_catalogue_is_shown_control_by_control(place: Workplace) -> None:
    catalogue = told(place, "show", "soc2")["catalogue"]
    assert len(catalogue["controls"]) == 61
    shown = place.fusion("controls", "show", "soc2", COLUMNS="80").stdout
    assert max(map(len, shown.splitlines())) <= 80
    for said in ("all rights reserved", "CC8 Change management", "CC8.1", "by hand"):
        assert said in shown


def test_coverage_of_one_catalogue_names_what_is_open(place: Workplace) -> None:
    (osps,) = told(place, "coverage", "osps")["catalogues"]
    assert sum(group["controls"] for group in osps["groups"]) == osps["controls"]
    assert sum(group["with_checks"] for group in osps["groups"]) == osps["with_checks"] > 0
    shown = place.fusion("controls", "coverage", "osps", COLUMNS="80").stdout
    assert max(map(len, shown.splitlines())) <= 80
    for id in osps["no_check_yet"]:
        assert id in shown


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("show", "osps-ac-3.01"), "did you mean OSPS-AC-03.01?"),
        (("show", "nothing of that kind"), "`fusion controls list` has the catalogues."),
        (("coverage", "iso"), "did you mean iso27001?"),
        (("list", "--format", "xml"), "There is no format 'xml' for controls"),
    ],
)
def test_bad_input_is_one_sentence(place: Workplace, args: tuple[str, ...], said: str) -> None:
    done = place.fusion("controls", *args)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in one_sentence(done)


def test_our_checks_name_only_controls_that_exist_and_that_can_be_assessed() -> None:
    refuse_dangling(builtin(), ours())
    by_hand = {(one.id, control.id) for one in ours() for control in one.controls if not control.assessable}
    assert [
        (check.about.id, towards.catalogue, towards.control)
        for check in builtin()
        for towards in check.about.towards
        if (towards.catalogue, towards.control) in by_hand
    ] == []


def test_the_page_says_what_is_covered() -> None:
    """`tools/reference` writes the table anew."""
    assert table(builtin(), ours()) in (ROOT / "docs" / "controls.md").read_text("utf-8")
