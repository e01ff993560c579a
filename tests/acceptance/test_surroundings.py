"""What surrounds a run: hooks, streams, environment, locale, signals. None of it changes what a review says."""

from __future__ import annotations

import json
import os
import pty
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fakes.commandline import Workplace, one_sentence

FLAW = "import subprocess\n\n\ndef run(name):\n    subprocess.run(f'echo {name}', shell=True, check=True)\n"
ONLY = ("--only", "bandit")


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    workplace = Workplace(tmp_path / "repo", tmp_path / "state").init()
    workplace.commit("Begin", **{"add.py": "A = 1\n", "README.md": "# Sums\n"})
    workplace.git("checkout", "--quiet", "-b", "feature")
    return workplace


@pytest.fixture
def flawed(place: Workplace) -> Workplace:
    place.commit("Flaw", **{"run.py": FLAW})
    return place


def shell(place: Workplace, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which `$FUSION` is the command line."""
    env = place.env(FUSION=f"{sys.executable} -m fusion", **environment)
    return subprocess.run(["bash", "-c", script], cwd=place.folder, env=env, capture_output=True, text=True, check=False)


def without(place: Workplace, *names: str) -> dict[str, str]:
    return {key: value for key, value in place.env().items() if key not in names}


# --- git's hooks


@pytest.fixture
def hooked(place: Workplace) -> Workplace:
    """A repository whose pre-commit hook is a review of what is staged; its JSON goes to `hook.json` beside it."""
    hook = place.folder / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    output = place.folder.parent / "hook.json"
    hook.write_text(
        f"#!/bin/sh\nexport HOME={place.home} FUSION_HOME={place.home}\n"
        f"{sys.executable} -m fusion review --staged --only bandit --format json --output {output}\n"
    )
    hook.chmod(0o755)
    return place


def reviewed_by_hook(place: Workplace, *args: str) -> tuple[int, set[str]]:
    output = place.folder.parent / "hook.json"
    output.unlink(missing_ok=True)
    env = place.env(GIT_AUTHOR_NAME="A", GIT_AUTHOR_EMAIL="a@b.c", GIT_COMMITTER_NAME="A", GIT_COMMITTER_EMAIL="a@b.c")
    done = subprocess.run(
        ["git", "commit", "--quiet", "-m", "Go", *args], cwd=place.folder, env=env, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    if not output.exists():
        return done.returncode, set()
    return done.returncode, {file["path"] for file in json.loads(output.read_text())["coverage"]["files"]}


def test_a_hook_reviews_what_will_be_committed(hooked: Workplace) -> None:
    hooked.write("run.py", FLAW)
    hooked.write("later.py", FLAW)
    hooked.git("add", "run.py")
    assert reviewed_by_hook(hooked) == (1, {"run.py"}), "the flaw is refused"
    hooked.git("rm", "--quiet", "--cached", "run.py")
    (hooked.folder / "run.py").unlink()
    (hooked.folder / "later.py").unlink()
    hooked.write("add.py", "A = 2\n")
    assert reviewed_by_hook(hooked, "--all") == (0, {"add.py"}), "git commit --all has an index of its own"
    hooked.write("add.py", "A = 3\n")
    hooked.write("README.md", "# More\n")
    hooked.git("add", "README.md")
    assert reviewed_by_hook(hooked, "add.py") == (0, {"add.py"}), "git commit FILE leaves out what else is staged"
    hooked.write("add.py", FLAW)
    assert reviewed_by_hook(hooked, "add.py") == (1, {"add.py"})
    hooked.write("add.py", FLAW + "B = 1\n")
    assert reviewed_by_hook(hooked, "--all")[0] == 1


def test_a_hook_in_a_linked_work_tree(hooked: Workplace, tmp_path: Path) -> None:
    hooked.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "other")
    linked = Workplace(tmp_path / "linked", hooked.home)
    linked.write("add.py", FLAW)
    assert reviewed_by_hook(linked, "--all") == (1, {"add.py"})
    linked.write("add.py", "A = 5\n")
    assert reviewed_by_hook(linked, "add.py") == (0, {"add.py"})


def test_the_index_of_another_repository_is_not_taken(place: Workplace, tmp_path: Path) -> None:
    other = Workplace(tmp_path / "other", place.home).init()
    other.commit("Other", **{"decoy.py": "D = 1\n"})
    place.write("add.py", FLAW)
    place.git("add", "add.py")
    for index in (other.folder / ".git" / "index", Path("/nonexistent"), Path("/etc/passwd")):
        done = place.fusion("review", "--staged", *ONLY, GIT_INDEX_FILE=str(index), GIT_DIR=str(other.folder / ".git"))
        assert done.returncode == 1
        assert "add.py:5" in done.stdout


# --- streams


def test_a_reader_that_goes_away_does_not_make_it_a_pass(flawed: Workplace) -> None:
    long = "".join(f"def f{n}(name):\n    eval(name)\n\n\n" for n in range(300))
    flawed.commit("Much", **{"much.py": long})
    for format in ("terminal", "json"):
        done = shell(flawed, f"$FUSION review --only bandit --format {format} | true; echo ${{PIPESTATUS[0]}}")
        assert done.stdout == "1\n", done
        assert done.stderr == ""


@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-"])
def test_closed_streams(flawed: Workplace, closed: str) -> None:
    done = shell(flawed, f"$FUSION review --only bandit {closed}; echo $?")
    assert done.stdout.endswith("1\n"), done
    assert "Traceback" not in done.stderr
    for damaged in flawed.home.glob("state.db*"):
        assert b"fusion:" not in damaged.read_bytes()
    (flawed.folder / "out.json").unlink(missing_ok=True)
    done = shell(flawed, f"$FUSION review --only bandit -f json -o out.json {closed}; $FUSION review no-such {closed}; echo $?")
    assert done.stdout.endswith("2\n"), done
    assert json.loads((flawed.folder / "out.json").read_text())["findings"]


def test_a_closed_standard_input_is_an_empty_patch(place: Workplace) -> None:
    done = shell(place, "$FUSION review - <&-")
    assert done.returncode == 0
    assert "Nothing to review" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_standard_output_is_no_verdict(flawed: Workplace) -> None:
    done = shell(flawed, "$FUSION review --only bandit >/dev/full")
    assert done.returncode == 3
    assert "No space left" in one_sentence(done)


@pytest.mark.parametrize(
    ("format", "encoding"),
    [
        *(("terminal", encoding) for encoding in ("ascii", "latin-1", "utf-16")),
        # What is no terminal's is written as UTF-8, by the same way.
        *((format, "ascii") for format in ("markdown", "json", "sarif")),
        ("json", "utf-16"),
    ],
)
def test_whatever_the_encoding_of_the_terminal(place: Workplace, format: str, encoding: str) -> None:
    place.commit("Flaw", **{"\u00fcn\u00ef\u4f60.py": FLAW})
    env = place.env(PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    command = [sys.executable, "-m", "fusion", "review", *ONLY, "--format", format]
    done = subprocess.run(command, cwd=place.folder, env=env, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    if format != "terminal":
        assert (
            "\u4f60.py" in done.stdout.decode("utf-8")
            or "\\u4f60.py" in done.stdout.decode()
            or "%E4%BD%A0" in str(done.stdout)
        )


@pytest.mark.parametrize("terminal", ["dumb", "xterm-256color"])
def test_on_a_terminal_nothing_of_the_repository_steers_it(place: Workplace, terminal: str) -> None:
    name = "a\x1b]0;owned\x07\x1b[2J\u202e.py"
    place.commit("Flaw", **{name: FLAW + "# \x1b[31mred\x1b]8;;http://evil.example\x07\n" + "eval(input('\x1b[2J'))\n"})
    place.git("checkout", "--quiet", "-b", "branch\u009b31m\u202e")
    output = _on_a_terminal(place, terminal, "review")
    output += _on_a_terminal(place, terminal, "runs", "list")
    output += _on_a_terminal(place, terminal, "doctor")
    for sign in (b"owned\x07", b"\x1b[31mred", b"\x1b]0;", b"\x1b]8;;http://evil", "\u202e".encode(), "\u009b".encode()):
        assert sign not in output
    assert b"Traceback" not in output
    if terminal == "dumb":
        assert b"\x1b" not in output


def _on_a_terminal(place: Workplace, terminal: str, *args: str) -> bytes:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "fusion", *args]
    process = subprocess.Popen(
        command, cwd=place.folder, env=place.env(TERM=terminal), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    output = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        output += part
    os.close(ours)
    assert process.wait() in (0, 1)
    return output


@pytest.mark.parametrize(
    "args",
    [
        ("nonsense\u009b31m\x1b[31m",),
        ("--pr", "x\x1b[31m"),
        ("--format", "\x1b[31m"),
        ("--only", "a\x1b[31m"),
        ("-C", "/no\x1b[31m"),
    ],
)
def test_sentences_about_errors_steer_no_terminal(flawed: Workplace, args: tuple[str, ...]) -> None:
    flawed.git("branch", "nonsense\u009b31m\u202ex")
    done = flawed.fusion("review", *args)
    assert done.returncode == 2
    assert not any(sign in done.stderr for sign in "\x1b\u009b\u202e"), ascii(done.stderr)


# --- environment


def test_a_user_without_name_or_home(flawed: Workplace) -> None:
    nobody = ["unshare", "-U", "--map-user=54321"]
    if subprocess.run([*nobody, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("another user needs user namespaces")
    command = [*nobody, sys.executable, "-m", "fusion", "review", *ONLY]
    bare = without(flawed, "HOME")
    done = subprocess.run(command, cwd=flawed.folder, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    bare = without(flawed, "HOME", "FUSION_HOME")
    done = subprocess.run(command, cwd=flawed.folder, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "FUSION_HOME" in one_sentence(done)


def test_a_state_folder_that_is_named_from_here(flawed: Workplace) -> None:
    assert flawed.fusion("review", *ONLY, FUSION_HOME="../near/state").returncode == 1
    assert (flawed.folder.parent / "near" / "state" / "state.db").exists()
    assert flawed.fusion("review", *ONLY, FUSION_HOME="~nobody\u00fc [/b]").returncode == 1
    assert flawed.fusion("doctor", FUSION_HOME="[/b]").returncode == 0
    assert flawed.fusion("runs", FUSION_HOME="[/b]").returncode == 0


def test_a_new_state_folder_is_its_owners_alone(place: Workplace) -> None:
    assert not place.home.exists()
    assert place.fusion("doctor").returncode == 0
    assert stat.S_IMODE(place.home.stat().st_mode) == 0o700
    place.home.chmod(0o750)
    assert place.fusion("doctor").returncode == 0
    assert stat.S_IMODE(place.home.stat().st_mode) == 0o750, "what its owner chose stays"


def test_names_that_look_like_markup(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "[" / "b]", tmp_path / "state").init()
    place.commit("Flaw", **{"run.py": FLAW})
    assert place.fusion("review", *ONLY).returncode == 1
    assert "b] range" in " ".join(place.fusion("runs", COLUMNS="200").stdout.split())


def test_what_is_not_utf8_is_refused_in_a_sentence(flawed: Workplace, tmp_path: Path) -> None:
    done = flawed.fusion("review", os.fsdecode(b"\xff"))
    assert done.returncode == 2
    assert "UTF-8" in one_sentence(done)
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    flawed.folder.rename(odd)
    done = Workplace(odd, flawed.home).fusion("review", *ONLY)
    assert done.returncode == 2
    assert "UTF-8" in one_sentence(done)


def test_a_folder_that_is_gone(place: Workplace) -> None:
    done = shell(place, "mkdir gone && cd gone && rmdir ../gone && $FUSION review; echo $?")
    assert done.stdout.endswith(("2\n", "3\n"))
    assert "Traceback" not in done.stderr
    assert place.fusion("review").returncode == 0


def test_few_file_descriptors_and_no_temporary_folder(flawed: Workplace) -> None:
    assert shell(flawed, "ulimit -n 64; $FUSION review --only bandit").returncode == 1
    few = shell(flawed, "ulimit -n 16; $FUSION review --only bandit")
    assert few.returncode in (1, 2, 3)
    assert "Traceback" not in few.stderr
    assert not few.stdout or few.returncode == 1
    assert flawed.fusion("runs", "resume").returncode in (0, 1), "nothing stays stuck"
    assert not list((flawed.home / "runs").iterdir())
    assert flawed.fusion("review", *ONLY, TMPDIR="/nonexistent").returncode == 1


def test_modules_of_the_repository_are_not_imported(flawed: Workplace) -> None:
    for name in ("rich", "yaml", "agents", "pydantic", "typer", "json", "sqlite3"):
        flawed.write(f"{name}.py", "import pathlib\npathlib.Path('canary').touch()\n")
    flawed.write("evil-1.0.dist-info/entry_points.txt", "[fusion.analyzers]\nevil = yaml:x\n")
    flawed.write("evil-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    assert flawed.fusion("review", "--worktree").returncode in (0, 1, 3)
    assert flawed.fusion("doctor").returncode == 0
    assert not (flawed.folder / "canary").exists()


# --- signals


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_ending_leaves_nothing_behind(flawed: Workplace, tmp_path: Path, ending: signal.Signals) -> None:
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    process = flawed.begin("review", TMPDIR=str(scratch))
    process.send_signal(ending)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 130, (out, err)
    (line,) = err.decode().splitlines()
    assert line.startswith("fusion: Interrupted. `fusion runs resume review-")
    assert out == b""
    assert not any(scratch.iterdir())
    assert flawed.fusion("runs", "resume").returncode == 1
    assert not list((flawed.home / "runs").iterdir())


def test_two_interruptions_end_it_at_once(flawed: Workplace) -> None:
    process = flawed.start("review")
    runs = flawed.home / "runs"
    while not list(runs.glob("*.db-wal")) and process.poll() is None:
        time.sleep(0.005)
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
    _, err = process.communicate(timeout=240)
    assert process.returncode in (130, -signal.SIGINT), "a shell shows 130 for both"
    assert b"Traceback" not in err
    done = flawed.fusion("runs", "resume")
    assert done.returncode in (0, 1) or "was interrupted before it began; start the review again" in done.stderr
    assert not list(runs.iterdir())


def test_an_interrupted_demo(place: Workplace, tmp_path: Path) -> None:
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    process = place.start("demo", TMPDIR=str(scratch))
    while not list(scratch.glob("*/state/runs/*.db")) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=240)
    assert process.returncode == 130, err
    assert b"Traceback" not in err
    assert not any(scratch.iterdir())
