"""Runs on one machine: each run has a journal of its own under `$FUSION_HOME/runs`, deleted once its result is recorded.

A journal that is left behind is an interrupted run; opening it finishes it. That of a fix is cleared away instead (`sweep`).
Two runs at once share nothing but the Store, whose ETags order them.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fusion.errors import FusionError, PermanentError, UserError
from fusion.lookout import Fed, lookout
from fusion.model import Request, RequestKind
from fusion.progress import Resumed
from fusion.runs import Run, RunStatus, run_id, run_key
from fusion.runtime import attested, inference, state_folder, thoughtful
from fusion.scanning.held_up import held_up
from fusion.scanning.wanted import Targets, Wanted, short
from fusion.settings import Settings
from orchestrations.bundle import Bundle

if TYPE_CHECKING:
    from fusion.engine import Engine, InstanceState, Worker
    from fusion.ports import Blobs, Clock, Store
    from orchestrations.activity import Activity


FIX = "fix-"
"""How the ids of fixes begin."""
_FRAME = re.compile(r"\A(?:[^\s:]+: )?Activity task #\d+ failed: ")
"""What durabletask says before the cause."""


class RunFailed(FusionError):
    """The orchestration itself failed; the message is the cause."""


def journal(home: Path, id: str) -> Path:
    """Where the journal of a run lies."""
    return home / "runs" / f"{id}.db"


def interrupted(home: Path) -> Sequence[str]:
    """Ids of runs with a journal left, oldest first. Some may be running in another process."""
    return [path.stem for path in sorted((home / "runs").glob("review-*.db"), key=lambda path: path.stat().st_mtime)]


def tidy(home: Path) -> None:
    """Delete what lies beside journals that are gone: a process was killed while it deleted one, or before it had made one."""
    from fusion.engine import JournalBusy
    from fusion.engine.journal import kept_away

    for path in sorted({journal(home, beside.name.partition(".db")[0]) for beside in (home / "runs").glob("*.db?*")}):
        with contextlib.suppress(JournalBusy), kept_away(path):
            if not path.exists():
                _forget(home, path.stem)


@contextlib.asynccontextmanager
async def engine(home: Path, id: str, bundle: Bundle, *, work: Worker | None = None) -> AsyncIterator[Engine]:
    """The engine on the journal of one run; `work` instead of all that the bundle can do."""
    from fusion.dispatch.answers import relay
    from fusion.engine import Engine
    from fusion.serve.conductor import EngineConductor
    from orchestrations.registry import VERSION

    async with Engine(journal(home, id), work or worker(bundle), version=VERSION) as running:
        reasoning = bundle.reasoning
        if reasoning is None or reasoning.inference is None:
            yield running
            return
        answers = asyncio.create_task(relay(reasoning.inference, EngineConductor(running), prefix=id))
        models = tuple(dict.fromkeys(each.model for each in reasoning.file.endpoints if each.kind == "worker"))
        fed = Fed(inference=reasoning.inference, models=models, patience=reasoning.patience)
        looking = asyncio.create_task(lookout(fed, bundle.listen, bundle.clock))
        try:
            yield running
        finally:
            answers.cancel()
            looking.cancel()


def worker(bundle: Bundle, wrap: Callable[[str, Activity], Activity] = lambda _, activity: activity) -> Worker:
    """Every orchestration and activity, as an engine takes them."""
    from fusion.engine import Worker
    from orchestrations.registry import activities, orchestrators

    registered = Worker()
    for name, orchestrator in orchestrators(lambda: bundle.telemetry.tracer).items():
        registered.add_orchestrator(orchestrator, name=name)
    for name, activity in activities(bundle).items():
        registered.add_activity(name, wrap(name, activity))
    return registered


async def run(request: Request, settings: Settings, bundle: Bundle, *, nonce: str) -> dict[str, Any]:
    """One review from request to recorded result: the orchestration's output. Raises RunFailed.

    Models are those of the bundle, or else those that the settings name.
    """
    home = state_folder(settings)
    id = run_id(request, nonce=nonce)
    record = Run(id=id, request=request, started=bundle.clock.now())
    begun = False
    try:
        async with (
            _sealing(request, bundle, settings) as bundle,
            thoughtful(bundle, settings) as bundle,
            engine(home, id, bundle) as running,
        ):
            await bundle.store.put(run_key(bundle.tenant, request, id), record.model_dump(mode="json"), etag=None)
            await running.start("review", request.model_dump(mode="json", exclude_defaults=True), id)
            begun = True
            state = await running.wait(id)
    finally:
        if not begun:
            _forget(home, id)
    return await _concluded(home, id, state, request, bundle)


def _sealing(request: Request, bundle: Bundle, settings: Settings) -> contextlib.AbstractAsyncContextManager[Bundle]:
    """Reviews of what is on this machine alone are not sealed, and do not wait for a key."""
    return attested(bundle, settings) if request.kind is RequestKind.PULL else contextlib.nullcontext(bundle)


async def resume(id: str, settings: Settings, bundle: Bundle) -> dict[str, Any]:
    """Finish an interrupted run from its journal. Raises UserError when another process is at it, RunFailed when it fails."""
    home = state_folder(settings)
    if not journal(home, id).exists():
        raise UserError(f"There is no interrupted run {id}; `fusion runs` lists them.")
    async with (
        attested(bundle, settings) as bundle,
        thoughtful(bundle, settings) as bundle,
        engine(home, id, bundle) as running,
    ):
        state = running.status(id)
        if state is None:
            _forget(home, id)
            raise UserError(f"The run {id} was interrupted before it began; start the review again.")
        request = Request.model_validate(state.input)
        state = await running.wait(id)
    return await _concluded(home, id, state, request, bundle)


async def _concluded(home: Path, id: str, state: InstanceState, request: Request, bundle: Bundle) -> dict[str, Any]:
    """The output of an orchestration that ended, well or not: its journal has nothing more to give."""
    if bundle.reasoning is not None:
        # Thoughts that nobody waited for any longer may have been under way until the engine stopped.
        await bundle.reasoning.book.close(id)
    if state.status == "completed":
        output: dict[str, Any] = state.output
        _forget(home, id)
        return output
    message = _FRAME.sub("", str(state.failure.message if state.failure else state.status))
    key = run_key(bundle.tenant, request, id)
    stored = await bundle.store.get(key)
    if stored:
        failed = stored.value | {"status": RunStatus.FAILED.value, "message": message}
        await bundle.store.put(key, failed, etag=stored.etag)
    _forget(home, id)
    raise RunFailed(f"The review failed: {message.rstrip('.')} (run {id}).")


async def abandon(
    id: str, run: Run | None, settings: Settings, store: Store, clock: Clock, *, by: str, reason: str
) -> int | None:
    """End a run for good, with all that it began: how many of its jobs the worker's queue gave back, None where it cannot.

    First what it holds of others (money; calls that were begun count as their bounds), then its journal, in which its
    sub-orchestrations are, too; its record last. So whoever dies in between is simply repeated. `run`: its record, if it came
    as far. Raises JournalBusy: another process is at it.
    """
    from fusion.budget.book import Book
    from fusion.engine.journal import kept_away

    home = state_folder(settings)
    with kept_away(journal(home, id)):
        await Book(store, settings.tenant, clock).close(id)
        taken_back: int | None = 0
        if settings.servicebus or (home / "inference.db").exists():
            async with inference(settings, clock=clock) as queue:
                taken_back = await queue.withdraw(id)
        _forget(home, id)
        if run is not None:
            key = run_key(settings.tenant, run.request, id)
            stored = await store.get(key)
            ended = {"status": RunStatus.ABANDONED, "message": reason, "by": by, "finished": clock.now()}
            record = run.model_copy(update=ended).model_dump(mode="json")
            await store.put(key, record, etag=stored.etag if stored else None)
    return taken_back


async def fix(id: str, wanted: dict[str, Any], settings: Settings, bundle: Bundle) -> dict[str, Any]:
    """One patch looked for, to the orchestration's output. Raises RunFailed.

    However it ends, its account is closed and its journal goes: nobody finishes a fix later, a patch is asked for again.
    """
    home = state_folder(settings)
    try:
        async with thoughtful(bundle, settings) as thinking, engine(home, id, thinking) as running:
            await running.start("fix", wanted, id)
            state = await running.wait(id)
    finally:
        await _cleared(home, id, bundle.store, settings, bundle.clock)
    if state.status != "completed":
        message = _FRAME.sub("", str(state.failure.message if state.failure else state.status))
        raise RunFailed(f"The fix failed, and nothing was changed: {message.rstrip('.')}.")
    output: dict[str, Any] = state.output
    return output


def interrupted_scans(home: Path, scope: str = "") -> Sequence[str]:
    """Ids of scans with a journal left, oldest first; with `scope`, of that repository, folder or account alone."""
    names = f"scan-{short(scope)}-*.db" if scope else "scan-*.db"
    return [path.stem for path in sorted((home / "runs").glob(names), key=lambda path: path.stat().st_mtime)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A scan that did not come to its end yet."""

    id: str
    what: str
    """The repository, the folder or `--org ACCOUNT`; empty where nobody can say it any more."""
    begun: datetime | None
    running: bool
    """A process is at it now; otherwise it was interrupted."""


