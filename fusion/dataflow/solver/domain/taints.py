"""Hostile data in a value: where it came from, what it can still cause, and what checks have shown of it."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable
from typing import NamedTuple

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import ANY, Limits

MAX_TAINTS = 6


PICKED = "picked"


BUILT = "built"


class Trail:
    """How data got here: the last step, and the trail before it."""

    __slots__ = ("before", "length", "path", "span", "why")

    def __init__(self, before: Trail | None, path: str, span: ir.Span, why: str) -> None:
        self.before = before
        self.path = path
        self.span = span
        self.why = why
        self.length: int = 1 if before is None else before.length + 1

    def steps(self) -> list[Trail]:
        """From the source on."""
        found: list[Trail] = []
        step: Trail | None = self
        while step is not None:
            found.append(step)
            step = step.before
        found.reverse()
        return found


class Taint(NamedTuple):
    """One piece of hostile data in a value."""

    source: Hashable
    """Which reading of which source."""
    mask: int
    """Bits of the kinds that it can still cause."""
    datum: int
    """Which text it is: copies share it, changed text has another. Checks are remembered by it."""
    whole: int
    """The text that it is a part of; the same where it is all of it."""
    trail: Trail
    limits: Limits = ANY
    lead: str | None = ""
    """Literal text before it in the value; None when unknown."""
    canonical: bool = False
    """It is a normalised absolute path."""
    aspect: tuple[str, int] | None = None
    """It is this part (`host`, `name`...) of the datum."""
    sure: bool = True
    """False when an unknown call is assumed to pass it on."""
    origin: str = "remote"
    form: str = ""
    """What was made of a random number: `PICKED` one of several values, `BUILT` a text; empty: it is the number."""

    def limited(self, limits: Limits) -> Taint:
        """The same text, with other limits."""
        return self._replace(limits=limits)

    def part_of(self, aspect: str, datum: int) -> Taint:
        """Another text, known to be that part of this one."""
        return self._replace(datum=datum, whole=datum, aspect=(aspect, self.whole))

    def same(self, other: Taint) -> bool:
        """Equal but for the trail."""
        return (
            self.datum == other.datum
            and self.whole == other.whole
            and self.mask == other.mask
            and self.source == other.source
            and self.lead == other.lead
            and self.limits == other.limits
            and self.canonical == other.canonical
            and self.form == other.form
        )


Facts = dict[int, tuple[int, Limits]]
"""What checks have shown: by datum, the kinds that are cleared and the limits of the text."""


def common(a: Facts, b: Facts) -> Facts:
    """What holds on both paths."""
    if a is b:
        return a
    found: Facts = {}
    for datum, (mask, limits) in a.items():
        other = b.get(datum)
        if other is not None:
            both = (mask & other[0], limits.either(other[1]))
            if both[0] or both[1] != ANY:
                found[datum] = both
    return found


def added(a: Facts | None, b: Facts | None) -> Facts | None:
    """What holds when both do."""
    if not a:
        return b
    if not b:
        return a
    found = dict(a)
    for datum, (mask, limits) in b.items():
        known = found.get(datum)
        found[datum] = (mask, limits) if known is None else (mask | known[0], limits.both(known[1]))
    return found


def merge(a: tuple[Taint, ...], b: tuple[Taint, ...]) -> tuple[Taint, ...]:
    """Both values' hostile data. Pieces of one text become one, with what is known of both."""
    if not b or a is b:
        return a
    if not a:
        return b
    merged: list[Taint] | None = None
    for taint in b:
        for place, other in enumerate(merged or a):
            if other is taint:
                break
            if other.datum == taint.datum and other.whole == taint.whole and other.source == taint.source:
                either = _either(other, taint)
                if either is not other:
                    merged = merged or list(a)
                    merged[place] = either
                break
        else:
            merged = merged or list(a)
            merged.append(taint)
    if merged is None:
        return a
    return tuple(merged if len(merged) <= MAX_TAINTS else _condense(merged))


