"""Sets of characters as regular expressions use them.

A set is a mask of 129 bits: the ASCII characters and one bit for all others together. As that one bit cannot be exact, each
set has two masks: what it may match and what it surely matches.
"""

from __future__ import annotations

from dataclasses import dataclass

OTHERS = 1 << 128
"""All characters beyond ASCII."""
EVERY = (OTHERS << 1) - 1
_FOLDED = frozenset("\u0130\u0131\u017f\u212a")
"""Characters beyond ASCII that equal i, s or k when case is ignored."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set."""

    may: int
    must: int

    def negated(self) -> Chars:
        """The other characters."""
        return Chars(EVERY & ~self.must, EVERY & ~self.may)

    def folded(self, ascii_only: bool) -> Chars:
        """With both cases of its letters."""
        may = _both_cases(self.may)
        if not ascii_only and may & mask("iks"):
            may |= OTHERS
        return Chars(may, _both_cases(self.must))

    def __or__(self, other: Chars) -> Chars:
        return Chars(self.may | other.may, self.must | other.must)


def mask(characters: str) -> int:
    """The bits of these characters."""
    bits = 0
    for character in characters:
        bits |= bit(character)
    return bits


def bit(character: str) -> int:
    """The bit of one character."""
    return 1 << ord(character) if character < "\x80" else OTHERS


_UPPER = mask("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LOWER = mask("abcdefghijklmnopqrstuvwxyz")
_DIGITS = mask("0123456789")
_LETTERS = _UPPER | _LOWER
_WORD = _DIGITS | _LETTERS | mask("_")
_SPACE = mask(" \t\n\r\f\v")
_SEPARATORS = mask("\x1c\x1d\x1e\x1f")
_FOLDED_LETTERS = mask("iIkKsS")
_PROPERTIES = {
    **dict.fromkeys(("L", "Letter", "Alphabetic", "Alpha"), _LETTERS),
    **dict.fromkeys(("N", "Number", "Nd"), _DIGITS),
}
ANYTHING = Chars(EVERY, EVERY)
NOTHING = Chars(0, 0)
PYTHON_DOT = Chars(EVERY & ~mask("\n"), EVERY & ~mask("\n"))
JAVASCRIPT_DOT = Chars(EVERY & ~mask("\n\r"), EVERY & ~mask("\n\r") & ~OTHERS)
"""Two line ends beyond ASCII are not in it."""


def one(character: str) -> Chars:
    """Exactly this character."""
    if character < "\x80":
        return Chars(bit(character), bit(character))
    return Chars(OTHERS | (_FOLDED_LETTERS if character in _FOLDED else 0), 0)


def span(low: str, high: str) -> Chars:
    """All from one to the other."""
    ascii_part = (1 << (min(ord(high), 127) + 1)) - (1 << ord(low)) if low < "\x80" else 0
    if high < "\x80":
        return Chars(ascii_part, ascii_part)
    folded = _FOLDED_LETTERS if any(low <= character <= high for character in _FOLDED) else 0
    all_others = OTHERS if low <= "\x80" and high == "\U0010ffff" else 0
    return Chars(ascii_part | OTHERS | folded, ascii_part | all_others)


def category(letter: str, python: bool, ascii_only: bool, ignores_case: bool) -> Chars:
    """What `\\d`, `\\w`, `\\s` and their opposites match."""
    beyond = 0 if ascii_only else OTHERS
    if letter in "dD":
        found = Chars(_DIGITS | (beyond if python else 0), _DIGITS)
    elif letter in "wW":
        # In JavaScript two letters beyond ASCII count, and only where case is ignored.
        found = Chars(_WORD | (beyond if python or ignores_case else 0), _WORD)
    else:
        space = _SPACE | (_SEPARATORS if python and beyond else 0)
        found = Chars(space | (OTHERS if beyond or not python else 0), space)
    return found.negated() if letter.isupper() else found


def unicode_property(name: str) -> Chars:
    """What `\\p{name}` matches, as far as it is known."""
    known = _PROPERTIES.get(name.rpartition("=")[2])
    return Chars(EVERY, 0) if known is None else Chars(known | OTHERS, known)


def _both_cases(bits: int) -> int:
    return bits | ((bits & _UPPER) << 32) | ((bits & _LOWER) >> 32)
