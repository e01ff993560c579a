"""JavaScript's modules and what TypeScript adds: what the form of each looks like."""

from __future__ import annotations

import pytest

from fusion.dataflow import ir
from fusion.dataflow.frontends.javascript.front import lower
from tests.fakes.ir import show


def shown(source: str, path: str = "a.ts") -> str:
    module = lower(path, source.encode())
    assert not module.cut
    return show(module)


@pytest.mark.parametrize(
    ("source", "expected", "imports"),
    [
        ("import a from 'm'", "import m member default as a", {"m"}),
        (
            "import {a, b as c, default as d} from 'm'",
            "import m member a as a\nimport m member b as c\nimport m member default as d",
            {"m"},
        ),
        ("import * as a from 'node:fs'", "import fs as a", {"fs"}),
        (
            "import a, {'b c' as d} from './m.js'",
            "import ./m.js member default as a\nimport ./m.js member b c as d",
            {"./m.js"},
        ),
        ("import 'm'", "import m", {"m"}),
        ("import a from './a.json' with {type: 'json'}", "import ./a.json member default as a", {"./a.json"}),
        ("const a = require('node:fs/promises')", "import fs/promises as a", {"fs/promises"}),
        ("var {a, b: c} = require('m')", "import m member a as a\nimport m member b as c", {"m"}),
        ("const a = require('m').b", "import m member b as a", {"m"}),
        ("const {a = 1} = require('m')", "{'a': a default 1} = required('m')", {"m"}),
        ("const a = require('m')(1)", "a = required('m')(1)", {"m"}),
        ("function f() { const a = require('m') }", "function f():\n  a = required('m')", {"m"}),
        ("const a = await import('m')", "a = (await required('m'))", {"m"}),
        ("const a = require(b)", "a = require(b)", set()),
        ("const a = __importDefault(require('m'))", "a = required('m')", {"m"}),
        ("const a = (0, tslib_1.__importStar)(require('m'))", "a = required('m')", {"m"}),
        ("const a = _interop_require_default._(require('m'))", "a = required('m')", {"m"}),
        ("const a = own(require('m'))", "a = own(required('m'))", {"m"}),
    ],
)
def test_imports(source: str, expected: str, imports: set[str]) -> None:
    module = lower("a.js", source.encode())
    assert show(module) == expected
    assert module.imports == imports


