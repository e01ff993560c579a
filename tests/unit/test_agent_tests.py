from __future__ import annotations

import pytest

from agents.checks.untested import Places
from agents.tests import Tests
from fusion.agent import Skip
from fusion.model import Confidence, Severity, Side
from fusion.policy import Policy
from tests.samples.agents.changes import case, findings, rules

AGENT = Tests()
CODE = "def total(items):\n    s = 0\n    for item in items:\n        s += item.price\n    return s\n"
CHANGED = CODE.replace("item.price", "item.price * item.count")
SOME_TEST = {"tests/test_other.py": "from shop.other import thing\n\n\ndef test_thing():\n    assert thing() == 1\n"}


def untested(
    before: str | None, after: str | None, path: str = "shop/cart.py", context: dict[str, str] | None = None
) -> list[str]:
    return rules(AGENT, case({path: (before, after)}, context=SOME_TEST if context is None else context))


class TestUntested:
    def test_changed_behaviour(self) -> None:
        found = findings(AGENT, case({"shop/cart.py": (CODE, CHANGED)}, context=SOME_TEST))
        assert [item.title for item in found] == ["`total` changes, and no test names it"]
        assert found[0].location.line == 4
        assert found[0].severity is Severity.MEDIUM
        assert "`tests/test_cart.py`" in found[0].body

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("cart.js", "export function total(a) {\n  return a + 1;\n}\n", "export function total(a) {\n  return a + 2;\n}\n"),
            (
                "cart.go",
                "package c\n\nfunc Total(a int) int {\n\treturn a\n}\n",
                "package c\n\nfunc Total(a int) int {\n\treturn a * 2\n}\n",
            ),
            (
                "Cart.java",
                "class Cart {\n  public int total() {\n    return 1;\n  }\n}\n",
                "class Cart {\n  public int total() {\n    return 2;\n  }\n}\n",
            ),
            ("cart.rs", "pub fn total(a: i32) -> i32 {\n    a\n}\n", "pub fn total(a: i32) -> i32 {\n    a + 1\n}\n"),
            ("cart.rb", "def total(a)\n  a\nend\n", "def total(a)\n  a + 1\nend\n"),
            ("shop/cart.py", CODE, CODE.replace("s = 0", "s = 1")),
            ("shop/cart.py", CODE, CODE.replace("(items)", "(items=())")),
            ("shop/cart.py", CODE, "@cached\n" + CODE),
            ("shop/cart.py", CODE, CODE.replace("return s", "return -s")),
        ],
    )
    def test_in_many_languages(self, path: str, before: str, after: str) -> None:
        assert untested(before, after, path) == ["tests/untested-change"]

    def test_counts_less_where_the_change_brings_tests(self) -> None:
        made = case({"shop/cart.py": (CODE, CHANGED), "tests/test_api.py": (None, "def test_x():\n    assert helper() == 3\n")})
        assert [(item.severity, item.confidence) for item in findings(AGENT, made)] == [(Severity.LOW, Confidence.POSSIBLE)]

    def test_new_public_function(self) -> None:
        found = findings(AGENT, case({"shop/cart.py": ("", CODE)}, context=SOME_TEST))
        assert [(item.title, item.severity) for item in found] == [("`total` is new, and no test names it", Severity.LOW)]

    def test_c_is_tested_from_what_calls_it(self) -> None:
        before, after = "int total(int a) { return a; }\n", "int total(int a) { return a + 1; }\n"
        assert untested(before, after, "src/cart.c") == []
        assert untested(before, after, "src/cart.c", {"tests/test_other.c": "int test_x(void) { return 0; }\n"}) == [
            "tests/untested-change"
        ]

    def test_visitors_are_called_by_names_put_together(self) -> None:
        before = CODE.replace("total", "visit_Name")
        assert untested(before, CHANGED.replace("total", "visit_Name")) == []

    def test_what_a_library_offers_to_test_with_is_no_test(self) -> None:
        assert untested(CODE, CHANGED, context={"src/lib/testing/helper.py": "def fake():\n    pass\n"}) == []
        for place in ("testing/helper.py", "t/unit/helper.py"):
            assert untested(CODE, CHANGED, context={place: "def fake():\n    pass\n"}) == ["tests/untested-change"]

    def test_one_finding_per_file(self) -> None:
        two = CODE + "\n\n" + CODE.replace("total", "count")
        found = findings(AGENT, case({"shop/cart.py": (two, two.replace("s = 0", "s = 2"))}, context=SOME_TEST))
        assert [item.title for item in found] == ["`total` and `count` change, and no test names them"]

    @pytest.mark.parametrize(
        "after",
        [
            CODE.replace("    s = 0", "    # starts empty\n    s = 0"),
            CODE.replace("    s = 0", '    """Sum up."""\n    s = 0'),
            CODE.replace("(items)", "(items: list[Item]) -> int"),
            CODE.replace("(items)", "(\n    items,\n)"),
            CODE.replace("items", "things").replace("item", "thing").replace("s ", "sum_ ").replace("return s", "return sum_"),
            CODE.replace("    s = 0", "    s: int = 0"),
            CODE.replace("    return s", "    logger.debug('sum %s', s)\n    return s"),
            "import os\n\nLIMIT = 1\n\n\n" + CODE,
            CODE.replace("def total", "def total_price"),
        ],
    )
    def test_what_is_no_change_of_behaviour(self, after: str) -> None:
        assert untested(CODE, after) == []

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (
                "function total(a) {\n  return a + 'x';\n}\n",
                'function total(a) {\n  // says x\n  return (a +\n    "x")\n}\n'.replace("(a +", "a +").replace('"x")', '"x"'),
            ),
            (
                "function total(a) {\n  const s = a;\n  return s;\n}\n",
                "function total(a) {\n  const sum = a;\n  return sum;\n}\n",
            ),
            ("function total(a) {\n  return f(a, 1);\n}\n", "function total(a) {\n  return f(\n    a,\n    1,\n  )\n}\n"),
        ],
    )
    def test_no_change_of_behaviour_in_tokens(self, before: str, after: str) -> None:
        assert untested(before, after, "cart.js") == []

    def test_another_function_called_is_no_rename(self) -> None:
        before = "function total(a) {\n  return f(a) + f(a);\n}\n"
        assert untested(before, before.replace("f(", "g("), "cart.js") == ["tests/untested-change"]

    def test_moved_and_renamed_with_its_callers(self) -> None:
        user = "def bill(order):\n    x = total(order.items)\n    return x + 1\n"
        made = case(
            {
                "shop/cart.py": (CODE, ""),
                "shop/sums.py": (None, CODE.replace("def total", "def add_up")),
                "shop/bill.py": (user, "from shop.sums import add_up\n\n\n" + user.replace("total", "add_up")),
            },
            context=SOME_TEST,
        )
        assert rules(AGENT, made) == []

    @pytest.mark.parametrize(
        "context",
        [
            {"tests/test_cart.py": "from shop.cart import total\n\n\ndef test_total():\n    assert total([]) == 0\n"},
            {"src/cart.test.js": "import { total } from './cart';\ntest('x', () => { expect(total()).toBe(1); });\n"},
            {},
        ],
    )
    def test_a_test_names_it_or_no_test_is_known(self, context: dict[str, str]) -> None:
        assert untested(CODE, CHANGED, context=context) == []

    def test_the_change_touches_the_files_tests(self) -> None:
        made = case(
            {
                "shop/cart.py": (CODE, CHANGED),
                "tests/test_cart.py": (None, "import helper\n\n\ndef test_x():\n    assert helper.go() == 3\n"),
            }
        )
        assert rules(AGENT, made) == []

    def test_a_tested_function_calls_it(self) -> None:
        rest = "\n\ndef thing():\n    return inner()\n\n\ndef inner():\n    return total([])\n"
        assert untested(CODE + rest, CHANGED + rest) == []

    def test_its_route_is_tested(self) -> None:
        before = "@app.get('/cart/total')\n" + CODE
        context = {"tests/test_api.py": "def test_it(client):\n    assert client.get('/cart/total').status_code == 200\n"}
        assert untested(before, before.replace("s = 0", "s = 1"), context=context) == []
        assert untested(before, before.replace("s = 0", "s = 1"), context=SOME_TEST) == ["tests/untested-change"]

    @pytest.mark.parametrize(
        "path", ["tests/support.py", "examples/cart.py", "setup.py", "shop/migrations/0001.py", "run.sh", "notes.txt"]
    )
    def test_what_needs_no_test(self, path: str) -> None:
        assert untested(CODE, CHANGED, path) == []

    @pytest.mark.parametrize(
        ("path", "known", "expected"),
        [
            ("shop/cart.py", ["tests/unit/test_cart.py", "tests/test_x.py"], "tests/unit/test_cart.py"),
            ("shop/cart.py", ["tests/unit/test_a.py", "tests/unit/test_b.py", "tests/test_c.py"], "tests/unit/test_cart.py"),
            ("src/cart.ts", ["src/a.test.ts"], "src/cart.test.ts"),
            ("shop/__init__.py", ["tests/test_shop.py", "tests/__init__.py"], "tests/test_shop.py"),
            ("shop/app.py", ["tests/data/app.py", "tests/data/other.py", "tests/test_a.py"], "tests/test_app.py"),
            ("pkg/cart.go", ["x/y_test.go"], "pkg/cart_test.go"),
            ("src/main/a/Cart.java", ["src/test/b/XTest.java"], "src/test/a/CartTest.java"),
        ],
    )
    def test_likely_place(self, path: str, known: list[str], expected: str) -> None:
        assert Places(known).likely(path) == expected


