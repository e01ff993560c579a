from __future__ import annotations

from pathlib import Path

import pytest

from fusion.evidence.analyzer import Job, Output, Unreadable
from fusion.evidence.analyzers.lizard import COMPLEXITY, LENGTH, PARAMETERS, SEVERE_COMPLEXITY, Lizard
from fusion.evidence.catalogue import catalogue
from fusion.evidence.collect import collect
from fusion.evidence.local import LocalExaminer
from fusion.evidence.sandbox import Sandbox
from fusion.model import Blob, Category, Change, ChangeKind, Contents, FileChange, Outcome, Provenance, Severity
from fusion.policy import Policy
from tests.analyzer_trial import run


def python(paths: int) -> bytes:
    """A function with this many independent paths, at line 3."""
    return ("# first\n\ndef f(x):\n" + "".join(f"    if x == {n}:\n        return {n}\n" for n in range(paths - 1))).encode()


BRANCHES = {
    "src/a.js": b"function f(x) {\n" + b"  if (x) { x--; }\n" * COMPLEXITY + b"}\n",
    "src/a.ts": b"export const f = (x: number): void => {\n" + b"  if (x) { x--; }\n" * COMPLEXITY + b"};\n",
    "src/a.go": b"package a\nfunc f(x int) {\n" + b"\tif x > 0 { x-- }\n" * COMPLEXITY + b"}\n",
    "src/A.java": b"class A {\n  void f(int x) {\n" + b"    if (x > 0) { x--; }\n" * COMPLEXITY + b"  }\n}\n",
    "src/a.c": b"void f(int x) {\n" + b"  if (x) { x--; }\n" * COMPLEXITY + b"}\n",
    "src/a.rs": b"fn f(mut x: i32) {\n" + b"    if x > 0 { x -= 1; }\n" * COMPLEXITY + b"}\n",
    "src/a.rb": b"def f(x)\n" + b"  if x\n    x -= 1\n  end\n" * COMPLEXITY + b"end\n",
}


async def test_one_path_more_than_is_fine_is_a_hit_at_the_function() -> None:
    trial = await run(Lizard(), {"src/fine.py": python(COMPLEXITY), "src/complex.py": python(COMPLEXITY + 1)})
    assert trial.lines("complexity") == [("src/complex.py", 3)]
    hit, meaning = trial.one("complexity")
    assert f"`f` has {COMPLEXITY + 1} independent paths" in hit.message
    assert (meaning.family, meaning.category, meaning.severity) == ("complexity", Category.MAINTAINABILITY, Severity.LOW)


async def test_far_more_is_worse() -> None:
    trial = await run(Lizard(), {"src/a.py": python(SEVERE_COMPLEXITY + 1)})
    assert trial.one("complexity")[1].severity is Severity.MEDIUM


@pytest.mark.parametrize("path", BRANCHES)
async def test_languages(path: str) -> None:
    trial = await run(Lizard(), {path: BRANCHES[path]})
    assert [found for found, _ in trial.lines("complexity")] == [path]


async def test_length_and_parameters() -> None:
    lines = b"def f():\n" + b"    call()\n" * LENGTH
    names = ", ".join(f"a{n}" for n in range(PARAMETERS + 1))
    trial = await run(Lizard(), {"src/long.py": lines, "src/wide.py": f"def g({names}):\n    pass\n".encode()})
    assert trial.lines("length") == [("src/long.py", 1)]
    assert trial.lines("parameters") == [("src/wide.py", 1)]
    assert trial.rules() == {"length", "parameters"}


async def test_blank_lines_and_comments_are_not_length() -> None:
    trial = await run(Lizard(), {"src/a.py": b"def f():\n" + b"    # why\n\n" * LENGTH + b"    call()\n"})
    assert not trial.hits


async def test_texts_in_triple_quotes_do_not_make_a_length_negative() -> None:
    text = b'def f():\n    """Say."""\n' + b'    call("a", """\n\n\n\n\n\n""" "b")\n    """\n\n\n\n\n\n    """\n'
    trial = await run(Lizard(), {"src/a.py": text})
    assert not trial.unread


@pytest.mark.parametrize("ending", ["mts", "cts", "MTS", "ts"])
async def test_every_spelling_of_typescript(ending: str) -> None:
    body = "".join(f"  if (a === {number}) return {number};\n" for number in range(COMPLEXITY + 1))
    lizard = Lizard()
    path = f"src/a.{ending}"
    trial = await run(lizard, {path: f"export function f(a: number): number {{\n{body}  return 0;\n}}\n".encode()})
    assert trial.lines("complexity") == ([(path, 1)] if lizard.wants(path, b"x") else [])


