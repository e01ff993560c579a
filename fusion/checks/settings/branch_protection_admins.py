"""Asks whether anybody may go past the rules of the default branch.

Administrators who are not bound by the rules count, and so does everybody on a bypass list. Who is on a ruleset's bypass
list is told only to those who may change the ruleset; where it was not told, the check is not assessed. Where no rule is in
force there is nothing to go past: `branch-protection` says so.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverProtection, Scene, named
from fusion.checks.points import Judged, Moot, Point
from fusion.model import Severity
from fusion.model.posture import Protection

ADMINISTRATORS = "administrators"
"""How the posture names them on a bypass list."""


class BranchProtectionAdmins(OverProtection):
    """Who may go past the rules."""

    about = About(
        id="branch-protection-admins",
        title="The rules of the default branch hold for everybody, administrators too",
        rationale="The accounts that are worth the most to an attacker are those that the rules do not bind.",
        remediation="Settings > Rules > Rulesets > the ruleset > Bypass list: remove its entries. With classic branch "
        "protection: Settings > Branches > the rule > Do not allow bypassing the above settings.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="cis-github", control="1.1.14", reason="Whether administrators are bound by the rules."),
            Towards(catalogue="soc2", control="CC6.1", reason="Nobody's privilege goes past the rules of the branch."),
            Towards(
                catalogue="iso27001", control="A.8.2", reason="Privileged access does not go past the rules of the branch."
            ),
        ),
        permission="administration: read",
    )

    def judge(self, part: Protection, scene: Scene) -> Judged | Moot:
        """One deviation for each who may go past them."""
        if not part.protected:
            return Moot(why="No rule protects the default branch, so there is nothing to go past.")
        others = [one for one in part.bypass if one != ADMINISTRATORS]
        bound = False if ADMINISTRATORS in part.bypass else part.admins_included
        return Judged(
            points=[
                Point(
                    key=ADMINISTRATORS,
                    holds=bound,
                    otherwise="Administrators are not bound by the rules of the default branch.",
                    unknown="Whether the rules bind administrators was not told.",
                ),
                *(
                    Point(
                        key=f"bypass {one}", holds=False, otherwise=f"{named(one)} may go past the rules of the default branch."
                    )
                    for one in others
                ),
                Point(
                    key="bypass",
                    holds=True if part.bypass_known else None,
                    otherwise="",
                    # Only the right to change the rules shows it, which is too much to ask for a look.
                    unknown="Who may bypass the rulesets was not told, as GitHub tells it only to those who may change them: "
                    "look at Settings > Rules > Rulesets > Bypass list.",
                    permission="",
                ),
            ],
            holds="Nobody may go past the rules of the default branch, administrators included.",
        )
