"""What each construct of Python becomes in the form that data flow runs on."""

from __future__ import annotations

import ast
import sys
from textwrap import dedent

import pytest

from fusion.dataflow import ir
from fusion.dataflow.frontends.python.expressions import EXPRESSIONS
from fusion.dataflow.frontends.python.front import lower
from fusion.dataflow.frontends.python.lowering import Lowering
from fusion.dataflow.frontends.python.positions import simple
from fusion.dataflow.frontends.python.statements import STATEMENTS
from fusion.dataflow.frontends.python.text import template
from tests.fakes.ir import expression, show


def lowered(source: str) -> ir.Module:
    return lower("app/views.py", dedent(source).encode())


def shown(source: str) -> str:
    return show(lowered(source))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("None; x", "x"),
        ("f(True, b'a', 1.5, 'a' 'b')", "f(True, b'a', 1.5, 'ab')"),
        ("f(..., 2j)", "f(opaque(), opaque())"),
        ("f(-1, -x, +x, ~x, not x)", "f(-1, (- x), (+ x), (~ x), (not x))"),
        ("a.b.c", "a.b.c"),
        ("a[0][b]", "a[0][b]"),
        ("a[1:], a[:n:2]", "tuple[a[1:], a[:n:2]]"),
        ("a[1:2, x]", "a[tuple[opaque(1, 2), x]]"),
        ("a[*b]", "a[tuple[*b]]"),
        ("f(a, *b, c=d, **e)", "f(a, *b, c=d, **e)"),
        ("a + b * c", "(a + (b * c))"),
        ("a + b + c", "((a + b) + c)"),
        ("a ** b // c", "((a ** b) // c)"),
        ("'%s' % a", "('%s' % a)"),
        ("a @ b | c ^ d & e << f >> g", "((a @ b) | (c ^ (d & ((e << f) >> g))))"),
        ("a and b and c or d", "((a and b and c) or d)"),
        ("a == b", "(a == b)"),
        ("a not in b", "(a not in b)"),
        ("a is not None", "(a is not None)"),
        ("0 < a <= b != c", "((0 < a) and (a <= b) and (b != c))"),
        ("a if b else c", "(a if b else c)"),
        ("(a := b)", "(a := b)"),
        ("[a, *b], (a,), {a, b}", "tuple[list[a, *b], tuple[a], set[a, b]]"),
        ("{'a': b, **c}", "{'a': b, **c}"),
        ("[a for b in c if d if e for f in b]", "list[a for b in c if d if e for f in b]"),
        ("{a for a in b}", "set[a for a in b]"),
        ("{a: b for a, b in c}", "dict[a: b for tuple[a, b] in c]"),
        ("sum(a for a in b)", "sum(list[a for a in b])"),
        ("lambda a, *b, c=1, **d: a", "function (a, *b, c = 1, **d) {return a}"),
        ("f'a{b}c'", "join('a', b, 'c')"),
        ("'a' f'{b}' 'c'", "join('a', b, 'c')"),
        ("f'{a!r}{b!s}{c!a}'", "join(repr(a), b, ascii(c))"),
        ("f'{a:>10}{b:{c}d}'", "join(format(a, '>10'), format(b, join(c, 'd')))"),
        ("f'{a!r:x}'", "join(format(repr(a), 'x'))"),
        ("f'{a=}'", "join('a=', repr(a))"),
        ("__import__('a.b')", "required('a')"),
        ("__import__('a.b', {}, {}, ['c'])", "required('a.b')"),
        ("__import__(name)", "__import__(name)"),
        ("__import__('a', level=1)", "__import__('a', level=1)"),
    ],
)
def test_expressions(source: str, expected: str) -> None:
    assert shown(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = b = c", "a = c\nb = c"),
        ("a, (b, *c) = d", "tuple[a, tuple[b, *c]] = d"),
        ("a.b[c] = d", "a.b[c] = d"),
        ("a: int = b", "a: int = b"),
        ("a: 'models.User'", "a: models.User = nothing"),
        ("a: 'list[int]' = b", "a: 'list[int]' = b"),
        ("a += b", "a augmented = (a + b)"),
        ("a[b] **= c", "a[b] augmented = (a[b] ** c)"),
        ("del a, b[c], (d, [e.f])", "delete a, b[c], d, e.f"),
        ("if a:\n  b\nelif c:\n  d\nelse:\n  e", "if a:\n  b\nelse:\n  if c:\n    d\n  else:\n    e"),
        ("if a:\n  pass", "if a:\n  nothing"),
        ("while a:\n  break\nelse:\n  b", "while a:\n  break\nelse:\n  b"),
        ("for a, b in c:\n  continue\nelse:\n  d", "for tuple[a, b] in c:\n  continue\nelse:\n  d"),
        ("with a, b as c:\n  d", "with a:\n  with b as c:\n    d"),
        ("with (a as b, c as (d, e)):\n  f", "with a as b:\n  with c as tuple[d, e]:\n    f"),
        ("raise", "raise"),
        ("raise A(b) from c", "raise A(b)"),
        ("raise A from b(c)", "b(c)\nraise A"),
        ("assert a, b", "if a:\n  nothing\nelse:\n  raise AssertionError(b)"),
        ("assert a", "if a:\n  nothing\nelse:\n  raise AssertionError()"),
        ("import a, b.c, d.e as f", "import a as a\nimport b as b also b.c\nimport d.e as f"),
        ("from a.b import c, d as e", "import a.b member c as c\nimport a.b member d as e"),
        ("from . import a\nfrom ..b import c", "import . member a as a\nimport ..b member c as c"),
        ("from a import *", "import a member *"),
        ("'''text'''\n...\npass\nglobal a\nb", "b"),
    ],
)
def test_statements(source: str, expected: str) -> None:
    assert shown(source) == expected


