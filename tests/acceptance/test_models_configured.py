"""Reviews on hosts whose models cannot do the work (a note) or may not (for policy to weigh)."""

from __future__ import annotations

from pathlib import Path

import pytest

from fusion.model import Verdict
from tests.fakes.reasoned_reviews import Desk, calls_of, silent
from tests.fakes.reasoning import FILE, Replying
from tests.fakes.repositories import TestRepository


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> TestRepository:
    made = TestRepository(tmp_path_factory.mktemp("repository"))
    files = {name: f"def {name[-4]}(n):\n    return n\n" for name in ("open/a.py", "secret/b.py", "secret/c.py")}
    made.commit(dict(files))
    made.git("checkout", "-q", "-b", "x")
    made.commit({name: text.replace("return n", "return n / 2") for name, text in files.items()})
    return made


@pytest.mark.parametrize(
    ("file", "note"),
    [
        ("", "No model is configured: the models file (FUSION_MODELS) has no endpoints."),
        (
            FILE.replace('key = "KEY"', 'roles = ["triage"]'),
            "No model was asked to review: no endpoint in the models file (FUSION_MODELS) has `review` among its roles.",
        ),
    ],
)
async def test_work_that_no_endpoint_does_is_a_note(repository: TestRepository, tmp_path: Path, file: str, note: str) -> None:
    desk = Desk(home=tmp_path, models=Replying(silent), file=file)
    review = await desk.review(repository)
    assert review.verdict is not Verdict.INCOMPLETE
    assert review.coverage.gaps == ()
    assert review.coverage.notes.count(note) == 1
    assert not calls_of(review)
    assert {report.outcome.value for report in review.coverage.agents} <= {"ok", "skipped"}


async def test_what_policy_shuts_out_names_its_key_and_is_for_policy(repository: TestRepository, tmp_path: Path) -> None:
    models = Replying(silent)
    desk = Desk(home=tmp_path, models=models, policy={"local": ["secret/**"]})
    review = await desk.review(repository)
    assert review.verdict is Verdict.INCOMPLETE
    told = [gap for gap in review.coverage.gaps if "models.local" in gap]
    assert told
    assert all("policy keeps `secret/**` local (models.local)" in gap for gap in told)
    assert all(call.ending.value == "ok" for call in calls_of(review))
    assert models.prompts
    desk.policy = {"regions": ["francecentral"], "missing": "note"}
    before = len(models.prompts)
    review = await desk.review(repository)
    assert review.verdict is not Verdict.INCOMPLETE
    assert any("francecentral alone (models.regions)" in note for note in review.coverage.notes)
    assert len(models.prompts) == before
