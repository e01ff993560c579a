"""Asks whether this deployment of Fusion sends the repository's text only to regions that policy allows.

Policy names regions in `models.regions` and paths that never leave the operator's machines in `models.local`; the deployment
tells its endpoints with their regions. An endpoint outside of these regions is a deviation even though Fusion does not send
this repository's text there: one wrong line in the policy would. A deployment without endpoints beyond its own machines passes.
Where no endpoint is configured no text is sent, so there is nothing to say.
"""

from __future__ import annotations

from fusion.check import About, Host, Source, Subject, Towards
from fusion.checks.files import counted, paths, refused
from fusion.checks.results import deviation, not_applicable, not_assessed, passed
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.model.posture import Unknown
from fusion.render.text import clip, exact

_LOCAL = "local"


class DataResidency:
    """Where models are asked."""

    about = About(
        id="data-residency",
        title="Models are asked only where policy allows it",
        rationale="Source code is confidential, and where it may be processed is often bound by contract or law.",
        remediation="Take the endpoint out of the models file, or add its region to `models.regions` of the policy.",
        severity=Severity.HIGH,
        reads=frozenset({Source.HOST}),
        towards=(
            Towards(catalogue="soc2", control="C1.1", reason="Where confidential code is processed is in bounds."),
            Towards(catalogue="soc2", control="CC9.2", reason="Which providers process the code is known."),
            Towards(catalogue="iso27001", control="A.5.23", reason="Use of cloud services is in bounds."),
            Towards(catalogue="iso27001", control="A.5.31", reason="Rules about where data is processed are kept."),
            Towards(catalogue="iso27001", control="A.5.34", reason="Where personal data may be processed is in bounds."),
        ),
    )

    def wants(self, path: str) -> bool:
        """No file."""
        return False

    def assess(self, subject: Subject) -> CheckResult:
        """The policy against the endpoints."""
        host, models = subject.host, subject.policy.models
        if isinstance(host, Host) and not host.endpoints and not host.regions:
            return not_applicable(self.about, "No model endpoint is configured here (FUSION_MODELS).", read=("deployment",))
        if not models.use:
            return passed(self.about, "Policy lets no model be asked (`models.use`).", read=("policy",))
        if "**" in models.local:
            return passed(self.about, "Policy keeps all text on the operator's machines (`models.local`).", read=("policy",))
        if isinstance(host, Unknown):
            return not_assessed(self.about, host.why)
        return self._against(host, frozenset(one.strip().lower() for one in models.regions))

    def _against(self, host: Host, allowed: frozenset[str]) -> CheckResult:
        cloud = [(name, region.strip().lower()) for name, region in host.endpoints if region.strip().lower() != _LOCAL]
        regions = {region.strip().lower() for region in host.regions} - {_LOCAL}
        read = ("deployment", "policy")
        if not cloud and not regions and host.local_only:
            return passed(self.about, "The deployment asks models on its own machines only.", read=read)
        if not allowed:
            return not_applicable(self.about, "Policy names no regions that text is bound to (`models.regions`).", read=read)
        outside = [(name, region) for name, region in cloud if region and region not in allowed]
        named = {region for _, region in cloud}
        loose = sorted(region for region in regions - named - allowed if region)
        if outside or loose:
            deviations = [
                deviation(
                    self.about,
                    f"Endpoint {clip(exact(name), 80)} is in {clip(exact(region), 40)}, which policy does not allow.",
                    key=f"{name}\0{region}",
                )
                for name, region in outside
            ]
            deviations += [
                deviation(
                    self.about, f"Models are asked in {clip(exact(region), 40)}, which policy does not allow.", key=region
                )
                for region in loose
            ]
            return refused(self.about, deviations, f"{counted(len(deviations), 'endpoint')} outside of the regions.", read=read)
        dark = [name for name, region in cloud if not region]
        if dark or (not cloud and not regions):
            what = paths(dark) if dark else "the deployment's endpoints"
            told = f"The region of {what} is not told. Add it to the models file."
            return not_assessed(self.about, told, read=read)
        return passed(self.about, f"All endpoints are in {', '.join(sorted(named | regions))[:200]}.", read=read)
