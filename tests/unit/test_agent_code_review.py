from __future__ import annotations

import pytest

from agents.code_review import CodeReview
from fusion.agent import Skip
from fusion.model import Category, Confidence, Severity, Side
from fusion.policy import Policy
from tests.samples.agents.changes import case, findings, rules, seen

AGENT = CodeReview()


def said(before: str | None, after: str | None, path: str = "shop/cart.py") -> list[str]:
    return rules(AGENT, case({path: (before, after)}))


CONFLICT = "a = 1\n<<<<<<< HEAD\nb = 2\n=======\nb = 3\n>>>>>>> topic\n"


class TestConflictMarkers:
    @pytest.mark.parametrize("path", ["shop/cart.js", "shop/cart.py", "README.md", "data.txt"])
    def test_a_whole_set_that_the_change_brought(self, path: str) -> None:
        found = findings(AGENT, case({path: ("a = 1\n", CONFLICT)}))
        assert [item.family for item in found] == ["conflict-marker"]
        assert (found[0].location.line, found[0].location.end_line) == (2, 6)
        assert found[0].severity is Severity.HIGH
        assert found[0].confidence is Confidence.CERTAIN

    def test_the_quoted_lines_are_the_evidence(self) -> None:
        found = findings(AGENT, case({"a.txt": ("a = 1\n", CONFLICT)}))
        assert found[0].evidence[0].tool == "fusion"
        assert found[0].evidence[0].snippet.startswith("<<<<<<< HEAD\nb = 2")

    @pytest.mark.parametrize(
        ("before", "after", "path"),
        [
            (CONFLICT, CONFLICT + "c = 4\n", "a.txt"),
            ("", "Title\n=======\n\nText\n", "README.rst"),
            ("", "<<<<<<< HEAD\nonly an opening\n", "a.txt"),
            ("", f"See:\n\n```\n{CONFLICT}```\n", "README.md"),
            ("", f'TEXT = """\n{CONFLICT}"""\n', "merge.py"),
            ("", "=======\n>>>>>>> x\n<<<<<<< y\n", "a.txt"),
        ],
    )
    def test_what_is_no_conflict(self, before: str, after: str, path: str) -> None:
        assert said(before, after, path) == []


class TestDebuggerStops:
    @pytest.mark.parametrize(
        ("path", "line"),
        [
            ("a.py", "breakpoint()"),
            ("a.py", "import pdb; pdb.set_trace()"),
            ("a.py", "ipdb.set_trace()"),
            ("a.js", "debugger;"),
            ("a.ts", "if (x) { debugger }"),
            ("a.rb", "binding.pry"),
        ],
    )
    def test_left_in(self, path: str, line: str) -> None:
        assert said("x = 1\n", f"x = 1\n{line}\n", path) == ["code/debugger-left"]

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("a.py", "breakpoint()\n", "breakpoint()\nx = 1\n"),
            ("a.py", "", "# breakpoint()\n"),
            ("a.py", "", "TEXT = 'breakpoint()'\n"),
            ("a.py", "", "def breakpoint():\n    return 1\n\nbreakpoint()\n"),
            ("a.js", "", "const debuggerPort = 1;\n"),
            ("a.js", "", "// debugger;\n"),
            ("a.rb", "", "puts 'binding.pry'\n"),
        ],
    )
    def test_what_is_none(self, path: str, before: str, after: str) -> None:
        assert said(before, after, path) == []

    def test_one_that_moved_to_another_file_is_not_new(self) -> None:
        moved = "def f():\n    breakpoint()\n"
        assert rules(AGENT, case({"a.py": (moved, ""), "b.py": (None, moved)})) == []

    def test_counts_less_in_a_test(self) -> None:
        found = findings(AGENT, case({"tests/test_a.py": ("", "breakpoint()\n")}))
        assert found[0].severity is Severity.LOW


