"""What the agents read with: both sides as text, trees, tokens, roles, and observations that become findings."""

from __future__ import annotations

import ast

import pytest

from fusion.changes.roles import is_document, is_example, is_production, is_test, speaks_of_the_past
from fusion.model import Category, Confidence, Contents, Provenance, Severity
from fusion.policy import Policy
from fusion.reading.behaviour import behaviour
from fusion.reading.comparison import compare, context_texts, decoded, lines_of
from fusion.reading.observation import Observation, Sources, at, brought, listed, quoted, witnessed
from fusion.syntax import python_tree
from fusion.syntax.tokens import normalised, tokens
from tests.samples.agents.changes import case


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", ()), ("a", ("a",)), ("a\n", ("a",)), ("a\r\nb\x0cc\u2028d\n\n", ("a", "b\x0cc\u2028d", ""))],
)
def test_lines_end_where_git_ends_them(text: str, expected: tuple[str, ...]) -> None:
    assert lines_of(text) == expected


@pytest.mark.parametrize(
    ("data", "expected"), [(b"\xef\xbb\xbfa", "a"), (b"\xff", None), (b"a\0b", None), ("ä".encode(), "ä"), (b"", "")]
)
def test_decoded(data: bytes, expected: str | None) -> None:
    assert decoded(data) == expected


def test_compare_pairs_renamed_files_and_names_what_it_cannot_read() -> None:
    made = case({"new.py": ("a = 1\n", "a = 1\nb = 2\n"), "bad.py": (b"\xff", "x\n")}, renamed={"new.py": "old.py"})
    compared = compare(made.change, made.contents, Policy())
    assert [(item.path, item.base_path, sorted(item.added)) for item in compared.files] == [("new.py", "old.py", [2])]
    assert [(item.path, item.reason) for item in compared.unread] == [("bad.py", "its base side is not UTF-8 text")]


def test_compare_leaves_out_what_policy_does() -> None:
    made = case({"a.py": ("", "x\n"), "vendor/b.py": ("", "x\n")})
    assert [item.path for item in compare(made.change, made.contents, Policy()).files] == ["a.py"]


def test_context_texts_are_those_that_are_text() -> None:
    assert context_texts(Contents(context={"b": b"x", "a": b"\xff"})) == {"b": "x"}


def observed(path: str, line: int, **more: object) -> Observation:
    return Observation(
        rule="code/odd",
        family="odd",
        category=Category.CORRECTNESS,
        title="Odd",
        body="It is odd.",
        severity=Severity.LOW,
        confidence=Confidence.LIKELY,
        location=at(path, line),
        **more,  # type: ignore[arg-type]
    )


def test_findings_stand_on_quoted_evidence_in_the_order_of_the_file() -> None:
    made = case({"a.py": ("", "def f():\n    x = 1\n    x = 1\n")})
    files = compare(made.change, made.contents, Policy()).files
    found = witnessed("me", [observed("a.py", 3), observed("a.py", 2), observed("a.py", 2)], Sources(files, {}), Provenance())
    assert [(item.location.line, item.symbol, item.snippet) for item in found] == [(2, "f", "    x = 1"), (3, "f", "    x = 1")]
    assert len({item.fingerprint for item in found}) == 2
    assert all(item.evidence[0].tool == "fusion" and item.evidence[0].fingerprint == item.fingerprint for item in found)


def test_a_fingerprint_survives_moved_lines_and_a_changed_line_with_the_same_subject() -> None:
    def fingerprint(text: str, line: int) -> str:
        made = case({"a.txt": ("", text)})
        files = compare(made.change, made.contents, Policy()).files
        return witnessed("me", [observed("a.txt", line, subject="dep x")], Sources(files, {}), Provenance())[0].fingerprint

    assert fingerprint("x==1\n", 1) == fingerprint("\n\nx==2\n", 3)


def test_brought_subtracts_the_base_of_the_whole_change() -> None:
    made = case({"a.py": ("bad\n", ""), "b.py": ("", "bad\nbad\n")})
    files = compare(made.change, made.contents, Policy()).files
    found = brought(lambda item: [observed(item.path, line) for line in sorted(item.added)], files)
    assert [(item.location.path, item.location.line) for item in found] == [("b.py", 2)]


def test_names_from_the_change_cannot_break_out_of_a_sentence() -> None:
    assert quoted("a`b\nc") == "`a'b c`"
    assert len(quoted("x" * 9_000)) < 400
    assert [listed(list("abcdef"[:count]), 3) for count in (1, 2, 3, 5)] == [
        "`a`",
        "`a` and `b`",
        "`a`, `b` and `c`",
        "`a`, `b`, `c` and 2 more",
    ]


