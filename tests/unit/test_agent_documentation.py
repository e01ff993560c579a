from __future__ import annotations

import pytest

from agents.checks.docstrings import described
from agents.documentation import Documentation
from fusion.agent import Skip
from fusion.model import Severity
from fusion.policy import Policy
from tests.samples.agents.changes import case, findings, rules

AGENT = Documentation()


def said(before: str | None, after: str | None, path: str = "shop/cart.py", **context: str) -> list[str]:
    return rules(
        AGENT, case({path: (before, after)}, context={name.replace("__", "."): text for name, text in context.items()})
    )


NEIGHBOURS = "".join(f'def known{n}(a):\n    """Say {n}."""\n    return a\n\n\n' for n in range(4))


class TestUndocumented:
    @pytest.mark.parametrize(
        "added",
        [
            "def fresh(a):\n    return a\n",
            "class Fresh:\n    x = 1\n",
            "async def fresh(a):\n    return a\n",
        ],
    )
    def test_new_public_name_among_documented_ones(self, added: str) -> None:
        found = findings(AGENT, case({"shop/cart.py": (NEIGHBOURS, NEIGHBOURS + added)}))
        assert [item.evidence[0].rule for item in found] == ["docs/undocumented"]
        assert "resh`" in found[0].title
        assert found[0].location.line == 21
        assert found[0].severity is Severity.LOW

    def test_one_finding_names_all(self) -> None:
        added = "def one(a):\n    return a\n\n\ndef two(a):\n    return a\n"
        found = findings(AGENT, case({"shop/cart.py": (NEIGHBOURS, NEIGHBOURS + added)}))
        assert [item.title for item in found] == ["New in the public interface without documentation: `one` and `two`"]

    def test_a_new_file_follows_the_custom_of_its_folder(self) -> None:
        made = case(
            {"shop/cart.py": (NEIGHBOURS, NEIGHBOURS + "X = 1\n"), "shop/new.py": (None, "def fresh(a):\n    return a\n")}
        )
        assert rules(AGENT, made) == ["docs/undocumented"]

    def test_java_and_go(self) -> None:
        methods = "".join(f"    /** Says {n}. */\n    public int known{n}() {{ return {n}; }}\n" for n in range(4))
        before = "/** A cart. */\npublic class Cart {\n" + methods + "}\n"
        after = before[:-2] + "    public int fresh() { return 9; }\n}\n"
        assert said(before, after, "shop/Cart.java") == ["docs/undocumented"]
        before = "package cart\n" + "".join(f"\n// Known{n} says.\nfunc Known{n}() int {{ return {n} }}\n" for n in range(4))
        assert said(before, before + "\nfunc Fresh() int { return 9 }\n", "cart/cart.go") == ["docs/undocumented"]

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("shop/cart.py", NEIGHBOURS, NEIGHBOURS + 'def fresh(a):\n    """Say it."""\n'),
            ("shop/cart.py", NEIGHBOURS, NEIGHBOURS + "def _fresh(a):\n    return a\n"),
            ("shop/cart.py", "def a():\n    pass\n" * 5, "def a():\n    pass\n" * 5 + "def fresh(a):\n    return a\n"),
            ("shop/cart.py", "", "def fresh(a):\n    return a\n"),
            ("tests/test_cart.py", NEIGHBOURS, NEIGHBOURS + "def test_fresh():\n    assert 1\n"),
            ("shop/cart.py", NEIGHBOURS, NEIGHBOURS + "def main():\n    return 1\n"),
            ("shop/cart.py", NEIGHBOURS, NEIGHBOURS + "@overload\ndef fresh(a: int) -> int: ...\n"),
            ("shop/cart.py", NEIGHBOURS + "def bare(a):\n    return a\n", NEIGHBOURS + "\n\ndef bare(a, b):\n    return a\n"),
        ],
    )
    def test_no_finding(self, path: str, before: str, after: str) -> None:
        assert said(before, after, path) == []

    def test_moved_names_are_not_new(self) -> None:
        bare = "def bare(a):\n    return a\n"
        assert rules(AGENT, case({"shop/cart.py": (NEIGHBOURS, NEIGHBOURS + bare), "shop/old.py": (bare, "")})) == []


