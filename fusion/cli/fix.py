"""`fusion fix`: a patch for a finding of a past review, shown, applied, or committed to a branch."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fusion.cli import Exit, Interrupted, app, say, work
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
    from fusion import local, runtime, settings
    from fusion.cli.review import apart, models_apart
    from fusion.cli.show import Watcher
    from fusion.model import Fix
    from fusion.render.phrases import place

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
            if apply or branch is not None:
                _room(reviewed, meant, repository, branch)
            await local.sweep(configured, bundle.store, bundle.clock)
            result = await _run(bundle, configured, reviewed, meant)
            made = Fix.model_validate_json(await bundle.blobs.get(result["fix"])) if result["status"] == "fixed" else None
            return reviewed, meant, result, made

        try:
            reviewed, meant, result, made = work(fixing())
        except (Interrupted, KeyboardInterrupt):
            raise Interrupted("Interrupted. Nothing was changed; run it again for a patch.") from None
    if made is None:
        say(f"fusion: No patch for {meant.short} ({place(meant.location)}): {result['message']}")
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
    from fusion.judging.ids import ambiguous, fitting, identified

    findings = identified(review.findings)
    found = fitting(typed, findings, lambda one: one) if typed else [one for one in findings if one.evidence]
    if len(found) == 1:
        return found[0]
    if typed and found:
        raise UserError(ambiguous(typed, found))
    if typed:
        raise UserError(_absent(review, typed))
    listed = ", ".join(f"{one.short} ({one.location.path}:{one.location.line})" for one in found[:_LISTED])
    more = f", and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    raise UserError(
        f"Say which finding: {listed}{more}." if found else "The review has no finding that a tool has evidence for."
    )


def _absent(review: Review, typed: str) -> str:
    """The sentence for an id of no finding that stands: it may be one that was fixed since."""
    from fusion.judging.ids import fitting

    if gone := fitting(typed, review.fixed, lambda one: one):
        return f"The finding {gone[0].short} is fixed already: {gone[0].disposition.how or 'the last review did not find it'}."
    return (
        f"No finding of the review {review.id.removeprefix('review-')} has an id that begins with {typed}; --run takes another "
        "one of `fusion runs`."
    )


async def _run(bundle: Bundle, configured: Settings, reviewed: _Reviewed, meant: Finding) -> dict[str, Any]:
    """The orchestration to its end. Each has an id of its own, so that no two are in each other's way."""
    from fusion import local
    from orchestrations.shelf import Shelf

    request = reviewed.run.request.model_copy(update={"publish": False})
    wanted = {
        "request": request.model_dump(mode="json", exclude_defaults=True),
        "change": reviewed.run.change,
        "finding": await Shelf(bundle.blobs).save(meant),
    }
    return await local.fix(f"{local.FIX}{secrets.token_hex(8)}", wanted, configured, bundle)


def _told(meant: Finding, made: Fix, result: dict[str, Any]) -> None:
    """On standard error what the patch is, so that standard output is the patch."""
    from fusion.render.phrases import checked, place

    by = ", written by a model" if result.get("how") == "model" else ""
    say(f"{meant.short}, {place(meant.location)}: {made.title} ({checked(made, meant)}{by})")
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


def _room(reviewed: _Reviewed, meant: Finding, repository: Path, branch: str | None) -> None:
    """Raise UserError where a patch could not be written: before anybody is asked for one, and paid."""
    from fusion import runtime

    path = meant.location.path
    if (before := reviewed.contents.head.get(path)) is None:
        return
    if branch is None:
        runtime.mending().writable(repository, path, before=before)
    else:
        runtime.mending().branchable(repository, branch, parent=reviewed.change.head, path=path, before=before)


def _written(reviewed: _Reviewed, meant: Finding, made: Fix, repository: Path, branch: str | None) -> None:
    from fusion import runtime
    from fusion.changes.edits import apply_edits
    from fusion.render.text import visible

    path = meant.location.path
    before = reviewed.contents.head[path]
    after = apply_edits(before.decode(), made.edits).encode()
    if branch is None:
        runtime.mending().write(repository, path, before=before, after=after)
        say(f"{path} is patched.")
        return
    title = made.title.rstrip(".")
    what = f"{visible(meant.title).rstrip('.')}, in {visible(path)}"
    message = f"{title}\n\nFor a finding of Fusion: {what}.\n\nFusion-Finding: {meant.fingerprint}\n"
    commit = runtime.mending().branch(
        repository, branch, parent=reviewed.change.head, path=path, before=before, after=after, message=message
    )
    say(f"The branch {branch} has the patch: {commit[:12]}, upon {reviewed.change.head[:12]}.")
