"""Methods of text that look at it: what each outcome shows."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from typing import Any

from fusion.dataflow.contexts.addresses import host_is_fixed
from fusion.dataflow.contexts.limits import ANY, ASCII, BELOW_OURS, HOLE, WIDE, WORD, Limits
from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.solver.domain.taints import Facts, added
from fusion.dataflow.solver.domain.values import UNKNOWN, Library, Value
from fusion.dataflow.solver.methods.receivers import Own, Use, decoded, is_clean, single

_LETTERS = frozenset(string.ascii_letters)
_DIGITS = frozenset(string.digits)
_MADE_OF: dict[str, frozenset[str]] = {
    "isalnum": _LETTERS | _DIGITS | {WIDE},
    "isalpha": _LETTERS | {WIDE},
    "isascii": ASCII,
    "isdecimal": _DIGITS | {WIDE},
    "isdigit": _DIGITS | {WIDE},
    "isidentifier": WORD | {WIDE},
    "islower": (ASCII - frozenset(string.ascii_uppercase)) | {WIDE},
    "isnumeric": _DIGITS | {WIDE},
    "isprintable": frozenset(map(chr, range(32, 127))) | {WIDE},
    "isspace": frozenset(" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f") | {WIDE},
    "isupper": (ASCII - frozenset(string.ascii_lowercase)) | {WIDE},
}

_BELOW_OURS = Limits(closed=frozenset({BELOW_OURS}))


class CheckMethods(Own):
    """One method per kind of check."""

    def _check_made_of(self, use: Use) -> Value:
        return Value(None, (), (), self.shown(use.value.taints, Limits(_MADE_OF[use.name])))

    def _check_begins(self, use: Use) -> Value:
        """`startswith`: with a prefix of ours it says where the text leads."""
        prefix, taints = use.argument(0, "prefix"), use.value.taints
        if prefix is None or use.argument(1) is not None or not taints or not is_clean(prefix, use.state):
            return UNKNOWN
        prefixes = self._check_choices(prefix, use)
        true: Facts = {}
        unclosed = self.unclosed(prefix, use.state) if prefixes is None else self.unclosed(Value(tuple(prefixes)), use.state)
        if not unclosed:
            true |= self.confines(taints)
        if prefixes and all(text and host_is_fixed(text, ANY) for text in prefixes):
            cleared = self.kinds.mask(Kind.OPEN_REDIRECT, Kind.REQUEST_FORGERY)
            true = added(true, {taint.whole: (cleared, ANY) for taint in taints if taint.lead == ""}) or {}
        false: Facts | None = None
        if prefixes is None and not prefix.consts and all(isinstance(ref, Library) for ref in prefix.refs):
            begun = Limits(start=prefix.shape or HOLE)  # by text of ours that is not known
            true |= {taint.whole: (true.get(taint.whole, (0, ANY))[0], begun) for taint in taints}
        if prefixes:
            limits = Limits(start=prefixes[0])
            for text in prefixes[1:]:
                limits = limits.either(Limits(start=text))
            true |= {taint.whole: (true.get(taint.whole, (0, ANY))[0], limits) for taint in taints}
            false = self.shown(taints, Limits(absent=frozenset(f"^{text}" for text in prefixes if text)), pieces=False)
            for taint in taints:
                false = added(false, next((up for text in prefixes if (up := self.absent_up(taint, text))), None))
        return Value(None, (), (), true or None, false)

    def _check_ends(self, use: Use) -> Value:
        """`endswith`: of a host, with a domain of ours."""
        suffix, taints = use.argument(0, "suffix"), use.value.taints
        suffixes = self._check_choices(suffix, use) if suffix is not None else None
        if not suffixes or not all(text.startswith(".") and len(text) > 2 for text in suffixes):
            return UNKNOWN
        cleared = self.kinds.mask(Kind.OPEN_REDIRECT, Kind.REQUEST_FORGERY)
        true: Facts = {}
        for taint in taints:
            if taint.aspect is not None and taint.aspect[0] == "host":
                true.update(dict.fromkeys((taint.whole, taint.datum, taint.aspect[1]), (cleared, ANY)))
            elif taint.aspect is not None and taint.aspect[0] == "sender":
                true[taint.aspect[1]] = (self.kinds.all, ANY)
            elif all("." in text[1:-1] for text in suffixes):
                true.update(dict.fromkeys((taint.whole, taint.datum), (0, _BELOW_OURS)))
        return Value(None, (), (), true or None)

    def _check_choices(self, value: Value, use: Use) -> list[str] | None:
        """The constants of a text or of a tuple of texts; None where one is not known."""
        exact: Sequence[Value] = [value]
        if value.refs:
            items, _ = self.elements(value, use.state, use.node)
            if items is None:
                return None
            exact = items
        found: list[str] = []
        for item in exact:
            if not item.consts or item.refs or item.taints:
                return None
            found.extend(text for text in map(decoded, item.consts) if isinstance(text, str))
        return found

    def _check_contains(self, use: Use) -> Value:
        """`includes`, `__contains__`, and the searches whose result says whether it is there (`find`, `indexOf`, `count`).

        `true` is what is known when it was found, `false` when not; for a place, found means that it is not -1.
        """
        wanted = use.argument(0)
        if wanted is None:
            return UNKNOWN
        if not use.value.taints:
            return self.membership(use.value, wanted, use.state)
        text = single(wanted)
        absent = None
        if isinstance(text, str) and text and use.argument(1) is None:
            absent = self.shown(use.value.taints, Limits(absent=frozenset({text})))
            for taint in use.value.taints:
                absent = added(absent, self.absent_up(taint, text))
        return Value(None, (), (), None, absent)

    def _check_place(self, use: Use) -> Value:
        """Where something is in it. Comparisons with 0 and -1 ask for the text again and see for themselves."""
        wanted = use.argument(0)
        return UNKNOWN if wanted is None or use.value.taints else self.membership(use.value, wanted, use.state)


Handler = Callable[[Any, Use], Value]
PYTHON_CHECKS: dict[str, Handler] = {
    **dict.fromkeys(_MADE_OF, CheckMethods._check_made_of),
    "startswith": CheckMethods._check_begins,
    "endswith": CheckMethods._check_ends,
    **dict.fromkeys(("count", "__contains__"), CheckMethods._check_contains),
    **dict.fromkeys(("find", "rfind", "index", "rindex"), CheckMethods._check_place),
}
SCRIPT_CHECKS: dict[str, Handler] = {
    "startsWith": CheckMethods._check_begins,
    "endsWith": CheckMethods._check_ends,
    "includes": CheckMethods._check_contains,
    **dict.fromkeys(("indexOf", "lastIndexOf"), CheckMethods._check_place),
}
