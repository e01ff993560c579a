"""Files that the Python front end refuses, with the reason that a person reads, and hostile ones that it survives."""

from __future__ import annotations

import ast
import sys
import time
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.dataflow import ir
from fusion.dataflow.frontends.python.expressions import MOST_ITEMS
from fusion.dataflow.frontends.python.front import lower
from fusion.dataflow.frontends.python.lowering import DEEPEST
from fusion.dataflow.frontends.python.source import MAX_BYTES, MAX_TOKENS
from tests.fakes.ir import show

SOURCES = [
    chunk
    for path in sorted(Path(ir.__file__).parents[1].glob("frontends/python/*.py"))
    for chunk in path.read_bytes().split(b"\n\n\n")
]


def refusal(data: str | bytes, path: str = "a.py") -> str:
    with pytest.raises(ir.NotAnalysed) as caught:
        lower(path, data.encode() if isinstance(data, str) else data)
    return str(caught.value)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a = 1\nprint 'a'\n", 2),
        ("print a, b", 1),
        ("try:\n  a\nexcept A, e:\n  print e\n", 4 if sys.version_info >= (3, 14) else 3),
        ("a = `b`", 1),
        ("exec 'a'", 1),
        ("raise A, 'b'", 1),
        ("a = 0777", 1),
        ("a = 10L", 1),
        ("a = ur'b'", 1),
        ("if a <> b: pass", 1),
    ],
)
def test_python_2(source: str, line: int) -> None:
    assert refusal(source).startswith(f"line {line} does not parse as Python 3 and looks like Python 2: ")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("a = 1\nb = f(a,\n  c", "line 2 does not parse as Python: '(' was never closed"),
        ("def f():\n", "line 1 does not parse as Python: expected an indented block after function definition on line 1"),
        ("a = '''b\nc\n", "line 1 does not parse as Python: unterminated triple-quoted string literal"),
        ("a\n  b", "line 2 does not parse as Python: unexpected indent"),
        ("a = b c", "line 1 does not parse as Python: invalid syntax"),
        ("a = " + "9" * 5_000, "line 1 does not parse as Python: Exceeds the limit"),
    ],
)
def test_broken_files(source: str, reason: str) -> None:
    assert refusal(source).startswith(reason)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a\nb = '\0'", "line 2 holds a null byte, which no Python source can"),
        ("a = 1".encode("utf-16"), "line 1 holds a null byte, which no Python source can"),
        (b"a = '\xe9'", "line 1 is not utf-8, the file's encoding"),
        (b"a\nb\nc = '\xe9'", "line 3 is not utf-8, the file's encoding"),
        (b"# coding: klingon\na", "line 1 declares the encoding klingon, which is unknown or contradicts the file's mark"),
        (
            b"\xef\xbb\xbf# coding: latin-1\na",
            "line 1 declares the encoding latin-1, which is unknown or contradicts the file's mark",
        ),
        (b"# coding: ascii\na = '\xe9'", "line 2 is not ascii, the file's encoding"),
        (b"# coding: punycode\na", "declares the encoding punycode, which is not read"),
        (b"# coding: unicode_escape\na", "declares the encoding unicode_escape, which is not read"),
        (b"# coding: rot13\na", "declares the encoding rot13, which is not read"),
        (b"a\n" * (MAX_BYTES // 2 + 1), "larger than 2,000,000 bytes"),
        (b"a\n" * (MAX_TOKENS // 2 + 1), "more than 300,000 words and signs, too large for one syntax tree"),
    ],
)
def test_files_that_are_no_source(data: bytes, reason: str) -> None:
    assert refusal(data) == reason


def test_stubs_and_notebooks_are_not_read() -> None:
    assert refusal("def f(a: int) -> str: ...", "pkg/a.pyi") == "a type stub holds no code"
    assert refusal('{"cells": []}', "a.ipynb").startswith("a notebook ")


@pytest.mark.parametrize(
    "source",
    [
        "a = b" + ".c" * 1_000,
        "a = b" + ".c()" * 400,
        "a = " + "-" * 1_000 + "b",
        "a = " + "not " * 1_000 + "b",
        "a = " + "b if c else " * 1_000 + "d",
        "a = " + "lambda: " * 500 + "b",
        "a = " + "b ** " * 1_000 + "c",
        "with " + ", ".join(["a"] * 1_000) + ": pass",
    ],
)
def test_nesting_too_deep_to_follow(source: str) -> None:
    assert refusal("first\n" + source) == f"line 2 nests more than {DEEPEST} levels deep"


@pytest.mark.parametrize(
    "source",
    ["a = " + "-" * 60_000 + "b", "a = " + "+".join(["b"] * 140_000), "a = " + "lambda: " * 60_000 + "b"],
)
def test_nesting_too_deep_to_parse(source: str) -> None:
    assert refusal("first\n" + source) == "nests too deeply for Python's parser; the longest line is line 2"


def test_brackets_too_deep_to_parse() -> None:
    assert refusal("a = " + "(" * 1_000) == "line 1 does not parse as Python: too many nested parentheses"


def test_a_deep_stack_below_is_no_crash() -> None:
    def under(frames: int) -> str:
        return under(frames - 1) if frames else refusal("first\na = " + "[" * 150 + "]" * 150)

    with pytest.raises(RecursionError):
        under(sys.getrecursionlimit())
    depth = sys.getrecursionlimit() - 400
    assert under(depth) == "line 2 nests too deeply"


def test_long_sums_lean_left() -> None:
    terms = 2_500
    module = lower("a.py", ("a = " + " + ".join(f"b{number}" for number in range(terms))).encode())
    node, count = module.body[0].value, 1  # type: ignore[attr-defined]
    while isinstance(node, ir.Binary):
        node, count = node.left, count + 1
    assert (node.id, count) == ("b0", terms)
    assert show(module).count("+") == terms - 1


def test_long_chains_of_elif() -> None:
    module = lower("a.py", ("if a: pass\n" + "elif b: c\n" * 900 + "else: d").encode())
    node, count = module.body[0], 0
    while isinstance(node, ir.If) and node.other and isinstance(node.other[0], ir.If):
        node, count = node.other[0], count + 1
    assert count == 900


def test_a_large_display_is_cut_to_what_is_no_literal() -> None:
    items = MOST_ITEMS + 1
    module = lower("a.py", f"a = [{'1, ' * items} b]\nc = {{{'d: 1, ' * items}}}\ne = [{'1, ' * MOST_ITEMS}]".encode())
    first, second, third = [statement.value for statement in module.body]  # type: ignore[attr-defined]
    assert isinstance(first, ir.Opaque)
    assert [part.id for part in first.parts] == ["b"]  # type: ignore[attr-defined]
    assert len(second.parts) == items
    assert isinstance(third, ir.Series)
    assert module.cut == [(node.span, "more than 5,000 items in one display") for node in (first, second)]


def test_numbers_too_long_to_fold() -> None:
    assert show(lower("a.py", b"a = 0x" + b"f" * 5_000)) == "a = opaque()"


def test_warnings_of_the_parser_are_neither_said_nor_errors() -> None:
    filters = list(warnings.filters)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert show(lower("a.py", rb"a = '\d' if 1else 2")) == r"a = ('\\d' if 1 else 2)"
    assert said == []
    assert warnings.filters == filters


@pytest.mark.parametrize(
    "source",
    [
        "a = f'" + "{b}" * 60_000 + "'",
        "a = [" + "'\u00e9', " * 50_000 + "b]",
        "@a\n" * 90_000 + "def f(): pass",
        "a = " * 90_000 + "b",
        "a;" * 140_000,
        "match a:\n" + " case [b, {'c': d}, E(f=g)]: pass\n" * 12_000,
        "a = " + "lambda: " * 150 + "(" + "+".join(f"b{number}" for number in range(2_000)) + ")",
        "".join(" " * depth + f"def f{depth}(a):\n" for depth in range(90)) + " " * 90 + "pass",
    ],
)
def test_time_is_in_proportion_to_size(source: str) -> None:
    begun = time.process_time()
    lower("a.py", source.encode())
    # Ordinary code takes a tenth of it; what is quadratic takes minutes.
    assert time.process_time() - begun < 8


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_are_lowered_or_refused(data: bytes) -> None:
    survives(data)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SOURCES), st.data())
