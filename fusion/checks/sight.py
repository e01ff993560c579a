"""Which analyzer can see which kind of flaw in which language: by the tables that say what its rules mean.

An analyzer whose rules know nothing of SQL has not shown that there is no SQL injection. Languages are told by a file's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from fusion.evidence.catalogue import catalogue
from fusion.syntax import language

_SAME = {"tsx": "typescript", "c": "c++", "cpp": "c++", "bash": "shell"}
_FURTHER = {
    "cs": "c#",
    "clj": "clojure",
    "dart": "dart",
    "ex": "elixir",
    "exs": "elixir",
    "fs": "f#",
    "groovy": "groovy",
    "hs": "haskell",
    "kt": "kotlin",
    "kts": "kotlin",
    "lua": "lua",
    "m": "objective-c",
    "mm": "objective-c",
    "php": "php",
    "pl": "perl",
    "pm": "perl",
    "ps1": "powershell",
    "scala": "scala",
    "svelte": "javascript",
    "swift": "swift",
    "vb": "visual basic",
    "vue": "javascript",
}
_ONE = {
    "dataflow": ("python", "javascript", "typescript"),
    "bandit": ("python",),
    "ruff": ("python",),
    "oxlint": ("javascript", "typescript"),
    "cppcheck": ("c++",),
    "shellcheck": ("shell",),
}
"""Analyzers whose rules hold for all of their languages."""
_BY_RULE = {
    "ast-grep": {
        "c": ("c++",),
        "go": ("go",),
        "java": ("java",),
        "js": ("javascript", "typescript"),
        "py": ("python",),
        "rb": ("ruby",),
        "rs": ("rust",),
        "sh": ("shell",),
    },
    "opengrep": {
        "cs": ("c#",),
        "go": ("go",),
        "java": ("java",),
        "js": ("javascript", "typescript"),
        "kt": ("kotlin",),
        "php": ("php",),
        "py": ("python",),
    },
}
"""Analyzers whose rules begin with the language that they are for."""

WEB = frozenset(
    {
        *("c#", "clojure", "dart", "elixir", "f#", "go", "groovy", "haskell", "java", "javascript", "kotlin", "lua", "perl"),
        *("php", "python", "ruby", "rust", "scala", "swift", "typescript", "visual basic"),
    }
)
"""Languages in which services and pages are written."""
NATIVE = frozenset({"c++", "objective-c"})
"""Languages that look after memory by hand; C counts as C++."""
SHELL = frozenset({"shell", "powershell"})


def spoken(path: str) -> str:
    """The language of a source file by its name; empty: none that is known."""
    known = language(path)
    if known is not None:
        return _SAME.get(known, known)
    name = path.rpartition("/")[2].lower()
    return _FURTHER.get(name.rpartition(".")[2], "") if "." in name else ""


@lru_cache(maxsize=1)
def sight() -> Mapping[tuple[str, str], frozenset[str]]:
    """The families of flaws by analyzer and language."""
    seen: dict[tuple[str, str], set[str]] = {}
    for tool, languages in _ONE.items():
        for family in _families(tool).values():
            for name in languages:
                seen.setdefault((tool, name), set()).add(family)
    for tool, prefixes in _BY_RULE.items():
        for rule, family in _families(tool).items():
            for name in prefixes.get(rule.partition("-")[0], ()):
                seen.setdefault((tool, name), set()).add(family)
    return {key: frozenset(families) for key, families in seen.items()}


def only(tool: str) -> frozenset[str]:
    """The languages that no other analyzer sees."""
    seers: dict[str, set[str]] = {}
    for name, heard in sight():
        seers.setdefault(heard, set()).add(name)
    return frozenset(heard for heard, tools in seers.items() if tools == {tool})


def _families(tool: str) -> dict[str, str]:
    known = catalogue(tool)
    entries = {**known.table.groups, **known.table.rules}
    return {rule: entry.family for rule, entry in entries.items() if entry.family and not known.is_off(rule)}
