"""Asks whether manifests have lock files, whether these still fit, and whether they fix bytes by hashes.

A manifest that asks for packages of an ecosystem with lock files (npm, Cargo, Go, Composer, Bundler, pip, NuGet, Gradle)
should have one, beside it or, in a workspace, above it. It no longer fits where it was written for another range, has a
version that the manifest does not allow, or does not name what the manifest asks for; what is asked for only under a
condition (a marker, a platform, as an option) it may lack. A version without a hash can be published anew by who controls the
index: of Python, npm, Cargo, NuGet and Go, whose lock files hold hashes, each locked package should have one. For Maven, and
where every entry names an exact version with its hash, there is nothing to ask. What pip-compile or uv wrote, and says so, is
the lock file of the manifests that it was made from. Test data and examples are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from fusion.check import About, Source, Subject, Towards
from fusion.checks.components import InventoryCheck, called, is_sample
from fusion.checks.files import counted
from fusion.checks.results import deviation
from fusion.inventory.python import is_constraints
from fusion.model import Severity
from fusion.model.compliance import CheckResult, Deviation
from fusion.model.inventory import Component
from fusion.render.text import clip, exact

_WITH_LOCKS = frozenset({"pypi", "npm", "cargo", "golang", "gem", "composer", "nuget", "hex"})
_WITH_HASHES = frozenset({"pypi", "npm", "cargo", "golang", "nuget"})


class LockFiles(InventoryCheck):
    """Manifests and their lock files."""

    about = About(
        id="lock-files",
        title="Manifests have lock files that fit and hold hashes",
        rationale="Without a lock file two builds of one commit differ, and what dependencies need is chosen anew each time.",
        remediation="Commit the lock file, with hashes, write it anew when the manifest changes, and install from it alone.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.INVENTORY}),
        towards=(
            Towards(
                catalogue="osps", control="OSPS-BR-05.01", reason="Dependencies are taken in with the ecosystem's own tools."
            ),
            Towards(catalogue="cis-github", control="2.4.2", reason="What a build fetches is fixed."),
            Towards(catalogue="cis-github", control="2.4.3", reason="Whether what is fetched is validated (hashes)."),
            Towards(catalogue="cis-github", control="3.1.1", reason="Whether what is fetched is verified (hashes)."),
            Towards(catalogue="ssdf", control="PW.4.1", reason="Which components are used is fixed."),
            Towards(catalogue="asvs", control="V15.2.4", reason="What is installed is what was chosen, also indirectly."),
            Towards(catalogue="iso27001", control="A.5.21", reason="Parts of the supply chain are fixed."),
        ),
    )

    def judge(self, subject: Subject) -> CheckResult:
        """Every manifest, then every lock file."""
        known = [one for one in subject.inventory.components if one.ecosystem in _WITH_LOCKS and not is_sample(one.path)]
        found = [*self._missing(known), *self._stale(known), *self._unhashed(known)]
        return self.concluded(
            subject,
            known,
            found,
            failed=f"{counted(len(found), 'flaw')} of lock files: missing, out of date, or without hashes.",
            passed_as=f"Each manifest has a lock file that fits and holds hashes ({counted(len(known), 'component')}).",
            nothing="No manifest asks for packages of an ecosystem that has lock files.",
            concerns=lambda path: path.rpartition("/")[2] not in ("pom.xml",) and not path.endswith((".yml", "Dockerfile")),
        )

    def _missing(self, known: list[Component]) -> Iterator[Deviation]:
        """Manifests of which no entry is locked, though some are not fixed by themselves; and those that constraints, which
        need not name everything, fix only in part. What a resolver wrote for another's sake counts like any entry."""
        manifests: dict[str, list[Component]] = {}
        for one in known:
            if one.lock != one.path and one.source != "path":
                manifests.setdefault(one.path, []).append(one)
        for path, entries in sorted(manifests.items()):
            locks = {one.lock or one.omitted for one in entries if one.lock or one.omitted}
            loose = [one for one in entries if not (one.lock or one.omitted or one.stale or (one.pinned and one.hashed))]
            if locks or any(one.stale for one in entries):
                # Other lock files may rightly leave out what only a build or development needs.
                if not all(is_constraints(lock) for lock in locks) or any(one.stale for one in entries):
                    continue
                loose = [one for one in loose if not (one.development and path.endswith("pyproject.toml"))]
            if not loose:
                continue
            part = (
                f", and {len(loose)} of its {len(entries)} entries are not fixed by a hash" if len(loose) < len(entries) else ""
            )
            lacks = "has no lock file" if not locks else "has a lock file that does not name everything"
            yield deviation(
                self.about,
                f"{clip(exact(path), 160)} {lacks}{part}.",
                key=f"missing\0{path}",
                path=path,
                line=min(one.line for one in loose),
                severity=Severity.LOW if all(one.development for one in loose) else None,
            )

    def _stale(self, known: list[Component]) -> Iterator[Deviation]:
        for one in known:
            if one.stale:
                yield deviation(
                    self.about,
                    clip(exact(one.stale), 300),
                    key=f"stale\0{one.path}\0{one.name}",
                    path=one.path,
                    line=one.line,
                    component=one.purl,
                )

    def _unhashed(self, known: list[Component]) -> Iterator[Deviation]:
        """One deviation a lock file, so that a file without any hash is one flaw and not a thousand."""
        bare: dict[str, list[Component]] = {}
        for one in known:
            if one.lock and not one.hashed and one.ecosystem in _WITH_HASHES:
                bare.setdefault(one.lock, []).append(one)
        for lock, which in sorted(bare.items()):
            yield deviation(
                self.about,
                f"{clip(exact(lock), 160)} holds no hash for {counted(len(which), 'package')}, {called(which[0])} for one.",
                key=f"unhashed\0{lock}",
                path=lock,
                line=which[0].line if which[0].path == lock else 0,
                severity=Severity.LOW,
            )
