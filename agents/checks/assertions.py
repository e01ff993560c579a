"""Tests as they stand in a file: where each begins and ends, how much it checks, and whether it is switched off.

Python by its tree; JavaScript and TypeScript by the blocks of `it` and `test`; Go, Java and Rust by their functions.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fusion.reading.comparison import lines_of
from fusion.syntax import language, python_tree, symbols
from fusion.syntax.tokens import Token, is_name, is_string, tokens

_ASSERTING = re.compile(
    r"_*(?:assert|expect|verif|check|ensure|should|fail|raises|warns|deprecated_call|must|throws|compare)", re.I
)
_WEAK_CALLS = frozenset({"assertTrue", "assertFalse", "assertIsNotNone", "assertIsNone", "assertIsInstance", "assertNotEqual"})
_CHECK_IN_TEXT = re.compile(r"^[ \t]*(?:assert\b|with[ \t]+(?:\w+\.)?raises\()", re.M)
_BLOCKS = frozenset({"it", "test", "specify", "xit", "xtest", "xspecify", "fit"})
_SCRIPTS = frozenset({"javascript", "typescript", "tsx"})
_GO_FAILURES = frozenset({"Error", "Errorf", "Fatal", "Fatalf", "Fail", "FailNow"})
_MARKS = {"java": re.compile(r"@(?:\w*Test)\b"), "rust": re.compile(r"#\[(?:\w+::)?(?:test|rstest)")}


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCase:
    """One test. `assertions` counts its checks, `exact` those that compare a value; `words` are the names it uses."""

    __test__ = False

    name: str
    line: int
    end_line: int
    assertions: int
    exact: int
    words: frozenset[str]
    text: str
    """Its source without layout, for telling a renamed test from a removed one."""
    many: bool = False
    """It runs over several parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFile:
    """The tests of one file by name, and the checks of the whole file, those in its helpers included."""

    __test__ = False

    cases: dict[str, TestCase]
    assertions: int
    exact: int


def test_file(path: str, text: str) -> TestFile:
    """The tests of a file; none for a language whose tests are not known."""
    name = language(path) or ""
    if name == "python":
        found = list(_python(text))
    elif name in _SCRIPTS:
        found = list(_script(name, text))
    elif name in ("go", "java", "rust"):
        found = list(_functions(name, path, text))
    else:
        found = []
    total = _totals(name, text)
    return TestFile(cases={case.name: case for case in found}, assertions=total[0], exact=total[1])


def asserting(name: str) -> bool:
    """Whether a function's name says that it checks something."""
    return _ASSERTING.match(name) is not None


def closings(found: Sequence[Token]) -> dict[int, int]:
    """For the index of each opening bracket, the index of the one that closes it; the last index where none does."""
    result: dict[int, int] = {}
    open_: list[int] = []
    for index, item in enumerate(found):
        if item.text in ("(", "[", "{"):
            open_.append(index)
        elif item.text in (")", "]", "}") and open_:
            result[open_.pop()] = index
    result.update((index, len(found) - 1) for index in open_)
    return result


def _python(text: str) -> Iterator[TestCase]:
    tree = python_tree.parse(text)
    if tree is None:
        return
    found = python_tree.functions(tree)
    helpers = _asserting_helpers(found)
    lines = lines_of(text)
    for name, node in found.items():
        if not _is_test(name, node, found):
            continue
        checks = [*_checks(node, helpers), *_checks_in_texts(node)]
        words = {item.id for item in python_tree.walk(node) if isinstance(item, ast.Name)}
        words |= {item.arg for item in python_tree.walk(node) if isinstance(item, ast.keyword) and item.arg}
        words |= {item.attr for item in python_tree.walk(node) if isinstance(item, ast.Attribute)}
        yield TestCase(
            name=name,
            line=node.lineno,
            end_line=node.end_lineno or node.lineno,
            assertions=len(checks),
            exact=sum(checks),
            words=frozenset(words),
            text="".join("".join(lines[node.lineno : node.end_lineno]).split()),
            many=any("parametrize" in python_tree.dotted(getattr(item, "func", item)) for item in node.decorator_list),
        )


def _is_test(name: str, node: python_tree.Function, found: dict[str, python_tree.Function]) -> bool:
    """Whether pytest or unittest would run it: by name, no fixture, and not inside of another function."""
    owner = name.rpartition(".")[0]
    while owner:
        if owner in found:
            return False
        owner = owner.rpartition(".")[0]
    marks = (python_tree.dotted(getattr(item, "func", item)) for item in node.decorator_list)
    return node.name.startswith("test") and not any(mark.rpartition(".")[2] == "fixture" for mark in marks)


def _checks_in_texts(node: ast.AST) -> Iterator[bool]:
    """Checks in code that the test hands to another interpreter as text."""
    for item in python_tree.walk(node):
        if isinstance(item, ast.Constant) and isinstance(item.value, str) and "\n" in item.value:
            yield from (True for _ in _CHECK_IN_TEXT.finditer(item.value))


def _asserting_helpers(found: dict[str, python_tree.Function]) -> frozenset[str]:
    """Simple names of functions in the file that check something, themselves or through one another."""
    calls = {
        node.name: {
            python_tree.dotted(item.func).rpartition(".")[2] for item in python_tree.walk(node) if isinstance(item, ast.Call)
        }
        for node in found.values()
    }
    helpers = {node.name for node in found.values() if any(True for _ in _checks(node, frozenset()))}
    for _ in range(5):
        more = {name for name, called in calls.items() if called & helpers}
        if more <= helpers:
            break
        helpers |= more
    return frozenset(helpers)


