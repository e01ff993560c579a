"""The whole bot on memory fakes and the embedded engine: messages in, the forge's conversation out.

Code is a text per head; every line that calls `eval` is a finding of the one agent, so that tests choose what is found.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fusion.adapters.memory.app import MemoryAppAccess
from fusion.adapters.memory.conversation import MemoryConversation
from fusion.adapters.memory.queue import MemoryQueue
from fusion.adapters.memory.records import ManualClock, MemoryBlobs, MemoryStore
from fusion.agent import Case
from fusion.dispatch.dispatcher import Dispatcher, Handled
from fusion.engine import Engine
from fusion.engine.worker import Activity
from fusion.errors import FusionError
from fusion.local import worker
from fusion.model import (
    Actor,
    AgentTask,
    AnyEvent,
    Change,
    ChatMessage,
    CommentMade,
    Completion,
    Finding,
    Outcome,
    PostedCheck,
    Prompt,
    Pull,
    PullChanged,
    Report,
    Request,
    Thread,
    Usage,
    Work,
)
from fusion.plugins import Loaded
from fusion.ports import Message, Permission, Priority
from fusion.serve.conductor import EngineConductor
from orchestrations.bundle import Bundle
from orchestrations.registry import VERSION
from tests.fakes.judging import change_of, finding_of

REPOSITORY, NUMBER = "octo/shop", 12
PATH = "app.py"
EVAL = "eval("


Around = Callable[[Activity], Activity]


def sha(letter: str) -> str:
    """A commit."""
    return letter * 40


class Spotter:
    """Finds every line that calls `eval`."""

    name = "spotter"

    def tasks(self, case: Case) -> Sequence[AgentTask]:
        """One task, with everything found already."""
        found = [
            _finding(number, line)
            for number, line in enumerate(case.contents.head[PATH].decode().splitlines(), start=1)
            if EVAL in line
        ]
        return [AgentTask(agent=self.name, id="1", read=(PATH,), candidates=tuple(found))]

    def ask(self, task: AgentTask) -> Prompt | None:
        """Says the code, if a model is there to ask."""
        text = "\n".join(finding.snippet for finding in task.candidates)
        messages = (ChatMessage(role="user", text=text),)
        schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
        return Prompt(agent=self.name, work=Work.REVIEW, messages=messages, schema_name="nothing", reply_schema=schema)

    def read(self, task: AgentTask, completion: Completion | None) -> Report:
        """What was found."""
        usage = completion.usage if completion is not None else Usage()
        return Report(agent=self.name, outcome=Outcome.OK, read=task.read, findings=task.candidates, usage=usage)


def _finding(number: int, line: str) -> Finding:
    return finding_of("agent:spotter", path=PATH, line=number, text=line)


@dataclass(kw_only=True)
class World:
    """The forge, the queue, the Store and the engine's journal: all that outlives a process."""

    folder: Path
    clock: ManualClock = field(default_factory=ManualClock)
    code: dict[str, str] = field(default_factory=dict)
    """The file by head."""
    beside: dict[str, str] = field(default_factory=dict)
    """Other files that each head adds."""
    faults: list[FusionError] = field(default_factory=list)
    """What the next reads of the change raise."""
    fetched: list[str] = field(default_factory=list)
    bundle_fields: dict[str, Any] = field(default_factory=dict)
    deliveries: int = 0

    def __post_init__(self) -> None:
        self.begun = asyncio.Event()
        self.forge = MemoryConversation(clock=self.clock)
        self.app = MemoryAppAccess()
        self.queue = MemoryQueue(self.clock)
        self.store = MemoryStore(self.clock)
        self.blobs = MemoryBlobs()
        self.forge.grant(REPOSITORY, "mona", Permission.WRITE)

    @property
    def bundle(self) -> Bundle:
        """A bundle for one process."""
        known: dict[str, Any] = {
            "tenant": "t",
            "clock": self.clock,
            "blobs": self.blobs,
            "store": self.store,
            "forge": lambda _: self,
            "analyzers": Loaded(plugins={}, broken={}),
            "agents": Loaded(plugins={"spotter": Spotter()}, broken={}),
            "examiner": None,
            "conversation": self.forge,
            "hub": self.forge,
            "app": self.app,
            "queue": self.queue,
            "slug": "fusion",
            "signing_key": b"a key of the tests",
        }
        return Bundle(**(known | self.bundle_fields))

    async def fetch_change(self, request: Request) -> Change:
        """The file at the head against an empty one, and those beside it."""
        self.fetched.append(request.head)
        self.begun.set()
        if self.faults:
            raise self.faults.pop(0)
        texts: dict[str, tuple[str | None, str | None]] = {PATH: ("pass\n", self.code[request.head])}
        texts |= {path: (None, text) for path, text in self.beside.items()}
        change, contents = change_of(texts, head=request.head, base=request.base)
        files = []
        for made in change.files:
            held = {"base": (made.base, contents.base), "head": (made.head, contents.head)}
            blobs = {
                side: blob.model_copy(update={"digest": await self.blobs.put(data[made.path])})
                for side, (blob, data) in held.items()
                if blob
            }
            files.append(made.model_copy(update=blobs))
        update = {"repository": request.repository, "subject": f"pull:{request.number}", "files": tuple(files)}
        return change.model_copy(update=update)

    # --- what happens on GitHub

    def open(self, head: str = "a", *lines: str, **fields: Any) -> Message:
        """A pull request is opened; the message that its delivery becomes."""
        self.code[sha(head)] = "".join(f"{line}\n" for line in lines)
        return self.changed(self.forge.open_pull(REPOSITORY, NUMBER, head=sha(head), **fields), "opened")

    def push(self, head: str, *lines: str) -> Message:
        """A push."""
        self.code[sha(head)] = "".join(f"{line}\n" for line in lines)
        self.clock.advance(10)
        return self.changed(self.forge.push(REPOSITORY, NUMBER, sha(head)), "synchronize")

    def change(self, **fields: Any) -> Message:
        """Something else about the pull request changes."""
        self.clock.advance(10)
        return self.changed(self.forge.change(REPOSITORY, NUMBER, **fields), "edited")

    def changed(self, pull: Pull, action: str) -> Message:
        """The message of a pull request's event."""
        delivery = self._delivery()
        event = PullChanged(delivery=delivery, action=action, repository=pull.repository, pull=pull)
        return _message(delivery, event.model_dump(mode="json"))

    def comment(self, text: str, *, by: str = "mona", thread: Thread | None = None) -> Message:
        """Somebody comments, in the conversation or in a thread."""
        if thread is None:
            said, where, to = self.forge.say(REPOSITORY, NUMBER, by, text), "issue", 0
        else:
            said = self.forge.answer(REPOSITORY, NUMBER, thread.node, by, text)
            where, to = "review", thread.comments[0].id
        delivery = self._delivery()
        event = CommentMade.model_validate(
            {
                "delivery": delivery,
                "repository": REPOSITORY,
                "actor": Actor(login=by, id=1),
                "number": NUMBER,
                "comment": said.id,
                "where": where,
                "in_reply_to": to,
                "text": text,
            }
        )
        return _message(delivery, event.model_dump(mode="json"), Priority.COMMAND)

    def _delivery(self) -> str:
        self.deliveries += 1
        return f"d{self.deliveries}"

    # --- what there is to see

    @property
    def check(self) -> PostedCheck:
        """The latest check run on the pull request's head."""
        head = self.forge.kept(REPOSITORY, NUMBER).pull.head
        return max((check for check in self.forge.checks.values() if check.head == head), key=lambda check: check.id)

    @property
    def threads(self) -> list[Thread]:
        """The review threads."""
        return list(self.forge.kept(REPOSITORY, NUMBER).threads.values())

    @property
    def unfinished(self) -> list[PostedCheck]:
        """Check runs without an end."""
        return [check for check in self.forge.checks.values() if check.status != "completed"]

    def wrote(self, kind: str) -> int:
        """How many operations of a kind were applied."""
        return sum(operation.kind == kind for _, operation in self.forge.applied)

    @property
    def said(self) -> list[str]:
        """Our comments in the conversation."""
        return [said.body for said in self.forge.kept(REPOSITORY, NUMBER).comments.values() if said.ours]

    # --- the process

    @asynccontextmanager
    async def process(self, around: Around | None = None) -> AsyncIterator[Process]:
        """The bot, from opening its journal to closing it. `around` is put around every activity."""
        bundle = self.bundle
        registered = worker(bundle)
        if around is not None:
            for name, activity in registered.activities.items():
                registered.activities[name] = replace(activity, function=around(activity.function))
        async with Engine(self.folder / "journal.db", registered, version=VERSION, synchronous="NORMAL") as engine:
            yield Process(world=self, engine=engine, dispatcher=Dispatcher(bundle, EngineConductor(engine)))


