"""The command line as a user types it: what it says, where, and with which exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.commandline import Workplace, one_sentence

VULNERABLE = "import subprocess\n\n\ndef run(name):\n    subprocess.run(f'echo {name}', shell=True, check=True)\n"
INNOCENT = "def add(a: int, b: int) -> int:\n    return a + b\n"


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    workplace = Workplace(tmp_path / "repo", tmp_path / "state").init()
    workplace.commit("Begin", **{"add.py": INNOCENT, "README.md": "# Sums\n"})
    workplace.git("checkout", "--quiet", "-b", "feature")
    return workplace


@pytest.fixture
def vulnerable(place: Workplace) -> Workplace:
    place.commit("Run things", **{"run.py": VULNERABLE})
    return place


def test_a_finding_is_shown_with_its_code_and_fails_the_command(vulnerable: Workplace) -> None:
    done = vulnerable.fusion("review")
    assert done.returncode == 1, done.stderr
    assert "run.py:5" in done.stdout
    assert "shell=True" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr, "piped output carries no colour"
    assert done.stderr == "", "piped output carries no progress"


def test_innocent_code_passes(place: Workplace) -> None:
    place.commit("Subtract", **{"subtract.py": "def subtract(a: int, b: int) -> int:\n    return a - b\n"})
    done = place.fusion("review", "--fail-on", "high")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("threshold", "code"), [("critical", 0), ("high", 1), ("never", 0), ("low", 1)])
def test_fail_on(vulnerable: Workplace, threshold: str, code: int) -> None:
    assert vulnerable.fusion("review", "--only", "bandit", "--fail-on", threshold).returncode == code


@pytest.mark.parametrize(("args", "code"), [((), 1), (("--fail-on", "never"), 0)])
def test_a_reader_that_goes_away_does_not_change_the_exit_code(vulnerable: Workplace, args: tuple[str, ...], code: int) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "fusion", "review", "--only", "bandit", *args]
    done = subprocess.run(command, cwd=vulnerable.folder, env=vulnerable.env(), stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert done.returncode == code, done.stderr
    assert done.stderr == b""


@pytest.mark.parametrize("command", [("runs", "list"), ("doctor",)])
def test_a_list_whose_reader_goes_away_is_no_failure(place: Workplace, command: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "fusion", *command],
        cwd=place.folder,
        env=place.env(),
        stdout=writer,
        stderr=subprocess.PIPE,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("pull", ["owner/repo#12", "https://github.com/owner/repo/pull/12"])
def test_a_pull_request_without_network_is_one_plain_sentence(place: Workplace, pull: str) -> None:
    done = place.fusion("review", "--pr", pull, FUSION_GITHUB_API="http://127.0.0.1:9")
    assert done.returncode == 3
    assert done.stderr.startswith("fusion: The review failed: GitHub does not answer at /repos/owner/repo/pulls/12: ")
    assert done.stderr.count("\n") == 1
    assert "Activity task" not in done.stderr


def test_a_required_analyzer_that_is_missing_makes_it_incomplete(vulnerable: Workplace) -> None:
    vulnerable.write("policy.yml", "required: [bandit]\n")
    done = vulnerable.fusion("review", "--policy", "policy.yml", FUSION_EVIDENCE="off")
    assert done.returncode == 3, done.stdout
    assert "incomplete" in done.stdout.lower()


@pytest.mark.parametrize("format", ["markdown", "json", "sarif", "github", "terminal"])
def test_every_format_to_a_file(vulnerable: Workplace, format: str) -> None:
    done = vulnerable.fusion("review", "--only", "bandit", "--format", format, "--output", "out.txt")
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert done.stderr == "BLOCK: 1 finding blocks this change. Written to out.txt.\n"
    text = (vulnerable.folder / "out.txt").read_text()
    assert "run.py" in text
    if format in ("json", "sarif", "github"):
        json.loads(text)


def test_ways_to_say_what_to_review(place: Workplace) -> None:
    place.write("run.py", VULNERABLE)
    assert "run.py" in place.fusion("review", "--only", "bandit", "--worktree").stdout
    place.git("add", "run.py")
    assert "run.py" in place.fusion("review", "--only", "bandit", "--staged").stdout
    patch = place.git("diff", "--cached") + "\n"
    place.commit("Run things")
    assert "run.py" in place.fusion("review", "--only", "bandit", "main..HEAD").stdout
    assert "run.py" in place.fusion("review", "--only", "bandit", "HEAD").stdout
    assert "run.py" in place.fusion("review", "--only", "bandit", "--all").stdout
    place.git("checkout", "--quiet", "main")
    assert "run.py" in place.fusion("review", "--only", "bandit", "-", stdin=patch.encode()).stdout
    place.write("change.patch", patch)
    assert "run.py" in place.fusion("review", "--only", "bandit", "change.patch").stdout


def test_outside_of_a_repository(tmp_path: Path) -> None:
    tmp_path.joinpath("empty").mkdir()
    done = Workplace(tmp_path / "empty", tmp_path / "state").fusion("review")
    assert done.returncode == 2
    assert "repository" in one_sentence(done)


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["nonsense..HEAD"], "nonsense"),
        (["--staged", "--worktree"], "Choose one"),
        (["--fail-on", "bad"], "--fail-on"),
        (["--format", "pdf"], "pdf"),
        (["--only", "nothing"], "fusion doctor"),
        (["--only", "bandti"], "did you mean bandit?"),
        (["--pr", "nonsense"], "--pr"),
        (["--policy", "nowhere.yml"], "nowhere.yml"),
        (["--evidence", "nowhere.sarif"], "nowhere.sarif"),
        (["--output", "no/such/folder/x"], "--output"),
        (["-C", "/no/such/folder"], "/no/such/folder"),
        (["--upload-pack=touch x"], ""),
    ],
)
def test_usage_errors_say_what_to_do(vulnerable: Workplace, args: list[str], word: str) -> None:
    done = vulnerable.fusion("review", *args)
    assert done.returncode == 2, done.stdout
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_what_the_author_excused_is_shown_and_does_not_fail(place: Workplace) -> None:
    place.commit("Run", **{"run.py": VULNERABLE.replace("check=True)", "check=True)  # noqa: S602")})
    done = place.fusion("review")
    assert done.returncode == 0, done.stdout
    assert "# noqa: S602" in done.stdout
    place.write("strict.yml", "suppressions: ignore\n")
    assert place.fusion("review", "--policy", "strict.yml").returncode == 1


def test_an_empty_change_is_fine_and_says_so(place: Workplace) -> None:
    done = place.fusion("review")
    assert done.returncode == 0
    assert "Nothing to review" in done.stderr


def test_a_wrong_policy_on_the_base_names_line_and_nearest_key(place: Workplace) -> None:
    place.git("checkout", "--quiet", "main")
    place.commit("Policy", **{".fusion.yml": "version: 1\nignroe: [x]\n"})
    place.git("checkout", "--quiet", "-b", "other")
    place.commit("Run", **{"run.py": VULNERABLE})
    done = place.fusion("review")
    assert done.returncode == 2
    sentence = one_sentence(done)
    assert "ignroe" in sentence
    assert "ignore" in sentence
    assert "2" in sentence


def test_a_policy_that_names_strangers_says_so(vulnerable: Workplace) -> None:
    vulnerable.write("policy.yml", "analyzers: {bandti: false}\nagents: {securty: true}\n")
    said = " ".join(vulnerable.fusion("review", "--policy", "policy.yml", FUSION_EVIDENCE="off").stdout.split())
    assert "analyzer 'bandti'" in said
    assert "agent 'securty'" in said


def test_policy_of_the_change_does_not_count(vulnerable: Workplace) -> None:
    vulnerable.commit("Silence", **{".fusion.yml": "ignore: ['**']\nanalyzers: {bandit: false, ruff: false}\n"})
    done = vulnerable.fusion("review")
    assert done.returncode == 1
    assert "run.py:5" in done.stdout


def test_foreign_evidence_is_taken_in(vulnerable: Workplace) -> None:
    results = [
        {
            "ruleId": "py/command-injection",
            "level": "error",
            "message": {"text": "Untrusted input reaches a shell."},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": "run.py"}, "region": {"startLine": 5}}}],
        }
    ]
    sarif = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "CodeQL"}}, "results": results}]}
    vulnerable.write("codeql.sarif", json.dumps(sarif))
    done = vulnerable.fusion("review", "--evidence", "codeql.sarif", "--format", "json")
    assert done.returncode == 1, done.stderr
    tools = {run["tool"] for run in json.loads(done.stdout)["coverage"]["tools"]}
    assert any("codeql" in tool.lower() for tool in tools)


def test_runs_are_kept_and_shown_again(vulnerable: Workplace) -> None:
    first = vulnerable.fusion("review", "--format", "json")
    listed = json.loads(vulnerable.fusion("runs", "list", "--format", "json").stdout)["runs"]
    assert [run["status"] for run in listed] == ["reviewed"]
    assert vulnerable.fusion("runs", "show", listed[0]["id"], "--format", "json").stdout == first.stdout
    as_listed = vulnerable.fusion("runs", COLUMNS="80").stdout.splitlines()[1].split()
    assert "block" in as_listed
    assert vulnerable.fusion("runs", "show", as_listed[0], "--format", "json").stdout == first.stdout
    assert vulnerable.fusion("runs", "show", "nonsense").returncode == 2
    assert vulnerable.fusion("runs", "resume").returncode == 0


def interrupted(process: subprocess.Popen[bytes]) -> str:
    """End it with Ctrl-C; the run's id, as it is said then."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 130, (out, err)
    said = err.decode().splitlines()
    assert len(said) == 1, said
    found = re.fullmatch(
        "fusion: Interrupted. `fusion runs resume (.*)` finishes it, `fusion runs abandon (.*)` ends it for good.", said[0]
    )
    assert found is not None, said
    assert found[1] == found[2]
    return found[1]


