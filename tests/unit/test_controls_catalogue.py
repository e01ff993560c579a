"""Catalogues of controls: what ours hold, what a file may hold, and that checks name only controls which exist."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pytest

from fusion.controls.catalogue import Catalogue, chosen, dangling, load, ours, read, refuse_dangling, serving
from fusion.errors import UserError
from tests.fakes.checks import check

FILE = """\
id: house
title: Rules of the house
version: "1"
publisher: The house
date: "2026-11"
licence: Ours.
source: The house's handbook
groups:
  - title: Doors
    manual_reason: Go and look.
    controls:
      - {id: D.1, assessable: true, title: Doors are shut}
      - {id: D.2, assessable: false, title: Locks are oiled}
      - {id: D.3, level: 2, assessable: false, title: Keys are kept, manual_reason: Ask the porter.}
"""

PATTERNS = {
    "osps": (r"OSPS-(AC|BR|DO|GV|LE|QA|SA|VM)-\d\d\.\d\d", 64),
    "ssdf": (r"(PO|PS|PW|RV)\.\d\.\d", 42),
    "asvs": (r"V\d{1,2}\.\d{1,2}\.\d{1,2}", 345),
    "cis-github": (r"[1-5]\.\d\.\d{1,2}", 120),
    "scorecard": (r"[A-Z][A-Za-z]+(-[A-Z][a-z]+)*", 20),
    "soc2": (r"(CC\d|A1|C1|PI1|P\d)\.\d", 61),
    "iso27001": (r"A\.[5-8]\.\d{1,2}", 93),
}


def named(id: str) -> Catalogue:
    return chosen((id,), ours())[0]


def test_ours_are_shown_in_a_stated_order() -> None:
    assert [catalogue.id for catalogue in ours()] == list(PATTERNS)


@pytest.mark.parametrize("id", PATTERNS)
def test_identifiers_are_written_as_the_standard_writes_them(id: str) -> None:
    pattern, number = PATTERNS[id]
    catalogue = named(id)
    assert [one.id for one in catalogue.controls if not re.fullmatch(pattern, one.id)] == []
    assert len(catalogue.controls) == number


@pytest.mark.parametrize("id", ["asvs", "cis-github", "iso27001", "soc2"])
def test_numbers_have_no_gaps(id: str) -> None:
    """These standards number without gaps, so a gap would be a control that was forgotten."""
    for section, controls in groupby(named(id).controls, lambda one: one.id.rpartition(".")[0]):
        numbers = [int(one.id.rpartition(".")[2]) for one in controls]
        assert numbers == list(range(1, len(numbers) + 1)), section


@pytest.mark.parametrize(
    ("id", "sizes"),
    [
        ("asvs", [30, 13, 31, 16, 13, 47, 19, 13, 7, 36, 24, 12, 21, 13, 21, 17, 12]),
        ("iso27001", [37, 8, 14, 34]),
        ("cis-github", [50, 33, 12, 14, 11]),
    ],
)
def test_chapters_are_complete(id: str, sizes: Sequence[int]) -> None:
    depth = 2 if id == "iso27001" else 1
    chapters = groupby(named(id).controls, lambda one: one.id.split(".")[:depth])
    assert [len(list(controls)) for _, controls in chapters] == sizes


def test_titles_are_ours() -> None:
    """The sentences of the standards are their publishers': they begin with these words, and are long."""
    for catalogue in ours():
        for control in catalogue.controls:
            assert not re.match(r"(Verify|Ensure|The entity|When|While)\b", control.title), control.id
            assert "MUST" not in control.title
            assert "shall" not in control.title
            assert len(control.title) <= 70, control.id


def test_controls_that_nothing_can_speak_to_say_where_to_look() -> None:
    for catalogue in ours():
        for control in catalogue.controls:
            assert control.assessable != bool(control.manual_reason), f"{catalogue.id} {control.id}"