@dataclass(kw_only=True)
class Process:
    """A bot that runs."""

    world: World
    engine: Engine
    dispatcher: Dispatcher

    async def take(self, *messages: Message) -> list[Handled]:
        """Handle messages and whatever follows from them, until nothing is left to do."""
        for message in messages:
            await self.world.queue.send(message)
        handled = []
        while True:
            handled += await self.dispatch()
            await self.rest()
            if not await self._more():
                return handled

    async def dispatch(self) -> list[Handled]:
        """Handle what the queue holds, without waiting for what follows."""
        handled = []
        for priority in Priority:
            while locked := await self.world.queue.receive(priority, wait=0):
                handled.append(await self.dispatcher.handle(locked.message))
                await self.world.queue.complete(locked)
        return handled

    async def rest(self) -> None:
        """Wait for every orchestration."""
        for state in self.engine.query(limit=1000):
            await self.engine.wait(state.id, timeout=240)

    async def _more(self) -> bool:
        for priority in Priority:
            if locked := await self.world.queue.receive(priority, wait=0):
                await self.world.queue.defer(locked, until=self.world.clock.now())
                return True
        return False

    def outputs(self, name: str) -> list[Any]:
        """What orchestrations of a name gave, in the order of their ids."""
        return [state.output for state in self.engine.query(name=name, limit=1000)]


def message_of(event: AnyEvent, *, session: str = f"{REPOSITORY}#{NUMBER}") -> Message:
    """The message of any event."""
    return Message(id=event.delivery, session=session, body=event.model_dump(mode="json"))


def _message(delivery: str, body: dict[str, Any], priority: Priority = Priority.EVENT) -> Message:
    return Message(id=delivery, session=f"{REPOSITORY}#{NUMBER}", priority=priority, body=body)
