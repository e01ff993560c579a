"""Which texts a regular expression matches, as an automaton over the whole text, not only over the part that matches.

Two automata are made of a pattern. The *generous* one accepts every text in which the pattern matches, and perhaps others: what
it cannot do, a matching text cannot hold. The *strict* one accepts only texts in which it surely matches: what it accepts
wherever it stands, a text that does not match cannot hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from fusion.dataflow.patterns.charsets import EVERY, Chars, bit
from fusion.dataflow.patterns.nodes import At, Choice, Look, Node, Odd, Repeat, Sequence, Unsupported

Mode = Literal["match", "fullmatch", "search"]

MAX_STATES = 1200
MAX_COPIES = 64
_NEWLINE = bit("\n")


class Graph:
    """States with edges: free ones, ones that a place in the text opens, and ones that take a character."""

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.free: list[list[int]] = []
        self.places: list[list[tuple[str, int]]] = []
        self.takes: list[list[tuple[int, int]]] = []

    def state(self) -> int:
        """A new state. Raises Unsupported when there are too many."""
        if len(self.free) >= MAX_STATES:
            raise Unsupported("too large")
        self.free.append([])
        self.places.append([])
        self.takes.append([])
        return len(self.free) - 1

    def add(self, node: Node, begin: int) -> int:
        """Append what the node matches to a state; the state in which it ends."""
        end = self.state()
        match node:
            case Chars():
                mask = node.must if self.strict else node.may
                if mask:
                    self.takes[begin].append((mask, end))
            case Sequence():
                state = begin
                for item in node.items:
                    state = self.add(item, state)
                self.free[state].append(end)
            case Choice():
                for branch in node.branches:
                    self.free[self.add(branch, begin)].append(end)
            case Repeat():
                self._repeat(node, begin, end)
            case At():
                self._place(node, begin, end)
            case Look():
                if not self.strict:
                    self.free[begin].append(end)
            case Odd():
                if not self.strict:
                    self.free[self.anything(begin)].append(end)
        return end

    def anything(self, begin: int) -> int:
        """Append any text to a state."""
        loop = self.state()
        self.free[begin].append(loop)
        self.takes[loop].append((EVERY, loop))
        return loop

    def _place(self, node: At, begin: int, end: int) -> None:
        if node.place != "boundary":
            self.places[begin].append((node.place, end))
        elif not self.strict:
            self.free[begin].append(end)

    def _repeat(self, node: Repeat, begin: int, end: int) -> None:
        if self.strict and node.settled:
            return
        if max(node.least, node.most or 0) > MAX_COPIES:
            if not self.strict:
                self._loop(node.item, begin, end, once=node.least > 0)
            return
        state = begin
        for _ in range(node.least):
            state = self.add(node.item, state)
        if node.most is None:
            self._loop(node.item, state, end, once=False)
            return
        for _ in range(node.most - node.least):
            self.free[state].append(end)
            state = self.add(node.item, state)
        self.free[state].append(end)

    def _loop(self, item: Node, begin: int, end: int, *, once: bool) -> None:
        if isinstance(item, Chars) and not once:
            # A loop on one state, so that it is seen to take any text.
            loop = self.state()
            self.free[begin].append(loop)
            mask = item.must if self.strict else item.may
            if mask:
                self.takes[loop].append((mask, loop))
            self.free[loop].append(end)
            return
        first = self.state()
        self.free[begin].append(first)
        last = self.add(item, first)
        self.free[last] += (first, end)
        if not once:
            self.free[first].append(end)

    def closure(self, states: Iterable[int], *opened: str) -> set[int]:
        """All states that free edges, and those of the opened places, lead to."""
        found = set(states)
        open_ = list(found)
        while open_:
            state = open_.pop()
            further = list(self.free[state])
            further += [target for place, target in self.places[state] if place in opened]
            for target in further:
                if target not in found:
                    found.add(target)
                    open_.append(target)
        return found

    def step(self, states: Iterable[int], taken: int) -> set[int]:
        """The states after one character, without free edges."""
        return {target for state in states for mask, target in self.takes[state] if mask & taken == taken}


def whole(node: Node, mode: Mode, *, strict: bool) -> tuple[Graph, int, int]:
    """The automaton of the texts in which the pattern matches, its first and its last state. Raises Unsupported."""
    graph = Graph(strict=strict)
    first = graph.state()
    state = graph.anything(first) if mode == "search" else first
    last = graph.add(node, state)
    return graph, first, last if mode == "fullmatch" else graph.anything(last)


class Generous:
    """The texts in which a pattern may match. `possible` is false when there is none."""

    def __init__(self, node: Node, mode: Mode) -> None:
        graph, first, last = whole(node, mode, strict=False)
        # A configuration is a state, what precedes (0: nothing, 1: a line end, 2: else) and what has to follow
        # (0: anything, 1: the end, 2: the end or a line end).
        numbers: dict[tuple[int, int, int], int] = {}
        free: list[list[int]] = []
        takes: list[list[tuple[int, int]]] = []
        open_: list[tuple[int, int, int]] = []

        def number(configuration: tuple[int, int, int]) -> int:
            found = numbers.get(configuration)
            if found is None:
                found = numbers[configuration] = len(numbers)
                free.append([])
                takes.append([])
                open_.append(configuration)
            return found

        number((first, 0, 0))
        while open_:
            state, before, after = configuration = open_.pop()
            here = numbers[configuration]
            free[here] += [number((target, before, after)) for target in graph.free[state]]
            for place, target in graph.places[state]:
                if place == "end":
                    free[here].append(number((target, before, 1)))
                elif place == "$":
                    free[here].append(number((target, before, after or 2)))
                elif before == 0 or (place == "^" and before == 1):
                    free[here].append(number((target, before, after)))
            for mask, target in graph.takes[state]:
                line_end, else_ = mask & _NEWLINE, mask & ~_NEWLINE if after == 0 else 0
                if line_end and after != 1:
                    takes[here].append((line_end, number((target, 1, 0))))
                if else_:
                    takes[here].append((else_, number((target, 2, 0))))
        self._free = free
        self._takes = takes
        accepting = [found for (state, _, _), found in numbers.items() if state == last]
        self._live = self._leading_to(accepting)
        self._accepting = frozenset(accepting)
        self._first = self._closure({0})
        self.possible = bool(self._first)

    def _leading_to(self, accepting: list[int]) -> set[int]:
        back: list[list[int]] = [[] for _ in self._free]
        for state, targets in enumerate(self._free):
            for target in targets:
                back[target].append(state)
            for _, target in self._takes[state]:
                back[target].append(state)
        found = set(accepting)
        open_ = list(found)
        while open_:
            for state in back[open_.pop()]:
                if state not in found:
                    found.add(state)
                    open_.append(state)
        return found

    def _closure(self, states: Iterable[int]) -> set[int]:
        found = {state for state in states if state in self._live}
        open_ = list(found)
        while open_:
            for target in self._free[open_.pop()]:
                if target in self._live and target not in found:
                    found.add(target)
                    open_.append(target)
        return found

    def _after(self, states: Iterable[int], text: str) -> set[int]:
        current = set(states)
        for character in text:
            taken = bit(character)
            current = self._closure({target for state in current for mask, target in self._takes[state] if mask & taken})
            if not current:
                break
        return current

    def characters(self) -> int:
        """The mask of all characters that may occur."""
        found = 0
        for state in self._live:
            for mask, target in self._takes[state]:
                if target in self._live:
                    found |= mask
        return found

    def may_hold(self, text: str) -> bool:
        """Whether the text may occur somewhere."""
        return bool(self._after(self._live, text))

    def may_begin(self, text: str) -> bool:
        """Whether it may begin so."""
        return bool(self._after(self._first, text))

    def may_be_empty(self) -> bool:
        """Whether the empty text may match."""
        return bool(self._first & self._accepting)

    def start(self, longest: int = 200) -> str:
        """The text with which all begin."""
        found = ""
        current = self._first
        while current and not current & self._accepting and len(found) < longest:
            mask = 0
            for state in current:
                for taken, target in self._takes[state]:
                    if target in self._live:
                        mask |= taken
            if mask.bit_count() != 1 or mask > EVERY >> 1:
                break
            found += chr(mask.bit_length() - 1)
            current = self._after(current, found[-1])
        return found


class Strict:
    """The texts in which a pattern surely matches, among those made of the characters of `alphabet`.

    `begins`: where the pattern is tried first is the start of the text.
    """

    def __init__(self, node: Node, mode: Mode, alphabet: int = EVERY, *, begins: bool = True) -> None:
        self._graph, first, self._last = whole(node, mode, strict=True)
        self._alphabet = alphabet
        self._begin = self._graph.closure({first}, *(("start", "^") if begins else ()))
        # States that any text before may have left unchanged.
        self._within = self._graph.closure(state for state in self._begin if self._stays(state))

    def _stays(self, state: int) -> bool:
        return any(
            mask & self._alphabet == self._alphabet and state in self._graph.closure({target})
            for mask, target in self._graph.takes[state]
        )

    def _surely(self, states: set[int], text: str) -> bool:
        for character in text:
            states = self._graph.closure(self._graph.step(states, bit(character)))
        return any(self._stays(state) and self._last in self._graph.closure({state}) for state in states)

    def wherever(self, text: str) -> bool:
        """Whether every text with this in it matches."""
        return self._surely(self._within, text)

    def at_start(self, text: str) -> bool:
        """Whether every text that begins so matches."""
        return self._surely(self._begin, text)

    def exactly(self, text: str) -> bool:
        """Whether the text matches, with nothing before it or behind."""
        states = self._begin
        for character in text:
            states = self._graph.closure(self._graph.step(states, bit(character)))
        return self._last in self._graph.closure(states, "end", "$")


class Part:
    """Whether a pattern surely matches a part of a text, wherever the text stands."""

    def __init__(self, node: Node) -> None:
        self._graph = Graph(strict=True)
        self._first = self._graph.state()
        self._last = self._graph.add(node, self._first)

    def matches(self, text: str) -> bool:
        """Whether it matches at some character of the text, within it."""
        current: set[int] = set()
        for character in text:
            current = self._graph.closure(self._graph.step(self._graph.closure(current | {self._first}), bit(character)))
            if self._last in current:
                return True
        return False
