"""The analysing process: what it is asked, what it answers, and that a hostile file costs itself only."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def start(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tests.fakes.analysis import main, analyse; "
    code += "sys.exit(main(sys.argv[1:], analyse=analyse))"
    return subprocess.run(
        [sys.executable, "-I", "-c", code, *arguments], cwd=cwd, capture_output=True, text=True, timeout=60, check=False
    )


def job(folder: Path, files: dict[str, str], targets: list[str] | None = None, **more: Any) -> dict[str, Any]:
    """The answer of a run over the files, which lie in the folder under other names."""
    names = {path: f"f{number}.txt" for number, path in enumerate(files)}
    for path, text in files.items():
        (folder / names[path]).write_text(text)
    given = {"files": names, "targets": list(files) if targets is None else targets, **more}
    (folder / "job.json").write_text(json.dumps(given))
    done = start("--job", "job.json", cwd=folder)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    back = {name: path for path, name in names.items()}
    answer["unread"] = {back[item["path"]]: item["reason"] for item in answer["unread"]}
    answer["read"] = sorted(back[name] for name in answer["read"])
    answer["sinks"] = [(back[flow["trace"][-1]["path"]], flow["trace"][-1]["line"]) for flow in answer["flows"]]
    return answer


def test_flows_cleared_places_and_what_was_read(tmp_path: Path) -> None:
    answer = job(
        tmp_path,
        {"app/a.py": "from app.b import q\nsource\nsink(q)\nharmless\n", "app/b.py": "q = 1\n", "app/old.py": "print 'x'\n"},
        targets=["app/a.py", "app/old.py"],
    )
    assert answer["sinks"] == [("app/a.py", 3)]
    (flow,) = answer["flows"]
    assert {**flow, "trace": ()} == {
        "kind": "sql-injection",
        "severity": "high",
        "confidence": "likely",
        "cwe": 89,
        "callee": "db.execute",
        "fix": None,
        "trace": (),
    }
    assert flow["trace"][0] == {
        "path": "f0.txt",
        "line": 2,
        "column": 1,
        "end_line": 2,
        "end_column": 7,
        "why": "comes from the request",
    }
    assert [(item["path"], item["line"], item["reason"]) for item in answer["cleared"]] == [
        ("f0.txt", 4, "the value is constant")
    ]
    assert answer["read"] == ["app/a.py", "app/b.py"]
    assert list(answer["unread"]) == ["app/old.py"]
    assert answer["lines"] == 5


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("explode", "could not be analysed: internal error RuntimeError: boom"),
        ("die", "could not be analysed: its process was killed by signal SIGKILL"),
        ("swallow", "could not be analysed: internal error MemoryError: "),
    ],
)
def test_a_file_that_kills_its_worker_costs_itself_only(tmp_path: Path, word: str, reason: str) -> None:
    files = {f"m{number}.py": f"source\nsink\nx = {number}\n" for number in range(9)}
    files["m4.py"] += word
    answer = job(tmp_path, files)
    assert answer["unread"] == {"m4.py": reason}
    assert answer["sinks"] == [(path, 2) for path in sorted(files) if path != "m4.py"]


def test_deep_recursion_has_room(tmp_path: Path) -> None:
    assert job(tmp_path, {"a.py": "recurse\nsource\nsink\n"})["sinks"] == [("a.py", 3)]


def test_a_file_that_hangs_ends_in_time_and_the_others_are_read(tmp_path: Path) -> None:
    answer = job(tmp_path, {"a.py": "source\nsink\n", "b.py": "hang\n", "c.py": "source\nsink\n"}, seconds=8.0)
    assert answer["sinks"] == [("a.py", 2), ("c.py", 2)]
    assert set(answer["unread"]) == {"b.py"}
    assert answer["unread"]["b.py"] in ("could not be analysed: it took too long", "the time for the analysis was used up")


def test_a_deeply_nested_file_is_a_reason(tmp_path: Path) -> None:
    answer = job(tmp_path, {"deep.py": "(" * 50_000 + ")" * 50_000, "a.py": "source\nsink\n"})
    assert answer["sinks"] == [("a.py", 2)]
    assert list(answer["unread"]) == ["deep.py"]


def test_names_that_leave_the_folder_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "secret.py").write_text("source\nsink\n")
    (tmp_path / "inner" / "link.py").symlink_to(tmp_path / "secret.py")
    names = {"up.py": "../secret.py", "link.py": "link.py", "full.py": str(tmp_path / "secret.py"), "gone.py": "gone.py"}
    (tmp_path / "job.json").write_text(json.dumps({"files": names, "targets": list(names)}))
    done = start("--job", "../job.json", cwd=tmp_path / "inner")
    answer = json.loads(done.stdout)
    assert answer["flows"] == []
    assert {item["reason"] for item in answer["unread"]} == {"its contents are not at hand"}


@pytest.mark.parametrize("text", ["", "[]", '{"files": {}}', '{"files": {}, "targets": [], "extra": 1}', "\x00"])
def test_a_broken_job_is_an_exit_code(tmp_path: Path, text: str) -> None:
    (tmp_path / "job.json").write_text(text)
    done = start("--job", "job.json", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("The job cannot be read")


def test_shown_to_people_with_its_path_and_without_control_characters(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "a.py").write_text("source # \x1b[31m\u202e\npasses\nsink\nharmless\n")
    (tmp_path / "web" / "old.py").write_text("print 'x'\n")
    (tmp_path / "web" / "n.ipynb").write_text("{}")
    done = start("--show", "web", "web/n.ipynb", cwd=tmp_path)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[:7] == [
        "web/a.py:3:1: sql-injection (CWE-89), high, likely: becomes part of the SQL text [db.execute]",
        "   1 web/a.py:1:1  source # <U+001B>[31m<U+202E>",
        "     -> comes from the request",
        "   2 web/a.py:2:1  passes",
        "     -> is handed on",
        "   3 web/a.py:3:1  sink",
        "     -> becomes part of the SQL text",
    ]
    assert "web/a.py:4:1: sql-injection cleared: the value is constant" in lines
    assert any(line.startswith("web/n.ipynb: not analysed: a notebook") for line in lines)
    assert any(line.startswith("web/old.py: not analysed: line 1 ") and "Python 2" in line for line in lines)
    assert lines[-1] == "1 finding, 1 cleared, 1 file and 4 lines read, 2 not"
