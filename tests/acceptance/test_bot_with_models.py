"""`fusion serve` with models: from webhook to opinion, what a push asks, what a policy forbids, what a crash costs."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.cloud import Asked, Cloud, Step
from tests.fakes.github import FakeGitHub
from tests.fakes.opinions import TITLE, TOLD, scripted
from tests.fakes.reasoning import FILE
from tests.fakes.serving import Serving, installed

pytestmark = pytest.mark.slow

SHOP = "octo/shop"
DEFECT = "    total = price(items[-1])"
BASE = {
    "shop.py": 'def price(item):\n    """What it costs."""\n    return item.price\n',
    "stock.py": 'def left(had, sold):\n    """What is there."""\n    return had - sold\n',
}
CHANGE = {
    "shop.py": f'{BASE["shop.py"]}\n\ndef total(items):\n    """The sum."""\n{DEFECT}\n    for item in items:\n'
    "        total += price(item)\n    return total\n",
    "stock.py": f'{BASE["stock.py"]}\n\ndef short(had, sold):\n    """Whether there is too little."""\n    return had < sold\n',
}
ANSWERED = 4
"""Model calls that are answered before the crash."""
_MARK = re.compile(r"<!-- fusion:v1 (\w+ \S+) \w+ -->")


def finds(kind: str, line: str) -> bool:
    """Code review alone has something to say, and only about one line."""
    return kind == "boundary" and line == f"+{DEFECT}"


@dataclass
class Shop:
    """A repository, a bot that is installed on it, and the models that it asks."""

    github: FakeGitHub
    bot: Serving
    cloud: Cloud
    seen: int = 0
    number: int = 0

    def rest(self) -> list[Asked]:
        """Until nothing is left to do: what was asked meanwhile."""
        self.github.settle()
        self.bot.settled()
        before, self.seen = self.seen, len(self.cloud.requests)
        return self.cloud.requests[before:]

    def open(self) -> list[Asked]:
        """A pull request with the change: what was asked about it."""
        self.number = self.github.open_pull(SHOP, head="feature", files=CHANGE)
        return self.rest()

    def recorded(self, number: int) -> None:
        """Until so many answers are on the disk."""
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            with contextlib.closing(sqlite3.connect(self.bot.home / "state.db")) as db:
                (found,) = db.execute("SELECT count(*) FROM records WHERE kind = 'completion'").fetchone()
            # The journal is told right after the Store.
            time.sleep(0.5)
            if found == number:
                return
        raise TimeoutError(self.bot.log[-2000:])

    @property
    def summary(self) -> str:
        """The one comment of ours in the conversation."""
        [said] = [said.body for said in self.github.comments(SHOP, self.number) if said.author.login == "fusion[bot]"]
        return said

    @property
    def check(self) -> str | None:
        """How the check at the head ended."""
        [check] = self.github.checks(SHOP, self.number)
        return check.conclusion


@contextlib.contextmanager
def shop(folder: Path, base: dict[str, str] | None = None) -> Iterator[Shop]:
    with Cloud(scripted(finds)) as cloud, FakeGitHub() as github:
        github.create(SHOP, BASE | (base or {}))
        models = folder / "models.toml"
        models.write_text(FILE.replace("https://cloud.invalid/openai/v1/", cloud.openai), "utf-8")
        with installed(github, folder / "home", SHOP, FUSION_MODELS=str(models), KEY=cloud.key) as bot:
            place = Shop(github, bot, cloud)
            assert place.rest() == []
            yield place


def shown(asked: Asked) -> set[str]:
    """Files of the change that a request shows."""
    return set(re.findall(r'@kind "change"\n@path "([^"]+)"', asked.text))


def texts(asked: list[Asked]) -> Counter[str]:
    """What was said to models, and how often."""
    return Counter(one.text for one in asked)


def test_an_opinion_is_published_as_one_and_a_push_asks_about_itself_only(tmp_path: Path) -> None:
    with shop(tmp_path) as place:
        first = place.open()
        assert place.check == "success"
        [thread] = place.github.threads(SHOP, place.number)
        assert (thread.path, thread.line) == ("shop.py", CHANGE["shop.py"].splitlines().index(DEFECT) + 1)
        [comment] = thread.comments
        assert comment.body.startswith(f"**HIGH:** {TITLE}")
        assert "a model's opinion (big): no tool's evidence behind it" in comment.body
        assert "A second reader tried to refute it and could not." in comment.body
        opening, _, receipt = place.summary.partition("<summary>Coverage:")
        assert opening.startswith(f"### Fusion: pass\n\n- {TOLD}\n")
        agents = "code-review 2 calls, verifier 1, documentation 2, security 2, tests 2, walkthrough 1"
        assert f"- Models asked: {agents}; answered by big" in receipt
        assert re.search(r"- Sent to them: \S+ kB of 2 files to cloud \(swedencentral\)", receipt)
        assert re.search(r"- Cost: 0\.\d+ USD for [\d,]+ tokens read and \d+ written; foreseen 0\.\d+ USD; at most", receipt)
        assert set(texts(first).values()) == {1}

        # One hunk more: its file is shown to the agents again, and nobody reads the other one twice.
        place.github.push(SHOP, place.number, {"stock.py": CHANGE["stock.py"].replace("had < sold", "had <= sold")})
        second = place.rest()
        about = [shown(one) for one in second if "+    return had <= sold" in one.text]
        assert about.count({"stock.py"}) == 4
        assert len(second) == len(about) == 5
        assert len(place.github.threads(SHOP, place.number)) == 1
        assert "**Still open from before** (1)" in place.summary
        assert "5 answers kept from before" in place.summary


def test_a_policy_that_forbids_models_asks_nothing(tmp_path: Path) -> None:
    with shop(tmp_path, {".fusion.yml": "version: 1\nmodels:\n  use: false\n"}) as place:
        assert place.open() == []
        assert place.check == "success"
        assert "Models asked" not in place.summary
        assert TOLD not in place.summary


def test_a_crash_publishes_once_and_pays_for_no_recorded_answer_twice(tmp_path: Path) -> None:
    with shop(tmp_path) as place:
        answering, crashed = scripted(finds), threading.Event()
        paid: list[str] = []
        counting = threading.Lock()

        def half(asked: Asked) -> Step:
            with counting:
                answered = len(paid) < ANSWERED
                paid.extend([asked.text] * answered)
            if not answered:
                crashed.wait(240)
            return answering(asked)

        place.cloud.then(half)
        place.number = place.github.open_pull(SHOP, head="feature", files=CHANGE)
        place.recorded(ANSWERED)
        place.bot.kill()
        crashed.set()
        place.cloud.then(answering)
        place.bot.start()
        for guid in place.github.unacknowledged():
            place.github.redeliver(guid)
        place.rest()
        asked = texts(place.cloud.requests)
        assert [asked[text] for text in paid] == [1] * ANSWERED
        assert max(asked.values()) <= 2
        assert place.check == "success"
        assert len(place.github.threads(SHOP, place.number)) == 1
        marks = Counter(_MARK.findall(place.github.conversation(SHOP, place.number)))
        assert set(marks.values()) == {1}
        # which of the agents' questions were on their way is chance; that the rows agree is not
        made = re.search(r"^- Models asked: (code-review \d calls.*); answered by big", place.summary, re.MULTILINE)
        lost = re.search(r"^- Cut off: (\d+) calls were cut off before their answers", place.summary, re.MULTILINE)
        assert made
        assert lost
        assert sum(int(one) for one in re.findall(r"\((\d+) cut off\)", made[1])) == int(lost[1])
