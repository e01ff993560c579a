"""A collector that never answers: the review is published all the same, and before it would have."""

from __future__ import annotations

from pathlib import Path

from tests.fakes.bot import EVAL
from tests.fakes.collector import collecting
from tests.fakes.github import FakeGitHub
from tests.fakes.hosted import NAME, hosted


async def test_no_review_waits_for_a_collector(tmp_path: Path) -> None:
    with FakeGitHub() as github, collecting("silent") as collector:
        github.create(NAME, {"app.py": "pass\n"})
        async with hosted(github, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url) as bot:
            number = github.open_pull(NAME, head="feature", files={"shop.py": f"x = {EVAL}'1')\n"})
            await bot.settle()
            assert bot.check(number).status == "completed"
            assert len(github.threads(NAME, number)) == 1
    assert collector.requests >= 1, "it was asked, and still has not answered"
