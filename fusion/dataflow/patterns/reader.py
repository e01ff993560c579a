"""Reads regular expressions of Python and JavaScript."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from string import hexdigits
from typing import Literal

from fusion.dataflow.patterns.charsets import (
    ANYTHING,
    JAVASCRIPT_DOT,
    NOTHING,
    PYTHON_DOT,
    Chars,
    category,
    one,
    span,
    unicode_property,
)
from fusion.dataflow.patterns.nodes import At, Choice, Look, Node, Odd, Repeat, Sequence, Unsupported

Language = Literal["python", "javascript"]

MAX_LENGTH = 2000
MAX_DEPTH = 40
MAX_COUNT = 1_000_000
_FLAGS = {"python": frozenset("iamsxul"), "javascript": frozenset("dgimsuvy")}
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}


def parse(pattern: str, flags: str, language: Language) -> Node:
    """The tree. Raises Unsupported."""
    if len(pattern) > MAX_LENGTH:
        raise Unsupported("too long")
    letters = frozenset(flags.lower() if language == "python" else flags)
    if letters - _FLAGS[language]:
        raise Unsupported("unknown flag")
    return _Reader(pattern, letters, language).read()


@dataclass(frozen=True, slots=True)
class _Mode:
    """The flags in force."""

    ignores_case: bool
    lines: bool
    dot_all: bool
    ascii_only: bool
    verbose: bool

    @staticmethod
    def of(letters: frozenset[str], language: Language) -> _Mode:
        # Without `u`, JavaScript's letters, digits and case are those of ASCII.
        ascii_only = "a" in letters if language == "python" else not letters & {"u", "v"}
        return _Mode("i" in letters, "m" in letters, "s" in letters, ascii_only, "x" in letters)


class _Reader:
    """A recursive descent over one pattern."""

    def __init__(self, pattern: str, letters: frozenset[str], language: Language) -> None:
        self._text = pattern
        self._at = 0
        self._python = language == "python"
        self._unicode = bool(letters & {"u", "v"})
        self._sets = "v" in letters and not self._python
        self._mode = _Mode.of(letters, language)
        self._depth = 0

    def read(self) -> Node:
        node = self._choice()
        if self._at < len(self._text):
            raise Unsupported("unbalanced")
        return node

    def _peek(self, text: str) -> bool:
        return self._text.startswith(text, self._at)

    def _take(self, text: str) -> bool:
        if self._peek(text):
            self._at += len(text)
            return True
        return False

    def _next(self) -> str:
        if self._at >= len(self._text):
            raise Unsupported("ends early")
        self._at += 1
        return self._text[self._at - 1]

    def _until(self, end: str) -> str:
        stop = self._text.find(end, self._at)
        if stop < 0:
            raise Unsupported("ends early")
        found, self._at = self._text[self._at : stop], stop + len(end)
        return found

    def _choice(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unsupported("too deep")
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        self._depth -= 1
        if len(branches) == 1:
            return branches[0]
        merged: Chars = NOTHING
        for branch in branches:
            if not isinstance(branch, Chars):
                return Choice(tuple(branches))
            merged |= branch
        return merged

    def _sequence(self) -> Node:
        items: list[Node] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            if self._mode.verbose and self._skip():
                continue
            item = self._item()
            if item is not None:
                items.append(self._repeated(item))
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def _skip(self) -> bool:
        character = self._text[self._at]
        if character == "#":
            end = self._text.find("\n", self._at)
            self._at = len(self._text) if end < 0 else end + 1
            return True
        if character in " \t\n\r\f\v":
            self._at += 1
            return True
        return False

    def _repeated(self, item: Node) -> Node:
        while self._mode.verbose and self._at < len(self._text) and self._skip():
            pass
        counts = self._counts()
        if counts is None:
            return item
        if isinstance(item, At):
            raise Unsupported("nothing to repeat")
        lazy = self._take("?")
        settled = not lazy and self._python and self._take("+")
        if self._at < len(self._text) and self._text[self._at] in "*+?":
            raise Unsupported("multiple repeat")
        least, most = counts
        if most is not None and most < least:
            raise Unsupported("counts out of order")
        return Repeat(item, least, most, lazy, settled)

    def _counts(self) -> tuple[int, int | None] | None:
        for sign, counts in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return counts
        if not self._peek("{"):
            return None
        end = self._text.find("}", self._at, self._at + 20)
        least, comma, most = self._text[self._at + 1 : end].partition(",") if end > 0 else ("", "", "")
        good = (least.isdecimal() and least.isascii()) or (self._python and not least and comma and most)
        if not good or (most and not (most.isdecimal() and most.isascii())):
            if self._unicode and not self._python:
                raise Unsupported("incomplete quantifier")
            return None
        self._at = end + 1
        low = int(least or 0)
        high = (int(most) if most else None) if comma else low
        if max(low, high or 0) > MAX_COUNT:
            raise Unsupported("too many")
        return low, high

    def _item(self) -> Node | None:
        """One item; None for what matches nothing by itself (a comment, flags)."""
        character = self._next()
        if character == "(":
            return self._group()
        if character == "[":
            return self._class()
        if character == ".":
            if self._mode.dot_all:
                return ANYTHING
            return PYTHON_DOT if self._python else JAVASCRIPT_DOT
        if character == "^":
            return At("^" if self._mode.lines else "start")
        if character == "$":
            return At("$" if self._mode.lines else "end")
        if character == "\\":
            return self._escape()
        if character in "*+?":
            raise Unsupported("nothing to repeat")
        if self._unicode and not self._python and character in "]{}":
            raise Unsupported("lone bracket")
        return self._folded(one(character))

    def _group(self) -> Node | None:
        before = self._mode
        if not self._take("?"):
            return self._closed(before)
        if self._take(":"):
            return self._closed(before)
        for sign, ahead, negative in (("=", True, False), ("!", True, True), ("<=", False, False), ("<!", False, True)):
            if self._take(sign):
                return Look(self._closed(before), ahead, negative)
        if self._python:
            if self._take("#"):
                self._until(")")
                return None
            if self._take("P<"):
                self._until(">")
                return self._closed(before)
            if self._take("P="):
                self._until(")")
                return Odd()
            if self._take(">"):
                return Repeat(self._closed(before), 1, 1, settled=True)
            if self._peek("("):
                raise Unsupported("conditional")
        elif self._take("<"):
            self._until(">")
            return self._closed(before)
        return self._flags(before)

    def _closed(self, before: _Mode) -> Node:
        node = self._choice()
        if not self._take(")"):
            raise Unsupported("unbalanced")
        self._mode = before
        return node

    def _flags(self, before: _Mode) -> Node | None:
        begin = self._at
        while self._at < len(self._text) and (self._text[self._at].isalpha() or self._text[self._at] == "-"):
            self._at += 1
        on, _, off = self._text[begin : self._at].partition("-")
        if not on + off or set(on + off) - set("imsxau" if self._python else "ims"):
            raise Unsupported("unknown flag")
        mode = self._mode
        for letters, value in ((on, True), (off, False)):
            for letter, field in (
                ("i", "ignores_case"),
                ("m", "lines"),
                ("s", "dot_all"),
                ("x", "verbose"),
                ("a", "ascii_only"),
            ):
                if letter in letters:
                    mode = replace(mode, **{field: value})
        self._mode = mode
        if self._take(":"):
            return self._closed(before)
        if begin == 2 and self._python and self._take(")"):
            return None
        raise Unsupported("unknown group")

    def _escape(self) -> Node:
        character = self._next()
        if character in "bB":
            return At("boundary")
        if self._python and character in "AZz":
            return At("start" if character == "A" else "end")
        if character in "123456789":
            while self._at < len(self._text) and self._text[self._at] in "0123456789":
                self._at += 1
            return Odd()
        if character == "k" and not self._python:
            if not self._take("<"):
                raise Unsupported("lone reference")
            self._until(">")
            return Odd()
        return self._folded(self._category(character) or one(self._character(character)))

    def _category(self, letter: str) -> Chars | None:
        """What `\\d` and its like match."""
        if letter in "pP" and not self._python and self._unicode:
            if not self._take("{"):
                raise Unsupported("lone property")
            found = unicode_property(self._until("}"))
            return found.negated() if letter == "P" else found
        if letter not in "dDwWsS":
            return None
        return category(letter, self._python, self._mode.ascii_only, self._mode.ignores_case)

    def _folded(self, found: Chars) -> Chars:
        return found.folded(self._mode.ascii_only) if self._mode.ignores_case else found

    def _character(self, letter: str) -> str:
        """The character that an escape stands for."""
        if letter in _CONTROL:
            return _CONTROL[letter]
        if letter == "0":
            octal = self._text[self._at : self._at + 1]
            if octal and octal in "0123456789":
                raise Unsupported("octal")
            return "\0"
        if self._python and letter == "a":
            return "\a"
        if letter == "x":
            return self._hex(2)
        if letter == "u":
            if not self._python and self._unicode and self._take("{"):
                return _code(self._until("}"))
            return self._hex(4)
        if letter == "U" and self._python:
            return self._hex(8)
        if letter == "c" and not self._python:
            control = self._next()
            if not (control.isascii() and control.isalpha()):
                raise Unsupported("control")
            return chr(ord(control) % 32)
        if letter.isascii() and letter.isalnum() and (self._python or self._unicode):
            raise Unsupported("unknown escape")
        return letter

    def _hex(self, length: int) -> str:
        digits, self._at = self._text[self._at : self._at + length], self._at + length
        if len(digits) < length:
            raise Unsupported("ends early")
        return _code(digits)

    def _class(self) -> Node:
        negative = self._take("^")
        found: Chars = NOTHING
        categories: set[str] = set()
        first = True
        while not self._peek("]") or (first and self._python):
            first = False
            low, low_set = self._member(categories)
            if self._sets and (self._peek("--") or self._peek("&&") or low == "["):
                raise Unsupported("set notation")
            if self._peek("-") and not self._text.startswith("]", self._at + 1):
                self._at += 1
                high, high_set = self._member(categories)
                if low_set is None and high_set is None:
                    if low > high:
                        raise Unsupported("bad range")
                    found |= span(low, high)
                    continue
                if self._python or self._unicode:
                    raise Unsupported("bad range")
                found |= (low_set or one(low)) | one("-") | (high_set or one(high))
                continue
            found |= low_set or one(low)
        self._at += 1
        if any(letter.swapcase() in categories for letter in categories):
            found = ANYTHING
        found = self._folded(found)
        return found.negated() if negative else found

    def _member(self, categories: set[str]) -> tuple[str, Chars | None]:
        """A character or a category of a class."""
        character = self._next()
        if character != "\\":
            return character, None
        letter = self._next()
        category = self._category(letter)
        if category is not None:
            if letter in "dDwWsS":
                categories.add(letter)
            return "", category
        if letter == "b":
            return "\b", None
        if letter == "q" and self._sets:
            raise Unsupported("set notation")
        if letter in "123456789":
            raise Unsupported("octal")
        return self._character(letter) if letter != "-" else "-", None


def _code(digits: str) -> str:
    if not digits or len(digits) > 8 or not set(digits) <= set(hexdigits) or int(digits, 16) > sys.maxunicode:
        raise Unsupported("bad escape")
    return chr(int(digits, 16))