PY = (
    "from shop.cart import total\n\n\ndef test_one():\n    assert total(1) == 1\n    assert total(2) == 2\n\n\n"
    "def test_two():\n    assert total(3) == 3\n"
)
JS = (
    "test('one', () => {\n  expect(total(1)).toBe(1);\n  expect(total(2)).toBe(2);\n});\n\n"
    "it('two', () => {\n  expect(total(3)).toBe(3);\n});\n"
)
GO = (
    "package c\n\nfunc TestOne(t *testing.T) {\n\tif total(1) != 1 {\n\t\tt.Fatal(1)\n\t}\n"
    "\tif total(2) != 2 {\n\t\tt.Error(2)\n\t}\n}\n\n"
    "func TestTwo(t *testing.T) {\n\tif total(3) != 3 {\n\t\tt.Fatal(3)\n\t}\n}\n"
)


def pruned(before: str | None, after: str | None, path: str = "tests/test_cart.py", more: str = "") -> list[str]:
    return rules(AGENT, case({path: (before, after)}, context={"tests/test_more.py": more} if more else {}))


class TestRemoved:
    @pytest.mark.parametrize(
        ("path", "before", "mark"),
        [
            ("tests/test_cart.py", PY, "\n\ndef test_two"),
            ("cart.test.js", JS, "\nit('two'"),
            ("cart_test.go", GO, "\nfunc TestTwo"),
        ],
    )
    def test_one_test(self, path: str, before: str, mark: str) -> None:
        found = findings(AGENT, case({path: (before, before[: before.index(mark)])}))
        assert [item.evidence[0].rule for item in found] == ["tests/removed"]
        assert "wo`" in found[0].title
        assert found[0].location.side is Side.LEFT
        assert mark.strip().split("(")[0] in found[0].snippet

    def test_the_whole_file(self) -> None:
        found = findings(AGENT, case({"tests/test_cart.py": (PY, None)}))
        assert [item.title for item in found] == ["The file goes, and with it `test_one` and `test_two`"]

    def test_many_files_are_one_finding(self) -> None:
        files: dict[str, tuple[str | None, str | None]] = {
            f"tests/test_{name}.py": (PY.replace("test_", f"test_{name}_"), None) for name in "abcd"
        }
        (found,) = findings(AGENT, case(files))
        assert found.title == "4 test files go, and with them 8 tests"
        assert "`tests/test_a.py`, `tests/test_b.py`, `tests/test_c.py` and 1 more" in found.body
        del files["tests/test_d.py"]
        assert len(findings(AGENT, case(files))) == 3

    def test_its_subject_went_too(self) -> None:
        made = case({"tests/test_cart.py": (PY, None), "shop/cart.py": (CODE, None)})
        assert rules(AGENT, made) == []

    def test_of_what_was_on_its_way_out(self) -> None:
        assert pruned(PY + "\n\ndef test_deprecated_total():\n    assert total(9) == 9\n", PY) == []

    def test_its_parameter_went_too(self) -> None:
        old = PY.replace("total(3)", "total(3, rate=2)")
        made = case(
            {
                "tests/test_cart.py": (old, old[: old.index("\n\ndef test_two")]),
                "shop/cart.py": ("def total(items, rate=1):\n    return 1\n", "def total(items):\n    return 1\n"),
            }
        )
        assert rules(AGENT, made) == []

    @pytest.mark.parametrize(
        "after",
        [
            PY.replace("test_two", "test_three"),
            PY.replace("def test_two():\n    assert total(3) == 3", "def test_2():\n    assert total(5) == 5"),
            PY[: PY.index("def test_one")]
            + "@pytest.mark.parametrize('n', [1, 2, 3])\ndef test_all(n):\n    assert total(n) == n\n",
        ],
    )
    def test_replaced(self, after: str) -> None:
        assert pruned(PY, after) == []

    def test_moved(self) -> None:
        files = {"tests/test_cart.py": (PY, None), "tests/test_sums.py": (None, PY)}
        assert rules(AGENT, case(files)) == []
        assert pruned(PY, None, more=PY) == []