def test_a_conditional_require_may_be_renamed_like_every_variable_of_a_block() -> None:
    source = "const a = 1; if (b) { const a = require('m'); a.c() } try { var d = require('n') } catch {}"
    assert shown(source, "a.js").splitlines() == [
        "a = 1",
        "if b:",
        "  a#2 = required('m')",
        "  a#2.c()",
        "try:",
        "  import n as d",
        "except:",
        "  nothing",
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "export const a = 1, {b, c: [d = 2], ...e} = f",
            "a = 1\n{'b': b, 'c': list[d default 2], **e} = f\nexport a = a\nexport b = b\nexport d = d\nexport e = e",
        ),
        ("export function a() {}", "function a():\n  nothing\nexport a = a"),
        ("export default function a() {}", "function a():\n  nothing\nexport default = a"),
        ("export default function () {}", "export default = function () {}"),
        ("export default a => a", "export default = arrow (a) {return a}"),
        ("export default {a}", "export default = {'a': a}"),
        ("export class A {}", "class A():\n  nothing\nexport A = A"),
        ("export {a, b as c, d as default, e as 'f g'}", "export a = a\nexport c = b\nexport default = d\nexport f g = e"),
        ("export {a as b} from 'node:fs'", "import fs member a as a#2\nexport b = a#2"),
        ("export {default} from './m'", "import ./m member default as default#2\nexport default = default#2"),
        ("export * from './m'", "export * from ./m"),
        ("export * as a from './m'", "import ./m as *#2\nexport a = *#2"),
        ("module.exports = {a}; exports.b = c", "module.exports = {'a': a}\nexports.b = c"),
    ],
)
def test_exports(source: str, expected: str) -> None:
    assert shown(source, "a.mjs") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import a = require('m')", "import m as a"),
        ("import a = b.c.d", "a = b.c.d"),
        ("export import a = b.c", "a = b.c\nexport a = a"),
        ("import type {A} from 'm'", "import m member A as A"),
        ("export = a", "module.exports = a"),
        ("export type {A} from 'm'; export {type B}; export as namespace C", ""),
        ("interface A {} type B = C; declare const d: E; declare module 'f' {} declare global {}", ""),
        ("export interface A {} export type B = C; export declare function f(): void", ""),
        ("function f(a: A): void; function f(a: any) { a }", "function f(a: any):\n  a"),
        ("let a: A.B = <C>d as E satisfies F", "a: A.B = d"),
        ("a!.b!()", "a.b()"),
        ("f<A>(b); new C<D>(e); const g = h<I>", "f(b)\nnew C(e)\ng = h"),
        ("(a as any) = b", "a = b"),
        (
            "enum A { B, C = 5, D, 'e f' = 'g', H = i(), J }",
            "A = {'B': 0, 'C': 5, 'D': 6, 'e f': 'g', 'H': i(), 'J': opaque()}",
        ),
        ("export const enum A { B }", "A = {'B': 0}\nexport A = A"),
        (
            "namespace A { const b = 1; export const c = b; export function d() {} }",
            "A = arrow () {function d():; nothing; b = 1; c = b; return {'c': c, 'd': d}}()",
        ),
        ("namespace A.B.C { export let d }", "A = {'B': {'C': arrow () {d = nothing; return {'d': d}}()}}"),
        (
            "class A {} namespace A { export let b = 1 }",
            "class A():\n  nothing\nObject.assign(A, arrow () {b = 1; return {'b': b}}())",
        ),
        (
            "abstract class A<T> extends B<T> implements C { abstract d(): void; [k: string]: D; e?: F = 1; override g() {} }",
            "class A(B):\n  e: F = 1\n  function g():\n    nothing",
        ),
        (
            "class A { constructor(private readonly a: B, public c = 1, d: E) {} }",
            "class A():\n  function __init__(a: B, c = 1, d: E):\n    this.a: B = a\n    this.c = c",
        ),
        (
            "@A({b}) export class C { constructor(@D('e') f: G) {} @H i: J; @K() l(@M() n) {} }",
            "@A({'b': b})\nclass C():\n  function __init__(@D('e') f: G):\n    nothing\n  i: J = nothing\n"
            "  @K()\n  function l(@M() n):\n    nothing\nexport C = C",
        ),
    ],
)
def test_typescript(source: str, expected: str) -> None:
    assert shown(source) == expected


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("string", "string"),
        ("express.Request", "express.Request"),
        ("Request<P, {a: B}>", "Request"),
        ("Promise<A.B>", "A.B"),
        ("Readonly<Partial<A>>", "A"),
        ("A[]", "Array[A]"),
        ("Array<A>", "Array[A]"),
        ("A | undefined | null", "A"),
        ("A | B | 'c'", "((A | B) | 'c')"),
        ("(A)", "A"),
    ],
)
def test_annotations(annotation: str, expected: str) -> None:
    assert shown(f"function f(this: T, a?: {annotation}) {{}}") == f"function f(a: {expected}):\n  nothing"
    assert shown(f"let a: {annotation}") == f"a: {expected} = nothing"


@pytest.mark.parametrize(
    "annotation", ["{a: B}", "(a: B) => C", "keyof A", "A & B", "[A, B]", "undefined", "void", "A extends B ? C : D"]
)
def test_types_that_say_nothing_of_the_value(annotation: str) -> None:
    assert shown(f"let a: {annotation}") == "a = nothing"


def test_a_result_has_its_type() -> None:
    assert shown("const f = async (a: A): Promise<B> => a") == "f = async arrow (a: A) -> B {return a}"


@pytest.mark.parametrize("suffix", ["ts", "mts", "cts"])
def test_typescript_may_use_angle_brackets_to_assert(suffix: str) -> None:
    assert shown("a = <B>c", f"a.{suffix}") == "a = c"


@pytest.mark.parametrize("suffix", ["js", "jsx", "mjs", "cjs", "tsx", "ts"])
def test_markup_is_read_wherever_it_stands(suffix: str) -> None:
    """In .ts it is an error of the writer's, not a reason to look away."""
    assert shown("const a = <b c={d}>e</b>", f"a.{suffix}") == "a = <'b' c={d}>{'e'}"


def test_flow_annotations_are_read_like_types() -> None:
    assert shown("function f(a: string): Promise<B> { return a }", "a.js") == "function f(a: string) -> B:\n  return a"


def test_re_exported_members_have_a_name_of_their_own() -> None:
    module = lower("a.js", b"export {a} from 'm'; export {a as b} from 'n'; const a = 1")
    aliases = [statement.alias for statement in module.body if isinstance(statement, ir.Import)]
    assert len({*aliases, "a"}) == 3
