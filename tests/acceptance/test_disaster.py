"""The disaster drill: a backup of a bot at work, everything lost, restored, and nothing said twice or left out."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.fakes.bot import EVAL
from tests.fakes.github import FakeGitHub
from tests.fakes.hosted import NAME, hosted

MARK = re.compile(r"<!-- fusion:v1 (\w+ \S+) \w+ -->")
FLAW = f"x = {EVAL}'1')\n"


def fusion(home: Path, *arguments: str) -> str:
    """What a command says on standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "fusion", *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(home.parent), "FUSION_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    return done.stdout


async def test_what_is_lost_is_restored_and_what_came_since_is_caught_up_with(tmp_path: Path) -> None:
    home, kept = tmp_path / "home", tmp_path / "fusion.tar.gz"
    with FakeGitHub() as github:
        github.create(NAME, {"app.py": "pass\n"})

        def opened(head: str) -> int:
            return github.open_pull(NAME, head=head, files={f"{head}.py": FLAW}, user="mona")

        async with hosted(github, home) as bot:
            before = opened("before")
            await bot.settle()
            at_work = opened("at-work")
            await asyncio.to_thread(github.settle)
            await bot.dispatch()
            assert any(not state.status.terminal for state in bot.engine.query()), "a review is on its way"
            told = await asyncio.to_thread(fusion, home, "backup", str(kept))
            assert "3 databases" in told
            assert "the key that signs evidence" in told
            since = opened("since")
            await bot.settle()
        shutil.rmtree(home)
        away = opened("away")
        await asyncio.to_thread(github.settle)
        assert "3 databases" in fusion(home, "restore", str(kept))

        async with hosted(github, home) as bot:
            await bot.settle()
            await bot.catch_up()
            for number in (before, at_work, since, away):
                assert bot.check(number).status == "completed", number
                said = Counter(MARK.findall(github.conversation(NAME, number)))
                assert said, number
                assert max(said.values()) == 1, (number, said)
            assert await bot.dead() == []
        fusion(home, "evidence", "export", "--output", str(tmp_path / "bundle"))
        (tmp_path / "key.pem").write_text(fusion(home, "evidence", "key", "--public"))
        verdict = fusion(
            home, "evidence", "verify", str(tmp_path / "bundle"), "--key", str(tmp_path / "key.pem"), "--format", "json"
        )
        assert json.loads(verdict)["intact"] is True
        [chain] = json.loads(fusion(home, "evidence", "list", "--format", "json"))["chains"]
        assert chain["links"] >= 4