class TestWeakened:
    @pytest.mark.parametrize(
        ("path", "before", "line"),
        [
            ("tests/test_cart.py", PY, "    assert total(2) == 2\n"),
            ("cart.test.js", JS, "  expect(total(2)).toBe(2);\n"),
            ("cart_test.go", GO, "\tif total(2) != 2 {\n\t\tt.Error(2)\n\t}\n"),
        ],
    )
    def test_an_assertion_went(self, path: str, before: str, line: str) -> None:
        found = findings(AGENT, case({path: (before, before.replace(line, ""))}))
        assert [item.evidence[0].rule for item in found] == ["tests/fewer-assertions"]
        assert "1 of its 2 checks" in found[0].body

    def test_a_check_that_something_is_there_went(self) -> None:
        before = PY.replace("    assert total(2) == 2\n", "    assert total is not None\n")
        (found,) = findings(AGENT, case({"tests/test_cart.py": (before, before.replace("    assert total is not None\n", ""))}))
        assert (found.severity, found.confidence) == (Severity.LOW, Confidence.POSSIBLE)

    def test_an_assertion_got_looser(self) -> None:
        assert pruned(PY, PY.replace("total(3) == 3", "total(3)")) == ["tests/looser-assertions"]
        assert pruned(JS, JS.replace("expect(total(3)).toBe(3)", "expect(total(3)).toBeTruthy()"), "a.test.js") == [
            "tests/looser-assertions"
        ]

    @pytest.mark.parametrize(
        "after",
        [
            PY.replace("    assert total(2) == 2\n", "") + "\n\ndef test_three():\n    assert total(2) == 2\n",
            PY.replace("    assert total(1) == 1\n    assert total(2) == 2\n", "    assert_totals(1, 2)\n"),
            PY.replace("== 1", "== 7").replace("== 3", "== 4"),
            PY.replace("    assert total(2) == 2\n", "    assert total(2) == 2\n    assert total(4) == 4\n"),
            PY.replace("    assert total(1) == 1\n    assert total(2) == 2\n", "    for n in (1, 2):\n        look(n)\n")
            + "\n\ndef look(n):\n    assert total(n) == n\n    assert n\n",
        ],
    )
    def test_no_finding(self, after: str) -> None:
        assert pruned(PY, after) == []


