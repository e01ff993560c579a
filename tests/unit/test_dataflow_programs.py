"""Small programs as applications have them: which commands, evaluations, loaded objects and templates outside data reaches.

Each file under tests/samples/dataflow/programs holds programs after lines `=== main file`, their further files after lines
`--- file`; comments `expect: kind` mark the sinks that must be found, and nothing else of these kinds may be.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.repository.project import Project
from fusion.dataflow.solver.analysis import analyse

PROGRAMS = Path(__file__).parents[1] / "samples" / "dataflow" / "programs"
KINDS = {Kind.COMMAND_INJECTION, Kind.CODE_INJECTION, Kind.DESERIALIZATION, Kind.TEMPLATE_INJECTION}
_MARK = re.compile(r"(?:#|//) expect: ([\w-]+(?:, [\w-]+)*)")


def programs() -> list[object]:
    found: list[object] = []
    for path in sorted(PROGRAMS.glob("*.txt")):
        for program in re.split(r"^=== ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            main, text = program.split("\n", 1)
            parts = re.split(r"^--- (\S+)\n", text, flags=re.MULTILINE)
            files = {main: parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}
            found.append(pytest.param(files, id=f"{path.stem}-{main}"))
    return found


@pytest.mark.parametrize("files", programs())
def test_a_program_shows_what_its_comments_say(files: dict[str, str]) -> None:
    project = Project(lambda path: files[path].encode() if path in files else None, list(files))
    analysis = analyse(project, list(files))
    assert not analysis.unread
    expected = {
        (path, number, kind)
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        for mark in _MARK.finditer(line)
        for kind in mark[1].split(", ")
    }
    assert {(flow.sink.path, flow.sink.span.line, flow.kind.value) for flow in analysis.flows if flow.kind in KINDS} == expected
