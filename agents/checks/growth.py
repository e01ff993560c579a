"""Whether a change made a function harder to read: by its lines, its branches and its parameters, base against head."""

from __future__ import annotations

from fusion.model import Evidence, Side
from fusion.reading.comparison import Comparison
from fusion.syntax import Symbol, language, symbols
from fusion.syntax.tokens import tokens

FAMILIES = frozenset({"complexity", "long-function", "too-many-parameters", "deep-nesting"})
"""Families that speak of a function as a whole, and of which a change is guilty only when it adds to it."""
_BRANCHES = frozenset(
    {"if", "elif", "elsif", "else", "unless", "for", "while", "until", "loop", "switch", "case", "when", "match"}
) | {*("catch", "except", "and", "or", "&&", "||", "??", "?")}


def made_worse(item: Comparison, evidence: Evidence) -> bool:
    """Whether the function at the evidence is new, or has more branches, lines or parameters than at base."""
    if evidence.location.side is not Side.RIGHT or language(item.path) is None:
        return True
    after = _function(symbols(item.path, item.after), evidence.location.line)
    if after is None or not item.existed:
        return True
    before = [symbol for symbol in symbols(item.base_path, item.before) if symbol.name == after.name]
    if not before:
        return True
    old = _measure(item.base_path, item.before_lines[before[-1].line - 1 : before[-1].end_line], before[-1])
    new = _measure(item.path, item.after_lines[after.line - 1 : after.end_line], after)
    if evidence.family == "too-many-parameters":
        return new[2] > old[2]
    if evidence.family == "long-function":
        return new[1] > old[1]
    return new[0] > old[0]


def _function(found: tuple[Symbol, ...], line: int) -> Symbol | None:
    around = [symbol for symbol in found if symbol.line <= line <= symbol.end_line]
    return around[-1] if around else None


def _measure(path: str, lines: tuple[str, ...], symbol: Symbol) -> tuple[int, int, int]:
    found = tokens(language(path) or "", "\n".join(lines))
    branches = sum(item.text in _BRANCHES for item in found)
    return branches, len({item.line for item in found}), symbol.signature.count(",")