GOOGLE = '''def pay(a, amount, {p}):
    """Pay.

    Args:
        a: Who.
        amount (int): How much,
            in cents.
        rate: The rate. Defaults to {d}.

    Returns:
        rate: the result.
    """
    return a
'''
NUMPY = '''def pay(a, amount, {p}):
    """Pay.

    Parameters
    ----------
    a, amount : int
        Who and how much.
    rate : float, optional
        The rate (default {d}).

    Returns
    -------
    rate : float
    """
    return a
'''
SPHINX = '''def pay(a, amount, {p}):
    """Pay.

    :param a: who
    :param int amount: how much
    :param rate: the rate, default {d}
    :return: it
    """
    return a
'''
STYLES = {"google": (GOOGLE, 8), "numpy": (NUMPY, 8), "sphinx": (SPHINX, 6)}


class TestParameters:
    @pytest.mark.parametrize("style", STYLES)
    def test_gone(self, style: str) -> None:
        text, line = STYLES[style]
        found = findings(AGENT, case({"a.py": (text.format(p="rate=1", d=1), text.format(p="tax=1", d=1))}))
        assert [item.evidence[0].rule for item in found] == ["docs/removed-parameter"]
        assert found[0].location.line == line
        assert "It is now `tax`" in found[0].body
        assert found[0].symbol == "pay"

    @pytest.mark.parametrize("style", STYLES)
    def test_left_out(self, style: str) -> None:
        text, _ = STYLES[style]
        assert said(text.format(p="rate=1", d=1), text.format(p="rate=1, tax=2", d=1)) == ["docs/missing-parameter"]

    @pytest.mark.parametrize("style", STYLES)
    def test_another_default(self, style: str) -> None:
        text, _ = STYLES[style]
        found = findings(AGENT, case({"a.py": (text.format(p="rate=5", d=5), text.format(p="rate=7", d=5))}))
        assert [item.title for item in found] == ["The documentation gives `5` as the default of `rate`; it is `7` now"]

    @pytest.mark.parametrize("style", STYLES)
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (("rate=5", 5), ("rate=7", 7)),
            (("rate=5", 5), ("rate=7", "what fits")),
            (("rate", 5), ("rate: int", 5)),
            (("rate=5", 5), ("rate=5, _hidden=1", 5)),
            (("rate=5", 5), ("rate=5", 6)),
        ],
    )
    def test_in_step(self, style: str, before: tuple[str, object], after: tuple[str, object]) -> None:
        text, _ = STYLES[style]
        assert said(text.format(p=before[0], d=before[1]), text.format(p=after[0], d=after[1])) == []

    def test_keywords_may_still_take_it(self) -> None:
        assert said(GOOGLE.format(p="rate=1", d=1), GOOGLE.format(p="**more", d=1)) == []

    def test_no_style_no_finding(self) -> None:
        before = 'def f(a, b):\n    """Use a and b: a first."""\n'
        assert said(before, before.replace("(a, b)", "(a)")) == []

    def test_constructor_in_the_class_docstring(self) -> None:
        text = (
            'class A:\n    """It.\n\n    Args:\n        one: First.\n        two: Second.\n    """\n\n'
            "    def __init__(self, one, two):\n        pass\n"
        )
        assert said(text, text.replace("one, two)", "one)")) == ["docs/removed-parameter"]

    @pytest.mark.parametrize("path", ["a.js", "a.ts"])
    def test_tags(self, path: str) -> None:
        text = (
            "/**\n * Pays.\n * @param {number} a who\n * @param {number} rate how\n */\n"
            "export function pay(a, rate) {\n  return a;\n}\n"
        )
        found = findings(AGENT, case({path: (text, text.replace("(a, rate)", "(a, tax)"))}))
        assert [(item.evidence[0].rule, item.location.line) for item in found] == [("docs/removed-parameter", 4)]
        assert said(text, text.replace("(a, rate)", "(a, rate, tax)"), path) == []
        assert said(text, text.replace("rate", "tax"), path) == []

    def test_described_knows_its_lines(self) -> None:
        lines = GOOGLE.split("\n")
        assert {name: item.line for name, item in described(lines, 1).items()} == {"a": 5, "amount": 6, "rate": 8}


