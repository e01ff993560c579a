"""Authors' inline suppression comments: found, neutralised in the scratch copy, and remembered.

Whether an author's `noqa` or `nosec` counts is policy, not the tool's choice. So every directive that a tool might honour is
blotted out in the copy the tool reads, byte for byte, so that no line or column moves; and each is kept as a `Suppression`,
so that a hit it would have silenced can be marked, and a new one in a change can be evidence itself.

Blotting is generous (a directive in a string is blotted too: the tool might honour it there); remembering is strict (only in
languages where the directive means something, and not where the line puts it inside a string).
"""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from fusion.evidence.catalogue import catalogue
from fusion.evidence.directives import DIRECTIVES, SHELL_SILENCER, Directive, Scope, bytes_pattern
from fusion.evidence.kinds import Kind, kind
from fusion.model import Hit
from fusion.syntax import Symbol, symbols

_MOST = 2_000
"""Suppressions remembered per directive and file; more of them are blotted out all the same."""
_AROUND = 300
"""Bytes read before and after a directive."""
_LARGEST_TOKENIZED = 1 << 20
"""Bytes of the largest Python file whose comments are told from its strings by its tokens."""
_FAR = 50
"""Lines between a directive and the end of the code that it is about."""
_LAST = 1 << 30
_FLOW = "dataflow"
"""Follows what other tools see as a pattern: who has silenced the pattern has looked at what is found there."""
_PATTERNS = frozenset({"bandit", "opengrep", "ast-grep"})
_VISIBLE = re.compile(rb"[^\s]")
_SHELL_DIALECT = bytes_pattern(r"\bshell=[a-z]{1,10}\b")
_SHELLCHECK = bytes_pattern(r"shellcheck")
_COMMENT_LINE = re.compile(rb"[ \t]*(?:#|//|/\*|\*|--|<!--|;|$)")
_MARKS = re.compile(rb"\\.|[\"'`]|#|//|/\*|<!--|--")
_QUOTES = (b'"', b"'", b"`")
_WORD_BEFORE = re.compile(rb"[A-Za-z0-9_]+$")
_PREFIXES = (b"r", b"b", b"f", b"u", b"br", b"rb", b"fr", b"rf")
_CODE_RULE = re.compile(r"[A-Za-z]{1,10}\d{1,6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One directive: where it stands, whom it silences, and the lines (1-based, inclusive) on which it does."""

    path: str
    line: int
    tools: tuple[str, ...]
    """The first is the tool whose directive it is."""
    text: str
    """The directive as it stands in the file, at most 200 characters."""
    rules: tuple[str, ...] = ()
    """The rules it names; empty: all."""
    first: int
    last: int
    security: bool = False
    """It silences a security tool."""

    def silences(self, tool: str, hit: Hit) -> bool:
        """Whether the tool, left alone, would have kept quiet about the hit."""
        if hit.location.line > self.last or hit.location.end_line < self.first:
            return False
        if tool == _FLOW and tool not in self.tools:
            return self._speaks_of(hit)
        if tool not in self.tools:
            return False
        if not self.rules:
            # A bare `nosec` speaks of bandit's checks, which ruff has under S; a bare `noqa` does not speak to bandit.
            return tool == self.tools[0] or (tool == "ruff" and hit.rule.startswith("S"))
        return self.names(hit.rule)

    def _speaks_of(self, hit: Hit) -> bool:
        """Whether it is about a flow: it silences everything that a tool of security patterns says, or a rule of its family."""
        if not self.rules:
            return self.tools[0] in _PATTERNS
        family = _family(_FLOW, hit.rule)
        return any(
            _family(tool, rule.upper() if _CODE_RULE.fullmatch(rule) else rule) == family
            for tool in self.tools
            for rule in self.rules
        )

    def names(self, rule: str) -> bool:
        """Whether one of the rules it names is `rule`, as the tool writes it."""
        return any(_names(said, rule) for said in self.rules)


def neutralise(data: bytes) -> bytes:
    """The same bytes with every directive blotted out: same length, same lines, same columns."""
    low = data.lower()
    for directive in DIRECTIVES:
        if any(word in low for word in directive.words):
            data = directive.pattern.sub(_blot_shell if "shellcheck" in directive.tools else _blot, data)
    return data


def find(path: str, data: bytes) -> tuple[Suppression, ...]:
    """The directives of one file, in order of their lines."""
    low = data.lower()
    present = [directive for directive in DIRECTIVES if any(word in low for word in directive.words)]
    if not present:
        return ()
    own = kind(path, data)
    page = _Page(path, data, own)
    found: dict[tuple[int, str], Suppression] = {}
    for directive in present:
        if own in directive.kinds:
            for match in islice(directive.pattern.finditer(data), _MOST):
                if (directive.needs is None or directive.needs.search(match[0])) and page.in_comment(match.start()):
                    suppression = page.suppression(directive, match)
                    # `ruff: noqa` also reads as `noqa`: the more specific directive comes first and wins.
                    found.setdefault((match.end(), directive.tools[0]), suppression)
    return tuple(sorted(found.values(), key=lambda item: (item.line, item.text)))


def silencer(suppressions: Sequence[Suppression], tool: str, hit: Hit) -> str:
    """The text of the first suppression that silences the hit; empty when none does."""
    return next((item.text for item in suppressions if item.silences(tool, hit)), "")


def _blot(match: re.Match[bytes]) -> bytes:
    return _VISIBLE.sub(b"x", match[0])


def _blot_shell(match: re.Match[bytes]) -> bytes:
    """A shellcheck comment that also names the dialect keeps that part; else it stops being a directive."""
    if not SHELL_SILENCER.search(match[0]):
        return match[0]
    if _SHELL_DIALECT.search(match[0]):
        return SHELL_SILENCER.sub(lambda part: b" " * len(part[0]), match[0])
    return _SHELLCHECK.sub(_blot, match[0])


class _Page:
    """One file with its line starts."""

    def __init__(self, path: str, data: bytes, kind: Kind) -> None:
        self.path = path
        self.data = data
        self.kind = kind
        self._starts = [0, *(match.end() for match in re.finditer(b"\n", data))]

    def line(self, offset: int) -> int:
        """The 1-based line of a byte."""
        return bisect_right(self._starts, offset)

    def text(self, line: int) -> bytes:
        """The beginning of a 1-based line."""
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self.data)
        return self.data[start : min(end, start + _AROUND)].rstrip(b"\r\n")

    def in_comment(self, offset: int) -> bool:
        """Whether the place lies in a comment: by Python's own tokens, elsewhere when it is in no string of its line."""
        if self._comments is None:
            return not self._in_string(offset)
        line = self.line(offset)
        start = self._starts[line - 1]
        column = self._comments.get(line)
        return column is not None and len(self.data[start:offset].decode("utf-8", "replace")) >= column

    @cached_property
    def _comments(self) -> dict[int, int] | None:
        """Line -> column (0-based) of its comment; None where the file is not Python, or cannot be told apart."""
        if self.kind is not Kind.PYTHON or len(self.data) > _LARGEST_TOKENIZED:
            return None
        lines = io.StringIO(self.data.decode("utf-8", "replace"), newline="\n")
        try:
            return {
                token.start[0]: token.start[1]
                for token in tokenize.generate_tokens(lines.readline)
                if token.type == tokenize.COMMENT
            }
        except (tokenize.TokenError, SyntaxError):
            return None

    def _in_string(self, offset: int) -> bool:
        """Whether the place lies in a string that opens on its line, as far as can be seen; not in a comment behind one."""
        start = max(self._starts[self.line(offset) - 1], offset - _AROUND)
        opened = b""
        for mark in _MARKS.finditer(self.data, start, offset):
            if not opened and mark[0] not in _QUOTES:
                return False
            if mark[0] == opened:
                opened = b""
            elif not opened:
                # An apostrophe within a word opens nothing, unless the word is a prefix as in f'...'.
                word = _WORD_BEFORE.search(self.data, max(start, mark.start() - 8), mark.start())
                if mark[0] != b"'" or word is None or word[0].lower() in _PREFIXES:
                    opened = mark[0]
        return bool(opened)

    def suppression(self, directive: Directive, match: re.Match[bytes]) -> Suppression:
        """The suppression that stands at the match."""
        line = self.line(match.start())
        end = self._starts[line] if line < len(self._starts) else len(self.data)
        whole = directive.tools[0] == "shellcheck"
        rest = self.data[match.start() if whole else match.end() : min(end, match.end() + _AROUND)]
        named = directive.rules.match(rest.decode("utf-8", "replace")) if directive.rules else None
        first, last = self._reach(directive, match, line)
        start = match.start() - 1 if self.data[match.start() - 1 : match.start()] == b"#" else match.start()
        return Suppression(
            path=self.path,
            line=line,
            tools=directive.tools,
            text=_shown(self.data[start : min(end, start + _AROUND)]),
            rules=tuple(re.findall(r"[^\s,\]]+", named[1])) if named else (),
            first=first,
            last=last,
            security=directive.security,
        )

    def _reach(self, directive: Directive, match: re.Match[bytes], line: int) -> tuple[int, int]:
        scope = directive.scope(match[0])
        if scope is Scope.FILE:
            return 1, _LAST
        if scope is Scope.REST:
            end = directive.end.search(self.data, match.end()) if directive.end else None
            return line, self.line(end.start()) if end else _LAST
        if scope is Scope.SYMBOL:
            return self._symbol(line)
        if scope is Scope.NEXT:
            return self._next(directive, line)
        return line, line

    @cached_property
    def _symbols(self) -> tuple[Symbol, ...]:
        return symbols(self.path, self.data.decode("utf-8", "replace"))

    @cached_property
    def _first_code(self) -> int:
        """The first line that is neither empty nor a comment."""
        return next((line for line in range(1, len(self._starts) + 1) if not self._is_comment(line)), _LAST)

    def _is_comment(self, line: int) -> bool:
        return _COMMENT_LINE.match(self.text(line)) is not None

    def _symbol(self, line: int) -> tuple[int, int]:
        around = [item for item in self._symbols if item.line <= line <= item.end_line]
        return (around[-1].line, around[-1].end_line) if around else (line, line)

    def _next(self, directive: Directive, line: int) -> tuple[int, int]:
        if not self._is_comment(line):
            return line, line + 1
        count = len(self._starts)
        below = next((at for at in range(line + 1, min(line + _FAR, count)) if not self._is_comment(at)), min(line + 1, count))
        if directive.tools[0] == "shellcheck":
            if line < self._first_code:
                return 1, _LAST
            block = next((item for item in self._symbols if item.line == below), None)
            if block is not None:
                return line, block.end_line
        last = below
        while last < min(below + _FAR, count) and self.text(last).endswith(b"\\"):
            last += 1
        return line, last


