"""Asks whether releases are signed or attested.

As Scorecard does, it looks at the last five releases that have files, and at the names of what is attached: signatures
(`.asc`, `.sig`, `.sign`, `.minisig`, `.sigstore`, `.sigstore.json`) and provenance (`.intoto.jsonl`). An attestation that
GitHub keeps counts as well; GitHub makes one for each immutable release, and is asked about the files of the newest one
where that is not immutable. Where there is no signature and nobody told whether there is an attestation, the check is not
assessed. Neither signatures nor attestations are verified here.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverReleases, Scene, named
from fusion.checks.points import Judged, Moot, Point
from fusion.model import Severity
from fusion.model.posture import Release

LATEST = 5
"""Releases that are looked at. OpenSSF Scorecard, Signed-Releases."""
SIGNATURES = (".asc", ".sig", ".sign", ".minisig", ".sigstore", ".sigstore.json", ".intoto.jsonl")
"""Endings of signatures and provenance. OpenSSF Scorecard, Signed-Releases; `.sigstore` is sigstore's bundle."""


class SignedReleases(OverReleases):
    """Signatures and attestations of the last releases."""

    about = About(
        id="signed-releases",
        title="Releases are signed or attested",
        rationale="Who downloads a release should be able to tell that it is what its makers published.",
        remediation="Attest what is built (actions/attest-build-provenance) and attach the bundle to the release, or sign "
        "its files (cosign, minisign, GPG); or make releases immutable: Settings > General > Releases > "
        "Enable release immutability.",
        severity=Severity.HIGH,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(
                catalogue="osps",
                control="OSPS-BR-06.01",
                reason="Whether releases are signed.",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-BR-06)",
            ),
            Towards(
                catalogue="ssdf",
                control="PS.2.1",
                reason="Those who take a release can verify it.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-BR-06)",
            ),
            Towards(catalogue="cis-github", control="2.4.1", reason="Whether release artifacts are signed."),
            Towards(catalogue="soc2", control="CC6.8", reason="Changed releases are noticed."),
            Towards(catalogue="iso27001", control="A.8.24", reason="Signatures protect releases."),
            Towards(catalogue="scorecard", control="Signed-Releases", reason="It answers the same question."),
        ),
        scorecard="Signed-Releases",
        permission="contents: read, attestations: read",
    )

    def judge(self, part: tuple[Release, ...], scene: Scene) -> Judged | Moot:
        """One point for each of the last releases with files."""
        latest = [one for one in part if one.assets][:LATEST]
        if not latest:
            return Moot(why="No release has files to sign." if part else "Nothing has been released yet.")
        return Judged(
            points=[
                Point(
                    key=one.tag,
                    holds=_signed(one),
                    otherwise=f"The release {named(one.tag)} has neither a signature nor an attestation.",
                    unknown=f"The release {named(one.tag)} has no signature attached, and whether it is attested was not told: "
                    "attach the attestation's bundle, or make releases immutable.",
                    permission="",
                )
                for one in latest
            ],
            holds=f"The last {len(latest)} {'release is' if len(latest) == 1 else 'releases are'} signed or attested.",
        )


def _signed(release: Release) -> bool | None:
    if any(name.lower().endswith(SIGNATURES) for name in release.assets):
        return True
    return True if release.immutable else release.attested
