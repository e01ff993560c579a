"""What reviews with models ask, send and pay, and what asking costs beside the models' own time.

The models are instant and scripted: figures are of Fusion, not of a model. Money is by the prices of `tests.fakes.reasoning`.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hashlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from fusion import local, runtime
from fusion.agent import Case
from fusion.engine import Engine
from fusion.model import AgentTask, Completion, Ending, Outcome, Prompt, Report, Request, RequestKind, Response, Review, Usage
from fusion.plugins import Loaded
from fusion.ports import Heard
from fusion.render.calls import calls_of
from fusion.runtime import SystemClock
from fusion.settings import Settings
from orchestrations.registry import VERSION
from tests.bench.bot import published
from tests.fakes import briefs
from tests.fakes.changes import five_languages, workplace
from tests.fakes.cloud import Cloud
from tests.fakes.opinions import replied, scripted
from tests.fakes.pushes import Module, Pull, modules
from tests.fakes.reasoning import FILE, reasoning_of
from tests.load.campaign import running

Measure = dict[str, Any]
ROOT = Path(__file__).parents[2]
ROUNDS = 5
UNCAPPED = FILE.replace("run = 10.0", "run = 1e6\npull = 1e6\nrepository = 1e6\nmonth = 1e6")
"""No review is cut, so that figures are of the same review."""
PUSHES = 5
"""One-hunk pushes, each to another file."""
CALLS = (0, 10, 50, 150)
SLOW = 10
"""Pull requests that are opened one after another with a model that takes a second."""
_TOKEN = 4
"""Characters of a token."""
_LEAST, _STEP = 1024, 128
"""Tokens of the shortest prefix that a provider keeps, and by which longer ones grow (OpenAI, "Prompt caching")."""


def measures() -> Iterable[Measure]:
    """Every measure of this module."""
    with tempfile.TemporaryDirectory(prefix="fusion-bench-") as folder:
        place = Path(folder)
        yield from asyncio.run(_pushes(place / "pushes"))
        yield from asyncio.run(_overhead(place / "overhead"))
        yield from _imports()
        yield from _webhook(place / "webhook")


class Instant:
    """A model that answers at once, finds something in one line of sixty, and counts tokens as a provider does."""

    def __init__(self) -> None:
        self.prompts: list[Prompt] = []
        self._kept: set[str] = set()

    async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
        self.prompts.append(prompt)
        text, asked = replied(prompt, finds=_finds), _whole(prompt)
        size = len(asked) // _TOKEN
        marks = [hashlib.sha256(asked[: at * _TOKEN].encode()).hexdigest() for at in range(_LEAST, size + 1, _STEP)]
        held = next((number for number, mark in enumerate(marks) if mark not in self._kept), len(marks))
        self._kept.update(marks)
        cached = _LEAST + (held - 1) * _STEP if held else 0
        usage = Usage(input_tokens=size, cached_tokens=cached, output_tokens=len(text) // _TOKEN + 1)
        return Response(ending=Ending.OK, text=text, model="big", usage=usage)


def _finds(_: str, line: str) -> bool:
    return hashlib.sha256(line.encode()).digest()[0] < 4


def _whole(prompt: Prompt) -> str:
    """The schema goes first: so do providers."""
    return "\x00".join([str(prompt.reply_schema), *(message.text for message in prompt.messages)])


# --- what a push pays for


@dataclasses.dataclass
class Asked:
    """The model calls of one review."""

    review: Review
    prompts: list[Prompt]

    @property
    def calls(self) -> int:
        return len(self.prompts)

    @property
    def usage(self) -> Usage:
        made = [call.usage for call in calls_of(self.review.coverage) if not call.cached]
        names = ("input_tokens", "cached_tokens", "output_tokens", "cost")
        return Usage.model_validate({name: sum(getattr(usage, name) for usage in made) for name in names})


class Reviewer:
    """Reviews branches of one repository against main, with a model whose prefix cache is cold each time."""

    def __init__(self, folder: Path, file: str = UNCAPPED) -> None:
        self.file = file
        self.settings = Settings(home=folder, evidence="off")
        self.clock = SystemClock()
        records = runtime.stores(self.settings)
        self.bundle = dataclasses.replace(runtime.embedded(self.settings, records=records, clock=self.clock), tenant="t")
        self.number = 0

    async def review(self, pull: Pull, branch: str) -> Asked:
        """One review."""
        self.number += 1
        model = Instant()
        reasoning = reasoning_of(model, store=self.bundle.store, clock=self.clock, file=self.file)
        bundle = dataclasses.replace(self.bundle, reasoning=reasoning)
        request = Request(kind=RequestKind.RANGE, location=pull.folder, base="main", head=branch)
        result = await local.run(request, self.settings, bundle, nonce=str(self.number))
        review = Review.model_validate_json(await bundle.blobs.get(result["review"]))
        return Asked(review, model.prompts)


async def _pushes(folder: Path) -> Sequence[Measure]:
    files = modules()
    pull = Pull(folder / "repository", files)
    hunks = sum(len(module.edits) for module in files)
    what = f"model review of {len(files)} files, {hunks} hunks, {pull.size} lines"
    reviewer = Reviewer(folder / "home")
    first = await reviewer.review(pull, "feature")
    found = [*_told(what, first), *_prefixes(what, first.prompts)]
    capped = await Reviewer(folder / "capped", FILE.replace("run = 10.0", "")).review(pull, "feature")
    found += _told("the same, with the caps that a models file has by default", capped, first)
    again = await reviewer.review(pull, "feature")
    found += _told("the same, asked for again", again, first)
    pushed = []
    for number, module in enumerate(files[:: len(files) // PUSHES][:PUSHES]):
        pull.pushed(f"push-{number}", module)
        pushed.append(await reviewer.review(pull, f"push-{number}"))
        _account(pushed[-1], module)
    found += _told(f"the same, after a push of one line, median of {PUSHES}", _middle(pushed), first)
    found += _told(
        f"the same, after a push of one line, dearest of {PUSHES}", max(pushed, key=lambda one: one.usage.cost), first
    )
    pull.branch("half", {module.path: module.text for module in files[: len(files) // 2]})
    found += _told("the same, another pull request with half of the files", await reviewer.review(pull, "half"), first)
    pull.branch("part", {module.path: module.without(module.edits[1::2]) for module in files})
    found += _told("the same, another pull request with every other hunk", await reviewer.review(pull, "part"), first)
    pull.rebased("rebased")
    found += _told("the same, rebased, every line moved", await reviewer.review(pull, "rebased"), first)
    return found


def _account(asked: Asked, module: Module) -> None:
    """Nothing is asked that the push is not in."""
    strays = [one for one in asked.prompts if one.agent != "walkthrough" and "pushed = 1" not in one.messages[-1].text]
    assert not strays, f"after a push to {module.path}, also asked about {[[s.path for s in one.sources] for one in strays]}"


def _middle(several: Sequence[Asked]) -> Asked:
    return sorted(several, key=lambda one: one.usage.cost)[len(several) // 2]


def _told(what: str, asked: Asked, first: Asked | None = None) -> Iterable[Measure]:
    usage = asked.usage
    yield {"name": f"{what}: model calls", "value": asked.calls, "unit": "calls"}
    yield {"name": f"{what}: tokens in", "value": usage.input_tokens, "unit": "tokens"}
    yield {"name": f"{what}: of them from a prefix cache", "value": usage.cached_tokens, "unit": "tokens"}
    yield {"name": f"{what}: tokens out", "value": usage.output_tokens, "unit": "tokens"}
    yield {"name": f"{what}: money", "value": round(usage.cost, 4), "unit": "USD"}
    if first is not None:
        share = round(100 * usage.cost / first.usage.cost, 2)
        yield {"name": f"{what}: of the money of the first", "value": share, "unit": "%"}


# --- what prefix caches can use


def _prefixes(what: str, prompts: Sequence[Prompt]) -> Iterable[Measure]:
    """The bytes that some other prompt of the same agent begins with too."""
    by_agent: dict[str, list[bytes]] = defaultdict(list)
    for prompt in prompts:
        by_agent[prompt.agent].append(_whole(prompt).encode())
    shares = {agent: _shared(sorted(texts)) for agent, texts in by_agent.items() if len(texts) > 1}
    same, whole = (sum(part) for part in zip(*shares.values(), strict=True))
    alone = sum(len(texts[0]) for texts in by_agent.values() if len(texts) == 1)
    yield {
        "name": f"{what}: bytes of prompts that begin another prompt of the agent",
        "value": round(100 * same / (whole + alone), 1),
        "unit": "%",
        "note": "Bytes that begin another prompt of the agent: "
        + ", ".join(f"{agent} {100 * part / size:.1f} %" for agent, (part, size) in sorted(shares.items()))
        + ".",
    }


def _shared(ordered: Sequence[bytes]) -> tuple[int, int]:
    """Of texts in order, those bytes that are the beginning of another one, and all: the longest is shared by a neighbour."""
    with_next = [_common(one, other) for one, other in pairwise(ordered)]
    longest = [max(before, after) for before, after in zip([0, *with_next], [*with_next, 0], strict=True)]
    return sum(longest), sum(map(len, ordered))


def _common(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    return next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other)))


# --- what asking costs


class Asker:
    """An agent with so many briefs, and nothing else."""

    name = "asker"

    def __init__(self, number: int) -> None:
        self.number = number

    def tasks(self, case: Case) -> Sequence[AgentTask]:
        """One task for each brief."""
        return [
            AgentTask(agent=self.name, id=str(n), brief=briefs.brief_of(briefs.passage(briefs.DIFF + f"\n # {n}")))
            for n in range(self.number)
        ]

    def ask(self, task: AgentTask) -> Prompt | None:
        """What is asked about a brief."""
        from agents.code_review import CodeReview

        return CodeReview().ask(task)

    def read(self, task: AgentTask, completion: Completion | None) -> Report:
        """Nothing was found."""
        return Report(agent=self.name, outcome=Outcome.OK if completion else Outcome.FAILED, reasoned=True)


async def _overhead(folder: Path) -> Sequence[Measure]:
    pull = Pull(folder / "repository", modules(2))
    found: list[Measure] = []
    for calls in CALLS:
        rounds = [await _asking(folder / f"{calls}-{n}", pull, calls) for n in range(ROUNDS + 1)][1:]
        what = f"review with {calls} model calls, instant model"
        middle = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
        found += [
            {"name": f"{what}: wall", "value": round(1000 * middle["wall"]), "unit": "ms"},
            {"name": f"{what}: CPU", "value": round(1000 * middle["cpu"]), "unit": "ms"},
            {"name": f"{what}: activities", "value": int(middle["activities"]), "unit": ""},
            {"name": f"{what}: history", "value": int(middle["bytes"]), "unit": "B"},
        ]
    return found


async def _asking(home: Path, pull: Pull, calls: int) -> dict[str, float]:
    """One review by an agent that asks so often; the engine as the command line has it."""
    settings, clock = Settings(home=home, evidence="off"), SystemClock()
    bundle = runtime.embedded(settings, records=runtime.stores(settings), clock=clock)
    model = Instant()
    agents = Loaded(plugins={"asker": Asker(calls)}, broken={})
    reasoning = reasoning_of(model, store=bundle.store, clock=clock, file=UNCAPPED)
    bundle = dataclasses.replace(bundle, agents=agents, reasoning=reasoning if calls else None)
    request = Request(
        kind=RequestKind.RANGE,
        location=pull.folder,
        base="main",
        head="feature",
        policy=await bundle.blobs.put(b"version: 1\nmodels:\n  walkthrough: false\n"),
    )
    async with Engine(home / "journal.db", local.worker(bundle), version=VERSION) as engine:
        wall, cpu = time.perf_counter(), time.process_time()
        await engine.start("review", request.model_dump(mode="json", exclude_defaults=True), "review-1")
        state = await engine.wait("review-1", 120)
        assert state.output["status"] == "reviewed", state
        assert len(model.prompts) == calls, len(model.prompts)
        took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        took["activities"] = engine.metrics().activities
    with contextlib.closing(sqlite3.connect(home / "journal.db")) as journal:
        (took["bytes"],) = journal.execute("SELECT sum(length(chunk)) FROM history").fetchone()
    return took


def _imports() -> Iterable[Measure]:
    """In processes of their own, alternately; a process that imports nothing is the floor."""
    modules_ = ("function_app", "agents.kernel", "semantic_kernel")
    took: dict[str, list[float]] = {name: [] for name in modules_}
    for _ in range(ROUNDS):
        for name in modules_:
            command = f"import time; began = time.perf_counter(); import {name}; print(time.perf_counter() - began)"
            done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
            took[name].append(float(done.stdout))
    for name, seconds in took.items():
        yield {"name": f"import {name}, median of {ROUNDS}", "value": round(statistics.median(seconds), 3), "unit": "s"}


# --- with a model that takes its time


def _webhook(folder: Path) -> Iterable[Measure]:
    """From the delivery of a new pull request to its ended check, with a model that takes a second for each answer."""
    place = workplace(folder / "example")
    five_languages(place)
    names = place.git("diff", "--name-only", "main", "feature").split()
    files = {name: place.git("show", f"feature:{name}") + "\n" for name in names}
    took, asked = [], []
    with Cloud(scripted(_finds, wait=1.0)) as cloud:
        file = folder / "models.toml"
        file.write_text(UNCAPPED.replace("https://cloud.invalid/openai/v1/", cloud.openai), "utf-8")
        with running(folder / "bot", FUSION_MODELS=str(file), KEY=cloud.key) as (github, bot):
            for number in range(SLOW + 1):
                before = len(cloud.requests)
                changed = {f"part{number}/{name}": text for name, text in files.items()}
                took.append(published(github, bot, changed, number))
                bot.settled(300)
                asked.append(len(cloud.requests) - before)
    ordered = sorted(took[1:])
    what = "webhook to published review, 600 lines in 12 files, a model that takes 1 s"
    yield {"name": f"{what}: p50", "value": round(statistics.median(ordered), 2), "unit": "s"}
    yield {"name": f"{what}: p95", "value": round(ordered[-(-95 * len(ordered) // 100) - 1], 2), "unit": "s"}
    yield {"name": f"{what}: first of the process", "value": round(took[0], 2), "unit": "s"}
    yield {"name": f"{what}: model calls, median", "value": int(statistics.median(asked)), "unit": "calls"}
