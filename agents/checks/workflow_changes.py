"""What a change lets a GitHub workflow do that it could not do before: base and head compared by structure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fusion.model import Category, Confidence, Evidence, Severity, Unread
from fusion.reading.comparison import Comparison
from fusion.reading.observation import Observation, at, listed, quoted
from fusion.reading.workflows import EMPTY, UnreadableWorkflow, Use, Workflow, is_action, is_workflow, workflow

_RISKY = frozenset({"*", "contents", "actions", "packages", "id-token", "deployments", "attestations", "pages"})
_OWN = ("actions/", "github/")


class Workflows:
    """The changed workflows and actions on both sides, and those that could not be read."""

    def __init__(self, comparisons: Sequence[Comparison]) -> None:
        self.pairs: list[tuple[Comparison, Workflow, Workflow]] = []
        self.unread: list[Unread] = []
        for item in comparisons:
            if not item.exists or not (is_workflow(item.path) or is_action(item.path)):
                continue
            try:
                after = workflow(item.after)
            except UnreadableWorkflow as error:
                self.unread.append(Unread(path=item.path, reason=f"it could not be read as a workflow: {error}"))
                continue
            try:
                before = workflow(item.before)
            except UnreadableWorkflow:
                before = EMPTY
            self.pairs.append((item, before, after))

    @property
    def paths(self) -> list[str]:
        """The paths that were read."""
        return [item.path for item, _, _ in self.pairs]

    def observations(self, evidence: Sequence[Evidence]) -> Iterator[Observation]:
        """Everything that this module says. Where a tool has spoken of pins in a file, its evidence stands instead."""
        loose = {use.name for _, before, _ in self.pairs for use in before.uses if not use.pinned}
        spoken = {item.location.path for item in evidence if item.family == "unpinned-action"}
        for item, before, after in self.pairs:
            yield from _permissions(item, before, after)
            yield from _trigger(item.path, before, after)
            yield from _inherited(item.path, before, after)
            if item.path not in spoken:
                yield from _unpinned(item.path, after, loose)


def _permissions(item: Comparison, before: Workflow, after: Workflow) -> Iterator[Observation]:
    gained = {
        where: (level, line)
        for where, (level, line) in after.permissions.items()
        if level == "write" and not _could(before, *where)
    }
    if gained:
        scopes = ["everything" if scope == "*" else scope for _, scope in gained]
        everything = any(scope == "*" for _, scope in gained)
        risky = any(scope in _RISKY for _, scope in gained)
        severity = Severity.HIGH if everything else Severity.MEDIUM if risky and item.existed else Severity.LOW
        yield _observation(
            "compliance/workflow-permissions",
            "excessive-permissions",
            "The workflow may now write "
            + ("everything in the repository" if everything else listed(list(dict.fromkeys(scopes)))),
            "Whoever takes over one of its steps, an action included, can do all that with the repository's token. "
            "Give the permission to the one job that uses it, and check that it is used.",
            severity,
            item.path,
            next(iter(gained.values()))[1],
            f"write {' '.join(sorted(set(scopes)))}",
        )
    lost = [name for name in before.declares if name not in after.declares and (not name or name in after.jobs)]
    if lost and "" not in after.declares:
        yield _observation(
            "compliance/workflow-permissions",
            "excessive-permissions",
            "The workflow no longer states its permissions",
            "Without the statement its token gets the repository's default, which is often the right to write everything. "
            "State what the jobs need; `contents: read` is enough for most.",
            Severity.MEDIUM,
            item.path,
            1,
            "permissions dropped",
        )


def _could(workflow: Workflow, job: str, scope: str) -> bool:
    """Whether a job, or the workflow where the job says nothing, could already write a scope."""
    for place in (job, "") if job not in workflow.declares else (job,):
        if any(workflow.permissions.get((place, name), ("", 0))[0] == "write" for name in (scope, "*")):
            return True
    return False


def _trigger(path: str, before: Workflow, after: Workflow) -> Iterator[Observation]:
    line = after.triggers.get("pull_request_target")
    if line is None:
        return
    fetches = after.untrusted_checkout
    if "pull_request_target" in before.triggers and (not fetches or before.untrusted_checkout):
        return
    yield _observation(
        "compliance/workflow-trigger",
        "dangerous-trigger",
        "A workflow with secrets runs on strangers' pull requests" + (" and checks out their code" if fetches else ""),
        "`pull_request_target` gives the run the repository's secrets and a token that may write, for requests that "
        "anyone can open. "
        + ("Do not check out their code here. " if fetches else "")
        + "Use `pull_request` unless the workflow needs them.",
        Severity.CRITICAL if fetches else Severity.HIGH,
        path,
        line,
        "pull_request_target",
    )


def _inherited(path: str, before: Workflow, after: Workflow) -> Iterator[Observation]:
    for job, line in after.inherits.items():
        if job not in before.inherits:
            yield _observation(
                "compliance/workflow-secrets",
                "secrets-inherited",
                f"The job {quoted(job)} hands all secrets to another workflow",
                "The called workflow gets every secret, whether or not it needs it. Pass the ones it needs by name.",
                Severity.LOW,
                path,
                line,
                f"inherit {job}",
            )


def _unpinned(path: str, after: Workflow, known: set[str]) -> Iterator[Observation]:
    """Actions that the change leaves loose: new ones, and such as were pinned before."""
    new: dict[str, Use] = {}
    for use in after.uses:
        if not use.pinned and use.name not in known:
            new.setdefault(use.name, use)
    for use in new.values():
        yield _observation(
            "compliance/unpinned-action",
            "unpinned-action",
            f"The action {quoted(use.name)} is not pinned to a commit",
            f"{quoted(use.version or 'no version')} is a name that its owner, or whoever takes over the account, can move to "
            "other code, which runs with this workflow's secrets. Name the full commit, with the version in a comment.",
            Severity.LOW if use.name.startswith(_OWN) else Severity.MEDIUM,
            path,
            use.line,
            f"unpinned {use.name}",
        )


_CWE = {"excessive-permissions": 250, "dangerous-trigger": 863, "secrets-inherited": 200, "unpinned-action": 829}


def _observation(
    rule: str, family: str, title: str, body: str, severity: Severity, path: str, line: int, subject: str
) -> Observation:
    return Observation(
        rule=rule,
        family=family,
        category=Category.COMPLIANCE,
        title=title,
        body=body,
        severity=severity,
        confidence=Confidence.CERTAIN,
        location=at(path, line),
        subject=subject,
        symbol="",
        cwe=(_CWE[family],),
    )