def test_mutated_sources_are_lowered_or_refused(taken: bytes, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(taken)))
        piece = data.draw(
            st.sampled_from([b"", b"(", b"]", b":", b"\n", b"\r", b"'", b'f"{', b"\xff", "\u00e9".encode(), b"lambda ", b"*"])
        )
        taken = taken[:place] + piece + taken[place + data.draw(st.integers(0, 3)) :]
    survives(taken)


def survives(data: bytes) -> None:
    """Lowered to what can be shown, or refused with a reason."""
    try:
        module = lower("a.py", data)
    except ir.NotAnalysed as caught:
        reason = str(caught)
    else:
        reason = ""
        spans_lie_in_the_text(module)
        show(module)
    assert reason.isprintable()


def spans_lie_in_the_text(module: ir.Module) -> None:
    for statement in module.body:
        line, column, end_line, end_column = statement.span
        assert 1 <= line <= end_line <= len(module.lines)
        assert 1 <= column <= len(module.lines[line - 1])
        assert end_column <= len(module.lines[end_line - 1]) + 1


@pytest.mark.slow
def test_the_standard_library_is_lowered() -> None:
    """Every third file; its functions are those that the tree has."""
    lowered = 0
    apart = {"site-packages", "test", "tests", "lib2to3"}
    files = [path for path in sorted(Path(ast.__file__).parent.rglob("*.py")) if not apart & {*path.parts}]
    for path in files[::3]:
        data = path.read_bytes()
        module = lower(str(path), data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
        definitions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]
        assert len(module.functions) == len(definitions), path
        mentioned = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} | {
            n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)
        }
        assert mentioned <= module.mentions, path
        show(module)
        lowered += len(module.lines)
    assert lowered > 60_000
