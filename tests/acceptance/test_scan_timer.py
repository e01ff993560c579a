"""The bot's timer: what is due is scanned once, as the App sees it, and nothing where scans are off."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from fusion.model.compliance import OrganisationScan
from fusion.purge import purge
from fusion.scanning import schedule
from tests.fakes.github import FakeGitHub
from tests.fakes.hosted import Hosted, hosted
from tests.fakes.scanned import FILES


async def reports(bot: Hosted) -> list[OrganisationScan]:
    """The reports after one more look of the timer, newest first."""
    assert bot.bundle.queue is not None
    await bot.bundle.queue.send(schedule.tick(bot.clock.now()))
    await bot.settle()
    stored = await bot.bundle.store.list(tenant=bot.bundle.tenant, kind="scan-account")
    return [OrganisationScan.model_validate_json(await bot.bundle.blobs.get(one.value["digest"])) for one in stored]


async def test_what_is_due_is_scanned_once_a_slot(tmp_path: Path) -> None:
    with FakeGitHub() as github:
        names = github.estate("octo", 3, {**FILES, ".fusion.yml": "version: 1\nscans: {schedule: '0 3 * * *'}\n"})
        # At noon, whatever the time is: no slot lies within the next hour.
        github.advance(hours=(36 - github.now.hour) % 24)
        async with hosted(github, tmp_path, *names) as bot:
            [first] = await reports(bot)
            assert {one.status for one in first.repositories} == {"scanned"}, first.repositories
            assert all(one.chain for one in first.repositories)
            github.advance(hours=1)
            assert len(await reports(bot)) == 1, "nothing is due an hour later"
            github.advance(days=1, hours=1)
            [second, _] = await reports(bot)
            assert [one.status for one in second.repositories] == ["scanned"] * 3
            assert all(one.reused for one in second.repositories)


async def test_a_changed_schedule_counts_after_the_next_scan(tmp_path: Path) -> None:
    def policy(schedule: str) -> dict[str, str]:
        return {".fusion.yml": f"version: 1\nscans: {{schedule: '{schedule}'}}\n"}

    with FakeGitHub() as github:
        [name] = github.estate("octo", 1, {**FILES, **policy("0 3 * * *")})
        github.advance(hours=(36 - github.now.hour) % 24)
        async with hosted(github, tmp_path, name) as bot:
            assert len(await reports(bot)) == 1
            github.push(name, github.repository(name).default_branch, policy("never"))
            github.advance(days=1, hours=1)
            assert len(await reports(bot)) == 2, "the policy is read when the repository is scanned"
            github.advance(days=1, hours=1)
            assert len(await reports(bot)) == 2
            purged = await purge(
                bot.bundle.store, bot.bundle.blobs, bot.clock, tenant=bot.bundle.tenant, retention=timedelta(hours=1)
            )
            assert (purged.records["scan"], purged.records["scan-account"]) == (1, 2)
            assert "scan-last" not in purged.records, "the repository is there: its last scan stays"
            assert await reports(bot) == [], "the purge has taken the old ones, and forgets no `never`"


async def test_a_host_whose_scans_are_off_scans_nothing(tmp_path: Path) -> None:
    with FakeGitHub() as github:
        names = github.estate("octo", 1, FILES)
        async with hosted(github, tmp_path, *names, FUSION_SCANS="off") as bot:
            assert await reports(bot) == []
