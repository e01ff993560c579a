"""JavaScript, construct by construct: what the form of each looks like."""

from __future__ import annotations

import pytest

from fusion.dataflow import ir
from fusion.dataflow.frontends.javascript.front import lower
from tests.fakes.ir import show


def shown(source: str, path: str = "a.js") -> str:
    module = lower(path, source.encode())
    assert not module.cut
    return show(module)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("'a\\n\\x41\\u0042\\u{43}\\0'", "'a\\nABC\\x00'"),
        ("'two \\\nlines'", "'two lines'"),
        ("0x1f + 1_000 + 0b11 + 0o17 + 017 + 1.5 + 10n", "((((((31 + 1000) + 3) + 15) + 15) + 1.5) + 10)"),
        ("1" * 400, "opaque()"),
        ("[null, undefined, true, false]", "list[None, None, True, False]"),
        ("/a[/]b/gi", "/a[/]b/gi"),
        ("`plain\\t`", "'plain\\t'"),
        ("`a${b}c${d}`", "join('a', b, 'c', d)"),
        ("`${a}${b}`", "join(a, b)"),
        ("tag`x${y}z`", "tag(list['x', 'z'], y)"),
        ("a.b.sql`x`", "a.b.sql(list['x'])"),
        ("a?.b?.[c]?.(d)", "a.b[c](d)"),
        ("a['b'][0]", "a['b'][0]"),
        ("f(a, ...b)", "f(a, *b)"),
        ("new A", "new A()"),
        ("new a.B(1)", "new a.B(1)"),
        ("super.x(this)", "super.x(this)"),
        ("import.meta.url", "import.meta.url"),
        ("new.target", "new.target"),
        ("a === b", "(a == b)"),
        ("a !== b", "(a != b)"),
        ("a <= b", "(a <= b)"),
        ("a in b", "(a in b)"),
        ("#a in b", "('#a' in b)"),
        ("a instanceof B", "(a instanceof B)"),
        ("f(a && b && c || d)", "f(((a and b and c) or d))"),
        ("f(a || (b || c))", "f((a or (b or c)))"),
        ("a ?? b", "(a ?? b)"),
        ("a ** b >>> c", "((a ** b) >>> c)"),
        ("!a", "(not a)"),
        ("typeof a", "(typeof a)"),
        ("void 0", "(void 0)"),
        ("-a + ~b", "((- a) + (~ b))"),
        ("f(delete a.b)", "f(opaque(a.b))"),
        ("f(a ? b : c ? d : e)", "f((b if a else (d if c else e)))"),
        ("f((a, b))", "f(b)"),
        ("f((a(), b))", "f(list[a(), b][1])"),
        ("(0, a.b)(c)", "a.b(c)"),
        ("[a, , ...b]", "list[a, None, *b]"),
        ("({a, b: 1, 'c d': 2, 3: 4, [e]: 5, ...f})", "{'a': a, 'b': 1, 'c d': 2, 3: 4, e: 5, **f}"),
        ("({__proto__: a})", "{'__proto__': a}"),
        (
            "({get a() {}, set a(v) {}, async b() {}, *c() {}, ['d']() {}, 'e'() {}})",
            "{'a': getter function a() {}, 'a': setter function a(v) {}, 'b': async function b() {}, "
            "'c': generator function c() {}, 'd': function () {}, 'e': function e() {}}",
        ),
        ("f(a = b)", "f((a := b))"),
        ("f(a += b)", "f((a := (a + b)))"),
        ("f(a ||= b)", "f((a := (a or b)))"),
        ("f(a.b++)", "f((a.b := (a.b + 1)))"),
        ("f([a, b] = c)", "f((list[a, b] := c))"),
        ("x => x", "arrow (x) {return x}"),
        ("async (a, {b}) => { c }", "async arrow (a, {'b': b}) {c}"),
        ("() => ({a})", "arrow () {return {'a': a}}"),
        ("(function () {})()", "function () {}()"),
        ("(function* f() { yield; yield a; yield* b })", "generator function f() {(yield); (yield a); (yield from b)}"),
        ("import('a')", "required('a')"),
        ("import(a)", "import(a)"),
        ("require(`node:fs`).x", "required('fs').x"),
        ("require(a)", "require(a)"),
    ],
)
def test_expressions(source: str, expected: str) -> None:
    assert shown(f"{source};" if source[0] != "{" else source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = 1", "a = 1"),
        ("a = b = c()", "b = c()\na = b"),
        ("exports = module.exports = f", "module.exports = f\nexports = module.exports"),
        ("a = b[i++] = c", "a = (b[(i := (i + 1))] := c)"),
        ("a += b", "a augmented = (a + b)"),
        ("a ??= b", "a augmented = (a ?? b)"),
        ("a &&= b", "a augmented = (a and b)"),
        ("a >>>= b", "a augmented = (a >>> b)"),
        ("a--", "a augmented = (a - 1)"),
        ("({a, b: c = 1, [d]: e.f, ...g} = h)", "{'a': a, 'b': c default 1, d: e.f, **g} = h"),
        ("[a, , b = 1, ...c] = d", "list[a, opaque(), b default 1, *c] = d"),
        ("a, b = c, d()", "a\nb = c\nd()"),
        ("delete a.b", "delete a.b"),
        ("var a, b = 1", "a = nothing\nb = 1"),
        ("const {a: {b = c}, d} = e", "{'a': {'b': b default c}, 'd': d} = e"),
        ("if (a) b; else if (c) d; else { e }", "if a:\n  b\nelse:\n  if c:\n    d\n  else:\n    e"),
        ("a && (b = c)", "if a:\n  b = c"),
        ("a || b()", "if a:\n  nothing\nelse:\n  b()"),
        ("a ? b() : c()", "if a:\n  b()\nelse:\n  c()"),
        ("if (a(), b) c", "a()\nif b:\n  c"),
        ("while (a) b", "while a:\n  b"),
        ("do { a } while (b)", "do-while b:\n  a"),
        (
            "for (let i = 0; i < 9; i++, j--) a",
            "i = 0\nwhile (i < 9):\n  a\nstep:\n  i augmented = (i + 1)\n  j augmented = (j - 1)",
        ),
        ("for (;;) {}", "while True:\n  nothing"),
        ("for (a = 1; ; ) b", "a = 1\nwhile True:\n  b"),
        ("for (const [a, b] of c) d", "for list[a, b] in c:\n  d"),
        ("for (var a in b) c", "for a in keys of b:\n  c"),
        ("for (a.b of c) d", "for a.b in c:\n  d"),
        ("async function f() { for await (const a of b) await c }", "async function f():\n  for a in b:\n    (await c)"),
        (
            "switch (a) { case 1: case 'b': c; break; default: d }",
            "fall-through switch a:\n  case 1:\n    nothing\n  case 'b':\n    c\n    break\n  case _:\n    d",
        ),
        ("a: for (;;) { continue a; break a }", "block a:\n  while True:\n    continue a\n    break a"),
        ("a: { break a }", "block a:\n  break a"),
        (
            "try { a } catch ({b}) { c } finally { d }",
            "try:\n  a\nexcept  as {'b': b}:\n  c\nfinally:\n  d",
        ),
        ("try { a } catch { b }", "try:\n  a\nexcept:\n  b"),
        ("throw a(), new B", "a()\nraise new B()"),
        ("function f() { return a(), b }", "function f():\n  a()\n  return b"),
        ("function f() { return }", "function f():\n  return"),
        ("with (a) b", "a\nb"),
        ("debugger; ;", ""),
        ("f(); function f() {}", "function f():\n  nothing\nf()"),
        ("if (a) { f(); function f() {} }", "if a:\n  function f():\n    nothing\n  f()"),
        ("using a = b()", "a = b()"),
        ("#!/usr/bin/env node\n'use strict' // x\n/* y */ a", "'use strict'\na"),
        ("f(/* x */ a, // y\n b /* z */)", "f(a, b)"),
    ],
)
def test_statements(source: str, expected: str) -> None:
    assert shown(source) == expected


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("a, b", "a, b"),
        ("a = 1, {b, c: [d] = e}", "a = 1, {'b': b, 'c': list[d] default e}"),
        ("{a} = {}, ...b", "{'a': a} = {}, *b"),
        ("[a, ...b]", "list[a, *b]"),
        ("...[a, b]", "*list[a, b]"),
    ],
)
def test_parameters(parameters: str, expected: str) -> None:
    assert shown(f"function f({parameters}) {{}}") == f"function f({expected}):\n  nothing"


