"""The entries: the briefs of one agent, and the brief about one place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from fusion.agent import Case, Thinking
from fusion.model import Brief, Category, Location, Passage, Side, Unread, Work
from fusion.planning.index import Index, Page, index_of
from fusion.planning.neighbours import definition, text
from fusion.planning.packing import Count, Piece, costs, groups, octets, overhead, pieces
from fusion.planning.questions import asked_for
from fusion.planning.risk import ROLES, role_of
from fusion.planning.units import LONGEST, Unit
from fusion.planning.writing import Writer
from fusion.syntax import Symbol

_OWN = 2 / 3
"""Of a brief's room what changed lines may take, so that neighbours find some."""
_MOST_SHARED = 0.75
"""Of an agent's briefs how many may be shared by the least risky parts, when there are more parts than briefs."""
_FULL = 0.85
"""How full shared briefs become, for parts have no sizes that add up to a whole."""
_MOST_UNITS = 3_000
"""Units of a change that one agent weighs; there are briefs for a fraction of them."""
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The briefs of one agent, the riskiest first, and by path what of the change is in none, with the reason."""

    briefs: tuple[Brief, ...] = ()
    left_out: tuple[Unread, ...] = ()


def briefs(
    case: Case,
    *,
    agent: str,
    wants: Callable[[str], bool],
    work: Work = Work.REVIEW,
    kinds: Collection[Category] | None = None,
    count: Count = octets,
) -> Planned:
    """What one agent's model calls see of the files it wants; nothing when the case has no thinking, or none for such work.

    `wants` is asked for each path at head (at base where the file is deleted). `kinds`: categories of evidence that are quoted,
    None for all. `count`: tokens of a text, at most. Every changed line of a wanted file that policy does not exclude is in a
    passage, or its path is in `left_out`.
    """
    if case.thinking is None or work not in case.thinking.works:
        return Planned()
    plan = _Plan(case, case.thinking, agent=agent, work=work, kinds=kinds, count=count)
    wanted = {file.path for file in case.change.files if wants(file.path)}
    for item in plan.index.unread:
        if item.path in wanted:
            plan.leave(item.path, item.reason)
    paths = sorted(plan.index.units.keys() & wanted, key=lambda path: (-ROLES[role_of(path)], path))
    drafts = [draft for path in paths for draft in plan.drafts(path)]
    return plan.finished(drafts)


def about(case: Case, location: Location, symbol: str = "", *, question: str = "", count: Count = octets) -> Brief | None:
    """What one needs to answer a question about a place: its change or its definition, callers, tests and what it calls; and
    first of these the definitions that the `question` names, with who calls them.

    None where no file of the case holds the place.
    """
    index = index_of(case)
    thinking = case.thinking or Thinking()
    writer = Writer(index, case.policy, agent="", work=Work.ANSWER, limit=thinking.prompt, kinds=None, count=count)
    units = _units_at(index, location, symbol)
    if units:
        room = int((thinking.prompt - writer.fixed(location.path)) * _OWN)
        found = [piece for unit in units for piece in pieces(unit, room=room, count=count)[0]]
        near = sorted(found, key=lambda piece: _distance(piece, location.line))
        chosen: list[Piece] = []
        for piece in near:
            if sum(item.cost for item in chosen) + piece.cost <= room:
                chosen.append(piece)
        return writer.write(chosen, first=asked_for(index, location.path, question)) if chosen else None
    page = index.pages.get(location.path)
    if page is None or location.side is not Side.RIGHT or not page.lines:
        return None
    return _unchanged(writer, page, location, symbol, question)


@dataclass(frozen=True, slots=True)
class _Draft:
    """Pieces for one brief, and how much it matters that they are read."""

    path: str
    pieces: tuple[Piece, ...]
    points: float

    @property
    def cost(self) -> int:
        return sum(piece.cost for piece in self.pieces)


@dataclass(slots=True)
class _Lost:
    """What of a path is in no brief for one reason."""

    lines: int = 0
    names: dict[str, None] = field(default_factory=dict)

    def said(self, why: str) -> str:
        """The reason with its measure."""
        if not self.lines:
            return why
        number = "1 changed line" if self.lines == 1 else f"{self.lines:,} changed lines"
        names = list(self.names)
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return f"{number}{' of ' if names else ''}{', '.join(names[:_NAMED])}{more}: {why}"


class _Plan:
    """One agent's way from units to briefs; keeps account of what is left out."""

    def __init__(
        self, case: Case, thinking: Thinking, *, agent: str, work: Work, kinds: Collection[Category] | None, count: Count
    ) -> None:
        self.index: Index = index_of(case)
        self._most, self._limit, self._count = thinking.briefs, thinking.prompt, count
        self._writer = Writer(self.index, case.policy, agent=agent, work=work, limit=thinking.prompt, kinds=kinds, count=count)
        self._origin = case.change.policy_origin or "the policy"
        self._units = _MOST_UNITS
        self._left: dict[str, dict[str, _Lost]] = {}

    def leave(self, path: str, why: str, lines: int = 0, units: Sequence[Unit] = ()) -> None:
        """Note that something of a path is in no brief: so many changed lines of some units, or all of it."""
        lost = self._left.setdefault(path, {}).setdefault(why, _Lost())
        lost.lines += lines
        lost.names.update(dict.fromkeys(unit.symbol or "the top level" for unit in units))

    def drafts(self, path: str) -> list[_Draft]:
        """The parts of a file as they go into briefs."""
        room = int((self._limit - self._writer.fixed(path)) * _OWN)
        found: list[Piece] = []
        units = self.index.units[path]
        if len(units) > self._units:
            rest = units[self._units :]
            self.leave(
                path, f"beyond the {_MOST_UNITS:,} parts of a change that are weighed", sum(u.changed for u in rest), rest
            )
        for unit in units[: self._units]:
            self._units -= 1
            parts, lost = pieces(unit, room=room, count=self._count)
            found += parts
            if lost:
                self.leave(path, f"too much for a brief of {self._limit:,} tokens", lost, [unit])
        return [
            _Draft(path, group, max(self._writer.risk(piece.unit).points for piece in group))
            for group in groups(found, room=room)
        ]

    def finished(self, drafts: Sequence[_Draft]) -> Planned:
        """Write the drafts, the riskiest first; where there are too many, the least risky share briefs."""
        ranked = sorted(drafts, key=lambda draft: (-draft.points, draft.path, draft.pieces[0].keys))
        number = self._sharing(ranked)
        alone, rest = ranked[: self._most - number], ranked[self._most - number :]
        written: list[Brief] = []
        for group in [*([draft] for draft in alone), *self._shared(rest, number)]:
            found = [piece for draft in group for piece in draft.pieces]
            # Who shares a brief has no room for neighbours to speak of.
            brief = self._writer.write(found, more=None if len(group) == 1 else ())
            if brief is not None:
                written.append(brief)
                self._tell_cuts(group)
            else:
                for draft in group:
                    self._drop(draft, f"too much for a brief of {self._limit:,} tokens")
        for words in self._writer.unheard() if written else ():
            self.leave(self._origin, f"an instruction is too long for a brief of {self._limit:,} tokens: {words[:60]}…")
        left = tuple(
            Unread(path=path, reason="; ".join(lost.said(why) for why, lost in found.items()))
            for path, found in sorted(self._left.items())
        )
        return Planned(briefs=tuple(written), left_out=left)

    def _sharing(self, ranked: Sequence[_Draft]) -> int:
        """How many briefs have to be shared so that every draft is in one: none, or as few as hold the least risky."""
        if len(ranked) <= self._most or not self._most:
            return 0
        most = max(1, int(self._most * _MOST_SHARED))
        rest = sum(draft.cost for draft in ranked[self._most :])
        for number in range(1, most + 1):
            rest += ranked[self._most - number].cost
            if rest <= number * self._limit * _FULL:
                return number
        return most

    def _shared(self, rest: Sequence[_Draft], most: int) -> list[list[_Draft]]:
        """Several drafts to a brief, each into the first that has room; the others are left out by name."""
        shared: list[list[_Draft]] = []
        used: list[int] = []
        local: list[bool] = []
        for whole in rest:
            room, stays = self._limit - self._writer.fixed(whole.path), self._writer.is_local(whole.path)
            # What stays on the operator's machines shares no brief with what may leave them.
            taken = [cost if local[number] == stays else self._limit for number, cost in enumerate(used)]
            for draft in [whole] if _home(taken, whole, room, most) is not None else _parted(whole):
                taken = [cost if local[number] == stays else self._limit for number, cost in enumerate(used)]
                home = _home(taken, draft, room, most)
                if home is None:
                    why = f"beyond the {self._most:,} briefs that one agent may ask about, and less risky than those"
                    self._drop(draft, why)
                    continue
                if home == len(shared):
                    shared.append([])
                    used.append(0)
                    local.append(stays)
                shared[home].append(draft)
                used[home] += draft.cost
        return shared

    def _drop(self, draft: _Draft, why: str) -> None:
        changed = sum(row.changed for piece in draft.pieces for row in piece.rows)
        self.leave(draft.path, why, changed, [piece.unit for piece in draft.pieces])

    def _tell_cuts(self, group: Sequence[_Draft]) -> None:
        for draft in group:
            cut = sum(row.cut and row.changed for piece in draft.pieces for row in piece.rows)
            if cut:
                self.leave(draft.path, f"shown in part, for no more than {LONGEST} characters of a line are", cut)


