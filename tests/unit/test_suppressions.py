"""Authors' directives: blotted out byte for byte, remembered where they mean something, matched with the hits they silence."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.evidence.directives import DIRECTIVES
from fusion.evidence.suppressions import Suppression, find, neutralise, silencer
from fusion.model import Hit, Location


def hit(rule: str, line: int, end_line: int | None = None) -> Hit:
    return Hit(rule=rule, message="", location=Location(path="", line=line, end_line=end_line or line))


def silenced(path: str, text: str, tool: str, rule: str, line: int, end_line: int | None = None) -> bool:
    return bool(silencer(find(path, text.encode()), tool, hit(rule, line, end_line)))


BLOTTED = [
    ("x = 1  # noqa", "x = 1  # xxxx"),
    ("x = 1  #noqa:F401", "x = 1  #xxxx:F401"),
    ("x = 1  # NoQA : E1", "x = 1  # xxxx : E1"),
    ("# ruff: noqa: F401", "# xxxxx xxxx: F401"),
    ("# flake8: noqa", "# xxxxxxx xxxx"),
    ("# ruff: disable[F401]", "# xxxxx xxxxxxx[F401]"),
    ("import a  # ruff:ignore[F401]", "import a  # xxxxxxxxxxx[F401]"),
    ("# ruff: file-ignore[F401]", "# xxxxx xxxxxxxxxxx[F401]"),
    ("os.system(x)  #nosec B605", "os.system(x)  #xxxxx B605"),
    ("# shellcheck disable=SC2086", "# xxxxxxxxxx disable=SC2086"),
    ("# shellcheck source=/dev/null", "# xxxxxxxxxx source=/dev/null"),
    ("# shellcheck shell=bash disable=SC2086", "# shellcheck shell=bash               "),
    ("# shellcheck shell=sh source='a b' x", "# shellcheck shell=sh              x"),
    ('("# shellcheck shell=bash disable=SC2086", 1)', '("# shellcheck shell=bash               ", 1)'),
    ("# hadolint ignore=DL3008", "# xxxxxxxx xxxxxx=DL3008"),
    ("# hadolint global ignore=DL3008", "# xxxxxxxx xxxxxx xxxxxx=DL3008"),
    ("uses: a/b@v1 # zizmor: ignore[unpinned-uses]", "uses: a/b@v1 # xxxxxxx xxxxxx[unpinned-uses]"),
    ("key = 'abc' # gitleaks:allow", "key = 'abc' # xxxxxxxxxxxxxx"),
    ("key = 'abc' # betterleaks:allow", "key = 'abc' # xxxxxxxxxxxxxxxxx"),
    ("/* eslint-disable */", "/* xxxxxxxxxxxxxx */"),
    ("// oxlint-disable-next-line no-eval", "// xxxxxxxxxxxxxxxxxxxxxxxx no-eval"),
    ("f() // eslint-disable-line", "f() // xxxxxxxxxxxxxxxxxxx"),
    ("#lizard forgives", "#xxxxxx xxxxxxxx"),
    ("// GENERATED CODE", "// xxxxxxxxx xxxx"),
    ("// ast-grep-ignore: js-eval", "// xxxxxxxxxxxxxxx: js-eval"),
    ("eval(x) // nosemgrep: rules.eval", "eval(x) // xxxxxxxxx: rules.eval"),
    ("eval(x) # nosem", "eval(x) # xxxxx"),
    ("eval(x) # fusion-ignore: code-injection", "eval(x) # xxxxxxxxxxxxx: code-injection"),
    ("// cppcheck-suppress nullPointer", "// xxxxxxxxxxxxxxxxx nullPointer"),
    ("# checkov:skip=CKV_AWS_20:public on purpose", "# xxxxxxxxxxxx=CKV_AWS_20:public on purpose"),
]


@pytest.mark.parametrize(("text", "blotted"), BLOTTED)
def test_directives_are_blotted_out_in_place(text: str, blotted: str) -> None:
    assert neutralise(text.encode()).decode() == blotted


@pytest.mark.parametrize(
    "text",
    [
        *("# shellcheck shell=bash", "x = noqa", "nosec = 1", "secret = 'AKIAnosecABCDEFGHIJK'", "self.nosem(1)", "disable=1"),
        *("# a word on eslint", "# technoqas", "# nosecrets here", "shellcheck disable=SC2086", "generated code"[:9]),
    ],
)
def test_everything_else_stays(text: str) -> None:
    assert neutralise(text.encode()) == text.encode()


BLOCK = "// cppcheck-suppress-begin nullPointer\nx\n*p\n// cppcheck-suppress-end nullPointer\n*q\n"
NEXT_LINE = "// eslint-disable-next-line no-alert, no-eval\neval(x)\neval(y)\n"
ENABLED = "/* eslint-disable no-eval -- why not */\nx\n/* eslint-enable */\neval(x)\n"
ANY = "// oxlint-disable-next-line typescript/no-explicit-any\nx: any\n"
WORDS = [text.encode() for text, _ in BLOTTED] + [b"\n", b" ", b"#", b"'", b"\xff", "é".encode(), b"\t", b"\r\n"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(WORDS), st.binary(max_size=8)), max_size=12).map(b"".join))
def test_lengths_lines_and_columns_never_move(data: bytes) -> None:
    blotted = neutralise(data)
    assert len(blotted) == len(data)
    assert [match.start() for match in re.finditer(rb"[\r\n]", blotted)] == [
        match.start() for match in re.finditer(rb"[\r\n]", data)
    ]
    assert len(blotted.decode("utf-8", "replace")) == len(data.decode("utf-8", "replace"))
    assert neutralise(blotted) == blotted


@pytest.mark.parametrize(
    ("path", "text", "tool", "rule", "line", "expected"),
    [
        ("a.py", "import os  # noqa\n", "ruff", "F401", 1, True),
        ("a.py", "import os  # noqa: F401\n", "ruff", "F401", 1, True),
        ("a.py", "import os  # noqa: F4\n", "ruff", "F401", 1, True),
        ("a.py", "import os  # noqa: E501, F401 why\n", "ruff", "F401", 1, True),
        ("a.py", "import os  # noqa: E501\n", "ruff", "F401", 1, False),
        ("a.py", "import os  # noqa\nimport re\n", "ruff", "F401", 2, False),
        ("a.py", "# ruff: noqa\nx\nimport re\n", "ruff", "F401", 3, True),
        ("a.py", "# ruff: noqa: E501\nx\nimport re\n", "ruff", "F401", 3, False),
        ("a.py", "# ruff: disable[F401]\nimport a\n# ruff: enable[F401]\nimport b\n", "ruff", "F401", 2, True),
        ("a.py", "# ruff: disable[F401]\nimport a\n# ruff: enable[F401]\nimport b\n", "ruff", "F401", 4, False),
        ("a.py", "run(x)  # nosec\n", "bandit", "B602", 1, True),
        ("a.py", "run(x)  # nosec B602, B607\n", "bandit", "B607", 1, True),
        ("a.py", "run(x)  # nosec B602\n", "bandit", "B605", 1, False),
        ("a.py", "run(x)  # nosec\n", "ruff", "S602", 1, True),
        ("a.py", "run(x)  # nosec B602\n", "ruff", "S602", 1, True),
        ("a.py", "run(x)  # nosec\n", "ruff", "F401", 1, False),
        ("a.py", "run(x)  # noqa: S602\n", "bandit", "B602", 1, True),
        ("a.py", "run(x)  # noqa\n", "bandit", "B602", 1, False),
        ("a.sh", "#!/bin/sh\necho\n# shellcheck disable=SC2086\necho $1\necho $2\n", "shellcheck", "SC2086", 4, True),
        ("a.sh", "#!/bin/sh\necho\n# shellcheck disable=SC2086\necho $1\necho $2\n", "shellcheck", "SC2086", 5, False),
        ("a.sh", "#!/bin/sh\n# shellcheck disable=SC2086\n\necho $1\necho $2\n", "shellcheck", "SC2086", 5, True),
        ("a.sh", "x\n# shellcheck disable=SC2000-SC2099\necho $1\n", "shellcheck", "SC2086", 3, True),
        ("a.sh", "x\n# shellcheck disable=all\necho $1\n", "shellcheck", "SC2086", 3, True),
        ("a.sh", "x\n# shellcheck disable=SC2154\necho $1\n", "shellcheck", "SC2086", 3, False),
        ("a.sh", "x\n# shellcheck disable=SC2086\nf() {\n  echo a\n  echo $1\n}\n", "shellcheck", "SC2086", 5, True),
        ("Dockerfile", "FROM a\n# hadolint ignore=DL3008\nRUN apt-get \\\n install x\nRUN y\n", "hadolint", "DL3008", 4, True),
        ("Dockerfile", "FROM a\n# hadolint ignore=DL3008\nRUN apt-get \\\n install x\nRUN y\n", "hadolint", "DL3008", 5, False),
        ("Dockerfile", "# hadolint global ignore=DL3008,DL3009\nFROM a\nRUN x\n", "hadolint", "DL3009", 3, True),
        ("w.yml", "uses: a/b@v1 # zizmor: ignore[unpinned-uses]\n", "zizmor", "unpinned-uses", 1, True),
        ("w.yml", "uses: a/b@v1 # zizmor: ignore[artipacked]\n", "zizmor", "unpinned-uses", 1, False),
        ("k.txt", "key=1 # gitleaks:allow\n", "secrets", "aws", 1, True),
        ("a.js", "/* eslint-disable */\nx\neval(x)\n", "oxlint", "eslint/no-eval", 3, True),
        ("a.js", "/* eslint-disable no-eval */\nx\neval(x)\n", "oxlint", "eslint(no-eval)", 3, True),
        ("a.js", ENABLED, "oxlint", "eslint/no-eval", 4, False),
        ("a.js", NEXT_LINE, "oxlint", "eslint/no-eval", 2, True),
        ("a.js", NEXT_LINE, "oxlint", "eslint/no-eval", 3, False),
        ("a.js", "eval(x) // oxlint-disable-line\n", "oxlint", "eslint/no-eval", 1, True),
        ("a.ts", ANY, "oxlint", "typescript/no-explicit-any", 2, True),
        ("a.py", "def f():\n    # lizard forgives\n    pass\ndef g():\n    pass\n", "lizard", "complexity", 1, True),
        ("a.py", "def f():\n    # lizard forgives\n    pass\ndef g():\n    pass\n", "lizard", "complexity", 4, False),
        ("a.js", "// ast-grep-ignore\neval(x)\n", "ast-grep", "js-eval", 2, True),
        ("a.js", "// ast-grep-ignore: js-other\neval(x)\n", "ast-grep", "js-eval", 2, False),
        ("a.js", "eval(x) // nosemgrep: rules.js.js-eval\n", "opengrep", "js-eval", 1, True),
        ("a.py", "run(x)  # fusion-ignore\n", "dataflow", "command-injection", 1, True),
        ("a.js", "// fusion-ignore: sql-injection\nrun(x)\n", "dataflow", "sql-injection", 2, True),
        ("a.js", "// fusion-ignore: sql-injection\nrun(x)\n", "dataflow", "command-injection", 2, False),
        ("a.py", "run(x)  # fusion-ignore\n", "bandit", "B602", 1, False),
        ("a.py", "run(x)  # nosec\n", "dataflow", "command-injection", 1, True),
        ("a.py", "run(x)  # nosec\n", "dataflow", "command-injection", 2, False),
        ("a.py", "run(x)  # nosec b608\n", "dataflow", "sql-injection", 1, True),
        ("a.py", "run(x)  # nosec B608\n", "dataflow", "command-injection", 1, False),
        ("a.py", "run(x)  # noqa: S608\n", "dataflow", "sql-injection", 1, True),
        ("a.py", "run(x)  # noqa: S301\n", "dataflow", "unsafe-deserialization", 1, True),
        ("a.py", "run(x)  # noqa: E501\n", "dataflow", "sql-injection", 1, False),
        ("a.py", "run(x)  # noqa\n", "dataflow", "sql-injection", 1, False),
        ("a.js", "run(x) // nosemgrep\n", "dataflow", "sql-injection", 1, True),
        ("a.js", "run(x) // eslint-disable-line\n", "dataflow", "sql-injection", 1, False),
        ("a.c", "// cppcheck-suppress nullPointer\n*p = 1;\n", "cppcheck", "nullPointer", 2, True),
        ("a.c", "// cppcheck-suppress [nullPointer,memleak]\n*p = 1;\n", "cppcheck", "memleak", 2, True),
        ("a.c", BLOCK, "cppcheck", "nullPointer", 3, True),
        ("a.c", BLOCK, "cppcheck", "nullPointer", 5, False),
        ("a.tf", 'resource "x" "y" {\n  # checkov:skip=CKV_AWS_20:open\n}\n', "checkov", "CKV_AWS_20", 1, True),
        ("a.tf", 'resource "x" "y" {\n  # checkov:skip=CKV_AWS_20:open\n}\n', "checkov", "CKV_AWS_21", 1, False),
    ],
)  # fmt: skip
def test_what_a_directive_silences(path: str, text: str, tool: str, rule: str, line: int, expected: bool) -> None:
    assert silenced(path, text, tool, rule, line) is expected


def test_a_directive_at_the_end_of_a_statement_covers_its_lines() -> None:
    assert silenced("a.py", "run(\n  x,\n)  # nosec\n", "bandit", "B602", 1, 3)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", 'HELP = "append # noqa to the line"\n'),
        ("a.py", "PATTERN = '# nosec'\n"),
        ("README.md", "Write `# noqa` or # nosec behind it.\n"),
        ("a.js", "// # noqa means nothing here\n"),
        ("a.py", "# eslint-disable\n"),
        ("a.go", "x := 1 // # noqa\n"),
        ("a.py", "x = f'# noqa'\n"),
        ("a.py", '"""Docstring.\n\nAppend # noqa to the line; or GENERATED CODE.\n"""\n'),
        ("a.c", "/* this is generated code */\n"),
        ("a.py", 'x = "it\'s # noqa"\n'),
    ],
)
def test_what_only_looks_like_a_directive_is_not_remembered(path: str, text: str) -> None:
    assert find(path, text.encode()) == ()