def test_classes() -> None:
    source = """
    @sealed class A extends mixin(B) {
      static #p = 1; x; y = () => this.x; 'a b'() {} [c]() {} [d] = 2; #q() {}
      constructor(a) { super(a); this.#p = a }
      get z() { return 1 } set z(v) {} static async w() {} async *v() {}
      static { f(this) }
      @bound m() {}
    }
    """
    assert shown(source).splitlines() == [
        "@sealed",
        "class A(mixin(B)):",
        "  #p = 1",
        "  x = nothing",
        "  function y():",
        "    return this.x",
        "  function a b():",
        "    nothing",
        "  this[c] = function () {}",
        "  this[d] = 2",
        "  function #q():",
        "    nothing",
        "  function __init__(a):",
        "    super(a)",
        "    this.#p = a",
        "  getter function z():",
        "    return 1",
        "  setter function z(v):",
        "    nothing",
        "  async static function w():",
        "    nothing",
        "  async generator function v():",
        "    nothing",
        "  block:",
        "    f(this)",
        "  @bound",
        "  function m():",
        "    nothing",
    ]


def test_class_expressions() -> None:
    assert shown("const A = class extends B { m() {} }") == "A = class (B) {function m():; nothing}"


def test_markup() -> None:
    source = "x = <div a='b&amp;c' {...d} e={f} g h-i={<b/>}>one &lt; {j}{/* k */}{...l}<M.N o=''/><>{p}</></div>"
    assert shown(source) == (
        "x = <'div' a={'b&c'} *={d} e={f} g={True} h-i={<'b'>{}}>{'one ', '<', j, l, <M.N o={''}>{}, <''>{p}}"
    )


