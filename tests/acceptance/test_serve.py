"""`fusion serve` as its users meet it: a process beside a GitHub, from webhook to conversation."""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fusion.intake import LIMIT
from tests.fakes.app_keys import pair
from tests.fakes.commandline import one_sentence
from tests.fakes.deliveries import delivery
from tests.fakes.github import FakeGitHub
from tests.fakes.serving import SECRET, Serving, environment, installed

SHOP = "octo/shop"
BASE = {"shop.py": "def price(a):\n    return a\n", "README.md": "# A shop\n"}
CONFLICT = "def price(a):\n<<<<<<< ours\n    return a + 1\n=======\n    return a + 2\n>>>>>>> theirs\n"
STOP = "import pdb\n\n\ndef go(x):\n    pdb.set_trace()\n    return x\n"
TWICE = "import pdb\n\n\ndef go(x):\n    pdb.set_trace()\n    d = {'a': 1, 'a': 2}\n    return d\n"
GRANTED = {
    **dict.fromkeys(("contents", "pull_requests", "issues", "checks", "security_events"), "write"),
    **dict.fromkeys(("metadata", "merge_queues"), "read"),
}
_MARK = re.compile(r"<!-- fusion:v1 (\w+ \S+) \w+ -->")


class Shop:
    """A repository with a maintainer, and a bot that is installed on it."""

    def __init__(self, github: FakeGitHub, bot: Serving) -> None:
        self.github = github
        self.bot = bot

    def rest(self) -> None:
        """Until nothing is left to do."""
        self.github.settle()
        self.bot.settled()

    def open(self, head: str, files: dict[str, str]) -> int:
        """A pull request, reviewed."""
        number = self.github.open_pull(SHOP, head=head, files=files)
        self.rest()
        return number

    def check(self, number: int) -> tuple[str, str | None]:
        """Status and conclusion of the one check run at its head."""
        [check] = self.github.checks(SHOP, number)
        return check.status, check.conclusion

    def threads(self, number: int) -> dict[str, tuple[bool, list[str]]]:
        """By the title of the finding: whether the thread is resolved, and what follows its first comment, markers aside."""
        return {
            thread.comments[0].body.splitlines()[0]: (
                thread.resolved,
                [_MARK.sub("", comment.body).strip() for comment in thread.comments[1:]],
            )
            for thread in self.github.threads(SHOP, number)
        }

    def said_twice(self, number: int) -> list[str]:
        """Markers that are in the conversation more than once."""
        found = Counter(_MARK.findall(self.github.conversation(SHOP, number)))
        return [mark for mark, count in found.items() if count > 1]


@contextlib.contextmanager
def shop(folder: Path, **settings: str) -> Iterator[Shop]:
    with FakeGitHub() as github:
        github.create(SHOP, BASE)
        github.app(permissions=GRANTED)
        github.user("mona", octo__shop="write")
        with installed(github, folder / "home", SHOP, **settings) as bot:
            found = Shop(github, bot)
            found.rest()
            yield found


@pytest.mark.slow
def test_three_pushes_and_the_people_who_answer(tmp_path: Path) -> None:
    conflict, stop = "**HIGH, blocks:** A merge conflict was committed unresolved", "**MEDIUM:** A debugger stop was left in"
    twice = "**MEDIUM:** The key `'a'` is given twice"
    with shop(tmp_path) as place:
        github = place.github
        number = place.open("feature", {"notes.py": CONFLICT, "stop.py": STOP})
        assert place.check(number)[1] in ("failure", "action_required")
        assert place.threads(number) == {conflict: (False, []), stop: (False, [])}

        # A partial fix, which brings something new.
        head = github.push(SHOP, number, {"notes.py": "RATE = 2\n", "stop.py": TWICE})
        place.rest()
        assert place.check(number) == ("completed", "success")
        resolved, [line] = place.threads(number)[conflict]
        assert resolved
        assert line.startswith(f"Fixed by {head[:7]}")
        assert "\n" not in line
        assert {title: thread for title, thread in place.threads(number).items() if title != conflict} == {
            stop: (False, []),
            twice: (False, []),
        }

        # The base moves, and the branch is put on top of it.
        github.push(SHOP, "main", {"README.md": "# The shop\n"})
        github.rebase(SHOP, number)
        place.rest()
        assert place.check(number) == ("completed", "success")
        assert len(place.threads(number)) == 3
        assert (
            len([review for review in github.reviews(SHOP, number) if review.author.login == "fusion[bot]" and review.body])
            == 2
        )
        assert len(github.comments(SHOP, number)) == 1
        assert place.said_twice(number) == []


