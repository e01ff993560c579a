"""What is known of a case's files, worked out once and shared by all agents that plan with it."""

from __future__ import annotations

import re
import threading
import weakref
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Literal, TypeVar

from fusion.agent import Case
from fusion.changes import roles
from fusion.model import Change, Contents, Evidence, Side, Unread
from fusion.planning.masks import Masks
from fusion.planning.statements import Span, constants, tables
from fusion.planning.units import Unit, group_of, split
from fusion.policy import Policy
from fusion.reading.comparison import Comparison, compare, context_texts, lines_of
from fusion.syntax import Symbol, enclosing, language, symbols

T = TypeVar("T")

_WORD = re.compile(r"[^\W\d][\w$]*")
_CALLED = re.compile(r"(?<![\w$])([^\W\d][\w$]*)\s*(?:<[^<>()\n]{0,80}>)?!?\(")
_MEMBER = re.compile(r"(?<![\w$.])([A-Z][\w$]*)(?=(?:\.|::)[A-Za-z_])")
"""A type of which a member is named: `Status.PAID`."""
_PART = re.compile(r"[^\W\d][\w$]*(?:-[\w$]+)*")
"""A name, or the name of a file in a path."""
_TOP = 20_000
STRICT = frozenset({"python", "typescript", "rust"})
"""Languages in which a file has to import what it uses of its neighbours."""
_IMPORTS = re.compile(
    r"^[ \t]*(?:from\b[^\n(]{0,200}\bimport|import|export|(?:pub )?use|(?:const|let|var)\b[^\n(]{0,400}\brequire)\b"
    r"[^\n({]{0,400}(?:\([^)]{0,4000}\)|\{[^}]{0,4000}\})?[^\n]{0,400}",
    re.M,
)
_DEFINED = {
    "python": re.compile(r"\b(?:def|class)\s+(\w+)"),
    "ruby": re.compile(r"\b(?:def|class|module)\s+(?:self\.)?(\w+)"),
    "go": re.compile(r"\b(?:func\s*(?:\([^)\n]{0,80}\)\s*)?|type\s+)(\w+)"),
    "typescript": re.compile(
        r"\b(?:function\*?|class|interface|enum|type|namespace|const|let|var)\s+([\w$]+)"
        r"|^[ \t]*(?:\w+ ){0,4}([\w$]+)\s*\([^\n]*\{[ \t]*$",
        re.M,
    ),
    "rust": re.compile(r"\b(?:fn|struct|enum|trait|type|union|mod|macro_rules!)\s+(\w+)"),
}
_LARGEST = 1_000_000
"""Characters of a file that names are looked for in."""
REACH = 50
"""Lines that a piece of evidence is said to be about, at most."""
_MOST_CALLS = 60
"""Called names of a unit that are followed."""


class Page:
    """One file at head. `item`: the change touches it."""

    def __init__(self, path: str, text: str, masks: Masks, item: Comparison | None = None) -> None:
        self.path, self.text, self.item = path, text, item
        self._masks = masks

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines as they are."""
        return self.item.after_lines if self.item else lines_of(self.text)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The lines as they may be shown."""
        return self._masks.masked(self.path, Side.RIGHT, self.lines)

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        """The symbols of the file."""
        return symbols(self.path, self.text)

    @cached_property
    def group(self) -> str:
        """The language, or the one whose names it shares."""
        return group_of(self.path)

    @cached_property
    def words(self) -> frozenset[str]:
        """The names in the file."""
        return frozenset(_WORD.findall(self.text[:_LARGEST]))

    @cached_property
    def imported(self) -> frozenset[str]:
        """Names in its imports; where files of a folder need none, or are included whole, all names near the top."""
        top = self.text[:_TOP]
        parts = _IMPORTS.findall(top) if self.group in STRICT else [top]
        return frozenset(word for part in parts for word in _PART.findall(part))

    @cached_property
    def defines(self) -> frozenset[str] | None:
        """Names that the file likely defines, without reading its tree; None for a language that has no word for it."""
        shape = _DEFINED.get(self.group)
        return frozenset(found[found.lastindex or 0] for found in shape.finditer(self.text)) if shape else None

    @cached_property
    def constants(self) -> Mapping[str, Span]:
        """The values that it names outside of functions, and where."""
        return constants(self.group, self.lines)

    @cached_property
    def tables(self) -> tuple[Span, ...]:
        """What of a test file is read as a whole."""
        return tables(self.path, self.group, self.lines)

    @cached_property
    def is_test(self) -> bool:
        """Whether it tests other code."""
        return roles.is_test_code(self.path)

    def around(self, line: int) -> Symbol | None:
        """The innermost symbol around a line."""
        name = enclosing(self.symbols, line)
        inside = (found for found in reversed(self.symbols) if found.name == name and found.line <= line <= found.end_line)
        return next(inside, None)


