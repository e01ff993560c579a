"""`fusion scan`: assess a folder, a repository on GitHub or all repositories of an account for compliance."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fusion.cli import Exit, Interrupted, app, say, work
from fusion.errors import UserError

if TYPE_CHECKING:
    from fusion.cli.scan_output import Output
    from fusion.model import Severity
    from fusion.model.compliance import OrganisationScan, Scan, ScanOf
    from fusion.settings import Settings
    from orchestrations.bundle import Bundle


@app.command(
    short_help="Assess a folder, a repository or an organisation for compliance.",
    epilog="Exit codes: 0 no failed check reaches --fail-on; 1 one does, and nobody has accepted it; 2 usage or input; "
    "3 something could not be scanned, or with --complete not assessed, or with --issues not kept (outranks 1); "
    "130 interrupted.",
)
def scan(
    target: Annotated[
        str | None,
        typer.Argument(metavar="[PATH|OWNER/REPO]", help="A folder, or a repository on GitHub. Default: this folder."),
    ] = None,
    account: Annotated[
        str | None, typer.Option("--org", metavar="ACCOUNT", help="All repositories of an organisation or person on GitHub.")
    ] = None,
    format: Annotated[
        str,
        typer.Option("--format", "-f", help="text, json, html, sarif, oscal, cyclonedx, spdx, csv, badge, markdown."),
    ] = "text",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE|DIR", help="Write there; with --org a folder, a file per repository."),
    ] = None,
    fail_on: Annotated[
        str, typer.Option("--fail-on", help="Exit with 1 at or above: critical, high, medium, low, info, never.")
    ] = "high",
    complete: Annotated[bool, typer.Option("--complete", help="Exit with 3 where a check could not be assessed.")] = False,
    check: Annotated[list[str] | None, typer.Option("--check", metavar="ID", help="Make this check only. Repeatable.")] = None,
    policy: Annotated[
        Path | None, typer.Option("--policy", metavar="FILE", help="A policy file instead of the repository's .fusion.yml.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Read and assess everything anew; take nothing over from the last scan.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Finish the interrupted scan of the target; without one the last interrupted.")
    ] = False,
    issues: Annotated[
        bool, typer.Option("--issues", help="Keep issues in the repository on GitHub, as its policy says (scans.issues).")
    ] = False,
    past: Annotated[bool, typer.Option("--list", help="List past scans, and those that were interrupted.")] = False,
) -> None:
    """Assess a folder, a repository on GitHub or an account: which controls hold, which do not, which nobody could see.

    A repository's settings are read with GITHUB_TOKEN; what it may not see is not assessed, and the report says which
    permission is missing. What did not change since the last scan is taken over from it.
    """
    from fusion import settings
    from fusion.cli.review import threshold_of
    from fusion.cli.scan_output import Output, listing

    configured = settings.read(os.environ)
    if past:
        work(listing(configured, format))
        return
    asked = _asked(target, account, resume=resume)
    threshold = threshold_of(fail_on)
    if issues:
        _may_keep_issues(configured, asked, partial=bool(check), resume=resume)
    writing = Output.checked(format, output, of_account=bool(account))
    ended = _scanned(configured, asked, tuple(check or ()), policy, again=again, resume=resume, writing=writing, issues=issues)
    raise typer.Exit(_code(*ended, threshold=threshold, complete=complete))


Asked = tuple[str, str]
"""`folder`, `repository` or `account`, and which."""


def _asked(target: str | None, account: str | None, *, resume: bool) -> Asked:
    """What was typed. Raises UserError."""
    from re import fullmatch

    from fusion.intake import REPOSITORY

    if target is not None and account is not None:
        raise UserError(f"Choose one thing to scan: {target} and --org {account} were given.")
    if account is not None:
        return "account", account
    if target is None:
        return ("", "") if resume else ("folder", str(Path().absolute()))
    if Path(target).is_dir():
        return "folder", str(Path(target).resolve())
    if Path(target).exists():
        raise UserError(f"{target} is a file: a folder, OWNER/REPO or --org ACCOUNT can be scanned.")
    if fullmatch(REPOSITORY, target):
        owner = target.partition("/")[0]
        if resume:
            return "repository", target
        if Path(owner).is_dir():
            raise UserError(
                f"There is no folder {target}, though there is a folder {owner}; "
                f"for the repository {target} on GitHub call this from another folder."
            )
        say(f"fusion: {target} is no folder here; asking GitHub for the repository {target}.")
        return "repository", target
    raise UserError(f"There is no folder {target}, and it is no repository on GitHub either, such as octocat/hello-world.")


def _may_keep_issues(configured: Settings, asked: Asked, *, partial: bool, resume: bool) -> None:
    """Raises UserError where nobody could keep issues, or not as policy says."""
    if resume:
        raise UserError("A scan that is resumed goes on as it was begun: leave --issues out.")
    if asked[0] != "repository":
        what = "a folder has none" if asked[0] == "folder" else "of all of an account the bot keeps them (docs/bot.md)"
        raise UserError(f"--issues keeps the issues of one repository on GitHub, OWNER/REPO; {what}.")
    if partial:
        raise UserError("--issues is about the whole scan: leave --check out.")
    if configured.github_token is None:
        raise UserError("--issues needs a token that may write issues: set GITHUB_TOKEN.")
    if not configured.webhook_secret:
        raise UserError(
            "--issues signs what it keeps, to know it again: set FUSION_WEBHOOK_SECRET, to the same each time "
            "(`openssl rand -hex 32` makes one)."
        )


def _scanned(
    configured: Settings,
    asked: Asked,
    checks: tuple[str, ...],
    policy: Path | None,
    *,
    again: bool,
    resume: bool,
    writing: Output,
    patience: float | None = None,
    issues: bool = False,
) -> tuple[Scan | OrganisationScan | None, tuple[ScanOf, ...]]:
    """The scan, written down: what came of it, and the lines of its repositories. Raises UserError, FusionError."""
    from fusion import local, runtime
    from fusion.cli.scan_output import PATIENCE, ScanWatcher
    from fusion.scanning.wanted import account_id
    from orchestrations.scan_repository import UNKEPT

    home = runtime.state_folder(configured)
    kind, scope = asked
    if resume:
        left = local.interrupted_scans(home, scope.lower() if kind == "account" else scope)
        if not left:
            raise UserError("No scan was interrupted." if not scope else f"No scan of {scope} was interrupted.")
        id = left[-1]
    else:
        id = account_id(scope, secrets.token_hex(3)) if kind == "account" else _id(scope)

    async def scanning() -> tuple[Scan | OrganisationScan | None, tuple[ScanOf, ...]]:
        async with runtime.scanner(configured, listen=watcher) as bundle:
            _known(checks, bundle)
            name, given = ("", None) if resume else await _given(asked, checks, policy, bundle, again=again, issues=issues)
            result = await local.scan(name, given, id, configured, bundle)
            return await writing.written(result, bundle)

    with ScanWatcher(patience=PATIENCE if patience is None else patience) as watcher:
        try:
            ended = work(watcher.patiently(scanning(), id))
        except Interrupted:
            if not local.journal(home, id).exists():
                raise
            raise Interrupted(f"Interrupted. `fusion scan --resume` finishes it ({id}).") from None
    if issues and not watcher.filed and all(one.status == "scanned" and UNKEPT not in one.reason for one in ended[1]):
        say("fusion: No issues were kept: policy wants none (`scans.issues`); `each` or `one` has them kept.")
    return writing.deliver(ended)


def _id(scope: str) -> str:
    from fusion.scanning.wanted import short

    return f"scan-{short(scope)}-{secrets.token_hex(3)}"


async def _given(
    asked: Asked, checks: tuple[str, ...], policy: Path | None, bundle: Bundle, *, again: bool, issues: bool = False
) -> tuple[str, dict[str, Any]]:
    """The orchestration that does what was asked, and what it is given."""
    from fusion import runtime
    from fusion.cli.typed import user
    from fusion.scanning.wanted import Wanted

    kind, scope = asked
    digest = await bundle.blobs.put(_policy(policy)) if policy is not None else ""
    common: dict[str, Any] = {"actor": user(), "again": again, "checks": checks, "policy": digest}
    if kind == "account":
        return "scan", {"account": scope, **common, "checks": list(checks)}
    if kind == "folder":
        wanted = Wanted(repository=await runtime.local_name(Path(scope)), location=scope, **common)
    else:
        wanted = Wanted(repository=scope, issues=issues, **common)
    return "scan_repository", {"wanted": wanted.model_dump(mode="json")}


def _policy(file: Path) -> bytes:
    """The bytes of a policy that holds. Raises UserError."""
    from fusion import policy as policies

    try:
        data = file.read_bytes()
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None
    policies.load(data, origin=str(file))
    return data


def _known(checks: tuple[str, ...], bundle: Bundle) -> None:
    """Raises UserError for a check that there is not."""
    from fusion.controls.catalogue import nearest

    assert bundle.compliance is not None
    known = [check.about.id for check in bundle.compliance.checks] + list(bundle.compliance.broken)
    for id in checks:
        if id not in known:
            end = nearest(id, known, "")
            # A hundred names are no sentence.
            raise UserError(f"There is no check called {id!r}; {'docs/checks.md lists all.' if end.startswith(':') else end}")


def _code(
    ended: Scan | OrganisationScan | None, lines: tuple[ScanOf, ...], *, threshold: Severity | None, complete: bool
) -> Exit:
    """3 when something was not scanned, or issues were not kept, or with `complete` not assessed; else 1 when a failed check
    reaches the threshold."""
    from fusion.model.compliance import Scan
    from orchestrations.scan_repository import UNKEPT

    if ended is None and len(lines) == 1 and lines[0].status == "gone":
        say(f"fusion: {lines[0].reason}")
        return Exit.USAGE
    unscanned = [line for line in lines if line.status in ("failed", "denied")]
    if isinstance(ended, Scan) and lines[0].reason and not unscanned:
        say(f"fusion: {lines[0].reason}")
        if UNKEPT in lines[0].reason:
            return Exit.INCOMPLETE
    if unscanned or (complete and any(line.not_assessed for line in lines)):
        for line in unscanned[:3]:
            say(f"fusion: {line.repository} was not scanned: {line.reason}")
        return Exit.INCOMPLETE
    reached = threshold is not None and any(line.worst is not None and line.worst.rank >= threshold.rank for line in lines)
    return Exit.FINDINGS if reached else Exit.FINE
