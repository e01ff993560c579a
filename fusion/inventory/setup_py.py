"""setup.py, read as a text and never run: the lists that it hands to setuptools' `setup` where they are written out.

Followed are names that are assigned a list just once, sums of lists, and both sides of a choice. Whatever else puts a list
together is left, with its line, so that what was read counts as a part.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fusion.inventory.entries import Entry, Format, Named
from fusion.inventory.python import LOCKS
from fusion.inventory.setup_cfg import Wish, Wishes, extra
from fusion.reading.dependencies import UnreadableManifest

MAX_CHARS = 100_000
"""Characters of a program; a larger one is not read."""
_LISTS = ("install_requires", "setup_requires", "tests_require")
_DEEPEST = 30
_PLAIN = (ast.keyword, ast.BinOp, ast.Assign, ast.Delete, ast.List, ast.Tuple, ast.Dict)
"""What may hold one list of a dictionary: it reads the list, or sets or deletes it as a whole."""
_ARGUMENTS = "arguments of `setup`"
_MOST_STEPS = 20_000
"""Values that are looked at: names that stand for sums of names can stand for more than anybody can read."""
_HARMLESS = (ast.keyword, ast.BinOp, ast.List, ast.Tuple, ast.Dict, ast.Starred, ast.IfExp, ast.Compare, ast.For)
"""What may hold a list's name without being able to change the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a list stands: for which argument, how it is wanted there, and how many names and sums led to it."""

    argument: str
    optional: bool = False
    conditional: bool = False
    depth: int = 0

    def below(self, *, conditional: bool = False) -> _Place:
        return replace(self, depth=self.depth + 1, conditional=self.conditional or conditional)


def read(text: str) -> Wishes:
    """What the program asks for. Raises UnreadableManifest where it is none, or calls no `setup` that can be seen."""
    program = _Program(_parsed(text))
    if not program.calls:
        raise UnreadableManifest("it has no call of `setup` that can be read")
    for call in program.calls:
        program.called(call)
    return program.found


def _parsed(text: str) -> ast.Module:
    if len(text) > MAX_CHARS:
        raise UnreadableManifest(f"it is longer than {MAX_CHARS:,} characters")
    try:
        # Warnings about the program (odd escapes) are no news for our own process.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise UnreadableManifest(f"line {error.lineno or 1} is no Python 3") from None
    except (RecursionError, MemoryError):
        raise UnreadableManifest("it is nested too deep") from None
    except ValueError:
        raise UnreadableManifest("it holds characters that no program can") from None


