"""What a brief shows of a change, and what of its surroundings."""

from __future__ import annotations

import dataclasses
import gc
import weakref

import pytest

from fusion.agent import Case, Thinking
from fusion.model import Brief, Category, Location, Passage, Severity, Side
from fusion.planning import about, briefs
from fusion.planning.index import index_of
from fusion.planning.risk import risk
from fusion.policy import Instruction, Policy
from tests.samples.agents.changes import Sides, case, seen

CART = '''\
import os
from shop.money import rounded

LIMIT = 3


class Cart:
    """A cart."""

    def __init__(self):
        self.items = []

    # What there is to pay.
    def total(self, tax):
        return rounded(sum(self.items) * tax)

    def clear(self):
        self.items = []


def old(a):
    return a
'''
MONEY = "def rounded(x):\n    return round(x, 2)\n"
TEST = "from shop.cart import Cart\n\n\ndef test_total():\n    assert Cart().total(2) == 0\n"
MAIN = "from shop.cart import Cart, old\n\n\ndef main():\n    print(Cart().total(1))\n    # old(1)\n    old(2)\n"
STRANGER = "def total(rows):\n    return sum(rows)\n\n\ndef report():\n    return total([])\n"
AROUND = {"shop/money.py": MONEY, "tests/test_cart.py": TEST, "shop/main.py": MAIN, "other/stranger.py": STRANGER}


def plan(given: Case, **options: object) -> tuple[Brief, ...]:
    given = dataclasses.replace(given, thinking=Thinking())
    return briefs(given, agent="code-review", wants=lambda _: True, **options).briefs  # type: ignore[arg-type]


def passages(files: dict[str, Sides], context: dict[str, str] | None = None, **options: object) -> list[Passage]:
    found = plan(case(files, context=context, **options))  # type: ignore[arg-type]
    return [passage for brief in found for passage in brief.passages]


def told(found: list[Passage], kind: str) -> list[tuple[str, str]]:
    return [(passage.path, passage.symbol) for passage in found if passage.kind == kind]


class TestWhatChanged:
    def test_a_changed_method_is_shown_whole_with_its_comment(self) -> None:
        found = passages({"shop/cart.py": (CART, CART.replace("* tax", "* (1 + tax)"))})
        assert found[0].symbol == "Cart.total"
        assert found[0].text == (
            "     # What there is to pay.\n"
            "     def total(self, tax):\n"
            "-        return rounded(sum(self.items) * tax)\n"
            "+        return rounded(sum(self.items) * (1 + tax))"
        )
        assert found[0].lines == (13, 14, 0, 15)

    def test_a_line_outside_of_symbols_with_a_few_around(self) -> None:
        found = passages({"conf.yaml": ("\n".join("abcdefghij"), "\n".join("abcdeXghij"))})
        assert found[0].symbol == ""
        assert found[0].text == " b\n c\n d\n e\n-f\n+X\n g\n h\n i\n j"

    def test_a_removed_function_and_a_deleted_file(self) -> None:
        found = passages({"shop/cart.py": (CART, CART.partition("\n\ndef old")[0]), "gone.py": ("def f():\n    pass\n", None)})
        assert ("gone.py", "f") in told(found, "change")
        removed = next(item for item in found if item.symbol == "old")
        assert removed.text == "-def old(a):\n-    return a"
        assert removed.lines == (0, 0)

    def test_a_renamed_function_shows_both_names_in_one_place(self) -> None:
        found = passages({"shop/cart.py": (CART, CART.replace("def old", "def new"))})
        assert [item.text for item in found if item.kind == "change"] == ["-def old(a):\n+def new(a):\n     return a"]

    def test_of_a_large_function_the_surroundings_and_how_it_begins(self) -> None:
        body = [f"    step({n})" for n in range(400)]
        before = "\n".join(["def long(x):", *body, ""])
        found = passages({"a.py": (before, before.replace("step(200)", "leap(200)"))})
        rows = found[0].text.split("\n")
        assert rows[:4] == [" def long(x):", "     step(0)", "     step(1)", " @@ other lines are not shown here @@"]
        assert len(rows) < 30
        assert "+    leap(200)" in rows

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("a.js", "function f(x) {\n  return 1;\n}\n\nfunction g(x) {\n  return 2;\n}\n"),
            ("a.ts", "class A {\n  f(x: number) {\n    return 1;\n  }\n  g() {\n    return 2;\n  }\n}\n"),
            ("a.go", "package a\n\nfunc f() int {\n\treturn 1\n}\n\nfunc g() int {\n\treturn 2\n}\n"),
            ("A.java", "class A {\n  int f() {\n    return 1;\n  }\n  int g() {\n    return 2;\n  }\n}\n"),
            ("a.rb", "def f\n  return 1\nend\n\ndef g\n  return 2\nend\n"),
            ("a.rs", "fn f() -> i32 {\n    return 1;\n}\n\nfn g() -> i32 {\n    return 2;\n}\n"),
            ("a.cpp", "int f() {\n  return 1;\n}\n\nint g() {\n  return 2;\n}\n"),
            ("a.sh", "f() {\n  return 1\n}\n\ng() {\n  return 2\n}\n"),
        ],
    )
    def test_every_language_by_its_symbols(self, path: str, text: str) -> None:
        found = passages({path: (text, text.replace("return 1", "return 11").replace("return 2", "return 22"))})
        changed = [item for item in found if item.kind == "change"]
        assert [item.symbol.rpartition(".")[2] for item in changed] == ["f", "g"]
        assert ["return 1" in item.text for item in changed] == [True, False]

    @pytest.mark.parametrize("path", ["package-lock.json", "vendor/a.py", "a.min.js", "secret/a.py"])
    def test_what_policy_excludes_is_none(self, path: str) -> None:
        assert not passages({path: ("a\n", "b\n")}, policy=Policy(ignore=("secret/**",)))

    def test_a_rename_without_changes_is_none(self) -> None:
        assert not plan(case({"b.py": (CART, CART)}, renamed={"b.py": "a.py"}))

    def test_a_model_that_nobody_asks_for_sees_nothing(self) -> None:
        found = briefs(case({"a.py": ("", "x = 1\n")}), agent="a", wants=lambda _: True)
        assert found.briefs == ()


