"""The bot with models: runs that are superseded give their money back, and an outage in the middle is paid for once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from fusion.adapters.memory.records import MemoryStore
from fusion.agent import Case, Skip
from fusion.errors import TransientError
from fusion.model import AgentTask, ChatMessage, Completion, Ending, Outcome, Prompt, Report, Response, Usage, Work
from fusion.plugins import Loaded
from fusion.ports import Heard, Key, Stored
from orchestrations.thought import OUTAGES
from tests.fakes.bot import EVAL, World
from tests.fakes.briefs import brief_of, passage
from tests.fakes.reasoned_reviews import silent
from tests.fakes.reasoning import Replying, reasoning_of


class Reader:
    """Asks about the file in two parts; what it reads is in the answers."""

    name = "reader"

    def __init__(self, schema: dict[str, Any] | None = None, read: Callable[[], Report] | None = None) -> None:
        self.schema = schema or {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
        self.result = read

    def tasks(self, case: Case) -> Sequence[AgentTask] | Skip:
        """Two briefs, where there is a model."""
        if case.thinking is None:
            return Skip("no model")
        text = case.contents.head["app.py"].decode()
        return [
            AgentTask(
                agent=self.name, id=f"reader-{n}", brief=brief_of(passage(f"+{n} {text}", path="app.py")), read=("app.py",)
            )
            for n in (2, 3)
        ]

    def ask(self, task: AgentTask) -> Prompt | None:
        """The brief's text, and no word of where it comes from."""
        assert task.brief is not None
        messages = (ChatMessage(role="user", text=task.brief.passages[0].text),)
        return Prompt(agent=self.name, work=Work.REVIEW, messages=messages, schema_name="nothing", reply_schema=self.schema)

    def read(self, task: AgentTask, completion: Completion | None) -> Report:
        """Nothing was found."""
        if self.result is not None:
            return self.result()
        outcome = Outcome.OK if completion else Outcome.FAILED
        return Report(agent=self.name, outcome=outcome, read=task.read)


class Away(TransientError):
    """The Store does not answer; it asks to come again soon."""

    seconds = 0.05


class Flaky(MemoryStore):
    """A Store that is away for so many reads and writes."""

    away = 0

    async def get(self, key: Key) -> Stored | None:
        self._stumble()
        return await super().get(key)

    async def put(self, key: Key, value: dict[str, Any], *, etag: str | None, **more: Any) -> str:
        self._stumble()
        return await super().put(key, value, etag=etag, **more)

    def _stumble(self) -> None:
        if self.away > 0:
            self.away -= 1
            raise Away("The store is away.")


def world_of(folder: Path, model: Any, agent: Any, store: MemoryStore | None = None, **fields: Any) -> World:
    """A bot whose one agent asks a model."""
    world = World(folder=folder)
    if store is not None:
        store.clock = world.clock  # type: ignore[attr-defined]
        world.store = store
    reasoning = reasoning_of(model, store=world.store, clock=world.clock, **fields)
    world.bundle_fields = {"reasoning": reasoning, "agents": Loaded(plugins={agent.name: agent}, broken={})}
    return world


async def accounts(world: World) -> tuple[dict[str, Any], float, float]:
    """What is still held, what the month has spent, what the calls' records say."""
    shared = await world.store.list(tenant="t", kind="budget")
    spends = await world.store.list(tenant="t", kind="spend")
    month = f"{world.clock.now():%Y-%m}"
    spent = await world.bundle_fields["reasoning"].book.spent(month=month)
    return (
        {one.key.id: one.value["runs"] for one in shared if one.value["runs"]},
        spent,
        sum(one.value["cost"] for one in spends),
    )


@dataclass
class Hanging:
    """Never answers about the first head."""

    entered: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)

    async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
        self.asked.append(prompt.messages[0].text)
        if "old" in self.asked[-1]:
            self.entered.set()
            await asyncio.Event().wait()
        return Response(ending=Ending.OK, text="{}", model="big", usage=Usage(input_tokens=10, output_tokens=10))


async def test_a_superseded_review_gives_its_money_back(tmp_path: Path) -> None:
    model = Hanging()
    world = world_of(tmp_path, model, Reader(), parallel=1)
    async with world.process() as bot:
        await world.queue.send(world.open("a", "old = 1"))
        await bot.dispatch()
        await model.entered.wait()
        before, _, _ = await accounts(world)
        assert before
        await bot.take(world.push("b", "new = 1"))
    assert world.check.conclusion == "success"
    held, spent, recorded = await accounts(world)
    assert held == {}
    # The call under way may have been billed; the one that waited for its turn was not.
    assert spent == recorded
    [lost] = [one.value for one in await world.store.list(tenant="t", kind="spend") if one.value["assumed"]]
    assert (lost["ending"], lost["cost"]) == ("abandoned", lost["bound"])


async def test_a_closed_pull_request_gives_its_money_back(tmp_path: Path) -> None:
    model = Hanging()
    world = world_of(tmp_path, model, Reader())
    async with world.process() as bot:
        await world.queue.send(world.open("a", "old = 1"))
        await bot.dispatch()
        await model.entered.wait()
        await bot.take(world.change(open=False))
    held, spent, recorded = await accounts(world)
    assert (held, spent) == ({}, recorded)


def leaving(store: Flaky, tries: int, asked: list[str], prompt: Prompt) -> str:
    """A model: while it thinks about the first question the Store goes away, and comes back after some tries."""
    asked.append(prompt.model_dump_json())
    store.away = tries if len(asked) == 1 else store.away
    return silent(prompt) if prompt.agent == "walkthrough" else "{}"


async def test_an_outage_of_the_store_in_the_middle_is_paid_for_once(tmp_path: Path) -> None:
    """Each question is asked once, and the review is published; so it is after an outage for which no thought can wait."""
    for after in (1, 2, 3, 5, 8, 13, 21, 34):
        folder = tmp_path / str(after)
        folder.mkdir()
        store = Flaky()
        asked: list[str] = []
        world = world_of(folder, Replying(partial(leaving, store, after, asked)), Reader(), store)
        async with world.process() as bot:
            await bot.take(world.open("a", "one = 1"))
        assert world.check.conclusion == "success", after
        assert len(set(asked)) == 3, after
        assert len(asked) == 3 or after > OUTAGES * 2, after
        held, spent, recorded = await accounts(world)
        assert held == {}, after
        assert spent == recorded, after


async def test_what_an_agent_makes_of_an_answer_stops_no_review(tmp_path: Path) -> None:
    def broken() -> Report:
        raise RuntimeError("I cannot read.")

    odd = {"type": "object", "properties": {"a": {"type": "string", "pattern": "x"}}, "required": []}
    agents = {"raises": Reader(read=broken), "mute": Reader(read=lambda: None), "odd": Reader(odd)}  # type: ignore[arg-type,return-value]
    for name, agent in agents.items():
        agent.name = name
        folder = tmp_path / name
        folder.mkdir()
        model = Replying(lambda prompt: "{}")
        world = world_of(folder, model, agent)
        async with world.process() as bot:
            await bot.take(world.open("a", f"{EVAL})"))
        assert world.check.conclusion == "action_required", name
        assert "no model read" in ((world.check.summary or "") + "".join(world.said)).casefold(), name
        # A schema that nobody can hold a reply against is not asked under.
        assert len([prompt for prompt in model.prompts if prompt.agent == name]) == (0 if name == "odd" else 2), name
        held, spent, recorded = await accounts(world)
        assert (held, spent) == ({}, recorded), name
