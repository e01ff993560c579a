"""What text can look like after a check: the characters it is made of, and the text that cannot be in it."""

from __future__ import annotations

from dataclasses import dataclass
from os.path import commonprefix


@dataclass(frozen=True, slots=True)
class Limits:
    """What is known about a hostile text."""

    allowed: frozenset[str] | None = None
    """It is made of these characters only; None: of any."""
    absent: frozenset[str] = frozenset()
    """None of these occurs in it; with a leading `^`: it does not begin so."""
    start: str = ""
    """It begins with this."""

    def lacks(self, text: str) -> bool:
        """Whether `text` cannot occur in it."""
        if self.allowed is not None and any(character not in self.allowed for character in text):
            return True
        return any(absent in text for absent in self.absent if absent[0] != "^" or len(absent) == 1)

    def begins_without(self, text: str) -> bool:
        """Whether it cannot begin with `text`."""
        if self.start and not self.start.startswith(text[: len(self.start)]):
            return True
        return f"^{text}" in self.absent or self.lacks(text)

    def both(self, other: Limits) -> Limits:
        """What holds when both do (one check after another)."""
        if other is ANY or other == self:
            return self
        if self is ANY:
            return other
        allowed = other.allowed if self.allowed is None else self.allowed
        if self.allowed is not None and other.allowed is not None:
            allowed = self.allowed & other.allowed
        return Limits(allowed, self.absent | other.absent, max(self.start, other.start, key=len))

    def either(self, other: Limits) -> Limits:
        """What holds when one of the two does (paths that meet)."""
        if self is ANY or other is ANY:
            return ANY
        if self == other:
            return self
        allowed = self.allowed | other.allowed if self.allowed is not None and other.allowed is not None else None
        absent = frozenset(text for text in self.absent if text in other.absent or other.lacks(text))
        absent |= frozenset(text for text in other.absent if text in self.absent or self.lacks(text))
        return Limits(allowed, absent, commonprefix([self.start, other.start]))


ANY = Limits()
