"""Sizes: more files than GitHub lists, more findings than a comment holds; said in full, or said to be cut."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.github import FakeGitHub
from tests.fakes.hosted import NAME, Hosted, hosted

LIMIT = 65_536
FILE = "/".join(["a-folder-with-a-rather-long-name"] * 6) + "/generated.py"


@asynccontextmanager
async def bot_on(folder: Path, policy: str = "version: 1\n", **fake: Any) -> AsyncIterator[Hosted]:
    with FakeGitHub(**fake) as github:
        github.create(NAME, {"app.py": "pass\n", ".fusion.yml": policy})
        async with hosted(github, folder) as bot:
            yield bot


def files(count: int) -> dict[str, str]:
    return {f"src/f{n:04}.py": f"x = {n}\n" for n in range(count)}


async def test_what_github_does_not_list_is_read_all_the_same(tmp_path: Path) -> None:
    """Its list ends early, and its listing of the tree is cut: the folders are walked."""
    async with bot_on(tmp_path, listed=20, tree_limit=30) as bot:
        many = {**files(25), **{f"more/{n}.py": f"z = {n}\n" for n in range(25)}, "src/last.py": "y = eval(x)\n"}
        bot.github.open_pull(NAME, head="feature", files=many, user="mona")
        await bot.settle()
        assert bot.check().conclusion == "failure"
        assert "src/last.py:1" in bot.check().output["summary"]
        assert len(bot.github.threads(NAME, 1)) == 1


async def test_what_is_not_read_is_no_success(tmp_path: Path) -> None:
    async with bot_on(tmp_path, "version: 1\ncaps:\n  files: 20\n") as bot:
        bot.github.open_pull(NAME, head="feature", files=files(25), user="mona")
        await bot.settle()
        check = bot.check()
        assert check.conclusion == "action_required"
        assert "5 files were not reviewed" in check.output["summary"]
        assert "caps.files" in check.output["summary"]


@pytest.mark.slow
async def test_three_thousand_files_and_fifty(tmp_path: Path) -> None:
    async with bot_on(tmp_path) as bot:
        bot.github.open_pull(NAME, head="feature", files=files(3_050), user="mona")
        await bot.settle()
        assert bot.check().conclusion == "action_required"
        assert "50 files were not reviewed" in bot.check().output["summary"]
        assert bot.unfinished == []
        assert not await bot.dead()


async def test_hundreds_of_findings_fit_into_githubs_limits(tmp_path: Path) -> None:
    """The fake refuses longer comments and more than fifty annotations in a request, as GitHub does."""
    lines = "".join(f"value_{n} = eval(source_{n})\n" for n in range(450))
    async with bot_on(tmp_path) as bot:
        bot.github.open_pull(NAME, head="feature", files={FILE: lines}, user="mona")
        await bot.settle()
        check = bot.check()
        assert check.conclusion == "failure"
        assert len(check.annotations) == 300
        [summary] = bot.ours()
        assert LIMIT // 2 < len(summary) <= LIMIT
        assert summary.rstrip().endswith("-->"), "what is cut off is not the marker"
        assert "450 findings" in summary
        before = len(bot.github.comments(NAME, 1)), len(bot.github.threads(NAME, 1)), len(check.annotations)
        bot.github.rerequest(NAME, check.id, user="mona")
        await bot.settle()
        assert (len(bot.github.comments(NAME, 1)), len(bot.github.threads(NAME, 1)), len(bot.check().annotations)) == before
        assert not await bot.dead()
