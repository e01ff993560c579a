"""Asks whether webhooks are sent over verified TLS and signed with a secret.

Scorecard asks for the secret alone. Only active ones count; an address is never kept, only its host. Without a secret the
receiver cannot tell GitHub's requests from anybody's.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverHooks, Scene, named
from fusion.checks.points import Judged, Moot, Point
from fusion.model import Severity
from fusion.model.posture import Hook


class Webhooks(OverHooks):
    """TLS and secret of each webhook."""

    about = About(
        id="webhooks",
        title="Webhooks use verified TLS and a secret",
        rationale="What a webhook sends tells much of the code, and what it starts should not be started by anybody.",
        remediation="Settings > Webhooks > the webhook: an https address, Enable SSL verification, and a secret that the "
        "receiver checks (X-Hub-Signature-256). Through the API: PATCH "
        "/repos/{owner}/{repo}/hooks/{hook_id}/config.",
        severity=Severity.HIGH,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="cis-github", control="1.4.4", reason="Whether webhooks are secured."),
            Towards(catalogue="soc2", control="CC6.7", reason="What leaves by webhooks is protected on its way."),
            Towards(catalogue="iso27001", control="A.5.14", reason="What leaves by webhooks is protected on its way."),
            Towards(catalogue="scorecard", control="Webhooks", reason="It answers the same question."),
        ),
        scorecard="Webhooks",
        permission="repository_hooks: read",
    )

    def judge(self, part: tuple[Hook, ...], scene: Scene) -> Judged | Moot:
        """Three points for each that is active."""
        active = [one for one in part if one.active]
        if not active:
            return Moot(why="No webhook is active." if part else "There are no webhooks.")
        return Judged(
            points=[point for hook in active for point in _points(hook)],
            holds=f"{len(active)} {'webhook uses' if len(active) == 1 else 'webhooks use'} verified TLS and a secret.",
        )


def _points(hook: Hook) -> tuple[Point, ...]:
    to = f"The webhook to {named(hook.host)}"
    return (
        Point(key=f"secret {hook.host}", holds=hook.has_secret, otherwise=f"{to} has no secret."),
        Point(key=f"https {hook.host}", holds=hook.https, otherwise=f"{to} is not sent over https."),
        Point(
            key=f"verifies {hook.host}",
            holds=hook.verifies_tls,
            otherwise=f"{to} does not verify the receiver's certificate.",
            severity=Severity.MEDIUM,
        ),
    )
