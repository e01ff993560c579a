"""Tests that the change switches off, focuses, or makes unable to fail."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from agents.checks.assertions import closings
from fusion.changes.roles import is_test_code
from fusion.model import Category, Confidence, Severity
from fusion.reading.comparison import Comparison
from fusion.reading.observation import Observation, at
from fusion.syntax import language, python_tree
from fusion.syntax.tokens import Token, is_string, tokens

_SCRIPTS = frozenset({"javascript", "typescript", "tsx"})
_SUITES = frozenset({"it", "test", "describe", "context", "suite", "specify"})
_SKIPPING = frozenset({"xit", "xtest", "xdescribe", "xcontext", "xspecify"})
_FOCUSING = frozenset({"fit", "fdescribe", "fcontext"})
_SKIP_MARKS = re.compile(r"(?:pytest\.mark\.skip|mark\.skip|unittest\.skip|skip)")
_XFAIL_MARKS = re.compile(r"(?:pytest\.)?mark\.xfail|unittest\.expectedFailure|expectedFailure")
_LINES = {
    "java": re.compile(r"^\s*@(?:Disabled|Ignore)\b"),
    "rust": re.compile(r"^\s*#\[ignore\b"),
    "go": re.compile(r"^\tt\.(?:Skip|Skipf|SkipNow)\("),
    "ruby": re.compile(r"^\s*(?:xit|xdescribe|xcontext|xspecify)\b\s*[\"'(]"),
}
_TRUE = {(".", matcher, "(", "true") for matcher in ("toBe", "toEqual", "toStrictEqual")}
_RUBY_FOCUS = re.compile(r"^\s*(?:fit|fdescribe|fcontext)\b\s*[\"'(]")


def switched_off(item: Comparison) -> Iterator[Observation]:
    """Tests of one file that are skipped, expected to fail or focused on an added line."""
    if not is_test_code(item.path):
        return
    name = language(item.path)
    if name == "python":
        for line, expected in _python_skips(item):
            yield _skipped(item.path, line, expected_failure=expected)
    elif name in _SCRIPTS:
        found = tokens(name, item.after)
        for index, token in enumerate(found):
            if token.line in item.added:
                kind = _script_switch(found, index)
                if kind:
                    yield _focused(item.path, token.line) if kind == "focus" else _skipped(item.path, token.line)
    elif name in _LINES:
        for line in sorted(item.added):
            text = item.after_lines[line - 1][:300] if line <= len(item.after_lines) else ""
            if _LINES[name].search(text):
                yield _skipped(item.path, line)
            elif name == "ruby" and _RUBY_FOCUS.search(text):
                yield _focused(item.path, line)


def vacuous(item: Comparison) -> Iterator[Observation]:
    """Assertions on added lines that hold whatever the code does."""
    name = language(item.path)
    lines: Iterator[int]
    if name == "python" and is_test_code(item.path):
        tree = python_tree.parse(item.after)
        lines = _always_true_python(tree) if tree is not None else iter(())
    elif name in _SCRIPTS and is_test_code(item.path):
        lines = _always_true_script(tokens(name, item.after))
    else:
        return
    for line in sorted(set(lines) & item.added):
        yield Observation(
            rule="tests/vacuous-assertion",
            family="test-weakness",
            category=Category.TESTS,
            title="This assertion is always true",
            body="It passes whatever the code does, so it guards nothing. Assert on what the code returns or changes.",
            severity=Severity.MEDIUM,
            confidence=Confidence.CERTAIN,
            location=at(item.path, line),
        )


def _python_skips(item: Comparison) -> Iterator[tuple[int, bool]]:
    tree = python_tree.parse(item.after)
    if tree is None or not any(word in item.after for word in ("skip", "xfail", "expectedFailure")):
        return
    for node in (*python_tree.functions(tree).values(), *python_tree.classes(tree).values()):
        for decorator in node.decorator_list:
            mark = python_tree.dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
            # A mark with a condition speaks of a platform, not of the test.
            if isinstance(decorator, ast.Call) and decorator.args and mark.endswith("xfail"):
                continue
            expected = _XFAIL_MARKS.fullmatch(mark) is not None
            if (expected or _SKIP_MARKS.fullmatch(mark)) and decorator.lineno in item.added:
                yield decorator.lineno, expected
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            # Below an `if` it is a condition of the platform; as a statement of the body it always skips.
            for stmt in node.body:
                call = stmt.value if isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Call) else None
                if call and python_tree.dotted(call.func) in ("pytest.skip", "self.skipTest") and stmt.lineno in item.added:
                    yield stmt.lineno, False
    for stmt in tree.body:
        if isinstance(stmt, ast.Assign) and python_tree.dotted(stmt.targets[0]) == "pytestmark" and stmt.lineno in item.added:
            value = stmt.value.func if isinstance(stmt.value, ast.Call) else stmt.value
            if _SKIP_MARKS.fullmatch(python_tree.dotted(value)):
                yield stmt.lineno, False


def _script_switch(found: Sequence[Token], index: int) -> str:
    text = found[index].text
    following = [token.text for token in found[index + 1 : index + 4]]
    if index and found[index - 1].text in (".", "?."):
        return ""
    if text in _SUITES and following[:1] == ["."] and following[2:3] in (["("], ["."]):
        return {"skip": "skip", "only": "focus"}.get(following[1], "")
    if following[:1] == ["("] and len(following) > 1 and is_string(following[1]):
        return "skip" if text in _SKIPPING else "focus" if text in _FOCUSING else ""
    return ""


def _always_true_python(tree: ast.Module) -> Iterator[int]:
    for node in python_tree.walk(tree):
        if isinstance(node, ast.Assert | ast.Call) and _always_true(node):
            yield node.lineno


def _always_true(node: ast.Assert | ast.Call) -> bool:
    if isinstance(node, ast.Assert):
        test = node.test
        if isinstance(test, ast.Tuple):
            return bool(test.elts)
        return isinstance(test, ast.Constant) and bool(test.value)
    if python_tree.dotted(node.func) == "self.assertTrue" and node.args:
        return isinstance(node.args[0], ast.Constant) and bool(node.args[0].value)
    return False


def _always_true_script(found: Sequence[Token]) -> Iterator[int]:
    ends = closings(found)
    for index, token in enumerate(found):
        if token.text != "expect" or index + 1 not in ends or found[index + 1].text != "(":
            continue
        end = ends[index + 1]
        if end == index + 3 and found[index + 2].text == "true":
            matcher = tuple(item.text for item in found[end + 1 : end + 5])
            if matcher in _TRUE or matcher[:2] == (".", "toBeTruthy"):
                yield token.line


def _skipped(path: str, line: int, *, expected_failure: bool = False) -> Observation:
    return Observation(
        rule="tests/expected-failure" if expected_failure else "tests/skipped",
        family="disabled-test",
        category=Category.TESTS,
        title="A test is now expected to fail" if expected_failure else "A test is switched off",
        body="What it guards can break from here on without anyone being told. "
        "Mend it, or say beside it why it is off and what must happen before it is on again.",
        severity=Severity.LOW if expected_failure else Severity.MEDIUM,
        confidence=Confidence.CERTAIN,
        location=at(path, line),
    )


def _focused(path: str, line: int) -> Observation:
    return Observation(
        rule="tests/focused",
        family="focused-test",
        category=Category.TESTS,
        title="Only this test would run",
        body="The other tests are skipped because of the focus, and the run still shows success. Remove the focus.",
        severity=Severity.MEDIUM,
        confidence=Confidence.CERTAIN,
        location=at(path, line),
    )
