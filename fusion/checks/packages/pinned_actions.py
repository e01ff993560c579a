"""Asks whether the actions that workflows use are pinned to commits.

A tag or a branch of an action can be moved, and what runs in a build then changes unseen, with the token and the secrets of
its job. Each `uses:` of a workflow or a composite action must name a full commit, or an image's digest; actions of the same
repository (`./`) need none. GitHub's own (`actions/`, `github/`) weigh less: who owns them owns the machine that runs them,
too. A comment with the tag beside the commit keeps it readable, and tools that propose updates understand it.
"""

from __future__ import annotations

from fusion.check import About, Source, Subject, Towards
from fusion.checks.archive import unpacked
from fusion.checks.components import InventoryCheck, called, is_sample
from fusion.checks.files import counted
from fusion.checks.results import deviation, not_assessed
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.render.text import clip, exact

_OWN = ("actions/", "github/")


class PinnedActions(InventoryCheck):
    """Actions by commit."""

    about = About(
        id="pinned-actions",
        title="Actions are pinned to commits",
        rationale="Who can move a tag of an action runs code in every build that uses it, with that build's secrets.",
        remediation="Write the full commit after the `@`, and the tag as a comment behind it: `# v1.2.3`.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.INVENTORY}),
        towards=(
            Towards(catalogue="ssdf", control="PO.3.2", reason="Parts of the tool chain are fixed."),
            Towards(catalogue="cis-github", control="2.4.2", reason="What a build fetches is fixed."),
            Towards(catalogue="soc2", control="CC6.8", reason="Changed actions do not run unseen."),
            Towards(catalogue="iso27001", control="A.5.21", reason="Parts of the supply chain are fixed."),
            Towards(catalogue="iso27001", control="A.8.19", reason="What runs in builds does not change unseen."),
            Towards(catalogue="scorecard", control="Pinned-Dependencies", reason="It answers a part of the question."),
        ),
        scorecard="Pinned-Dependencies",
    )

    def judge(self, subject: Subject) -> CheckResult:
        """Every use by itself."""
        uses = [one for one in subject.inventory.components if one.ecosystem == "github" and not is_sample(one.path)]
        loose = [
            deviation(
                self.about,
                f"The action {called(one)} is taken as `{clip(exact(one.version), 60) or 'its newest'}`, which can be moved.",
                key=f"{one.path}\0{one.name}\0{one.version}",
                path=one.path,
                line=one.line,
                severity=Severity.LOW if one.name.lower().startswith(_OWN) else None,
                component=one.purl,
            )
            for one in uses
            if not one.pinned
        ]
        mark = "" if loose else unpacked(subject)
        if mark:
            why = f"There are no GitHub workflows, but this is a source distribution ({mark}), which leaves them out."
            return not_assessed(self.about, f"{why} Scan the repository.", read=("tree",))
        return self.concluded(
            subject,
            uses,
            loose,
            failed=f"{len(loose)} of {counted(len(uses), 'use')} of actions are not pinned to a commit.",
            passed_as=f"{counted(len(uses), 'use')} of actions, each pinned to a commit.",
            nothing="No workflow uses an action of somebody else.",
            concerns=lambda path: ".github/" in path or path.rpartition("/")[2] in ("action.yml", "action.yaml"),
        )