class TestNeighbours:
    def test_callers_whose_call_is_affected_come_first_then_tests_then_callees(self) -> None:
        after = CART.replace("total(self, tax)", "total(self, tax, fee)").replace("* tax)", "* tax + fee)")
        found = passages({"shop/cart.py": (CART, after)}, AROUND)
        assert [(item.kind, item.path, item.symbol) for item in found[1:]] == [
            ("caller", "shop/main.py", "main"),
            ("definition", "shop/cart.py", "Cart"),
            ("test", "tests/test_cart.py", "test_total"),
            ("definition", "shop/cart.py", ""),
            ("definition", "shop/money.py", "rounded"),
        ]
        assert found[1].why == "calls total, whose parameters this change alters"
        assert found[4].text == "from shop.money import rounded"
        assert found[5].text == MONEY.rstrip("\n")

    def test_who_still_calls_what_is_gone(self) -> None:
        found = passages({"shop/cart.py": (CART, CART.partition("\n\ndef old")[0])}, AROUND)
        assert [(item.path, item.why) for item in found if item.kind == "caller"] == [
            ("shop/main.py", "still calls old, which this change removes")
        ]

    def test_a_caller_in_another_changed_file_and_in_imports(self) -> None:
        files: dict[str, Sides] = {
            "shop/cart.py": (CART, CART.replace("return a", "return a + 1")),
            "shop/main.py": (MAIN, MAIN.replace("total(1)", "total(3)")),
        }
        given = case(files)
        given = dataclasses.replace(
            given,
            contents=dataclasses.replace(given.contents, imports={"lib/cartlike.py": b"from cart import old\n\n\nold(3)\n"}),
        )
        found = [item for brief in plan(given) for item in brief.passages if item.kind == "caller"]
        assert {item.path for item in found} == {"shop/main.py", "lib/cartlike.py"}

    def test_what_stands_in_the_brief_already_is_no_neighbour(self) -> None:
        after = CART.replace("sum(self.items)", "sum(old(self.items))").replace("return a", "return a or 0")
        found = passages({"shop/cart.py": (CART, after)}, AROUND)
        assert ("shop/cart.py", "old") not in told(found, "definition") + told(found, "caller")

    def test_who_reads_a_changed_constant(self) -> None:
        text = CART + "\n\ndef limited(n):\n    return n < LIMIT\n"
        found = passages({"shop/cart.py": (text, text.replace("LIMIT = 3", "LIMIT = 4"))})
        assert ("shop/cart.py", "limited") in told(found, "caller")


FEES = """\
from shop import rates
from shop.money import WHOLE

# Days, not weeks.
GRACE = 3
STEPS = {
    "late": 2,
    "lost": 9,
}
UNUSED = 1


def charged(days):
    return days * STEPS["late"]


def fee(days):
    if days < GRACE:
        return 0
    return charged(days)
"""


