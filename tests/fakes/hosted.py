"""The whole bot in this process beside a fake GitHub: real adapters, door, queue, dispatcher and engine, and no waiting.

Deliveries come over HTTP to the door; messages are handled by the function that hosts with triggers use; the engine runs every
orchestration. Time is the fake's: where nothing can go on before a timer or a message is due, `settle` lets it pass, for
GitHub and for the bot alike. So an outage of hours takes a moment, and what happens then happens.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fusion import runtime, settings
from fusion.agent import Case
from fusion.dispatch.dispatcher import Dispatcher
from fusion.dispatch.outcomes import Done, Outcome
from fusion.dispatch.triggered import consume
from fusion.engine import Engine
from fusion.engine.worker import Activity
from fusion.events.permissions import PERMISSIONS
from fusion.local import worker
from fusion.model import AgentTask, CatchUp
from fusion.plugins import Loaded
from fusion.ports import DeadLetter, Message, Priority
from fusion.serve.conductor import EngineConductor
from fusion.serve.intake import application
from fusion.serve.metrics import Metrics
from fusion.serve.web import Web, listen
from orchestrations.bundle import Bundle
from orchestrations.registry import VERSION
from tests.fakes.app_keys import pair
from tests.fakes.bot import EVAL, Spotter
from tests.fakes.github import Check, FakeGitHub, Fault
from tests.fakes.judging import finding_of
from tests.fakes.serving import SECRET

NAME = "octo/shop"
PATIENCE = timedelta(days=2)
"""How long `settle` lets time pass until it calls it a hang."""
Around = Callable[[str, Activity], Activity]


class Reader(Spotter):
    """Reads every file of the change, and finds every line that calls `eval`."""

    def tasks(self, case: Case) -> Sequence[AgentTask]:
        """One task, with everything found already."""
        head = case.contents.head
        found = [
            finding_of("agent:spotter", path=path, line=number, text=line)
            for path, data in sorted(head.items())
            for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1)
            if EVAL in line
        ]
        return [AgentTask(agent=self.name, id="1", read=tuple(head), candidates=tuple(found))]


@dataclass
class Shared:
    """GitHub's clock, and how far this machine's is off."""

    github: FakeGitHub
    skew: timedelta = timedelta()

    def now(self) -> datetime:
        """The present as this machine sees it."""
        return datetime.now(UTC) + self.github.offset + self.skew


@dataclass
class Hosted:
    """The bot while it runs."""

    github: FakeGitHub
    clock: Shared
    bundle: Bundle
    engine: Engine
    dispatcher: Dispatcher
    url: str
    """Where deliveries are taken."""
    outcomes: list[Outcome] = field(default_factory=list)
    """What became of the messages."""

    async def settle(self) -> None:
        """Return once every delivery is answered, every message handled and every orchestration over."""
        began, step, before = self.clock.now(), 1.0, (0, 0)
        while True:
            await asyncio.to_thread(self.github.settle)
            await self.dispatch()
            await self._rest()
            if self.github.flying or await self._waiting():
                continue
            live = [state.id for state in self.engine.query(limit=1000) if not state.status.terminal]
            if not live and not await self._later():
                return
            if self.clock.now() - began > PATIENCE:
                raise TimeoutError(f"still at work after {PATIENCE}: {live}")
            done = len(self.github.requests), len(self.outcomes)
            step = min(step * 2, 900.0) if done == before else 1.0
            before = done
            self.github.advance(seconds=step)
            if live:
                await self.engine.raise_event(live[0], "time has passed")

    async def dispatch(self) -> None:
        """Handle what the queue holds now; what fails is put off or set aside."""
        queue = self._queue
        for priority in Priority:
            while locked := await queue.receive(priority, wait=0):
                await consume(locked, self.dispatcher.handle, desk=queue, clock=self.clock, listen=self.outcomes.append)
                if isinstance(self.outcomes[-1], Done):
                    await queue.complete(locked)

    async def catch_up(self) -> None:
        """One round of the timer, and all that follows."""
        event = CatchUp(delivery=f"round-{len(self.outcomes)}")
        await self._queue.send(Message(id=event.delivery, session="catch-up", body=event.model_dump(mode="json")))
        await self.settle()

    async def dead(self) -> list[DeadLetter]:
        """The messages that were set aside."""
        return list(await self._queue.list())

    @property
    def _queue(self) -> Any:
        return self.bundle.queue

    async def _rest(self) -> None:
        """Until no activity runs and none is about to."""
        calm = 0
        before = self.engine.metrics().episodes
        while calm < 3:
            await asyncio.sleep(0.001)
            now = self.engine.metrics()
            calm = 0 if now.running or now.waiting or now.episodes != before else calm + 1
            before = now.episodes

    async def _waiting(self) -> int:
        return sum(state.waiting for state in (await self._queue.depth()).values())

    async def _later(self) -> int:
        return sum(state.scheduled + state.locked for state in (await self._queue.depth()).values())

    # --- what there is to see

    def check(self, number: int = 1, name: str = NAME) -> Check:
        """The check of a pull request's head: the only one there."""
        [found] = [check for check in self.github.checks(name, number) if check.name == "Fusion"]
        return found

    @property
    def unfinished(self) -> list[Check]:
        """Checks without an end, anywhere."""
        return [
            check
            for where in self.github.repositories.values()
            for check in where.checks.values()
            if check.status != "completed"
        ]

    def ours(self, number: int = 1, name: str = NAME) -> list[str]:
        """Our comments in the conversation, oldest first."""
        return [said.body for said in self.github.comments(name, number) if said.author.login == "fusion[bot]"]


