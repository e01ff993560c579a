"""A brief written from pieces: what changed, what tools saw there, and as many neighbours as there is room for."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import groupby

from fusion.changes.patterns import spec as path_spec
from fusion.model import Brief, Category, Evidence, Passage, Source, Work
from fusion.planning.index import REACH, Index, Neighbour
from fusion.planning.neighbours import neighbours, text
from fusion.planning.packing import Count, Piece, costs, overhead
from fusion.planning.risk import Risk, risk
from fusion.planning.units import GAP, Row, Unit
from fusion.policy import Policy
from fusion.reasoning import fence
from fusion.render.text import clip, one_line
from fusion.routing.residency import kept_local

_MOST_EVIDENCE = 12
_LONGEST_MESSAGE = 300
_PER_BRIEF = 200
"""Tokens of the fences around the topic, and what joins the parts, at most."""
_PER_LINE = 20
"""Tokens of a line of source, roughly."""
_LINE = re.compile(r"\b([Ll]ines?) \d+")
_NAMED = 3
"""Names that a topic lists."""
_WITHOUT_GUESSES = frozenset({"security", "documentation", "compliance"})
"""Agents to whom a test that is only named like the change says nothing."""


class Writer:
    """Writes briefs of one agent about one case."""

    def __init__(
        self,
        index: Index,
        policy: Policy,
        *,
        agent: str,
        work: Work,
        limit: int,
        kinds: Collection[Category] | None,
        count: Count,
    ) -> None:
        self.index = index
        self.limit, self.count = limit, count
        self._agent, self._work, self._kinds = agent, work, kinds
        self._guides = [(path_spec(item.paths), item.text) for item in policy.instructions]
        self._local = policy.models.local
        self._risks: dict[int, Risk] = {}

    def fixed(self, path: str) -> int:
        """What a brief about a file costs beside its passages."""
        topic = self.count("x" * fence.LABEL) + _PER_BRIEF
        return topic + sum(self.count(line) + 4 for line in self.guidance([path]))

    def guidance(self, paths: Collection[str]) -> tuple[str, ...]:
        """What the policy asks reviewers of these paths to mind, as far as a quarter of the brief goes."""
        chosen: list[str] = []
        room = self.limit // 4
        for spec, words in self._guides:
            if any(spec.match_file(path) for path in paths) and words not in chosen:
                room -= self.count(words) + 4
                if room >= 0:
                    chosen.append(words)
        return tuple(chosen)

    def is_local(self, *paths: str) -> bool:
        """Whether policy keeps the text of any of these files on the operator's machines."""
        if not self._local:
            return False
        known = [Source(path=name, bytes=1) for path in paths for name in (path, *self.also(path))]
        return bool(known) and bool(kept_local(self._local, known))

    def also(self, path: str) -> tuple[str, ...]:
        """The old path of a file that the change renamed or copied."""
        before = self.index.origins.get(path, path)
        return (before,) if before != path else ()

    def unheard(self) -> list[str]:
        """Instructions that fit in no brief."""
        return [words for _, words in self._guides if self.count(words) + 4 > self.limit // 4]

    def risk(self, unit: Unit) -> Risk:
        """How much it matters to look at a unit."""
        if id(unit) not in self._risks:
            seen = [item for item in self.index.seen(unit.path, unit.first, unit.last) if unit.first and self._tells(item)]
            self._risks[id(unit)] = risk(unit, seen, agent=self._agent)
        return self._risks[id(unit)]

    def write(
        self, found: Sequence[Piece], *, more: Sequence[Neighbour] | None = None, first: Sequence[Neighbour] = ()
    ) -> Brief | None:
        """The brief about some pieces; None where they do not fit. `more`: neighbours to show instead of the units' own;
        `first`: those to show before them."""
        passages: list[Passage] = []
        by_unit = [list(group) for _, group in groupby(_ordered(found), key=lambda piece: id(piece.unit))]
        for group in by_unit:
            unit = group[0].unit
            rows = _rows(group)
            name, why = f"P{len(passages) + 1}", self.risk(unit).reasons
            passages.append(_passage(name, "change", unit.path, unit.symbol, why, rows, self.also(unit.path)))
        units = [group[0].unit for group in by_unit]
        fixed = max((self.fixed(unit.path) for unit in units), default=0)
        return self.compose(passages, units, sum(piece.cost for piece in found) + fixed, more, first)

    def compose(
        self,
        passages: list[Passage],
        units: Sequence[Unit],
        used: int,
        more: Sequence[Neighbour] | None = None,
        first: Sequence[Neighbour] = (),
    ) -> Brief | None:
        """The brief that begins with some passages, which cost `used`, with evidence and neighbours where there is room."""
        topic = _topic(passages)
        guidance = self.guidance({passage.path for passage in passages})
        least = Brief(topic=topic, passages=tuple(passages), guidance=guidance, work=self._work)
        evidence, ids, price = self._evidence(passages, self.limit - used)
        around = list(passages)
        if evidence is not None:
            around.append(evidence)
            used += price
        room = min(self.limit, used + max(self.limit // 4, used) * (2 if first else 1))
        at_home = self.is_local(*(passage.path for passage in passages))
        shown = {(passage.path, line) for passage in passages for line in passage.lines if line}
        for item in (*first, *(more if more is not None else self._neighbours(units, room - used))):
            item = _unseen(item, shown)
            lines = {(item.path, line) for first, last in item.ranges for line in range(first, last + 1)}
            # A neighbour that must stay here would keep here what may leave.
            if not lines or 2 * len(lines & shown) > len(lines) or (not at_home and self.is_local(item.path)):
                continue
            rows = text(self.index, item)
            price = sum(costs(rows, self.count)) + overhead(item.path, item.symbol, self.count)
            if used + price <= room:
                used += price
                shown |= lines
                name = f"P{len(around) + 1}"
                around.append(_passage(name, item.kind, item.path, item.symbol, [item.why], rows, self.also(item.path)))
        full = Brief(topic=topic, passages=tuple(around), guidance=guidance, evidence=ids, work=self._work)
        # Prices of parts are bounds for all that is known of tokenizers; where they are not, the neighbours go.
        size = self._size(full)
        if size > self.limit:
            full, size = least, self._size(least)
        return full.model_copy(update={"tokens": size}) if size <= self.limit else None

    def _size(self, brief: Brief) -> int:
        return self.count(fence.shown(brief)) + self.count(fence.guided(brief)) + 4

    def _tells(self, item: Evidence) -> bool:
        return self._kinds is None or item.category in self._kinds

    def _neighbours(self, units: Sequence[Unit], room: int) -> list[Neighbour]:
        """The neighbours of the riskiest units, by rank; not many more than there is room for."""
        found: list[Neighbour] = []
        lines = 0
        for unit in sorted(units, key=lambda unit: -self.risk(unit).points):
            if lines * _PER_LINE > 2 * room:
                break
            for item in neighbours(self.index, unit):
                if item.guessed and self._agent in _WITHOUT_GUESSES:
                    continue
                found.append(item)
                lines += sum(last - first + 1 for first, last in item.ranges)
        return sorted(found, key=lambda item: item.rank)

    def _evidence(self, passages: Sequence[Passage], room: int) -> tuple[Passage | None, tuple[str, ...], int]:
        """The passage that says what tools saw in the shown lines, its evidence's ids and its price."""
        found: list[tuple[int, int, Evidence]] = []
        for number, passage in enumerate(passages):
            spots = {line: row for row, line in reversed(list(enumerate(passage.lines, start=1))) if line}
            lines = sorted(spots)
            for item in self.index.seen(passage.path, lines[0], lines[-1]) if lines else ():
                at = bisect_left(lines, item.location.line)
                last = min(item.location.end_line, item.location.line + REACH)
                leads = self.is_local(passage.path) or not self.is_local(*(step.location.path for step in item.trace))
                if self._tells(item) and leads and at < len(lines) and lines[at] <= last:
                    found.append((number, spots[lines[at]], item))
        found.sort(key=lambda entry: (-entry[2].severity.rank, entry[0], entry[1], entry[2].tool, entry[2].rule))
        chosen: dict[str, str] = {}
        path = found[0][2].location.path if found else ""
        price = overhead(path, "", self.count)
        for number, where, item in found:
            line = self._said(f"{passages[number].name}:{where}", item)
            cost = sum(costs([Row(" ", line, 0)], self.count))
            if item.id not in chosen and len(chosen) < _MOST_EVIDENCE and price + cost <= room:
                chosen[item.id] = line
                price += cost
        if not chosen:
            return None, (), 0
        rows = [Row(" ", line, 0) for line in chosen.values()]
        passage = _passage(f"P{len(passages) + 1}", "evidence", path, "", ["what tools saw at these lines"], rows)
        return passage, tuple(chosen), price

    def _said(self, where: str, item: Evidence) -> str:
        # Messages that name lines of the file would change with every line above.
        message = _LINE.sub(r"\1 …", self.index.masks.message(item))
        doubt = "" if not item.suppressed else ", suppressed by the author"
        return f"{where} {one_line(item.tool)} {one_line(item.rule)}, {item.severity.value}{doubt}: " + clip(
            one_line(message), _LONGEST_MESSAGE
        )


def _unseen(item: Neighbour, shown: Collection[tuple[str, int]]) -> Neighbour:
    """Of loose statements those that are not shown yet."""
    if not item.loose:
        return item
    left = [span for span in item.ranges if not all((item.path, line) in shown for line in range(span[0], span[1] + 1))]
    return replace(item, ranges=tuple(left))


def _ordered(found: Sequence[Piece]) -> list[Piece]:
    return sorted(found, key=lambda piece: (piece.unit.path, piece.unit.at, piece.unit.key, piece.order))


def _rows(group: Sequence[Piece]) -> list[Row]:
    """The rows of one unit's pieces, gaps marked."""
    unit = group[0].unit
    rows: list[Row] = list(unit.header)
    for piece in group:
        if rows:
            rows.append(GAP)
        rows += piece.rows
    return rows


def _passage(
    name: str, kind: str, path: str, symbol: str, why: Sequence[str], rows: Sequence[Row], also: Sequence[str] = ()
) -> Passage:
    prefixed = kind == "change"
    return Passage.model_validate(
        {
            "name": name,
            "kind": kind,
            "path": path,
            "also": also,
            "symbol": symbol,
            "why": "; ".join(why[:3]),
            "text": "\n".join(row.mark + row.text if prefixed else row.text for row in rows),
            "lines": tuple(row.line for row in rows),
        }
    )


def _topic(passages: Sequence[Passage]) -> str:
    """`path: symbols` for one file, the paths for several."""
    paths = list(dict.fromkeys(passage.path for passage in passages))
    if len(paths) > 1:
        return _listed(paths)
    names = list(dict.fromkeys(passage.symbol for passage in passages if passage.symbol))
    return f"{paths[0]}: {_listed(names)}" if names else paths[0]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
