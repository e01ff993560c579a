"""`fusion review`: review a change and say what was found."""

from __future__ import annotations

import dataclasses
import difflib
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fusion.cli import Exit, Interrupted, app, interrupted, say, work
from fusion.cli.typed import Typed
from fusion.errors import UserError

if TYPE_CHECKING:
    from fusion.model import Review, Severity


@app.command(short_help="Review a change; the default: your branch.")
def review(
    change: Annotated[
        str | None,
        typer.Argument(
            metavar="[RANGE|PATCH|-]",
            help="A git range, a revision, a patch file, or - for standard input. Default: what HEAD adds to main.",
        ),
    ] = None,
    staged: Annotated[bool, typer.Option("--staged", help="What is staged, against HEAD.")] = False,
    worktree: Annotated[bool, typer.Option("--worktree", help="Everything not committed, against HEAD.")] = False,
    all_files: Annotated[bool, typer.Option("--all", help="The whole tree instead of a change.")] = False,
    pull: Annotated[str | None, typer.Option("--pr", metavar="OWNER/REPO#N", help="A GitHub pull request.")] = None,
    repository: Annotated[Path, typer.Option("--repo", "-C", help="The folder to review in.")] = Path(),
    evidence: Annotated[
        list[Path] | None,
        typer.Option("--evidence", metavar="FILE.sarif", help="Another tool's results, as witnesses. Repeatable."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="ANALYZER", help="Run this analyzer only. Repeatable.")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option("--policy", metavar="FILE", help="A policy file instead of the base side's .fusion.yml.")
    ] = None,
    format: Annotated[
        str, typer.Option("--format", "-f", help="terminal, markdown, json, sarif, github, or a plugin's.")
    ] = "terminal",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write there instead of to standard output.")
    ] = None,
    fail_on: Annotated[
        str, typer.Option("--fail-on", help="Exit with 1 at or above: critical, high, medium, low, info, never.")
    ] = "high",
    no_models: Annotated[bool, typer.Option("--no-models", help="Ask no model: evidence and fixed rules alone.")] = False,
) -> None:
    """Review a change: print findings with their evidence, and a receipt of what was read."""
    from fusion import local, runtime, settings
    from fusion.cli.show import Watcher, writer

    typed = Typed(
        what=change,
        staged=staged,
        worktree=worktree,
        all_files=all_files,
        pull=pull,
        folder=repository,
        evidence=tuple(evidence or ()),
        only=tuple(only or ()),
        policy=policy,
    ).checked()
    configured = settings.read(os.environ)
    if no_models:
        configured = configured.model_copy(update={"models": None})
    if pull is None:
        apart(configured.knowledge, repository)
        models_apart(configured.models, repository)
    threshold = threshold_of(fail_on)
    write = writer(format, output)
    with Watcher(live=format == "terminal" and output is None) as watcher:
        bundle = runtime.embedded(configured, listen=watcher)
        if no_models:
            bundle = dataclasses.replace(bundle, models_off="--no-models")
        known = {*bundle.analyzers.plugins, *bundle.analyzers.broken, "suppressions"}
        for name in only or ():
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]}?" if near else "`fusion doctor` lists them."
                raise UserError(f"There is no analyzer called {name!r}; {hint}")

        nonce, begun = secrets.token_hex(3), ""

        async def reviewing() -> tuple[dict[str, Any], Review | None]:
            from fusion.model import Review
            from fusion.runs import run_id

            nonlocal begun
            request = await typed.keep(bundle.blobs)
            begun = run_id(request, nonce=nonce)
            result = await local.run(request, configured, bundle, nonce=nonce)
            data = await bundle.blobs.get(result["review"]) if result["status"] == "reviewed" else None
            return result, Review.model_validate_json(data) if data else None

        try:
            result, reviewed = work(reviewing())
        except Interrupted:
            if not begun or not local.journal(configured.home, begun).exists():
                raise
            raise interrupted(begun) from None
    conclude(result, reviewed, threshold, write)


def apart(knowledge: Sequence[Path], repository: Path) -> None:
    """Raises UserError where added knowledge lies in what is reviewed: a change could write what it is judged by."""
    if not knowledge:
        return
    from fusion.dataflow.knowledge.added import SETTING, inside

    if folder := inside(knowledge, repository):
        raise UserError(
            f"{SETTING} names {folder}, which lies in the repository that is reviewed, so that a change could write what it is "
            "judged by; keep it elsewhere, or install it as a plugin."
        )


def models_apart(file: Path | None, repository: Path, *, named: str = "FUSION_MODELS names") -> None:
    """Raises UserError where the models file lies in what is reviewed: a change could send the code wherever it likes."""
    from fusion.dataflow.knowledge.added import inside

    if file is not None and inside([file], repository):
        raise UserError(
            f"{named} {file}, which lies in the repository that is reviewed, so that a change could say where its "
            "code is sent; keep it elsewhere."
        )


def conclude(
    result: dict[str, Any], reviewed: Review | None, threshold: Severity | None, write: Callable[[Review], None]
) -> None:
    """Say how a run ended and leave with its exit code. Raises UserError when the request was refused."""
    if reviewed is not None:
        deliver(reviewed, write)
        raise typer.Exit(exit_code(reviewed, threshold))
    if result["status"] == "refused":
        raise UserError(result["message"])
    say(f"Nothing to review: no changes in {result['message']}.")


def deliver(reviewed: Review, write: Callable[[Review], None]) -> None:
    """Write the review down. A reader that went away (`fusion review | head`) does not change how the review ended."""
    try:
        write(reviewed)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def exit_code(reviewed: Review, threshold: Severity | None) -> Exit:
    """3 when incomplete, else 1 when a finding that is shown and stands reaches the threshold, else 0.

    One that is excused, accepted for a time or cleared does not stand.
    An opinion informs: what a model found, and no tool has evidence for, fails no command.
    """
    from fusion.model import Placement, Verdict

    if reviewed.verdict is Verdict.INCOMPLETE:
        return Exit.INCOMPLETE
    counted = [f for f in reviewed.findings if f.placement is not Placement.HIDDEN]
    counted = [f for f in counted if not f.excused and not f.accepted and not f.cleared]
    counted = [finding for finding in counted if finding.evidence or not finding.votes]
    reached = threshold is not None and any(finding.severity.rank >= threshold.rank for finding in counted)
    return Exit.FINDINGS if reached else Exit.FINE


def threshold_of(word: str) -> Severity | None:
    """The severity behind `--fail-on`; None for never. Raises UserError."""
    from fusion.model import Severity

    if word == "never":
        return None
    try:
        return Severity(word)
    except ValueError:
        raise UserError(f"--fail-on takes critical, high, medium, low, info or never, not {word!r}.") from None