def test_interrupted_and_abandoned(vulnerable: Workplace) -> None:
    process = vulnerable.begin("review")
    process.send_signal(signal.SIGSTOP)
    (journal,) = (vulnerable.home / "runs").glob("*.db")
    refused = vulnerable.fusion("runs", "abandon", journal.stem)
    assert refused.returncode == 2
    assert "is under way in another process: end that first" in one_sentence(refused)
    process.send_signal(signal.SIGCONT)
    id = interrupted(process)
    assert id == journal.stem
    for said in ("is abandoned: what it had set aside is free again", "was abandoned before by"):
        done = vulnerable.fusion("runs", "abandon", id, "--reason", "not worth it")
        assert done.returncode == 0, done.stderr
        assert said in done.stderr
    (run,) = json.loads(vulnerable.fusion("runs", "list", "--format", "json").stdout)["runs"]
    assert (run["state"], run["message"], bool(run["by"]), bool(run["finished"])) == ("abandoned", "not worth it", True, True)
    assert f"(abandoned by {run['by']} on" in " ".join(vulnerable.fusion("runs").stdout.split())
    assert not list((vulnerable.home / "runs").glob("review-*"))
    resumed = vulnerable.fusion("runs", "resume", id)
    assert resumed.returncode == 2
    assert "There is no interrupted run" in one_sentence(resumed)
    unknown = vulnerable.fusion("runs", "abandon", "review-nothing")
    assert unknown.returncode == 2
    assert "No runs begin with review-nothing" in one_sentence(unknown)


