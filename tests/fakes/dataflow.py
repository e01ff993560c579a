"""Run the data-flow analysis on a few lines of code."""

from __future__ import annotations

import textwrap

from fusion.dataflow.repository.project import Project
from fusion.dataflow.results import Analysis
from fusion.dataflow.solver.analysis import analyse


def analysed(code: str, name: str = "main.py", **others: str) -> Analysis:
    """The analysis of one file. `others`: further files, `helper_py="..."` is helper.py."""
    files = {name: textwrap.dedent(code)}
    files.update({".".join(path.rsplit("_", 1)): textwrap.dedent(text) for path, text in others.items()})
    project = Project(lambda path: files[path].encode() if path in files else None, list(files))
    return analyse(project, [name])


def findings(code: str, name: str = "main.py", **others: str) -> set[tuple[int, str]]:
    """(line of the sink, kind) of each flow."""
    found = analysed(code, name, **others)
    assert not found.unread, found.unread
    return {(flow.sink.span.line, flow.kind.value) for flow in found.flows}


def marked(code: str, name: str = "main.py", **others: str) -> None:
    """Assert that exactly the lines that end in `# expect: kind` or `// expect: kind` are found."""
    text = textwrap.dedent(code)
    expected = set()
    for number, line in enumerate(text.splitlines(), 1):
        for mark in ("# expect: ", "// expect: "):
            if mark in line:
                expected.update((number, kind.strip()) for kind in line.split(mark)[1].split(","))
    assert findings(text, name, **others) == expected
