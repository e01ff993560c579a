"""Exceptions: they accept what they are about and nothing else, keep the rules or do not count, and speak up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.adapters.memory.records import ManualClock, MemoryStore
from fusion.errors import UserError
from fusion.inventory.licences import UnreadableLicence, judge
from fusion.model import Severity
from fusion.model.compliance import CheckResult, Deviation, ScanException, Status
from fusion.policy import Acceptance, Policy, load
from fusion.policy.rules import Scans
from fusion.scanning.exceptions import Applied, apply, complaints, identity, stated, today
from fusion.scanning.granted import Granted, every, grant, granted, withdraw

DAY = date(2026, 11, 23)


def exception(**said: Any) -> ScanException:
    plain: dict[str, Any] = {
        "id": "x-1",
        "check": "pinned",
        "owner": "ada",
        "reason": "The vendor publishes no digests.",
        "approver": "grace",
        "expires": date(2027, 6, 30),
    }
    return ScanException(**plain | said)


def deviation(fingerprint: str = "f1", **said: Any) -> Deviation:
    return Deviation(**{"fingerprint": fingerprint, "title": "It is so.", "severity": Severity.HIGH} | said)


def failed(*deviations: Deviation, check: str = "pinned") -> CheckResult:
    return CheckResult(check=check, status=Status.FAILED, reason="It fails.", deviations=deviations)


def made(results: list[CheckResult], *exceptions: ScanException, day: date = DAY) -> Applied:
    return apply(results, exceptions, repository="acme/shop", today=day)


@pytest.mark.parametrize(
    ("said", "about", "fits"),
    [
        ({}, {}, True),
        ({"path": "deploy/"}, {"path": "deploy/a/Dockerfile"}, True),
        ({"path": "/deploy"}, {"path": "src/deploy/Dockerfile"}, False),
        ({"path": "**"}, {}, False),  # a setting has no path
        ({"path": "*.yml", "fingerprint": "f1"}, {"path": "a.yml"}, True),
        ({"path": "*.yml", "fingerprint": "f2"}, {"path": "a.yml"}, False),
        ({"fingerprint": "f"}, {}, False),
        ({"component": "pkg:npm/%40a/b"}, {"component": "pkg:npm/%40a/b@1.2.3"}, True),
        ({"component": "pkg:npm/@a/b@1.2.3"}, {"component": "pkg:npm/%40a/b@1.2.3"}, True),
        ({"component": "pkg:npm/%40a/b@1.2.4"}, {"component": "pkg:npm/%40a/b@1.2.3"}, False),
        ({"component": "pkg:npm/b"}, {"component": "pkg:npm/%40a/b@1.2.3"}, False),
        ({"component": "pkg:npm/b"}, {"component": "pkg:pypi/b@1"}, False),
        ({"component": "pkg:pypi/Some_Thing"}, {"component": "pkg:pypi/some-thing@1"}, True),
        ({"component": "pkg:npm/b"}, {}, False),
        ({"repository": "ACME/*"}, {}, True),
        ({"repository": "acme/other"}, {}, False),
        ({"check": "other"}, {}, False),
    ],
)
def test_all_that_it_names_must_fit(said: dict[str, Any], about: dict[str, Any], fits: bool) -> None:
    found = made([failed(deviation(**about)), failed(check="other")], exception(**said))
    assert found.results[0].deviations[0].accepted == ("x-1" if fits else "")
    assert found.results[0].is_accepted is fits
    assert found.results[0].status is Status.FAILED, "what is accepted does not pass"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"check": "pinnned"}, "names the check `pinnned`, which there is not"),
        ({"owner": " "}, "names no owner"),
        ({"reason": ""}, "names no reason"),
        ({"approver": ""}, "names no approver"),
        ({"approver": "@Ada"}, "is approved by its owner"),
        ({"approver": "A\u200bd\u00ada"}, "is approved by its owner"),
        ({"approver": "@@\uff41da\ufe0f"}, "is approved by its owner"),
        ({"approver": "\u200b\u3164"}, "names no approver"),
        ({"expires": date(2028, 11, 24)}, "more than two years ahead"),
        ({"path": "!"}, "no pattern"),
        ({"component": "left-pad"}, "no package URL"),
    ],
)
def test_one_that_breaks_a_rule_accepts_nothing_and_is_told(said: dict[str, Any], why: str) -> None:
    found = made([failed(deviation())], exception(**said))
    assert not found.results[0].is_accepted
    assert len(found.refused) == 1
    assert found.stated == ()
    assert len(found.notes) == 1
    assert why in found.notes[0]
    assert "does not count" in found.notes[0]


@pytest.mark.parametrize(
    ("days", "counts", "note"),
    [
        (731, True, ""),
        (15, True, ""),
        (14, True, "expires on 2026-12-07, in 14 days"),
        (1, True, "tomorrow"),
        (0, True, "today"),
        (-1, False, "expired on 2026-11-22; 1 deviation counts again."),
    ],
)
def test_it_counts_through_its_last_day_and_speaks_up(days: int, counts: bool, note: str) -> None:
    found = made([failed(deviation())], exception(expires=DAY + timedelta(days=days)))
    assert found.results[0].is_accepted is counts
    assert bool(found.in_force) is counts
    assert bool(found.lapsed) is not counts
    assert note in " ".join(found.notes)
    assert bool(found.notes) is bool(note)


def test_the_day_is_that_of_utc_whatever_the_clock_says() -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=timezone(-timedelta(hours=5)))
    assert today(late) == date(2026, 11, 24)
    assert today(datetime(2026, 11, 23, 1, tzinfo=timezone(timedelta(hours=9)))) == date(2026, 11, 22)
    assert today(datetime(2026, 11, 23, 23)) == date(2026, 11, 23)
    assert today(datetime(2026, 11, 23, tzinfo=UTC)) == date(2026, 11, 23)


def test_one_about_nothing_is_told_only_where_somebody_looked() -> None:
    about = exception(fingerprint="gone")
    assert made([failed(deviation())], about).unused == (about,)
    assert "take it out" in made([failed(deviation())], about).notes[0]
    passed = CheckResult(check="pinned", status=Status.PASSED, reason="It holds.")
    assert made([passed], about).unused == (about,)
    blind = CheckResult(check="pinned", status=Status.NOT_ASSESSED, reason="It could not be read.")
    found = made([blind], about)
    assert not found.unused
    assert not found.notes
    assert found.in_force == (about,)


def test_a_lapsed_one_is_replaced_by_one_in_force() -> None:
    old, new = exception(id="x-old", expires=DAY - timedelta(days=1)), exception(id="x-new")
    found = made([failed(deviation())], old, new)
    assert found.results[0].deviations[0].accepted == "x-new"
    assert "is not seen now" in found.notes[0]


def test_what_an_earlier_scan_accepted_is_not_taken_over() -> None:
    found = made([failed(deviation(accepted="x-gone"))])
    assert found.results[0].deviations[0].accepted == ""


def test_a_partial_scan_knows_the_other_checks() -> None:
    found = apply([failed(deviation())], [exception(check="other")], repository="a/b", today=DAY, checks=["other"])
    assert not found.refused
    assert not found.notes


FILE = """
scans:
  exceptions:
  - {check: pinned, path: deploy/, owner: ada, reason: "No digests.", approver: grace, expires: 2027-06-30}
  - {check: pinned, owner: ada, reason: "For ever.", approver: grace}
  - {check: pined, owner: ada, reason: "So.", approver: grace, expires: 2027-06-30}
  - {check: pinned, owner: ada, reason: "So.", approver: ADA, expires: 2027-06-30}
  - {check: pinned, owner: ada, reason: "So.", approver: grace, expires: 2026-06-30}
