"""What Fusion itself sees, without a tool: observations become evidence (tool `fusion`) and findings that stand on it.

An agent's own check quotes the lines it speaks of, so that its findings are held to the same standard as a tool's.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from fusion import __version__
from fusion.judging.fingerprint import fingerprints, normalise
from fusion.model import Category, Confidence, Evidence, Finding, Location, Provenance, Severity, Side
from fusion.reading.comparison import Comparison, lines_of
from fusion.syntax import enclosing, symbols

TOOL = "fusion"
MAX_SNIPPET_LINES = 12
MAX_QUOTED = 300
"""Characters of one quoted line, or of one name in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One thing a check saw. `subject` names the matter itself where its line may change while the matter stays the same."""

    rule: str
    family: str
    category: Category
    title: str
    body: str
    severity: Severity
    confidence: Confidence
    location: Location
    subject: str = ""
    symbol: str | None = None
    """Enclosing symbol, dotted; None: worked out from the location."""
    cwe: tuple[int, ...] = ()


def at(path: str, line: int, end_line: int | None = None, *, side: Side = Side.RIGHT) -> Location:
    """Whole lines of a file."""
    return Location(path=path, line=line, end_line=max(line, end_line or line), side=side)


def brought(check: Callable[[Comparison], Iterable[Observation]], comparisons: Sequence[Comparison]) -> list[Observation]:
    """What a check says of the heads that it did not say of the bases: code that only moved, also between files, is silent."""
    found = [(item, observation) for item in comparisons if item.exists for observation in check(item)]
    if not found:
        return []
    before = Counter(
        _matter(base, observation)
        for base in (item.base_alone() for item in comparisons if item.existed)
        for observation in check(base)
    )
    fresh: list[Observation] = []
    for item, observation in found:
        matter = _matter(item, observation)
        if before[matter]:
            before[matter] -= 1
        else:
            fresh.append(observation)
    return fresh


class Sources:
    """The lines that observations quote, by path and side."""

    def __init__(self, comparisons: Iterable[Comparison], context: Mapping[str, str]) -> None:
        self._head = {item.path: item.after for item in comparisons if item.exists}
        self._base = {item.base_path: item.before for item in comparisons if item.existed}
        self._context = context

    def text(self, location: Location) -> str:
        """The file's whole text on the location's side; empty when it is not known."""
        if location.side is Side.LEFT:
            return self._base.get(location.path, "")
        return self._head.get(location.path, self._context.get(location.path, ""))


def witnessed(agent: str, observations: Iterable[Observation], sources: Sources, provenance: Provenance) -> tuple[Finding, ...]:
    """Findings with their evidence, ordered by path and line; equal observations count once."""
    unique = {_identity(item): item for item in observations}
    by_file: dict[tuple[str, Side], list[Observation]] = {}
    for item in sorted(unique.values(), key=_identity):
        by_file.setdefault((item.location.path, item.location.side), []).append(item)
    found: list[Finding] = []
    for items in by_file.values():
        found += _of_file(agent, items, sources, provenance)
    return tuple(found)


def evidence_id(tool: str, rule: str, location: Location, fingerprint: str) -> str:
    """Stable id of one piece of evidence."""
    parts = (tool, rule, location.path, location.side.value, str(location.line), str(location.end_line), fingerprint)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:20]


def quoted(text: str) -> str:
    """A name from the change, fit to stand in a sentence: one line, bounded, in backticks."""
    flat = " ".join(text.split()).replace("`", "'")
    return f"`{flat[:MAX_QUOTED]}`"


def listed(names: Sequence[str], limit: int = 5) -> str:
    """Names in a sentence: `a`, `b` and 3 more."""
    shown = [quoted(name) for name in names[:limit]]
    rest = len(names) - len(shown)
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    if len(shown) > 1:
        return f"{', '.join(shown[:-1])} and {shown[-1]}"
    return "".join(shown)


def _matter(item: Comparison, observation: Observation) -> tuple[str, str]:
    line = observation.location.line
    text = item.after_lines[line - 1] if line <= len(item.after_lines) else ""
    return observation.rule, observation.subject or normalise(text)


def _identity(item: Observation) -> tuple[str, str, int, int, str, str, str]:
    where = item.location
    return where.path, where.side.value, where.line, where.end_line, item.family, item.rule, item.subject


def _of_file(agent: str, items: Sequence[Observation], sources: Sources, provenance: Provenance) -> list[Finding]:
    text = sources.text(items[0].location)
    lines = lines_of(text)
    known = symbols(items[0].location.path, text)
    placed: list[tuple[Observation, str, str]] = []
    for item in items:
        symbol = enclosing(known, item.location.line) if item.symbol is None else item.symbol
        quote = lines[item.location.line - 1 : min(item.location.end_line, item.location.line + MAX_SNIPPET_LINES - 1)]
        placed.append((item, symbol, "\n".join(line[:MAX_QUOTED] for line in quote)))
    prints = fingerprints(
        [(item.family, symbol, item.subject or snippet.partition("\n")[0]) for item, symbol, snippet in placed]
    )
    return [
        _finding(agent, item, symbol, snippet, fingerprint, provenance)
        for (item, symbol, snippet), fingerprint in zip(placed, prints, strict=True)
    ]


def _finding(agent: str, item: Observation, symbol: str, snippet: str, fingerprint: str, provenance: Provenance) -> Finding:
    made_by = provenance.model_copy(update={"tool": TOOL})
    evidence = Evidence(
        id=evidence_id(TOOL, item.rule, item.location, fingerprint),
        tool=TOOL,
        tool_version=__version__,
        rule=item.rule,
        family=item.family,
        category=item.category,
        message=item.title,
        severity=item.severity,
        confidence=item.confidence,
        location=item.location,
        snippet=snippet,
        symbol=symbol,
        fingerprint=fingerprint,
        cwe=item.cwe,
        provenance=made_by,
    )
    return Finding(
        fingerprint=fingerprint,
        agent=agent,
        family=item.family,
        category=item.category,
        title=item.title,
        body=item.body,
        severity=item.severity,
        confidence=item.confidence,
        location=item.location,
        snippet=snippet,
        symbol=symbol,
        cwe=item.cwe,
        evidence=(evidence,),
        provenance=made_by,
    )
