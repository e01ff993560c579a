"""Block scopes folded into function scopes: which names are changed, and which must not be."""

from __future__ import annotations

import pytest

from fusion.dataflow.frontends.javascript.front import lower
from tests.fakes.ir import show


def shown(source: str) -> list[str]:
    return [line.strip() for line in show(lower("a.js", source.encode())).splitlines()]


def variables(source: str) -> list[set[str]]:
    return [set(function.locals) for function in lower("a.js", source.encode()).functions]


def test_a_block_variable_that_hides_another_of_the_function_is_renamed() -> None:
    assert shown("let a = 1; { let a = 2; f(a) } f(a)") == ["a = 1", "block:", "a#2 = 2", "f(a#2)", "f(a)"]


def test_one_that_hides_nothing_is_not() -> None:
    assert shown("function f() { if (a) { const b = 1; g(b) } }")[2:] == ["b = 1", "g(b)"]


def test_one_that_hides_what_the_function_takes_from_outside_is_renamed() -> None:
    lines = shown("const a = 1; function f() { { let a = 2; g(a) } return a }")
    assert lines == ["function f():", "block:", "a#2 = 2", "g(a#2)", "return a", "a = 1"]


def test_globals_are_outside_too() -> None:
    assert "document#2 = a" in shown("function f() { { let document = a; } document.write(b) }")


def test_parameters_and_later_var_count() -> None:
    assert shown("function f(a) { { let a = 1; } { let b = 2; } var b }")[2] == "a#2 = 1"
    assert "b#2 = 2" in shown("function f(a) { { let a = 1; } { let b = 2; } var b }")


def test_twins_in_neighbouring_blocks_are_told_apart() -> None:
    lines = shown("for (const a of b) f(() => a); for (const a of c) f(() => a)")
    assert lines == ["for a in b:", "f(arrow () {return a})", "for a#2 in c:", "f(arrow () {return a#2})"]


def test_closures_see_the_renamed_variable_unless_they_have_their_own() -> None:
    lines = shown("let a; { let a = 1; f(() => a); f((a) => a); f(() => { var a; return a }) }")
    assert lines[2:] == [
        "a#2 = 1",
        "f(arrow () {return a#2})",
        "f(arrow (a) {return a})",
        "f(arrow () {a = nothing; return a})",
    ]


def test_a_variable_that_is_declared_below_its_use_is_the_same() -> None:
    assert shown("let a; { f(() => a); let a = 1 }")[2:] == ["f(arrow () {return a#2})", "a#2 = 1"]


def test_var_belongs_to_the_function() -> None:
    assert shown("var a; { var a = 1 }") == ["a = nothing", "block:", "a = 1"]
    assert variables("function f() { for (var a in b) { var c } }") == [{"a", "c"}]


@pytest.mark.parametrize(
    "source",
    [
        "try {} catch (a) { f(a) }",
        "try {} catch ({b: [a]}) { f(a) }",
        "for (let a = 0; a < 1; a++) f(a)",
        "for (const a of b) f(a)",
        "for (const {c: a = 1} in b) f(a)",
        "switch (b) { case 1: let a; default: f(a) }",
        "{ let [...a] = b; f(a) }",
        "{ using a = b; f(a) }",
    ],
)
def test_what_has_a_scope(source: str) -> None:
    lines = shown(f"let a; {source}; g(a)")
    assert "f(a#2)" in lines
    assert lines[-1] == "g(a)"


def test_classes_are_block_variables() -> None:
    lines = shown("class A {} { class A { m() { return A } } new A() } new A()")
    assert lines == ["class A():", "nothing", "block:", "class A#2():", "function m():", "return A#2", "new A#2()", "new A()"]


def test_function_statements_in_blocks_are_seen_after_them() -> None:
    assert shown("if (a) { function f() {} } else { function f() {} } f()")[-1] == "f()"
    assert "function f():" in shown("if (a) { function f() {} } f()")


def test_but_not_where_the_function_has_the_name_already() -> None:
    assert shown("let f; { function f() {} f() } f()")[2:] == ["function f#2():", "nothing", "f#2()", "f()"]


def test_a_named_function_expression_sees_itself() -> None:
    assert shown("a = function f(n) { return f(n) }") == ["a = (f := function f(n) {return f(n)})"]
    assert shown("let f; a = function f() { f() }; f()")[1:] == ["a = (f#2 := function f() {f#2()})", "f()"]
    assert shown("a = function f() {}") == ["a = function f() {}"]
    assert shown("a = class A { static m() { A } }") == ["a = (A := class A() {static function m():; A})"]


def test_local_variables_of_each_function() -> None:
    source = "function f(a, {b}, ...c) { let d; { const d = 1 } var e; class G {} function h(i) { j = a } k = 1 }"
    # Function statements come first.
    assert variables(source) == [{"a", "b", "c", "d", "d#2", "e", "G", "h"}, {"i"}]


def test_assigning_does_not_declare() -> None:
    assert variables("let a; function f() { a = 1; [a] = b }") == [set()]