class TestSwitchedOff:
    @pytest.mark.parametrize(
        ("path", "before", "after", "expected"),
        [
            ("tests/test_cart.py", PY, PY.replace("def test_two", "@pytest.mark.skip\ndef test_two"), "tests/skipped"),
            ("tests/test_cart.py", PY, PY.replace("def test_two", "@unittest.skip('x')\ndef test_two"), "tests/skipped"),
            (
                "tests/test_cart.py",
                PY,
                PY.replace("    assert total(3)", "    pytest.skip('later')\n    assert total(3)"),
                "tests/skipped",
            ),
            (
                "tests/test_cart.py",
                PY,
                PY.replace("\n\ndef test_one", "\npytestmark = pytest.mark.skip\n\ndef test_one"),
                "tests/skipped",
            ),
            (
                "tests/test_cart.py",
                PY,
                PY.replace("def test_two", "@pytest.mark.xfail\ndef test_two"),
                "tests/expected-failure",
            ),
            ("a.test.js", JS, JS.replace("it('two'", "it.skip('two'"), "tests/skipped"),
            ("a.test.ts", JS, JS.replace("it('two'", "xit('two'"), "tests/skipped"),
            ("a.test.js", JS, JS.replace("it('two'", "it.only('two'"), "tests/focused"),
            ("a.spec.ts", JS, "describe.only('x', () => {\n" + JS + "});\n", "tests/focused"),
            ("c_test.go", GO, GO.replace("\tif total(3)", '\tt.Skip("x")\n\tif total(3)'), "tests/skipped"),
            (
                "src/test/ATest.java",
                "class A {\n  @Test\n  void a() {}\n}\n",
                "class A {\n  @Disabled\n  @Test\n  void a() {}\n}\n",
                "tests/skipped",
            ),
            ("tests/a.rs", "#[test]\nfn a() {}\n", "#[test]\n#[ignore]\nfn a() {}\n", "tests/skipped"),
            ("spec/a_spec.rb", "it 'x' do\nend\n", "fit 'x' do\nend\n", "tests/focused"),
        ],
    )
    def test_off(self, path: str, before: str, after: str, expected: str) -> None:
        assert rules(AGENT, case({path: (before, after)})) == [expected]

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("tests/test_cart.py", PY, PY.replace("def test_two", "@pytest.mark.skipif(WINDOWS, reason='x')\ndef test_two")),
            (
                "tests/test_cart.py",
                PY,
                PY.replace("    assert total(3)", "    if WIN:\n        pytest.skip('x')\n    assert total(3)"),
            ),
            ("a.test.js", JS, JS.replace("it('two', () => {", "it('two', () => {\n  page.only('x'); skip('x');")),
            ("src/cart.js", "", "list.only('x'); it.skip('x', f);\n"),
            ("c_test.go", GO, GO.replace("\tif total(3)", '\tif testing.Short() {\n\t\tt.Skip("x")\n\t}\n\tif total(3)')),
            ("a.test.js", "it.skip('a', f);\n", "it.skip('a', f);\nconst x = 1;\n"),
            ("tests/test_cart.py", PY, PY + "# @pytest.mark.skip\n"),
            ("tests/test_cart.py", PY, PY.replace("def test_two", "@pytest.mark.xfail(PYPY, reason='x')\ndef test_two")),
        ],
    )
    def test_on(self, path: str, before: str, after: str) -> None:
        assert rules(AGENT, case({path: (before, after)})) == []