class TestPythonTree:
    def test_odd_text_gives_no_tree_and_no_warning(self) -> None:
        assert python_tree.parse("def (") is None
        assert python_tree.parse("a\0b") is None
        assert python_tree.parse("(" * 100_000) is None
        assert python_tree.parse("x = '\\d'\n") is not None
        assert python_tree.parses("x = 1\r\ny = 2\r\n")

    def test_functions_by_dotted_name(self) -> None:
        tree = ast.parse("class A:\n  def b(self):\n    def c(): ...\nif x:\n  def d(): ...\nelse:\n  def d(y): ...\n")
        found = python_tree.functions(tree)
        assert list(found) == ["A.b", "A.b.c", "d"]
        assert python_tree.parameters(found["d"]) == {"y": None}

    def test_walk_keeps_the_order_of_the_source(self) -> None:
        names = [node.id for node in python_tree.walk(ast.parse("a(b, c)[d] = e\n")) if isinstance(node, ast.Name)]
        assert names == ["a", "b", "c", "d", "e"]

    @pytest.mark.parametrize(
        ("text", "expected"), [("-1", "-1"), ("'a'", "'a'"), ("...", None), ("f()", None), ("None", "None")]
    )
    def test_literal(self, text: str, expected: str | None) -> None:
        assert python_tree.literal(ast.parse(text, mode="eval").body) == expected

    def test_headers_change_with_signatures_only(self) -> None:
        text = "@a\ndef f(\n    b,\n):\n    return b\n"
        assert python_tree.headers(text) == python_tree.headers(text.replace("return b", "return -b"))
        assert python_tree.headers(text) != python_tree.headers(text.replace("b,", "b, c,"))


class TestTokens:
    @pytest.mark.parametrize(
        ("language", "text", "expected"),
        [
            ("javascript", "a = `x ${b}` // c\n/* d */ f('y')", ["a", "=", "`x ${b}`", "f", "(", "'y'", ")"]),
            ("python", 'x = """a\nb""" # c', ["x", "=", '"""a\nb"""']),
            ("bash", "echo a#b # c", ["echo", "a", "#", "b"]),
            (
                "rust",
                "fn f<'a>(x: &'a str) { 'c' }",
                ["fn", "f", "<", "'", "a", ">", "(", "x", ":", "&", "'", "a", "str", ")", "{", "'c'", "}"],
            ),
            ("go", "a := b", ["a", ":=", "b"]),
        ],
    )
    def test_comments_go_and_strings_stay_whole(self, language: str, text: str, expected: list[str]) -> None:
        assert [item.text for item in tokens(language, text)] == expected

    def test_lines(self) -> None:
        assert [item.line for item in tokens("go", "a\n// x\n\nb /* \n */ c")] == [1, 4, 5]

    def test_formatters_change_nothing(self) -> None:
        before, after = tokens("javascript", "f('a', b);"), tokens("javascript", 'f(\n  "a",\n  b,\n)')
        assert normalised(before, same_quotes=True) == normalised(after, same_quotes=True)


def test_behaviour_names_what_was_removed_and_renamed() -> None:
    body = "(a):\n    x = a + 1\n    return x * 2\n"
    made = case({"a.py": (f"def one{body}\n\ndef two(a):\n    return 2\n", f"def uno{body}")})
    seen = behaviour(compare(made.change, made.contents, Policy()).files)
    assert seen.altered == ()
    assert dict(seen.renamed) == {"one": "uno"}
    assert dict(seen.removed) == {"a.py": ("one", "two")}


@pytest.mark.parametrize(
    ("path", "roles"),
    [
        ("src/shop/cart.py", "production"),
        ("src/shop/contest.py", "production"),
        ("src/protest/latest.go", "production"),
        ("tests/unit/test_cart.py", "test"),
        ("pkg/cart_test.go", "test"),
        ("web/cart.spec.ts", "test"),
        ("src/test/java/CartTest.java", "test"),
        ("tests/data/x.json", "test"),
        ("examples/run.py", "example"),
        ("docs/use.md", "document"),
        ("README", "document"),
        ("CHANGELOG.md", "document past"),
        ("docs/migration/v2.md", "document past"),
        ("docs/release-notes.rst", "document past"),
        ("data.csv", ""),
    ],
)
def test_roles(path: str, roles: str) -> None:
    checks = {
        "production": is_production(path),
        "test": is_test(path),
        "example": is_example(path),
        "document": is_document(path),
        "past": is_document(path) and speaks_of_the_past(path),
    }
    assert " ".join(name for name, holds in checks.items() if holds) == roles
