"""Which names belong to which function: block scopes folded into function scopes by renaming.

The form knows function scopes only. A block's `let x` that would be confused with another `x` of its function, or with one
that the function takes from outside, is called `x#2`, `x#3` and so on; what stands before the `#` is the name in the text.
Whether it would be confused is known when the function ends, so names are collected on the way and changed then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from fusion.dataflow import ir

Named = ir.Name | ir.Function | ir.Class
"""What carries a name that may be changed."""


@dataclass(slots=True, eq=False)
class _Bound:
    """The names that one block declares under one name."""

    name: str
    uses: list[Named]
    function: bool
    """Declared by a function statement: outside strict code it belongs to the whole function."""


@dataclass(slots=True, eq=False)
class Scope:
    """A block, or a function with its parameters; `owner` is None for functions and the module."""

    owner: Scope | None
    uses: dict[str, list[Named]] = field(default_factory=dict)
    """Names used here, or in blocks and functions inside and not declared there."""
    declared: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    """Those of `declared` that function statements declare."""
    bound: list[_Bound] = field(default_factory=list)
    """For functions: what their blocks declare."""
    mentions: set[str] = field(default_factory=set)
    """For functions: every name and property in the text."""
    assigned: list[ir.Name] = field(default_factory=list)
    """For functions: what is assigned in them without being declared there and then."""
    outward: list[ir.Name] = field(default_factory=list)
    """Of that what functions inside assign that is not theirs."""


class Scopes:
    """The scopes that are open, innermost last."""

    def __init__(self) -> None:
        self.module = Scope(None)
        self.stack = [self.module]
        self.function = self.module
        """The innermost function."""
        self.block = self.module
        """The innermost scope."""
        self._given: dict[str, int] = {}

    def use(self, named: Named, text: str) -> None:
        """`named` stands for the variable called `text` here."""
        uses = self.block.uses
        if text in uses:
            uses[text].append(named)
        else:
            uses[text] = [named]

    def declare(self, text: str, *, whole: bool, function: bool = False) -> None:
        """A declaration: `whole` for the function's, else for the innermost block's."""
        scope = self.function if whole else self.block
        scope.declared.add(text)
        if function:
            scope.functions.add(text)

    def fresh(self, text: str) -> str:
        """A name that nothing in the file has, for `text`."""
        number = self._given[text] = self._given.get(text, 1) + 1
        return f"{text}#{number}"

    def open_block(self) -> None:
        """A block that declares something begins."""
        self.block = Scope(self.function)
        self.stack.append(self.block)

    def close_block(self) -> None:
        """It ends: its own names are set aside for its function, the others go outward."""
        scope = self.stack.pop()
        self.block = self.stack[-1]
        for name in sorted(scope.declared):
            self.function.bound.append(_Bound(name, scope.uses.pop(name, []), name in scope.functions))
        _merge(scope.uses.items(), self.block)

    def open_function(self) -> None:
        """A function begins, before its parameters."""
        self.block = self.function = Scope(None)
        self.stack.append(self.block)

    def close_function(self) -> tuple[frozenset[str], frozenset[str]]:
        """It ends. Gives its variables and what it mentions."""
        scope = self.stack.pop()
        variables = self._settle(scope)
        self.block = self.stack[-1]
        self.function = self.block.owner or self.block
        _merge(((name, uses) for name, uses in scope.uses.items() if name not in variables), self.block)
        self.function.mentions |= scope.mentions
        self.function.outward += [name for name in (*scope.assigned, *scope.outward) if name.id not in variables]
        return frozenset(variables), frozenset(scope.mentions)

    def close_module(self) -> frozenset[str]:
        """The file ends. Gives what it mentions."""
        self._settle(self.module)
        return frozenset(self.module.mentions)

    def _settle(self, scope: Scope) -> set[str]:
        """Rename the blocks' variables that clash. Gives the variables of the function."""
        variables = set(scope.declared)
        for bound in scope.bound:
            if bound.function and bound.name not in scope.declared:
                # Visible after its block, too: not a variable of the block's own.
                variables.add(bound.name)
                _merge([(bound.name, bound.uses)], scope)
        for bound in scope.bound:
            if bound.function and bound.name not in scope.declared:
                continue
            name = bound.name
            if name in variables or name in scope.uses:
                name = self.fresh(name)
                for named in bound.uses:
                    if isinstance(named, ir.Name):
                        named.id = name
                    else:
                        named.name = name
            variables.add(name)
        return variables


def _merge(uses: Iterable[tuple[str, list[Named]]], into: Scope) -> None:
    there = into.uses
    for name, found in uses:
        if name in there:
            there[name] += found
        else:
            there[name] = found