class TestSlips:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("A = {'a': 1}\n", "A = {'a': 1, 'a': 2}\n"),
            ("A = {\n 'a': f(),\n}\n", "A = {\n 'a': f(),\n 'b': 1,\n 'a': g(),\n}\n"),
            ("", "A = {1: x, -2: y, -2: z}\n"),
        ],
    )
    def test_duplicate_keys(self, before: str, after: str) -> None:
        assert said(before, after) == ["code/duplicate-key"]

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("", "A = {'a': 1, 'b': 1}\n"),
            ("", "A = {'a': 1, 'a': 1}\n"),
            ("", "A = {'a': 1, 1: 2, '1': 3}\n"),
            ("", "A = {**x, **x}\n"),
            ("", "A = {name: 1, name: 2}\n"),
            ("A = {'a': 1, 'a': 2}\n", "A = {'a': 1, 'a': 2}\nB = 1\n"),
        ],
    )
    def test_keys_that_are_fine(self, before: str, after: str) -> None:
        assert said(before, after) == []

    @pytest.mark.parametrize(
        "body",
        [
            "    return 1\n    log('done')\n",
            "    raise ValueError\n    x = 1\n    y = 2\n",
            "    for a in b:\n        continue\n        a()\n",
            "    try:\n        x()\n    finally:\n        raise E\n        y()\n",
        ],
    )
    def test_unreachable(self, body: str) -> None:
        assert said("def f():\n    pass\n", f"def f():\n{body}") == ["code/unreachable"]

    @pytest.mark.parametrize(
        "body",
        [
            "    if a:\n        return 1\n    b()\n",
            "    return\n    yield\n",
            "    raise NotImplementedError\n    'why'\n",
            "    while a:\n        break\n    else:\n        b()\n    c()\n",
        ],
    )
    def test_reachable(self, body: str) -> None:
        assert said("def f():\n    pass\n", f"def f():\n{body}") == []

    def test_was_unreachable_before(self) -> None:
        before = "def f():\n    return 1\n    g()\n"
        assert said(before, "import os\n\n\n" + before) == []


class TestBrokenCalls:
    def test_in_the_same_file(self) -> None:
        before = "def total(items):\n    return 1\n\n\ndef bill(order):\n    return total(order.items)\n"
        after = before.replace("total(items)", "total(items, currency)")
        found = findings(AGENT, case({"shop/cart.py": (before, after)}))
        assert [item.evidence[0].rule for item in found] == ["code/broken-call"]
        assert found[0].location.line == 6
        assert found[0].symbol == "bill"
        assert "`currency`" in found[0].body
        assert found[0].location.side is Side.RIGHT

    @pytest.mark.parametrize(
        ("imports", "call"),
        [
            ("from shop.cart import total", "total(1)"),
            ("from shop.cart import total as t", "t(1)"),
            ("import shop.cart", "shop.cart.total(1)"),
            ("from shop import cart", "cart.total(1)"),
            ("from .cart import total", "total(1)"),
        ],
    )
    def test_imported_by_name(self, imports: str, call: str) -> None:
        user = f"{imports}\n\nVALUE = {call}\n"
        made = case(
            {
                "shop/cart.py": ("def total(a):\n    return a\n", "def total(a, b):\n    return a\n"),
                "shop/bill.py": (user, user + "X = 1\n"),
            }
        )
        assert [item.location.path for item in findings(AGENT, made)] == ["shop/bill.py"]

    def test_a_test_that_was_left_behind(self) -> None:
        made = case(
            {"shop/cart.py": ("def total(a):\n    return a\n", "def total(a, *, rate):\n    return a\n")},
            context={"tests/test_cart.py": "from shop.cart import total\n\n\ndef test_total():\n    assert total(1) == 1\n"},
        )
        assert [item.location.path for item in findings(AGENT, made)] == ["tests/test_cart.py"]

    def test_methods_and_constructors(self) -> None:
        before = (
            "class Cart:\n    def __init__(self, owner):\n        self.add(1)\n\n    def add(self, item):\n        pass\n\n\n"
            "CART = Cart('me')\n"
        )
        after = before.replace("(self, owner)", "(self, owner, shop)").replace("(self, item)", "(self, item, count)")
        assert said(before, after) == ["code/broken-call", "code/broken-call"]

    @pytest.mark.parametrize(
        "after",
        [
            "def total(items, currency=None):\n    return 1\n\n\ndef bill(order):\n    return total(order.items)\n",
            "def total(items, currency):\n    return 1\n\n\ndef bill(order):\n    return total(order.items, 'EUR')\n",
            "def total(things):\n    return 1\n\n\ndef bill(order):\n    return total(order.items)\n",
            "def total(a, b):\n    return 1\n\n\ndef bill(order):\n    return total(*order.items)\n",
            "def total(a, b):\n    return 1\n\n\ndef bill(order, total):\n    return total(order.items)\n",
            "@wraps\ndef total(a, b):\n    return 1\n\n\ndef bill(order):\n    return total(order.items)\n",
            "def total(a, b):\n    return 1\n\n\ndef bill(order):\n    return order.total(order.items)\n",
            "from x import total\n\n\ndef total(a, b):\n    return 1\n\n\ndef bill(order):\n    return total(order.items)\n",
        ],
    )
    def test_calls_that_fit_or_that_text_does_not_decide(self, after: str) -> None:
        before = "def total(items):\n    return 1\n\n\ndef bill(order):\n    return total(order.items)\n"
        assert said(before, after) == []

    def test_a_call_that_never_fitted_is_not_news(self) -> None:
        before = "def total(a, b):\n    return 1\n\n\nX = total(1)\n"
        assert said(before, before.replace("(a, b)", "(a, b, c)")) == []


