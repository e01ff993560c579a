"""Reviews of pull requests in the evidence ledger: sealed beside scans, and never in the way of what people wait for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from fusion.adapters.keys import LocalSigner
from fusion.attesting.ledger import Ledger
from fusion.attesting.owed import owed
from fusion.attesting.seal import links
from fusion.attesting.verify import verify
from fusion.errors import TransientError
from fusion.model import Review
from fusion.model.compliance import Anchored, Scan, ScanException, Sealed
from fusion.scanning import schedule
from fusion.scanning.granted import Granted, grant, withdraw
from tests.fakes.commandline import Workplace
from tests.fakes.github import FakeGitHub
from tests.fakes.hosted import NAME, Hosted, hosted
from tests.fakes.ledgers import signer as other_signer


def shop(github: FakeGitHub) -> None:
    github.create(NAME, {"app.py": "pass\n", ".fusion.yml": "version: 1\n"})


async def reviewed(bot: Hosted, head: str = "feature") -> None:
    number = bot.github.open_pull(NAME, head=head, files={"app.py": f"x = '{head}'\n"}, user="mona")
    await bot.settle()
    assert bot.check(number).conclusion == "success"


async def chain(bot: Hosted) -> list[Sealed]:
    return [one async for one in links(bot.bundle.store, bot.bundle.tenant, NAME)]


async def kinds(bot: Hosted) -> list[str]:
    return [one.kind for one in await chain(bot)]


def accepted(scan: Scan, check: str) -> list[str]:
    """By which exception each deviation of a check is accepted."""
    [result] = [one for one in scan.results if one.check == check]
    return [one.accepted for one in result.deviations]


async def waiting(bot: Hosted) -> int:
    return len(await owed(bot.bundle.store, bot.bundle.tenant))


class Away:
    """A key that cannot be reached while `there` is False."""

    def __init__(self, key: object) -> None:
        assert isinstance(key, LocalSigner)
        self.key = key
        self.there = False

    async def public(self) -> Mapping[str, str]:
        if not self.there:
            raise TransientError("The vault does not answer.")
        return await self.key.public()

    async def sign(self, data: bytes) -> bytes:
        return await self.key.sign(data)


class NoAnchor:
    """A place outside that takes nothing."""

    async def anchor(self, chain: str, number: int, hash: str) -> Anchored:
        raise TransientError("The authority does not answer.")

    async def caution(self) -> str:
        return ""


async def test_reviews_and_scans_of_a_repository_are_one_chain_that_verifies(tmp_path: Path) -> None:
    with FakeGitHub() as github:
        shop(github)
        async with hosted(github, tmp_path / "home", FUSION_ANCHOR=str(tmp_path / "anchors")) as bot:
            await reviewed(bot)
            store, tenant, now = bot.bundle.store, bot.bundle.tenant, bot.clock.now()
            exception = ScanException(
                id="",
                check="security-policy",
                repository="octo/*",
                owner="ada",
                reason="Two people.",
                approver="grace",
                expires=(now + timedelta(days=90)).date(),
            )
            granted = await grant(store, tenant, exception, by="ada", at=now, checks=["security-policy"])
            assert bot.bundle.queue is not None
            await bot.bundle.queue.send(schedule.tick(now))
            await bot.settle()
            assert await kinds(bot) == ["review", "exception", "scan"]
            await withdraw(store, tenant, granted.exception.id, by="grace", at=now)
            github.advance(days=8)
            await bot.bundle.queue.send(schedule.tick(bot.clock.now()))
            await bot.settle()
            assert await kinds(bot) == ["review", "exception", "scan", "exception", "scan"]
            found = await chain(bot)
            payloads = {one.digest: await bot.bundle.blobs.get(one.digest) for one in found}
            review = Review.model_validate_json(payloads[found[0].digest])
            assert (review.repository, review.id) == (NAME, found[0].subject)
            states = [Granted.model_validate_json(payloads[found[number].digest]).withdrawn for number in (1, 3)]
            assert states == [False, True]
            scans = [Scan.model_validate_json(payloads[found[number].digest]) for number in (2, 4)]
            assert [accepted(scan, "security-policy") for scan in scans] == [[granted.exception.id], [""]]
            assert bot.bundle.ledger is not None
            key = await bot.bundle.ledger.signer.public()
            assert verify(found, payloads, [key]).intact
            assert await waiting(bot) == 0
            assert any((tmp_path / "anchors").rglob("*"))


async def test_a_key_that_is_away_holds_up_no_review_and_is_made_up_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    away: list[Away] = []

    def behind(ledger: Ledger) -> Ledger:
        away.append(Away(ledger.signer))
        return dataclasses.replace(ledger, signer=away[0])

    with FakeGitHub() as github:
        shop(github)
        async with hosted(github, tmp_path, change={"ledger": behind}) as bot:
            await reviewed(bot, "first")
            assert await chain(bot) == []
            assert await waiting(bot) == 1
            assert "The vault does not answer. The next seal makes up for it." in caplog.text
            away[0].there = True
            await reviewed(bot, "second")
            assert await kinds(bot) == ["review", "review"]
            assert await waiting(bot) == 0


async def test_the_next_scan_makes_up_for_reviews(tmp_path: Path) -> None:
    with FakeGitHub() as github:
        shop(github)
        replaced = {"ledger": lambda ledger: dataclasses.replace(ledger, signer=Away(ledger.signer))}
        async with hosted(github, tmp_path, change=replaced) as bot:
            await reviewed(bot)
            assert bot.bundle.queue is not None
            await bot.bundle.queue.send(schedule.tick(bot.clock.now()))
            await bot.settle()
            assert await kinds(bot) == ["review", "scan"]
            assert await waiting(bot) == 0


async def test_an_anchor_that_is_away_and_a_key_that_is_another_hold_up_no_review(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with FakeGitHub() as github:
        shop(github)
        unanchored = {"ledger": lambda ledger: dataclasses.replace(ledger, anchors=(NoAnchor(),))}
        async with hosted(github, tmp_path, change=unanchored) as bot:
            await reviewed(bot, "first")
            assert await kinds(bot) == ["review"]
            assert "is not anchored: The authority does not answer." in caplog.text
        other = {"ledger": lambda ledger: dataclasses.replace(ledger, signer=other_signer())}
        async with hosted(github, tmp_path, change=other) as bot:
            await reviewed(bot, "second")
            assert await kinds(bot) == ["review"]
            assert await waiting(bot) == 1
            assert "fusion evidence key --next" in caplog.text


@pytest.mark.parametrize("named", [False, True])
async def test_a_host_whose_scans_are_off_seals_with_a_key_that_is_named(tmp_path: Path, named: bool) -> None:
    key = str(tmp_path / "key.pem") if named else ""
    await LocalSigner.new(tmp_path / "key.pem")
    with FakeGitHub() as github:
        shop(github)
        async with hosted(github, tmp_path / "home", FUSION_SCANS="off", FUSION_EVIDENCE_KEY=key) as bot:
            await reviewed(bot)
            assert await kinds(bot) == (["review"] if named else [])
            assert await waiting(bot) == 0


def test_a_review_of_a_folder_is_not_sealed_and_makes_no_key(tmp_path: Path) -> None:
    place = Workplace(folder=tmp_path / "shop", home=tmp_path / "home").init()
    place.commit("begin", **{"app.py": "pass\n"})
    place.write("app.py", "x = 1\n")
    for key in ("", str(tmp_path / "there-is-none.pem")):
        done = place.fusion("review", FUSION_EVIDENCE_KEY=key, FUSION_EVIDENCE="off")
        assert done.returncode in (0, 3), done.stderr
        assert not list(tmp_path.rglob("*.pem"))
    assert "Nothing was sealed yet." in place.fusion("evidence", "list").stdout


def test_a_pull_request_reviewed_by_hand_is_sealed_with_a_key_that_is_named(tmp_path: Path) -> None:
    place = Workplace(folder=tmp_path, home=tmp_path / "home")
    with FakeGitHub() as github:
        shop(github)
        number = github.open_pull(NAME, head="feature", files={"app.py": "x = 1\n"}, user="mona")
        ask = ("review", "--pr", f"{NAME}#{number}")
        there = {"FUSION_GITHUB_API": github.api, "GITHUB_TOKEN": "a-token-of-a-person", "FUSION_EVIDENCE": "off"}
        done = place.fusion(*ask, **there)
        assert done.returncode in (0, 3), done.stderr
        assert not list(tmp_path.rglob("*.pem"))
        key = str(tmp_path / "key.pem")
        assert place.fusion("evidence", "key", "--new", FUSION_EVIDENCE_KEY=key).returncode == 0
        done = place.fusion(*ask, **there, FUSION_EVIDENCE_KEY=key)
        assert done.returncode in (0, 3), done.stderr
    assert f"{NAME}  " in place.fusion("evidence", "list").stdout
    done = place.fusion("evidence", "export", "--output", "bundle")
    assert done.returncode == 0, done.stderr
    [found] = (tmp_path / "bundle").rglob("links.jsonl")
    assert found.read_text().count('"kind":"review"') == 1
