"""JavaScript's regular expressions: what a match shows about the text, and what a replacement leaves of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from fusion.dataflow.contexts.limits import ANY, WIDE, Limits
from fusion.dataflow.contexts.quoting import closing
from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.patterns.checks import rejects, restricts, substitutes
from fusion.dataflow.patterns.hosts import fixes_host, is_host
from fusion.dataflow.solver.calling.arguments import Arguments, things
from fusion.dataflow.solver.domain.state import State, Thing
from fusion.dataflow.solver.domain.taints import Facts, Taint, added, merge
from fusion.dataflow.solver.domain.values import UNKNOWN, Closure, Value, constant, tainted
from fusion.dataflow.solver.methods.receivers import Use, part_limits, single
from fusion.dataflow.solver.methods.text import TextMethods

_PLAIN = frozenset("^$\\.*+?()[]{}|/")
_CODE = re.compile(r"\\u([0-9a-fA-F]{4})")
_LISTED = re.compile(r"[^\\\[\]^.$*+?(){}|]|\[(?!\^)(?:[^\\\]-]|\\u[0-9a-fA-F]{4})+\]|\\u[0-9a-fA-F]{4}")
_SINGLE = re.compile(r"\[(?!\^)(?:\\.|[^\]\\])+\]|\(?\\?.(?:\|\\?.)*\)?", re.DOTALL)
"""Patterns that match one character."""
_LEADING_UP = re.compile(r"\^\(*(?:\?:)?\(*(?:\\\.\\\.|\\\.\{2\}|\.\.).*\)[+*]$")
"""Patterns of any number of `..` at the start."""
_MOST_CHARACTERS = 16
_CLEAN = "_"
"""Stands for text of ours that is not known."""


class PatternMethods(TextMethods):
    """`test`, `exec`, `match`, `matchAll`, `search`, and `replace` with a pattern or a function."""

    def pattern_method(self, use: Use) -> Value | None:
        """A method of text that takes a regular expression; None where it is none."""
        handler = _TEXT.get(use.name)
        return None if handler is None else handler(self, use)

    def regex_method(self, use: Use) -> Value | None:
        """A method of a regular expression; None where it has none of that name."""
        handler = _REGEX.get(use.name)
        return None if handler is None else handler(self, use)

    def pattern_of(self, value: Value, state: State) -> tuple[str, str] | None:
        """Source and flags of the only regular expression that a value can be."""
        if len(value.refs) != 1:
            text = single(value)
            return (text, "") if isinstance(text, str) else None
        for thing in things(value, state):
            source, flags = single(thing.fields.get("source")), single(thing.fields.get("flags"))
            if thing.kind == "regex" and isinstance(source, str) and isinstance(flags, str):
                return source, flags
        return None

    # ---------------------------------------------------------------- matches

    def _regex_outcomes(self, taints: tuple[Taint, ...], pattern: tuple[str, str] | None) -> tuple[Facts | None, Facts | None]:
        """What a match shows of the text, and what none shows."""
        if pattern is None or not taints:
            return None, None
        source, flags = pattern
        matched = restricts(source, flags, "search", "javascript")
        missed = rejects(source, flags, "search", "javascript")
        true = self._regex_facts(taints, matched)
        if fixes_host(source, "".join(flag for flag in flags if flag not in "gy"), "search", "javascript"):
            true = added(true, self.with_host(taints))
        elif is_host(source, "".join(flag for flag in flags if flag not in "gy"), "search", "javascript"):
            true = added(true, self.shown(taints, mask=self.kinds.mask(Kind.OPEN_REDIRECT, Kind.REQUEST_FORGERY)))
        return true, self._regex_facts(taints, missed)

    def _regex_facts(self, taints: tuple[Taint, ...], limits: Limits) -> Facts | None:
        pieces = self.shown(taints, part_limits(limits)) or {}
        return {**pieces, **(self.shown(taints, limits, pieces=False) or {})} or None

    def _regex_tested(self, use: Use) -> Value:
        """`regex.test(text)`."""
        text = use.argument(0)
        if text is None:
            return UNKNOWN
        true, false = self._regex_outcomes(text.taints, self.pattern_of(use.value, use.state))
        return Value(None, (), (), true, false)

    def _regex_executed(self, use: Use) -> Value:
        """`regex.exec(text)`."""
        text = use.argument(0)
        return UNKNOWN if text is None else self._regex_matched(text, self.pattern_of(use.value, use.state), use)

    def _regex_match(self, use: Use) -> Value:
        """`text.match(regex)`, `text.matchAll(regex)`."""
        wanted = use.argument(0)
        pattern = None if wanted is None else self.pattern_of(wanted, use.state)
        found = self._regex_matched(use.value, pattern, use)
        return self.series(use.state, None, found) if use.name == "matchAll" and found is not UNKNOWN else found

    def _regex_matched(self, text: Value, pattern: tuple[str, str] | None, use: Use) -> Value:
        if not text.taints:
            return UNKNOWN
        true, false = self._regex_outcomes(text.taints, pattern)
        exact = ANY
        if pattern is not None:
            letters = "".join(flag for flag in pattern[1] if flag not in "gy")
            exact = restricts(f"^(?:{pattern[0]})$", letters.replace("m", ""), "search", "javascript")
        piece = tainted(self.part(text.taints, (use.name, id(use.node)), use.state, part_limits(exact)))
        ahead: dict[object, Value] = {}
        if exact.start and use.name != "matchAll":
            ahead[0] = tainted(self.part(text.taints, (use.name, id(use.node), 0), use.state, exact))
        found = self.make(use.state, Thing("list", None, ahead, piece, sure=frozenset(ahead)))
        return Value(None, found.refs, (), true, false)

    def _regex_searched(self, use: Use) -> Value:
        """`text.search(regex)`: a place; what it shows is as for `indexOf`."""
        wanted = use.argument(0)
        true, false = self._regex_outcomes(use.value.taints, None if wanted is None else self.pattern_of(wanted, use.state))
        return Value(None, (), (), true, false)

    # ---------------------------------------------------------------- replacement

    def replace_pattern(self, use: Use, old: Value, new: Value) -> Value:
        """The text after replacements; `new` is text or a function of the match."""
        pattern = self.pattern_of(old, use.state)
        if pattern is not None and not old.refs:
            pattern = ("".join(f"\\{char}" if char in _PLAIN else char for char in pattern[0]), "")
        all_ = use.name == "replaceAll" or (pattern is not None and "g" in pattern[1])
        if any(isinstance(ref, Closure) for ref in new.refs):
            by_character = self._regex_by_character(use, pattern, new) if all_ else None
            if by_character is not None:
                return by_character
            piece = tainted(self.part(use.value.taints, ("matched", id(use.node)), use.state)) if use.value.taints else UNKNOWN
            new = self.call(new, Arguments([piece], rest=piece), use.state, use.node)
            made = {taint.whole for taint in piece.taints}
            others = tuple(taint for taint in new.taints if not self._regex_comes_of(taint, made))
        else:
            sources = {taint.source for taint in use.value.taints}
            others = tuple(taint for taint in new.taints if taint.source not in sources)
        if others:
            text = self.concatenate([UNKNOWN, tainted(others), UNKNOWN], use.state, use.node)
            return tainted(merge(text.taints, use.value.taints))
        if not use.value.taints:
            return UNKNOWN
        if new.taints or pattern is None:
            return tainted(self.derive(use.value.taints, ("replace", id(use.node)), use.state, lambda _: ANY))
        put_in = [const for const in new.consts or () if isinstance(const, str)] or [_CLEAN]
        shown: Limits | None = None
        for text_ in put_in:
            one = substitutes(pattern[0], pattern[1], text_, "javascript", all_)
            shown = one if shown is None else shown.either(one)
        shown = (shown or ANY).both(_closed(pattern[0], put_in)) if all_ else shown or ANY
        taken = _letters(pattern[0])
        after = self.rewrite(use, "".join(put_in), shown, taken=taken)
        if put_in == [""] and _LEADING_UP.match(pattern[0]):
            # In its normal form a path has `..` only at the start.
            normal = {taint.source for taint in use.value.taints if taint.canonical}
            gone = Limits(absent=frozenset({".."}))
            after = tuple(
                taint._replace(limits=taint.limits.both(gone)) if taint.source in normal else taint for taint in after
            )
        return tainted(after)

    def _regex_comes_of(self, taint: Taint, pieces: set[int]) -> bool:
        """Whether data was made of one of these."""
        place: int | None = taint.whole
        while place is not None and place not in pieces:
            made = self.data.made(place)
            place = None if made is None else made[0]
        return place is not None

    def _regex_by_character(self, use: Use, pattern: tuple[str, str] | None, new: Value) -> Value | None:
        """A function of single characters, few enough to try them all (an escape table); None where they are not."""
        if pattern is None or not use.value.taints or not _SINGLE.fullmatch(pattern[0]):
            return None
        letters = "".join(flag for flag in pattern[1] if flag not in "gym")
        matched = restricts(f"^(?:{pattern[0]})$", letters, "search", "javascript").allowed
        if not matched or len(matched) > _MOST_CHARACTERS or WIDE in matched:
            return None
        added = ""
        for character in sorted(matched):
            result = self.call(new, Arguments([constant(character)], rest=UNKNOWN), use.state, use.node)
            if result.taints:
                return None
            texts_ = [const for const in result.consts or () if isinstance(const, str)]
            added += "".join(texts_) if texts_ else _CLEAN
        gone = Limits(absent=matched - frozenset(added))
        return tainted(self.rewrite(use, added, gone, taken="".join(sorted(matched))))


def _letters(pattern: str) -> str:
    """The characters that a pattern of single characters can match; empty where it is no such pattern or names classes."""
    if not _LISTED.fullmatch(pattern):
        return ""
    return _CODE.sub(lambda code: chr(int(code[1], 16)), pattern.strip("[]"))


def _closed(pattern: str, added: list[str]) -> Limits:
    """What quotes the text cannot leave after all that the pattern matches became one of the texts."""
    found = [closing(pattern, text) for text in added]
    return Limits(closed=frozenset.intersection(*found)) if found and len(pattern) == 1 else ANY


_Handler = Callable[[Any, Use], Value]
_TEXT: dict[str, _Handler] = {
    "match": PatternMethods._regex_match,
    "matchAll": PatternMethods._regex_match,
    "search": PatternMethods._regex_searched,
}
_REGEX: dict[str, _Handler] = {
    "exec": PatternMethods._regex_executed,
    "test": PatternMethods._regex_tested,
    "toString": lambda _self, _use: UNKNOWN,
}