class TestEvidence:
    def test_bugs_become_findings(self) -> None:
        hit = seen("a.py", family="undefined-name", category=Category.CORRECTNESS, message="undefined name `x`")
        found = findings(AGENT, case({"a.py": ("", "print(x)\n")}, evidence=[hit]))
        assert [item.title for item in found] == ["Name is not defined"]
        assert found[0].body.startswith("undefined name `x`. The line raises")
        assert found[0].evidence == (hit,)

    def test_other_agents_evidence_is_left_to_them(self) -> None:
        hit = seen("a.py", family="sql-injection", category=Category.SECURITY)
        assert findings(AGENT, case({"a.py": ("", "print(x)\n")}, evidence=[hit])) == []

    LONG = "def f(a):\n" + "".join(f"    if a == {n}:\n        return {n}\n" for n in range(20))

    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            (LONG, LONG + "    if a == 99:\n        return 99\n", 1),
            ("", LONG, 1),
            (LONG, LONG.replace("f(a)", "f(a, b)"), 0),
            (LONG, LONG.replace("    if a == 3:\n        return 3\n", ""), 0),
        ],
    )
    def test_complexity_only_where_the_change_added_to_it(self, before: str, after: str, expected: int) -> None:
        hit = seen("a.py", family="complexity", category=Category.MAINTAINABILITY, severity=Severity.LOW)
        assert len(findings(AGENT, case({"a.py": (before, after)}, evidence=[hit]))) == expected


def test_a_refactoring_is_silent() -> None:
    before = "def f(a):\n    total = 0\n    for x in a:\n        total += x\n    return total\n\n\ndef g(a):\n    return f(a)\n"
    after = (
        "def g(values):\n    return f(values)\n\n\n"
        "def f(\n    values,\n):\n    s = 0\n    for v in values:\n        s += v\n    return s\n"
    )
    assert said(before, after) == []


def test_switched_off() -> None:
    assert AGENT.tasks(case({"a.py": ("", "x\n")}, policy=Policy(agents={"code-review": False}))) == Skip(
        "switched off by policy"
    )


def test_nothing_to_look_at() -> None:
    assert isinstance(AGENT.tasks(case({})), Skip)


def test_what_does_not_parse_is_not_called_read() -> None:
    tasks = AGENT.tasks(case({"a.py": ("", "def (\n"), "b.py": ("", "x = 1\n"), "c.py": (None, b"\xff\xfe")}))
    assert not isinstance(tasks, Skip)
    assert tasks[0].read == ("b.py",)
    assert [item.path for item in tasks[0].unread] == ["c.py", "a.py"]
    assert tasks[0].id == "code-review-1"


def test_ignored_paths_are_not_looked_at() -> None:
    made = case({"gen/a.py": ("", "breakpoint()\n")}, policy=Policy(ignore=("gen/",)))
    assert rules(AGENT, made) == []
