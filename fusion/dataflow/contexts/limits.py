"""What text can look like after a check: the characters it is made of, and the text that cannot be in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

WIDE = "\U0010ffff"
"""In a set of characters: every one beyond ASCII."""
HOLE = "\ufffc"
"""Stands for text that is not known."""
BELOW_OURS = ".ours"
"""Among what is `closed`: the text ends with the name of a domain that is written out, a dot before it."""
LOST = "\ufffb"
"""At the end of a lead that is known as far as it settles an address: what follows, up to the hostile text, is not."""
ASCII = frozenset(map(chr, range(128)))
WORD = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
NAMES = ("__proto__", "constructor", "prototype")
"""Whole texts whose absence decides in some place."""
TELLING = (
    *("..", "//", "/\\", "\\/", "\\\\", "./", ".\\", "/.", "/../", "../", "--", "/*", "*/", "''", "&&", "||", "$(", "://"),
    *("{{", "{%", "${", "#{", "<%", "</", "<!", "<!DOCTYPE", "%2", "&#", "__"),
    *("__proto__", "constructor", "prototype", "file:"),
)
"""Texts whose absence settles a question in some sink, longer than one character."""
BEGINNINGS = (
    *("/", "\\", ".", "-", "~", "@", ":", "?", "#", "|", " ", "\t", "\n"),
    *("//", "/\\", "\\\\", "\\/", "..", "/.", "http", "javascript"),
)
"""The same of texts with which it begins."""
_LITERAL = WORD | frozenset('"\\[]{}:,.+- ')
"""Characters that JSON is made of outside strings, or that mean something in one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is known about a hostile text."""

    allowed: frozenset[str] | None = None
    """It is made of these characters only (`WIDE` among them: and of any beyond ASCII); None: of any."""
    absent: frozenset[str] = frozenset()
    """None of these occurs in it; with a leading `^`: it does not begin so; with a leading `=`: it is not that."""
    start: str = ""
    """It begins with this."""
    closed: frozenset[str] = frozenset()
    """Between two of these quotes it does not end the literal: each of its own was replaced by what stands for one (`''`).
    With a leading `$`: in a shell's command."""
    literal: bool = False
    """It is one literal of JSON."""

    def lacks(self, text: str) -> bool:
        """Whether `text` cannot occur in it."""
        if self.allowed is not None and not self._is_made_of(text, self.allowed):
            return True
        return any(absent in text for absent in self.absent if absent[0] not in "^=" or len(absent) == 1)

    def differs(self, text: str) -> bool:
        """Whether it cannot be `text`."""
        begun = self.start[:1] == HOLE or text.startswith(self.start)
        return f"={text}" in self.absent or not begun or self.lacks(text)

    def excludes(self, mark: str) -> bool:
        """Whether what a member of `absent` says holds."""
        return self.differs(mark[1:]) if mark[0] == "=" and len(mark) > 1 else self.lacks(mark)

    def begins_without(self, text: str) -> bool:
        """Whether it cannot begin with `text`."""
        if self.start and self.start[0] != HOLE and not self.start.startswith(text[: len(self.start)]):
            return True
        if any(f"^{text[:length]}" in self.absent for length in range(1, len(text) + 1)):
            return True
        return self.lacks(text)

    def is_made_of(self, characters: frozenset[str]) -> bool:
        """Whether nothing but these characters can occur in it (with `WIDE` among them: these and any beyond ASCII)."""
        possible = ASCII | {WIDE} if self.allowed is None else self.allowed
        return all(self._is_made_of(character, characters) or self.lacks(character) for character in possible)

    def rewritten(self, added: str, taken: str | None = None) -> Limits:
        """What still holds when parts of it are taken out or replaced, wherever they stand, by text of the characters `added`.

        `taken`: only these characters are replaced (an escape); None: any.
        """
        allowed = None if self.allowed is None else self.allowed | frozenset(added)
        absent = frozenset(text for text in self.absent if len(text) == 1 and text not in added)
        start = 0
        while taken is not None and start < len(self.start) and self.start[start] not in taken:
            start += 1
        return Limits(allowed, absent, self.start[:start])

    def kept(self, old: str, new: str) -> Limits:
        """What of the marks still holds after `old` became `new`: literals and closed quotes where they are not touched."""
        touched = set(old) | set(new)
        quotes = self.closed - {BELOW_OURS}
        closed = frozenset(quote for quote in quotes if quote[-1] not in touched and "\\" not in touched)
        literal = self.literal and bool(old) and not set(old) & _LITERAL and '"' not in new
        return Limits(closed=closed, literal=literal) if closed or literal else ANY

    def both(self, other: Limits) -> Limits:
        """What holds when both do (one check after another)."""
        if other is ANY or other == self:
            return self
        if self is ANY:
            return other
        allowed = other.allowed if self.allowed is None else self.allowed
        if self.allowed is not None and other.allowed is not None:
            allowed = frozenset(
                character
                for character in self.allowed | other.allowed
                if self._is_made_of(character, self.allowed) and self._is_made_of(character, other.allowed)
            )
        return Limits(
            allowed,
            self.absent | other.absent,
            max(self.start, other.start, key=len),
            self.closed | other.closed,
            self.literal or other.literal,
        )

    def either(self, other: Limits) -> Limits:
        """What holds when one of the two does (paths that meet)."""
        if self is ANY or other is ANY:
            return ANY
        if self == other:
            return self
        allowed = self.allowed | other.allowed if self.allowed is not None and other.allowed is not None else None
        absent = frozenset(text for text in self.absent if text in other.absent or other.excludes(text))
        absent |= frozenset(text for text in other.absent if text in self.absent or self.excludes(text))
        closed = self.closed & other.closed
        return Limits(allowed, absent, _common_start(self.start, other.start), closed, self.literal and other.literal)

    @staticmethod
    def _is_made_of(text: Iterable[str], characters: frozenset[str]) -> bool:
        wide = WIDE in characters
        return all(character in characters or (wide and character > "\x7f") for character in text)


def _common_start(a: str, b: str) -> str:
    length = 0
    while length < min(len(a), len(b)) and a[length] == b[length]:
        length += 1
    return a[:length]


ANY = Limits()