@asynccontextmanager
async def hosted(
    github: FakeGitHub,
    home: Path,
    *repositories: str,
    skew: timedelta = timedelta(),
    around: Around | None = None,
    change: Mapping[str, Callable[[Any], Any]] | None = None,
    team: bool = False,
    **environment: str,
) -> AsyncIterator[Hosted]:
    """The bot, installed on repositories (on `octo/shop` if none are named). Opened again on the same folder it goes on.

    `around` is put around every activity, `change` puts something else in place of a field of the bundle. With `team` the
    agents of this installation review instead of one that reads alone.
    """
    if not github.apps:
        private, public = pair()
        github.app(permissions={item.name: item.access for item in PERMISSIONS}, public_key=public)
        github.the_app().private_key = private
    if not github.installations:
        github.install(*(repositories or (NAME,)))
    app = github.the_app()
    home.mkdir(parents=True, exist_ok=True)
    here = settings.read(
        {
            "FUSION_HOME": str(home),
            "FUSION_GITHUB_API": github.url,
            "FUSION_GITHUB_APP": str(app.id),
            "FUSION_GITHUB_KEY": app.private_key,
            "FUSION_WEBHOOK_SECRET": SECRET,
            "FUSION_EVIDENCE": "off",
            **environment,
        }
    )
    clock = Shared(github, skew)
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(runtime.bot(here, clock=clock))
        other = {name: put(getattr(made, name)) for name, put in (change or {}).items()}
        agents = made.agents if team else Loaded(plugins={"spotter": Reader()}, broken={})
        bundle = replace(made, agents=agents, **other)
        registered = worker(bundle)
        if around is not None:
            for name, activity in registered.activities.items():
                registered.activities[name] = replace(activity, function=around(name, activity.function))
        engine = await stack.enter_async_context(
            Engine(
                home / "bot.db",
                registered,
                version=VERSION,
                synchronous="NORMAL",
                clock=lambda: clock.now().timestamp(),
            )
        )
        assert bundle.queue is not None
        door = application(
            secrets=[SECRET.encode()],
            queue=bundle.queue,
            metrics=Metrics(),
            ready=lambda: "",
            app_slug=bundle.slug,
            app_id=app.id,
        )
        listening = listen("127.0.0.1", 0)
        web = Web(door, listening, grace=1)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/github"
        web.start()
        stack.push_async_callback(asyncio.to_thread, web.stop)
        github.webhook(url, SECRET)
        yield Hosted(github, clock, bundle, engine, Dispatcher(bundle, EngineConductor(engine)), url)


@dataclass
class Meanwhile(Fault):
    """No fault: what happens while a matching request is on its way, such as a push during "/reviews$"."""

    act: Callable[[], object] = lambda: None

    def befalls(self, method: str, path: str, body: bytes) -> bool:
        """Let it happen; the request is answered as ever."""
        if super().befalls(method, path, body):
            self.act()
        return False