def _home(used: Sequence[int], draft: _Draft, room: int, most: int) -> int | None:
    """The first shared brief that has room for a draft, which may be a new one; None: there is none."""
    found = (number for number, taken in enumerate(used) if taken + draft.cost <= room)
    return next(found, len(used) if len(used) < most and draft.cost <= room else None)


def _parted(draft: _Draft) -> list[_Draft]:
    return [_Draft(draft.path, (piece,), draft.points) for piece in draft.pieces]


def _units_at(index: Index, location: Location, symbol: str) -> list[Unit]:
    """The changed parts that a place means: by the symbol's name, else by its line."""
    known = [unit for path, units in index.units.items() if path == location.path for unit in units]
    named = [unit for unit in known if symbol and (unit.symbol == symbol or unit.name == symbol)]
    lines = range(location.line, location.end_line + 1)
    at = [unit for unit in known if location.side is Side.RIGHT and unit.first < lines.stop and unit.last >= lines.start > 0]
    return named or at


def _distance(piece: Piece, line: int) -> int:
    return min((abs(row.line - line) for row in piece.rows if row.line), default=1 << 30)


def _unchanged(writer: Writer, page: Page, location: Location, symbol: str, question: str) -> Brief | None:
    """The brief about a place that the change does not touch."""
    line = min(max(location.line, 1), len(page.lines))
    found = next((item for item in page.symbols if symbol and symbol in (item.name, item.name.rpartition(".")[2])), None)
    found = found or page.around(line)
    if found is None:
        last = min(len(page.lines), line + 20)
        found = Symbol(name="", kind="place", line=max(1, line - 20), end_line=last, public=False)
    item = definition(
        page, found, line if found.line <= line <= found.end_line else found.line, "the place that was asked about"
    )
    rows = text(writer.index, item)
    passage = Passage(
        name="P1",
        kind="definition",
        path=page.path,
        also=writer.also(page.path),
        symbol=found.name,
        why=item.why,
        text="\n".join(row.text for row in rows),
        lines=tuple(row.line for row in rows),
    )
    unit = Unit(
        path=page.path, symbol=found.name, head=found if found.name else None, windows=(rows,), at=found.line,
        first=found.line, last=found.end_line,
    )  # fmt: skip
    used = sum(costs(rows, writer.count)) + overhead(page.path, found.name, writer.count) + writer.fixed(page.path)
    return writer.compose([passage], [unit], used, first=asked_for(writer.index, page.path, question))