class Kept(Generic[T]):
    """What was worked out for units; it keeps them, so that no other takes their identity."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[Unit, T]] = {}

    def get(self, unit: Unit, make: Callable[[], T]) -> T:
        """What is kept for a unit, made now where there is nothing yet."""
        if id(unit) not in self._found:
            self._found[id(unit)] = unit, make()
        return self._found[id(unit)][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Surroundings of a unit that are shown with it. `ranges` are 1-based lines at head, in order, both ends included."""

    kind: Literal["definition", "caller", "test"]
    path: str
    symbol: str
    why: str
    ranges: tuple[Span, ...]
    rank: int
    """The lower, the more it helps."""
    loose: bool = False
    """Its ranges are statements of their own: what is between them is nobody's business."""
    cut: bool = False
    """It goes on behind the last range."""
    guessed: bool = False
    """It is known by its name alone."""


class Index:
    """All files of a case by path, the units of its changed files, and where the names that matter to them stand."""

    def __init__(self, change: Change, contents: Contents, policy: Policy, evidence: Sequence[Evidence]) -> None:
        compared = compare(change, contents, policy)
        self.compared: tuple[Comparison, ...] = compared.files
        self.unread: tuple[Unread, ...] = compared.unread
        heads = {item.path: item.after_lines for item in compared.files if item.exists}
        bases = {item.base_path: item.before_lines for item in compared.files if item.existed}
        self.masks = Masks(evidence, lambda path, side: (heads if side is Side.RIGHT else bases).get(path, ()))
        self.origins = {item.path: item.base_path for item in compared.files}
        """The path at base of each changed file."""
        self.pages: dict[str, Page] = {}
        for item in sorted(compared.files, key=lambda found: found.path):
            if item.exists:
                self.pages[item.path] = Page(item.path, item.after, self.masks, item)
        around = context_texts(Contents(context={**contents.imports, **contents.context}))
        for path, text in around.items():
            self.pages.setdefault(path, Page(path, text, self.masks))
        self.units: dict[str, tuple[Unit, ...]] = {item.path: self._split(item) for item in compared.files}
        self.evidence: dict[str, list[Evidence]] = {}
        for found in sorted(evidence, key=lambda item: item.location.line):
            if found.location.side is Side.RIGHT:
                self.evidence.setdefault(found.location.path, []).append(found)
        self._called: Kept[tuple[str, ...]] = Kept()
        self._gone: dict[str, frozenset[int]] = {}
        self.neighbours: Kept[tuple[Neighbour, ...]] = Kept()
        self.known: dict[str, tuple[Page, ...]] = {}
        """By path the files whose values a file may name, once they were asked for."""

    def holders(self, name: str) -> Sequence[Page]:
        """The code files in which a name stands, the changed ones first."""
        if name not in self._holders:
            self._holders[name] = [page for page in self._code if name in page.text and name in _WORD.findall(page.text)]
        return self._holders[name]

    def seen(self, path: str, first: int, last: int) -> Iterator[Evidence]:
        """What tools saw in a range of lines at head, by line; of long evidence the first lines count."""
        found = self.evidence.get(path, [])
        for number in range(bisect_left(found, first - REACH, key=lambda item: item.location.line), len(found)):
            place = found[number].location
            if place.line > last:
                return
            if min(place.end_line, place.line + REACH) >= first:
                yield found[number]

    def is_changed(self, path: str, first: int, last: int) -> bool:
        """Whether the change adds one of these lines at head, or removes something between them."""
        item = self.pages[path].item
        if item is None:
            return False
        if path not in self._gone:
            self._gone[path] = frozenset(line for unit in self.units.get(path, ()) for line in _removals(unit))
        return any(line in item.added or (line in self._gone[path] and line < last) for line in range(first, last + 1))

    def called(self, unit: Unit) -> tuple[str, ...]:
        """Names that a unit calls, those on changed lines first."""
        return self._called.get(unit, lambda: tuple(calls(unit)))

    def _split(self, item: Comparison) -> tuple[Unit, ...]:
        page = self.pages.get(item.path) if item.exists else None
        before = self.masks.masked(item.base_path, Side.LEFT, item.before_lines) if item.existed else ()
        return split(item, before, page.shown if page else ())

    @cached_property
    def _code(self) -> list[Page]:
        return [page for page in self.pages.values() if page.group and len(page.text) <= _LARGEST]

    @cached_property
    def _holders(self) -> dict[str, list[Page]]:
        units = [unit for found in self.units.values() for unit in found if language(unit.path)]
        wanted = {name for unit in units for name in self.called(unit)} | {unit.name for unit in units if len(unit.name) > 1}
        found: dict[str, list[Page]] = {name: [] for name in wanted}
        for page in self._code:
            for name in wanted.intersection(_WORD.findall(page.text)):
                found[name].append(page)
        return found


