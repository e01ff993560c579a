"""Stands in for the solver: a line with `source` followed by one with `sink` is a flow, `harmless` is a cleared sink.

Some words make it do what hostile files may make any analysis do. Run as a module it is the analysing process with this
analysis: `python -m tests.fakes.analysis --job JOB.json`.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Sequence

from fusion.dataflow.__main__ import main
from fusion.dataflow.ir import Span
from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.repository.project import Project
from fusion.dataflow.results import Analysis, Cleared, Flow, Place
from fusion.model import Confidence, Severity


def analyse(project: Project, targets: Sequence[str]) -> Analysis:
    """What the words in the targets, and in the files that they import, say."""
    flows: list[Flow] = []
    cleared: list[Cleared] = []
    for target in targets:
        trace: list[Place] = []
        for path in reached(project, target):
            module = project.module(path)
            for number, text in enumerate(module.lines if module else (), start=1):
                misbehave(text)
                words = set(re.findall(r"\w+", text))
                span = Span(number, 1, number, len(text) + 1)
                if "source" in words:
                    trace = [Place(path, span, "comes from the request")]
                elif "passes" in words and trace:
                    trace.append(Place(path, span, "is handed on"))
                elif "sink" in words and trace:
                    flow = [*trace, Place(path, span, "becomes part of the SQL text")]
                    flows.append(Flow(Kind.SQL_INJECTION, flow, Severity.HIGH, Confidence.LIKELY, 89, "db.execute"))
                elif "harmless" in words:
                    cleared.append(Cleared(Kind.SQL_INJECTION, path, span, "the value is constant"))
    return Analysis(flows, cleared, tuple(project.unread.items()), project.read, project.lines)


def reached(project: Project, target: str) -> list[str]:
    """The target's imports, then the target; the imports of imports first."""
    found: list[str] = []

    def visit(path: str) -> None:
        if path in found:
            return
        module = project.module(path)
        found.append(path)
        for name in sorted(module.imports) if module else ():
            if (other := project.resolve(path, name)) is not None:
                visit(other)

    visit(target)
    return [*found[1:], target]


def misbehave(text: str) -> None:
    if "explode" in text:
        raise RuntimeError("boom")
    if "die" in text:
        os.kill(os.getpid(), signal.SIGKILL)
    if "hang" in text:
        time.sleep(600)
    if "swallow" in text:
        bytearray(8 << 30)
    if "recurse" in text:
        depth(9_000)


def depth(left: int) -> int:
    return 0 if left == 0 else depth(left - 1) + 1


if __name__ == "__main__":
    sys.exit(main(analyse=analyse))
