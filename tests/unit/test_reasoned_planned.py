"""From a change through the planner to findings and back: what briefs show can be quoted, and lies where the file has it."""

from __future__ import annotations

import pytest

from agents import verifier
from agents.anchoring import anchor
from agents.code_review import CodeReview
from agents.documentation import Documentation
from fusion.agent import Thinking
from fusion.model import AgentTask
from fusion.reasoning.fence import rows
from tests.fakes.briefs import claim, reply
from tests.samples.agents.changes import case

BEFORE = "\n".join(
    ["import os", "", "", "class Store:", "    limit = 10", ""]
    + [line for n in range(30) for line in (f"    def part_{n}(self, value):", f"        return value + {n}", "")]
)
AFTER = (
    BEFORE.replace("return value + 3\n", "value = value or 0\n        return value - 3\n")
    .replace("    limit = 10", "    limit = 12  # per page")
    .replace("        return value + 25\n", "")
)
SIDES = {"shop/store.py": (BEFORE, AFTER), "shop/new.py": (None, "def made(path):\n    return open(path).read()\n")}


def briefed(agent: CodeReview | Documentation) -> list[AgentTask]:
    tasks = agent.tasks(case(SIDES, thinking=Thinking()))
    assert isinstance(tasks, list)
    return [task for task in tasks if task.brief is not None]


def test_each_line_that_a_brief_shows_is_where_the_file_has_it() -> None:
    texts = {path: (after or "").split("\n") for path, (_, after) in SIDES.items()}
    quoted = 0
    for task in briefed(CodeReview()):
        assert task.brief is not None
        for passage in task.brief.passages:
            for number, (row, line) in enumerate(zip(rows(passage), passage.lines, strict=True), start=1):
                place = anchor(task.brief, passage.name, number, number, row)
                if line and row.strip(" +-"):
                    assert place is not None
                    assert place.location.line == line
                    assert texts[passage.path][line - 1].split() == place.line.split()
                    quoted += 1
    assert quoted > 10


def test_a_finding_of_a_planned_brief_goes_to_the_verifier_by_its_passage() -> None:
    agent = CodeReview()
    (task,) = [task for task in briefed(agent) if task.brief is not None and "+        return value - 3" in str(task.brief)]
    assert task.brief is not None
    shown = next(passage for passage in task.brief.passages if "return value - 3" in passage.text)
    (one,) = agent.read(task, reply(claim(passage=shown.name, line=1, end_line=1, quote="        return value - 3"))).findings

    assert one.location.path == "shop/store.py"
    assert AFTER.split("\n")[one.location.line - 1] == "        return value - 3"
    row = list(shown.lines).index(one.location.line) + 1
    assert f"about: line {row} of {shown.name}" in verifier.ask(task, [one]).messages[1].text


@pytest.mark.parametrize("blank", ["", "\n\n\n"])
def test_prompts_do_not_change_when_the_file_moves_down(blank: str) -> None:
    agent = CodeReview()
    sides = {path: (before and blank + before, after and blank + after) for path, (before, after) in SIDES.items()}
    moved = agent.tasks(case(sides, thinking=Thinking()))
    assert isinstance(moved, list)
    assert [agent.ask(task) for task in moved if task.brief and task.read == ("shop/store.py",)] == [
        agent.ask(task) for task in briefed(agent) if task.read == ("shop/store.py",)
    ]