def test_try() -> None:
    source = """
        try:
            a
        except (B, c.D) as e:
            f
        except G:
            raise
        except:
            h
        else:
            i
        finally:
            j
    """
    expected = """\
        try:
          a
        except B, c.D as e:
          f
        except G:
          raise
        except:
          h
        else:
          i
        finally:
          j"""
    assert shown(source) == dedent(expected)


def test_a_handler_s_name_lies_in_its_first_line() -> None:
    statement = lowered("try:\n  a\nexcept (B, C) as name:\n  pass").body[0]
    assert isinstance(statement, ir.Try)
    target = statement.handlers[0].target
    assert target is not None
    assert target.span == (3, 1, 3, 22)


def test_exception_groups() -> None:
    assert shown("try:\n  a\nexcept* B as c:\n  d") == "try:\n  a\nexcept B as c:\n  d"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("1", "case 1:"),
        ("-1 | 'a' | None | A.B", "case -1, 'a', None, A.B:"),
        ("_", "case _:"),
        ("x", "case _ binds x:"),
        ("1 | 2 as x", "case 1, 2 binds x:"),
        ("1 | _", "case _:"),
        ("'a' if x", "case 'a' if x:"),
        ("[]", "perhaps case _:"),
        ("[x, *y, (1 as z)]", "perhaps case _ binds x, y, z:"),
        ("{'a': x, **y}", "perhaps case _ binds y, x:"),
        ("C(x, a=[y, _]) as z", "perhaps case _ binds x, y, z:"),
        ("1 | C()", "perhaps case 1:"),
        ("[x] | {'a': x}", "perhaps case _ binds x:"),
        ("[1, (x, 2) | (2, x)]", "perhaps case _ binds x:"),
    ],
)
def test_patterns(pattern: str, expected: str) -> None:
    assert shown(f"match s:\n  case {pattern}:\n    a") == f"switch s:\n  {expected}\n    a"


def test_functions() -> None:
    source = """
        @app.route("/a")
        async def f(a, /, b: int, *c: "T", d=1, **e) -> str:
            async with a as b:
                async for g in b:
                    await g
            return [x async for x in b]
    """
    expected = """\
        @app.route('/a')
        async function f(a, b: int, *c: T, d = 1, **e) -> str:
          with a as b:
            for g in b:
              (await g)
          return list[x for x in b]"""
    assert shown(source) == dedent(expected)
    assert shown("def f(a, b=1, *, c, d=2): return") == "function f(a, b = 1, *, c, d = 2):\n  return"


@pytest.mark.parametrize(
    ("body", "generates"),
    [
        ("yield a", True),
        ("b = yield from a", True),
        ("return [(yield)]", True),
        ("return lambda: (yield)", False),
        ("def g(): yield", False),
        ("def g(a=(yield)): pass", True),
        ("class C:\n    def g(self): yield", False),
    ],
)
def test_generators(body: str, generates: bool) -> None:
    assert lowered(f"def f(a):\n  {body}").functions[0].generator is generates


def test_yields() -> None:
    assert shown("def f():\n  yield\n  yield a\n  yield from b") == (
        "generator function f():\n  (yield)\n  (yield a)\n  (yield from b)"
    )


