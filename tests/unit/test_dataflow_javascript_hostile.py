"""JavaScript that is broken, foreign, huge or made to hurt: a reason or a cut, in bounded time, and never another exception."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.dataflow import ir
from fusion.dataflow.frontends.javascript.front import SUFFIXES, lower

CORPUS = Path(__file__).parents[1] / "corpus" / "dataflow" / "javascript"
SAMPLES = sorted(path for path in CORPUS.rglob("*") if path.suffix in SUFFIXES)
MANY = 20_000


@pytest.mark.parametrize(
    ("path", "data", "reason"),
    [
        ("a.d.ts", b"export const a: string", "a type declaration file holds no code"),
        ("a.d.mts", b"", "a type declaration file holds no code"),
        ("a.d.css.ts", b"", "a type declaration file holds no code"),
        ("a.py", b"", "not a JavaScript or TypeScript file"),
        ("a.js", b"a;" * 150_000, "a minified bundle"),
        ("a.js", b"a;\n" * 600_000, "larger than 1,500 kB"),
        ("a.js", b"import os\nfor x in y:\n    print(x)\n", "cannot be parsed as JavaScript near line 1"),
        (
            "a.ts",
            b"let a: b\n\n" + b"def f(x):\n    return x\n" * 20,
            "cannot be parsed as TypeScript near line 3",
        ),
        ("a.js", b"((((", "cannot be parsed as JavaScript near line 1"),
        ("a.js", bytes(range(256)) * 20, "cannot be parsed as JavaScript near line 1"),
        ("a.js", b"#include <stdio.h>\nint main(void) { return 0; }\n", "cannot be parsed as JavaScript near line 1"),
    ],
)
def test_not_analysed(path: str, data: bytes, reason: str) -> None:
    with pytest.raises(ir.NotAnalysed, match=reason):
        lower(path, data)


def test_a_small_error_is_an_island() -> None:
    rest = "\n".join(f"function f{number}(a) {{ return g(a) }}" for number in range(20))
    module = lower("a.js", f"<<<<<<< HEAD\n{rest}\nlet b = c |> d;\ne(b)".encode())
    assert len(module.functions) == 20
    assert {span.line for span, _ in module.cut} == {1, 22}
    assert {reason for _, reason in module.cut} == {"this part could not be parsed"}


def test_data_passes_through_an_island() -> None:
    module = lower("a.js", b"function f(secret) { let kept = 1; other(); more(); return [kept, secret @@ 1]; }")
    assert module.cut
    assert "secret" in module.functions[0].mentions


def test_a_truncated_file_keeps_what_stands_before() -> None:
    whole = "".join(f"function f{number}(a) {{\n  return g(a);\n}}\n" for number in range(30))
    module = lower("a.js", (whole + "function last(a) {\n  g(a);\n").encode())
    assert [function.name for function in module.functions][:30] == [f"f{number}" for number in range(30)]
    assert module.cut


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf", b"// only a comment", b"{'a': 1}"])
def test_little_is_no_error(data: bytes) -> None:
    assert lower("a.js", data).cut == []


def test_other_encodings() -> None:
    assert lower("a.js", "\ufefff('é')".encode()).body[0].span == (1, 1, 1, 7)
    assert lower("a.js", "f('é')".encode("utf-16")).lines == ["f('é')"]
    assert lower("a.js", "f('é')".encode("latin-1")).lines == ["f('\ufffd')"]


DEEP = {
    "parentheses": ("(" * MANY + "a" + ")" * MANY, False),
    "arrays": ("[" * MANY + "a" + "]" * MANY, True),
    "objects": ("x = " + "{a:" * MANY + "1" + "}" * MANY, True),
    "calls": ("f(" * MANY + ")" * MANY, True),
    "sums to the right": ("a+(" * MANY + "a" + ")" * MANY, True),
    "arrows": ("a=>" * MANY + "a", True),
    "unary": ("!" * MANY + "a", True),
    "powers": ("a" + "**a" * MANY, True),
    "augmented": ("a+=" * MANY + "b", True),
    "templates": ("`${" * MANY + "a" + "}`" * MANY, True),
    "markup": ("x=" + "<a>" * MANY + "</a>" * MANY, True),
    "blocks": ("{" * MANY + "}" * MANY, True),
    "branches": ("if(a)" * MANY + "b", True),
    "labels": ("l:" * MANY + "a", True),
    "loops": ("for(;;)" * MANY + "a", True),
    "patterns": ("let " + "[" * MANY + "a" + "]" * MANY + "=b", True),
    "functions": ("function f(){\n" * MANY + "}" * MANY, True),
    "classes": ("class A{m(){\n" * MANY + "}}" * MANY, True),
    "exported classes": ("export class A{m(){\n" * MANY + "}}" * MANY, True),
    "fields": ("x=" + "class A{a=()=>\n" * MANY + "1" + "}" * MANY, True),
    "defaults": ("x=" + "({a=\n" * MANY + "1" + "})=>1" * MANY, True),
    "methods of objects": ("x=" + "{async*m(a=\n" * MANY + "1" + "){}}" * MANY, True),
    "callbacks": ("f(function(){\n" * MANY + "})" * MANY, True),
    "switches": ("switch(a){\ncase 1:" * MANY + "}" * MANY, True),
    "exceptions": ("try{\n" * MANY + "}catch{}" * MANY, True),
    "blocks in else": ("if (a) {b}\n" + "else {if (a) {b}\n" * MANY + "}" * MANY, True),
    "sums": ("x = a" + "+a" * MANY, False),
    "logic": ("a" + "&&a||a" * MANY, False),
    "methods": ("x" + ".y()" * MANY, False),
    "members": ("x" + "?.y[0]" * MANY, False),
    "tagged": ("a" + "`b`" * MANY, False),
    "choices": ("x = " + "a?b:" * MANY + "c", False),
    "else if": ("if (a) b;" + "else if (a)\nb;" * MANY, False),
    "commas": ("a" + ",a" * MANY, False),
    "assignments": ("a=" * MANY + "b", False),
}


@pytest.mark.parametrize("name", DEEP)
def test_nesting_ends_in_a_cut_and_chains_do_not(name: str) -> None:
    source, cut = DEEP[name]
    limit = sys.getrecursionlimit()
    start = time.process_time()
    module = lower("a.js", source.encode())
    assert time.process_time() - start < 10
    assert sys.getrecursionlimit() == limit
    if cut:
        assert {reason for _, reason in module.cut} == {"nested more than 400 levels deep"}
    else:
        assert module.cut == []


def test_deep_types_are_no_matter() -> None:
    assert lower("a.ts", ("let x: " + "A<" * MANY + "B" + ">" * MANY).encode()).cut == []
    assert lower("a.ts", ("let x: A" + "|A" * MANY).encode()).cut == []


def test_what_is_cut_still_names_its_variables() -> None:
    module = lower("a.js", ("[" * 500 + "tainted" + "]" * 500).encode())
    assert "tainted" in module.mentions


def test_a_long_generated_file() -> None:
    data = "".join(f"exports.f{number} = function (a) {{ return a + {number}; }};\n" for number in range(25_000)).encode()
    start = time.process_time()
    module = lower("a.js", data)
    assert time.process_time() - start < 20
    assert len(module.functions) == 25_000


def test_the_corpus_is_lowered_whole() -> None:
    assert SAMPLES
    for path in SAMPLES:
        assert lower(path.name, path.read_bytes()).cut == [], path


@given(st.text(max_size=200), st.sampled_from(sorted(SUFFIXES)))
@settings(max_examples=150, deadline=None)
def test_any_text(text: str, suffix: str) -> None:
    _try(f"a{suffix}", text.encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=200))
@settings(max_examples=50, deadline=None)
def test_any_bytes(data: bytes) -> None:
    _try("a.js", data)


TOKENS = (
    "a b . , ; : ( ) { } [ ] => = + ? ` ${ ' \" / < > ! # @ ... function class let var import export from default async await "
    "yield * of in for if else try catch switch case new this static get enum namespace type as declare abstract"
)


@given(st.lists(st.sampled_from(TOKENS.split()), max_size=40), st.sampled_from([".js", ".ts", ".tsx"]))
@settings(max_examples=300, deadline=None)
def test_any_tokens(tokens: list[str], suffix: str) -> None:
    _try(f"a{suffix}", (";" * 200 + "\n" + " ".join(tokens)).encode())


@given(st.integers(min_value=0, max_value=1 << 32))
@settings(max_examples=60, deadline=None)
def test_mutated_sources(seed: int) -> None:
    chance = random.Random(seed)
    path = chance.choice(SAMPLES)
    data = bytearray(path.read_bytes())
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(data))
        width = chance.randrange(0, 12)
        data[at : at + width] = chance.choice([b"", b"(", b"}", b"`", b"/*", b"\xc3", b"?.", b"=>", bytes(data[:width])])
    _try(path.name, bytes(data))


def _try(path: str, data: bytes) -> None:
    """Lowering gives a module whose every place is in the file, or a reason."""
    try:
        module = lower(path, data)
    except ir.NotAnalysed:
        return
    for span, reason in module.cut:
        assert 1 <= span.line <= span.end_line <= len(module.lines)
        assert reason
    for function in module.functions:
        assert function.mentions <= module.mentions
        assert 1 <= function.span.line <= function.span.end_line <= len(module.lines)
