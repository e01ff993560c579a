"""Licences of components against policy: SPDX expressions (SPDX 2.3, annex D) under lists of what is allowed and denied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from re import fullmatch
from typing import Any

from boolean.boolean import ParseError
from license_expression import (
    AND,
    OR,
    ExpressionError,
    LicenseSymbol,
    LicenseWithExceptionSymbol,
    Licensing,
    get_spdx_licensing,
)

_LONGEST = 1_000
_MOST_LEAVES = 60
_OWN = ("LicenseRef-", "DocumentRef-", "AdditionRef-")
"""How references to terms begin that SPDX does not list."""


class Standing(StrEnum):
    """What policy says of a licence."""

    FITS = "fits"
    DENIED = "denied"
    NOT_ALLOWED = "not_allowed"
    UNKNOWN = "unknown"
    """Nobody tells which licence it is, or it is of somebody's own and policy does not name it."""
    UNREADABLE = "unreadable"
    """What is told is no SPDX expression."""


_CHOICE = (Standing.FITS, Standing.UNKNOWN, Standing.DENIED, Standing.NOT_ALLOWED)
"""Of several licences that may be chosen, the first counts."""
_JOINED = (Standing.DENIED, Standing.NOT_ALLOWED, Standing.UNKNOWN, Standing.FITS)
"""Of several that hold together, the first counts."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What policy says, and why, in one sentence."""

    standing: Standing
    why: str


class UnreadableLicence(ValueError):
    """The text is no SPDX expression; the message says why. Raised for policies, never for components."""


def judge(licence: str, *, allow: Sequence[str], deny: Sequence[str]) -> Judged:
    """Whether a component with that licence fits. Each part of an AND must fit, and one part of an OR, for who takes it may
    choose. What is denied is out although it is allowed, too, unless just it with its exception is allowed by name. `X+` and
    `X WITH exception` are what patterns for `X` are about, too. Raises UnreadableLicence where a pattern is no expression."""
    allowed, denied = _patterns(tuple(allow)), _patterns(tuple(deny))
    if not licence.strip():
        return Judged(Standing.UNKNOWN, "Nobody tells its licence.")
    try:
        parsed = _parsed(licence)
    except UnreadableLicence as error:
        return Judged(Standing.UNREADABLE, f"What it says of its licence, `{licence[:80]}`, is no SPDX expression: {error}")
    return _judged(parsed, allowed, denied)


def _judged(node: Any, allowed: tuple[str, ...], denied: tuple[str, ...]) -> Judged:
    if isinstance(node, OR):
        found = [_judged(part, allowed, denied) for part in node.args]
        return min(found, key=lambda one: _CHOICE.index(one.standing))
    if isinstance(node, AND):
        found = [_judged(part, allowed, denied) for part in node.args]
        return min(found, key=lambda one: _JOINED.index(one.standing))
    names = _names(node)
    if len(names) > 1 and names[0].lower() in allowed:
        return Judged(Standing.FITS, f"{names[0]} is allowed.")
    hit = next((pattern for pattern in denied if any(_matches(pattern, name) for name in names)), "")
    if hit:
        return Judged(Standing.DENIED, f"{names[0]} is denied (by `{hit}`).")
    if any(_matches(pattern, name) for pattern in allowed for name in names):
        return Judged(Standing.FITS, f"{names[0]} is allowed.")
    if allowed:
        return Judged(Standing.NOT_ALLOWED, f"{names[0]} is not among the licences that are allowed.")
    if names[-1].startswith(_OWN):
        return Judged(
            Standing.UNKNOWN, f"{names[0]} is somebody's own: what it says nobody tells, and policy does not name it."
        )
    return Judged(Standing.FITS, f"{names[0]} is allowed.")


def _names(leaf: Any) -> tuple[str, ...]:
    """What a leaf is called, the most exact name first: with exception, then without; with `+`, then without."""
    if isinstance(leaf, LicenseWithExceptionSymbol):
        plain = _names(leaf.license_symbol)
        return (f"{plain[0]} WITH {leaf.exception_symbol.key}", *plain)
    key = str(leaf.key)
    return (key, key.removesuffix("+")) if key.endswith("+") else (key,)


