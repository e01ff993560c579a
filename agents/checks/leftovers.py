"""What is left in by oversight: the markers of an unfinished merge, and calls that stop the program in a debugger."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from fusion.changes.roles import is_document, is_test
from fusion.model import Category, Confidence, Severity
from fusion.reading.comparison import Comparison
from fusion.reading.observation import Observation, at
from fusion.syntax import language, python_tree

_OPENING, _MIDDLE, _CLOSING = re.compile(r"<{7}(?: |$)"), re.compile(r"={7}$"), re.compile(r">{7}(?: |$)")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_STOPPERS = frozenset(
    {f"{module}.set_trace" for module in ("pdb", "ipdb", "pudb", "rpdb", "wdb", "celery.contrib.rdb")}
    | {"breakpoint", "pdb.post_mortem", "IPython.embed", "debugpy.breakpoint", "pudb.set_trace"}
)
_STOPPING_LINES = {
    "javascript": re.compile(r"(?:^|[;{}])\s*debugger\s*(?:;|\}|//|$)"),
    "ruby": re.compile(r"^\s*(?:binding\.(?:pry|irb)|byebug|debugger)\s*(?:#.*)?$"),
}
_STOPPING_LINES |= dict.fromkeys(("typescript", "tsx"), _STOPPING_LINES["javascript"])


def conflict_markers(item: Comparison) -> Iterator[Observation]:
    """A whole set of merge markers, in order, of which the change brought at least one."""
    start = middle = 0
    fenced = False
    lines = item.after_lines
    for number, line in enumerate(lines, start=1):
        if is_document(item.path) and _FENCE.match(line):
            fenced = not fenced
        if fenced or line[:1] not in "<=>":
            continue
        if _OPENING.match(line):
            start, middle = number, 0
        elif start and _MIDDLE.match(line):
            middle = number
        elif middle and _CLOSING.match(line):
            markers, start, middle = (start, middle, number), 0, 0
            if item.added.isdisjoint(markers) or _in_string(item, markers[0]):
                continue
            yield Observation(
                rule="code/conflict-marker",
                family="conflict-marker",
                category=Category.CORRECTNESS,
                title="A merge conflict was committed unresolved",
                body="Both versions and the markers between them are in the file, so it cannot be what either side meant. "
                "Keep the right version and delete the three marker lines.",
                severity=Severity.HIGH,
                confidence=Confidence.LIKELY if is_test(item.path) else Confidence.CERTAIN,
                location=at(item.path, markers[0], number),
            )


def debugger_stops(item: Comparison) -> Iterator[Observation]:
    """Added statements that halt the program and wait for a person."""
    name = language(item.path)
    if name == "python":
        lines = _python_stops(item)
    elif name in _STOPPING_LINES:
        pattern = _STOPPING_LINES[name]
        lines = (number for number in sorted(item.added) if pattern.search(_line(item, number)[:500]))
    else:
        return
    for number in lines:
        yield Observation(
            rule="code/debugger-left",
            family="debug-leftover",
            category=Category.CORRECTNESS,
            title="A debugger stop was left in",
            body="When this line is reached the program halts and waits for someone at a keyboard; a server hangs. Delete it.",
            severity=Severity.LOW if is_test(item.path) else Severity.MEDIUM,
            confidence=Confidence.CERTAIN,
            location=at(item.path, number),
            cwe=(489,),
        )


def _python_stops(item: Comparison) -> Iterator[int]:
    if not any(word in item.after for word in ("breakpoint", "set_trace", "post_mortem", "embed")):
        return
    tree = python_tree.parse(item.after)
    if tree is None or any(
        isinstance(node, ast.FunctionDef) and node.name == "breakpoint" for node in ast.iter_child_nodes(tree)
    ):
        return
    for node in python_tree.walk(tree):
        if (
            isinstance(node, ast.Expr)
            and node.lineno in item.added
            and isinstance(node.value, ast.Call)
            and python_tree.dotted(node.value.func) in _STOPPERS
        ):
            yield node.lineno


def _in_string(item: Comparison, line: int) -> bool:
    """Whether the file is Python that parses: then its markers can only stand inside a string."""
    return language(item.path) == "python" and python_tree.parses(item.after) and line <= len(item.after_lines)


def _line(item: Comparison, number: int) -> str:
    return item.after_lines[number - 1] if number <= len(item.after_lines) else ""