class TestWhatChangedLinesName:
    """Values, bodies, tests and tables that a reader of the changed lines looks up first."""

    def test_values_of_the_file_and_of_what_it_imports(self) -> None:
        after = FEES.replace("return 0", "return WHOLE + STEPS['lost'] * rates.TAX if GRACE else 0")
        around = {
            "shop/money.py": "WHOLE = (\n    100\n)\nOTHER = 2\n",
            "shop/rates.py": 'TAX = 19\n"""Per cent."""\n',
            "far/rates2.py": "WHOLE = 7\n",
        }
        found = passages({"shop/fees.py": (FEES, after)}, around)
        values = {item.path: item.text for item in found if item.kind == "definition" and not item.symbol}
        assert values == {
            "shop/fees.py": (
                "from shop import rates\nfrom shop.money import WHOLE\n"
                '# Days, not weeks.\nGRACE = 3\nSTEPS = {\n    "late": 2,\n    "lost": 9,\n}'
            ),
            "shop/money.py": "WHOLE = (\n    100\n)",
            "shop/rates.py": 'TAX = 19\n"""Per cent."""',
        }

    def test_the_body_of_what_a_changed_line_calls_whole_and_of_a_longer_one_the_beginning(self) -> None:
        def called(size: int) -> list[str]:
            text = FEES.replace("    return days * S", "    days += 1\n" * size + "    return days * S")
            found = passages({"shop/fees.py": (text, text.replace("charged(days)\n", "charged(days + 1)\n"))})
            return next(item.text for item in found if item.symbol == "charged").split("\n")

        assert len(called(38)) == 40
        assert len(called(39)) == 25
        assert called(39)[-1] == "@@ other lines are not shown here @@"

    def test_what_the_same_change_touches_says_so(self) -> None:
        def shown(after: str) -> str:
            files: dict[str, Sides] = {
                "shop/fees.py": (FEES, FEES.replace("< GRACE", "<= GRACE")),
                "shop/bill.py": ("from shop.fees import fee\n\n\ndef bill(n):\n    return n\n", after),
            }
            briefs_ = plan(case(files))
            brief = next(item for item in briefs_ if item.topic.startswith("shop/bill.py"))
            return next(item.text for item in brief.passages if item.symbol == "fee")

        after = "from shop.fees import fee\n\n\ndef bill(n):\n    return fee(n)\n"
        assert shown(after).split("\n")[:2] == ["@@ changed in this change too @@", "def fee(days):"]

    def test_what_the_same_change_takes_away_from_it_says_so_too(self) -> None:
        files: dict[str, Sides] = {
            "shop/fees.py": (FEES, FEES.replace("    if days < GRACE:\n        return 0\n", "")),
            "tests/test_fees.py": ("", "from shop.fees import fee\n\n\ndef test_fee():\n    assert fee(9)\n"),
        }
        shown = [item for brief in plan(case(files)) for item in brief.passages if item.symbol == "fee"]
        assert ["@@ changed" in item.text for item in shown if item.kind == "definition"] == [True]

    TABLE = "CASES = [\n" + "".join(f"    ({n}, {n}),\n" for n in range(60)) + "]\n"

    def test_a_table_of_cases_is_shown_whole_where_it_is_touched(self) -> None:
        text = f"import pytest\n\n{self.TABLE}"
        after = text.replace("(3, 3)", "(3, 4)").replace("(50, 50)", "(50, 51)")
        [shown] = [item for item in passages({"tests/test_fees.py": (text, after)}) if item.kind == "change"]
        assert shown.text.count("\n") == 63
        assert "CASES" in shown.text

    def test_a_table_of_cases_is_shown_with_the_test_that_reads_it(self) -> None:
        test = (
            f"import pytest\nfrom shop.fees import fee\n\n{self.TABLE}\n\n"
            "@pytest.mark.parametrize('days,due', CASES)\ndef test_fee(days, due):\n    assert fee(days) == due\n"
        )
        found = passages({"shop/fees.py": (FEES, FEES.replace("return 0", "return 1"))}, {"tests/test_fees.py": test})
        [shown] = [item.text for item in found if item.kind == "test"]
        assert "    (59, 59)," in shown
        assert shown.endswith("assert fee(days) == due")

    def test_a_test_without_a_name_of_its_own_is_shown_whole(self) -> None:
        test = 'import { fee } from "./fees";\n\ntest.each([\n' + "  [1, 2],\n" * 30
        test += '])("%s", (days, due) => {\n  expect(fee(days)).toBe(due);\n});\n\nconst x = 1;\n'
        text = "export function fee(days) {\n  return 1;\n}\n"
        found = passages({"src/fees.js": (text, text.replace("1", "2"))}, {"src/fees.test.js": test})
        [shown] = [item.text.split("\n") for item in found if item.kind == "test"]
        assert (shown[0], shown[-1], len(shown)) == ("test.each([", "});", 34)

    @pytest.mark.parametrize(("agent", "shown"), [("code-review", 1), ("tests", 1), ("security", 0), ("documentation", 0)])
    def test_where_no_test_calls_it_the_one_that_is_named_most_like_it(self, agent: str, shown: int) -> None:
        tests = "def test_the_page():\n    assert page()\n\n\ndef test_late_fee():\n    assert page().fee\n"
        given = case({"shop/fees.py": (FEES, FEES.replace("return 0", "return 1"))}, context={"tests/test_fees.py": tests})
        found = briefs(dataclasses.replace(given, thinking=Thinking()), agent=agent, wants=lambda _: True).briefs
        assert told(list(found[0].passages), "test") == [("tests/test_fees.py", "test_late_fee")] * shown