def test_a_file_is_read_group_by_group() -> None:
    catalogue = load(FILE, origin="house.yaml")
    assert [(one.id, one.group, one.level, one.manual_reason) for one in catalogue.controls] == [
        ("D.1", "Doors", 0, ""),
        ("D.2", "Doors", 0, "Go and look."),
        ("D.3", "Doors", 2, "Ask the porter."),
    ]
    assert catalogue.control("D.2") == catalogue.controls[1]
    assert catalogue.control("D.9") is None


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        (FILE, "", "house.yaml: the file must be a mapping with the keys of a catalogue."),
        (FILE, "groups: 1", "house.yaml: `groups` must be a list."),
        ("groups:", "group:", "house.yaml: the key `groups` is missing."),
        ('version: "1"', "version: 1.0", "house.yaml: `version`: Input should be a valid string."),
        ('version: "1"', 'verison: "1"', "house.yaml: there is no key `verison`; did you mean version?"),
        ("id: house\n", "", "house.yaml: `id`: Field required."),
        ("id: house\n", "id: house\nid: hut\n", "house.yaml, line 2: the key `id` is there twice."),
        ("id: D.2,", "id: D.1,", "house.yaml: groups[0].controls[1]: the control D.1 is already at groups[0].controls[0]."),
        ("id: D.2, assessable: false", "id: D.2", "house.yaml: `groups[0].controls[1].assessable`: Field required."),
        ("id: D.1,", "id: 1.5,", "house.yaml: `groups[0].controls[0].id`: Input should be a valid string."),
        (
            "assessable: true",
            "assessable: maybe",
            "house.yaml: `groups[0].controls[0].assessable`: Input should be a valid boolean.",
        ),
        ("level: 2", "levle: 2", "house.yaml: there is no key `groups[0].controls[2].levle`; did you mean level?"),
        (
            "    manual_reason: Go and look.\n",
            "",
            "house.yaml: groups[0].controls[1]: one that is not assessable needs the key `manual_reason`, or its group.",
        ),
        (
            "title: Doors are shut",
            "title: Doors are shut, manual_reason: Look",
            "house.yaml: groups[0].controls[0]: the key `manual_reason` is for controls that are not assessable.",
        ),
        (
            "- {id: D.1, assessable: true, title: Doors are shut}",
            "- D.1",
            "house.yaml: `groups[0].controls[0]` must be a mapping.",
        ),
        ("title: Doors\n", "title: [\n", "house.yaml, line 1"),
    ],
)
def test_a_wrong_file_is_refused_with_file_and_key(was: str, becomes: str, said: str) -> None:
    assert was in FILE
    with pytest.raises(UserError) as refused:
        load(FILE.replace(was, becomes, 1), origin="house.yaml")
    assert str(refused.value).startswith(said)


def test_two_files_of_one_catalogue_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FILE)
    assert [catalogue.id for catalogue in read(tmp_path)] == ["house"]
    (tmp_path / "b.yaml").write_text(FILE)
    with pytest.raises(UserError, match=r"^b\.yaml: the catalogue house is already in a\.yaml\.$"):
        read(tmp_path)


def test_mappings_to_controls_that_do_not_exist_are_found() -> None:
    good = check("good", ("osps", "OSPS-AC-03.01"))
    bad = check("bad", ("osps", "OSPS-AC-03.01"), ("osps", "OSPS-AC-3.01"), ("asvs", "OSPS-AC-03.01"), ("nowhere", "1"))
    found = dangling([good, bad], ours())
    assert [(one.check, one.towards.catalogue, one.towards.control) for one in found] == [
        ("bad", "osps", "OSPS-AC-3.01"),
        ("bad", "asvs", "OSPS-AC-03.01"),
        ("bad", "nowhere", "1"),
    ]
    assert str(found[0]) == (
        "The check bad names the control osps OSPS-AC-3.01, which does not exist; did you mean osps OSPS-AC-03.01?"
    )
    refuse_dangling([good], ours())
    with pytest.raises(
        UserError, match=r"^The check bad names the control osps OSPS-AC-3\.01.* There are 2 more of that kind\.$"
    ):
        refuse_dangling([good, bad], ours())


def test_catalogues_are_chosen_by_id() -> None:
    assert chosen((), ours()) == ours()
    assert [one.id for one in chosen(("soc2", "osps"), ours())] == ["osps", "soc2"]
    with pytest.raises(UserError, match=r"^There is no catalogue 'iso'; did you mean iso27001\?$"):
        chosen(("iso",), ours())


def test_each_check_serves_a_control_once() -> None:
    served = serving([check("a", ("osps", "X"), ("osps", "X")), check("b", ("osps", "X"))])
    assert [about.id for about, _ in served["osps", "X"]] == ["a", "b"]