def _family(tool: str, rule: str) -> str:
    """The family of a rule by our table; empty where the table does not know it."""
    own, group = catalogue(tool).entry(rule)
    return own.family or group.family


def _shown(data: bytes) -> str:
    text = data.decode("utf-8", "replace").strip().removesuffix("*/").removesuffix("-->").rstrip()
    return "".join(character if character.isprintable() else " " for character in text)[:200]


def _names(said: str, rule: str) -> bool:
    """Whether a rule as an author writes it is the rule as the tool names it."""
    said, rule = said.lower().strip("."), rule.lower()
    if _CODE_RULE.fullmatch(said) and rule.startswith(said):
        return True
    if said in ("all", rule):
        return True
    low, _, high = said.partition("-")
    if low[:2] == "sc" and high[:2] == "sc" and low[2:].isdigit() and high[2:].isdigit() and rule[2:].isdigit():
        return int(low[2:]) <= int(rule[2:]) <= int(high[2:])
    # Bandit's B602 and ruff's S602 are one check; a plugin's rule is `plugin/rule`, `plugin(rule)` or `a.b.rule`.
    if len(said) == 4 and said[0] in "bs" and said[1:].isdigit() and rule[:1] in ("b", "s") and rule[1:] == said[1:]:
        return True
    bare = said.rpartition("/")[2].rpartition(".")[2]
    return bool(bare) and (rule.endswith(("/" + bare, "." + bare, f"({bare})")) or rule == bare)


__all__ = ["Kind", "Suppression", "find", "neutralise", "silencer"]