async def unfinished_scans(home: Path, blobs: Blobs) -> Sequence[Left]:
    """The scans with a journal left, newest first, each with what it scans."""
    from fusion.engine.journal import in_use
    from fusion.engine.reads import peek

    found = []
    for id in reversed(interrupted_scans(home)):
        state = peek(journal(home, id), id)
        what = await _what(state.input, blobs) if state is not None else ""
        if state is not None and state.name == "scan":
            what = f"--org {what}" if what else ""
        begun = state.created if state is not None else None
        found.append(Left(id=id, what=what, begun=begun, running=in_use(journal(home, id))))
    return found


async def scan(name: str, given: dict[str, Any] | None, id: str, settings: Settings, bundle: Bundle) -> dict[str, Any]:
    """A scan to its output: begun with what is `given`, or without that finished from its journal. Raises RunFailed.

    `name` is the orchestration, `scan_repository` or `scan`. A journal stays where the scan did not come to its end.
    """
    home = state_folder(settings)
    async with engine(home, id, bundle, work=worker(bundle, functools.partial(_telling, bundle))) as running:
        if given is not None:
            await running.start(name, given, id)
        else:
            left = running.status(id)
            if left is None:
                _forget(home, id)
                raise UserError(f"The scan {id} was interrupted before it began; start it again.")
            bundle.listen(Resumed(id, await _what(left.input, bundle.blobs), _due(running.history(id), bundle.clock.now())))
        state = await running.wait(id)
    _forget(home, id)
    if state.status != "completed":
        message = _FRAME.sub("", str(state.failure.message if state.failure else state.status))
        raise RunFailed(f"The scan failed: {message.rstrip('.')} ({id}).")
    output: dict[str, Any] = state.output
    return output


