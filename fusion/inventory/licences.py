"""Licences of components against policy: SPDX expressions (SPDX 2.3, annex D) under lists of what is allowed and denied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
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


class Standing(StrEnum):
    """What policy says of a licence."""

    FITS = "fits"
    DENIED = "denied"
    NOT_ALLOWED = "not_allowed"
    UNKNOWN = "unknown"
    """Nobody tells which licence it is."""
    UNREADABLE = "unreadable"
    """What is told is no SPDX expression."""


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
        return min(found, key=lambda one: list(Standing).index(one.standing) if one.standing is not Standing.FITS else -1)
    if isinstance(node, AND):
        found = [_judged(part, allowed, denied) for part in node.args]
        return next((one for one in found if one.standing is not Standing.FITS), found[0])
    names = _names(node)
    if len(names) > 1 and names[0].lower() in allowed:
        return Judged(Standing.FITS, f"{names[0]} is allowed.")
    hit = next((pattern for pattern in denied if any(_matches(pattern, name) for name in names)), "")
    if hit:
        return Judged(Standing.DENIED, f"{names[0]} is denied (by `{hit}`).")
    if allowed and not any(_matches(pattern, name) for pattern in allowed for name in names):
        return Judged(Standing.NOT_ALLOWED, f"{names[0]} is not among the licences that are allowed.")
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


@cache
def _patterns(said: tuple[str, ...]) -> tuple[str, ...]:
    """Patterns in one case and with today's identifiers; an expression with OR names several."""
    found: list[str] = []
    for text in said:
        if text.endswith("*"):
            found.append(text.strip().lower())
            continue
        try:
            parsed = _parsed(text)
        except UnreadableLicence as error:
            raise UnreadableLicence(f"`{text}` in the policy is no SPDX expression: {error}") from error
        for leaf in parsed.args if isinstance(parsed, OR) else (parsed,):
            if isinstance(leaf, (AND, OR)):
                raise UnreadableLicence(f"`{text}` in the policy joins licences with AND; name each of them.")
            found.append(_names(leaf)[0].lower())
    return tuple(found)


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
    if found is None or len(leaves) > _MOST_LEAVES:
        raise UnreadableLicence("It is empty." if found is None else "It has too many parts.")
    unknown = [str(leaf.key) for leaf in leaves if not _is_known(leaf)]
    if unknown:
        raise UnreadableLicence(f"SPDX knows no {unknown[0][:60]}.")
    return found


def _is_known(leaf: LicenseSymbol) -> bool:
    key = str(leaf.key)
    known = _licensing().known_symbols
    return key in known or key.removesuffix("+") in known or key.startswith(("LicenseRef-", "DocumentRef-"))
