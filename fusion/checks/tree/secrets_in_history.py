"""Asks whether secrets lie in earlier commits.

Policy must ask for it (`scans.history`): reading all commits takes time, and what was not read is not assessed. It stands
on a run of the secrets scanner over the history, whose receipt bears the name `secrets-history`; without one, or where it
did not end well, nothing is said. A secret in an earlier commit is as open as one in a file, for whoever clones the
repository.
"""

from __future__ import annotations

from fusion.check import About, Source, Subject, Towards
from fusion.checks.evidence import judged, runs, speaking
from fusion.checks.files import counted, refused
from fusion.checks.results import not_assessed, passed
from fusion.model import Outcome, Severity
from fusion.model.compliance import CheckResult
from fusion.render.text import clip, exact

TOOL = "secrets-history"


class SecretsInHistory:
    """No credentials in commits."""

    about = About(
        id="secrets-in-history",
        title="No secrets lie in earlier commits",
        rationale="What was committed once can be read by everyone who clones, whatever later commits take away.",
        remediation="Revoke the secret; rewriting the history does not take back what was cloned.",
        severity=Severity.HIGH,
        reads=frozenset({Source.HISTORY}),
        towards=(
            Towards(catalogue="osps", control="OSPS-BR-07.01", reason="Secrets lie in the history."),
            Towards(catalogue="asvs", control="V13.3.1", reason="Secrets lie in the history of the source."),
            Towards(catalogue="soc2", control="CC6.1", reason="Credentials lie in the history."),
            Towards(catalogue="iso27001", control="A.5.17", reason="Credentials lie in the history."),
            Towards(catalogue="iso27001", control="A.8.12", reason="Credentials have leaked into the history."),
        ),
    )

    def wants(self, path: str) -> bool:
        """No file of the newest commit."""
        return False

    def assess(self, subject: Subject) -> CheckResult:
        """What the run over the history found, where policy wants one."""
        if not subject.policy.scans.history:
            why = "Policy does not ask for the history: set `scans.history`, and scan a clone with all commits."
            return not_assessed(self.about, why)
        found = judged((one for one in subject.evidence if one.tool == TOOL), subject.policy, Severity.MEDIUM)
        if found.against:
            against = speaking(self.about, found.against)
            told = f"{counted(len(against), 'secret')} in earlier commits.{found.beside()}"
            return refused(self.about, against, told, read=("history",))
        receipts = list(runs(subject, TOOL))
        if not receipts:
            return not_assessed(self.about, "The history was not read. Scan a clone with all commits, and see `fusion doctor`.")
        broken = next((run for run in receipts if run.outcome is not Outcome.OK or run.unread), None)
        if broken is not None:
            why = broken.reason or (broken.unread[0].reason if broken.unread else broken.outcome)
            return not_assessed(self.about, f"The history was not read whole ({clip(exact(why), 160).rstrip('.')}).")
        return passed(self.about, f"No secret in earlier commits.{found.beside()}", read=("history",))
