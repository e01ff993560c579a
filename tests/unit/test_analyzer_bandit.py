from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

from fusion.evidence.analyzer import Job, Missing, Output, Ready, Unreadable
from fusion.evidence.analyzers.bandit import Bandit
from fusion.evidence.catalogue import catalogue
from fusion.evidence.examine import rules_folder
from fusion.evidence.installed import module
from fusion.model import Confidence, Outcome, Severity
from tests.analyzer_trial import run

PASSWORD = "correct-horse" + "-battery"
PLANTED = f"""\
import subprocess
import yaml


def read(text, name):
    subprocess.run("cat " + name, shell=True)
    return yaml.load(text)


password = "{PASSWORD}"
empty_password = ""
login(password="{PASSWORD}")


def connect(password="{PASSWORD}"):
    pass
""".encode()
INNOCENT = b"""\
import subprocess
import yaml


def read(text, name):
    assert text
    subprocess.run(["cat", name])
    return yaml.safe_load(text)
"""


def test_every_named_test_has_its_meaning_and_nothing_else_has() -> None:
    named = yaml.safe_load((rules_folder(Bandit()) / "bandit.yaml").read_text("utf-8"))["tests"]
    table = catalogue("bandit").table
    assert set(named) == set(table.rules)
    assert len(named) == len(set(named))


def test_the_same_flaw_has_the_same_family_as_in_ruff() -> None:
    ruff, bandit = catalogue("ruff").table.rules, catalogue("bandit").table.rules
    both = {rule for rule in bandit if f"S{rule[1:]}" in ruff}
    assert len(both) >= 40
    assert {rule: bandit[rule].family for rule in both} == {rule: ruff[f"S{rule[1:]}"].family for rule in both}


async def test_planted_defects_are_found_at_their_lines() -> None:
    trial = await run(Bandit(), {"src/a.py": PLANTED})
    assert {(hit.rule, hit.location.line) for hit, _ in trial.hits} == {
        ("B602", 6),
        ("B506", 7),
        ("B105", 10),
        ("B106", 12),
        ("B107", 15),
    }
    hit, meaning = trial.one("B602")
    assert (meaning.family, meaning.severity, meaning.confidence) == ("command-injection", Severity.HIGH, Confidence.LIKELY)
    assert hit.location.column == 5


async def test_innocent_code_is_left_alone() -> None:
    trial = await run(Bandit(), {"src/a.py": INNOCENT})
    assert not trial.hits
    assert not trial.unread


async def test_no_message_repeats_a_password() -> None:
    trial = await run(Bandit(), {"src/a.py": PLANTED})
    assert len(trial.hits) == 5
    assert not any(PASSWORD in hit.message for hit, _ in trial.hits)


async def test_a_constant_shell_command_is_less_bad_than_a_computed_one() -> None:
    trial = await run(Bandit(), {"src/a.py": b'import os\n\nos.system("sync")\n'})
    assert trial.one("B605")[1].severity is Severity.LOW


async def test_what_it_cannot_parse_is_unread_with_its_reason() -> None:
    files = {"src/broken.py": b"def f(:\n", "src/latin.py": b'x = "\xe9"\n', "src/fine.py": PLANTED}
    trial = await run(Bandit(), files)
    assert trial.unread == {
        "src/broken.py": "bandit skipped it: syntax error while parsing AST from file",
        "src/latin.py": "bandit skipped it: syntax error while parsing AST from file",
    }
    assert "B602" in trial.rules("src/fine.py")


async def test_columns_count_characters_after_a_mark_and_beyond_ascii() -> None:
    text = 'état = "é😀"; eval(état)\r\n'
    trial = await run(Bandit(), {"src/a.py": b"\xef\xbb\xbf" + text.encode(), "src/b.py": b"\r\n" + text.encode()})
    for path, mark, line in (("src/a.py", 1, 1), ("src/b.py", 0, 2)):
        (hit,) = [hit for hit, _ in trial.hits if hit.rule == "B307" and hit.location.path == path]
        assert (hit.location.line, hit.location.column) == (line, text.index("eval") + 1 + mark)


async def test_folders_that_bandit_would_exclude_and_odd_names_are_read() -> None:
    files = {
        ".tox/a.py": b"eval(x)\n",
        "src/.eggs/a.py": b"eval(x)\n",
        "src/-rf.py": b"eval(x)\n",
        "src/-": b"#!/usr/bin/python\neval(x)\n",
        "src/a b'\"\n.py": b"eval(x)\n",
        "src/wide.py": b"x = 1;" * 20_000 + b"eval(x)",
        "src/empty.py": b"",
        "src/stub.pyi": b"eval(x)\n",
    }
    trial = await run(Bandit(), files)
    assert not trial.unread
    assert {path for path, _ in trial.lines("B307")} == files.keys() - {"src/empty.py", "src/stub.pyi"}


async def test_test_code_is_left_to_people_except_for_hidden_characters() -> None:
    trial = await run(Bandit(), {"tests/test_a.py": PLANTED + "# \u202e\n".encode()})
    assert trial.rules() == {"B613"}


@pytest.mark.parametrize(
    "stdout",
    [
        b"",
        b"null",
        b"[]",
        b'{"metrics": {}, "errors": [], "results": 1}',
        b'{"metrics": {}, "errors": [], "results": [{"filename": "other.py"}]}',
    ],
)
def test_garbage_is_unreadable(stdout: bytes, tmp_path: Path) -> None:
    job = Job(root=tmp_path, files=("a.py",), executable=Path("python"), rules=tmp_path)
    (command,) = Bandit().commands(job)
    output = Output(command=command, outcome=Outcome.OK, code=0, stdout=stdout, stderr=b"", seconds=0, isolation="")
    with pytest.raises(Unreadable):
        Bandit().read(job, [output])


def test_a_file_that_its_metrics_do_not_name_is_unread(tmp_path: Path) -> None:
    job = Job(root=tmp_path, files=("a.py", "b.py"), executable=Path("python"), rules=tmp_path)
    (command,) = Bandit().commands(job)
    said = b'{"metrics": {"./a.py": {}, "_totals": {}}, "errors": [], "results": []}'
    output = Output(command=command, outcome=Outcome.OK, code=0, stdout=said, stderr=b"", seconds=0, isolation="")
    (unread,) = Bandit().read(job, [output]).unread
    assert (unread.path, unread.reason) == ("b.py", "bandit did not look at it")


def test_it_runs_isolated_in_our_own_interpreter() -> None:
    found = Bandit().locate()
    assert isinstance(found, Ready)
    assert found.executable == Path(sys.executable)
    assert found.version
    command = Bandit().commands(Job(root=Path("/x"), files=("-a.py",), executable=found.executable, rules=Path("/y")))[0]
    assert command.argv[1:4] == ("-I", "-m", "bandit")
    assert command.argv[-2:] == ("--", "./-a.py")


def test_a_module_that_is_not_installed_is_missing() -> None:
    assert module("no_such_module", distribution="bandit") == Missing("bandit has no module no_such_module")
    assert module("x", distribution="no-such-distribution") == Missing("no-such-distribution is not installed")


async def test_settings_without_a_value_hold_no_password() -> None:
    text = f'DEFAULTS = {{\n    "SECRET_KEY": None,\n    "TOKEN_CHECK": True,\n    "API_TOKEN": "{PASSWORD}",\n}}\n'
    trial = await run(Bandit(), {"src/settings.py": text.encode()})
    hit, _ = trial.one("B105")
    assert (hit.location.line, hit.location.end_line) == (4, 4)
