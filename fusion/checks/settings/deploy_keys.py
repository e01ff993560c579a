"""Asks whether deploy keys only read, are used, and are young.

A key that may write, one that nobody used for 90 days, and one that is older than a year are each a deviation of their own.
"""

from __future__ import annotations

from datetime import timedelta

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverDeployKeys, Scene, named
from fusion.checks.points import Judged, Moot, Point
from fusion.model import Severity
from fusion.model.posture import DeployKey

UNUSED = timedelta(days=90)
"""From when on a key counts as not used. Ours: the time that the CIS benchmark gives to inactive users."""
OLD = timedelta(days=365)
"""From when on a key should be replaced. Ours: keys of machines are replaced each year."""


class DeployKeys(OverDeployKeys):
    """Keys of machines."""

    about = About(
        id="deploy-keys",
        title="Deploy keys only read, are used, and are young",
        rationale="A key belongs to nobody: no second factor guards it, and no one who leaves takes it along.",
        remediation="Settings > Deploy keys: delete what is not used, replace what is old, and make anew without Allow "
        "write access what only reads. Through the API: DELETE /repos/{owner}/{repo}/keys/{key_id}. A GitHub "
        "App with short-lived tokens is better than a key that writes.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.SETTINGS, Source.CLOCK}),
        towards=(
            Towards(catalogue="ssdf", control="PS.1.1", reason="Machines have the least privilege."),
            Towards(catalogue="soc2", control="CC6.1", reason="Keys of machines are limited."),
            Towards(catalogue="soc2", control="CC6.3", reason="Keys that are not used are taken away."),
            Towards(catalogue="iso27001", control="A.5.17", reason="Authentication information is looked after."),
            Towards(catalogue="iso27001", control="A.5.18", reason="Rights of machines are reviewed."),
        ),
        permission="administration: read",
    )

    def judge(self, part: tuple[DeployKey, ...], scene: Scene) -> Judged | Moot:
        """Three points for each key."""
        if not part:
            return Moot(why="There are no deploy keys.")
        return Judged(
            points=[point for key in part for point in _points(key, scene)],
            holds=f"{len(part)} deploy {'key' if len(part) == 1 else 'keys'}, which only read, were used in the last "
            f"{UNUSED.days} days and are younger than a year.",
        )


def _points(key: DeployKey, scene: Scene) -> tuple[Point, ...]:
    name = f"The deploy key {named(key.title)}"
    which = f"{key.title} {key.created.isoformat() if key.created else ''}"
    age = scene.age(key.created)
    # One that was never used is not used since it was made; a young one may still be waiting for its first use.
    idle = scene.age(key.last_used) if key.last_used else age
    return (
        Point(key=f"write {which}", holds=key.read_only, otherwise=f"{name} may write."),
        Point(
            key=f"unused {which}",
            holds=None if idle is None else idle <= UNUSED,
            otherwise=f"{name} was not used in the last {UNUSED.days} days.",
            unknown=f"When {name[0].lower()}{name[1:]} was used was not told, or lies ahead of the clock.",
            permission="",
            severity=Severity.LOW,
        ),
        Point(
            key=f"old {which}",
            holds=None if age is None else age <= OLD,
            otherwise=f"{name} is older than a year.",
            unknown=f"When {name[0].lower()}{name[1:]} was made was not told, or lies ahead of the clock.",
            permission="",
            severity=Severity.LOW,
        ),
    )