def test_roles_of_methods() -> None:
    source = """
        class C(B, metaclass=M):
            a: int = 1
            @staticmethod
            def b(): pass
            @classmethod
            @other
            def c(cls): pass
            @property
            def d(self): pass
            @d.setter
            def d(self, value): pass
            @d.deleter
            def d(self): pass
            @functools.cached_property
            def e(self): pass
            def __new__(cls): pass
            def __init_subclass__(cls): pass
            @app.setter
            def f(self): pass
            @B.d.getter
            def d(self): pass
    """
    expected = """\
        class C(B, metaclass=M):
          a: int = 1
          static function b():
            nothing
          @other
          class function c(cls):
            nothing
          getter function d(self):
            nothing
          setter function d(self, value):
            nothing
          function d(self) {}
          getter function e(self):
            nothing
          static function __new__(cls):
            nothing
          class function __init_subclass__(cls):
            nothing
          @app.setter
          function f(self):
            nothing
          getter function d(self):
            nothing"""
    assert shown(source) == dedent(expected)


def test_decorators_of_plain_functions_say_no_role() -> None:
    assert shown("@property\ndef f(): pass") == "@property\nfunction f():\n  nothing"


def test_locals_are_what_a_function_binds() -> None:
    source = """
        def f(a, *b, c, **d):
            global g, h
            g = e = 1
            for i, (j, k[0]) in x: pass
            with x as l, x as m.n: pass
            import o.p, q as r
            from s import t, u as v
            def w(inner): inner_too = 1
            class X:
                attribute = 1
                def method(self): pass
            try: pass
            except E as y: pass
            match x:
                case [z, {"a": aa, **ab}, *ac]: pass
            [ad := ae for ae in x]
            af: int
            del ag
            lambda ah: (ai := ah)
            aj.ak = 1
            al += 1
    """
    function = lowered(source).functions[0]
    assert function.locals == frozenset("abcdeijloryzwX") | {"t", "v", "aa", "ab", "ac", "ad", "ae", "af", "ag", "al"}
    assert function.globals == {"g", "h"}


def test_nonlocal_names_belong_to_the_outer_function() -> None:
    outer, inner = lowered("def f():\n  a = b = 1\n  def g():\n    nonlocal a\n    a = c = 2").functions
    assert outer.locals == {"a", "b", "g"}
    assert inner.locals == {"c"}
    assert not inner.globals


def test_mentions_reach_outwards() -> None:
    source = """
        import pkg.sub as p
        @deco(k=1)
        def f(a: Kind = fallback) -> Result:
            def g():
                return a.attribute
            return lambda z: call(z, word=1)
        class C(Base):
            def m(self): one
    """
    module = lowered(source)
    f, g, anonymous, m = module.functions
    assert [function.name for function in module.functions] == ["f", "g", "", "m"]
    assert g.mentions == {"g", "a", "attribute"}
    assert anonymous.mentions == {"z", "call", "word"}
    assert f.mentions == {"f", "deco", "k", "a", "Kind", "fallback", "Result"} | g.mentions | anonymous.mentions
    assert m.mentions == {"m", "self", "one"}
    assert module.mentions == {"pkg", "sub", "p", "C", "Base"} | f.mentions | m.mentions


def test_imports_are_in_full() -> None:
    source = """
        import a.b, c
        from d import e
        from . import f
        from .g.h import i
        from j import *
        __import__("k.l")
        def later():
            import m as n
    """
    found = lowered(source).imports
    assert found == {"a.b", "c", "d", "d.e", ".", ".f", ".g.h", ".g.h.i", "j", "k.l", "m"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import importlib\nimportlib.import_module('a.b').c", "a.b"),
        ("import importlib.util\nimportlib.import_module('a.b').c", "a.b"),
        ("import importlib as il\nil.import_module(name='a').c", "a"),
        ("from importlib import import_module as load\nload('a').c", "a"),
        ("import importlib\nimportlib.import_module('.a', 'p.q').c", "p.q.a"),
        ("import importlib\nimportlib.import_module('..a', package='p.q').c", "p.a"),
        ("import importlib\nimportlib.import_module('.a', __package__).c", ".a"),
    ],
)
def test_imports_by_a_call(source: str, expected: str) -> None:
    module = lowered(source)
    assert show(module).splitlines()[-1] == f"required({expected!r}).c"
    assert expected in module.imports