CODE = "def load_cart(a):\n    return a\n\n\nclass ShopCart:\n    def checkout(self):\n        return 1\n\n\nOTHER = 1\n"


class TestRemovedNames:
    @pytest.mark.parametrize(
        "line",
        [
            "Call `load_cart` first.",
            "Call `load_cart(1)` first.",
            "Call `cart.load_cart()` first.",
            "Use ``load_cart`` here.",
            "See :func:`~shop.cart.load_cart`.",
            "```python\nfrom shop.cart import load_cart\n```",
            "```\nx = load_cart(1)\n```",
        ],
    )
    def test_function(self, line: str) -> None:
        after = "\n".join(CODE.split("\n")[4:])
        assert said(CODE, after, README__md=f"# Shop\n\n{line}\n") == ["docs/removed-name"]

    def test_renamed_says_the_new_name(self) -> None:
        made = case(
            {"shop/cart.py": (CODE, CODE.replace("load_cart", "open_cart"))}, context={"docs/use.md": "Call `load_cart`.\n"}
        )
        found = findings(AGENT, made)
        assert [item.title for item in found] == [
            "`docs/use.md` still names `load_cart`, which this change renames to `open_cart`"
        ]
        assert found[0].location.path == "docs/use.md"
        assert found[0].evidence[0].snippet == "Call `load_cart`."

    def test_method_needs_its_class(self) -> None:
        after = CODE.replace("def checkout(self):\n        return 1", "pass")
        assert said(CODE, after, README__md="Then `ShopCart.checkout()`.\n") == ["docs/removed-name"]
        assert said(CODE, after, README__md="Run `git checkout` or `checkout`.\n") == []

    def test_class(self) -> None:
        assert said(CODE, CODE.replace("ShopCart", "Basket"), README__md="A `ShopCart` holds it.\n") == ["docs/removed-name"]

    def test_a_changed_document_is_read_at_head(self) -> None:
        after = CODE.replace("load_cart", "open_cart")
        files = {"shop/cart.py": (CODE, after), "README.md": ("Call `load_cart`.\n", "Call `open_cart`.\n")}
        assert rules(AGENT, case(files)) == []
        files["README.md"] = ("Call it.\n", "Please call `load_cart`.\n")
        assert rules(AGENT, case(files)) == ["docs/removed-name"]

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("README.md", "Call load_cart first.\n"),
            ("README.md", "`load_cart` was removed; call `open_cart`.\n"),
            ("README.md", "Call `other.load_cart()`.\n"),
            ("README.md", "Call `load_carts`, `reload_cart` or `load_cart_now`.\n"),
            ("CHANGELOG.md", "- `load_cart` is gone\n"),
            ("docs/migration.md", "Write `open_cart` for `load_cart`.\n"),
            ("docs/adr/1.md", "`load_cart` it is.\n"),
        ],
    )
    def test_no_finding(self, path: str, text: str) -> None:
        made = case({"shop/cart.py": (CODE, CODE.replace("load_cart", "open_cart"))}, context={path: text})
        assert rules(AGENT, made) == []

    @pytest.mark.parametrize("kept", ["load_cart = open_cart\n", "from shop.store import load_cart\n"])
    def test_a_name_that_is_still_there(self, kept: str) -> None:
        after = CODE.replace("load_cart", "open_cart") + kept
        assert said(CODE, after, README__md="Call `load_cart`.\n") == []

    def test_moved_to_another_file(self) -> None:
        files = {"shop/cart.py": (CODE, ""), "shop/trolley.py": (None, CODE)}
        assert rules(AGENT, case(files, context={"README.md": "Call `load_cart`.\n"})) == []


