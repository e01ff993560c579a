"""Whether a regular expression that matches an address settles which host it has."""

from __future__ import annotations

from functools import lru_cache

from fusion.dataflow.patterns.automata import Mode
from fusion.dataflow.patterns.charsets import OTHERS, Chars, mask
from fusion.dataflow.patterns.nodes import At, Choice, Node, Odd, Repeat, Sequence, Unsupported
from fusion.dataflow.patterns.reader import Language, parse

_ENDS = mask("/?#")
_LEAVES = mask("/?#\\@:")
_HOST = mask("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") | OTHERS
_CODES = 128


@lru_cache(maxsize=1024)
def fixes_host(pattern: str, flags: str, mode: Mode, language: Language) -> bool:
    """Whether every text that matches is an address whose host is written out, or is below a domain that is.

    `https://([a-z]+\\.)?example\\.com(/.*)?$` does, `https://example.com` does not: more may follow.
    """
    try:
        items = _items(parse(pattern, flags, language))
    except Unsupported:
        return False
    if items and items[0] == At("start"):
        items = items[1:]
    elif mode == "search":
        return False
    for place in range(len(items) - 1):
        if _letter(items[place]) == "/" and _letter(items[place + 1]) == "/":
            return _host(items[place + 2 :], mode)
        if not isinstance(items[place], Chars | Repeat | Choice) or _reach(items[place]) & mask("/?#\\@"):
            return False
    return False


@lru_cache(maxsize=1024)
def is_host(pattern: str, flags: str, mode: Mode, language: Language) -> bool:
    """Whether every text that matches is, as a whole, the name of a host that is written out or below a domain that is."""
    try:
        items = _items(parse(pattern, flags, language))
    except Unsupported:
        return False
    if items and items[0] == At("start"):
        items = items[1:]
    elif mode == "search":
        return False
    ended = mode == "fullmatch" or bool(items and items[-1] in (At("end"), At("$")))
    named = all(not _reach(item) & ~_HOST for item in items if isinstance(item, Chars | Repeat | Choice | Sequence))
    return ended and named and _host(items, mode)


def _host(items: list[Node], mode: Mode) -> bool:
    tail, begun = "", True
    """Literal text so far, and whether a label of the name begins with it."""
    for place, item in enumerate(items):
        last = place == len(items) - 1
        letter = _letter(item)
        if letter and letter not in "/?#\\@:":
            tail += letter
        elif all(_closes(branch) for branch in (item.branches if isinstance(item, Choice) else (item,))):
            return _is_domain(tail, begun=begun)
        elif isinstance(item, Repeat) and _first(item.item) & ~_ENDS == 0:
            ended = (last and mode == "fullmatch") or (not last and items[place + 1] in (At("end"), At("$")))
            return (item.least > 0 or ended) and _is_domain(tail, begun=begun)
        elif isinstance(item, Repeat) and item.least == 0 and tail and _letter(_items(item.item)[0]) == ":":
            if _reach(item.item) & ~(mask(":0123456789") | OTHERS):
                return False
        elif (
            isinstance(item, Choice) and not tail and all(_is_domain(_written(branch), begun=True) for branch in item.branches)
        ):
            tail, begun = _written(item.branches[0]), True
        elif isinstance(item, Chars | Repeat | Choice) and not _reach(item) & _LEAVES:
            inner = _items(item.item) if isinstance(item, Repeat) else []
            tail, begun = "", bool(inner) and _letter(inner[-1]) == "."
        else:
            return False
    return mode == "fullmatch" and _is_domain(tail, begun=begun)


def _is_domain(text: str, *, begun: bool) -> bool:
    return "." in text.strip(".") and (begun or text.startswith("."))


def _closes(node: Node) -> bool:
    items = _items(node)
    return bool(items) and (items[0] in (At("end"), At("$")) or _first(items[0]) & ~_ENDS == 0)


def _written(node: Node) -> str:
    """The text that it is; empty where it is not one."""
    letters = [_letter(item) for item in _items(node)]
    return "".join(letters) if all(letters) else ""


def _items(node: Node) -> list[Node]:
    return [inner for item in node.items for inner in _items(item)] if isinstance(node, Sequence) else [node]


def _letter(node: Node) -> str:
    """The only character that it matches."""
    if isinstance(node, Chars) and node.may.bit_count() == 1 and node.may.bit_length() <= _CODES:
        return chr(node.may.bit_length() - 1)
    return ""


def _first(node: Node) -> int:
    """The characters with which it can begin; all where it can be empty."""
    if isinstance(node, Chars):
        return node.may
    if isinstance(node, Sequence) and node.items:
        return _first(node.items[0])
    if isinstance(node, Choice):
        found = 0
        for branch in node.branches:
            found |= _first(branch)
        return found
    if isinstance(node, Repeat) and node.least:
        return _first(node.item)
    return -1


def _reach(node: Node) -> int:
    """The characters that can be in it."""
    match node:
        case Chars():
            return node.may
        case Sequence(items=parts) | Choice(branches=parts):
            found = 0
            for part in parts:
                found |= _reach(part)
            return found
        case Repeat(item=item):
            return _reach(item)
        case Odd():
            return -1
        case _:
            return 0
