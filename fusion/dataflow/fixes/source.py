"""A file that is to be mended: its text by offsets, its nodes by place, and where a variable got its only value."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from fusion.dataflow import ir
from fusion.model import Edit

Cut = tuple[int, int, str]
"""Start and end offset in the text, and what comes there instead."""

_CLOSING = re.compile(r"(?:\s*\))*")
_TURNING = (ir.For, ir.While, ir.Function, ir.Class, ir.Comprehension)
"""What may run its inside often, or later."""
_LARGEST = 400_000
"""Nodes of a file that is mended."""


class TooLarge(Exception):
    """The file has more nodes than are looked through for a fix."""


class Source:
    """One file. `text` is its decoded text, line ends as they are. Raises `TooLarge`."""

    def __init__(self, module: ir.Module, text: str) -> None:
        self.module = module
        self.text = text
        self.script = module.language == "javascript"
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._parents: dict[int, ir.Node | None] = {}
        self._places: dict[ir.Span, list[ir.Node]] = {}
        for node, parent in _walk_with_parents(module.body):
            if len(self._parents) >= _LARGEST:
                raise TooLarge
            self._parents[id(node)] = parent
            if isinstance(node, ir.Call | ir.Assign):
                self._places.setdefault(node.span, []).append(node)

    @property
    def sound(self) -> bool:
        """Whether the text is the one that was analysed, so that spans mean the same in it."""
        return [line.removesuffix("\r") for line in self.text.split("\n")] == list(self.module.lines)

    # ---------------------------------------------------------------- places

    def call_at(self, span: ir.Span) -> ir.Call | None:
        """The call of that span; not one that a front end made of something else (`{value!r}`)."""
        calls = (node for node in self._places.get(span, ()) if isinstance(node, ir.Call))
        return next((call for call in calls if self.text[self.end(call) - 1 : self.end(call)] == ")"), None)

    def assignment_at(self, span: ir.Span) -> ir.Assign | None:
        """The assignment of that span."""
        return next((node for node in self._places.get(span, ()) if isinstance(node, ir.Assign)), None)

    def calls(self) -> Iterator[ir.Call]:
        """Every call in the file."""
        return (node for nodes in self._places.values() for node in nodes if isinstance(node, ir.Call))

    def parent(self, node: ir.Node) -> ir.Node | None:
        """The node that it is a part of; None for the module's statements."""
        return self._parents.get(id(node))

    def start(self, node: ir.Node) -> int:
        """Offset of its first character."""
        return self._starts[node.span.line - 1] + node.span.column - 1

    def end(self, node: ir.Node) -> int:
        """Offset behind its last character."""
        return self._starts[node.span.end_line - 1] + node.span.end_column - 1

    def code(self, node: ir.Node) -> str:
        """Its text."""
        return self.text[self.start(node) : self.end(node)]

    def outer_end(self, node: ir.Node, limit: int) -> int:
        """Offset behind the parentheses that close after it, before `limit`."""
        found = _CLOSING.match(self.text, self.end(node), limit)
        return found.end() if found else self.end(node)

    def argument_end(self, call: ir.Call, place: int) -> int:
        """Offset behind an argument, parentheses around it included."""
        node = call.arguments[place]
        after = place + 1
        limit = self.start(call.arguments[after]) if after < len(call.arguments) else self.end(call) - 1
        return self.outer_end(node, limit)

    def commented(self, start: int, end: int) -> bool:
        """Whether a part of the text may hold a comment. Signs in texts count, too: a fix is then left out."""
        part = self.text[start:end]
        return ("//" in part or "/*" in part) if self.script else "#" in part

    # ---------------------------------------------------------------- edits

    def edits(self, cuts: Collection[Cut]) -> tuple[Edit, ...]:
        """The cuts as edits, those that touch as one."""
        joined: list[Cut] = []
        for start, end, new in sorted(cuts, key=lambda cut: cut[:2]):
            if joined and joined[-1][1] == start:
                first, _, before = joined.pop()
                joined.append((first, end, before + new))
            else:
                joined.append((start, end, new))
        return tuple(self._edit(*cut) for cut in joined)

    def _edit(self, start: int, end: int, new: str) -> Edit:
        (line, column), (end_line, end_column) = self._place(start), self._place(end)
        return Edit(path=self.module.path, line=line, column=column, end_line=end_line, end_column=end_column, text=new)

    def _place(self, offset: int) -> tuple[int, int]:
        low = self.text.count("\n", 0, offset)
        return low + 1, offset - self._starts[low] + 1

    # ---------------------------------------------------------------- variables

    def given(self, use: ir.Expression) -> tuple[ir.Expression, ir.Assign | None] | None:
        """What an expression is built as: itself, or for a variable the only value that it gets, directly before.

        None for a variable that is read elsewhere, too, or that may have another value.
        """
        if not isinstance(use, ir.Name):
            return use, None
        scope = self._function(use)
        if scope is not None and use.id in scope.globals:
            return None
        body: Sequence[ir.Node] = scope.body if scope is not None else self.module.body
        if scope is not None and any(parameter.name == use.id for parameter in scope.parameters):
            return None
        named = [node for node in walk(body) if isinstance(node, ir.Name) and node.id == use.id]
        if len(named) != 2:
            return None
        target = named[0] if named[1] is use else named[1]
        assign = self.parent(target)
        if not isinstance(assign, ir.Assign) or assign.target is not target or assign.augmented or assign.value is None:
            return None
        between = self._between(assign, use)
        if between is None:
            return None
        changed = {node.id for statement in between for node in _bound(statement)}
        read = {node.id for node in walk([assign.value]) if isinstance(node, ir.Name)}
        return (assign.value, assign) if not changed & read else None

    def _function(self, node: ir.Node) -> ir.Function | None:
        above = self.parent(node)
        while above is not None and not isinstance(above, ir.Function):
            above = self.parent(above)
        return above

    def _between(self, assign: ir.Assign, use: ir.Node) -> list[ir.Node] | None:
        """The statements from behind the assignment to the one that holds the use; None when others may run before."""
        home = self.parent(assign)
        below: ir.Node = use
        above = self.parent(use)
        while above is not home:
            if above is None or isinstance(above, _TURNING):
                return None
            below, above = above, self.parent(above)
        blocks = [self.module.body] if home is None else [part for part in _parts(home) if isinstance(part, list | tuple)]
        for block in blocks:
            places = [place for place, node in enumerate(block) if node is assign or node is below]
            if len(places) == 2 and block[places[0]] is assign:
                return [node for node in block[places[0] + 1 : places[1] + 1] if isinstance(node, ir.Node)]
        return None