def test_a_directive_behind_a_string_is_remembered() -> None:
    (found,) = find("a.py", b"run('it''s')  # nosec: trusted\n")
    assert (found.line, found.text, found.security) == (1, "# nosec: trusted", True)


@pytest.mark.parametrize("before", ["name: don't stop", "x: 'a' \"b\" # it's", 'x: "it\'s"', 'x: "a\\"b"'])
def test_an_apostrophe_does_not_hide_a_directive(before: str) -> None:
    assert len(find("a.yml", f"{before} # zizmor: ignore[artipacked]\n".encode())) == 1


def test_python_that_does_not_tokenize_is_read_line_by_line() -> None:
    assert len(find("a.py", b"x = (  # noqa\n'\n")) == 1


def test_quoted_text_is_bounded_and_printable() -> None:
    (found,) = find("a.py", b"x  # nosec \x1b[31m\x00" + b"y" * 900 + b"\n")
    assert len(found.text) <= 200
    assert found.text.isprintable()


def test_every_directive_has_a_word_that_its_matches_hold() -> None:
    """The words decide whether a pattern is tried at all."""
    for text, _ in BLOTTED:
        data = text.encode()
        for directive in DIRECTIVES:
            if directive.pattern.search(data):
                assert any(word in data.lower() for word in directive.words), text


