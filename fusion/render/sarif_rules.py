"""The rules of a SARIF log: one per family of finding, described the way GitHub code scanning shows rules.

Conventions: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from fusion.model import Category, Confidence, Finding, Severity
from fusion.render.markup import prose
from fusion.render.outgoing import defuse, ours
from fusion.render.phrases import listed
from fusion.render.text import clip, one_line

LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
PRECISION = {Confidence.CERTAIN: "very-high", Confidence.LIKELY: "high", Confidence.POSSIBLE: "medium"}
SCORE = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0"}
"""`security-severity`: the middle of GitHub's bands (critical over 9.0, high from 7.0, medium from 4.0, low above 0)."""
_TAGS = 10
_WITNESSES = 12


def rule_id(finding: Finding) -> str:
    """The stable name of the kind of flaw: our family, or `tool:rule` where no family is known."""
    return clip(one_line(finding.family), 255) or "unnamed"


def plain(text: str, limit: int = 1000) -> str:
    """Data as a plain SARIF message: one paragraph, no live links, nothing invisible. Never empty."""
    return clip(defuse(one_line(text[: 8 * limit + 2000])), limit) or "-"


def rules(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """A `reportingDescriptor` for each family, in the order in which they first occur."""
    families: dict[str, list[Finding]] = {}
    for finding in findings:
        families.setdefault(rule_id(finding), []).append(finding)
    return [_rule(name, members) for name, members in families.items()]


def _rule(name: str, members: Sequence[Finding]) -> dict[str, Any]:
    worst = max(members, key=lambda finding: finding.severity.rank)
    surest = max(members, key=lambda finding: finding.confidence.rank)
    titles, bodies = {finding.title for finding in members}, {_general(finding) for finding in members}
    # a title or explanation that differs from result to result describes a result, not the rule
    title = plain(worst.title if len(titles) == 1 and worst.title else re.sub("[-:_]+", " ", name), 255)
    body = next(iter(bodies)) if len(bodies) == 1 else ""
    cwe = sorted({number for finding in members for number in finding.cwe})
    seen = list(dict.fromkeys(one_line(f"{e.tool} {e.rule}") for finding in members for e in finding.evidence))
    who = f"Reported by {listed(seen[:_WITNESSES])}." if seen else "Reported without a tool's evidence."
    rule: dict[str, Any] = {
        "id": name,
        "name": _pascal(name),
        "shortDescription": {"text": title},
        "fullDescription": {"text": plain(f"{title.rstrip('.')}. {who}")},
        "help": {"text": plain(f"{title.rstrip('.')}. {who}"), "markdown": _help(title, body, who, cwe)},
        "defaultConfiguration": {"level": LEVEL[worst.severity]},
        "properties": {
            "category": worst.category.value,
            "tags": _tags(worst.category, cwe),
            "precision": PRECISION[surest.confidence],
        },
    }
    uri = next((e.help_uri for finding in members for e in finding.evidence if ours(e.help_uri)), "")
    if uri:
        rule["helpUri"] = uri
    if _is_security(worst.category, cwe) and worst.severity in SCORE:
        rule["properties"]["security-severity"] = SCORE[worst.severity]
    return rule


def _general(finding: Finding) -> str:
    """The explanation without what a witness saw at this place, with which it may begin: why it matters, and what to do."""
    body = finding.body.strip()
    for evidence in finding.evidence:
        seen = evidence.message.strip().rstrip(".")
        if seen and body.startswith(f"{seen}. "):
            return body[len(seen) + 2 :]
    return body


def _is_security(category: Category, cwe: Sequence[int]) -> bool:
    """Whether code scanning should treat it as a vulnerability: a secret or a writable workflow is one, a licence is not."""
    return category is Category.SECURITY or (category is Category.COMPLIANCE and bool(cwe))


def _tags(category: Category, cwe: Sequence[int]) -> list[str]:
    """At most ten, which is what GitHub shows; CWE numbers are padded to three digits as its filters expect."""
    words = ["security"] if _is_security(category, cwe) and category is not Category.SECURITY else []
    return [*words, category.value, *(f"external/cwe/cwe-{number:03d}" for number in cwe)][:_TAGS]


def _help(title: str, body: str, who: str, cwe: Sequence[int]) -> str:
    links = ", ".join(f"[CWE-{number}](https://cwe.mitre.org/data/definitions/{number}.html)" for number in cwe)
    parts = (f"**{prose(title)}**", prose(plain(body, 2000)) if body.strip() else "", prose(who), links)
    return "\n\n".join(part for part in parts if part)


def _pascal(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.findall("[A-Za-z0-9]+", name))[:128] or "Unnamed"
