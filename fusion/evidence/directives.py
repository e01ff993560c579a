"""How each tool lets an author silence it inside a file: the words to look for, and what they silence.

The patterns are bounded: none can look further than a few hundred bytes from where it starts, so that one pass over any file
is linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from fusion.evidence.kinds import Kind


class Scope(Enum):
    """Which lines a directive silences, counted from its own."""

    LINE = "line"
    """Its own; for a statement over several lines, all of them."""
    NEXT = "next"
    """The next line of code, and its own when it stands behind code."""
    REST = "rest"
    """From its own to the directive that ends it, or the end of the file."""
    SYMBOL = "symbol"
    """The function it stands in."""
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """One way to write a suppression."""

    words: tuple[bytes, ...]
    """Lower-case words one of which is in every match: in a file without them the pattern is not tried."""
    pattern: re.Pattern[bytes]
    """What is blotted out."""
    needs: re.Pattern[bytes] | None = None
    """What must stand in the match for it to silence anything."""
    tools: tuple[str, ...]
    """Whom it silences; the first is the tool whose word it is."""
    kinds: frozenset[Kind]
    """Where it means something."""
    scope: Callable[[bytes], Scope]
    """The scope, from the bytes matched."""
    rules: re.Pattern[str] | None = None
    """Applied to the rest of the line: group 1 is the list of rules it names."""
    end: re.Pattern[bytes] | None = None
    """What ends the scope REST."""
    security: bool = False
    """It silences a security tool."""


def bytes_pattern(text: str) -> re.Pattern[bytes]:
    """A pattern over the bytes of a file, in any case."""
    return re.compile(text.encode(), re.IGNORECASE)


_CODES = re.compile(r"\s{0,9}[:=\[(\s]\s{0,9}([A-Za-z]{1,10}\d{1,6}\b(?:[\s,]{1,9}[A-Za-z]{1,10}\d{1,6}\b){0,40})")
"""Codes such as S602, SC2086, DL3008, CKV_AWS_20."""
_CHECKS = re.compile(r"=\s{0,9}([A-Z][A-Z0-9_]{1,60})")
_LISTED = re.compile(r"\s{0,9}[:=\[(]\s{0,9}([@A-Za-z][\w@/.-]{0,120}(?:[\s,]{1,9}[@A-Za-z][\w@/.-]{0,120}){0,40})")
_AFTER = re.compile(r"[ \t\[]{1,9}(?!--)([@A-Za-z][\w@/.-]{0,120}(?:\s{0,9},\s{0,9}[@A-Za-z][\w@/.-]{0,120}){0,40})")
_DISABLED = re.compile(r"[^\n]{0,200}?\bdisable=([A-Za-z0-9,-]{1,200})")

SHELL_SILENCER = bytes_pattern(
    r"\b(?:disable|source|source-path|external-sources)=(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}'|[!#-&(-~]{0,300})"
)
"""What in a shellcheck comment silences it, or sends it to other files. A quote that it did not open ends it: where the comment
stands in a string of another language, the string must stay one."""

_HASH = r"(?<=#)[ \t]{0,40}"
_PYTHON = frozenset({Kind.PYTHON})
_CODE = frozenset({Kind.PYTHON, Kind.SCRIPT, Kind.C, Kind.CODE, Kind.SHELL})
_TEXT = frozenset(Kind) - {Kind.PROSE}
_SHELL = frozenset({Kind.SHELL})
_DOCKER = frozenset({Kind.DOCKERFILE})
_SCRIPT = frozenset({Kind.SCRIPT})
_BUILD = frozenset({Kind.INFRASTRUCTURE, Kind.YAML, Kind.DOCKERFILE, Kind.DATA})


def _always(scope: Scope) -> Callable[[bytes], Scope]:
    return lambda _: scope


def _linter(matched: bytes) -> Scope:
    if matched.lower().endswith(b"-next-line"):
        return Scope.NEXT
    return Scope.LINE if matched.lower().endswith(b"-line") else Scope.REST


def _cppcheck(matched: bytes) -> Scope:
    low = matched.lower()
    if low.endswith((b"-file", b"-macro")):
        return Scope.FILE
    return Scope.REST if low.endswith(b"-begin") else Scope.NEXT


DIRECTIVES = (
    Directive(
        words=(b"noqa",),
        pattern=bytes_pattern(_HASH + r"(?:ruff|flake8)[ \t]{0,9}:[ \t]{0,9}noqa\b"),
        tools=("ruff",),
        kinds=_PYTHON,
        scope=_always(Scope.FILE),
        rules=_CODES,
    ),
    Directive(
        words=(b"noqa",),
        pattern=bytes_pattern(_HASH + r"noqa\b"),
        tools=("ruff", "bandit"),
        kinds=_PYTHON,
        scope=_always(Scope.LINE),
        rules=_CODES,
    ),
    Directive(
        words=(b"ruff",),
        pattern=bytes_pattern(_HASH + r"ruff[ \t]{0,9}:[ \t]{0,9}file-ignore\b"),
        tools=("ruff",),
        kinds=_PYTHON,
        scope=_always(Scope.FILE),
        rules=_LISTED,
    ),
    Directive(
        words=(b"ruff",),
        pattern=bytes_pattern(_HASH + r"ruff[ \t]{0,9}:[ \t]{0,9}ignore\b"),
        tools=("ruff",),
        kinds=_PYTHON,
        scope=_always(Scope.NEXT),
        rules=_LISTED,
    ),
    Directive(
        words=(b"ruff",),
        pattern=bytes_pattern(_HASH + r"ruff[ \t]{0,9}:[ \t]{0,9}disable\b"),
        tools=("ruff",),
        kinds=_PYTHON,
        scope=_always(Scope.REST),
        rules=_LISTED,
        end=bytes_pattern(_HASH + r"ruff[ \t]{0,9}:[ \t]{0,9}enable\b"),
    ),
    Directive(
        words=(b"nosec",),
        pattern=bytes_pattern(_HASH + r"nosec\b"),
        tools=("bandit", "ruff"),
        kinds=frozenset({Kind.PYTHON, Kind.CODE}),
        scope=_always(Scope.LINE),
        rules=_CODES,
        security=True,
    ),
    Directive(
        words=(b"shellcheck",),
        pattern=bytes_pattern(_HASH + r"shellcheck[ \t][^\n]{0,300}"),
        needs=SHELL_SILENCER,
        tools=("shellcheck",),
        kinds=_SHELL,
        scope=_always(Scope.NEXT),
        rules=_DISABLED,
    ),
    Directive(
        words=(b"hadolint",),
        pattern=bytes_pattern(_HASH + r"hadolint[ \t]{1,9}global[ \t]{1,9}ignore[ \t]{0,9}(?==)"),
        tools=("hadolint",),
        kinds=_DOCKER,
        scope=_always(Scope.FILE),
        rules=_CODES,
    ),
    Directive(
        words=(b"hadolint",),
        pattern=bytes_pattern(_HASH + r"hadolint[ \t]{1,9}ignore[ \t]{0,9}(?==)"),
        tools=("hadolint",),
        kinds=_DOCKER,
        scope=_always(Scope.NEXT),
        rules=_CODES,
    ),
    Directive(
        words=(b"zizmor",),
        pattern=bytes_pattern(r"\bzizmor[ \t]{0,9}:[ \t]{0,9}ignore\b"),
        tools=("zizmor",),
        kinds=frozenset({Kind.YAML}),
        scope=_always(Scope.LINE),
        rules=_LISTED,
        security=True,
    ),
    Directive(
        words=(b"leaks:allow",),
        pattern=bytes_pattern(r"\b(?:gitleaks|betterleaks):allow"),
        tools=("secrets",),
        kinds=frozenset(Kind),
        scope=_always(Scope.LINE),
        security=True,
    ),
    Directive(
        words=(b"lint-disable",),
        pattern=bytes_pattern(r"\b(?:oxlint|eslint)-disable(?:-next-line|-line)?"),
        tools=("oxlint",),
        kinds=_SCRIPT,
        scope=_linter,
        rules=_AFTER,
        end=bytes_pattern(r"\b(?:oxlint|eslint)-enable\b"),
    ),
    Directive(
        words=(b"forgive", b"generated code"),
        pattern=bytes_pattern(r"\blizard[ \t]{1,9}forgives?[ \t]{1,9}global|(?-i:\bGENERATED CODE\b)"),
        tools=("lizard",),
        kinds=_CODE,
        scope=_always(Scope.FILE),
    ),
    Directive(
        words=(b"forgive",),
        pattern=bytes_pattern(r"\blizard[ \t]{1,9}forgives?\b"),
        tools=("lizard",),
        kinds=_CODE,
        scope=_always(Scope.SYMBOL),
    ),
    Directive(
        words=(b"ast-grep-ignore",),
        pattern=bytes_pattern(r"\bast-grep-ignore\b"),
        tools=("ast-grep",),
        kinds=_TEXT,
        scope=_always(Scope.NEXT),
        rules=_LISTED,
        security=True,
    ),
    Directive(
        words=(b"fusion-ignore",),
        pattern=bytes_pattern(r"\bfusion-ignore\b"),
        tools=("dataflow",),
        kinds=_CODE,
        scope=_always(Scope.NEXT),
        rules=_LISTED,
        security=True,
    ),
    Directive(
        words=(b"nosem", b"noopengrep"),
        pattern=bytes_pattern(r"(?<![\w.$-])no(?:semgrep|sem|opengrep)(?![\w(.=-])"),
        tools=("opengrep",),
        kinds=_TEXT,
        scope=_always(Scope.NEXT),
        rules=_LISTED,
        security=True,
    ),
    Directive(
        words=(b"cppcheck-suppress",),
        pattern=bytes_pattern(r"\bcppcheck-suppress(?:-(?:begin|file|macro))?\b(?!-end)"),
        tools=("cppcheck",),
        kinds=frozenset({Kind.C}),
        scope=_cppcheck,
        rules=_AFTER,
        end=bytes_pattern(r"\bcppcheck-suppress-end\b"),
    ),
    Directive(
        words=(b":skip",),
        pattern=bytes_pattern(r"\b(?:checkov|bridgecrew|cfn_nag):skip(?==)"),
        tools=("checkov",),
        kinds=_BUILD,
        scope=_always(Scope.FILE),
        rules=_CHECKS,
        security=True,
    ),
)
