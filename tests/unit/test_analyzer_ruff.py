from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fusion.changes.edits import apply_edits
from fusion.evidence.analyzer import Job, Output, Unreadable
from fusion.evidence.analyzers.ruff import SYNTAX, Ruff
from fusion.evidence.catalogue import catalogue
from fusion.evidence.examine import rules_folder
from fusion.model import Category, Confidence, Outcome, Severity
from tests.analyzer_trial import run

PLANTED = b"""\
import subprocess


def collect(item, into=[]):
    into.append(item)
    subprocess.run(f"touch {item}", shell=True, check=True)
    print(missing)
    if item is "":
        assert (item, "empty")
    return into


password = "correct horse"
"""
INNOCENT = b"""\
import subprocess


def collect(item, into=None):
    into = into or []
    into.append(item)
    subprocess.run(["touch", item], check=True)
    if item == "":
        raise ValueError("empty")
    return into
"""


def test_every_selected_rule_has_its_meaning_and_nothing_else_has() -> None:
    selected = tomllib.loads((rules_folder(Ruff()) / "ruff.toml").read_text("utf-8"))["lint"]["select"]
    table = catalogue("ruff").table
    assert len(selected) == len(set(selected))
    assert {*selected, SYNTAX} == set(table.rules)
    assert not table.groups
    assert all(rule.family and rule.confidence for rule in table.rules.values())


async def test_planted_defects_are_found_at_their_lines() -> None:
    trial = await run(Ruff(), {"src/a.py": PLANTED})
    assert {(hit.rule, hit.location.line) for hit, _ in trial.hits} == {
        ("B006", 4),
        ("S602", 6),
        ("F821", 7),
        ("F632", 8),
        ("F631", 9),
        ("S105", 13),
    }


async def test_innocent_code_is_left_alone() -> None:
    trial = await run(Ruff(), {"src/a.py": INNOCENT})
    assert not trial.hits
    assert not trial.unread


async def test_severity_and_family_are_those_of_our_table() -> None:
    trial = await run(Ruff(), {"src/a.py": PLANTED})
    hit, meaning = trial.one("S602")
    assert (meaning.family, meaning.severity, meaning.confidence, meaning.cwe) == (
        "command-injection",
        Severity.HIGH,
        Confidence.LIKELY,
        (78,),
    )
    assert hit.help_uri.startswith("https://docs.astral.sh/ruff/rules/")
    _, meaning = trial.one("F821")
    assert (meaning.category, meaning.severity, meaning.confidence) == (Category.CORRECTNESS, Severity.HIGH, Confidence.CERTAIN)


async def test_a_constant_shell_command_is_less_bad_than_a_computed_one() -> None:
    trial = await run(Ruff(), {"src/a.py": b'import os\n\nos.system("sync")\n'})
    assert trial.one("S605")[1].severity is Severity.LOW


async def test_a_fix_comes_with_its_edits_and_with_what_ruff_vouches_for() -> None:
    text = 'état = "é😀"; x = état is "é"\n'
    trial = await run(Ruff(), {"src/a.py": text.encode()})
    hit, _ = trial.one("F632")
    assert hit.fix is not None
    assert hit.fix.safe
    assert apply_edits(text, hit.fix.edits) == 'état = "é😀"; x = état == "é"\n'
    assert hit.location.column is not None
    assert hit.location.end_column is not None
    assert text[hit.location.column - 1 : hit.location.end_column - 1] == 'état is "é"'
    unsafe, _ = (await run(Ruff(), {"src/a.py": PLANTED})).one("B006")
    assert unsafe.fix is not None
    assert not unsafe.fix.safe


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n\r\n", b"", b"\xef\xbb\xbfa = 1\r\n"])
async def test_marks_and_carriage_returns_move_nothing(before: bytes) -> None:
    data = before + b'y = x = ""; z = x is "a"\r\n'
    trial = await run(Ruff(), {"src/a.py": data})
    hit, _ = trial.one("F632")
    assert hit.location.line == before.count(b"\n") + 1
    assert hit.fix is not None
    assert apply_edits(data.decode(), hit.fix.edits).encode() == data.replace(b"is", b"==")


async def test_a_file_that_is_not_python_is_a_finding_and_unread() -> None:
    trial = await run(Ruff(), {"src/a.py": b"def f(:\n    pass\n\nx = = 1\n", "src/b.py": PLANTED})
    assert trial.lines(SYNTAX) == [("src/a.py", 1)]
    assert trial.one(SYNTAX)[1].family == "syntax-error"
    assert trial.unread.keys() == {"src/a.py"}
    assert trial.unread["src/a.py"].startswith("not valid Python: line 1: ")
    assert "F821" in trial.rules("src/b.py")


async def test_new_syntax_is_read() -> None:
    text = b'type Pair[T] = tuple[T, T]\nmatch missing:\n    case {"a": x}:\n        print(f"{x!r:{"a"}}", t"{x}")\n'
    trial = await run(Ruff(), {"src/a.py": text})
    assert trial.rules() == {"F821"}
    assert not trial.unread


async def test_bytes_that_are_not_utf8_are_unread() -> None:
    trial = await run(Ruff(), {"src/latin.py": b'x = "\xe9"\n', "src/b.py": PLANTED})
    assert trial.unread == {"src/latin.py": "ruff could not read it: not valid UTF-8"}
    assert trial.rules("src/b.py")


async def test_security_rules_are_off_in_tests_and_the_others_are_not() -> None:
    trial = await run(Ruff(), {"tests/test_a.py": PLANTED})
    assert trial.rules() == {"B006", "F821", "F632", "F631"}


async def test_scripts_wide_lines_empty_files_and_odd_names() -> None:
    files = {
        "bin/tool": b'#!/usr/bin/env python3\nx is "a"\n',
        "src/wide.py": b'x = "' + b"1;" * 2_640_000 + b'"; y = x is "a"',
        "src/-rf.py": b'x = ""\nx is "a"',
        "src/a b'\"\n.py": b'x = ""\nx is "a"',
        "src/\u202egnp.pyi": b'x = ""\nx is "a"',
        "src/empty.py": b"",
    }
    trial = await run(Ruff(), files)
    assert not trial.unread
    assert {path for path, _ in trial.lines("F632")} == files.keys() - {"src/empty.py"}


@pytest.mark.parametrize(
    "stdout",
    [b"", b"null", b"{}", b"[1]", b'[{"filename": 1}]', b'[{"filename": "/elsewhere.py"}]', b"[" * 100_000],
)
def test_garbage_is_unreadable(stdout: bytes, tmp_path: Path) -> None:
    job = Job(root=tmp_path, files=("a.py",), executable=Path("ruff"), rules=tmp_path)
    (command,) = Ruff().commands(job)
    output = Output(command=command, outcome=Outcome.OK, code=0, stdout=stdout, stderr=b"", seconds=0, isolation="")
    with pytest.raises(Unreadable):
        Ruff().read(job, [output])


def test_many_files_are_split_over_commands(tmp_path: Path) -> None:
    files = tuple(f"{'long' * 40}/{n}.py" for n in range(3000))
    commands = Ruff().commands(Job(root=tmp_path, files=files, executable=Path("ruff"), rules=tmp_path))
    assert len(commands) > 1
    assert [word for command in commands for word in command.argv if word.startswith("./")] == [f"./{file}" for file in files]