def test_every_analyzer_with_directives_is_covered() -> None:
    tools = {tool for directive in DIRECTIVES for tool in directive.tools}
    known = {
        "ruff",
        "bandit",
        "shellcheck",
        "hadolint",
        "zizmor",
        "secrets",
        "oxlint",
        "lizard",
        "ast-grep",
        "opengrep",
        "cppcheck",
        "dataflow",
    }
    assert known | {"checkov"} == tools


@pytest.mark.parametrize(
    ("word", "path"),
    [
        (b"# nosec ", "a.py"),
        (b"# shellcheck ", "a.sh"),
        (b"# shellcheck disable=", "a.sh"),
        (b"eslint-disable-next-line a,", "a.js"),
        (b"zizmor:        ", "a.yml"),
        (b"'\"`# ", "a.py"),
    ],
)
def test_a_line_of_five_megabytes_takes_linear_time(word: bytes, path: str) -> None:
    def seconds(size: int) -> float:
        data = word * (size // len(word))
        started = time.process_time()
        assert len(neutralise(data)) == len(data)
        find(path, data)
        return time.process_time() - started

    assert seconds(5_000_000) < max(40 * seconds(500_000), 1.0)


def test_many_directives_above_a_desert_of_comments_take_linear_time() -> None:
    data = b"x\n" + b"# shellcheck disable=SC1000\n" * 3_000 + b"#\n" * 50_000
    started = time.process_time()
    assert len(find("a.sh", data)) == 2_000
    assert time.process_time() - started < 5


def test_a_suppression_of_another_tool_does_not_silence() -> None:
    item = Suppression(path="a", line=1, tools=("bandit",), text="", first=1, last=1)
    assert item.silences("bandit", hit("B1", 1))
    assert not item.silences("oxlint", hit("B1", 1))