def walk(nodes: Sequence[ir.Node]) -> Iterator[ir.Node]:
    """The nodes and everything in them."""
    return (node for node, _ in _walk_with_parents(nodes))


def dotted(node: ir.Expression) -> str:
    """The path of names and attributes (`a.b.c`), empty for anything else."""
    names: list[str] = []
    while isinstance(node, ir.Attr):
        names.append(node.name)
        node = node.object
    return ".".join([node.id, *reversed(names)]) if isinstance(node, ir.Name) else ""


def _walk_with_parents(nodes: Sequence[ir.Node]) -> Iterator[tuple[ir.Node, ir.Node | None]]:
    open_: list[tuple[object, ir.Node | None]] = [(node, None) for node in reversed(nodes)]
    while open_:
        found, parent = open_.pop()
        if isinstance(found, ir.Node):
            yield found, parent
            open_ += [(part, found) for part in _parts(found)]
        elif isinstance(found, list | tuple):
            open_ += [(part, parent) for part in found]


def _parts(node: ir.Node) -> list[object]:
    names = (name for name in node.__dataclass_fields__ if name != "span")
    return [part for name in names if isinstance(part := getattr(node, name), ir.Node | list | tuple)]


def _bound(statement: ir.Node) -> Iterator[ir.Name]:
    """Names that get a value in it."""
    for node in walk([statement]):
        if isinstance(node, ir.Assign | ir.Assigned | ir.For | ir.With | ir.Clause) and node.target is not None:
            yield from (name for name in walk([node.target]) if isinstance(name, ir.Name))
