"""Where values and tables of cases begin and end, in each language and in text that is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.planning.statements import constants, tables


@pytest.mark.parametrize(
    ("group", "text", "found"),
    [
        ("python", "AA = 1\nBB: int = (\n  2)\nif x:\n    CC = 3\nDD == 4\nEE = '''\n]'''\nFF = '('\n",
         {"AA": (1, 1), "BB": (2, 3), "EE": (7, 8), "FF": (9, 9)}),
        ("typescript", "export const AA = 1;\nlet BB: X<Y> = {\n  a: [1], // ]\n};\n  const cc = 1;\n",
         {"AA": (1, 1), "BB": (2, 4)}),
        ("go", "const AA = 1\nvar bb = []int{\n\t1,\n}\nconst (\n\tCC = 1\n\tDD = 2\n)\nfunc f() {\n\tee = 1\n}\n",
         {"AA": (1, 1), "bb": (2, 4), "CC": (6, 6), "DD": (7, 7)}),
        ("java", "class A {\n  // Days.\n  private static final int GRACE = 3;\n  int x = 1;\n}\n", {"GRACE": (3, 3)}),
        ("rust", "pub(crate) const AA: u8 = 1;\nimpl X {\n    const BB: u8 = 2;\n}\n", {"AA": (1, 1), "BB": (3, 3)}),
        ("cpp", "#define AA 1\nstatic const int BB[] = {\n  1,\n};\nint cc = 1;\n", {"AA": (1, 1), "BB": (2, 4)}),
        ("ruby", "GRACE = 3\nx = 1\n", {"GRACE": (1, 1)}),
        ("bash", "readonly AA=1\nBB=2\n  cc=3\n", {"AA": (1, 1), "BB": (2, 2)}),
        ("", "AA = 1\n", {}),
    ],
)  # fmt: skip
def test_values_outside_of_functions(group: str, text: str, found: dict[str, tuple[int, int]]) -> None:
    assert constants(group, text.split("\n")) == found


def test_what_is_not_closed_soon_is_no_statement() -> None:
    assert constants("python", ["A = ["] + ["  1,"] * 300) == {}


def test_only_tests_have_tables() -> None:
    lines = ["CASES = [", "  1,", "]"]
    assert tables("tests/test_a.py", "python", lines) == ((1, 3),)
    assert tables("app/a.py", "python", lines) == ()


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["python", "typescript", "go", "java", "rust", "cpp", "ruby", "bash"]),
    st.lists(
        st.sampled_from(["A = [", "]", '"""', "const B = {", "}", "test('x', () => {", "\tC = (", "'", "# \\", ""]), max_size=30
    ),
)
def test_spans_lie_in_the_file(group: str, lines: list[str]) -> None:
    for first, last in [*constants(group, lines).values(), *tables("tests/test_a.py", group, lines)]:
        assert 1 <= first <= last <= len(lines)
