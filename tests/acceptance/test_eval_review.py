"""`fusion eval review` as a user types it: four changes, and another process that answers model calls by files."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import answering
from tests.fakes.commandline import Workplace, one_sentence

PAGES = "def pages(total, size):\n    return total // size\n"
LABEL = '[[gold]]\npath = "pages.py"\nquote = "size + 1"\nkind = "boundary"\nseverity = "high"\nwhy = "One page too many."\n'
MODELS = """
[models.mine]
size = "large"
context = 128000
output = 16000
price = {{ input = 2.0, output = 8.0, date = 2026-11-01, source = "a test" }}

[endpoints.there]
kind = "exchange"
address = "{folder}"
model = "mine"
"""
"""A model without a figure: only an evaluation asks it."""
CHANGES: list[dict[str, Any]] = [
    {
        "id": "shell",
        "language": "python",
        "base": {"run.py": "import subprocess\n"},
        "head": {"run.py": "import subprocess\n\n\ndef run(name):\n    subprocess.run('ls ' + name, shell=True, check=True)\n"},
        "gold": [
            {
                "path": "run.py",
                "line": 5,
                "kind": "security:command-injection",
                "severity": "high",
                "why": "The name is a part of a shell's command.",
            }
        ],
    },
    # Without its base, a patch leaves nothing for anybody to read.
    {"id": "clean", "language": "python", "patch": "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-A = 1\n+A = 2\n"},
    {
        "id": "noisy",
        "language": "python",
        "base": {"b.py": "def b():\n    return 1\n"},
        "patch": "--- a/b.py\n+++ b/b.py\n@@ -1,2 +1,2 @@\n-def b():\n-    return 1\n+def b(value):\n+    return value\n",
    },
]


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    """Three changes as JSON lines and one as a folder."""
    workplace = Workplace(tmp_path / "work", tmp_path / "state", {"FUSION_PARALLEL": "2"})
    workplace.write("set/changes.jsonl", "".join(json.dumps(change) + "\n" for change in CHANGES))
    workplace.write("set/off-by-one/gold.toml", f'language = "python"\n{LABEL}')
    workplace.write("set/off-by-one/base/pages.py.sample", PAGES)
    workplace.write("set/off-by-one/head/pages.py.sample", PAGES.replace("// size", "// size + 1"))
    return workplace


@contextmanager
def answers(folder: Path) -> Iterator[None]:
    """Another process is the model behind the folder."""
    process = subprocess.Popen([sys.executable, answering.__file__, str(folder)])
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@pytest.mark.slow
def test_rules_and_models_are_told_apart_and_a_recording_repeats_the_run(place: Workplace) -> None:
    two = ("--only", "shell", "--only", "off-by-one")
    once = place.fusion("eval", "review", "set", "--no-models", *two, "--save", "rules.json")
    assert once.returncode == 0, once.stderr
    place.write("models.toml", MODELS.format(folder=place.folder / "talk"))
    with answers(place.folder / "talk"):
        command = ("eval", "review", "set", "--record", "tape", "--parallel", "2", "-f", "json")
        asked = place.fusion(*command, FUSION_MODELS=str(place.folder / "models.toml"))
    assert asked.returncode == 0, asked.stderr
    report = json.loads(asked.stdout)
    assert (report["changes"], report["clean"], report["labels"]) == (4, 2, 2)
    assert report["models"] == [answering.NAME]
    counts = {name: ways["strict"]["counts"] for name, ways in report["sources"].items()}
    assert counts["rules alone"] == {"said": 1, "right": 1, "exact": 1, "there": 2, "found": 1}
    assert counts["models alone"] == {"said": 2, "right": 1, "exact": 1, "there": 2, "found": 1}
    assert counts["together"] == {"said": 3, "right": 2, "exact": 2, "there": 2, "found": 2}
    assert report["sources"]["together"]["strict"]["false_per_clean"]["value"] == 0.5
    assert report["agents"]["security"]["strict"]["counts"]["there"] == 1
    assert report["attempts"]["code-review"]["input_tokens"] == 100 * report["attempts"]["code-review"]["calls"] > 0

    assert report["cost_per_change"]["value"] > 0
    assert "code-review" in place.fusion("cost").stdout

    replayed = place.fusion("eval", "review", "set", "--replay", "tape", "-f", "json")
    assert replayed.returncode == 0, replayed.stderr
    assert replayed.stdout == asked.stdout

    # What was answered once is answered at once ever after.
    again = ("eval", "review", "set", "--model-exchange", "talk", *two, "--baseline", "rules.json")
    shown = place.fusion(*again).stdout
    assert max(map(len, shown.splitlines())) <= 80
    (line,) = [line for line in shown.splitlines() if line.startswith("together: recall")]
    assert line.split()[2:4] == ["0.500", "1.000"]
    assert line.endswith("too few to say")
    # Two changes are nothing to route by.
    assert "FUSION_MODELS" not in shown
    # Nothing of it is among the reviews of this machine.
    assert "No runs yet" in place.fusion("runs", "list").stdout


@pytest.mark.slow
def test_what_is_done_outlives_an_interruption(place: Workplace) -> None:
    """Nobody answers: the changes without a question are done, the others wait until somebody loses patience."""
    process = place.start("eval", "review", "set", "--model-exchange", "talk", "--parallel", "4", "-f", "json")
    requests = place.folder / "talk" / "requests"
    while not (requests.is_dir() and list(requests.glob("*.json"))) and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 130, err.decode()
    assert b"Interrupted" in err
    report = json.loads(out)
    assert report["changes"] + len(report["not_reviewed"]) == 4
    assert {one["why"] for one in report["not_reviewed"]} == {"the run was interrupted"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "changes.jsonl, line 2 is not JSON"),
        ("[]", "changes.jsonl, line 2 is no JSON object"),
        ('{"id": "x", "language": "c"}', "one of the three"),
        ('{"id": "x", "language": "c", "patch": "p", "golden": []}', "line 2, key golden: there is no such key"),
        ('{"id": "shell", "language": "c", "patch": "p"}', "the id shell is taken"),
        ('{"id": "x", "language": "c", "head": {"../x": ""}}', "no path below"),
        ('{"id": "x", "language": "c", "head": {".git/config": ""}}', "no path below"),
        (
            '{"id": "x", "language": "c", "head": {"a.c": "a"}, "gold": [{"path": "a.c", "line": 1, "kind": "bondary",'
            ' "severity": "low", "why": "because it is"}]}',
            "line 2, key gold.0.kind: there is no kind 'bondary'; did you mean boundary?",
        ),
        (
            '{"id": "x", "language": "c", "head": {"a.c": "a"}, "gold": [{"path": "a.c", "line": 2, "kind": "logic",'
            ' "severity": "low", "why": "because it is"}]}',
            "a.c has 1 lines",
        ),
        (
            '{"id": "x", "language": "c", "head": {"a.c": "a"}, "gold": [{"path": "a.c", "quote": "b", "kind": "logic",'
            ' "severity": "low", "why": "because it is"}]}',
            "no such text",
        ),
        (
            '{"id": "x", "language": "c", "head": {"a.c": "a"}, "gold": [{"path": "a.c", "line": 1, "kind": "logic",'
            ' "severity": "low", "why": "because it is", "at": [{"path": "b.c", "line": 1}]}]}',
            "key gold.0.at.0.path: there is no b.c at head",
        ),
        ('{"id": "x", "language": "c", "repository": "nowhere", "range": "a..b"}', "there is no folder nowhere"),
    ],
)
def test_a_mistake_in_a_data_set_is_named_with_its_place(tmp_path: Path, line: str, said: str) -> None:
    from fusion.errors import UserError
    from fusion.evaluation.samples import read

    (tmp_path / "changes.jsonl").write_text(json.dumps(CHANGES[0]) + "\n" + line + "\n")
    with pytest.raises(UserError) as caught:
        read(tmp_path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("nowhere",), "no file or folder nowhere"),
        (("set", "--only", "shel"), "did you mean shell?"),
        (("set", "--no-models", "--replay", "tape"), "Choose one of"),
        (("set", "--record", "tape"), "--record needs models"),
        (("set", "--replay", "set"), "is no recording"),
        (("set", "--baseline", "set/changes.jsonl"), "is no report"),
        (("set", "--save", "no/such/file"), "cannot write"),
    ],
)
def test_wrong_usage_is_one_sentence(place: Workplace, args: tuple[str, ...], said: str) -> None:
    done = place.fusion("eval", "review", *args)
    assert done.returncode == 2
    assert said in one_sentence(done)
