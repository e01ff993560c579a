from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fusion.evidence.analyzer import Job, Output, Ready, Unreadable
from fusion.evidence.analyzers.zizmor import Zizmor
from fusion.evidence.catalogue import RULES
from fusion.model import Confidence, Outcome, Severity
from tests.analyzer_trial import run

PLANTED = b"""\
name: ci
on:
  pull_request_target:
    types: [opened]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: echo "${{ github.event.pull_request.title }}"
      - uses: someone/theirs@main
  second:
    runs-on: ubuntu-latest
    steps:
      - run: make
"""
INNOCENT = b"""\
name: ci
on: [push]
permissions:
  contents: read
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          persist-credentials: false
      - env:
          TITLE: ${{ github.event.pull_request.title }}
        run: echo "$TITLE"
      - uses: someone/theirs@0123456789abcdef0123456789abcdef01234567
"""
WORKFLOW = ".github/workflows/ci.yml"


async def test_planted_defects_are_found_at_their_lines() -> None:
    trial = await run(Zizmor(), {WORKFLOW: PLANTED})
    assert trial.lines("template-injection") == [(WORKFLOW, 10)]
    assert trial.lines("dangerous-triggers") == [(WORKFLOW, 3)]
    assert trial.lines("unpinned-uses") == [(WORKFLOW, 11)]
    assert trial.lines("artipacked") == [(WORKFLOW, 9)]
    assert trial.lines("excessive-permissions") == [(WORKFLOW, 1)], "once a workflow, not once a job"


async def test_severity_and_place_are_those_of_our_table() -> None:
    trial = await run(Zizmor(), {WORKFLOW: PLANTED})
    hit, meaning = trial.one("template-injection")
    assert (meaning.family, meaning.severity, meaning.confidence, meaning.cwe) == (
        "workflow-injection",
        Severity.HIGH,
        Confidence.CERTAIN,
        (94,),
    )
    line = PLANTED.decode().split("\n")[hit.location.line - 1]
    assert hit.location.column is not None
    assert hit.location.end_column is not None
    assert line[hit.location.column - 1 : hit.location.end_column - 1] == "github.event.pull_request.title"
    assert "github.event.pull_request.title" in hit.message
    assert trial.one("unpinned-uses")[1].severity is Severity.MEDIUM
    assert trial.one("artipacked")[1].severity is Severity.INFO


async def test_what_a_workflow_sets_itself_is_only_possibly_untrusted() -> None:
    text = PLANTED.replace(b"github.event.pull_request.title", b"env.CHOSEN")
    _, meaning = (await run(Zizmor(), {WORKFLOW: text})).one("template-injection")
    assert (meaning.severity, meaning.confidence) == (Severity.LOW, Confidence.POSSIBLE)


async def test_innocent_twin_is_silent() -> None:
    trial = await run(Zizmor(), {WORKFLOW: INNOCENT})
    assert not trial.hits
    assert not trial.unread


async def test_columns_count_code_points() -> None:
    data = b"name: x\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: x\n    steps:\n"
    data += '      - run: "é漢😀 ${{ github.event.issue.title }}"\n'.encode()
    hit, _ = (await run(Zizmor(), {WORKFLOW: data})).one("template-injection")
    line = data.decode().split("\n")[7]
    assert hit.location.column == line.index("github.event") + 1
    assert hit.location.end_column == line.index(" }}") + 1


async def test_crlf_keeps_lines_and_columns() -> None:
    plain = (await run(Zizmor(), {WORKFLOW: PLANTED})).one("template-injection")[0]
    crlf = (await run(Zizmor(), {WORKFLOW: PLANTED.replace(b"\n", b"\r\n")})).one("template-injection")[0]
    assert plain.location == crlf.location


