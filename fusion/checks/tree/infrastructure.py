"""Asks whether infrastructure that is described in files is set up securely.

It stands on checkov over Terraform, Bicep, CloudFormation, ARM templates and Kubernetes manifests. Findings of medium severity
and above count, outside of tests and examples. Where checkov is not installed, or did not read one of these files, it is not
assessed. YAML and JSON are known by their contents where these are at hand, else by their folder.
"""

from __future__ import annotations

import re

from fusion.changes.roles import is_example, is_test
from fusion.check import About, Source, Subject, Towards
from fusion.checks.evidence import judged, kept_out, missed, speaking
from fusion.checks.files import TreeCheck, counted, refused, regular
from fusion.checks.results import not_applicable, not_assessed, passed
from fusion.checks.sources import read_by
from fusion.evidence.analyzers.checkov import Checkov
from fusion.model import Severity
from fusion.model.compliance import CheckResult

_TOOL = "checkov"
_ALWAYS = (".tf", ".bicep")
_MAYBE = (".yaml", ".yml", ".json", ".template")
_FOLDER = re.compile(
    r"(?:^|/)(?:k8s|kubernetes|kustomize|manifests?|deploy(?:ments?)?|helm|charts|cloudformation|cfn|infra(?:structure)?|iac|arm)/",
    re.I,
)


class Infrastructure(TreeCheck):
    """Infrastructure as code."""

    about = About(
        id="infrastructure",
        title="Infrastructure as code is set up securely",
        rationale="What the files describe is what runs: an open bucket in a file is an open bucket.",
        remediation="Follow the advice of each finding; accept what is meant to be open as an exception, with a reason.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="ssdf", control="PO.5.1", reason="Environments that the code describes are protected."),
            Towards(catalogue="ssdf", control="PW.9.1", reason="Defaults that the code describes are secure."),
            Towards(catalogue="cis-github", control="5.1.5", reason="Infrastructure as code was scanned, and nothing is open."),
            Towards(catalogue="soc2", control="CC6.6", reason="What is open to the outside."),
            Towards(catalogue="soc2", control="CC7.1", reason="Configuration departs from what is secure."),
            Towards(catalogue="iso27001", control="A.8.9", reason="Configuration departs from what is secure."),
        ),
    )

    def wants(self, path: str) -> bool:
        """YAML and JSON in folders that are named after infrastructure."""
        return path.lower().endswith(_MAYBE) and _FOLDER.search(path) is not None

    def judge(self, subject: Subject) -> CheckResult:
        """Findings first; then whether checkov read everything."""
        spoken = (
            one
            for one in subject.evidence
            if one.tool == _TOOL and not is_test(one.location.path) and not is_example(one.location.path)
        )
        found = judged(spoken, subject.policy, self.about.severity)
        if found.against:
            against = speaking(self.about, found.against)
            told = f"{counted(len(against), 'weakness', 'weaknesses')} in infrastructure.{found.beside()}"
            read = sorted({one.location.path for one in found.against})
            return refused(self.about, against, told, read=read)
        files = self._files(subject)
        unread = files - read_by(subject, _TOOL)
        if unread:
            return not_assessed(self.about, missed(subject, _TOOL, unread))
        if subject.tree.cut:
            return self.partial(subject)
        if not files:
            return not_applicable(self.about, "No file describes infrastructure.", read=("tree",))
        told = f"checkov knows of no weakness in {counted(len(files), 'file')}.{found.beside()}"
        return passed(self.about, told, read=sorted(files)[:500])

    def _files(self, subject: Subject) -> set[str]:
        reader, skipped = Checkov(), kept_out(subject.policy)
        files: set[str] = set()
        for file in regular(subject.tree):
            path, name = file.path, file.path.lower()
            if not name.endswith((*_ALWAYS, *_MAYBE)) or is_test(path) or is_example(path) or skipped(path):
                continue
            data = subject.contents.get(path)
            known = reader.wants(path, data) if data is not None else name.endswith(_ALWAYS) or self.wants(path)
            if known and file.size != 0:
                files.add(path)
        return files
