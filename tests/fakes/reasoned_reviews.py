"""Reviews with models on one machine: a repository, stores that outlive a process, a clock that can be set, whatever models."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fusion import local, runtime
from fusion.adapters.memory.records import MemoryBlobs, MemoryStore
from fusion.budget.accounts import Spend
from fusion.budget.report import CostReport, report
from fusion.model import Call, Ending, Prompt, Request, RequestKind, Response, Review, Usage
from fusion.ports import Heard, Model
from fusion.progress import Listener, nobody
from fusion.settings import Settings
from orchestrations.bundle import Bundle, Reasoning
from tests.fakes.reasoning import FILE, reasoning_of
from tests.fakes.repositories import TestRepository

BODY = "def {0}(items):\n    total = 0\n    for item in items:\n        total += item\n    return total\n"
NAMES = ("alpha", "beta", "gamma", "delta")


@dataclass
class SetClock:
    """The machine's clock, some time off."""

    off: timedelta = timedelta()

    def now(self) -> datetime:
        """The present, as this clock has it."""
        return datetime.now(UTC) + self.off


def silent(prompt: Prompt) -> str:
    """A model that finds nothing, and says so in every schema."""
    names = set(prompt.reply_schema["properties"])
    if "lines" in names:
        return json.dumps({"lines": ["It changes the code."], "diagram": ""})
    if "verdicts" in names:
        return json.dumps({"verdicts": []})
    if "status" in names:
        return json.dumps({"status": "declined", "text": "", "passage": "", "quote": ""})
    return json.dumps({"findings": [], "certainty": "high"} | ({"questions": []} if "questions" in names else {}))


@dataclass(kw_only=True)
class Desk:
    """Where reviews are made; `file` and `policy` may be changed between them."""

    home: Path
    models: Model | Mapping[str, Model]
    file: str = FILE
    policy: dict[str, Any] = field(default_factory=dict)
    clock: SetClock = field(default_factory=SetClock)
    fields: dict[str, Any] = field(default_factory=dict)
    """More of `Reasoning`."""
    listen: Listener = nobody

    def __post_init__(self) -> None:
        self.store = MemoryStore(self.clock)
        self.blobs = MemoryBlobs(self.clock)
        self.settings = Settings(home=self.home, evidence="off")
        self.runs = 0

    def reasoning(self) -> Reasoning:
        """That of a process that has just begun: its breakers know nothing."""
        return reasoning_of(self.models, store=self.store, clock=self.clock, file=self.file, person_waits=0.5, **self.fields)

    def bundle(self) -> Bundle:
        """Of one process."""
        made = runtime.embedded(self.settings, records=(self.store, self.blobs), clock=self.clock)
        return replace(made, reasoning=self.reasoning(), tenant="t", listen=self.listen)

    async def request(self, repository: TestRepository) -> Request:
        """For the repository's branch against main."""
        policy = await self.blobs.put(json.dumps({"version": 1, "models": self.policy}).encode())
        return Request(kind=RequestKind.RANGE, location=str(repository.folder), policy=policy)

    async def review(self, repository: TestRepository) -> Review:
        """One review by a process of its own. It never costs more than was quoted."""
        self.runs += 1
        result = await local.run(await self.request(repository), self.settings, self.bundle(), nonce=str(self.runs))
        return await self.read(result)

    async def read(self, result: Mapping[str, Any]) -> Review:
        """The review of a run's output."""
        assert result["status"] == "reviewed", result
        return Review.model_validate_json(await self.blobs.get(result["review"]))

    async def spends(self) -> list[Spend]:
        """What was recorded of each call."""
        return [Spend.model_validate(stored.value) for stored in await self.store.list(tenant="t", kind="spend", limit=1000)]

    async def held(self) -> dict[str, Any]:
        """What runs still hold of the accounts that they share: nothing, once they have ended."""
        accounts = await self.store.list(tenant="t", kind="budget", limit=1000)
        return {f"{one.key.scope} {one.key.id}": one.value["runs"] for one in accounts if one.value["runs"]}

    async def report(self) -> CostReport:
        """What `fusion cost` says of this month."""
        reasoning = self.reasoning()
        month = f"{self.clock.now():%Y-%m}"
        return await report(self.store, reasoning.book, tenant="t", month=month, caps=reasoning.file.caps)

    async def spent(self) -> float:
        """Of the whole month."""
        return await self.reasoning().book.spent(month=f"{self.clock.now():%Y-%m}")


def calls_of(review: Review) -> list[Call]:
    """The calls on the receipt."""
    return [call for report in review.coverage.agents for call in report.calls]


def cost_of(review: Review) -> float:
    """What the receipt says that they cost."""
    return sum(call.usage.cost for call in calls_of(review))


def changed(folder: Path, *names: str) -> TestRepository:
    """A repository in which a branch changes a function in each of some files."""
    made = TestRepository(folder)
    made.commit({f"{name}.py": BODY.format(name) for name in NAMES})
    made.git("checkout", "-q", "-b", "x")
    made.commit({f"{name}.py": BODY.format(name).replace("+= item", f"-= item  # {name}") for name in names})
    return made


@dataclass
class Slow:
    """A model that answers when it is told to."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    prompts: list[Prompt] = field(default_factory=list)

    async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
        """Finds nothing."""
        self.prompts.append(prompt)
        self.entered.set()
        await self.go.wait()
        return Response(ending=Ending.OK, text=silent(prompt), model="big", usage=Usage(input_tokens=5000, output_tokens=50))


async def settled(desk: Desk) -> None:
    """All is recorded, nothing is held."""
    assert await desk.held() == {}
    assert abs(sum(one.cost for one in await desk.spends()) - await desk.spent()) < 1e-9
