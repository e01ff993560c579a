"""What a tool saw, turned into a finding: a title, why it matters and what to do, and how much the place lowers it.

The sentences are data (`advice.toml`), by family. Where a family is not known, the tool's own message speaks; where it is, a
reader gets at most three sentences: what the tool saw (unless the title says it), why it matters, and what to do. What to do
is the tool's own advice where its message has any, since that knows the rule, and the family's otherwise.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

from pydantic import TypeAdapter

from fusion.changes.roles import is_example, is_test, is_test_data
from fusion.evidence.catalogue import catalogue, families
from fusion.evidence.redaction import FAMILIES
from fusion.model import Confidence, Evidence, Finding, Record, Severity

SECRETS = FAMILIES
"""Families that the compliance agent answers for; the security agent does when that one is off."""
_OUR_RULES = frozenset({"ast-grep", "opengrep", "secrets", "suppressions"})
_LONGEST_TITLE = 120
_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\"'])")
_DETAIL = re.compile(r"[`'\"\d]|\w[._(]\w")
"""A name, a number or a quotation: what the title cannot say."""


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
    title, specific = _title(evidence)
    return Finding(
        fingerprint=evidence.fingerprint,
        agent=agent,
        family=evidence.family,
        category=evidence.category,
        title=title,
        body=" ".join(part for part in (*_explanation(evidence, title, note, specific=specific), note) if part),
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


def _title(evidence: Evidence) -> tuple[str, bool]:
    """The title, and whether it speaks of the rule itself and not only of its family."""
    own, group = catalogue(evidence.tool).entry(evidence.rule)
    family = families().get(evidence.family)
    if title := own.title or group.title:
        return title, True
    if family is not None and family.title:
        return family.title, False
    message = " ".join(evidence.message.split())
    first = message.partition(". ")[0].rstrip(".") or f"{evidence.tool} reports {evidence.rule}"
    return first if len(first) <= _LONGEST_TITLE else first[: _LONGEST_TITLE - 1].rstrip() + "…", True


def _explanation(evidence: Evidence, title: str, note: str, *, specific: bool) -> tuple[str, ...]:
    known = advice().get(evidence.family)
    message = _sentence(evidence.message)
    # The messages of our own rules say why and what to do themselves.
    if known is None or (evidence.tool in _OUR_RULES and ". " in message):
        return (message,)
    saw, *advised = _SENTENCES.split(message, maxsplit=1)
    if (specific and not _DETAIL.search(saw)) or _plain(saw) == _plain(title):
        saw = ""
    # Who reads why something counts for less need not hear first how bad it would be elsewhere.
    why = known.why if not note or evidence.family in SECRETS else ""
    return saw, why, advised[0] if advised and not _SENTENCES.search(advised[0]) else known.do


def _plain(text: str) -> str:
    return " ".join(text.lower().rstrip(".").split())


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
    if is_test_data(path):
        return Severity.INFO, evidence.confidence, "It stands in data for tests, which may be wrong on purpose."
    lower = evidence.severity.lowered(2 if place == "a test" else 1)
    return lower, evidence.confidence, f"It counts for less because it stands in {place}."
