"""Scans of whole accounts on the fake GitHub: what each repository comes to, rate limits, and what a second scan costs."""

from __future__ import annotations

import asyncio
from pathlib import Path

from fusion.model.compliance import Status
from fusion.progress import Notice, ScanStep
from tests.fakes.github import FakeGitHub, Limits
from tests.fakes.hosted import Meanwhile
from tests.fakes.scanned import FILES, scan_account, usual

COUNT = 20


async def test_an_account_with_everything_in_it_is_scanned_and_a_second_scan_is_nearly_free(tmp_path: Path) -> None:
    with FakeGitHub() as github:
        names = github.estate("octo", COUNT, FILES, settings=usual())
        github.organisation("octo")
        github.create_empty("octo/empty")
        github.archive(names[3])
        first = await scan_account(github, tmp_path, "1", show=(names[0],))
        assert [one.repository for one in first.report.repositories] == ["octo/empty", *names]
        assert first.line("octo/empty").status == "empty"
        assert first.line(names[3]).status == "archived"
        scanned = [one for one in first.report.repositories if one.status == "scanned"]
        assert len(scanned) == COUNT - 1
        assert all(one.chain and one.failed and not one.reused for one in scanned)
        assert {one.catalogue for one in first.report.controls} >= {"osps", "cis-github", "asvs"}
        results = {one.check: one for one in first.scans[names[0]].results}
        assert results["security-policy"].status is Status.FAILED

        second = await scan_account(github, tmp_path, "2", show=(names[0],))
        assert second.counted * 10 <= first.counted
        assert all(one.reused for one in second.report.repositories if one.status == "scanned")
        assert [(one.status, one.failed, one.worst) for one in second.report.repositories] == [
            (one.status, one.failed, one.worst) for one in first.report.repositories
        ]
        again = {one.check: one for one in second.scans[names[0]].results}
        settings = [check for check, one in again.items() if any("settings" in what for what in one.read)]
        assert settings
        assert not any(again[check].reused for check in settings), "stale settings are never shown as current"
        assert second.scans[names[0]].drift.against == first.scans[names[0]].id


async def test_a_changed_repository_is_read_again_and_its_drift_is_told(tmp_path: Path) -> None:
    with FakeGitHub() as github:
        names = github.estate("octo", 3, FILES)
        await scan_account(github, tmp_path, "1")
        github.diverge(names[1])
        github.push(names[1], "main", {"SECURITY.md": "Report to security@example.com within 90 days.\n"})
        second = await scan_account(github, tmp_path, "2", show=tuple(names))
        assert any(key.startswith("security-policy ") for key in second.scans[names[1]].drift.fixed)
        assert second.scans[names[0]].drift.fixed == ()


async def test_rate_limits_cost_time_and_no_repository(tmp_path: Path) -> None:
    with FakeGitHub(limits=Limits(hourly=120)) as github:
        names = github.estate("octo", COUNT, FILES)
        found = await scan_account(github, tmp_path, "1")
        assert {one.status for one in found.report.repositories} == {"scanned"}
        assert len(found.report.repositories) == len(names)
        assert found.hours >= (found.counted - found.points) / 120 - 1
        assert found.counted <= 40 * COUNT, "what was read before a limit is not read again"


async def test_renamed_and_deleted_ones_are_told_and_the_others_are_scanned(tmp_path: Path) -> None:
    with FakeGitHub() as github:
        names = github.estate("octo", COUNT, FILES)

        def meddle() -> None:
            github.rename(names[18], "octo/renamed")
            github.delete_repository(names[19])
            github.delete_repository(names[0])

        github.faults.append(Meanwhile(r"/git/trees/", act=meddle))
        found = await scan_account(github, tmp_path, "1", show=("octo/renamed",))
        lines = {one.repository: one for one in found.report.repositories}
        assert {*lines} == {*names, "octo/renamed"} - {names[18]}
        assert {name for name, one in lines.items() if one.status != "scanned"} <= {names[0], names[19]}
        assert lines[names[19]].status == "gone"
        assert names[19] in lines[names[19]].reason
        assert found.scans["octo/renamed"].notes[-1] == f"It was called {names[18]} when the scan began."


async def test_a_scan_that_is_cancelled_is_finished_by_the_next_process(tmp_path: Path) -> None:
    with FakeGitHub() as github:
        github.estate("octo", COUNT, FILES)
        enough, seen = asyncio.Event(), 0

        def count(notice: Notice) -> None:
            nonlocal seen
            seen += isinstance(notice, ScanStep) and notice.step == "sealing"
            if seen == 8:
                enough.set()

        task = asyncio.create_task(scan_account(github, tmp_path, "1", listen=count))
        await enough.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        before = github.limits.counted
        found = await scan_account(github, tmp_path, "1")
        assert len(found.report.repositories) == COUNT
        assert {one.status for one in found.report.repositories} == {"scanned"}
        assert found.counted < before * 2
