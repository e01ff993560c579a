"""What scans leave for the next one and for the report: each whole scan once, and the last whole one to compare with."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from fusion import local, runtime, settings
from fusion.adapters.memory.records import ManualClock
from fusion.cli.scan_output import Output
from fusion.model.compliance import OrganisationScan, Scan
from fusion.scanning.reuse import Last
from fusion.scanning.series import Series
from fusion.scanning.wanted import Targets, Wanted, account_series_key, last_key, series_key
from orchestrations.accounts import Accounts
from orchestrations.assessing import Assessing
from orchestrations.bundle import Bundle
from orchestrations.scan_records import plain
from orchestrations.shelf import Shelf
from tests.fakes.commandline import Workplace
from tests.fakes.scanned import FILES


class Scanned:
    """A folder, scanned in this process."""

    def __init__(self, place: Workplace, bundle: Bundle, here: settings.Settings) -> None:
        self.place, self.bundle, self.here = place, bundle, here
        self.scope = str(place.folder)
        self.shelf = Shelf(bundle.blobs)

    async def scan(self, id: str, *checks: str) -> tuple[Scan, dict[str, Any]]:
        """The scan, and the JSON that a person gets of it."""
        wanted = Wanted(repository="acme/shop", location=self.scope, checks=checks)
        result = await local.scan("scan_repository", {"wanted": plain(wanted)}, id, self.here, self.bundle)
        output = Output.checked("json", None, of_account=False)
        scan, _ = await output.written(result, self.bundle)
        assert isinstance(scan, Scan)
        return scan, json.loads(output.text)

    async def record(self, scan: Scan, last: Last) -> None:
        """The scan is recorded, as the orchestration has it done: at least once."""
        made = last.model_dump(mode="json")
        job = {
            "run": scan.id,
            "wanted": plain(Wanted(repository="acme/shop", location=self.scope, checks=scan.asked)),
            "scan": await self.shelf.save(scan),
            **{name: made[name] for name in ("basis", "reading", "change", "inventory", "evidence", "chain")},
        }
        assert (await Assessing(self.bundle, self.shelf).record_scan(job))["status"] == "recorded"

    async def last(self) -> Last:
        stored = await self.bundle.store.get(last_key(self.bundle.tenant, self.scope))
        assert stored is not None
        return Last.model_validate(stored.value)

    async def series(self) -> list[str]:
        stored = await self.bundle.store.get(series_key(self.bundle.tenant, self.scope))
        return [one.scan for one in Series.model_validate(stored.value).points] if stored else []


@pytest.fixture
async def scanned(tmp_path: Path) -> AsyncIterator[Scanned]:
    place = Workplace(folder=tmp_path / "shop", home=tmp_path / "home").init()
    place.commit("begin", **FILES)
    here = settings.read({"FUSION_HOME": str(place.home), "FUSION_EVIDENCE": "off"})
    async with runtime.scanner(here) as bundle:
        yield Scanned(place, bundle, here)


async def test_a_scan_of_some_checks_is_compared_and_does_not_count_as_whole(scanned: Scanned) -> None:
    first, told = await scanned.scan("scan-1")
    assert [one["scan"] for one in told["trend"]] == ["scan-1"]
    scanned.place.commit("mend", **{"SECURITY.md": "Report to security@example.com within 90 days.\n"})

    some, told = await scanned.scan("scan-2", "security-policy", "code-owners-file")
    assert some.drift.against == "scan-1"
    assert [key.partition(" ")[0] for key in some.drift.fixed] == ["security-policy"]
    assert (some.drift.lost, some.drift.unseen, told["trend"]) == ((), (), [])
    assert (await scanned.last()).id == "scan-1"

    third, told = await scanned.scan("scan-3")
    assert third.drift.against == first.id
    assert some.drift.fixed == third.drift.fixed
    assert [one["scan"] for one in told["trend"]] == ["scan-1", "scan-3"]
    before, now = told["trend"]
    assert before["failed"] == now["failed"] + 1


async def test_recorded_twice_is_recorded_once_and_a_cut_scan_replaces_no_whole_one(scanned: Scanned) -> None:
    whole, _ = await scanned.scan("scan-1")
    last = await scanned.last()
    await scanned.record(whole, last)
    assert (await scanned.series(), await scanned.last()) == (["scan-1"], last)

    for id in ("scan-2", "scan-2", "scan-3"):
        await scanned.record(whole.model_copy(update={"id": id, "cut": "The list of files is too long."}), last)
    after = await scanned.last()
    assert (after.id, after.cut, after.whole) == ("scan-3", True, last.scan)
    assert after.compared(cut=False) == last.scan
    assert await scanned.series() == ["scan-1"]

    again, _ = await scanned.scan("scan-4")
    assert again.drift.against == "scan-1"
    assert (await scanned.last()).whole == ""


async def test_a_repository_that_is_gone_is_marked_until_it_is_scanned_again(scanned: Scanned) -> None:
    await scanned.scan("scan-1")
    wanted = plain(Wanted(repository="acme/shop", location=scanned.scope))
    job = {"run": "scan-2", "wanted": wanted, "end": {"status": "gone", "message": "It is not there."}}
    assert (await Assessing(scanned.bundle, scanned.shelf).end_scan(job))["line"]["status"] == "gone"
    assert (await scanned.last()).gone
    assert (await scanned.scan("scan-3"))[0].drift.against == "scan-1"
    assert not (await scanned.last()).gone


async def test_an_account_is_in_its_series_once_and_only_whole(scanned: Scanned) -> None:
    accounts, bundle = Accounts(scanned.bundle, scanned.shelf), scanned.bundle
    clock = ManualClock()
    for id, checks in (("1", ()), ("1", ()), ("2", ("secrets",)), ("3", ())):
        clock.advance(60)
        wanted = Wanted(repository="octo/shop", checks=checks)
        targets = await scanned.shelf.save(Targets(account="octo", at=clock.now(), wanted=(wanted,)))
        report = await scanned.shelf.save(OrganisationScan(id=id, account="octo", at=clock.now(), repositories=()))
        job = {"run": id, "targets": targets, "report": report, "chain": ""}
        assert (await accounts.record_account(job))["status"] == "recorded"
    stored = await bundle.store.get(account_series_key(bundle.tenant, "octo"))
    assert stored is not None
    assert [one["scan"] for one in stored.value["points"]] == ["1", "3"]
