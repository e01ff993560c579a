from __future__ import annotations

import time

import pytest

from fusion.evidence.analyzers.cppcheck import Cppcheck
from fusion.evidence.macros import guesses
from tests.analyzer_trial import run

BUG = b"int bug(void) { int a[2] = {0, 0}; return a[2]; }\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"PyAPI_FUNC(int) run(void);\n", {"PyAPI_FUNC(x)": "x"}),
        (b"extern API(const char *) *name(void);\n", {"API(x)": "x"}),
        (b"ALIGNED(8) int table;\n", {"ALIGNED(...)": ""}),
        (b'MODULE_LICENSE("GPL")\nint x;\n', {"MODULE_LICENSE(...)": ""}),
        (b"BEGIN_DECLS\nint x;\n", {"BEGIN_DECLS": ""}),
        (b'int f(void) { puts("at " PLACE "\\n"); return 0; }\n', {"PLACE": '""'}),
        (b"#ifdef FANCY\nFANCY(int) run(void);\n#endif\n", {}),
        (b"#if defined(FANCY) && FANCY\nFANCY(int) run(void);\n#endif\n", {}),
        (b"#ifndef API\n#define API(x) x\n#endif\nAPI(int) run(void);\n", {"API(x)": "x"}),
        (b"int main(void)\n{\n  return 0;\n}\n", {}),
        (b"FOO\n  = 1;\n", {}),
        (b"struct s a = {\n  first,\n  NULL\n};\n", {}),
        (b"struct s a = {\n  first,\n  LAST_ONE\n};\n", {}),
        (b"puts(x ?\n  y :\n  NULL\n#if 1\n);\n#endif\n", {}),
        (b"MAIN(argc)\n{\n}\n", {}),
        (b"", {}),
    ],
)
def test_shapes(text: bytes, expected: dict[str, str]) -> None:
    assert guesses(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        b"PyAPI_FUNC(int) run(void);\n",
        b"ALIGNED(8) int table;\n",
        b'MODULE_LICENSE("GPL")\n',
        b"BEGIN_DECLS\n",
        b'int said(void) { puts("at " PLACE "\\n"); return 0; }\n',
    ],
)
async def test_what_follows_a_guessed_macro_is_looked_at(text: bytes) -> None:
    trial = await run(Cppcheck(), {"a.c": text + BUG, "b.cpp": text + BUG})
    assert not trial.unread
    assert trial.lines("arrayIndexOutOfBounds") == [("a.c", 2), ("b.cpp", 2)]


async def test_a_definition_in_the_file_counts_more_than_the_guess() -> None:
    text = b"#define SIZE(x) enum { size = x };\nSIZE(2)\nint bug(void) { int a[size] = {0}; return a[2]; }\n"
    assert (await run(Cppcheck(), {"a.c": text})).lines("arrayIndexOutOfBounds") == [("a.c", 3)]


@pytest.mark.parametrize(
    "text", [b"A(" * 300_000, b"AB " * 300_000, b"\n".join([b"#if A"] * 100_000), b'"A ' * 200_000, b"A" * 900_000]
)
def test_hostile_text_costs_little(text: bytes) -> None:
    started = time.process_time()
    guesses(text)
    assert time.process_time() - started < 5
