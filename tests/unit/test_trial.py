"""One fix tried out with everybody who reads the file: what passes, what is refused, and the sentences for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fusion.evidence.analyzer import Analyzer
from fusion.evidence.analyzers.dataflow import Dataflow
from fusion.evidence.collect import collect
from fusion.evidence.local import LocalExaminer
from fusion.evidence.sandbox import Sandbox
from fusion.evidence.trial import Refusal, trial
from fusion.model import Edit, Finding, Fix, Provenance
from fusion.policy import Policy
from fusion.syntax.faults import faults
from tests.fakes.analyzers import Absent, Marks
from tests.fakes.fixing import WORSE, finding_of
from tests.fakes.sides import sides

HOST = LocalExaminer(Sandbox.detect())
MARKS = Marks()


def line(path: str, number: int, text: str) -> Edit:
    return Edit(path=path, line=number, column=1, end_line=number + 1, end_column=1, text=f"{text}\n")


async def tried(
    head: dict[str, bytes], *edits: Edit, analyzers: tuple[Analyzer, ...] = (MARKS, WORSE), policy: Policy | None = None
) -> Fix | str:
    """The first finding of the first analyzer with a fix of these edits; the fix, or the reasons against it."""
    change, contents = sides(head)
    known = {one.name: one for one in analyzers}
    seen = await collect(
        analyzers[0], change=change, contents=contents, policy=Policy(), examiner=HOST, provenance=Provenance()
    )
    at = next((item for item in seen.evidence if edits and item.location.path == edits[0].path), seen.evidence[0])
    found: Finding = finding_of(at)
    rules = policy or Policy()
    made = await trial(
        found, Fix(title="m", edits=edits), analyzers=known, change=change, contents=contents, policy=rules, examiner=HOST
    )
    return str(made) if isinstance(made, Refusal) else made


async def test_a_fix_that_holds_comes_back_with_its_patch() -> None:
    fix = await tried({"a.py": b"x = BAD\r\ny = 1\r\n"}, line("a.py", 1, "x = good"))
    assert isinstance(fix, Fix)
    assert fix.verified
    assert "-x = BAD\r\n+x = good\r\n" in fix.patch


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("a.py", "x = BAD  # twice", "marks bad still reports it, in line 1."),
        ("a.py", "x = WORSE", "other bad reports something new in a.py, line 1."),
        ("a.py", "x = (", "The patched file does not parse."),
        ("a.js", "x = (", "The patched file does not parse."),
        ("a.json", "{", "The patched file does not parse."),
        ("a.py", "x = good  # nosec", "silences a tool"),
        ("a.py", "x = BAD", "The patch changes nothing."),
    ],
)
async def test_a_fix_that_does_not_hold_is_refused(path: str, text: str, why: str) -> None:
    before = b'{"x": "BAD"}\n' if path.endswith("json") else b"x = BAD\n"
    assert why in str(await tried({path: before}, line(path, 1, text)))


async def test_edits_of_other_files_are_refused() -> None:
    head = {"a.py": b"x = BAD\n", "b.py": b"y = 1\n"}
    assert "another file" in str(await tried(head, line("b.py", 1, "y = 2")))


async def test_a_tool_that_cannot_read_the_copy_any_more_refuses_it() -> None:
    said = str(await tried({"a.txt": b"x = BAD\n"}, line("a.txt", 1, "x = UNREAD")))
    assert said == "marks could not read the patched copy."


async def test_a_witness_that_is_not_here_can_clear_nothing() -> None:
    head, edit = {"a.py": b"x = BAD\n"}, line("a.py", 1, "x = good")
    off = Policy(analyzers={"marks": False})
    assert "No tool that reported the finding can look at the file again" in str(await tried(head, edit, policy=off))
    gone = replace(MARKS, name="marks")
    change, contents = sides(head)
    seen = await collect(gone, change=change, contents=contents, policy=Policy(), examiner=HOST, provenance=Provenance())
    made = await trial(
        finding_of(seen.evidence[0]),
        Fix(title="m", edits=(edit,)),
        analyzers={"marks": Absent(name="marks")},
        change=change,
        contents=contents,
        policy=Policy(),
        examiner=HOST,
    )
    assert str(made) == "No tool that reported the finding can look at the file again here."


@pytest.mark.slow
async def test_what_a_patch_does_to_other_files_of_the_change_counts() -> None:
    web = (
        "import subprocess\nfrom flask import Flask, request\nfrom names import clean\n\napp = Flask(__name__)\n\n\n"
        '@app.route("/")\ndef run():\n    return subprocess.run("ls " + clean(request.args["n"]), shell=True)\n'
    )
    names = (
        "import shlex\nimport subprocess\n\nfrom flask import request\n\n\ndef clean(name):\n    return shlex.quote(name)\n\n\n"
        'def main():\n    subprocess.run(request.args["all"], shell=True)\n'
    )
    head = {"names.py": names.encode(), "web.py": web.encode()}
    mended = line("names.py", 12, "    subprocess.run(['ls'], check=True)")
    worse = line("names.py", 8, "    return name")
    fix = await tried(head, mended, analyzers=(Dataflow(),))
    assert isinstance(fix, Fix), fix
    assert "something new in web.py, line 10" in str(await tried(head, mended, worse, analyzers=(Dataflow(),)))


def test_faults_are_counted_and_hostile_files_end() -> None:
    assert [faults("a.ts", text) for text in ("let x: number = 1\n", "let x: = 1\nlet y: = 2\n")] == [0, 2]
    assert faults("a.yml", "a: &a [*a, *a]\n") == 0
    assert faults("a.py", "(" * 5_000) == 1
    assert faults("a.bin", "x") is None
    assert faults("a.js", "(" * 200_000) is None or faults("a.js", "(" * 200_000)
