"""What a bot that works is seen to do: on /metrics, and in `fusion top`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fusion.telemetry.exposition import read
from fusion.telemetry.objectives import EVENTS, OBJECTIVES
from tests.fakes.github import FakeGitHub
from tests.fakes.serving import installed

SHOP = "octo/shop"
TITLE = "An unmistakable title"


def test_a_review_is_measured_from_its_webhook_and_shown(tmp_path: Path) -> None:
    with FakeGitHub() as github:
        github.create(SHOP, {"shop.py": "price = 1\n"})
        with installed(github, tmp_path / "home", SHOP) as bot:
            github.open_pull(SHOP, head="feature", files={"shop.py": "price = 2\n"}, title=TITLE)
            github.settle()
            bot.settled()
            text = bot.get("/metrics")[1]
            shown = subprocess.run(
                [sys.executable, "-m", "fusion", "top", bot.url],
                capture_output=True,
                text=True,
                check=True,
                env={"PATH": "", "HOME": str(tmp_path), "COLUMNS": "40"},
            ).stdout
    told = read(text)
    assert told.total("fusion.reviews") == told.total("fusion.review.delivery", "_count") == 1
    assert told.total("fusion.publish", "_count") == 1
    assert told.total("fusion.review.delivery", "_sum") > 0
    assert told.total("fusion.message.wait", "_count", priority="event") == 1
    assert told.total("fusion.ready") == 1
    for objective in OBJECTIVES:
        events = told.total(EVENTS, objective=objective.id)
        assert events > 0
        assert told.total(EVENTS, objective=objective.id, met="yes") == events
        assert objective.title in shown
    assert not [one for one in ("octo", "shop", "mona", "feature", TITLE, "review-") if one in text]
    assert "1 pass" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert "\x1b" not in shown