class TestSecretsAndEvidence:
    KEY = "tr4vel-b0ok-92"

    def files(self) -> dict[str, Sides]:
        return {
            "a.py": ("def f(x):\n    return 1\n", f'def f(x):\n    word = "{self.KEY}"\n    return x\n'),
            "b.py": (f'def g():\n    return "{self.KEY}"\n', "def g():\n    return 2\n"),
        }

    def test_a_secret_that_an_analyzer_found_is_shown_nowhere(self) -> None:
        found = seen("a.py", 2, family="hardcoded-secret", category=Category.SECURITY, message=f'Found "{self.KEY}"')
        given = case(self.files(), evidence=[found], context={"tests/test_f.py": f'f("{self.KEY}")\n'})
        shown = plan(given)
        assert self.KEY not in "".join(brief.model_dump_json() for brief in shown)
        change = next(item for brief in shown for item in brief.passages if item.path == "a.py" and item.kind == "change")
        assert change.text.split("\n")[2].startswith("+    word = ")
        assert len(change.text.split("\n")) == 4

    def test_a_secret_is_known_by_its_shape(self) -> None:
        token = "ghp_" + "a1B2c3D4" * 5
        shown = plan(case({"a.env": ("", f"T={token}\n")}))
        assert token not in shown[0].model_dump_json()

    def test_evidence_is_quoted_by_passage_and_row(self) -> None:
        files: dict[str, Sides] = {"shop/cart.py": (CART, CART.replace("* tax", "* (1 + tax)"))}
        here = seen("shop/cart.py", 15, family="sql-injection", category=Category.SECURITY, message="Bad, see line 14")
        there = seen("shop/cart.py", 21, family="sql-injection", category=Category.SECURITY, rule="X1")
        shown = plan(case(files, evidence=[here, there]))
        quoted = [item for item in shown[0].passages if item.kind == "evidence"]
        assert [item.text for item in quoted] == ["P1:4 bandit B602, high: Bad, see line …"]
        assert shown[0].evidence == (here.id,)
        assert not plan(case(files, evidence=[here]), kinds={Category.TESTS})[0].evidence


class TestGuidanceAndRisk:
    def test_instructions_of_the_paths(self) -> None:
        policy = Policy(
            instructions=(
                Instruction(paths=("shop/**",), text="Amounts are integers."),
                Instruction(paths=("docs/**",), text="Be brief."),
            )
        )
        assert plan(case({"shop/a.py": ("", "x = 1\n")}, policy=policy))[0].guidance == ("Amounts are integers.",)

    def test_an_instruction_that_does_not_fit_is_named(self) -> None:
        policy = Policy(instructions=(Instruction(paths=("**",), text="word " * 5_000),))
        given = dataclasses.replace(case({"a.py": ("", "x = 1\n")}, policy=policy), thinking=Thinking())
        found = briefs(given, agent="tests", wants=lambda _: True)
        assert found.briefs[0].guidance == ()
        assert "instruction is too long" in found.left_out[0].reason

    def test_what_is_risky(self) -> None:
        files: dict[str, Sides] = {
            "app/auth.py": ("", "def login(password):\n    return password == STORED\n"),
            "app/words.py": ("", "def words(text):\n    return text.split()\n"),
            "tests/test_auth.py": ("", "def test_login():\n    assert login('x')\n"),
            "README.md": ("", "How to log in.\n"),
        }
        assert [brief.topic.partition(":")[0] for brief in plan(case(files))] == list(files)
        unit = index_of(case(files)).units["app/words.py"][0]
        seen_there = seen("app/words.py", 1, family="x", category=Category.SECURITY, severity=Severity.CRITICAL)
        assert risk(unit, [seen_there]).points > risk(unit, []).points
        assert risk(unit, [seen_there]).reasons[0] == "bandit reports critical severity here"


