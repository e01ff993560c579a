"""Which parts of a change deserve a model's attention first, when not all fit: points with their reasons. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fusion.changes import roles
from fusion.model import Evidence, Severity
from fusion.planning.units import Unit
from fusion.syntax import language

EVIDENCE: Mapping[Severity, int] = {
    Severity.CRITICAL: 50,
    Severity.HIGH: 40,
    Severity.MEDIUM: 24,
    Severity.LOW: 10,
    Severity.INFO: 2,
}
"""Points for the worst evidence at the place."""

SINKS = 18
"""Points for a changed line that names what attackers are after."""
DELICATE = 8
"""Points for a changed line about what goes wrong without anybody seeing it: concurrency, failures, money, time."""
SIGNATURE = 12
REMOVED = 8
PUBLIC = 8
LARGEST = 20
"""Points for size, at most; one for each three changed lines."""

ROLES: Mapping[str, int] = {"source": 20, "configuration": 12, "example": -15, "test": -20, "document": -30}
"""Points for what a file is for."""

FOCUS: Mapping[str, Mapping[str, float]] = {
    "security": {"sinks": 2.0, "evidence": 1.5},
    "documentation": {"public": 3.0, "signature": 2.0, "sinks": 0.3},
    "tests": {"public": 1.5, "size": 1.5},
}
"""What single agents weigh otherwise; what is not named counts once."""

_SINKS = re.compile(
    r"""auth|login|passw|token|secret|credential|crypt|cipher|hash|hmac|sign(?:ature|ed|_)|verif|permission|privilege|admin
      | session|cookie|csrf|cors|sql|query|execut|\beval|\bexec|shell|subprocess|popen|system\(|deserial|pickle|unmarshal
      | yaml\.|\.load\(|innerhtml|redirect|upload|download|request|urlopen|fetch\(|random|cert|\btls|\bssl|sanitiz|escap
      | template|\bunsafe\b|chmod|\broot\b|sudo|allow|deny""",
    re.VERBOSE | re.IGNORECASE,
)
_DELICATE = re.compile(
    r"""\block|mutex|thread|atomic|await|async|\bgo\b|chan\b|race|retry|timeout|except|catch|rescue|panic|unwrap|rollback
      | commit\(|transaction|price|amount|balance|currency|round\(|timezone|utc|delete|drop\b|truncate|migrat""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """How much it would matter to overlook a part of a change, and why, in the order of weight."""

    points: float
    reasons: tuple[str, ...]


def risk(unit: Unit, evidence: Sequence[Evidence], *, agent: str = "") -> Risk:
    """The risk of one unit. `evidence` is what tools saw at its lines."""
    focus = FOCUS.get(agent, {})
    found: list[tuple[float, str]] = []

    def add(kind: str, points: float, reason: str) -> None:
        found.append((points * focus.get(kind, 1.0), reason))

    role = role_of(unit.path)
    add("role", ROLES[role], f"it is {role}")
    if evidence:
        worst = max(evidence, key=lambda item: item.severity.rank)
        add("evidence", EVIDENCE[worst.severity], f"{worst.tool} reports {worst.severity.value} severity here")
    changed = [item.text for item in unit.rows if item.changed]
    if any(_SINKS.search(line) for line in changed) or _SINKS.search(unit.path):
        add("sinks", SINKS, "it names what attackers are after")
    if any(_DELICATE.search(line) for line in changed):
        add("delicate", DELICATE, "it deals with what fails silently")
    if unit.resigned:
        add("signature", SIGNATURE, "it is called in another way than before")
    if unit.gone:
        add("removed", REMOVED, "it is removed")
    if unit.public:
        add("public", PUBLIC, "others may use it")
    add("size", min(unit.changed / 3, LARGEST), f"{unit.changed} changed lines")
    found.sort(key=lambda pair: -abs(pair[0]))
    return Risk(points=round(sum(points for points, _ in found), 3), reasons=tuple(reason for _, reason in found))


def role_of(path: str) -> str:
    """What a file is for, one of the keys of `ROLES`."""
    if roles.is_test(path):
        return "test"
    if roles.is_document(path):
        return "document"
    if roles.is_example(path):
        return "example"
    return "source" if language(path) else "configuration"
