"""`fusion runs`: past runs; show one, finish interrupted ones."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fusion.cli import Exit, Interrupted, app, interrupted, say, work
from fusion.errors import FusionError, UserError

if TYPE_CHECKING:
    from fusion.model import Review
    from fusion.ports import Store
    from fusion.runs import Run
    from fusion.settings import Settings

commands = typer.Typer(
    no_args_is_help=False, help="Past runs: list and show them, finish interrupted ones.", rich_markup_mode=None
)
app.add_typer(commands, name="runs")


@commands.callback(invoke_without_command=True)
def runs(ctx: typer.Context) -> None:
    """Past runs: list and show them, finish interrupted ones."""
    if ctx.invoked_subcommand is None:
        list_runs()


@commands.command("list")
def list_runs(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many, newest first.")] = 20,
    format: Annotated[str, typer.Option("--format", "-f", help="terminal or json.")] = "terminal",
) -> None:
    """List runs, newest first."""
    import json

    from rich.table import Table
    from rich.text import Text

    from fusion import local, runtime, settings
    from fusion.cli.show import Terminal
    from fusion.render.text import exact

    configured = settings.read(os.environ)
    store, _ = runtime.stores(configured)
    if cleared := work(local.sweep(configured, store, runtime.SystemClock())):
        what = "1 interrupted fix was" if cleared == 1 else f"{cleared} interrupted fixes were"
        say(f"{what} cleared away, and had changed nothing: `fusion fix` begins anew.")
    found = work(_runs(store, configured, limit))
    if format == "json":
        typer.echo(
            json.dumps(
                {"schema_version": 1, "runs": [run.model_dump(mode="json") | {"state": state} for run, state in found]},
                indent=2,
            )
        )
        return
    if format != "terminal":
        raise UserError(f"There is no format {format!r} for runs; there are: terminal, json.")
    table = Table(box=None, pad_edge=False)
    for title in ("run", "started", "ended", "findings"):
        table.add_column(title, no_wrap=True)
    table.add_column("what", overflow="fold")
    for run, state in found:
        started = run.started.astimezone().strftime("%Y-%m-%d %H:%M")
        ended = run.verdict or state
        what = _what(run) + (f" (abandoned{_ended(run)})" if run.by else "")
        table.add_row(_short(run.id), started, ended, str(run.findings) if run.verdict else "-", Text(exact(what)))
    Terminal(highlight=False).print(table if found else "No runs yet. `fusion review` makes one.")


@commands.command()
def show(
    run: Annotated[str, typer.Argument(help="The run's id, or its beginning.")],
    format: Annotated[str, typer.Option("--format", "-f", help="As in `fusion review`.")] = "terminal",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write there instead of to standard output.")
    ] = None,
) -> None:
    """Show the review of a past run again, in any format."""
    from fusion import runtime, settings
    from fusion.cli.review import deliver
    from fusion.cli.show import writer
    from fusion.model import Review

    configured = settings.read(os.environ)
    write = writer(format, output)
    store, blobs = runtime.stores(configured)
    found = [item for item, _ in work(_runs(store, configured, 10_000)) if _begins(item.id, run)]
    if len(found) != 1:
        raise UserError(f"{len(found) or 'No'} runs begin with {run}; `fusion runs` lists them.")
    if not found[0].review:
        raise UserError(f"The run {found[0].id} has no review: {found[0].message or 'it is ' + found[0].status.value}.")
    deliver(Review.model_validate_json(work(blobs.get(found[0].review))), write)


@commands.command(short_help="Finish interrupted runs from their journals.")
def resume(
    run: Annotated[str | None, typer.Argument(help="The run's id, or its beginning. Default: every interrupted run.")] = None,
    fail_on: Annotated[str, typer.Option("--fail-on", help="As in `fusion review`.")] = "high",
) -> None:
    """Finish interrupted runs from their journals: nothing that was done is done again."""
    from fusion import local, runtime, settings
    from fusion.cli.review import deliver, exit_code, threshold_of
    from fusion.cli.show import Watcher, writer
    from fusion.engine import JournalBusy

    configured = settings.read(os.environ)
    threshold = threshold_of(fail_on)
    home = runtime.state_folder(configured)
    local.tidy(home)
    ids = [id for id in local.interrupted(home) if _begins(id, run or "")]
    if not ids:
        if run:
            raise UserError(f"There is no interrupted run {run}; `fusion runs` lists them.")
        say("No run was interrupted.")
        return
    code = Exit.FINE
    for id in ids:
        with Watcher(live=True) as watcher:
            bundle = runtime.embedded(configured, listen=watcher)
            try:
                result, reviewed = work(_finish(id, configured, bundle))
            except JournalBusy:
                say(f"{id} is running in another process.")
                continue
            except Interrupted:
                raise interrupted(id) from None
            except FusionError as error:
                # One that cannot be finished keeps nobody from finishing the others.
                say(f"fusion: {error}")
                code = Exit.INCOMPLETE
                continue
        if reviewed is not None:
            deliver(reviewed, writer("terminal", None))
            code = max(code, exit_code(reviewed, threshold))
        else:
            say(f"{id}: {result['message']}")
            code = max(code, Exit.USAGE if result["status"] == "refused" else Exit.FINE)
    raise typer.Exit(code)


@commands.command(short_help="End an interrupted run for good.")
def abandon(
    run: Annotated[str, typer.Argument(metavar="ID", help="The run's id, or its beginning.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; `fusion runs` shows it.")] = "",
) -> None:
    """End an interrupted run for good: the money that it held is free again, and its jobs leave the worker's queue."""
    from fusion import local, runtime, settings
    from fusion.cli.typed import user
    from fusion.engine import JournalBusy
    from fusion.runs import RunStatus

    configured = settings.read(os.environ)
    store, _ = runtime.stores(configured)
    item, id = _the_one(work(_runs(store, configured, 10_000)), run, local.interrupted(runtime.state_folder(configured)))
    if item is not None and item.status is RunStatus.ABANDONED:
        say(f"{id} was abandoned before{_ended(item)}; nothing is left to do.")
        return
    if item is not None and item.status is not RunStatus.RUNNING:
        raise UserError(f"The run {id} has ended as {item.status.value}: there is nothing to abandon.")
    if item is not None and item.request.publish:
        raise UserError(
            f"The run {id} belongs to `fusion serve`, which finishes it by itself; it cannot be abandoned from here."
        )
    try:
        back = work(local.abandon(id, item, configured, store, runtime.SystemClock(), by=user(), reason=reason.strip()))
    except JournalBusy:
        raise UserError(
            f"The run {id} is under way in another process: end that first, with Ctrl-C, then abandon it."
        ) from None
    jobs = {
        None: " Jobs that it has in the worker's queue end by themselves when their time is over.",
        0: "",
        1: " One job that no worker had begun was taken back.",
    }
    more = jobs.get(back, f" {back} jobs that no worker had begun were taken back.")
    say(f"{id} is abandoned: what it had set aside is free again, and it cannot be resumed.{more}")


