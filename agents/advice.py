"""What a tool saw, turned into a finding: a title, why it matters and what to do, and how much the place lowers it.

The sentences are data (`advice.toml`), by family. Where a family is not known, the tool's own message speaks.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

from pydantic import TypeAdapter

from fusion.evidence.catalogue import catalogue, families
from fusion.model import Confidence, Evidence, Finding, Record, Severity
from fusion.roles import is_example, is_test

SECRETS = frozenset({"hardcoded-secret", "private-key", "hardcoded-password", "secret-in-image"})
"""Families that the compliance agent answers for; the security agent does when that one is off."""
_OUR_RULES = frozenset({"ast-grep", "opengrep", "secrets", "suppressions"})
_LONGEST_TITLE = 120


class Advice(Record):
    """Why a family matters, and what to do about it: one plain sentence each."""

    why: str
    do: str


@lru_cache(maxsize=1)
def advice() -> dict[str, Advice]:
    """The advice by family."""
    text = files("agents").joinpath("advice.toml").read_text("utf-8")
    return TypeAdapter(dict[str, Advice]).validate_python(tomllib.loads(text))


def told(agent: str, evidence: Evidence) -> Finding:
    """The finding that one piece of evidence makes."""
    severity, confidence, note = _in_context(evidence)
    return Finding(
        fingerprint=evidence.fingerprint,
        agent=agent,
        family=evidence.family,
        category=evidence.category,
        title=_title(evidence),
        body=" ".join(part for part in (_sentence(evidence.message), *_advice(evidence), note) if part),
        severity=severity,
        confidence=confidence,
        location=evidence.location,
        snippet=evidence.snippet,
        symbol=evidence.symbol,
        cwe=evidence.cwe,
        evidence=(evidence,),
        fix=evidence.fix,
        provenance=evidence.provenance,
    )


def _title(evidence: Evidence) -> str:
    own, group = catalogue(evidence.tool).entry(evidence.rule)
    family = families().get(evidence.family)
    title = own.title or group.title or (family.title if family else "")
    if title:
        return title
    message = " ".join(evidence.message.split())
    first = message.partition(". ")[0].rstrip(".") or f"{evidence.tool} reports {evidence.rule}"
    return first if len(first) <= _LONGEST_TITLE else first[: _LONGEST_TITLE - 1].rstrip() + "…"


def _advice(evidence: Evidence) -> tuple[str, ...]:
    known = advice().get(evidence.family)
    # The messages of our own rules say why and what to do themselves.
    if known is None or (evidence.tool in _OUR_RULES and ". " in evidence.message):
        return ()
    return known.why, known.do


def _sentence(message: str) -> str:
    text = " ".join(message.split())
    return text if not text or text[-1] in ".!?" else f"{text}."


def _in_context(evidence: Evidence) -> tuple[Severity, Confidence, str]:
    """What the place makes of it: code that is not delivered harms less, but a secret is one wherever it stands."""
    path = evidence.location.path
    place = "a test" if is_test(path) else "an example" if is_example(path) else ""
    if not place:
        return evidence.severity, evidence.confidence, ""
    if evidence.family in SECRETS:
        return evidence.severity, Confidence.POSSIBLE, f"It stands in {place}: if it is made up, say so beside it."
    lower = list(Severity)[min(4 - evidence.severity.rank + (2 if place == "a test" else 1), 4)]
    return lower, evidence.confidence, f"It counts for less because it stands in {place}."
