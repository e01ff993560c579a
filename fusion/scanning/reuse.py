"""Which results of the last scan still stand. Pure.

A result that stands on nothing but what a commit holds is taken over while contents, rules and policy are the same. What
stands on settings, advisories, the deployment or the clock is assessed each time: it is cheap, and stale must not look current.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping

from fusion import __version__
from fusion.check import Check, Source
from fusion.model import Outcome, Record, ToolRun
from fusion.model.compliance import CheckResult, Status
from fusion.model.inventory import Tree

FIXED = frozenset({Source.TREE, Source.EVIDENCE, Source.INVENTORY})
"""What the same files always say. The history is not among it: a branch beside this commit may hold more."""


class Basis(Record):
    """What results were made from."""

    commit: str
    tree: str
    """`tree_digest`."""
    rules: str
    """`rules_digest`."""
    policy: str
    """`fusion.policy.digest`."""


class Last(Record):
    """What a scan leaves for the next one of its repository."""

    scan: str
    """Digest of the `Scan`."""
    id: str
    basis: Basis
    reading: str = ""
    """Digest of the `Reading`."""
    change: str = ""
    evidence: tuple[str, ...] = ()
    """Digests of the `ToolReport`s; none where a tool should be run again."""
    inventory: str = ""
    chain: str = ""
    issues: bool = False
    cut: bool = False
    """Not all files were known: a scan that knows them is not compared with this one."""
    whole: str = ""
    """Digest of the last whole `Scan`, where `scan` is none; empty: there was none."""
    gone: bool = False
    """The repository was not there any more when it was to be scanned again: `fusion purge` need not keep this."""

    def compared(self, *, cut: bool) -> str:
        """Digest of the scan that one is compared with, `cut` or whole; empty: with none."""
        return self.whole or (self.scan if cut or not self.cut else "")


def tree_digest(tree: Tree) -> str:
    """`sha256:` and 64 hex digits over paths, modes and contents; the same for every commit with these files."""
    digest = hashlib.sha256(tree.cut.encode())
    for file in sorted(tree.files, key=lambda one: one.path):
        digest.update(f"\0{file.mode} {file.blob} {file.path}".encode("utf-8", "surrogatepass"))
    return f"sha256:{digest.hexdigest()}"


def rules_digest(checks: Iterable[Check], tools: Mapping[str, str]) -> str:
    """Digest over what decides how a tree is judged: this version, the checks, and each tool with its version and rules."""
    said = {
        "version": __version__,
        "checks": sorted(_described(check) for check in checks),
        "tools": dict(tools),
    }
    return f"sha256:{hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()}"


def _described(check: Check) -> str:
    about = check.about
    reads = ",".join(sorted(about.reads))
    # (A set's repr differs from process to process.)
    return f"{about.id} {type(check).__module__} {reads} {about.severity} {about.title} {about.remediation} {about.towards!r}"


def standing(checks: Iterable[Check], results: Iterable[CheckResult], *, then: Basis, now: Basis) -> Mapping[str, CheckResult]:
    """By check, the results of `then` that still hold now, marked as taken over; exceptions are forgotten.

    What was not assessed is tried again.
    """
    if (then.tree, then.rules, then.policy) != (now.tree, now.rules, now.policy):
        return {}
    fixed = {check.about.id for check in checks if check.about.reads and check.about.reads <= FIXED}
    return {one.check: _taken_over(one) for one in results if one.check in fixed and one.status is not Status.NOT_ASSESSED}


def _taken_over(result: CheckResult) -> CheckResult:
    bare = tuple(one.model_copy(update={"accepted": ""}) for one in result.deviations)
    return result.model_copy(update={"deviations": bare, "reused": True})


def lasting(runs: Collection[ToolRun]) -> bool:
    """Whether these tools, asked again about the same files, would say the same: none of them failed or ran out of time."""
    return all(run.outcome in (Outcome.OK, Outcome.SKIPPED, Outcome.CUT) for run in runs)
