from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
import yaml

from fusion.changes.edits import apply_edits
from fusion.evidence.analyzer import Job, Output, Unreadable
from fusion.evidence.analyzers.astgrep import AstGrep
from fusion.evidence.catalogue import catalogue
from fusion.evidence.examine import rules_folder
from fusion.model import Outcome
from tests.analyzer_trial import Trial, run

SAMPLES = Path(__file__).parent.parent / "samples" / "analyzers" / "ast-grep"
RULES = [
    rule
    for file in sorted((rules_folder(AstGrep()) / "rules").glob("*.yml"))
    for rule in yaml.safe_load_all(file.read_text("utf-8"))
]
NAMES = [rule["id"] for rule in RULES]


def samples(kind: str) -> dict[str, bytes]:
    return {f"src/{path.name}": path.read_bytes() for path in sorted(SAMPLES.iterdir()) if f".{kind}." in path.name}


@pytest.fixture(scope="module")
def hitting() -> Trial:
    return asyncio.run(run(AstGrep(), samples("hit")))


@pytest.fixture(scope="module")
def innocent() -> Trial:
    return asyncio.run(run(AstGrep(), samples("miss")))


def test_there_are_many_rules_each_with_its_own_name() -> None:
    assert len(NAMES) >= 100
    assert len(set(NAMES)) == len(NAMES)


def test_every_rule_has_both_samples_and_every_sample_its_rule() -> None:
    for kind in ("hit", "miss"):
        assert sorted(Path(path).name.split(".")[0] for path in samples(kind)) == sorted(NAMES)


def test_every_rule_has_its_meaning_in_our_table_and_nothing_else_has() -> None:
    table = catalogue("ast-grep").table
    assert set(table.rules) == set(NAMES)
    assert all(rule.family and rule.severity and rule.confidence for rule in table.rules.values())


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_message_says_what_goes_wrong_and_what_to_do(rule: dict[str, str]) -> None:
    message = rule["message"]
    assert 40 <= len(message) <= 400
    assert message.endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_hits_its_planted_case(name: str, hitting: Trial) -> None:
    (path,) = [path for path in samples("hit") if Path(path).name.split(".")[0] == name]
    assert name in hitting.rules(path)


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_leaves_the_innocent_twin_alone(name: str, innocent: Trial) -> None:
    (path,) = [path for path in samples("miss") if Path(path).name.split(".")[0] == name]
    assert name not in innocent.rules(path)


def test_no_rule_at_all_hits_an_innocent_twin(innocent: Trial) -> None:
    assert [(hit.location.path, hit.rule) for hit, _ in innocent.hits] == []


async def test_a_fix_silences_its_rule(hitting: Trial) -> None:
    fixable = {rule["id"] for rule in RULES if "fix" in rule}
    mended = {}
    for hit, _ in hitting.hits:
        if hit.fix is not None:
            assert not hit.fix.safe
            path = hit.location.path
            mended[f"src/{hit.rule}/{hit.location.line}{Path(path).suffix}"] = (
                hit.rule,
                apply_edits(samples("hit")[path].decode(), hit.fix.edits).encode(),
                len(hitting.lines(hit.rule)),
            )
    assert {rule for rule, _, _ in mended.values()} == fixable
    after = await run(AstGrep(), {path: data for path, (_, data, _) in mended.items()})
    for path, (rule, _, before) in mended.items():
        left = [found for found, _ in after.lines(rule) if found == path]
        assert len(left) == before - 1, f"{path} still has what its fix was for"


async def test_columns_count_characters_and_ends_are_exclusive() -> None:
    text = 'état = "é😀"; x = yaml.load(données)\n'
    trial = await run(AstGrep(), {"src/a.py": text.encode()})
    hit, _ = trial.one("py-yaml-load")
    assert hit.location.column is not None
    assert hit.location.end_column is not None
    assert text[hit.location.column - 1 : hit.location.end_column - 1] == "yaml.load(données)"
    assert hit.fix is not None
    assert apply_edits(text, hit.fix.edits) == 'état = "é😀"; x = yaml.safe_load(données)\n'


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n\r\n", b"", b"\xef\xbb\xbfa = 1\r\n"])
async def test_marks_and_carriage_returns_move_nothing(before: bytes) -> None:
    data = before + b"x = yaml.load(text)\r\n"
    trial = await run(AstGrep(), {"src/a.py": data})
    hit, _ = trial.one("py-yaml-load")
    assert hit.location.line == before.count(b"\n") + 1
    assert hit.fix is not None
    assert apply_edits(data.decode(), hit.fix.edits).encode() == data.replace(b"yaml.load", b"yaml.safe_load")


async def test_what_was_not_read_is_said_with_its_reason() -> None:
    files = {
        "src/latin.py": b'x = "\xe9"\nyaml.load(x)\n',
        "src/long.py": b"x = 1\n" * 900_000,
        "src/broken.py": b"def (((:\nyaml.load(text)\n",
        "src/fine.py": b"yaml.load(text)\n",
    }
    trial = await run(AstGrep(), files)
    assert trial.unread == {
        "src/latin.py": "ast-grep could not read it: not valid UTF-8",
        "src/long.py": "ast-grep skipped it: too large",
    }
    assert [path for path, _ in trial.lines("py-yaml-load")] == ["src/broken.py", "src/fine.py"]


async def test_a_line_of_five_megabytes_and_odd_names() -> None:
    files = {
        "src/wide.py": b'x = "' + b"1;" * 2_640_000 + b'"; yaml.load(text)',
        "src/-rf.py": b"yaml.load(text)",
        "src/a b'\"\n.py": b"yaml.load(text)",
        "src/\u202egnp.py": b"yaml.load(text)",
        "src/empty.py": b"",
    }
    trial = await run(AstGrep(), files)
    assert not trial.unread
    assert {path for path, _ in trial.lines("py-yaml-load")} == files.keys() - {"src/empty.py"}


async def test_security_rules_are_off_in_tests_and_the_others_are_not() -> None:
    text = b"yaml.load(text)\nasync def f():\n    asyncio.sleep(1)\n"
    trial = await run(AstGrep(), {"tests/test_a.py": text})
    assert trial.rules() == {"py-sleep-not-awaited"}


@pytest.mark.parametrize(
    "stdout",
    [b"", b"null", b"{}", b"[1]", b'[{"file": 1}]', b'[{"file": "other.py"}]', b'[{"file": "a.py"}]', b"[" * 100_000],
)
def test_garbage_is_unreadable(stdout: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    job = Job(root=tmp_path, files=("a.py",), executable=Path("ast-grep"), rules=tmp_path)
    (command,) = AstGrep().commands(job)
    output = Output(command=command, outcome=Outcome.OK, code=0, stdout=stdout, stderr=b"", seconds=0, isolation="")
    with pytest.raises(Unreadable):
        AstGrep().read(job, [output])


def test_a_file_that_it_does_not_name_is_unread(tmp_path: Path) -> None:
    job = Job(root=tmp_path, files=("a.py",), executable=Path("ast-grep"), rules=tmp_path)
    (command,) = AstGrep().commands(job)
    output = Output(command=command, outcome=Outcome.OK, code=0, stdout=b"[]", stderr=b"", seconds=0, isolation="")
    (unread,) = AstGrep().read(job, [output]).unread
    assert unread.reason == "ast-grep did not look at it"


def test_rules_copy_no_sample_secret() -> None:
    text = "".join(path.read_text("utf-8") for path in SAMPLES.iterdir())
    assert not re.search(r"AKIA[A-Z2-7]{16}|gh[ps]_\w{36}|PRIVATE KEY", text)
