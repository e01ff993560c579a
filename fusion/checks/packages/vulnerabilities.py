"""Asks whether a dependency has a vulnerability that is known.

Components with an exact version are looked up in the copy of the OSV database that the operator supplies
(`FUSION_ADVISORIES`). Without a copy, with one older than 30 days, or for an ecosystem that it does not cover, nothing is
assessed: never is "nobody told" shown as "there is none". One older than 7 days is named. A copy is as old as its newest
record, or as its file where that is older. Where nothing was published for a while, OSV's list of changes
(`modified_id.csv`) or the rest of the copy shows that it is newer ([scans](scans.md#the-copy-of-osv)). One whose records tell
no date is of unknown age. What has no exact version, or a
version that cannot be compared, is not assessed either. Images, and actions that are pinned to a commit, have no version to
look up: the reason counts them. Each advisory for each component is a deviation, with the versions in which it is mended; its
severity is the advisory's (CVSS 3 base score, or the database's word).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from fusion.check import About, Source, Subject, Towards
from fusion.checks.components import InventoryCheck, called, is_sample, unread
from fusion.checks.files import counted, paths, refused
from fusion.checks.results import deviation, fingerprint, not_applicable, not_assessed, passed
from fusion.inventory.severities import severity
from fusion.model import Category, Confidence, Evidence, Location, Severity
from fusion.model.compliance import CheckResult, Deviation
from fusion.model.inventory import Component
from fusion.model.posture import Unknown
from fusion.ports.compliance import Advisory, Mirror
from fusion.render.text import clip, exact

FRESH = timedelta(days=7)
"""A copy that is older is named."""
STALE = timedelta(days=30)
"""A copy that is older shows nothing any more."""
TOOL = "osv"
"""Of the evidence: its rule is the advisory's id."""


def _has_no_version(component: Component) -> bool:
    """Whether it is of a kind that the database cannot know by a version: an image, an action at a commit."""
    return component.ecosystem == "docker" or (component.ecosystem == "github" and component.pinned)


