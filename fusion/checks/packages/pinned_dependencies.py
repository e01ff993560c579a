"""Asks whether each dependency is fixed to one version, by its manifest or by a lock file.

Looked at is what manifests name directly, of every ecosystem that is read, except actions and images, which have checks of
their own. One is fixed where its manifest names just one version or commit, or where a lock file beside the manifest (or
above it, in a workspace) names the version, or rightly lacks what is asked for only under a condition. Ranges without a lock
file install tomorrow what nobody has looked at. What only development or a build needs weighs less. Files that are data of
tests or examples are left out.
"""

from __future__ import annotations

from fusion.check import About, Source, Subject, Towards
from fusion.checks.components import InventoryCheck, called, is_sample
from fusion.checks.files import counted
from fusion.checks.results import deviation
from fusion.inventory.actions import FORMATS as ACTIONS
from fusion.inventory.containers import is_compose, is_dockerfile
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.render.text import clip, exact


class PinnedDependencies(InventoryCheck):
    """Dependencies in one version."""

    about = About(
        id="pinned-dependencies",
        title="Dependencies are pinned to one version",
        rationale="A range takes in whatever is published next, also by somebody who took over the package.",
        remediation="Keep the lock file of the ecosystem's own tool beside the manifest, or name exact versions.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.INVENTORY}),
        towards=(
            Towards(catalogue="cis-github", control="3.1.7", reason="Whether dependencies are pinned."),
            Towards(catalogue="ssdf", control="PW.4.1", reason="Which components are used is fixed."),
            Towards(catalogue="asvs", control="V15.2.4", reason="What is installed is what was chosen."),
            Towards(catalogue="soc2", control="CC6.8", reason="Changed components do not come in unseen."),
            Towards(catalogue="iso27001", control="A.5.21", reason="Parts of the supply chain are fixed."),
            Towards(catalogue="scorecard", control="Pinned-Dependencies", reason="It answers a part of the question."),
        ),
        scorecard="Pinned-Dependencies",
    )

    def judge(self, subject: Subject) -> CheckResult:
        """Every direct dependency by itself."""
        named = [
            one
            for one in subject.inventory.components
            if one.direct and one.ecosystem not in ("github", "docker") and not is_sample(one.path)
        ]
        loose = [
            deviation(
                self.about,
                f"{called(one)} may be installed in any version that fits `{clip(exact(one.wanted), 80) or 'any'}`.",
                key=f"{one.path}\0{one.ecosystem}\0{one.name}",
                path=one.path,
                line=one.line,
                severity=Severity.LOW if one.development else None,
                component=one.purl,
            )
            for one in named
            if not one.pinned and not one.omitted
        ]
        left = sum(bool(one.omitted) for one in named)
        beside = f", but for {left} that the lock file leaves out by a condition" if left else ""
        return self.concluded(
            subject,
            named,
            loose,
            failed=f"{len(loose)} of {counted(len(named), 'dependency', 'dependencies')} are not fixed to one version.",
            passed_as=f"{counted(len(named), 'direct dependency', 'direct dependencies')}, each fixed to one version{beside}.",
            nothing="No manifest names a dependency.",
            concerns=lambda path: not (is_dockerfile(path) or is_compose(path) or ACTIONS[0].matches(path)),
        )
