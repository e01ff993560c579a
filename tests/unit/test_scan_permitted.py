"""What permissions an installation lacks for scans, and which checks need them."""

from __future__ import annotations

import re

from fusion.checks.registry import builtin
from fusion.cli.doctor_scans import _STAND_ON
from fusion.events.permissions import asked
from fusion.scanning.permitted import lacking


def test_what_the_manifest_for_scans_asks_for_is_enough_for_every_check() -> None:
    assert lacking(asked(scans=True), builtin()) == ()


def test_a_bot_that_only_reviews_lacks_administration_above_all() -> None:
    missing = lacking(asked(), builtin())
    assert missing[0].permission == "administration: read"
    assert "branch-protection" in missing[0].checks
    assert {one.permission for one in missing} >= {"repository_hooks: read", "organization_administration: read"}
    assert "issues: read" not in {one.permission for one in missing}


def test_an_unknown_level_is_none() -> None:
    granted = {**asked(scans=True), "administration": "sometimes"}
    assert [one.permission for one in lacking(granted, builtin())] == ["administration: read"]


def test_every_check_names_permissions_as_they_are_read_here() -> None:
    one = r"[a-z_]+: (?:read|write)"
    odd = {check.about.id for check in builtin() if not re.fullmatch(rf"(?:{one}(?:, {one})*)?", check.about.permission)}
    assert odd == set()


def test_the_checks_that_doctor_names_are_there() -> None:
    assert {id for ids in _STAND_ON.values() for id in ids} <= {check.about.id for check in builtin()}
