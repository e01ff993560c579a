"""Asks whether the default branch can be rewritten or deleted, and whether changes must come by pull request.

Classic branch protection and rulesets count together, the stricter of each. Scorecard's first tier wants the same of the
default branch; reviews and status checks are checks of their own here (`required-reviews`, `required-status-checks`), and
so is who may go past the rules (`branch-protection-admins`). A repository without a commit has no branch to protect, and an
archived one takes no changes: neither is assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverProtection, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Protection


class BranchProtection(OverProtection):
    """Rewriting, deletion, pull requests."""

    about = About(
        id="branch-protection",
        title="The default branch cannot be rewritten or deleted, and changes come by pull request",
        rationale="Whoever can push past review can put in code that nobody saw, and whoever can rewrite a branch can hide it.",
        remediation="Settings > Rules > Rulesets > New branch ruleset for the default branch: restrict deletions, block "
        "force pushes, require a pull request before merging. Through the API: POST "
        "/repos/{owner}/{repo}/rulesets.",
        severity=Severity.HIGH,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(
                catalogue="osps",
                control="OSPS-AC-03.01",
                reason="Whether the default branch takes commits only by pull request.",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-AC-03)",
            ),
            Towards(
                catalogue="osps",
                control="OSPS-AC-03.02",
                reason="Whether the default branch can be deleted.",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-AC-03)",
            ),
            Towards(
                catalogue="ssdf",
                control="PS.1.1",
                reason="Protection keeps people and tools without the right from changing the code.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-AC-03)",
            ),
            Towards(
                catalogue="ssdf",
                control="PO.3.2",
                reason="The forge is part of the tool chain, and this is its recommended setting.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-AC-03)",
            ),
            Towards(catalogue="cis-github", control="1.1.20", reason="Whether rules are in force on the default branch."),
            Towards(catalogue="cis-github", control="1.1.16", reason="Whether the branch can be force-pushed."),
            Towards(catalogue="cis-github", control="1.1.17", reason="Whether the branch can be deleted."),
            Towards(
                catalogue="soc2",
                control="CC8.1",
                reason="Changes reach the main line only through the route that is authorised.",
            ),
            Towards(catalogue="iso27001", control="A.8.4", reason="Write access to the source goes through enforced rules."),
            Towards(catalogue="iso27001", control="A.8.32", reason="Changes follow a route that cannot be gone around."),
            Towards(catalogue="scorecard", control="Branch-Protection", reason="It answers the same question."),
        ),
        scorecard="Branch-Protection",
        permission="administration: read",
    )

    def judge(self, part: Protection, scene: Scene) -> Judged:
        """What is not protected at all fails in one deviation, not in three."""
        if not part.protected:
            point = Point(key="protected", holds=False, otherwise="No rule protects the default branch.")
            return Judged(points=[point], holds="")
        return Judged(
            points=[
                Point(
                    key="force-push", holds=not part.force_push, otherwise="The default branch can be rewritten (force push)."
                ),
                Point(key="deletion", holds=not part.deletion, otherwise="The default branch can be deleted."),
                Point(
                    key="pull-request",
                    holds=part.pull_required,
                    otherwise="Commits can be pushed to the default branch without a pull request.",
                ),
            ],
            holds="The default branch can be neither rewritten nor deleted, and changes come by pull request.",
        )
