"""Asks whether a public repository builds on machines of its owner's own.

Anybody may open a pull request there, and what it runs stays on a machine that is not thrown away afterwards. A job counts when
its `runs-on` names `self-hosted` or a group; labels that are neither GitHub's nor filled in by the job's matrix may stand for
such a machine, and leave the check unassessed. A private repository is not asked. Reference: "About self-hosted runners" in
GitHub's documentation.
"""

from __future__ import annotations

import re

from fusion.check import About, Source, Subject, Towards
from fusion.checks.files import counted, paths, refused
from fusion.checks.results import deviation, not_applicable, not_assessed, passed
from fusion.checks.workflows import Pipelines, WorkflowCheck
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.model.posture import Unknown
from fusion.render.text import clip, exact

_GITHUBS = re.compile(r"(?:ubuntu|windows|macos)-[\w.-]{1,40}", re.I)


class SelfHostedRunners(WorkflowCheck):
    """Machines of one's own."""

    about = About(
        id="self-hosted-runners",
        title="A public repository does not build on machines of its owner's own",
        rationale="A pull request could leave something on the machine that steals from, or changes, the next build.",
        remediation="Use GitHub's runners, or ephemeral ones that are made for one job, for what pull requests start.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE, Source.SETTINGS}),
        towards=(
            Towards(catalogue="osps", control="OSPS-BR-01.03", reason="Untrusted code reaches machines that are kept."),
            Towards(catalogue="cis-github", control="2.2.1", reason="Whether machines that build are used once."),
            Towards(catalogue="ssdf", control="PO.5.1", reason="Builds are kept apart from each other."),
        ),
    )

    def over(self, subject: Subject, found: Pipelines) -> CheckResult:
        """Visibility matters only where there is such a machine, or may be one."""
        read = [flow.path for flow in found.read]
        places = [(flow, job, label) for flow in found.read for job in flow.jobs for label in job.runs_on]
        kept = [place for place in places if place[2].lower() == "self-hosted" or place[2].startswith("group:")]
        strange = [place for place in places if place not in kept and _GITHUBS.fullmatch(place[2].strip()) is None]
        basics = subject.posture if isinstance(subject.posture, Unknown) else subject.posture.basics
        if not isinstance(basics, Unknown) and basics.visibility != "public":
            return not_applicable(self.about, "The repository is not public.", read=("settings: basics",))
        if kept and isinstance(basics, Unknown):
            told = f"Whether the repository is public is not known, and jobs run on machines of its owner's own. {basics.why}"
            return not_assessed(self.about, told, permission=basics.permission, read=read)
        if kept:
            deviations = [
                deviation(
                    self.about,
                    f"Job `{clip(exact(job.name), 60)}` runs on `{clip(exact(label), 60)}`.",
                    key=f"{flow.path}\0{job.name}",
                    path=flow.path,
                    line=job.line,
                )
                for flow, job, label in kept
            ]
            told = f"{counted(len({(flow.path, job.name) for flow, job, _ in kept}), 'job')} on machines of the owner's own."
            return refused(self.about, deviations, told, read=read)
        lacking = self.incomplete(subject, found)
        if lacking is not None:
            return lacking
        if strange:
            flow, _, label = strange[0]
            told = f"Which machine `{clip(exact(label), 60)}` is, cannot be told ({paths([flow.path])}); look."
            return not_assessed(self.about, told, read=read)
        return passed(self.about, f"All jobs of {counted(len(read), 'workflow')} run on machines of GitHub's.", read=read)