@pytest.mark.parametrize("path", ["src/a.d.ts", "src/a.d.mts", "src/a.d.cts", "test/types/a.test-d.ts"])
def test_declarations_have_no_bodies_to_measure(path: str) -> None:
    assert not Lizard().wants(path, b"export declare function f(a: number): void;\n")


def test_a_function_whose_end_lizard_missed_is_not_measured(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f():\n    return 1\n\n\ndef g():\n    return 2\n")
    found = '{"name": "f", "line": 1, "end_line": %d, "nloc": 4, "ccn": 99, "parameters": 0}'
    for end_line, rules in ((2, ["complexity"]), (6, [])):
        line = '{"path": "a.py", "functions": [' + found % end_line + "]}"
        reading = Lizard().read(*_job(tmp_path, line.encode()))
        assert [hit.rule for hit in reading.hits] == rules


async def test_any_bytes_are_read() -> None:
    complex_one = python(COMPLEXITY + 1)
    files = {
        "src/latin.py": b'x = "\xe9"\n' + complex_one,
        "src/mark.py": b"\xef\xbb\xbf" + complex_one,
        "src/dos.py": complex_one.replace(b"\n", b"\r\n"),
        "src/nul.py": b"x = '\0'\n" + complex_one,
        "src/-rf.py": complex_one,
        "src/a b'\"\n.py": complex_one,
        "src/empty.py": b"",
        "src/broken.py": b"def (((:\n",
        "src/wide.js": b"x = 1;" * 80_000,
    }
    trial = await run(Lizard(), files)
    assert not trial.unread
    assert {path for path, _ in trial.lines("complexity")} == files.keys() - {"src/empty.py", "src/broken.py", "src/wide.js"}


@pytest.mark.parametrize(
    ("stdout", "reason"),
    [
        (b'{"path": "a.py", "error": "lizard cannot follow it: IndexError"}\n', "lizard cannot follow it: IndexError"),
        (b"", "lizard did not look at it"),
    ],
)
def test_a_file_without_measures_is_unread(stdout: bytes, reason: str, tmp_path: Path) -> None:
    (unread,) = Lizard().read(*_job(tmp_path, stdout)).unread
    assert (unread.path, unread.reason) == ("a.py", reason)


@pytest.mark.parametrize(
    "stdout",
    [
        b"garbage",
        b"[]",
        b'{"path": "other.py", "functions": []}',
        b'{"path": "a.py", "functions": []}\n{"path": "a.py", "functions": []}',
        b'{"path": "a.py", "functions": [{"name": "f"}]}',
        b'{"path": "a.py"}',
    ],
)
def test_garbage_is_unreadable(stdout: bytes, tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        Lizard().read(*_job(tmp_path, stdout))


def test_every_measure_has_its_meaning() -> None:
    assert set(catalogue("lizard").table.rules) == {"complexity", "length", "parameters"}


def _job(root: Path, stdout: bytes) -> tuple[Job, list[Output]]:
    job = Job(root=root, files=("a.py",), executable=Path("python"), rules=root)
    (command,) = Lizard().commands(job)
    return job, [Output(command=command, outcome=Outcome.OK, code=0, stdout=stdout, stderr=b"", seconds=0, isolation="")]


async def test_only_what_the_change_made_complex_is_new() -> None:
    old, grown = python(COMPLEXITY + 5), python(COMPLEXITY + 1)
    base = {"src/old.py": old, "src/grown.py": python(COMPLEXITY)}
    head = {"src/old.py": b"# moved\n" + old, "src/grown.py": grown}
    blob = Blob(digest="sha256:" + "0" * 64, size=1)
    report = await collect(
        Lizard(),
        change=Change(
            repository="here",
            subject="branch:main",
            base="0" * 40,
            head="1" * 40,
            files=tuple(FileChange(path=path, kind=ChangeKind.MODIFIED, base=blob, head=blob) for path in head),
        ),
        contents=Contents(head=head, base=base),
        policy=Policy(),
        examiner=LocalExaminer(Sandbox.detect()),
        provenance=Provenance(),
    )
    assert [(item.rule, item.location.path) for item in report.evidence] == [("complexity", "src/grown.py")]
    assert report.run.known == 1
