"""Asks whether first runs of workflows from forks need somebody's approval.

GitHub offers three levels for public repositories: approval for first-time contributors who are new to GitHub, for all
first-time contributors, for all outside contributors. The first is too little: an account is old enough for it after a
while, whatever it did. Private repositories take no pull requests from strangers.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverActions, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import ActionsSettings

ENOUGH = {
    "first_time_contributors": "First-time contributors need approval before their pull requests run workflows.",
    "all_external_contributors": "All outside contributors need approval before their pull requests run workflows.",
}
"""Levels that suffice, in the words of GitHub's REST API (fork pull request contributor approval), and what they mean."""
TOO_LITTLE = "first_time_contributors_new_to_github"


class ForkApproval(OverActions):
    """Approval for outsiders."""

    about = About(
        id="fork-approval",
        title="First runs of workflows from forks need approval",
        rationale="A pull request of a stranger is a program of a stranger, and a workflow runs it.",
        remediation="Settings > Actions > General > Approval for running fork pull request workflows from contributors: "
        "first-time contributors, or all external ones. Through the API: PUT "
        "/repos/{owner}/{repo}/actions/permissions/fork-pr-contributor-approval.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="osps", control="OSPS-BR-01.03", reason="Untrusted code does not run before somebody looked."),
            Towards(catalogue="cis-github", control="2.3.5", reason="Who may start a build is restricted."),
            Towards(catalogue="soc2", control="CC6.8", reason="Unknown code is kept from running in builds."),
        ),
        permission="administration: read",
    )

    def moot(self, scene: Scene) -> str:
        """Only a public repository has strangers' forks."""
        visibility = scene.basics.visibility
        return "" if visibility == "public" else f"The repository is {visibility}: strangers cannot fork it."

    def allowed(self, part: ActionsSettings, scene: Scene) -> Judged:
        """One point; a level that is not known counts as not told."""
        level = part.fork_approval
        return Judged(
            points=[
                Point(
                    key="fork-approval",
                    holds=True if level in ENOUGH else False if level == TOO_LITTLE else None,
                    otherwise="Workflows run on pull requests of strangers without approval, unless they are new to GitHub.",
                    unknown="Whose first run of workflows needs approval was not told in words that are known.",
                    permission="",
                )
            ],
            holds=ENOUGH.get(level, ""),
        )