class TestAssertsNothing:
    @pytest.mark.parametrize(
        ("path", "before", "line"),
        [
            ("tests/test_cart.py", PY, "    assert True\n"),
            ("tests/test_cart.py", PY, "    assert (total(1) == 2, 'no')\n"),
            ("tests/test_cart.py", PY, "    assert 'ok'\n"),
            ("tests/test_cart.py", PY, "    self.assertTrue(True)\n"),
        ],
    )
    def test_vacuous(self, path: str, before: str, line: str) -> None:
        assert rules(AGENT, case({path: (before, before + line)})) == ["tests/vacuous-assertion"]

    def test_vacuous_script(self) -> None:
        after = JS.replace("  expect(total(3)).toBe(3);\n", "  expect(total(3)).toBe(3);\n  expect(true).toBe(true);\n")
        assert rules(AGENT, case({"a.test.js": (JS, after)})) == ["tests/vacuous-assertion"]

    @pytest.mark.parametrize(
        "line", ["    assert False\n", "    assert total(True)\n", "    assert total(1) is True\n", "    assert x == (1, 2)\n"]
    )
    def test_not_vacuous(self, line: str) -> None:
        assert rules(AGENT, case({"tests/test_cart.py": (PY, PY + line)})) == []

    def test_many_files_are_one_finding(self) -> None:
        files: dict[str, tuple[str | None, str | None]] = {
            f"tests/test_{name}.py": (None, f"def test_{name}():\n    total(4)\n") for name in "abcd"
        }
        (found,) = findings(AGENT, case(files))
        assert found.title == "4 new tests in 4 files check nothing"
        assert "`test_a` here, others in `tests/test_b.py`" in found.body
        del files["tests/test_d.py"]
        assert len(findings(AGENT, case(files))) == 3

    @pytest.mark.parametrize("check", ["t.equal(total(4), 4)", "t.is(total(4), 4)", "t.same(a, b)", "assert.ok(total(4))"])
    def test_runners_that_hand_over_what_checks(self, check: str) -> None:
        assert rules(AGENT, case({"a.test.js": (JS, JS + f"\ntest('new', t => {{\n  {check};\n}});\n")})) == []
        bare = check.replace("t.", "").replace("assert.", "")
        assert rules(AGENT, case({"a.test.js": (JS, JS + f"\ntest('new', t => {{\n  {bare};\n}});\n")})) == [
            "tests/no-assertion"
        ]

    def test_several_in_a_file_are_one_finding(self) -> None:
        added = "".join(f"\n\ndef test_new_{name}():\n    total(4)\n" for name in "abcd")
        (found,) = findings(AGENT, case({"tests/test_cart.py": (PY, PY + added)}))
        assert found.title == "The new tests `test_new_a`, `test_new_b`, `test_new_c` and 1 more check nothing"

    @pytest.mark.parametrize(
        ("path", "before", "added"),
        [
            ("tests/test_cart.py", PY, "\n\ndef test_new():\n    total(4)\n"),
            ("a.test.js", JS, "\ntest('new', () => {\n  total(4);\n});\n"),
            ("c_test.go", GO, "\nfunc TestNew(t *testing.T) {\n\ttotal(4)\n}\n"),
        ],
    )
    def test_new_test_without(self, path: str, before: str, added: str) -> None:
        assert rules(AGENT, case({path: (before, before + added)})) == ["tests/no-assertion"]

    @pytest.mark.parametrize(
        "added",
        [
            "\n\ndef test_new():\n    assert total(4) == 4\n",
            "\n\ndef test_new():\n    with pytest.raises(ValueError):\n        total(4)\n",
            "\n\ndef test_new(c):\n    look(c)\n\n\ndef look(c):\n    again(c)\n\n\ndef again(c):\n    assert c\n",
            "\n\ndef test_new(self):\n    self.assertEqual(total(4), 4)\n",
            "\n\ndef test_new(mock):\n    mock.assert_called_once()\n",
            "\n\ndef test_import_works():\n    total(4)\n",
            "\n\n@pytest.fixture\ndef test_server():\n    return total(4)\n",
            "\n\n@pytest.fixture(scope='module')\ndef test_server():\n    return total(4)\n",
            "\n\ndef test_new(run):\n    async def test():\n        return total(4)\n    assert run(test) == 4\n",
            '\n\ndef test_new(browser):\n    browser.run("""\n        assert total(4) == 4\n    """)\n',
        ],
    )
    def test_new_test_with(self, added: str) -> None:
        assert rules(AGENT, case({"tests/test_cart.py": (PY, PY + added)})) == []


def test_a_refactoring_is_silent() -> None:
    before = CODE + "\n\ndef bill(order):\n    # once\n    return total(order.items)\n"
    after = (
        "def bill(purchase):\n    return total(purchase.items)\n\n\n"
        "def total(\n    items: list,\n):\n    r = 0\n    for i in items:\n        r += i.price\n    return r\n"
    )
    assert untested(before, after) == []


def test_skips() -> None:
    files = {"a.py": ("", "x = 1\n")}
    assert isinstance(AGENT.tasks(case({"data.csv": ("", "1\n")})), Skip)
    assert isinstance(AGENT.tasks(case(files, whole_tree=True)), Skip)
    assert isinstance(AGENT.tasks(case(files, policy=Policy(agents={"tests": False}))), Skip)
