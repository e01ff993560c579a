"""What is measured of models is what the receipt and the accounts say: calls, ways, tokens, money, and what is left of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fusion import local
from fusion.adapters.memory.inference import MemoryInference
from fusion.model import Ending, Prompt, Response
from fusion.runtime.measuring import measured
from fusion.telemetry.exposition import Snapshot, read
from fusion.telemetry.metering import Fan, tell
from fusion.telemetry.prometheus import PrometheusMeter
from orchestrations.sounding import soundings
from tests.fakes.reasoned_reviews import Desk, calls_of, cost_of, silent
from tests.fakes.reasoning import FILE, Replying
from tests.fakes.repositories import TestRepository

FILE_OF_TWO = (
    FILE
    + """month = 40.0
[models.large]
size = "large"
context = 128000
output = 16000
price = { input = 2.0, cached = 0.5, output = 8.0, date = 2026-11-01, source = "a test" }
[endpoints.other]
kind = "inference"
address = "https://other.invalid/models"
model = "large"
key = "KEY"
"""
)


def away(prompt: Prompt) -> Response:
    """An endpoint that is not what it was."""
    return Response(ending=Ending.MISSING, reason="no such deployment")


@pytest.fixture
def repository(tmp_path: Path) -> TestRepository:
    made = TestRepository(tmp_path / "repository")
    made.commit({"shop.py": "def last(items):\n    return items[-1]\n"})
    made.git("checkout", "-q", "-b", "x")
    made.commit({"shop.py": "def last(items):\n    return items[-2]\n\n\ndef first(items):\n    return items[1]\n"})
    return made


async def test_what_is_measured_is_what_the_receipt_says(repository: TestRepository, tmp_path: Path) -> None:
    desk = Desk(home=tmp_path / "home", models={"cloud": Replying(away), "other": Replying(silent)}, file=FILE_OF_TWO)
    reviews = []
    prometheus = PrometheusMeter()
    for number in (1, 2):
        bundle = measured(desk.bundle(), prometheus)
        result = await local.run(await desk.request(repository), desk.settings, bundle, nonce=str(number))
        reviews.append(await desk.read(result))
    assert bundle.reasoning is not None
    inference = MemoryInference(desk.clock)
    waiting = replace(bundle, reasoning=replace(bundle.reasoning, inference=inference))
    tell(Fan(prometheus), await soundings(waiting))
    told = read(prometheus.text().decode())
    calls = [call for review in reviews for call in calls_of(review)]
    _same(told, "fusion.model.calls", len(calls))
    for endpoint in ("cloud", "other"):
        assert told.total("fusion.model.calls", endpoint=endpoint) == sum(call.endpoint == endpoint for call in calls) > 0
    assert told.total("fusion.model.calls", ending="missing", cached="no") == sum(c.ending is Ending.MISSING for c in calls) > 0
    # The second review of the same head asked nothing again.
    assert told.total("fusion.model.calls", cached="yes") == sum(call.cached for call in calls) > 0
    assert told.total("fusion.model.escalations", why="away") > 0
    for kind in ("input", "output"):
        taken = sum(getattr(call.usage, f"{kind}_tokens") for call in calls if not call.cached)
        assert told.total("gen_ai.client.token.usage", "_sum", **{"gen_ai.token.type": kind}) == taken > 0
    series = {label for labels in told.series["gen_ai_client_token_usage_sum"] for label in labels}
    assert series >= {("gen_ai_provider_name", "azure.ai.inference"), ("gen_ai_request_model", "large")}
    _same(told, "fusion.model.cost", sum(map(cost_of, reviews)))
    assert told.total("fusion.budget.left", currency="USD") == pytest.approx(40.0 - await desk.spent())
    assert told.is_told("fusion.inference.waiting")
    assert told.total("fusion.reviews") == 2


def _same(told: Snapshot, metric: str, value: float) -> None:
    assert told.total(metric) == pytest.approx(value)
    assert value > 0