async def test_actions_and_dependabot_are_read_too() -> None:
    action = b"name: x\nruns:\n  using: composite\n  steps:\n    - run: echo ${{ inputs.x }}\n      shell: bash\n"
    dependabot = (
        b"version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n"
        b"    insecure-external-code-execution: allow\n    schedule: {interval: daily}\n"
    )
    trial = await run(Zizmor(), {"act/action.yml": action, ".github/dependabot.yml": dependabot})
    assert "template-injection" in trial.rules("act/action.yml")
    assert "dependabot-execution" in trial.rules(".github/dependabot.yml")
    assert "dependabot-cooldown" not in {hit.rule for hit, how in trial.hits if how.severity is not Severity.INFO}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"name: [\n on: x\n", id="yaml"),
        pytest.param(b"jobs: 3\n", id="shape"),
        pytest.param(b"\xef\xbb\xbf" + INNOCENT, id="byte order mark"),
        pytest.param(b'name: "\xff"\non: push\njobs: {}\n', id="not utf-8"),
    ],
)
async def test_what_zizmor_cannot_read_is_unread_and_hides_nothing_else(data: bytes) -> None:
    bad = ".github/workflows/bad.yml"
    trial = await run(Zizmor(), {bad: data, WORKFLOW: PLANTED})
    assert trial.unread.keys() == {bad}
    assert trial.unread[bad]
    assert "template-injection" in trial.rules(WORKFLOW)
    assert (await run(Zizmor(), {bad: data})).unread.keys() == {bad}


@pytest.mark.parametrize("name", ["-x.yml", "we ird é.yml", "new\nline.yml", "quo\"te'.yml", "zizmor.yml"])
async def test_odd_names(name: str) -> None:
    path = f".github/workflows/{name}"
    trial = await run(Zizmor(), {path: PLANTED})
    assert not trial.unread
    assert trial.lines("template-injection") == [(path, 10)]


async def test_five_megabytes_on_one_line() -> None:
    data = b"name: x\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: x\n    steps: [{run: '" + b"a" * 5_000_000
    data += b"${{ github.event.issue.title }}'}]\n"
    hit, _ = (await run(Zizmor(), {WORKFLOW: data})).one("template-injection")
    assert hit.location.column is not None
    assert hit.location.column > 5_000_000


def test_wants_only_what_github_reads() -> None:
    wants = Zizmor().wants
    assert wants(".github/workflows/a.yaml", b"name: x")
    assert wants("action.yml", b"name: x")
    assert wants("sub/action.yaml", b"name: x")
    assert wants(".github/dependabot.yml", b"version: 2")
    assert not wants(".github/workflows/sub/a.yml", b"name: x")
    assert not wants(".github/workflows/a.yml", b" \n")
    assert not wants("docker-compose.yml", b"name: x")
    assert not wants(".github/workflows/run.sh", b"name: x")


def test_a_name_that_could_forge_a_line_of_the_log_runs_alone(tmp_path: Path) -> None:
    files = ("action.yml", "a\ncompleted action.yml\n.yml")
    for name in files:
        (tmp_path / name).write_bytes(INNOCENT)
    job = Job(root=tmp_path, files=files, executable=Path("/bin/true"), rules=tmp_path)
    assert [command.argv[command.argv.index("--") + 1 :] for command in Zizmor().commands(job)] == [files[:1], files[1:]]


@pytest.mark.parametrize("stdout", [b"", b"nonsense", b"{}", b"[1]", b'[{"ident": "x"}]', b"[" * 100_000])
def test_garbage_is_unreadable(tmp_path: Path, stdout: bytes) -> None:
    (tmp_path / "action.yml").write_bytes(INNOCENT)
    analyzer = Zizmor()
    job = Job(root=tmp_path, files=("action.yml",), executable=Path("/bin/true"), rules=tmp_path)
    (command,) = analyzer.commands(job)
    output = Output(command=command, outcome=Outcome.OK, code=0, stdout=stdout, stderr=b"", seconds=0, isolation="")
    with pytest.raises(Unreadable):
        analyzer.read(job, [output])


def test_every_audit_has_a_family() -> None:
    table = tomllib.loads(RULES.joinpath("zizmor.toml").read_text())
    families = tomllib.loads(RULES.joinpath("families.toml").read_text())
    assert {rule["family"] for rule in table["rules"].values()} <= families.keys()


def test_it_is_found_without_being_started() -> None:
    located = Zizmor().locate()
    assert isinstance(located, Ready)
    assert located.version
