"""`fusion doctor` about the bot: what is not set, and whether GitHub knows the App."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fakes.commandline import Workplace
from tests.fakes.github import FakeGitHub
from tests.fakes.serving import environment


def bot(place: Workplace, **settings: str) -> tuple[bool, str]:
    done = place.fusion("doctor", "--format", "json", **settings)
    assert done.returncode == 0, done.stderr
    return next((part["ready"], part["detail"]) for part in json.loads(done.stdout)["parts"] if part["kind"] == "bot")


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "repo", tmp_path / "state").init()
    ready, detail = bot(place, FUSION_GITHUB_APP="12")
    assert not ready
    assert detail.startswith("FUSION_WEBHOOK_SECRET and FUSION_GITHUB_KEY not set")


def test_github_is_asked_who_the_app_is(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "repo", tmp_path / "state").init()
    with FakeGitHub() as github:
        github.app("review-bot")
        assert bot(place, **environment(github)) == (False, "review-bot, installed 0 times: install it on GitHub")
        github.create("octo/shop")
        github.install("octo/shop")
        assert bot(place, **environment(github)) == (True, "review-bot, installed 1 time")
        ready, detail = bot(place, **environment(github, FUSION_GITHUB_APP="77"))
        assert not ready
        assert "FUSION_GITHUB_KEY" in detail
