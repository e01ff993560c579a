"""`fusion eval dataflow` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.commandline import Workplace, one_sentence

BAD = "import os\nfrom flask import request\n\n\ndef view():\n    os.system('ls ' + request.args['folder'])\n"
GOOD = "import os\n\n\ndef view():\n    os.system('ls')\n"
LABELS = "file,kind,cwe,vulnerable\nbad.py,command-injection,78,true\ngood.py,command-injection,78,false\n"


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    workplace = Workplace(tmp_path / "corpus", tmp_path / "state")
    for name, content in (("bad.py", BAD), ("good.py", GOOD), ("labels.csv", LABELS), ("broken.py", "def f(:\n")):
        workplace.write(name, content)
    return workplace


def test_scores_of_a_folder_and_of_a_peer(place: Workplace) -> None:
    done = place.fusion("eval", "dataflow", ".", "--against", "bandit,semgrep")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["dataflow", "bandit"] or lines[0].split() == ["dataflow", "bandit", "semgrep"]
    assert lines[2].split()[:6] == ["command-injection", "1", "1", "1.00", "0.00", "1.00"]
    assert any(line.startswith("macro average") for line in lines)
    assert "CPU" in done.stdout


def test_scores_as_data(place: Workplace) -> None:
    place.write("labels.csv", LABELS + "broken.py,weak-hash,328,true\n")
    done = place.fusion("eval", "dataflow", ".", "--format", "json")
    assert done.returncode == 0, done.stderr
    (ours,) = json.loads(done.stdout)["tools"]
    assert ours["kinds"]["command-injection"]["youden"] == 1.0
    assert [row["file"] for row in ours["false_negatives"]] == ["broken.py"]
    assert [row["file"] for row in ours["unread"]] == ["broken.py"]


def test_public_labels_and_lists(place: Workplace) -> None:
    place.write("expected.csv", "# name,category,real,cwe\nbad,cmdi,false,78\ngood,cmdi,true,78\n")
    command = ("eval", "dataflow", ".", "--csv-labels", "expected.csv", "--language", "python")
    assert place.fusion(*command, "--list", "false-positives").stdout == "command-injection\tbad.py\n"
    assert place.fusion(*command, "--list", "false-negatives").stdout == "command-injection\tgood.py\n"
    assert place.fusion(*command, "--list", "extra").stdout == ""


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("nowhere",), "no folder nowhere"),
        ((".", "--labels", "none.csv"), "none.csv cannot be read"),
        ((".", "--labels", "bad.py"), "is no header"),
        ((".", "--labels", "labels.csv", "--csv-labels", "labels.csv"), "Choose one label file"),
        ((".", "--format", "xml"), "no format 'xml'"),
        ((".", "--language", "cobol"), "--language takes"),
        ((".", "--language", "javascript"), "None of the labelled files is javascript"),
        ((".", "--list", "all"), "--list takes"),
        ((".", "--against", "lint"), "no tool 'lint'"),
    ],
)
def test_bad_input_is_one_sentence(place: Workplace, args: tuple[str, ...], said: str) -> None:
    done = place.fusion("eval", "dataflow", *args)
    assert done.returncode == 2, done
    assert said in one_sentence(done)
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ("", "labels.csv is empty"),
        (LABELS + "bad.py,command-injection,78,false\n", "has a label for command-injection already"),
        (LABELS + "gone.py,command-injection,78,false\n", "there is no file gone.py"),
        (LABELS + "good.py,comand-injection,78,false\n", "did you mean command-injection?"),
    ],
)
def test_bad_labels_are_one_sentence(place: Workplace, labels: str, said: str) -> None:
    place.write("labels.csv", labels)
    done = place.fusion("eval", "dataflow", ".")
    assert done.returncode == 2, done
    assert said in one_sentence(done)


def test_a_folder_without_labels(place: Workplace) -> None:
    (place.folder / "labels.csv").unlink()
    assert "holds no labels.csv" in one_sentence(place.fusion("eval", "dataflow", "."))


def test_names_in_labels_do_not_steer_the_terminal(place: Workplace) -> None:
    place.write("labels.csv", LABELS + "\x1b[2Jx.py,command-injection,78,false\n")
    done = place.fusion("eval", "dataflow", ".")
    assert done.returncode == 2
    assert "\x1b" not in done.stderr
