"""Asks whether workflows hand secrets only to the jobs that name them.

Three ways give away more: `secrets: inherit` (a called workflow gets all of them), `toJSON(secrets)` (a step gets all of them),
and a secret that is named in a workflow under `pull_request_target`, which any stranger's pull request starts; there only the
token that GitHub makes for the run is in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fusion.check import About, Source, Subject, Towards
from fusion.checks.files import counted, refused
from fusion.checks.results import deviation, passed
from fusion.checks.workflows import Pipeline, Pipelines, WorkflowCheck
from fusion.model import Severity
from fusion.model.compliance import CheckResult, Deviation
from fusion.render.text import clip, exact

_NAMED = re.compile(r"\bsecrets\s{0,3}(?:\.\s{0,3}|\[\s{0,3}['\"])([A-Za-z_]\w{0,99})")
_ALL = re.compile(r"toJSON\(\s{0,3}secrets\s{0,3}\)|\bsecrets\s{0,3}\[\s{0,3}(?!['\"])", re.I)
_OWN = "github_token"


class WorkflowSecrets(WorkflowCheck):
    """Where secrets go."""

    about = About(
        id="workflow-secrets",
        title="Workflows hand on only the secrets that are named, and none to strangers",
        rationale="A secret that a job can read leaves with whatever is taken over in that job.",
        remediation="Name each secret that a called workflow needs; take secrets out of workflows under `pull_request_target`, "
        "or put the job into an environment that somebody has to approve.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE}),
        towards=(
            Towards(catalogue="osps", control="OSPS-BR-01.03", reason="Whether a stranger's run can reach secrets."),
            Towards(catalogue="ssdf", control="PO.5.1", reason="Credentials of builds reach only what needs them."),
            Towards(catalogue="soc2", control="CC6.1", reason="Credentials reach only what needs them."),
            Towards(catalogue="iso27001", control="A.5.17", reason="Credentials of builds are handed on by name."),
        ),
    )

    def over(self, subject: Subject, found: Pipelines) -> CheckResult:
        """Every workflow by itself."""
        deviations = [one for flow in found.read for one in self._in(flow)]
        read = [flow.path for flow in found.read]
        if deviations:
            return refused(self.about, deviations, f"{counted(len(deviations), 'place')} where secrets go too far.", read=read)
        lacking = self.incomplete(subject, found)
        if lacking is not None:
            return lacking
        return passed(
            self.about, f"In {counted(len(read), 'workflow')} secrets are handed on by name, and none to strangers.", read=read
        )

    def _in(self, flow: Pipeline) -> Iterator[Deviation]:
        called = {job.name: job.uses for job in flow.jobs}
        for name, line in flow.flow.inherits.items():
            ours = called.get(name, "").startswith("./")
            yield deviation(
                self.about,
                f"Job `{clip(exact(name), 60)}` hands all secrets to the workflow that it calls.",
                key=f"{flow.path}\0{name}\0inherit",
                path=flow.path,
                line=line,
                severity=Severity.LOW if ours else Severity.MEDIUM,
            )
        told: set[str] = set()
        for number, line_text in enumerate(flow.text.split("\n"), 1):
            code = line_text[:2_000].partition(" #")[0]
            if code.lstrip().startswith("#"):
                continue
            if _ALL.search(code) and "*" not in told:
                told.add("*")
                title = "A step gets all secrets at once, or one that is chosen while it runs."
                yield deviation(self.about, title, key=f"{flow.path}\0all", path=flow.path, line=number)
            if "pull_request_target" not in flow.flow.triggers:
                continue
            for name in _NAMED.findall(code):
                if name.lower() != _OWN and name not in told:
                    told.add(name)
                    yield deviation(
                        self.about,
                        f"`secrets.{name}` is used in a workflow that `pull_request_target` starts.",
                        key=f"{flow.path}\0target\0{name}",
                        path=flow.path,
                        line=number,
                    )