def _the_one(listed: Sequence[tuple[Run, str]], typed: str, journals: Sequence[str]) -> tuple[Run | None, str]:
    """The only run that is meant, and its id; one that was killed at its start has a journal alone. Raises UserError."""
    found: dict[str, Run | None] = {id: None for id in journals if _begins(id, typed)}
    found |= {item.id: item for item, _ in listed if _begins(item.id, typed)}
    if typed in found:
        return found[typed], typed
    if len(found) != 1:
        raise UserError(f"{len(found) or 'No'} runs begin with {typed}; `fusion runs` lists them.")
    ((id, item),) = found.items()
    return item, id


def _ended(run: Run) -> str:
    """By whom, when and why a run was abandoned."""
    at = run.finished.astimezone().strftime(" on %Y-%m-%d at %H:%M") if run.finished else ""
    return f" by {run.by}{at}" + (f": {run.message}" if run.message else "")


async def _finish(id: str, configured: Settings, bundle: Any) -> tuple[dict[str, Any], Review | None]:
    from fusion import local
    from fusion.model import Review

    result = await local.resume(id, configured, bundle)
    if result["status"] != "reviewed":
        return result, None
    return result, Review.model_validate_json(await bundle.blobs.get(result["review"]))


async def _runs(store: Store, configured: Settings, limit: int) -> list[tuple[Run, str]]:
    """Runs with their state: as recorded, but where no process is at it `interrupted`, or `lost` without a journal."""
    from fusion import local
    from fusion.engine.journal import in_use
    from fusion.runs import Run, RunStatus

    found = []
    for stored in await store.list(tenant=configured.tenant, kind="run", limit=limit):
        run = Run.model_validate(stored.value)
        state = run.status.value
        journal = configured.home / "bot.db" if run.request.publish else local.journal(configured.home, run.id)
        if run.status is RunStatus.RUNNING and not in_use(journal):
            state = "interrupted" if journal.exists() else "lost"
        found.append((run, state))
    return found


def _short(id: str) -> str:
    return id.removeprefix("review-")


def _begins(id: str, typed: str) -> bool:
    """Whether an id begins with what was typed: as the list shows it, or whole."""
    return id.startswith(typed) or _short(id).startswith(typed)


def _what(run: Run) -> str:
    request = run.request
    where = f"{request.repository}#{request.number}" if request.number else Path(request.location).name
    return f"{where} {request.kind.value} {request.head}".strip()