@pytest.mark.slow
def test_who_may_dismiss_and_who_may_not(tmp_path: Path) -> None:
    with shop(tmp_path) as place:
        github = place.github
        number = place.open("feature", {"notes.js": CONFLICT})
        assert place.check(number) == ("completed", "failure")
        [thread] = github.threads(SHOP, number)
        for _ in range(2):
            github.reply(SHOP, thread.comments[0].id, "eve", "/fusion dismiss because I say so")
        place.rest()
        assert place.check(number) == ("completed", "failure")
        refusals = [one for one in thread.comments if one.author.login == "fusion[bot]" and "may not" in one.body]
        assert len(refusals) == 1

        github.reply(SHOP, thread.comments[0].id, "mona", "/fusion dismiss because it is documentation")
        place.rest()
        assert [check.conclusion for check in github.checks(SHOP, number)][-1:] == ["success"]
        assert thread.resolved

        # A recorded delivery is fed in again: it is one of its own, and changes nothing.
        before = github.conversation(SHOP, number)
        recorded = next(one for one in github.recorded() if one["event"] == "pull_request")
        path = tmp_path / "recorded.json"
        path.write_text(json.dumps(recorded["payload"]), encoding="utf-8")
        replayed = subprocess.run(
            [sys.executable, "-m", "fusion", "replay", str(path), "--event", "pull_request"],
            env={"PATH": os.environ["PATH"], "FUSION_HOME": str(place.bot.home), **environment(github)},
            capture_output=True,
            text=True,
        )
        assert (replayed.returncode, "Enqueued as" in replayed.stderr + replayed.stdout) == (0, True), replayed
        place.rest()
        assert github.conversation(SHOP, number) == before


def post(bot: Serving, headers: dict[str, str], body: bytes, *, to: str = "/github") -> tuple[int, dict[str, Any]]:
    """Status and answer of a delivery."""
    request = urllib.request.Request(f"{bot.url}{to}", body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=240) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def raw(bot: Serving, head: str, body: bytes = b"") -> int:
    """The status that bytes on the wire get."""
    with socket.create_connection(("127.0.0.1", bot.port), timeout=240) as wire:
        wire.sendall(f"POST /github HTTP/1.1\r\nHost: h\r\n{head}\r\n\r\n".encode())
        with contextlib.suppress(ConnectionError):
            wire.sendall(body)
        return int(wire.recv(64).split()[1])