def _either(a: Taint, b: Taint) -> Taint:
    if a.same(b):
        return a if a.trail.length <= b.trail.length else b
    worse = a if a.mask & ~b.mask or a.mask == b.mask else b
    return worse._replace(
        mask=a.mask | b.mask,
        limits=a.limits.either(b.limits),
        lead=a.lead if a.lead == b.lead else None,
        canonical=a.canonical and b.canonical,
        aspect=a.aspect if a.aspect == b.aspect else None,
        sure=a.sure or b.sure,
        form=a.form if a.form == b.form else BUILT if BUILT in (a.form, b.form) else "",
    )


def _condense(taints: list[Taint]) -> list[Taint]:
    """One piece per source, when there are too many."""
    by_source: dict[Hashable, Taint] = {}
    for taint in taints:
        known = by_source.get(taint.source)
        by_source[taint.source] = taint if known is None else _either(known, taint)._replace(lead=None, aspect=None)
    return list(by_source.values())[:MAX_TAINTS]


def built(taints: Iterable[Taint]) -> tuple[Taint, ...]:
    """The same, as parts of a text: random numbers in one make it a random text."""
    return tuple(taint._replace(form=BUILT) if taint.origin == "random" and taint.form != BUILT else taint for taint in taints)


class Data:
    """Numbers texts. Reading the same part of the same text gives the same number; other changes give a new one."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, Hashable], int] = {}
        self._made: dict[int, tuple[int, Hashable]] = {}
        self._next = itertools.count(1)
        self.elements: set[int] = set()
        """Those that are an element of another: of a text, a character."""
        self.answers: set[int] = set()
        """Those that an unknown call rather answered than passed on."""
        self.found: set[int] = set()
        """Those of them that it found by what it was given."""

    def new(self) -> int:
        """A text like no other."""
        return next(self._next)

    def element(self, datum: int, what: Hashable) -> int:
        """Any element of that text or list."""
        found = self.part(datum, what)
        self.elements.add(found)
        return found

    def part(self, datum: int, what: Hashable) -> int:
        """That part of that text."""
        found = self._known.get((datum, what))
        if found is None:
            found = self._known[datum, what] = next(self._next)
            self._made[found] = (datum, what)
        return found

    def read(self, datum: int, names: Iterable[Hashable]) -> list[int]:
        """Those of these parts of that text that were read so far."""
        return [found for name in names if (found := self._known.get((datum, name))) is not None]

    def made(self, datum: int) -> tuple[int, Hashable] | None:
        """The text that this one is a part of or was made of, and how; None for those that were not made of others."""
        return self._made.get(datum)


DECODERS = frozenset({"unquote", "unquote_plus", "url_unescape", "decodeURIComponent", "decodeURI"})
"""Functions that percent-decode."""
_CODES = frozenset("0123456789abcdefABCDEF%+")
"""Characters that may be gone once a text is decoded; all others stay what they are."""


def undecoded(facts: Facts, data: Data) -> Facts:
    """The same, and what it shows of the texts before they were percent-decoded: what `..` and `/` are, they stay."""
    found = facts
    for datum, (_, limits) in facts.items():
        marks = frozenset(mark for mark in limits.absent if not _CODES & set(mark))
        made = data.made(datum) if marks else None
        while made is not None and isinstance(made[1], tuple) and str(made[1][0]).rpartition(".")[2] in DECODERS:
            found = added(found, {made[0]: (0, Limits(absent=marks))}) or {}
            made = data.made(made[0])
    return found


def known(taint: Taint, facts: Facts) -> tuple[int, Limits]:
    """The kinds that it can still cause and what its text can be, with what checks have shown."""
    mask, limits = taint.mask, taint.limits
    for datum in (taint.datum, taint.whole) if taint.whole != taint.datum else (taint.datum,):
        fact = facts.get(datum)
        if fact is not None:
            mask &= ~fact[0]
            limits = limits.both(fact[1])
    return mask, limits


def changed(taint: Taint, datum: int, facts: Facts, *, keeps: bool = False) -> Taint:
    """The data in a text made from it. What checks have shown of the kinds stays; of the characters only if it `keeps` them."""
    mask, limits = known(taint, facts)
    return taint._replace(
        datum=datum,
        whole=datum,
        mask=mask,
        limits=limits if keeps else ANY,
        lead=taint.lead if keeps or not taint.lead else None,
        canonical=False,
        aspect=None,
    )