class TestAbout:
    GIVEN = case({"shop/cart.py": (CART, CART.replace("* tax", "* (1 + tax)"))}, context=AROUND)

    def test_a_changed_symbol(self) -> None:
        found = about(self.GIVEN, Location(path="shop/cart.py", line=1, end_line=1), "total")
        assert found is not None
        assert found.topic == "shop/cart.py: Cart.total"
        assert found.passages[0].kind == "change"
        assert ("shop/main.py", "main") in told(list(found.passages), "caller")

    @pytest.mark.parametrize(("line", "symbol"), [(5, ""), (99, "main")])
    def test_a_place_that_the_change_does_not_touch(self, line: int, symbol: str) -> None:
        found = about(self.GIVEN, Location(path="shop/main.py", line=line, end_line=line), symbol)
        assert found is not None
        assert (found.passages[0].kind, found.passages[0].symbol) == ("definition", "main")
        assert found.passages[0].lines == (4, 5, 6, 7)

    def test_a_question_brings_what_it_names_with_its_callers_and_tests(self) -> None:
        files: dict[str, Sides] = {
            "shop/bill.py": (
                "from shop.stock import Stock\n\n\ndef bill(n):\n    return n\n",
                "from shop.stock import Stock\n\n\ndef bill(n):\n    return n + 1\n",
            ),
            "shop/send.py": ("", "from shop.stock import Stock\n\n\ndef send(n):\n    return Stock().held(n)\n"),
        }
        stock = (
            "class Stock:\n    def held(self, n):\n"
            + "        n += 1\n" * 50
            + "        return n\n\n\ndef other():\n    pass\n"
        )
        around = {
            "shop/stock.py": stock,
            "tests/test_stock.py": "from shop.stock import Stock\n\n\ndef test_held():\n    assert Stock().held(1)\n",
        }
        given = case(files, context=around)
        place = Location(path="shop/bill.py", line=5, end_line=5)
        plain = about(given, place, "bill")
        assert plain is not None
        assert ("shop/stock.py", "Stock.held") not in told(list(plain.passages), "definition")
        for question in (
            "Does every caller of `Stock.held` hold the lock?",
            "is `held` called twice, or bill or nothing at all?",
        ):
            found = about(given, place, "bill", question=question)
            assert found is not None
            shown = list(found.passages)
            assert ("shop/stock.py", "Stock.held") in told(shown, "definition")
            assert next(item.text for item in shown if item.symbol == "Stock.held").endswith("return n")
            assert ("shop/send.py", "send") in told(shown, "caller")
            assert ("tests/test_stock.py", "test_held") in told(shown, "test")

    def test_a_question_does_not_bring_what_has_to_stay(self) -> None:
        policy = Policy.model_validate({"models": {"local": ["keys/**"]}})
        files: dict[str, Sides] = {"shop/a.py": ("", "from keys.vault import opened\n\n\ndef a():\n    return 1\n")}
        given = case(files, context={"keys/vault.py": "def opened():\n    return 2\n"}, policy=policy)
        found = about(given, Location(path="shop/a.py", line=5, end_line=5), "a", question="what does `opened` return?")
        assert found is not None
        assert {item.path for item in found.passages} == {"shop/a.py"}

    def test_a_place_that_nobody_holds(self) -> None:
        assert about(self.GIVEN, Location(path="nowhere.py", line=1, end_line=1)) is None
        assert about(self.GIVEN, Location(path="shop/main.py", line=1, end_line=1, side=Side.LEFT)) is None


def test_what_agents_share_is_made_once_and_forgotten_with_the_case() -> None:
    given = case({"a.py": ("", "x = 1\n")})
    assert index_of(given) is index_of(dataclasses.replace(given, thinking=Thinking()))
    assert index_of(dataclasses.replace(given, policy=Policy(ignore=("a.py",)))) is not index_of(given)
    gone: list[bool] = []
    index = index_of(given)
    weakref.finalize(index, gone.append, True)
    del given, index
    gc.collect()
    assert gone == [True]
