"""How a text is built in the source: every character of its literals with its place, and the holes between them.

Understands literals side by side, `+`, f-strings and template literals, and Python's `%` and `.format`. Whatever is written
in a way that cannot be read back to the letter is no `Built`, so that a fix never guesses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from fusion.dataflow import ir
from fusion.dataflow.fixes.source import Source

_PREFIX = re.compile(r"[rRbBuUfFtT]{0,2}(?P<quote>'''|\"\"\"|'|\")")
_BLANKS = re.compile(r"(?:\s|\\\r?\n|#[^\n]*)*")
_OPENING, _CLOSING = re.compile(r"[\s(]*"), re.compile(r"[\s)]*")
_BEFORE = re.compile(r"\s*\+\s*(?:\(\s*)*")
_BEHIND = re.compile(r"(?:\s*\))*\s*\+\s*")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "'": "'", '"': '"', "`": "`", "\n": ""}
_PERCENT = re.compile(r"%(?:\((?P<name>\w+)\))?[sdi]")
_FIELD = re.compile(r"\{(?P<name>\w*)\}")
_TEXTUAL = re.compile(r"format|join|replace|escape|quote|sanit|literal|encode|sprintf|\bident", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Atom:
    """A character of a literal, and the source that stands for it."""

    char: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal in the source; its body lies between the quotes."""

    start: int
    body: int
    body_end: int
    end: int
    prefix: str
    quote: str


@dataclass(frozen=True, slots=True)
class Hole:
    """A value that is put into the text. `inside`: within a literal, from `start` to `end`; else it is added with `+`."""

    node: ir.Expression
    code: str
    start: int
    end: int
    inside: bool
    left: Literal | None = None
    right: Literal | None = None

    @property
    def text(self) -> bool:
        """Whether Python would refuse anything but text."""
        return not self.inside


@dataclass(slots=True)
class Built:
    """A text. `tail`: where the operator and its values stand that fill the holes of a format."""

    start: int
    end: int
    parts: list[Atom | Hole] = field(default_factory=list)
    literals: list[Literal] = field(default_factory=list)
    tail: int | None = None
    percent: bool = False

    @property
    def holes(self) -> list[Hole]:
        """In order."""
        return [part for part in self.parts if isinstance(part, Hole)]


class _Unclear(Exception):
    """The source is written in a way that is not read back."""


def built(source: Source, node: ir.Expression) -> Built | None:
    """How the expression's text is built; None when that cannot be said to the letter or it has no holes."""
    made = Built(source.start(node), source.end(node))
    reader = _Reader(source, made)
    try:
        if not source.script and isinstance(node, ir.Binary) and node.operator == "%":
            reader.percent(node)
        elif not source.script and isinstance(node, ir.Call):
            reader.format(node)
        else:
            reader.chain(node)
    except _Unclear:
        return None
    return made if made.holes and all(_value(hole.node) for hole in made.holes) else None


def _value(node: ir.Expression) -> bool:
    """Whether the source of a hole can stand alone and is not itself made to be a part of a text."""
    if isinstance(node, ir.Call):
        function = node.function
        name = function.name if isinstance(function, ir.Attr) else function.id if isinstance(function, ir.Name) else "join"
        return not _TEXTUAL.search(name)
    return isinstance(node, ir.Name | ir.Attr | ir.Index)