class Vulnerabilities(InventoryCheck):
    """Known vulnerabilities."""

    about = About(
        id="vulnerabilities",
        title="No dependency has a known vulnerability",
        rationale="What is published is tried on everybody within days.",
        remediation="Update to a version in which it is mended; where there is none, replace the dependency, or have somebody "
        "accept it for a time.",
        severity=Severity.HIGH,
        reads=frozenset({Source.INVENTORY, Source.ADVISORIES, Source.CLOCK}),
        towards=(
            Towards(catalogue="ssdf", control="PW.4.4", reason="Components have no known vulnerabilities."),
            Towards(
                catalogue="ssdf",
                control="RV.2.2",
                reason="Known vulnerabilities are answered.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-VM-05)",
            ),
            Towards(
                catalogue="asvs",
                control="V15.2.1",
                reason="Components with known vulnerabilities past their time frame (which time frame has to be looked at).",
            ),
            Towards(catalogue="soc2", control="CC7.1", reason="Known vulnerabilities are open."),
            Towards(catalogue="iso27001", control="A.8.8", reason="Technical vulnerabilities are open."),
            Towards(catalogue="scorecard", control="Vulnerabilities", reason="It answers the same question."),
        ),
        scorecard="Vulnerabilities",
    )

    def judge(self, subject: Subject) -> CheckResult:
        """Each advisory for each component."""
        mirror = subject.mirror
        if isinstance(mirror, Unknown):
            return not_assessed(self.about, mirror.why)
        everything = [one for one in subject.inventory.components if not is_sample(one.path)]
        known = [one for one in everything if not _has_no_version(one)]
        read = (f"copy of OSV at {mirror.where}{f', of {mirror.at:%Y-%m-%d}' if mirror.at else ''}",)
        deviations, unsure = self._found(subject, known)
        dark = [*self._dark(subject, mirror, known), *unsure]
        dates = {type: mirror.dates.get(type, mirror.at) for type in {one.ecosystem for one in known} & mirror.ecosystems}
        old = [type for type, at in dates.items() if at is not None and subject.now - at > FRESH]
        aged = f"The copy is more than {FRESH.days} days old for {', '.join(sorted(old))}." if old else ""
        if deviations:
            # What an old copy knows is still so; what it does not know is what it says nothing about.
            what = counted(len(deviations), "advisory", "advisories")
            told = " ".join(
                filter(
                    None, (f"{what} for {counted(len({one.component for one in deviations}), 'component')}.", aged, *dark[:2])
                )
            )
            return refused(self.about, deviations, told, read=read)
        if dark:
            return not_assessed(self.about, " ".join(filter(None, (*dark[:3], aged))), read=read, as_of=mirror.at)
        if not known:
            return not_applicable(self.about, "No manifest names a dependency.", read=("tree",))
        told = f"No advisory is about any of {counted(len({one.purl for one in known}), 'component')}. {aged}".strip()
        if len(known) < len(everything):
            others = counted(len(everything) - len(known), "image or pinned action", "images and pinned actions")
            told = f"{told} {others} cannot be looked up by version."
        return passed(self.about, told, read=read, as_of=mirror.at)

    def _found(self, subject: Subject, known: Sequence[Component]) -> tuple[list[Deviation], list[str]]:
        """Deviations, and a sentence on what could not be compared."""
        found: list[Deviation] = []
        unsure: list[str] = []
        seen: set[tuple[str, str]] = set()
        # A direct dependency's place is the one that can be mended.
        for one in sorted(known, key=lambda one: (not one.direct, one.development, one.path, one.line)):
            for advisory in subject.advisories.get(one.purl, ()):
                if advisory.withdrawn or (one.purl, advisory.id) in seen:
                    continue
                seen.add((one.purl, advisory.id))
                if advisory.unsure:
                    unsure.append(f"{called(one)} {exact(one.version)[:40]}: {clip(exact(advisory.unsure), 200)}")
                else:
                    found.append(self._deviation(one, advisory))
        if len(unsure) > 1:
            unsure = [f"{len(unsure)} advisories could not be compared with versions here, such as: {unsure[0]}"]
        return found, unsure

    def _dark(self, subject: Subject, mirror: Mirror, known: Sequence[Component]) -> list[str]:
        """Sentences on what was not looked up."""
        said: list[str] = []
        types = {one.ecosystem for one in known}
        missing = types - mirror.ecosystems
        if missing:
            said.append(f"The copy of OSV does not cover {', '.join(sorted(missing))}; add it.")
        dates = {type: mirror.dates.get(type, mirror.at) for type in types - missing}
        stale = sorted(type for type, at in dates.items() if at is None or subject.now - at > STALE)
        if stale:
            said.append(
                f"The copy of OSV is older than {STALE.days} days, or of unknown age, for {', '.join(stale)}: renew it; "
                "where it is new and only has no new records, put OSV's list of changes (modified_id.csv) beside it."
            )
        loose = sorted({called(one) for one in known if not one.version})
        if loose:
            said.append(f"{counted(len(loose), 'component')} without an exact version, such as {loose[0]}: add a lock file.")
        dark = unread(subject)
        if dark:
            said.append(
                f"Not read: {paths(path for path, _ in dark if path) or 'some files'} ({clip(exact(min(dark)[1]), 160)})"
            )
        if subject.tree.cut:
            said.append(f"Not all files are known: {subject.tree.cut}")
        return said

    def _deviation(self, component: Component, advisory: Advisory) -> Deviation:
        worth = severity(advisory.severity) or self.about.severity
        mended = (
            f"mended in {', '.join(exact(one)[:40] for one in advisory.fixed[:3])}"
            if advisory.fixed
            else "not mended in any version that is known"
        )
        title = f"{called(component)} {exact(component.version)[:60]} has {exact(advisory.id)[:60]}, {mended}."
        evidence = Evidence(
            id=fingerprint(self.about.id, f"{advisory.id}\0{component.purl}"),
            tool=TOOL,
            rule=clip(exact(advisory.id), 100),
            family="vulnerable-dependency",
            category=Category.SECURITY,
            message=clip(exact(advisory.summary), 300) or title,
            severity=worth,
            confidence=Confidence.CERTAIN,
            location=Location(path=component.path, line=max(component.line, 1), end_line=max(component.line, 1)),
            snippet=clip(exact(advisory.severity), 120),
            fingerprint=fingerprint(self.about.id, f"{advisory.id}\0{component.ecosystem}\0{component.name}"),
            cwe=(1395,),
        )
        return deviation(
            self.about,
            clip(title, 400),
            key=f"{advisory.id}\0{component.ecosystem}\0{component.name}\0{component.path}",
            path=component.path,
            line=component.line,
            severity=worth,
            component=component.purl,
            evidence=(evidence,),
        )
