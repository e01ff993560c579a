"""What a check by a regular expression, or a replacement with one, says about the whole text.

Where a pattern is not understood or too large, nothing is known. One thing is let pass on purpose: Python's `$` also matches
before a line end that is the last character; no sink in our tables is hurt by that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from fusion.dataflow.contexts.limits import ANY, ASCII, BEGINNINGS, NAMES, TELLING, WIDE, Limits
from fusion.dataflow.patterns.automata import Generous, Mode, Part, Strict
from fusion.dataflow.patterns.charsets import EVERY, OTHERS, Chars
from fusion.dataflow.patterns.nodes import At, Look, Node, Repeat, Sequence, Unsupported
from fusion.dataflow.patterns.reader import Language, parse

MAX_LISTED = 32
"""So many characters are listed as absent; where there are more, those that are left are listed."""
_REFERENCE = re.compile(r"\\(?:[0-9]|g<)")
_DOLLAR = re.compile(r"\$(?:[&`'<]|[0-9])")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "b": "\b", "\\": "\\"}


@lru_cache(maxsize=2048)
def restricts(pattern: str, flags: str, mode: Mode, language: Language) -> Limits:
    """What is known about the whole text when the pattern matches it. `flags` are letters: `im`."""
    try:
        node = parse(pattern, flags, language)
        generous = Generous(node, mode)
        if not generous.possible:
            return ANY
        mask = generous.characters()
        absent = {text for text in TELLING if _made_of(text, mask) and not generous.may_hold(text)}
        absent |= {f"^{text}" for text in BEGINNINGS if _made_of(text, mask) and not generous.may_begin(text)}
        if not absent and mask == EVERY:
            return ANY
        return _refused(node, mode, mask).both(_limits(mask, absent, generous.start()))
    except Unsupported:
        return ANY


@lru_cache(maxsize=2048)
def rejects(pattern: str, flags: str, mode: Mode, language: Language) -> Limits:
    """What is known about the whole text when the pattern does not match it."""
    if "y" in flags:
        return ANY
    try:
        return _unmatched(Strict(parse(pattern, flags, language), mode))
    except Unsupported:
        return ANY


@lru_cache(maxsize=2048)
def substitutes(pattern: str, flags: str, replacement: str, language: Language, all: bool) -> Limits:
    """What is known about the text after the matches (all of them, or the first one) were replaced.

    Whatever is removed leaves its neighbours joined: taking out `../` once leaves it in `....//`. So only single characters
    are gone for good, and longer texts where the replacement keeps the parts apart.
    """
    if "y" in flags:
        return ANY
    try:
        node = parse(pattern, flags, language)
        added = _added(replacement, language)
        stripped = _stripped(node) if added == "" else 0
        beginnings = {f"^{text}" for text in BEGINNINGS if len(text) == 1 and stripped >> ord(text) & 1}
        if not all or added is None or Generous(node, "fullmatch").may_be_empty():
            return _limits(EVERY, beginnings)
        part = Part(node)
    except Unsupported:
        return ANY
    gone = _mask(part.matches) & ~sum({_bit(character) for character in added})
    apart = {text for text in TELLING if added and not set(added) & set(text) and part.matches(text)}
    return _limits(EVERY & ~gone, beginnings | {text for text in apart if _made_of(text, EVERY & ~gone)})


def replaces(old: str, new: str, *, all: bool = True) -> Limits:
    """What is known about the text after a literal text was replaced (`str.replace`)."""
    if not old:
        return ANY
    shown = substitutes(re.escape(old), "", new.replace("\\", "\\\\"), "python", all)
    # Of a run of one character that many are gone as often as they fit: what is left of it is shorter.
    runs = all and not new and len(old) > 1 and old in TELLING and len(set(old)) == 1
    return shown.both(Limits(absent=frozenset({old}))) if runs else shown


def _limits(mask: int, absent: set[str], start: str = "") -> Limits:
    """From the characters that can occur, and what else is known."""
    missing = [character for character in ASCII if not mask >> ord(character) & 1]
    if mask & OTHERS and len(missing) <= MAX_LISTED:
        limits = Limits(None, frozenset(absent.union(missing)), start)
    else:
        present = ASCII.difference(missing)
        limits = Limits(present | {WIDE} if mask & OTHERS else present, frozenset(absent), start)
    return ANY if limits == ANY else limits


def _made_of(text: str, mask: int) -> bool:
    return all(mask & _bit(character) for character in text)


def _bit(character: str) -> int:
    return 1 << ord(character) if character < "\x80" else OTHERS


def _mask(holds: Callable[[str], bool]) -> int:
    """The characters for which it holds."""
    return sum(_bit(character) for character in (*ASCII, WIDE) if holds(character))


def _unmatched(strict: Strict, before: str = "") -> Limits:
    """What a text lacks in which the pattern does not match, when it is looked for after the literal `before`."""
    absent = {
        f"^{text}"
        for text in (*BEGINNINGS, before + "/", before + "\\")
        if len(text) > len(before) and text.startswith(before) and strict.at_start(text[len(before) :])
    }
    if before:
        return _limits(EVERY, absent)
    gone = _mask(strict.wherever)
    if gone == EVERY:
        return ANY
    names = {f"={name}" for name in NAMES if _made_of(name, EVERY & ~gone) and strict.exactly(name)}
    absent = {text for text in absent if _made_of(text[1:], EVERY & ~gone)}
    absent |= {text for text in TELLING if _made_of(text, EVERY & ~gone) and strict.wherever(text)}
    return _limits(EVERY & ~gone, absent | names)


def _refused(node: Node, mode: Mode, alphabet: int) -> Limits:
    """What negative look-aheads at the start of the pattern (perhaps after literal text) say of a text that matches."""
    limits, before = ANY, ""
    items = _items(node)
    if mode == "search" and (not items or items[0] != At("start")):
        return ANY
    for item in items:
        if isinstance(item, Look) and item.ahead and item.negative:
            # What the rest of the pattern does not let through need not be looked at.
            limits = limits.both(
                _unmatched(Strict(item.item, "match", EVERY if before else alphabet, begins=not before), before)
            )
        elif isinstance(item, Chars) and item.may.bit_count() == 1 and item.may != OTHERS:
            before += chr(item.may.bit_length() - 1)
        elif not isinstance(item, Look) and item != At("start"):
            break
    return limits


def _items(node: Node) -> list[Node]:
    """What stands one after the other."""
    if not isinstance(node, Sequence):
        return [node]
    return [inner for item in node.items for inner in _items(item)]


def _stripped(node: Node) -> int:
    """The characters with which a text cannot begin after `^[...]+` was taken out."""
    items = _items(node)
    if len(items) == 2 and items[0] == At("start") and isinstance(items[1], Repeat):
        repeat = items[1]
        if isinstance(repeat.item, Chars) and repeat.least <= 1 and repeat.most is None and not repeat.lazy:
            return repeat.item.must
    return 0


def _added(replacement: str, language: Language) -> str | None:
    """The literal text that a replacement puts in; None when it puts in parts of the match."""
    if language == "javascript":
        return None if _DOLLAR.search(replacement) else replacement.replace("$$", "$")
    if _REFERENCE.search(replacement.replace("\\\\", "")):
        return None
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), replacement, flags=re.DOTALL)
