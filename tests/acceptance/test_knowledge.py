"""`fusion knowledge` and FUSION_KNOWLEDGE as a user types them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.fakes.commandline import Workplace, one_sentence

HEAD = 'schema_version = 1\nlibrary = "acme"\nlanguage = "python"\npackages = ["acme"]\nnote = "for the tests"\n'
SINK = 'sink = [{ kind = "code-injection", calls = ["acme.run"], note = "runs the text", test = "ran" }]\n'
SOURCE = 'source = [{ paths = ["acme.ask()"], note = "an answer from outside", test = "ran" }]\n'
CLEAN = 'sanitizer = [{ calls = ["acme.tidy"], clears = ["all"], note = "makes the text tidy", test = "ran" }]\n'
PROGRAM = "import acme\n\n\ndef ran():\n    acme.run(acme.ask())"
SAMPLE = f"{PROGRAM}  # expect: code-injection\n"


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    workplace = Workplace(tmp_path / "house", tmp_path / "state").init()
    workplace.commit("Begin", **{"app.py": PROGRAM + "\n"})
    return workplace


def teach(place: Workplace, entries: str = SINK + SOURCE, sample: str | None = SAMPLE, name: str = "knowledge") -> str:
    """A folder of knowledge beside the repository."""
    folder = place.folder.parent / name / "python"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "acme.toml").write_text(HEAD + entries)
    if sample is not None:
        (folder / "acme.py").write_text(sample)
    return str(folder.parent)


def test_libraries_are_listed_with_their_entries_and_where_they_come_from(place: Workplace) -> None:
    folder = teach(place)
    done = place.fusion("knowledge", "list", "--format", "json", FUSION_KNOWLEDGE=folder)
    assert (done.returncode, done.stderr) == (0, "")
    listed = json.loads(done.stdout)
    by_name = {(library["library"], library["language"]): library for library in listed["libraries"]}
    assert by_name["acme", "python"]["from"] == "FUSION_KNOWLEDGE"
    assert by_name["acme", "python"]["entries"] == {"source": 1, "sink": 1}
    assert by_name["flask", "python"]["from"] == "built in"
    assert "flask" in by_name["flask", "python"]["packages"]
    assert ("express", "javascript") in by_name
    assert listed["not_used"] == []
    table = place.fusion("knowledge", "list", "--language", "javascript", FUSION_KNOWLEDGE=f"{folder}{os.pathsep}/nowhere")
    assert "express" in table.stdout
    assert "flask" not in table.stdout
    assert table.stderr == "Knowledge of FUSION_KNOWLEDGE is not used: there is no folder /nowhere.\n"


def test_a_library_is_shown_entry_by_entry(place: Workplace) -> None:
    shown = place.fusion("knowledge", "show", "acme", FUSION_KNOWLEDGE=teach(place, SINK + SOURCE + CLEAN)).stdout
    assert shown.startswith("acme (python, FUSION_KNOWLEDGE): for the tests\nRead where a file imports acme\n")
    for said in ("runs the text", "code-injection; argument 0", "acme.ask()", "remote data", "clears all"):
        assert said in shown
    both = place.fusion("knowledge", "show", "yaml").stdout
    assert "yaml (python, built in)" in both
    assert "yaml (javascript, built in)" in both
    assert "(python, built in)" not in place.fusion("knowledge", "show", "yaml", "--language", "javascript").stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("show", "flsk"), "did you mean flask?"),
        (("show", "no-such-thing-at-all"), "`fusion knowledge list` has them"),
        (("show", "flask", "--language", "cobol"), "--language takes python or javascript"),
        (("list", "--language", "cobol"), "--language takes python or javascript"),
        (("list", "--format", "xml"), "no format 'xml'"),
        (("check", "nowhere"), "there is no folder nowhere"),
        (("check", "."), "holds no knowledge files"),
    ],
)
def test_bad_input_is_one_sentence(place: Workplace, args: tuple[str, ...], said: str) -> None:
    done = place.fusion("knowledge", *args)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in one_sentence(done)


def test_what_is_right_and_proved_leaves_with_0(place: Workplace) -> None:
    done = place.fusion("knowledge", "check", teach(place))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "python/acme.toml: 2 entries; acme.py shows 1 finding",
        "  needed      source 1 (an answer from outside)",
        "  needed      sink 1 (runs the text)",
    ]


@pytest.mark.parametrize(
    ("entries", "sample", "said"),
    [
        (SINK + SOURCE + CLEAN, SAMPLE, "  not needed  sanitizer 1 (makes the text tidy)"),
        (SINK, SAMPLE, "  python/acme.py:5: code-injection is expected and not found"),
        (SINK + SOURCE, PROGRAM, "  python/acme.py:5: code-injection is found and not expected"),
        (SINK + SOURCE, None, "python/acme.toml: 2 entries; there is no sample python/acme.* beside it"),
    ],
)
def test_what_is_not_proved_leaves_with_1(place: Workplace, entries: str, sample: str | None, said: str) -> None:
    done = place.fusion("knowledge", "check", teach(place, entries, sample))
    assert (done.returncode, done.stderr) == (1, "")
    assert said in done.stdout


@pytest.mark.parametrize(
    ("entries", "sample", "said"),
    [
        (SINK.replace("note", "nota"), SAMPLE, "python/acme.toml: [[sink]] 1, note: it must be given."),
        (SINK + SOURCE, "def ran(:\n", "The sample acme.py is not analysed: "),
        (SINK + SOURCE, "x = 1\n", "there is no ran in acme.py."),
    ],
)
def test_a_mistake_in_a_file_leaves_with_2(place: Workplace, entries: str, sample: str, said: str) -> None:
    done = place.fusion("knowledge", "check", teach(place, entries, sample))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert all(line.startswith("fusion: ") for line in done.stderr.splitlines())


def test_a_review_is_done_with_the_knowledge_of_the_setting(place: Workplace) -> None:
    command = ("review", "--all", "--only", "dataflow")
    assert place.fusion(*command).returncode == 0
    done = place.fusion(*command, FUSION_KNOWLEDGE=f"/nowhere{os.pathsep}{teach(place)}")
    assert done.returncode == 1
    assert "app.py:5" in done.stdout
    assert "Knowledge of FUSION_KNOWLEDGE is not used: there is no folder" in " ".join(done.stdout.split())
    parts = json.loads(place.fusion("doctor", "--format", "json", FUSION_KNOWLEDGE=teach(place)).stdout)["parts"]
    assert ("knowledge", "acme", True) in {(part["kind"], part["name"], part["ready"]) for part in parts}


def test_scores_are_taken_with_it(place: Workplace) -> None:
    place.write("labels.csv", "file,kind,cwe,vulnerable\napp.py,code-injection,94,true\n")
    command = ("eval", "dataflow", ".", "--list", "false-negatives")
    assert place.fusion(*command).stdout == "code-injection\tapp.py\n"
    assert place.fusion(*command, FUSION_KNOWLEDGE=teach(place)).stdout == ""


def test_what_is_reviewed_cannot_hold_what_it_is_judged_by(place: Workplace) -> None:
    teach(place, name="house/knowledge")
    done = place.fusion("review", "--all", FUSION_KNOWLEDGE=str(place.folder / "knowledge"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "lies in the repository that is reviewed" in one_sentence(done)
    done = place.fusion("review", "--all", FUSION_KNOWLEDGE="knowledge")
    assert done.returncode == 2
    assert "FUSION_KNOWLEDGE is not usable: 'knowledge' is not an absolute path: write /" in one_sentence(done)