def calls(unit: Unit, marks: str = "+- ") -> Iterator[str]:
    """Names that are called in a unit, or types of which a member is named, at most sixty.

    `marks`: which lines count, in this order: the new, the removed, the unchanged ones.
    """
    seen = {unit.name}
    for wanted in marks:
        for item in unit.rows:
            if item.mark == wanted:
                for name in (*_CALLED.findall(item.text), *_MEMBER.findall(item.text)):
                    if name not in seen and len(seen) <= _MOST_CALLS:
                        seen.add(name)
                        yield name


def _removals(unit: Unit) -> Iterator[int]:
    """The lines of the head behind which a unit removes something."""
    for window in unit.windows:
        last = next((item.line for item in window if item.line), 0) - 1
        for item in window:
            if item.mark == "-" and last > 0:
                yield last
            last = item.line or last


@dataclass(frozen=True, slots=True)
class _Entry:
    """An index and what it was made of."""

    change: weakref.ref[Change]
    contents: Contents
    policy: Policy
    evidence: Sequence[Evidence]
    index: Index


class _Indexes:
    """The index of each case whose change is alive: agents plan one after the other with the same case."""

    def __init__(self) -> None:
        self._kept: dict[int, _Entry] = {}
        self._lock = threading.Lock()

    def get(self, case: Case) -> Index:
        kept = self._kept.get(id(case.change))
        if (
            kept is not None
            and kept.change() is case.change
            and kept.contents is case.contents
            and kept.policy is case.policy
            and kept.evidence is case.evidence
        ):
            return kept.index
        index = Index(case.change, case.contents, case.policy, case.evidence)
        key = id(case.change)
        gone = weakref.ref(case.change, lambda reference: self._forget(key, reference))
        with self._lock:
            self._kept[key] = _Entry(gone, case.contents, case.policy, case.evidence, index)
        return index

    def _forget(self, key: int, reference: weakref.ref[Change]) -> None:
        # No lock: the collector may call this while this very thread holds it.
        kept = self._kept.get(key)
        if kept is not None and kept.change is reference:
            self._kept.pop(key, None)


_INDEXES = _Indexes()


def index_of(case: Case) -> Index:
    """The index of a case; the same one for the same change, contents, policy and evidence."""
    return _INDEXES.get(case)