def _matches(pattern: str, name: str) -> bool:
    name = name.lower()
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def mistakes(said: Sequence[str]) -> tuple[str, ...]:
    """What is wrong with each pattern of a policy that is no expression, in the sentence with which `judge` refuses it."""
    found: list[str] = []
    for one in said:
        try:
            _patterns((one,))
        except UnreadableLicence as error:
            found.append(str(error))
    return tuple(found)


@lru_cache(maxsize=256)
def _patterns(said: tuple[str, ...]) -> tuple[str, ...]:
    """Patterns in one case and with today's identifiers; an expression with OR names several."""
    found: list[str] = []
    for text in said:
        named = f"`{text[:80]}` in the policy"
        if text.endswith("*"):
            family = text.strip().lower()
            if not _is_family(family[:-1]):
                raise UnreadableLicence(f"{named} is about no licence that SPDX knows.")
            found.append(family)
            continue
        try:
            parsed = _parsed(text)
        except UnreadableLicence as error:
            raise UnreadableLicence(f"{named} is no SPDX expression: {error}") from error
        for leaf in parsed.args if isinstance(parsed, OR) else (parsed,):
            if isinstance(leaf, (AND, OR)):
                raise UnreadableLicence(f"{named} joins licences with AND; name each of them.")
            found.append(_names(leaf)[0].lower())
    return tuple(found)


def _is_family(start: str) -> bool:
    """Whether some licence begins like that, perhaps with an exception; a family without one would forbid nothing unseen."""
    licence, joined, exception = start.partition(" with ")
    own = tuple(one.lower() for one in _OWN)
    known = [key.lower() for key in _licensing().known_symbols]
    if joined:
        return (licence in known or licence.startswith(own)) and any(key.startswith(exception) for key in known)
    return licence.startswith(own) or any(key.startswith(licence) for key in known)


@cache
def _licensing() -> Licensing:
    return get_spdx_licensing()


def readable(licence: str) -> str:
    """The expression in SPDX's own form; empty where it is none."""
    try:
        return str(_parsed(licence).render()) if licence.strip() else ""
    except UnreadableLicence:
        return ""


def _parsed(text: str) -> Any:
    """The expression as a tree. Raises UnreadableLicence."""
    if len(text) > _LONGEST:
        raise UnreadableLicence("It is too long.")
    licensing = _licensing()
    try:
        found = licensing.parse(text)
        leaves = licensing.license_symbols(found, unique=True, decompose=True) if found is not None else []
    except (ExpressionError, ParseError, RecursionError) as error:
        said = str(error).split("\n")[0][:120].rstrip(".")
        raise UnreadableLicence(f"{said or 'it does not parse'}.") from error
    except (IndexError, AssertionError) as error:
        # What the parser itself trips over, such as `()`.
        raise UnreadableLicence("Its parentheses and operators do not fit together.") from error
    if found is None or len(leaves) > _MOST_LEAVES:
        raise UnreadableLicence("It is empty." if found is None else "It has too many parts.")
    unknown = [str(leaf.key) for leaf in leaves if not _is_known(leaf)]
    if unknown:
        raise UnreadableLicence(f"SPDX knows no {unknown[0][:60]}.")
    for leaf in found.get_symbols():
        parts = (leaf.license_symbol, leaf.exception_symbol) if isinstance(leaf, LicenseWithExceptionSymbol) else (leaf, None)
        if _is_exception(parts[0]):
            raise UnreadableLicence(f"{str(parts[0].key)[:60]} is an exception to a licence and no licence.")
        if parts[1] is not None and not _is_exception(parts[1]) and not str(parts[1].key).startswith(_OWN):
            raise UnreadableLicence(f"{str(parts[1].key)[:60]} is a licence and no exception to one.")
    return found


def _is_known(leaf: LicenseSymbol) -> bool:
    key = str(leaf.key)
    known = _licensing().known_symbols
    return key in known or key.removesuffix("+") in known or _is_own(key)


def _is_own(key: str) -> bool:
    """Whether it is a reference to somebody's own terms (SPDX 2.3, D.2)."""
    return fullmatch(r"(DocumentRef-[A-Za-z0-9.-]+:)?(LicenseRef|AdditionRef)-[A-Za-z0-9.-]+\+?", key) is not None


def _is_exception(leaf: Any) -> bool:
    known = _licensing().known_symbols.get(str(leaf.key))
    return known is not None and bool(known.is_exception)