"""


def test_the_file_speaks_for_its_repository_alone_and_never_for_ever() -> None:
    policy = load(FILE.encode(), origin=".fusion.yml")
    found, notes = stated(policy, repository="acme/shop", origin=".fusion.yml at 1a2b3c4")
    assert [one.repository for one in found] == ["acme/shop"] * 4
    assert found[0].origin == ".fusion.yml at 1a2b3c4"
    assert found[0].id == identity(check="pinned", repository="acme/shop", path="deploy/")
    assert notes == (
        "`scans.exceptions[1]` (.fusion.yml at 1a2b3c4) does not count: it names no last day (`expires: YYYY-MM-DD`).",
    )


def test_the_file_is_checked_before_it_is_merged() -> None:
    policy = load(FILE.encode(), origin=".fusion.yml")
    assert complaints(policy, checks=["pinned"], day=DAY) == (
        "`scans.exceptions[1]` names no last day (`expires: YYYY-MM-DD`).",
        "`scans.exceptions[2]` names the check `pined`, which there is not.",
        "`scans.exceptions[3]` is approved by its owner: somebody else has to.",
        "`scans.exceptions[4]` expired on 2026-06-30: take it out, or have it approved anew.",
    )
    assert complaints(Policy(), checks=[], day=DAY) == ()
    wrong = load(b"scans: {block: [nope], checks: {nor-this: false}}", origin="x")
    assert [one.split("`")[3] for one in complaints(wrong, checks=["pinned"], day=DAY)] == ["nope", "nor-this"]


def test_patterns_of_licences_are_judged_as_the_scan_judges_them() -> None:
    policy = Policy(scans=Scans(licences_allow=("MIT", "Apache 2", "Nope-*"), licences_deny=("GPL-*",)))
    found = complaints(policy, checks=[], day=DAY)
    assert ["`Apache 2` in the policy is no SPDX" in found[0], found[1:]] == [
        True,
        ("`Nope-*` in the policy is about no licence that SPDX knows.",),
    ]
    with pytest.raises(UnreadableLicence) as refused:
        judge("MIT", allow=policy.scans.licences_allow, deny=())
    assert str(refused.value) == found[0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.builds(Acceptance, check=st.text(), path=st.text(), component=st.text(), expires=st.dates() | st.none())))
def test_any_file_ends_in_notes_and_results(accepted: list[Acceptance]) -> None:
    policy = Policy().model_copy(update={"scans": Policy().scans.model_copy(update={"exceptions": tuple(accepted)})})
    found, _ = stated(policy, repository="a/b", origin="x")
    applied = apply([failed(deviation(path="a", component="pkg:npm/a@1"))], found, repository="a/b", today=DAY)
    assert not applied.results[0].is_accepted
    assert all("\n" not in note for note in applied.notes)


class TestGranted:
    """Exceptions through the API, in a Store."""

    NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

    async def grant(self, store: MemoryStore, **said: Any) -> Granted:
        made = exception(**{"repository": "acme/shop"} | said)
        return await grant(store, "t", made, by="operator", at=self.NOW, checks=["pinned", "other"])

    async def test_they_reach_the_repositories_that_they_are_for(self) -> None:
        store = MemoryStore(ManualClock())
        for repository in ("acme/shop", "ACME/*", "*", "*/shop", "other/shop"):
            await self.grant(store, repository=repository)
        found = await granted(store, "t", "Acme/Shop")
        assert {one.repository for one in found} == {"acme/shop", "ACME/*", "*", "*/shop"}
        applied = apply([failed(deviation()), failed(check="other")], found, repository="Acme/Shop", today=DAY)
        assert len(applied.in_force) == 4
        assert await granted(store, "another tenant", "acme/shop") == ()
        assert {one.repository for one in await granted(store, "t", "a-folder")} == {"*", "*/shop"}

    async def test_the_same_again_changes_nothing_and_a_later_day_is_on_record(self) -> None:
        store = MemoryStore(ManualClock())
        first = await self.grant(store)
        assert await self.grant(store) == first
        later = await self.grant(store, expires=date(2027, 7, 31))
        assert later.exception.id == first.exception.id
        assert [(one.did, one.by) for one in later.deeds] == [("granted", "operator"), ("changed", "operator")]
        assert len(await every(store, "t")) == 1

    async def test_what_is_withdrawn_counts_no_more_and_stays_on_record(self) -> None:
        store = MemoryStore(ManualClock())
        made = await self.grant(store)
        for _ in range(2):
            gone = await withdraw(store, "t", made.exception.id, by="another", at=self.NOW)
            assert [one.did for one in gone.deeds] == ["granted", "withdrawn"]
        assert await granted(store, "t", "acme/shop") == ()
        assert (await every(store, "t"))[0].withdrawn
        assert not (await self.grant(store)).withdrawn

    @pytest.mark.parametrize(
        ("said", "why"),
        [
            ({"approver": "ADA"}, "approved by its owner"),
            ({"check": "nope"}, "which there is not"),
            ({"expires": date(2029, 1, 1)}, "two years"),
            ({"expires": date(2026, 11, 22)}, "which is over"),
        ],
    )
    async def test_the_rules_are_those_of_the_file(self, said: dict[str, Any], why: str) -> None:
        store = MemoryStore(ManualClock())
        with pytest.raises(UserError, match=why):
            await self.grant(store, **said)
        assert await every(store, "t") == ()

    async def test_more_than_a_page(self) -> None:
        store = MemoryStore(ManualClock())
        for number in range(130):
            await self.grant(store, fingerprint=f"f{number}")
        assert len(await granted(store, "t", "acme/shop")) == 130
        with pytest.raises(UserError, match="There is no exception"):
            await withdraw(store, "t", "x-none", by="a", at=self.NOW)
