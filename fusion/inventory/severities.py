"""How bad an advisory is, out of what its record says: a word, or the base score of a CVSS 3 vector."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fusion.model import Severity

_WORDS = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "important": Severity.HIGH,
    "moderate": Severity.MEDIUM,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
}
_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES = {False: {"N": 0.85, "L": 0.62, "H": 0.27}, True: {"N": 0.85, "L": 0.68, "H": 0.5}}


def severity(said: str) -> Severity | None:
    """The severity that a word or a CVSS 3 vector means; None where it means none that can be worked out (CVSS 2 and 4)."""
    known = _WORDS.get(said.strip().lower())
    if known is not None:
        return known
    score = base_score(said)
    if score is None:
        return None
    if score >= 9.0:
        return Severity.CRITICAL
    if score >= 7.0:
        return Severity.HIGH
    if score >= 4.0:
        return Severity.MEDIUM
    return Severity.LOW if score > 0 else Severity.INFO


def base_score(vector: str) -> float | None:
    """Base score of a CVSS 3.0 or 3.1 vector (specification 3.1, section 7.1), 0 to 10; None where it is none."""
    if not vector.startswith(("CVSS:3.0/", "CVSS:3.1/")):
        return None
    said = dict(re.findall(r"/([A-Z]{1,3}):([A-Z])", vector[:200]))
    changed = said.get("S") == "C"
    try:
        value = {name: weights[said[name]] for name, weights in _WEIGHTS.items()}
        privileges = _PRIVILEGES[changed][said["PR"]]
    except KeyError:
        return None
    loss = 1 - (1 - value["C"]) * (1 - value["I"]) * (1 - value["A"])
    impact = 7.52 * (loss - 0.029) - 3.25 * (loss - 0.02) ** 15 if changed else 6.42 * loss
    if impact <= 0:
        return 0.0
    ease = 8.22 * value["AV"] * value["AC"] * privileges * value["UI"]
    return _up(min(1.08 * (impact + ease) if changed else impact + ease, 10.0))


def _up(value: float) -> float:
    """Rounded up to one decimal as the specification does it, in whole numbers (appendix A)."""
    whole = round(value * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (whole // 10_000 + 1) / 10