def test_the_door(tmp_path: Path) -> None:
    with shop(tmp_path, FUSION_API_TOKEN=f"ada={'a' * 32}") as place:
        bot, secret = place.bot, SECRET.encode()
        for path in ("/healthz", "/readyz", "/metrics"):
            assert bot.get(path)[0] == 200, path
        headers, body = delivery("pull_request", {"action": "assigned"}, secret=secret)
        signature = "X-Hub-Signature-256"
        assert post(bot, headers, body)[0] == 200
        assert post(bot, headers | {signature: "sha256=" + "0" * 64}, body)[0] == 401
        assert (
            post(bot, {**{k: v for k, v in headers.items() if k != signature}, "X-Hub-Signature": "sha1=" + "0" * 40}, body)[0]
            == 401
        )
        headers, body = delivery("pull_request", b"{not json", secret=secret)
        assert post(bot, headers, body)[0] == 400

        assert raw(bot, f"Content-Length: {LIMIT + 1}") == 413
        chunk = b"%x\r\n" % (1 << 20) + b"x" * (1 << 20) + b"\r\n"
        assert raw(bot, "Transfer-Encoding: chunked", chunk * (LIMIT // (1 << 20) + 1)) == 413
        # A length that is shorter than what comes: no more than that is read, and it is not signed.
        assert raw(bot, "Content-Length: 5", b"x" * 4096) == 401

        asked = {"check": "sbom", "owner": "ada", "reason": "Soon.", "approver": "Ada", "expires": "2199-01-01"}
        shown = {"Authorization": f"Bearer {'a' * 32}", "Content-Type": "application/json"}
        status, said = post(bot, shown, json.dumps(asked).encode(), to="/api/exceptions")
        assert (status, "approved by its owner" in said["error"]) == (422, True)
        asked |= {"approver": "grace", "expires": (datetime.now(UTC) + timedelta(days=9)).date().isoformat()}
        status, said = post(bot, shown, json.dumps(asked).encode(), to="/api/exceptions")
        assert (status, said["deeds"][0]["by"]) == (200, "ada")
        assert bot.get("/api/exceptions")[0] == 401

        taken = serve(tmp_path / "other", environment(place.github), "--port", str(bot.port))
        assert (taken.returncode, f"Port {bot.port}" in taken.stderr) == (2, True), taken
        same = serve(bot.home, environment(place.github), "--port", "0")
        assert (same.returncode, "Another `fusion serve`" in same.stderr) == (2, True), same
        told = bot.gauges()
        assert told["fusion_ready"] == 1
        assert told["fusion_queue_dead"] == told["fusion_publish_seconds_count"] == 0
        place.open("feature", {"stop.py": STOP})
        assert bot.gauges()["fusion_publish_seconds_count"] == 1


def serve(home: Path, settings: dict[str, str], *args: str) -> subprocess.CompletedProcess[str]:
    """A `fusion serve` that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "fusion", "serve", *args],
        env={"PATH": os.environ["PATH"], "FUSION_HOME": str(home), **settings},
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_without_a_secret_nothing_starts(tmp_path: Path) -> None:
    ended = serve(tmp_path, {"FUSION_GITHUB_APP": "1", "FUSION_GITHUB_KEY": "x"}, "--port", "0")
    assert ended.returncode == 2
    assert "FUSION_WEBHOOK_SECRET" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value", "missing", "extra"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318", "opentelemetry.sdk", "telemetry"),
        ("APPLICATIONINSIGHTS_CONNECTION_STRING", f"InstrumentationKey={'0' * 32}", "azure.monitor", "azure"),
    ],
)
def test_telemetry_without_its_packages_is_a_sentence(tmp_path: Path, name: str, value: str, missing: str, extra: str) -> None:
    """As after `make setup`; the package is in no index, so that what to install lies in its folder."""
    bare = f"import sys; sys.modules['{missing}'] = None; sys.argv = ['fusion', 'serve', '--port', '0']"
    settings = {"FUSION_GITHUB_APP": "1", "FUSION_GITHUB_KEY": pair()[0], "FUSION_WEBHOOK_SECRET": SECRET, name: value}
    ended = subprocess.run(
        [sys.executable, "-c", f"{bare}; from fusion.cli import main; main()"],
        env={"PATH": os.environ["PATH"], "FUSION_HOME": str(tmp_path), **settings},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert ended.returncode == 2
    said = one_sentence(ended)
    assert said.startswith(f"fusion: {name} is set")
    assert f'.venv/bin/pip install -c constraints.txt -e ".[{extra}]"' in said


@pytest.mark.slow
def test_who_waits_for_what_does_not_answer_can_be_ended(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fusion", "serve", "--port", "0"]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(240)
        env = {
            "PATH": os.environ["PATH"],
            "FUSION_HOME": str(tmp_path),
            "FUSION_GITHUB_API": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "FUSION_GITHUB_APP": "1",
            "FUSION_GITHUB_KEY": pair()[0],
            "FUSION_WEBHOOK_SECRET": SECRET,
        }
        with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as process, silent.accept()[0]:
            process.terminate()
            told = process.communicate(timeout=240)[1]
    assert process.returncode == 0, told
    assert told.endswith(" info stopped before anything was taken\n"), told
    assert len(told.splitlines()) == 1, "no door was opened"


def test_it_ends_in_order_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with shop(tmp_path) as place:
        github, bot = place.github, place.bot
        github.fail("/pulls/1/files", 0, delay=0.5)
        number = github.open_pull(SHOP, head="feature", files={"stop.py": STOP})
        github.settle()
        assert bot.stop() == 0
        # Something else in it: equal contents of the same second would be the same commit, and share its check.
        missed = github.open_pull(SHOP, head="missed", files={"stop.py": STOP, "notes.md": "Missed.\n"})
        github.settle()
        assert len(github.unacknowledged()) == 1
        bot.start()
        for guid in github.unacknowledged():
            github.redeliver(guid)
        place.rest()
        for one in (number, missed):
            assert place.check(one) == ("completed", "success")
            assert len(github.threads(SHOP, one)) == 1
        assert "Traceback" not in bot.log


@pytest.mark.slow
def test_github_away_and_the_disk_full(tmp_path: Path) -> None:
    with shop(tmp_path) as place:
        github, bot = place.github, place.bot
        steps = (("contents", ""), ("/check-runs", "POST"), ("/compare/", ""), ("/graphql", ""), ("/reviews", "POST"))
        away = [github.fail(step, 503, method=method) for step, method in steps]
        number = place.open("feature", {"stop.py": STOP})
        assert [fault.times for fault in away] == [0] * len(away)
        assert place.check(number) == ("completed", "success")
        assert place.said_twice(number) == []

        assert bot.process is not None
        before = resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        second = github.open_pull(SHOP, head="second", files={"stop.py": STOP})
        github.settle()
        attempts = github.attempts[github.unacknowledged()[-1]]
        assert [one.status for one in attempts] == [503]
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, before)
        for guid in github.unacknowledged():
            github.redeliver(guid)
        place.rest()
        assert place.check(second) == ("completed", "success")
