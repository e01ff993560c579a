"""A review in which models find something: from the change to what people read, and back on the next push."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from fusion import local, runtime
from fusion.adapters.memory.records import MemoryBlobs, MemoryStore
from fusion.model import Ending, Placement, Prompt, Request, RequestKind, Review, Verdict, Work
from fusion.render.markdown import Markdown
from fusion.render.terminal import print_review
from fusion.runtime import SystemClock
from fusion.settings import Settings
from tests.fakes.briefs import claim
from tests.fakes.reasoning import Replying, reasoning_of
from tests.fakes.repositories import TestRepository

BEFORE = "def page(items, number, size=20):\n    start = (number - 1) * size\n    return items[start : start + size]\n"
AFTER = BEFORE.replace("(number - 1)", "number") + "\n\ndef first(items):\n    return page(items, 1)\n"


class Team:
    """A model that plays everybody: finds two things, asks one question, refutes one of its own findings."""

    def __init__(self) -> None:
        self.asked_before = 0

    def __call__(self, prompt: Prompt) -> str:
        names = set(prompt.reply_schema["properties"])
        if "lines" in names:
            return json.dumps({"lines": ["`page` counts from 0.", "See `other.py`."], "diagram": ""})
        if "verdicts" in names:
            wrong, right = ("C1", "C2") if "because: It crashes" in prompt.messages[1].text.partition("C2")[0] else ("C2", "C1")
            quote = {"passage": "P1", "quote": "+    start = number * size"}
            return json.dumps(
                {
                    "verdicts": [
                        {"claim": wrong, "reason": "Nothing here can be None.", "says": "refuted", **quote},
                        {"claim": right, "reason": "The caller passes 1.", "says": "supported", **quote},
                    ]
                }
            )
        if "status" in names:
            self.asked_before += 1
            return json.dumps(
                {"status": "answered", "text": "It passes 1.", "passage": "P1", "quote": "+    start = number * size"}
            )
        if prompt.agent != "code-review" or "+    start = number * size" not in prompt.messages[1].text:
            return json.dumps({"findings": [], "certainty": "high"} | ({"questions": []} if "questions" in names else {}))
        line = {"quote": "+    start = number * size", "line": 1, "end_line": 1}
        found = [claim(**line), claim(**line, kind="missing-case", why="It crashes."), claim(quote="+    made_up()")]
        note = {"to": "tests", "passage": "P1", "line": 2, "question": "What does the caller pass?"}
        return json.dumps({"findings": found, "certainty": "high"} | ({"questions": [note]} if "questions" in names else {}))


@pytest.fixture
def repository(tmp_path: Path) -> TestRepository:
    made = TestRepository(tmp_path / "repository")
    made.commit({"shop.py": BEFORE})
    made.git("checkout", "-q", "-b", "x")
    made.commit({"shop.py": AFTER})
    return made


async def test_what_a_model_finds_is_checked_shown_and_blocks_nothing(repository: TestRepository, tmp_path: Path) -> None:
    clock = SystemClock()
    store, blobs = MemoryStore(clock), MemoryBlobs(clock)
    settings = Settings(home=tmp_path / "home", evidence="off")
    team = Team()
    model = Replying(team)
    bundle = runtime.embedded(settings, records=(store, blobs), clock=clock)
    bundle = dataclasses.replace(bundle, reasoning=reasoning_of(model, store=store, clock=clock), tenant="t")
    request = Request(kind=RequestKind.RANGE, location=str(repository.folder))
    result = await local.run(request, settings, bundle, nonce="1")
    review = Review.model_validate_json(await blobs.get(result["review"]))

    opinions = [finding for finding in review.findings if finding.votes]
    (one,) = opinions
    assert (one.location.path, one.location.line, one.placement) == ("shop.py", 2, Placement.INLINE)
    assert [(vote.by, vote.says) for vote in one.votes] == [("finder", "supported"), ("verifier", "supported")]
    assert not any(finding.blocking for finding in opinions)
    assert review.verdict is Verdict.PASS
    assert review.walkthrough is not None
    assert review.walkthrough.lines == ("`page` counts from 0.",)

    (report,) = [report for report in review.coverage.agents if report.agent == "code-review"]
    assert [finding.family for finding in report.dropped] == ["model:missing-case"]
    assert report.set_aside == ("1 dropped: about a line that is not in the change",)
    works = [call.work for call in report.calls]
    assert works == [Work.REVIEW, Work.ANSWER, Work.REVIEW, Work.VERIFY]
    assert {call.ending for call in report.calls} == {Ending.OK}
    assert team.asked_before == 1

    page = io.StringIO()
    print_review(review, Console(file=page, width=80))
    for text in (Markdown().render(review), page.getvalue()):
        assert "A second reader tried to refute it and could not" in " ".join(text.split())
        assert "a model's opinion (big): no tool's evidence behind it" in text
        assert "code-review 2 calls, tests 2, verifier 1" in " ".join(text.split())
        assert "1 claim refuted by a second reader" in " ".join(text.split())

    # Nobody pays twice for the same change, and nothing is said twice.
    asked = len(model.prompts)
    again = await local.run(request, settings, bundle, nonce="2")
    second = Review.model_validate_json(await blobs.get(again["review"]))
    assert len(model.prompts) == asked
    assert [finding.fingerprint for finding in second.findings if finding.votes] == [one.fingerprint]

    # Without models, what they found stands and does not count as fixed.
    alone = dataclasses.replace(bundle, reasoning=None)
    third = Review.model_validate_json(await blobs.get((await local.run(request, settings, alone, nonce="3"))["review"]))
    assert [finding.fingerprint for finding in third.findings if finding.votes] == [one.fingerprint]
    assert third.fixed == ()