def _telling(bundle: Bundle, name: str, activity: Activity) -> Activity:
    """The activity, which also tells whoever listens when its answer asks to wait."""

    async def told(ctx: object, job: dict[str, Any]) -> Any:
        answer = await activity(ctx, job)
        if waits := held_up(name, job, answer, at=bundle.clock.now()):
            bundle.listen(waits)
        return answer

    told.__name__ = told.__qualname__ = name
    return told


async def _what(given: dict[str, Any], blobs: Blobs) -> str:
    """What a scan with this input is about; empty where that was purged."""
    if "wanted" in given:
        return Wanted.model_validate(given["wanted"]).scope
    if "account" in given:
        return str(given["account"])
    try:
        return Targets.model_validate_json(await blobs.get(given["targets"])).account
    except PermanentError:
        return ""


def _due(history: Sequence[dict[str, Any]], now: datetime) -> datetime | None:
    """When the timer fires that the history ends with; None: it ends with none, or it is due."""
    timers = [event["timerCreated"] for event in history[-1:] if "timerCreated" in event]
    due = [datetime.fromisoformat(timer["fireAt"]) for timer in timers]
    return due[0] if due and due[0] > now else None


async def sweep(settings: Settings, store: Store, clock: Clock) -> int:
    """Clear what fixes that were killed have left behind, and say how many there were. Those that are running are let be."""
    from fusion.engine.journal import in_use

    left = {path.name.partition(".db")[0] for path in (settings.home / "runs").glob(f"{FIX}*.db*")}
    dead = sorted(id for id in left if not in_use(journal(settings.home, id)))
    for id in dead:
        await _cleared(settings.home, id, store, settings, clock)
    return len(dead)


async def _cleared(home: Path, id: str, store: Store, settings: Settings, clock: Clock) -> None:
    """The money first: as long as there is a journal, somebody clears again."""
    from fusion.budget.book import Book

    await Book(store, settings.tenant, clock).close(id)
    _forget(home, id)


def _forget(home: Path, id: str) -> None:
    for path in (home / "runs").glob(f"{id}.db*"):
        path.unlink(missing_ok=True)
