"""Asks whether a tool proposes updates for every kind of dependency that the repository has.

Known are Dependabot's version updates (`.github/dependabot.yml`), Renovate and, for Scala, Scala Steward. Renovate finds the
manifests by itself; Dependabot updates what its file names, so each ecosystem of the inventory must stand there, with a
limit of open pull requests that is not 0. Dependabot's security updates are a setting, and another check's question. Reference:
"Configuration options for the dependabot.yml file" in GitHub's documentation.
"""

from __future__ import annotations

import re

from fusion.changes.roles import is_test
from fusion.check import About, Source, Subject, Towards
from fusion.checks.automation import unread_manifests
from fusion.checks.files import Pages, TreeCheck, pages, paths, refused
from fusion.checks.results import deviation, not_applicable, not_assessed, passed
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.reading.workflows import UnreadableWorkflow, composed, entries, items, scalar

_DEPENDABOT = (".github/dependabot.yml", ".github/dependabot.yaml")
_RENOVATE = re.compile(r"(?:\.github/|\.gitlab/)?(?:\.?renovate\.json5?|\.renovaterc(?:\.json5?)?)|\.scala-steward\.conf", re.I)
_OFF = re.compile(r"^\s{0,8}[{]?\s{0,8}[\"']?enabled[\"']?\s{0,4}:\s{0,4}false\b", re.M)
_NAMES = {
    "pypi": ("pip", "uv"),
    "npm": ("npm", "bun"),
    "golang": ("gomod",),
    "maven": ("maven", "gradle", "sbt"),
    "cargo": ("cargo",),
    "nuget": ("nuget",),
    "gem": ("bundler",),
    "docker": ("docker", "docker-compose", "helm"),
    "github": ("github-actions",),
    "githubactions": ("github-actions",),
}
"""What Dependabot calls a purl's type."""


class DependencyUpdateTool(TreeCheck):
    """Updates that come by themselves."""

    about = About(
        id="dependency-update-tool",
        title="A tool proposes updates of dependencies",
        rationale="Dependencies that nobody updates keep their vulnerabilities, and become harder to update with each year.",
        remediation="Write `.github/dependabot.yml` with an entry for each ecosystem, or switch Renovate on.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.INVENTORY}),
        towards=(
            Towards(catalogue="ssdf", control="PW.4.1", reason="Components are kept up to date."),
            Towards(catalogue="soc2", control="CC7.1", reason="Outdated components are noticed."),
            Towards(catalogue="iso27001", control="A.8.8", reason="Outdated components are noticed."),
            Towards(catalogue="scorecard", control="Dependency-Update-Tool", reason="It answers the same question."),
        ),
        scorecard="Dependency-Update-Tool",
    )

    def wants(self, path: str) -> bool:
        """The tools' configurations."""
        return path in _DEPENDABOT or _RENOVATE.fullmatch(path) is not None

    def judge(self, subject: Subject) -> CheckResult:
        """Renovate covers everything; Dependabot what it names."""
        found = pages(subject, self.wants)
        used = {
            one.ecosystem: one.path
            for one in reversed(subject.inventory.components)
            if one.ecosystem in _NAMES and one.source != "path" and not is_test(one.path)
        }
        renovate = [path for path, text in found.texts.items() if path not in _DEPENDABOT and not _OFF.search(text)]
        if renovate:
            return passed(self.about, f"{paths(renovate)} sets up a tool that finds all manifests.", read=sorted(renovate))
        if found.unread:
            return not_assessed(self.about, found.why())
        named, wrong = _named(found)
        if wrong:
            return not_assessed(self.about, f"{paths(wrong)} could not be read: {next(iter(wrong.values()))}. Mend it.")
        missing = {name: path for name, path in used.items() if named.isdisjoint(_NAMES[name])}
        if missing and named:
            deviations = [
                deviation(
                    self.about, f"Dependabot updates no {_NAMES[name][0]} dependencies ({paths([path])}).", key=name, path=path
                )
                for name, path in sorted(missing.items())
            ]
            told = f"Dependabot does not update {', '.join(sorted(missing))}."
            return refused(self.about, deviations, told, read=sorted(found.texts))
        if subject.tree.cut:
            return self.partial(subject)
        if missing:
            return self.absent(subject, "No tool proposes updates of dependencies.", key="none", read=("tree", "inventory"))
        dark = unread_manifests(subject)
        if dark:
            told = f"{paths(dark)} could not be read; whether a tool updates what it names is open."
            return not_assessed(self.about, told, read=sorted(found.texts))
        if not used:
            return not_applicable(self.about, "No dependency is named that a tool could update.", read=("inventory",))
        return passed(self.about, f"Dependabot updates {', '.join(sorted(used))}.", read=sorted(found.texts))


def _named(found: Pages) -> tuple[set[str], dict[str, str]]:
    """Ecosystems that Dependabot updates, and files that it cannot read with the reason."""
    named: set[str] = set()
    wrong: dict[str, str] = {}
    for path in _DEPENDABOT:
        text = found.texts.get(path, "")
        if not text.strip():
            continue
        try:
            updates = items(entries(composed(text)).get("updates"))
        except UnreadableWorkflow as error:
            wrong[path] = str(error)
            continue
        for update in updates:
            said = entries(update)
            if scalar(said.get("open-pull-requests-limit")).strip() != "0":
                named.add(scalar(said.get("package-ecosystem")).strip().lower())
    return named - {""}, wrong