def test_markup_of_a_component_is_the_variable_and_of_an_element_its_name() -> None:
    assert shown("<A/>;<a/>;<a-b/>;<a:b/>") == "<A>{}\n<'a'>{}\n<'a-b'>{}\n<'a:b'>{}"


def test_columns_count_characters() -> None:
    module = lower("a.js", "let é = '🎉', b = f(é);\r\ng(b)".encode())
    assign = module.body[1]
    assert isinstance(assign, ir.Assign)
    assert assign.span == (1, 14, 1, 22)
    assert module.lines == ["let é = '🎉', b = f(é);", "g(b)"]
    assert module.body[2].span == (2, 1, 2, 5)


def test_every_node_has_its_place() -> None:
    module = lower("a.js", b"f(\n  a + b,\n)")
    call = module.body[0]
    assert isinstance(call, ir.Evaluate)
    assert isinstance(call.value, ir.Call)
    assert call.span == (1, 1, 3, 2)
    assert call.value.arguments[0].span == (2, 3, 2, 8)


def test_functions_are_listed_outer_before_inner() -> None:
    module = lower("a.js", b"function a() { b(function c() { () => 1 }) } class D { e() {} }")
    assert [function.name for function in module.functions] == ["a", "c", "", "e"]


def test_mentions_are_names_and_properties_of_a_function_and_those_inside() -> None:
    module = lower("a.js", b"a; function f(b) { return c.d(({e: x}) => x['g'].#h) }; ({i: `j`, k() {}})")
    assert module.functions[0].mentions == {"b", "c", "d", "e", "x", "g", "#h"}
    assert module.functions[1].mentions == {"e", "x", "g", "#h"}
    assert module.mentions == {"a", "f", "b", "c", "d", "e", "x", "g", "#h", "i", "k"}


def test_identifiers_keep_their_letters_and_lose_their_escapes() -> None:
    assert shown("p\\u0061th; раth; naïve; 变量") == "path\nраth\nnaïve\n变量"