@pytest.mark.parametrize(
    "source",
    [
        "import importlib\nimportlib.import_module(name)",
        "import importlib\nimportlib.import_module(*names)",
        "import importlib\nimportlib.import_module('...a', 'p')",
        "import importlib\nimportlib.import_module('.a')",
        "import_module('a')",
        "plugins.import_module('a')",
    ],
)
def test_calls_that_import_nothing_known(source: str) -> None:
    assert "required" not in shown(source)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 695 came with Python 3.12")
def test_type_parameters() -> None:
    module = lowered("type A[T] = list[T]\ndef f[T: Bound, *Ts, **P](a: T): b\nclass C[T](B): a = 1")
    assert show(module).splitlines() == ["A = list[T]", "function f(a: T):", "  b", "class C(B):", "  a = 1"]
    assert module.functions[0].locals == {"a", "T", "Ts", "P"}
    assert "Bound" in module.functions[0].mentions


@pytest.mark.skipif(sys.version_info < (3, 14), reason="PEP 750 came with Python 3.14")
def test_template_strings_are_parsed() -> None:
    module = lowered("t'a{b!r}{c:>3}'")
    assert show(module) == "required('string.templatelib').Template('a', repr(b), format(c, '>3'))"


def test_template_strings() -> None:
    """On the tree of an f-string, which has the same fields, so that any Python can run it."""
    node = ast.parse("f'a{b!r}{c:>3}'", mode="eval").body
    lowering = Lowering(simple, EXPRESSIONS, STATEMENTS)
    assert expression(template(lowering, node)) == "required('string.templatelib').Template('a', repr(b), format(c, '>3'))"
    assert lowering.imports == {"string.templatelib"}


def test_chains_inside_chains_are_not_evaluated_twice_at_every_level() -> None:
    depth = 60
    module = lowered("x = " + "a < (" * depth + "b" + ") < c" * depth)
    assert len(show(module)) < 60 * depth


def test_identifiers_are_normalised_as_python_does() -> None:
    module = lowered("\u1d2es.path = \uff26(\ufb01le=1)\nimport \uff4f\uff53")
    assert show(module) == "Bs.path = F(file=1)\nimport os as os"


def test_spans_count_lines_and_characters_from_one() -> None:
    module = lowered("a\nb = f(c)")
    assert module.body[1].span == (2, 1, 2, 9)
    call = module.body[1].value  # type: ignore[attr-defined]
    assert (call.span, call.arguments[0].span) == ((2, 5, 2, 9), (2, 7, 2, 8))


@pytest.mark.parametrize(
    ("line", "column", "end"),
    [("'\u00e9' + a", 1, 8), ("x = '\u20ac\u20ac', '\U0001f600', a", 5, 17), ("\u00e9 = a", 5, 6), ("x = f(a) # \u00e9", 5, 9)],
)
def test_columns_are_characters(line: str, column: int, end: int) -> None:
    statement = lowered(line).body[0]
    assert isinstance(statement, ir.Evaluate | ir.Assign)
    assert statement.value is not None
    assert (statement.value.span.column, statement.value.span.end_column) == (column, end)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_of_both_kinds(end: str) -> None:
    module = lower("a.py", f"a{end}b{end}{end}c".encode())
    assert module.lines == ["a", "b", "", "c"]
    assert [statement.span.line for statement in module.body] == [1, 2, 4]


def test_a_lone_carriage_return_ends_a_statement_but_no_line() -> None:
    module = lower("a.py", b"# nothing to see\rsystem(a)\nb")
    assert show(module) == "system(a)\nb"
    assert [statement.span for statement in module.body] == [(1, 18, 1, 27), (2, 1, 2, 2)]
    assert module.lines == ["# nothing to see\rsystem(a)", "b"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfa = '\xc3\xa9'", "\u00e9"),
        (b"\xef\xbb\xbf# coding: utf-8\na = '\xc3\xa9'", "\u00e9"),
        (b"# -*- coding: latin-1 -*-\na = '\xe9'", "\u00e9"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\na = '\x80'", "\u20ac"),
        (b"# coding: shift_jis\na = '\x83\xbf'", "\u03b1"),
    ],
)
def test_encodings(data: bytes, text: str) -> None:
    assert show(lower("a.py", data)) == f"a = '{text}'"


def test_the_record_of_a_module() -> None:
    module = lower("pkg/mod.py", b"def f(): pass\n")
    assert (module.path, module.language, module.lines, module.cut) == ("pkg/mod.py", "python", ["def f(): pass", ""], [])
