"""Asks whether releases have versions of their own.

A version has a number in it: `v1.2.3`, `2026.10`, `release-7`. `latest` and `nightly` are names that move from one content
to another. The last five releases are looked at.
"""

from __future__ import annotations

import re

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverReleases, Scene, named
from fusion.checks.points import Judged, Moot, Point
from fusion.model import Severity
from fusion.model.posture import Release

LATEST = 5
"""Releases that are looked at: as many as for `signed-releases`."""
_VERSION = re.compile(r"[0-9]")


class ReleaseVersions(OverReleases):
    """Tags of the last releases."""

    about = About(
        id="release-versions",
        title="Releases have versions of their own",
        rationale="Who reports a fault or looks for a fix has to say which release is meant.",
        remediation="Tag each release with a version that is never used again (Semantic Versioning or a date), and attach "
        "its files to that release.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="osps", control="OSPS-BR-02.01", reason="Whether each release has an identifier of its own."),
            Towards(catalogue="ssdf", control="PS.3.1", reason="Releases can be told apart and kept."),
            Towards(catalogue="iso27001", control="A.8.32", reason="What was released when is known."),
            Towards(
                catalogue="osps",
                control="OSPS-BR-02.02",
                reason="What is attached to a release with a version belongs visibly to it.",
            ),
        ),
        permission="contents: read",
    )

    def judge(self, part: tuple[Release, ...], scene: Scene) -> Judged | Moot:
        """One point for each of the last releases."""
        if not part:
            return Moot(why="Nothing has been released yet.")
        return Judged(
            points=[
                Point(
                    key=one.tag,
                    holds=bool(_VERSION.search(one.tag)),
                    otherwise=f"The release {named(one.tag)} has no version in its tag.",
                )
                for one in part[:LATEST]
            ],
            holds=f"The last {min(len(part), LATEST)} releases have versions of their own.",
        )
