from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import yaml

from fusion.evidence.analyzer import Job, Missing, Output, Ready, Unreadable
from fusion.evidence.analyzers.opengrep import Opengrep
from fusion.evidence.catalogue import catalogue
from fusion.evidence.examine import rules_folder
from fusion.model import Outcome
from tests.analyzer_trial import Trial, run

SAMPLES = Path(__file__).parent.parent / "samples" / "analyzers" / "opengrep"
RULES = yaml.safe_load((rules_folder(Opengrep()) / "rules.yml").read_text("utf-8"))["rules"]
NAMES = [rule["id"] for rule in RULES]

installed = pytest.mark.skipif(isinstance(Opengrep().locate(), Missing), reason="neither opengrep nor semgrep is installed")


def samples(kind: str) -> dict[str, bytes]:
    return {f"src/{path.name}": path.read_bytes() for path in sorted(SAMPLES.iterdir()) if f".{kind}." in path.name}


def job(root: Path, stdout: bytes) -> tuple[Job, list[Output]]:
    (root / "a.py").write_text("été = 1; call(été)\n", encoding="utf-8")
    given = Job(root=root, files=("a.py",), executable=Path("opengrep"), rules=root)
    (command,) = Opengrep().commands(given)
    return given, [Output(command=command, outcome=Outcome.OK, code=0, stdout=stdout, stderr=b"", seconds=0, isolation="")]


def test_every_rule_has_both_samples_and_its_meaning() -> None:
    assert len(set(NAMES)) == len(NAMES)
    for kind in ("hit", "miss"):
        assert sorted(Path(path).name.split(".")[0] for path in samples(kind)) == sorted(NAMES)
    assert set(catalogue("opengrep").table.rules) == set(NAMES)


def test_where_it_is_not_installed_it_says_so() -> None:
    found = Opengrep().locate()
    assert isinstance(found, Ready) or found.reason == "neither opengrep nor semgrep is installed"


def test_it_asks_for_nothing_from_the_network_or_the_repository(tmp_path: Path) -> None:
    (command,) = Opengrep().commands(Job(root=tmp_path, files=("-a.py",), executable=Path("opengrep"), rules=tmp_path))
    assert {"--metrics=off", "--disable-version-check", "--disable-nosem", "--no-git-ignore"} <= set(command.argv)
    assert command.argv[command.argv.index("--config") + 1] == str(tmp_path / "rules.yml")
    assert command.argv[-1] == "./-a.py"


def test_results_are_hits_and_columns_count_characters(tmp_path: Path) -> None:
    said = (
        b'{"results": [{"check_id": "x.py-request-to-sql", "path": "a.py", "start": {"line": 1, "col": 12, "offset": 11},'
        b' "end": {"line": 1, "col": 22, "offset": 22}, "extra": {"message": "bad\\n idea"}}],'
        b' "errors": [], "paths": {"scanned": ["a.py"]}}'
    )
    reading = Opengrep().read(*job(tmp_path, said))
    (hit,) = reading.hits
    assert (hit.rule, hit.message) == ("py-request-to-sql", "bad idea")
    assert "été = 1; call(été)"[(hit.location.column or 0) - 1 : (hit.location.end_column or 0) - 1] == "call(été)"
    assert not reading.unread


@pytest.mark.parametrize(
    ("stdout", "reason"),
    [
        (b'{"results": [], "errors": [], "paths": {"scanned": []}}', "opengrep did not look at it"),
        (
            b'{"results": [], "errors": [{"path": "a.py", "message": "Syntax error\\nline 1"}],'
            b' "paths": {"scanned": ["a.py"]}}',
            "opengrep could not read all of it: Syntax error",
        ),
    ],
)
def test_what_was_not_read_is_said(stdout: bytes, reason: str, tmp_path: Path) -> None:
    (unread,) = Opengrep().read(*job(tmp_path, stdout)).unread
    assert (unread.path, unread.reason) == ("a.py", reason)


@pytest.mark.parametrize(
    "stdout",
    [
        b"",
        b"[]",
        b'{"results": [], "errors": []}',
        b'{"results": [], "errors": [{"message": "Invalid rule"}], "paths": {"scanned": ["a.py"]}}',
        b'{"results": [{"path": "other.py"}], "errors": [], "paths": {"scanned": []}}',
    ],
)
def test_garbage_is_unreadable(stdout: bytes, tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        Opengrep().read(*job(tmp_path, stdout))


@pytest.fixture(scope="module")
def trials() -> tuple[Trial, Trial]:
    return asyncio.run(run(Opengrep(), samples("hit"))), asyncio.run(run(Opengrep(), samples("miss")))


@installed
@pytest.mark.parametrize("name", NAMES)
def test_a_rule_hits_its_planted_case_and_leaves_the_innocent_twin_alone(name: str, trials: tuple[Trial, Trial]) -> None:
    hitting, innocent = trials
    assert not hitting.unread
    assert not innocent.unread
    assert [path for path, _ in hitting.lines(name)] == [path for path in samples("hit") if f"/{name}." in path]
    assert innocent.lines(name) == []


@installed
async def test_real_columns_count_characters() -> None:
    text = '<?php\n$é = "😀"; echo "é" . $_GET["n"];\n'
    hit, _ = (await run(Opengrep(), {"src/a.php": text.encode()})).one("php-cross-site-scripting")
    line = text.split("\n")[hit.location.line - 1]
    assert line[(hit.location.column or 0) - 1 :].startswith("echo")


@installed
async def test_a_broken_file_is_unread_and_the_others_are_read() -> None:
    trial = await run(Opengrep(), {"src/a.php": b"<?php function (((", "src/b.php": b'<?php echo $_GET["n"];\n'})
    assert trial.unread.keys() == {"src/a.php"}
    assert trial.lines("php-cross-site-scripting") == [("src/b.php", 1)]
