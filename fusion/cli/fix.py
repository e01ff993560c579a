"""`fusion fix`: a patch for a finding of a past review, shown, applied, or committed to a branch."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fusion.cli import Exit, app, say, work
from fusion.errors import PermanentError, UserError

if TYPE_CHECKING:
    from fusion.model import Change, Contents, Finding, Fix, Review
    from fusion.ports import Store
    from fusion.runs import Run
    from fusion.settings import Settings
    from orchestrations.bundle import Bundle

_LISTED = 8


@app.command(
    short_help="Write a patch for a finding, checked on a copy.",
    epilog="Exit codes: 0 there is a patch; 1 there is none that holds; 2 no such finding, or it cannot be written there; 3 "
    "something did not answer; 130 interrupted.",
)
def fix(
    finding: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="The finding's id as the review shows it. Default: the only one.")
    ] = None,
    run: Annotated[str | None, typer.Option("--run", help="The run's id, or its beginning. Default: the last here.")] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Write it to the work tree, if the file is as it was reviewed.")
    ] = False,
    branch: Annotated[
        str | None, typer.Option("--branch", metavar="NAME", help="Commit it to a new branch, upon the reviewed commit.")
    ] = None,
    repository: Annotated[Path, typer.Option("--repo", "-C", help="The folder that was reviewed.")] = Path(),
    no_models: Annotated[bool, typer.Option("--no-models", help="Ask no model: mechanical fixes alone.")] = False,
) -> None:
    """Write a patch for a finding: mechanical where one is known, else by a model; offered only when it holds on a copy."""
    from fusion import runtime, settings
    from fusion.cli.review import apart, models_apart
    from fusion.cli.show import Watcher
    from fusion.model import Fix

    if apply and branch is not None:
        raise UserError("Use --apply or --branch, not both.")
    configured = settings.read(os.environ)
    if no_models:
        configured = configured.model_copy(update={"models": None})
    with Watcher(live=False) as watcher:
        bundle = runtime.embedded(configured, listen=watcher)

        async def fixing() -> tuple[_Reviewed, Finding, dict[str, Any], Fix | None]:
            reviewed = await _reviewed(bundle, configured, run, str(repository.absolute()))
            if location := reviewed.run.request.location:
                apart(configured.knowledge, Path(location))
                models_apart(configured.models, Path(location))
            meant = _meant(reviewed.review, finding)
            result = await _run(bundle, configured, reviewed, meant)
            made = Fix.model_validate_json(await bundle.blobs.get(result["fix"])) if result["status"] == "fixed" else None
            return reviewed, meant, result, made

        reviewed, meant, result, made = work(fixing())
    if made is None:
        say(f"fusion: No patch: {result['message']}")
        if result.get("receipt"):
            say(result["receipt"])
        raise typer.Exit(Exit.FINDINGS if result["status"] == "refused" else Exit.INCOMPLETE)
    _told(meant, made, result)
    if apply or branch is not None:
        _written(reviewed, meant, made, repository, branch)
    else:
        _shown(made)


class _Reviewed:
    """A past run with its review, and what was reviewed."""

    def __init__(self, run: Run, review: Review, change: Change, contents: Contents) -> None:
        self.run = run
        self.review = review
        self.change = change
        self.contents = contents


async def _reviewed(bundle: Bundle, configured: Settings, typed: str | None, folder: str) -> _Reviewed:
    """The run that is meant. Raises UserError where there is none, or its contents are gone."""
    from fusion.model import Change, Review
    from orchestrations.shelf import Shelf

    run = await _found(bundle.store, configured, typed, folder)
    if not run.change:
        raise UserError("What that run reviewed was not kept: review it again.")
    shelf = Shelf(bundle.blobs)
    try:
        review, change = await shelf.load(Review, run.review), await shelf.load(Change, run.change)
        return _Reviewed(run, review, change, await shelf.contents(run.change, change))
    except PermanentError:
        raise UserError("What that run reviewed is not kept any more: review it again.") from None


async def _found(store: Store, configured: Settings, typed: str | None, folder: str) -> Run:
    from fusion.runs import Run

    if typed is None:
        for stored in await store.list(tenant=configured.tenant, kind="run", scope=folder, limit=1000):
            if (run := Run.model_validate(stored.value)).review:
                return run
        raise UserError(f"Nothing was reviewed in {folder} yet; `fusion review` does it, or name the folder with --repo.")
    listed = [Run.model_validate(one.value) for one in await store.list(tenant=configured.tenant, kind="run", limit=10_000)]
    found = [run for run in listed if run.id.startswith(typed) or run.id.removeprefix("review-").startswith(typed)]
    if len(found) != 1:
        raise UserError(f"{len(found) or 'No'} runs begin with {typed}; `fusion runs` lists them.")
    if not found[0].review:
        raise UserError(f"The run {found[0].id} has no review.")
    return found[0]


def _meant(review: Review, typed: str | None) -> Finding:
    """The finding whose id begins so; without one, the only one. Raises UserError."""
    wanted = (typed or "").lower()
    found = [one for one in review.findings if one.fingerprint.startswith(wanted) and (typed or one.evidence)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(one.fingerprint[:8] for one in found[:_LISTED]) + (" and more" if len(found) > _LISTED else "")
    if typed:
        many = f"{len(found)} findings have an id that begins with {typed}: give more of it."
        raise UserError(many if found else f"No finding of the last review has an id that begins with {typed}.")
    raise UserError(f"Say which finding: {listed}." if found else "The review has no finding that a tool has evidence for.")


async def _run(bundle: Bundle, configured: Settings, reviewed: _Reviewed, meant: Finding) -> dict[str, Any]:
    """The orchestration to its end. Its journal is of use to nobody afterwards: a patch is written again as quickly."""
    from fusion import local, runtime
    from orchestrations.shelf import Shelf

    home = runtime.state_folder(configured)
    id = f"fix-{secrets.token_hex(8)}"
    request = reviewed.run.request.model_copy(update={"publish": False})
    wanted = {
        "request": request.model_dump(mode="json", exclude_defaults=True),
        "change": reviewed.run.change,
        "finding": await Shelf(bundle.blobs).save(meant),
    }
    try:
        async with runtime.thoughtful(bundle, configured) as thoughtful, local.engine(home, id, thoughtful) as running:
            await running.start("fix", wanted, id)
            state = await running.wait(id)
    finally:
        for path in (home / "runs").glob(f"{id}.db*"):
            path.unlink(missing_ok=True)
    if state.status != "completed":
        raise local.RunFailed(f"The fix failed: {state.failure.message if state.failure else state.status}")
    output: dict[str, Any] = state.output
    return output


def _told(meant: Finding, made: Fix, result: dict[str, Any]) -> None:
    """On standard error what the patch is, so that standard output is the patch."""
    from fusion.render.phrases import checked, place

    by = ", written by a model" if result.get("how") == "model" else ""
    say(f"{meant.fingerprint[:8]}, {place(meant.location)}: {made.title} ({checked(made, meant)}{by})")
    if result.get("receipt"):
        say(result["receipt"])


def _shown(made: Fix) -> None:
    """The patch: on a terminal as it may be shown there, otherwise byte for byte as `git apply` takes it."""
    from fusion.render.text import visible

    if sys.stdout.isatty():
        typer.echo("\n".join(visible(line.removesuffix("\r")) for line in made.patch.rstrip("\n").split("\n")))
        return
    sys.stdout.flush()
    os.write(sys.stdout.fileno(), made.patch.encode())


def _written(reviewed: _Reviewed, meant: Finding, made: Fix, repository: Path, branch: str | None) -> None:
    from fusion import runtime
    from fusion.changes.edits import apply_edits

    path = meant.location.path
    before = reviewed.contents.head[path]
    after = apply_edits(before.decode(), made.edits).encode()
    if branch is None:
        runtime.mending().write(repository, path, before=before, after=after)
        say(f"{path} is patched.")
        return
    title = made.title.rstrip(".")
    message = f"{title}\n\nFusion-Finding: {meant.fingerprint}\n"
    commit = runtime.mending().branch(
        repository, branch, parent=reviewed.change.head, path=path, before=before, after=after, message=message
    )
    say(f"The branch {branch} has the patch: {commit[:12]}, upon {reviewed.change.head[:12]}.")