class TestSwitches:
    BEFORE = "import os\np.add_argument('--dry-run', default=3)\nX = os.environ['SHOP_TOKEN']\nY = os.getenv('SHOP_URL', 'a')\n"

    @pytest.mark.parametrize(
        ("path", "before", "text"),
        [
            ("cli.py", "p.add_argument('-n', '--dry-run')\n", "Pass `--dry-run`.\n"),
            ("cli.py", "@click.option('--dry-run/--no-dry-run')\ndef f(): ...\n", "Pass --dry-run.\n"),
            ("cli.py", "def f(x=typer.Option(False, '--dry-run')): ...\n", "Pass --dry-run.\n"),
            ("cli.js", "program.option('-n, --dry-run <x>', 'help');\n", "Pass --dry-run.\n"),
            ("main.go", 'var d = flag.Bool("dry-run", false, "x")\n', "Pass --dry-run.\n"),
            ("cli.py", "import os\nX = os.environ['SHOP_TOKEN']\n", "Set SHOP_TOKEN.\n"),
            ("a.js", "const x = process.env.SHOP_TOKEN;\n", "| `SHOP_TOKEN` | the token |\n"),
            ("a.rb", "x = ENV.fetch('SHOP_TOKEN')\n", "Set SHOP_TOKEN.\n"),
            ("a.go", 'x := os.Getenv("SHOP_TOKEN")\n', "Set SHOP_TOKEN.\n"),
        ],
    )
    def test_gone(self, path: str, before: str, text: str) -> None:
        assert said(before, "", path, README__md=text) == ["docs/removed-switch"]

    @pytest.mark.parametrize(
        ("after", "text"),
        [
            (BEFORE + "Z = 1\n", "Pass `--dry-run`, set SHOP_TOKEN.\n"),
            ("options = ['--dry-run', 'SHOP_TOKEN', 'SHOP_URL']\n", "Pass `--dry-run`, set SHOP_TOKEN.\n"),
            ("", "Pass --dry-run-all or --no-dry-run, set MY_SHOP_TOKEN.\n"),
            ("", "The option --dry-run was removed.\n"),
        ],
    )
    def test_no_finding(self, after: str, text: str) -> None:
        assert said(self.BEFORE, after, "cli.py", README__md=text) == []

    def test_default(self) -> None:
        after = self.BEFORE.replace("default=3", "default=4").replace("'a'", "'b'")
        assert said(self.BEFORE, after, "cli.py", README__md="`--dry-run N` (default: 3)\n`SHOP_URL`, default a\n") == [
            "docs/changed-default",
            "docs/changed-default",
        ]
        assert said(self.BEFORE, after, "cli.py", README__md="`--dry-run N` (default: 4)\n`--dry-run 3`\n") == []


def test_a_refactoring_is_silent() -> None:
    before = NEIGHBOURS + "def bare(one, two):\n    total = one\n    return total + two\n"
    after = "import os\n\n\ndef bare(\n    one,\n    two,\n):\n    s = one\n    return s + two\n\n\n" + NEIGHBOURS
    assert said(before, after, README__md="Call `bare(1, 2)` and `known1`.\n") == []


def test_skips() -> None:
    files = {"a.py": ("", "x = 1\n")}
    assert isinstance(AGENT.tasks(case({"data.csv": ("", "1\n")})), Skip)
    assert isinstance(AGENT.tasks(case(files, whole_tree=True)), Skip)
    assert isinstance(AGENT.tasks(case(files, policy=Policy(agents={"documentation": False}))), Skip)


def test_reads_sources_and_documents() -> None:
    tasks = AGENT.tasks(case({"a.py": ("", "x = 1\n"), "b.md": ("", "x\n"), "c.bin": ("", "x")}, context={"README.md": "x\n"}))
    assert not isinstance(tasks, Skip)
    assert tasks[0].read == ("a.py", "b.md", "README.md")