def _checks(node: ast.AST, helpers: frozenset[str]) -> Iterator[bool]:
    """One item per check: whether it compares a value."""
    for item in python_tree.walk(node):
        if isinstance(item, ast.Assert):
            yield isinstance(item.test, ast.Compare) and not (
                len(item.test.comparators) == 1 and python_tree.literal(item.test.comparators[0]) == "None"
            )
        elif isinstance(item, ast.Call):
            name = item.func.attr if isinstance(item.func, ast.Attribute) else getattr(item.func, "id", "")
            if asserting(name) or name in helpers:
                yield name not in _WEAK_CALLS


def _script(name: str, text: str) -> Iterator[TestCase]:
    found = tokens(name, text)
    helpers = _script_helpers(name, text)
    ends = closings(found)
    end = -1
    for index, item in enumerate(found):
        if index < end or item.text not in _BLOCKS or (index and found[index - 1].text in (".", "?.")):
            continue
        cursor = index + 1
        many = False
        while cursor + 1 < len(found) and found[cursor].text == ".":
            many = many or found[cursor + 1].text == "each"
            cursor += 2
        if many and cursor < len(found):
            cursor = ends.get(cursor, cursor) + 1
        if cursor + 1 >= len(found) or found[cursor].text != "(" or not is_string(found[cursor + 1].text):
            continue
        end = ends[cursor]
        body = found[cursor + 2 : end]
        checks = [
            word.text
            for place, word in enumerate(body)
            if is_name(word.text)
            and (asserting(word.text) or word.text in helpers or (word.text in _MEMBER_CHECKS and body[place - 1].text == "."))
        ]
        yield TestCase(
            name=found[cursor + 1].text.strip("\"'`"),
            line=item.line,
            end_line=found[end].line,
            assertions=len(checks),
            exact=len(checks) - sum(word.text in _WEAK_MATCHERS for word in body),
            words=frozenset(word.text for word in body if is_name(word.text)),
            text="".join(word.text for word in body),
            many=many,
        )


_MEMBER_CHECKS = frozenset(
    {
        *("equal", "equals", "notEqual", "strictEqual", "deepEqual", "deepStrictEqual", "notDeepEqual", "same", "notSame"),
        *("strictSame", "strictNotSame", "looseEqual", "match", "notMatch", "doesNotMatch", "like", "is", "not", "ok", "notOk"),
        *("true", "false", "truthy", "falsy", "error", "pass", "fail", "has", "hasStrict", "type", "rejects", "resolves"),
        *("throws", "doesNotThrow", "snapshot", "matchSnapshot", "matchObject", "ifError", "resolveMatch"),
    }
)
"""Checks of runners whose test gets an object to check with: tap, ava, node's own."""
_WEAK_MATCHERS = frozenset({"toBeTruthy", "toBeDefined", "toBeFalsy", "ok", "toBeNull", "exist"})


def _script_helpers(name: str, text: str) -> frozenset[str]:
    lines = lines_of(text)
    return frozenset(
        symbol.name.rpartition(".")[2]
        for symbol in symbols(f"a.{_EXTENSIONS[name]}", text)
        if any(asserting(item.text) for item in tokens(name, "\n".join(lines[symbol.line - 1 : symbol.end_line])))
    )


_EXTENSIONS = {"javascript": "js", "typescript": "ts", "tsx": "tsx"}


def _functions(name: str, path: str, text: str) -> Iterator[TestCase]:
    lines = lines_of(text)
    for symbol in symbols(path, text):
        simple = symbol.name.rpartition(".")[2]
        if symbol.kind not in ("function", "method"):
            continue
        source = "\n".join(lines[symbol.line - 1 : symbol.end_line])
        before = "\n".join(lines[max(symbol.line - 4, 0) : symbol.line])
        if not (re.match(r"Test[A-Z_]|Test$", simple) if name == "go" else _MARKS[name].search(f"{before}\n{source}"[:2_000])):
            continue
        found = tokens(name, source)
        yield TestCase(
            name=symbol.name,
            line=symbol.line,
            end_line=symbol.end_line,
            assertions=_count(name, found),
            exact=0,
            words=frozenset(item.text for item in found if is_name(item.text)),
            text="".join(item.text for item in found[1:]),
        )


def _count(name: str, found: Sequence[Token]) -> int:
    texts = [item.text for item in found]
    if name == "go":
        return sum(text in _GO_FAILURES or text in ("assert", "require") or asserting(text) for text in texts)
    if name == "rust":
        return sum(asserting(text) or text in ("unwrap", "panic", "unwrap_err", "should_panic") for text in texts)
    return sum(asserting(text) for text in texts)


def _totals(name: str, text: str) -> tuple[int, int]:
    if name == "python":
        tree = python_tree.parse(text)
        checks = list(_checks(tree, frozenset())) if tree is not None else []
        return len(checks), sum(checks)
    found = tokens(name, text)
    checks_found = _count(name, found)
    return checks_found, checks_found - sum(item.text in _WEAK_MATCHERS for item in found)
