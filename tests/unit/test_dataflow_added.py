"""Knowledge that does not come with Fusion: what is used, what is not and why, and that it decides what is reported."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from fusion.dataflow.knowledge.added import added, inside
from fusion.dataflow.knowledge.loading import GROUP, load
from fusion.evidence.analyzer import Command, Job
from fusion.evidence.analyzers.dataflow import Dataflow
from fusion.evidence.collect import collect
from fusion.evidence.digests import rules_digest
from fusion.evidence.local import LocalExaminer
from fusion.evidence.sandbox import Sandbox
from fusion.model import Contents, Outcome, Provenance, ToolReport
from fusion.plugins import analyzers
from fusion.policy import Policy
from tests.fakes.sides import sides

SINK = '[[sink]]\nkind = "code-injection"\ncalls = ["acme.run"]\nnote = "runs the text"\ntest = "ran"\n'
SOURCE = '[[source]]\npaths = ["acme.ask()"]\nnote = "an answer from outside"\ntest = "ran"\n'
PROGRAM = b"import acme\n\n\ndef ran():\n    acme.run(acme.ask())\n"


def text(language: str = "python", entries: str = SINK + SOURCE) -> str:
    head = f'schema_version = 1\nlibrary = "acme"\nlanguage = "{language}"\npackages = ["acme"]\nnote = "for the tests"\n'
    return head + entries


def folder(place: Path, **files: str) -> Path:
    """A folder of knowledge: `python_acme="..."` is `python/acme.toml`."""
    for name, content in files.items():
        language, _, library = name.partition("_")
        (place / language).mkdir(parents=True, exist_ok=True)
        (place / language / f"{library}.toml").write_text(content)
    return place


def test_plugins_come_first_and_each_file_says_whose_it_is(tmp_path: Path) -> None:
    mine = folder(tmp_path, python_acme=text(), javascript_acme=text("javascript"))
    found = added([mine], [EntryPoint("ours", "fusion.dataflow.knowledge", GROUP)])
    assert found.mistakes == ()
    assert found.files[0].origin == "plugin ours"
    assert [(file.library.language, file.origin) for file in found.files[-2:]] == [
        ("python", "FUSION_KNOWLEDGE"),
        ("javascript", "FUSION_KNOWLEDGE"),
    ]


def test_what_is_wrong_is_left_out_with_a_sentence_and_the_rest_is_used(tmp_path: Path) -> None:
    broken = folder(
        tmp_path / "broken",
        python_bad=text(entries=SINK + "wrong = 1\n"),
        python_good=text(),
        javascript_lost=text("python"),
        python_torn="[[sink",
        python_deep="a = " + "[" * 5000,
    )
    (tmp_path / "empty").mkdir()
    points = [EntryPoint("gone", "no_such_package.knowledge", GROUP)]
    found = added([tmp_path / "nowhere", tmp_path / "empty", broken], points)
    assert [file.path.name for file in found.files] == ["good.toml"]
    said = "\n".join(found.mistakes)
    assert "The knowledge of the plugin gone is not used: no_such_package" in said
    assert f"there is no folder {tmp_path / 'nowhere'}." in said
    assert f"{tmp_path / 'empty'} holds no knowledge files" in said
    assert "python/bad.toml: [[sink]] 1 (runs the text), wrong: there is no such field." in said
    assert "javascript/lost.toml: language: it lies in javascript/ and says 'python'." in said
    assert "python/torn.toml: not TOML" in said
    assert "python/deep.toml: " in said
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in found.mistakes)


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "python" / "acme.toml").mkdir(parents=True)
    found = added([tmp_path], [])
    assert found.files == ()
    assert found.mistakes[0].startswith("Knowledge of FUSION_KNOWLEDGE is not used: python/acme.toml cannot be read: ")


def test_single_files_are_loaded_for_their_language(tmp_path: Path) -> None:
    mine = folder(tmp_path, python_acme=text(), python_other=text(), javascript_acme=text("javascript"))
    paths = [mine / "python" / "acme.toml", mine / "javascript" / "acme.toml"]
    assert [library.library for library in load("python", {"acme"}, paths)][-1:] == ["acme"]
    assert sum(library.library == "acme" for library in load("python", {"acme"}, paths)) == 1
    assert load("javascript", {"acme"}, paths)[-1].language == "javascript"


def test_a_folder_in_the_repository_is_found_out(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    (repository / "sub").mkdir()
    (repository / "knowledge").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "link").symlink_to(repository / "knowledge")
    assert inside([tmp_path / "outside"], repository / "sub") is None
    assert inside([repository / "knowledge"], repository / "sub") == repository / "knowledge"
    assert inside([tmp_path / "outside", tmp_path / "link"], repository) == tmp_path / "link"
    assert inside([repository / "sub" / ".." / "knowledge"], repository / "sub") is not None


# ------------------------------------------------------------------------------------------------ the analyzer


async def look(tool: Dataflow) -> ToolReport:
    change, contents = sides({"a.py": PROGRAM}, None)
    return await collect(
        tool,
        change=change,
        contents=Contents(head=contents.head),
        policy=Policy(),
        examiner=LocalExaminer(Sandbox.detect()),
        provenance=Provenance(),
    )


async def test_the_analysing_process_is_given_what_is_added(tmp_path: Path) -> None:
    bare = await look(Dataflow())
    taught = await look(Dataflow().knowing([folder(tmp_path, python_acme=text())]))
    assert (bare.evidence, bare.run.outcome) == ((), Outcome.OK)
    assert [(item.family, item.location.line) for item in taught.evidence] == [("code-injection", 5)]
    assert taught.run.reason == ""


async def test_what_is_not_used_is_on_the_receipt_and_the_rest_is_read(tmp_path: Path) -> None:
    mine = folder(tmp_path, python_acme=text(), python_bad=text(entries=SINK.replace("code-injection", "nonsense")))
    report = await look(Dataflow().knowing([tmp_path / "nowhere", mine]))
    assert report.run.outcome is Outcome.OK
    assert "there is no folder" in report.run.reason
    assert "python/bad.toml: [[sink]] 1 (runs the text), kind: 'nonsense' is not one of them" in report.run.reason
    assert len(report.evidence) == 1
    many = await look(Dataflow().knowing([tmp_path / str(number) for number in range(9)]))
    assert "6 more mistakes in added knowledge" in many.run.reason


async def test_the_digest_of_rules_follows_what_is_added(tmp_path: Path) -> None:
    one, same, other = (
        folder(tmp_path / name, python_acme=text(entries=SINK + more))
        for name, more in zip("abc", ("", "", SOURCE), strict=True)
    )
    runs = [(await look(Dataflow().knowing(more))).run.rules for more in ([], [one], [same], [other], [one, other])]
    assert runs[1] == runs[2], "the place of a folder does not matter"
    assert len(set(runs)) == 4
    assert runs[0] == rules_digest("dataflow", Dataflow.rules)


def test_a_job_names_the_files_and_the_sandbox_opens_no_others(tmp_path: Path) -> None:
    mine = folder(tmp_path / "k", python_acme=text(), python_bad="")
    job = Job(root=tmp_path, files=("a.py",), executable=Path(sys.executable), rules=tmp_path)
    (command,) = Dataflow(readable=(), folders=[mine]).commands(job)
    assert isinstance(command, Command)
    good = mine / "python" / "acme.toml"
    assert command.readable == (good,)
    assert json.loads((tmp_path / command.argv[-1]).read_text())["knowledge"] == [str(good)]


def test_analyzers_that_know_libraries_are_given_the_folders(tmp_path: Path) -> None:
    mine = folder(tmp_path, python_acme=text())
    plugins = analyzers([mine]).plugins
    taught, ruff = plugins["dataflow"], plugins["ruff"]
    assert isinstance(taught, Dataflow)
    assert list(taught.rules_added) == [f"{len(taught.rules_added)} python/acme.toml"]
    assert not hasattr(ruff, "rules_added")


@pytest.mark.parametrize("given", [True, False])
def test_people_see_what_is_added_too(tmp_path: Path, given: bool) -> None:
    (tmp_path / "a.py").write_bytes(PROGRAM)
    more = ["--knowledge", str(folder(tmp_path / "k", python_acme=text(), python_bad=""))] if given else []
    command = [sys.executable, "-I", "-m", "fusion.dataflow", "--show", "a.py", *more]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert ("code-injection" in done.stdout) is given
    assert ("python/bad.toml" in done.stderr) is given
