"""Asks whether the licences of dependencies are as policy wants them.

`scans.licences_allow` and `scans.licences_deny` name SPDX identifiers, expressions, or families with `*` at the end. Each
part of an AND must fit, and one part of an OR. A licence is known where a lock file tells it (npm, Composer) or the
operator's data does. Where nobody knows a licence, what is told is no SPDX expression, or it is somebody's own (`LicenseRef-`)
and policy names only what is denied, `scans.licences_unknown` decides:
`fail` makes it a deviation; with `note` the check cannot pass as long as there are any, and is not assessed. Actions and
images are not asked about.
"""

from __future__ import annotations

from collections.abc import Mapping

from fusion.check import About, Source, Subject, Towards
from fusion.checks.components import InventoryCheck, called, is_sample
from fusion.checks.files import counted
from fusion.checks.results import deviation, not_assessed
from fusion.inventory.licences import Judged, Standing, UnreadableLicence, judge
from fusion.model import Severity
from fusion.model.compliance import CheckResult, Deviation
from fusion.model.inventory import Component
from fusion.render.text import clip, exact

_DARK = (Standing.UNKNOWN, Standing.UNREADABLE)


class DependencyLicences(InventoryCheck):
    """Licences against policy."""

    about = About(
        id="dependency-licences",
        title="Licences of dependencies are as policy wants them",
        rationale="The terms of a dependency bind whoever ships it, whether they have read them or not.",
        remediation="Replace the dependency, choose another of the licences that it offers, or have somebody accept it.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.INVENTORY}),
        towards=(
            Towards(catalogue="cis-github", control="3.2.1", reason="The policy for dependencies is kept."),
            Towards(catalogue="cis-github", control="3.2.3", reason="Packages are looked at for their licences."),
            Towards(catalogue="ssdf", control="PW.4.4", reason="Components are as the organisation wants them."),
            Towards(catalogue="iso27001", control="A.5.32", reason="Others' rights in components are respected."),
        ),
    )

    def judge(self, subject: Subject) -> CheckResult:
        """Each package once."""
        wanted = subject.policy.scans
        if not wanted.licences_allow and not wanted.licences_deny:
            return not_assessed(
                self.about, "Policy says nothing of licences: name some in `scans.licences_allow` or `scans.licences_deny`."
            )
        packages: dict[str, Component] = {}
        for one in subject.inventory.components:
            if one.ecosystem not in ("github", "docker") and not is_sample(one.path):
                packages.setdefault(one.purl, one)
        verdicts: dict[str, Judged] = {}
        try:
            for one in packages.values():
                if one.licence not in verdicts:
                    verdicts[one.licence] = judge(one.licence, allow=wanted.licences_allow, deny=wanted.licences_deny)
        except UnreadableLicence as error:
            return not_assessed(self.about, f"{clip(exact(str(error)), 300)} Mend the policy.")
        found = {purl: verdicts[one.licence] for purl, one in packages.items()}
        bad = {purl for purl, one in found.items() if one.standing in (Standing.DENIED, Standing.NOT_ALLOWED)}
        dark = {purl for purl, one in found.items() if one.standing in _DARK}
        failing = sorted(bad | (dark if wanted.licences_unknown == "fail" else set()))
        deviations = [self._deviation(packages[purl], found[purl]) for purl in failing]
        unknown = self._unknown({purl: found[purl] for purl in dark}, packages)
        if not deviations and dark:
            return not_assessed(
                self.about,
                f"{unknown} Add lock files that tell it, or set `scans.licences_unknown: fail` to have each listed.",
                read=tuple(sorted({one.path for one in packages.values()}))[:100],
            )
        return self.concluded(
            subject,
            list(packages.values()),
            deviations,
            failed=f"{counted(len(bad), 'component')} with a licence that policy does not want. {unknown}".strip(),
            passed_as=f"{counted(len(packages), 'component')}, each with a licence that policy allows.",
            nothing="No manifest names a dependency.",
        )

    @staticmethod
    def _unknown(dark: Mapping[str, Judged], packages: Mapping[str, Component]) -> str:
        """How many have no licence that can be judged, and of one why."""
        if not dark:
            return ""
        count = f"Of {counted(len(dark), 'component')} nobody tells a licence that can be read"
        purl = next((purl for purl in sorted(dark) if packages[purl].licence.strip()), "")
        return f"{count}, such as {called(packages[purl])}: {clip(exact(dark[purl].why), 240)}" if purl else f"{count}."

    def _deviation(self, component: Component, judged: Judged) -> Deviation:
        return deviation(
            self.about,
            clip(exact(f"{component.name} {component.version}: {judged.why}"), 300),
            key=f"{component.ecosystem}\0{component.name}\0{component.licence}",
            path=component.path,
            line=component.line,
            severity=Severity.LOW if component.development or judged.standing in _DARK else None,
            component=component.purl,
        )
