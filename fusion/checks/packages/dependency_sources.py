"""Asks whether dependencies come from registries, or from elsewhere in a way that cannot change.

A dependency on a git repository is fixed only by a full commit, one on an address only by a hash; and what comes over plain
http, or over git's own protocol without encryption, anybody on the way can change. Dependencies within the tree are not asked
about, but for packed files without a hash, which nobody can look into. Options of requirements files, pip's and uv's own
files, tables of uv, Poetry, PDM and Pipenv, and .npmrc, .yarnrc and .yarnrc.yml are deviations where they have another index
asked, files looked for elsewhere, or a host trusted without its certificate: pip takes the highest version of any index that it
knows. An index that is asked over https, and only for packages that name it or for those of a scope, is none.
"""

from __future__ import annotations

import re

from fusion.check import About, Source, Subject, Towards
from fusion.checks.components import InventoryCheck, called, is_sample
from fusion.checks.files import counted
from fusion.checks.results import deviation
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.model.inventory import Component, Origin
from fusion.render.text import clip, exact

_PLAIN = re.compile(r"(?:git\+)?(?:http|git|ftp)://")


def flaw(component: Component) -> tuple[str, Severity] | None:
    """What is wrong with where it comes from; None: nothing."""
    if component.source in ("registry", "path"):
        return None
    where = clip(exact(component.address), 160)
    if _PLAIN.match(component.address):
        return f"{called(component)} comes without encryption from {where}.", Severity.HIGH
    if not component.pinned or not component.hashed:
        by = "a commit" if component.source == "git" else "a hash"
        return f"{called(component)} comes from {where} and is not fixed by {by}.", Severity.MEDIUM
    return None


def strays(origin: Origin) -> tuple[str, Severity] | None:
    """What a line that changes where packages come from makes possible; None: nothing that is wrong."""
    where = clip(exact(origin.address), 160)
    plain = Severity.HIGH if _PLAIN.match(origin.address) else Severity.MEDIUM
    unsafe = ", without encryption" if plain is Severity.HIGH else ""
    match origin.option:
        case "explicit" if not unsafe:
            return None
        case "file":
            return f"The packed file {where} is installed and not fixed by a hash.", plain
        case "--trusted-host":
            return f"Packages are taken from {where} without its certificate being looked at.", Severity.HIGH
        case "--extra-index-url":
            return f"Any package may also come from the index {where}{unsafe}.", plain
        case "--find-links":
            return f"Any package may also come from the files at {where}{unsafe}.", plain
        case _:
            return f"Packages come from the index {where}{unsafe}.", plain


class DependencySources(InventoryCheck):
    """Where dependencies come from."""

    about = About(
        id="dependency-sources",
        title="Dependencies come from registries, or are fixed by commit or hash",
        rationale="A branch or an address gives whatever lies there today, and no registry has looked at it.",
        remediation="Take it from the registry, or name the full commit or a hash; use https.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.INVENTORY}),
        towards=(
            Towards(catalogue="cis-github", control="3.1.1", reason="Whether what comes from elsewhere is verified."),
            Towards(catalogue="cis-github", control="2.4.2", reason="What a build fetches is fixed."),
            Towards(catalogue="soc2", control="CC6.8", reason="Changed components do not come in unseen."),
            Towards(catalogue="iso27001", control="A.5.21", reason="Parts of the supply chain are fixed."),
        ),
    )

    def judge(self, subject: Subject) -> CheckResult:
        """Every component that comes from elsewhere."""
        known = [one for one in subject.inventory.components if not is_sample(one.path)]
        found = [
            deviation(
                self.about,
                said[0],
                key=f"{one.path}\0{one.ecosystem}\0{one.name}",
                path=one.path,
                line=one.line,
                severity=said[1],
                component=one.purl,
            )
            for one in known
            if (said := flaw(one)) is not None
        ]
        found += [
            deviation(
                self.about,
                told[0],
                key=f"{one.path}\0{one.option}\0{one.address}",
                path=one.path,
                line=one.line,
                severity=told[1],
            )
            for one in subject.inventory.origins
            if not is_sample(one.path)
            if (told := strays(one)) is not None
        ]
        elsewhere = sum(one.source in ("git", "url") for one in known)
        return self.concluded(
            subject,
            known,
            found,
            failed=f"{counted(len(found), 'dependency or option', 'dependencies and options')} can change code unseen.",
            passed_as=f"{counted(len(known), 'entry', 'entries')} of manifests and lock files; "
            + (f"{elsewhere} from outside of registries, each fixed." if elsewhere else "none from outside of registries."),
            nothing="No manifest names a dependency.",
            sources=True,
        )
