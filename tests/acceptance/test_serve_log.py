"""What `fusion serve` tells whoever runs it: its log, from the first line to how each run ended."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fusion.engine import Failure, InstanceState, InstanceStatus
from fusion.errors import UserError
from fusion.intake import LIMIT
from fusion.serve.endings import ending
from fusion.serve.web import listen
from tests.fakes.github import FakeGitHub
from tests.fakes.serving import SECRET, environment, installed

SHOP = "octo/shop"


@pytest.mark.slow
def test_the_log_says_who_works_where_and_how_each_run_ends(tmp_path: Path) -> None:
    with FakeGitHub() as github:
        github.create(SHOP, {"shop.py": "price = 1\n"})
        github.create("octo/gone", {"gone.py": "price = 1\n"})
        with installed(github, tmp_path / "home", SHOP, "octo/gone") as bot:
            number = github.open_pull(SHOP, head="feature", files={"shop.py": "price = 2\n"})
            github.settle()
            bot.settled()
            assert f"works as the App fusion ({github.the_app().id}) of {github.url}; its state is in {bot.home}" in bot.log
            ended = rf"info +{SHOP}#{number}: the review of \w{{7}} ends: reviewed, published, pass, findings: \d+ run=review-"
            assert re.search(ended, bot.log)
            assert "_created" not in bot.get("/metrics")[1]

            with github.held() as kept:
                lost = github.open_pull("octo/gone", head="feature", files={"gone.py": "price = 2\n"})
            github.delete_repository("octo/gone")
            github.release(kept[0].guid)
            github.settle()
            bot.settled()
            assert re.search(rf"warning octo/gone#{lost}: the review of \w{{7}} ends: gone: .*octo/gone", bot.log)

            large = urllib.request.Request(f"{bot.url}/github", b"", {"Content-Length": str(LIMIT + 1)}, method="POST")
            with pytest.raises(urllib.error.HTTPError, match="413"):
                urllib.request.urlopen(large, timeout=120)
            assert f"warning a delivery is refused: The body has {LIMIT + 1} bytes" in bot.log


def test_a_log_in_json_is_json_from_its_first_line(tmp_path: Path) -> None:
    with FakeGitHub() as github:
        github.app()
        settings = environment(github, FUSION_WEBHOOK_SECRET=SECRET, FUSION_GITHUB_API="http://127.0.0.1:1")
    with subprocess.Popen(
        [sys.executable, "-m", "fusion", "serve", "--port", "0", "--log", "json"],
        env={"PATH": os.environ["PATH"], "FUSION_HOME": str(tmp_path / "home"), **settings},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        lines = [process.stderr.readline() for _ in range(2)]
        process.send_signal(signal.SIGTERM)
        lines += process.stderr.readlines()
        assert process.wait(240) == 0
    first, second, *_, last = (json.loads(line) for line in lines)
    assert first["message"].startswith("Deliveries are taken at http://127.0.0.1:")
    assert second["level"] == "warning"
    assert second["message"].startswith("http://127.0.0.1:1 does not answer now")
    assert last["message"] == "stopped"


def test_a_host_that_nobody_knows_is_a_sentence_without_numbers() -> None:
    with pytest.raises(UserError, match=r"cannot listen on nowhere\.invalid: [A-Z]") as told:
        listen("nowhere.invalid", 0)
    assert "Errno" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "status", "output", "failure", "told"),
    [
        ("catch_up", "completed", {"redelivered": 0, "looked_at": 0, "failures": []}, None, None),
        (
            "catch_up",
            "completed",
            {"redelivered": 1, "looked_at": 0, "failures": ["The list is away."]},
            None,
            (logging.WARNING, "the look for what was missed ends: redelivered 1, looked at 0; The list is away."),
        ),
        ("command", "completed", {"status": "obeyed"}, None, (logging.INFO, "the command ends: obeyed")),
        ("notice", "completed", None, None, (logging.INFO, "the notice ends: done")),
        (
            "pull",
            "completed",
            {"status": "reviewed", "published": "failed", "verdict": "block", "findings": 3, "message": "Forbidden."},
            None,
            (logging.WARNING, "o/r#7: the review of abcdef0 ends: reviewed, failed, block, findings: 3: Forbidden."),
        ),
        ("pull", "terminated", "closed", None, (logging.INFO, "o/r#7: the review of abcdef0 is ended: closed")),
        ("pull", "failed", None, "no.", (logging.ERROR, "o/r#7: the review of abcdef0 failed: no.")),
    ],
)
def test_an_ending_is_one_line(name: str, status: str, output: Any, failure: str | None, told: tuple[int, str] | None) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    state = InstanceState(
        id="i",
        name=name,
        version="",
        execution="e",
        parent=None,
        status=InstanceStatus(status),
        input={"request": {"repository": "o/r", "number": 7, "head": "abcdef0123"}},
        output=output,
        custom_status=None,
        failure=Failure(type="E", message=failure) if failure else None,
        created=at,
        updated=at,
    )
    assert ending(state) == told