class _Reader:
    def __init__(self, source: Source, made: Built) -> None:
        self.source = source
        self.made = made

    # ---------------------------------------------------------------- styles

    def chain(self, node: ir.Expression) -> None:
        """`a + b + c`, or a single text."""
        operands: list[ir.Expression] = []
        while isinstance(node, ir.Binary) and node.operator == "+":
            operands.append(node.right)
            node = node.left
        operands.append(node)
        operands.reverse()
        waiting: list[ir.Expression] = []
        for operand in operands:
            if _literal(operand):
                first = len(self.made.literals)
                place = len(self.made.parts)
                self.literals(operand)
                if waiting:
                    self.made.parts.insert(place, self._added(waiting.pop(), first))
            else:
                if waiting:
                    raise _Unclear
                waiting.append(operand)
        if waiting:
            self.made.parts.append(self._added(waiting.pop(), len(self.made.literals)))

    def _added(self, node: ir.Expression, place: int) -> Hole:
        if not place:
            raise _Unclear
        left = self.made.literals[place - 1]
        right = self.made.literals[place] if place < len(self.made.literals) else None
        start, end = self.source.start(node), self.source.end(node)
        before = _BEFORE.fullmatch(self.source.text, left.end, start)
        stop = right.start if right else self.made.end
        behind = (_BEHIND if right else _CLOSING).fullmatch(self.source.text, end, stop)
        if before is None or behind is None or before[0].count("(") != behind[0].count(")"):
            raise _Unclear
        return Hole(node, self.source.code(node), start, end, False, left, right)

    def percent(self, node: ir.Binary) -> None:
        """`"..." % values`."""
        self._plain(node.left)
        right = node.right
        names = self._formats(_PERCENT, "%")
        if isinstance(right, ir.Series) and right.kind == "tuple":
            values: dict[object, ir.Expression] = dict(enumerate(right.items)) if not any(names) else {}
            keys: list[object] = list(range(len(names)))
            if len(values) != len(names):
                raise _Unclear
            self._fill(values, keys)
        elif isinstance(right, ir.Table):
            named: dict[object, ir.Expression] = {key.value: value for key, value in right.items if isinstance(key, ir.Const)}
            if not all(names):
                raise _Unclear
            self._fill(named, list(names))
        elif names == [None]:
            self._fill({0: right}, [0])
        else:
            raise _Unclear
        self.made.percent = True
        self._tail(r"%")

    def format(self, node: ir.Call) -> None:
        """`"...".format(values)`."""
        function = node.function
        if not isinstance(function, ir.Attr) or function.name != "format":
            raise _Unclear
        self._plain(function.object)
        names = self._formats(_FIELD, "{}")
        values: dict[object, ir.Expression] = {}
        for place, argument in enumerate(node.arguments):
            if argument.name in ("*", "**"):
                raise _Unclear
            values[argument.name or str(place)] = argument.value
        if "" in names and any(name and name.isdigit() for name in names):
            raise _Unclear
        places = iter(range(len(names)))
        self._fill(values, [name or str(next(places)) for name in names])
        self._tail(r"\.\s*format\s*\(")

    def _plain(self, node: ir.Expression) -> None:
        if not isinstance(node, ir.Const) or not isinstance(node.value, str):
            raise _Unclear
        self.literals(node)

    def _formats(self, pattern: re.Pattern[str], signs: str) -> list[str | None]:
        """Puts holes where the literal's text has its format's signs; doubled signs become one character."""
        atoms = [part for part in self.made.parts if isinstance(part, Atom)]
        text = "".join(atom.char for atom in atoms)
        parts: list[Atom | Hole] = []
        found: list[str | None] = []
        at = 0
        nothing = ir.Const(ir.NOWHERE, None)
        while at < len(atoms):
            sign = text[at]
            if sign not in signs:
                parts.append(atoms[at])
                at += 1
            elif text[at : at + 2] == sign * 2:
                parts.append(Atom(sign, atoms[at].start, atoms[at + 1].end))
                at += 2
            elif match := pattern.match(text, at):
                found.append(match["name"])
                parts.append(Hole(nothing, "", atoms[at].start, atoms[match.end() - 1].end, True))
                at = match.end()
            else:
                raise _Unclear
        self.made.parts = parts
        return found

    def _fill(self, values: dict[object, ir.Expression], keys: Sequence[object]) -> None:
        """Gives the holes their values; a value that is used twice must be a plain name."""
        order = iter(keys)
        used: set[object] = set()
        for place, part in enumerate(self.made.parts):
            if isinstance(part, Hole):
                key = next(order)
                node = values.get(key)
                if node is None or (key in used and not isinstance(node, ir.Name)):
                    raise _Unclear
                used.add(key)
                self.made.parts[place] = Hole(node, self.source.code(node), part.start, part.end, True)
        if len(used) != len(values):
            raise _Unclear

    def _tail(self, operator: str) -> None:
        last = self.made.literals[-1].end
        match = re.compile(rf"(?P<kept>(?:\s*\))*)\s*{operator}").match(self.source.text, last, self.made.end)
        if match is None or self.source.commented(match.end("kept"), self.made.end):
            raise _Unclear
        self.made.tail = match.end("kept")

    # ---------------------------------------------------------------- literals

    def literals(self, node: ir.Expression) -> None:
        """The literals of a constant or a text with holes, with their characters and holes."""
        holes = [part for part in node.parts if not isinstance(part, ir.Const)] if isinstance(node, ir.Join) else []
        holes.reverse()
        at, end = self.source.start(node), self.source.end(node)
        while at < end:
            at = self._literal(at, end, holes)
            blanks = _BLANKS.match(self.source.text, at, end) if not self.source.script else None
            at = blanks.end() if blanks else at
        if at != end or holes:
            raise _Unclear

    def _literal(self, start: int, limit: int, holes: list[ir.Expression]) -> int:
        text = self.source.text
        if self.source.script:
            prefix, quote = "", text[start]
            if quote not in "'\"`":
                raise _Unclear
        else:
            opened = _PREFIX.match(text, start, limit)
            if opened is None:
                raise _Unclear
            quote = opened["quote"]
            prefix = opened[0].removesuffix(quote)
        marks = prefix.lower()
        if "b" in marks or "t" in marks:
            raise _Unclear
        at = body = start + len(prefix) + len(quote)
        opening = "${" if quote == "`" else "{" if "f" in marks else ""
        while not text.startswith(quote, at):
            if at >= limit:
                raise _Unclear
            if opening == "{" and text[at : at + 2] in ("{{", "}}"):
                self.made.parts.append(Atom(text[at], at, at + 2))
                at += 2
            elif opening and text.startswith(opening, at):
                hole = self._slot(at, len(opening), holes)
                self.made.parts.append(hole)
                at = hole.end
            elif text[at] == "\\":
                at = self._escaped(at, raw="r" in marks)
            else:
                self.made.parts.append(Atom(text[at], at, at + 1))
                at += 1
        self.made.literals.append(Literal(start, body, at, at + len(quote), prefix, quote))
        return at + len(quote)

    def _slot(self, at: int, opening: int, holes: list[ir.Expression]) -> Hole:
        """A hole in braces that holds its value and nothing else."""
        if not holes:
            raise _Unclear
        node = holes.pop()
        start, end = self.source.start(node), self.source.end(node)
        text = self.source.text
        behind = _CLOSING.match(text, end)
        if not _OPENING.fullmatch(text, at + opening, start) or behind is None or not text.startswith("}", behind.end()):
            raise _Unclear
        return Hole(node, text[start:end], at, behind.end() + 1, True)

    def _escaped(self, at: int, *, raw: bool) -> int:
        text = self.source.text
        size = 3 if text.startswith("\r\n", at + 1) else 2
        char = _ESCAPES.get(text[at + size - 1 : at + size])
        if raw or char is None:
            raise _Unclear
        if char:
            self.made.parts.append(Atom(char, at, at + size))
        return at + size


def _literal(node: ir.Expression) -> bool:
    return isinstance(node, ir.Join) or (isinstance(node, ir.Const) and isinstance(node.value, str))