class _Program:
    """The tree of a program: what its names stand for, and what it hands to `setup`."""

    def __init__(self, tree: ast.Module) -> None:
        self.found = Wishes()
        self._steps = 0
        self._assigned: dict[str, list[ast.expr]] = {}
        self._changed: dict[str, int] = {}
        self._keyed: dict[str, dict[str, int]] = {}
        names = {"setup"}
        bound: dict[str, int] = {}
        parents: dict[ast.AST, ast.AST] = {}
        nodes = list(ast.walk(tree))
        for node in nodes:
            parents.update(dict.fromkeys(ast.iter_child_nodes(node), node))
            if isinstance(node, ast.ImportFrom):
                names |= {one.asname for one in node.names if one.name == "setup" and one.asname}
            elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                self._assigned.setdefault(node.targets[0].id, []).append(node.value)
            elif (
                isinstance(node, ast.AnnAssign | ast.AugAssign) and isinstance(node.target, ast.Name) and node.value is not None
            ):
                self._assigned.setdefault(node.target.id, []).append(node.value)
        self.calls = [node for node in nodes if isinstance(node, ast.Call) and _is_setup(node.func, names)]
        for node in nodes:
            if not isinstance(node, ast.Name):
                continue
            parent = parents[node]
            if not isinstance(node.ctx, ast.Load):
                # Whichever of its assignments holds, all of them are read.
                bound[node.id] = bound.get(node.id, 0) + 1
                if bound[node.id] > len(self._assigned.get(node.id, ())):
                    self._changed.setdefault(node.id, node.lineno)
            elif isinstance(parent, ast.Subscript) and (key := _key(parent)) and isinstance(parents[parent], _PLAIN):
                if not isinstance(parent.ctx, ast.Load):
                    self._keyed.setdefault(node.id, {}).setdefault(key, node.lineno)
            elif not isinstance(parent, _HARMLESS) or (isinstance(parent, ast.keyword) and not self._keeps(parents[parent])):
                self._changed.setdefault(node.id, node.lineno)

    def _keeps(self, call: ast.AST) -> bool:
        """Whether a call hands a list on as it is."""
        return call in self.calls or (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "dict")

    def called(self, call: ast.Call) -> None:
        """What one call of `setup` asks for."""
        for keyword in call.keywords:
            if keyword.arg is None:
                self._packed(keyword.value)
            else:
                self._argument(keyword.arg, keyword.value)
        for argument in call.args:
            if isinstance(argument, ast.Starred):
                self._leave(argument, _ARGUMENTS)

    def _packed(self, value: ast.expr) -> None:
        """`**arguments`: a dictionary that is written out."""
        for one in self._named(value, _ARGUMENTS):
            if isinstance(one, ast.Dict):
                for key, said in zip(one.keys, one.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        self._argument(key.value, said)
                    else:
                        self._leave(one, _ARGUMENTS)
            elif isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "dict" and not one.args:
                for keyword in one.keywords:
                    if keyword.arg is None:
                        self._leave(one, _ARGUMENTS)
                    else:
                        self._argument(keyword.arg, keyword.value)
            else:
                self._leave(one, _ARGUMENTS)

    def _argument(self, name: str, value: ast.expr) -> None:
        if name in _LISTS:
            self._list(value, _Place(argument=name, optional=name != "install_requires"))
        elif name == "extras_require":
            self._extras(value)

    def _extras(self, value: ast.expr) -> None:
        for one in self._named(value, "extras_require"):
            if not isinstance(one, ast.Dict):
                if not (isinstance(one, ast.Constant) and one.value is None):
                    self._leave(one, "extras_require")
                continue
            for key, said in zip(one.keys, one.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    optional, conditional = extra(key.value)
                    self._list(said, _Place(argument="extras_require", optional=optional, conditional=conditional))
                else:
                    self._list(said, _Place(argument="extras_require", optional=True, conditional=True))
                    self._leave(key or one, "extras_require")

    def _list(self, value: ast.expr, at: _Place) -> None:
        """A list of requirements, or a text with one a line."""
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise UnreadableManifest("its lists are made of more names than can be followed")
        if at.depth > _DEEPEST:
            self._leave(value, at.argument)
            return
        match value:
            case ast.Constant(value=None):
                return
            case ast.Constant(value=str(text)):
                for number, line in enumerate(text.split("\n"), start=value.lineno):
                    said = line.strip()
                    if said and not said.startswith("#"):
                        place = min(number, value.end_lineno or number)
                        self.found.add(Wish(text=said, line=place, optional=at.optional, conditional=at.conditional))
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                for part in parts:
                    self._list(part.value if isinstance(part, ast.Starred) else part, at.below())
            case ast.BinOp(left=one, op=ast.Add(), right=other) if not _is_text(one) and not _is_text(other):
                self._list(one, at.below())
                self._list(other, at.below())
            case ast.IfExp(body=one, orelse=other):
                self._list(one, at.below(conditional=True))
                self._list(other, at.below(conditional=True))
            case ast.Subscript(value=ast.Name()) if _key(value):
                self._below(value, at)
            case ast.Name():
                which = self._named(value, at.argument)
                for node in which:
                    self._list(node, at.below(conditional=len(which) > 1))
            case _:
                self._leave(value, at.argument)

    def _below(self, value: ast.Subscript, at: _Place) -> None:
        """One list of a dictionary that is written out."""
        for one in self._named(value.value, at.argument):
            lists = zip(one.keys, one.values, strict=True) if isinstance(one, ast.Dict) else ()
            fitting = [said for key, said in lists if isinstance(key, ast.Constant) and key.value == _key(value)]
            for said in fitting:
                self._list(said, at.below())
            if not fitting:
                self._leave(value, at.argument)

    def _named(self, value: ast.expr, argument: str) -> Sequence[ast.expr]:
        """What a name stands for, every time that it is assigned; something else stands for itself. A name that may be changed
        on the way is left besides."""
        if not isinstance(value, ast.Name):
            return (value,)
        found = self._assigned.get(value.id, [])
        if not found:
            self._leave(value, argument)
        line = self._changed.get(value.id) or self._key_changed(value.id, argument)
        if found and line:
            self.found.left.append(f"line {line} may change `{argument}`, which no reader can follow")
        return tuple(found)

    def _key_changed(self, name: str, argument: str) -> int:
        """The line that sets or deletes a key that matters of a dictionary; 0: none does."""
        every = self._keyed.get(name, {})
        of_interest = every if argument != _ARGUMENTS else [key for key in every if key in (*_LISTS, "extras_require")]
        return min((every[key] for key in of_interest), default=0)

    def _leave(self, node: ast.expr, argument: str) -> None:
        self.found.left.append(f"line {node.lineno} puts `{argument}` together while it runs")


def _is_setup(function: ast.expr, names: set[str]) -> bool:
    match function:
        case ast.Name(id=name):
            return name in names
        case ast.Attribute(value=ast.Name() | ast.Attribute(), attr="setup"):
            return True
        case _:
            return False


def _key(node: ast.Subscript) -> str:
    """The key, where it is written out as a text."""
    return node.slice.value if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) else ""


def _is_text(node: ast.expr) -> bool:
    """Whether it is a text or a number: a sum with one is one requirement in pieces."""
    return isinstance(node, ast.Constant | ast.JoinedStr)


def _entries(text: str) -> Iterator[Entry]:
    return read(text).entries()


def _left(text: str) -> Iterator[str]:
    return iter(dict.fromkeys(read(text).left))


FORMATS = (
    Format(name="setup.py", type="pypi", matches=Named("setup.py"), entries=_entries, left=_left, locks=LOCKS, above=True),
)
