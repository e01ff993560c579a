"""Fingerprints: what makes two findings of different commits the same finding.

A fingerprint is taken over the rule family, the enclosing symbol, the normalised line and the ordinal among equals of one
file. It holds neither the path (paths are matched through renames) nor the line number, so it survives rebase, force-push
and code that moves within its symbol. Two files may have equal ones: what people type is an id (`fusion.judging.ids`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

_LONGEST = 2_000
"""Characters of a line that count; a minified line beyond that is told apart by its length."""


def fingerprints(items: Sequence[tuple[str, str, str]]) -> list[str]:
    """One fingerprint (64 hex digits) per (family, symbol, line text), given in the order of one file.

    Equal items get different ordinals, so that two equal lines in one function are two findings.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    result = []
    for family, symbol, line in items:
        item = (family, symbol, normalise(line))
        result.append(hashlib.sha256(json.dumps([1, *item, seen[item]]).encode()).hexdigest())
        seen[item] += 1
    return result


def normalise(line: str) -> str:
    """The line without what edits change for no reason: spacing, a trailing comment, a trailing comma or semicolon."""
    text = " ".join(line[:_LONGEST].split())
    if len(line) > _LONGEST:
        return f"{text} +{len(line) - _LONGEST}"
    return _without_comment(text).rstrip(",; ") or text


def _without_comment(text: str) -> str:
    """Drop a trailing `# ...` or `// ...` that stands after code and holds no quote (it may be inside a string if it does)."""
    for mark in (" # ", " // "):
        at = text.rfind(mark)
        if at > 0 and not any(quote in text[at:] for quote in "\"'`"):
            return text[:at]
    return text
