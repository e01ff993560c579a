"""Scans of whole accounts beside a fake GitHub, in this process: real adapters, engine and stores, and no waiting.

Time is the fake's: where nothing can go on before a rate limit ends, it passes at once, for GitHub and for the scan alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fusion import runtime, settings
from fusion.engine import Engine
from fusion.local import worker
from fusion.model.compliance import OrganisationScan, Scan, ScanOf
from fusion.progress import Notice, nobody
from fusion.scanning.wanted import account_id
from orchestrations.registry import VERSION
from tests.fakes.github import FakeGitHub
from tests.fakes.github.settings import RepositorySettings
from tests.fakes.hosted import Shared

FILES = {
    "README.md": "# A service\n",
    "app.py": "import flask\n\nprint(eval(input()))\n",
    "requirements.txt": "flask==1.0\n",
    ".github/workflows/ci.yml": "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps: [{uses: actions/checkout@v4}]\n",
}


def usual() -> RepositorySettings:
    """Settings of a repository that people work in. (A refusal counts each time; answers are confirmed for free.)"""
    return RepositorySettings(contributors=[("ada", 12), ("bob", 5)], dependabot_alerts=True)


TOKEN = "a-token-of-a-person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One scan of an account, and what it cost."""

    report: OrganisationScan
    scans: dict[str, Scan]
    """Some of its repositories' scans by name: those that were asked for."""
    counted: int
    """What GitHub counted: requests of REST, and points of GraphQL."""
    points: int
    """Those of GraphQL, which have a limit of their own."""
    asked: int
    """All of them."""
    hours: float
    """Of the fake's clock."""

    def line(self, repository: str) -> ScanOf:
        """A repository's."""
        [found] = [one for one in self.report.repositories if one.repository == repository]
        return found


async def scan_account(
    github: FakeGitHub,
    home: Path,
    name: str,
    *,
    account: str = "octo",
    show: tuple[str, ...] = (),
    listen: Callable[[Notice], None] = nobody,
    **environment: str,
) -> Round:
    """Scan an account to its end, time passing as it has to. `name` tells one scan from the next; `show`: repositories."""
    home.mkdir(parents=True, exist_ok=True)
    asked, clock = len(github.requests), Shared(github)
    counted, points = github.limits.counted, github.limits.points
    began = clock.now()
    values = {"FUSION_HOME": str(home), "FUSION_GITHUB_API": github.api, "FUSION_EVIDENCE": "off", "GITHUB_TOKEN": TOKEN}
    here = settings.read({**values, **environment})
    id = account_id(account, name)
    async with runtime.scanner(here, clock=clock, listen=listen) as bundle:
        journal = home / f"{id}.db"
        async with Engine(
            journal, worker(bundle), version=VERSION, synchronous="NORMAL", clock=lambda: clock.now().timestamp()
        ) as engine:
            await engine.start("scan", {"account": account}, id)
            state = await _ended(engine, github, id)
        assert state is not None
        assert state["status"] == "scanned", state
        report = OrganisationScan.model_validate_json(await bundle.blobs.get(state["report"]))
        digests = {line.repository: line.digest for line in report.repositories if line.repository in show}
        scans = {name: Scan.model_validate_json(await bundle.blobs.get(digest)) for name, digest in digests.items()}
    return Round(
        report=report,
        scans=scans,
        counted=github.limits.counted - counted,
        points=github.limits.points - points,
        asked=len(github.requests) - asked,
        hours=(clock.now() - began).total_seconds() / 3600,
    )


async def _ended(engine: Engine, github: FakeGitHub, id: str) -> dict[str, str] | None:
    """The scan's output; where nothing moves, an ever longer time passes at once."""
    step, before = 1.0, -1
    while True:
        await _rest(engine)
        state = engine.status(id)
        if state is not None and state.status.terminal:
            assert state.failure is None, state.failure
            return dict(state.output)
        done = len(github.requests)
        step = min(step * 2, 900.0) if done == before else 1.0
        before = done
        github.advance(seconds=step)
        for live in engine.query(limit=1000):
            if not live.status.terminal:
                await engine.raise_event(live.id, "time has passed")


async def _rest(engine: Engine) -> None:
    """Until no activity runs and none is about to."""
    calm, before = 0, engine.metrics().episodes
    while calm < 3:
        await asyncio.sleep(0.001)
        now = engine.metrics()
        calm = 0 if now.running or now.waiting or now.episodes != before else calm + 1
        before = now.episodes