def test_interrupted_and_resumed(vulnerable: Workplace) -> None:
    runs = vulnerable.home / "runs"
    interrupted(vulnerable.begin("review"))
    listed = json.loads(vulnerable.fusion("runs", "list", "--format", "json").stdout)["runs"]
    assert [run["state"] for run in listed] == ["interrupted"]
    resumed = vulnerable.fusion("runs", "resume")
    assert resumed.returncode == 1, resumed.stderr
    assert "run.py:5" in resumed.stdout
    assert list(runs.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_state_folder(vulnerable: Workplace) -> None:
    vulnerable.home.mkdir()
    vulnerable.home.chmod(0o500)
    done = vulnerable.fusion("review")
    assert done.returncode == 2
    assert "FUSION_HOME" in one_sentence(done)


@pytest.mark.skipif(sys.platform != "linux", reason="a folder that nobody may write, root included, is Linux's /proc")
def test_a_state_folder_that_nobody_may_write(vulnerable: Workplace) -> None:
    done = vulnerable.fusion("review", FUSION_HOME="/proc/fusion")
    assert done.returncode == 2
    assert "FUSION_HOME" in one_sentence(done)


def test_a_state_folder_that_is_a_file(vulnerable: Workplace) -> None:
    vulnerable.home.write_text("no folder")
    done = vulnerable.fusion("review")
    assert done.returncode == 2
    assert "FUSION_HOME" in one_sentence(done)


def test_two_reviews_at_once_on_one_state_folder(vulnerable: Workplace) -> None:
    both = [vulnerable.start("review", "--only", "bandit", "--format", "json") for _ in range(2)]
    answers = [process.communicate(timeout=240) for process in both]
    assert [process.returncode for process in both] == [1, 1], answers
    reviews = [json.loads(out) for out, _ in answers]
    # Whoever came second saw the other's ledger: together they said the finding once.
    inline = sum(finding.get("placement") == "inline" for review in reviews for finding in review["findings"])
    assert inline == 1


def test_a_second_review_says_nothing_twice(vulnerable: Workplace) -> None:
    first = json.loads(vulnerable.fusion("review", "--format", "json").stdout)
    second = json.loads(vulnerable.fusion("review", "--format", "json").stdout)
    assert first["tally"]["new"] > 0
    assert second["tally"]["new"] == 0
    assert second["tally"]["carried"] == first["tally"]["new"]
    assert second["verdict"] == first["verdict"] == "block"


def test_a_dismissed_finding_stays_dismissed(vulnerable: Workplace) -> None:
    review = json.loads(vulnerable.fusion("review", "--only", "bandit", "--format", "json").stdout)
    ids = {finding["fingerprint"][:8] for finding in review["findings"]}
    for id in ids:
        done = vulnerable.fusion("dismiss", id, "--as", "incorrect", "--why", "the name is ours")
        assert done.returncode == 0, done.stderr
        assert "incorrect" in done.stdout
    vulnerable.commit("Go on", **{"other.py": INNOCENT})
    again = vulnerable.fusion("review", "--only", "bandit", "--format", "json")
    assert again.returncode == 0, again.stdout
    found = json.loads(again.stdout)
    assert found["verdict"] == "pass"
    assert found["tally"]["dismissed"] == len(ids)
    assert vulnerable.fusion("dismiss", "ffffffffffff").returncode == 2
    assert vulnerable.fusion("dismiss", next(iter(ids)), "--as", "nonsense").returncode == 2
    assert vulnerable.fusion("dismiss", next(iter(ids)), "--as", "open").returncode == 0
    assert vulnerable.fusion("review", "--only", "bandit").returncode == 1


def test_nothing_to_dismiss_before_the_first_review(place: Workplace) -> None:
    done = place.fusion("dismiss", "abcdef12")
    assert done.returncode == 2
    assert "fusion review" in one_sentence(done)


def test_help_is_quick_and_lists_commands(place: Workplace) -> None:
    done = place.fusion("--help")
    assert done.returncode == 0
    for command in ("review", "runs", "doctor", "init", "config", "demo"):
        assert command in done.stdout


def test_help_imports_nothing_heavy(place: Workplace) -> None:
    code = (
        "import sys; sys.argv = ['fusion', '--help']; from fusion.cli import main\n"
        "try:\n    main()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=place.env())
    loaded = {name.split(".")[0] for name in done.stderr.split()}
    assert not loaded & {"durabletask", "grpc", "githubkit", "httpx", "azure", "semantic_kernel", "pydantic"}


def test_doctor_shows_every_part(place: Workplace) -> None:
    done = place.fusion("doctor", "--format", "json")
    parts = {(part["kind"], part["name"]): part for part in json.loads(done.stdout)["parts"]}
    assert parts["analyzer", "ruff"]["ready"]
    assert parts["agent", "security"]["ready"]
    assert "ready" in place.fusion("doctor").stdout


def test_init_and_config(place: Workplace) -> None:
    assert place.fusion("init").returncode == 0
    assert place.fusion("config", "check").returncode == 0
    assert place.fusion("init").returncode == 2
    schema = json.loads(place.fusion("config", "schema").stdout)
    assert "ignore" in schema["properties"]
    place.write(".fusion.yml", "blocks: high\n")
    wrong = place.fusion("config", "check")
    assert wrong.returncode == 2
    assert "block" in one_sentence(wrong)
