"""No content makes an agent raise, run long or lose a file silently."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.code_review import CodeReview
from agents.compliance import Compliance
from agents.documentation import Documentation
from agents.security import Security
from agents.tests import Tests
from fusion.agent import Agent, Skip
from fusion.model import ChangeKind, FileChange, Hunk
from tests.samples.agents.changes import Sides, case, findings

AGENTS: list[Agent] = [CodeReview(), Security(), Documentation(), Tests(), Compliance()]
PATHS = [
    "a.py",
    "tests/test_a.py",
    "b.js",
    "b.test.ts",
    "c.go",
    "c_test.go",
    "D.java",
    "e.rs",
    "f.rb",
    "g.sh",
    "README.md",
    "doc.rst",
    "LICENSE",
    "requirements.txt",
    "pyproject.toml",
    "package.json",
    "go.mod",
    "Cargo.toml",
    "pom.xml",
    "Gemfile",
    "Dockerfile",
    "package-lock.json",
    ".github/workflows/a.yml",
    "action.yml",
    "odd `name`\n\u202e.py",
    "docs/odd `name`\n.md",
]
FRAGMENTS = [
    "def f(a, b=1, *c, **d):\n",
    '    """Args:\n        a: x\n    """\n',
    "    return f(a)\n",
    "class A:\n",
    "    assert a == 1\n",
    "<<<<<<< x\n=======\n>>>>>>> y\n",
    "function f(a) { it.only('x', () => expect(1)) }\n",
    "on: pull_request_target\n",
    "permissions: {a: write}\n",
    "- uses: a/b@c\n",
    "[project]\ndependencies = ['a']\n",
    '{"dependencies": {"a": "*"}}\n',
    "FROM x\n",
    "`f` --opt X_Y\n",
    "```\n",
    "\r\n",
    "\x0c",
    "\u2028",
    "\\",
    "'''",
    '"',
    "/*",
    "@",
    "\0",
]
TEXTS = st.one_of(
    st.binary(max_size=120),
    st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.sampled_from(FRAGMENTS), max_size=12).map(lambda parts: "".join(parts).encode()),
)
SIDES = st.one_of(st.tuples(TEXTS, TEXTS), st.tuples(st.none(), TEXTS), st.tuples(TEXTS, st.none()))


def check(agent: Agent, files: dict[str, Sides], context: dict[str, bytes]) -> None:
    made = case(files, context=context)
    tasks = agent.tasks(made)
    assert tasks == agent.tasks(made)
    if isinstance(tasks, Skip):
        assert tasks.reason
        return
    for task in tasks:
        assert not set(task.read) & {item.path for item in task.unread}
    for finding in findings(agent, made):
        assert finding.location.line >= 1
        assert finding.location.path in {*files, *context}
        assert finding.title == finding.title.strip()


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_any_contents(agent: Agent, data: st.DataObject) -> None:
    files = data.draw(st.dictionaries(st.sampled_from(PATHS), SIDES, min_size=1, max_size=5))
    context = data.draw(st.dictionaries(st.sampled_from(["docs/x.md", "tests/test_x.py", "x.test.js"]), TEXTS, max_size=2))
    check(agent, files, context)


BOMBS = {
    "brackets": "(" * 100_000,
    "quotes": "'" * 100_001,
    "backticks": "`\\" * 50_000,
    "comment": "/*" * 50_000,
    "one line": "a" * 900_000,
    "lines": "x\n" * 20_000,
    "nested blocks": "".join(" " * n + "if x:\n" for n in range(95)) + " " * 95 + "pass\n",
    "sum": "x = " + "+".join(["1"] * 60_000) + "\n",
    "tests": "it('a', " * 15_000,
    "each": "it.each(" * 15_000,
    "expect": "expect(true" * 10_000,
    "functions": "".join(f"def f{n}(a):\n    return g(a)\n" for n in range(1_500)),
    "docstring": 'def f(a):\n    """\n    Args:\n' + "        a: x\n" * 8_000 + '    """\n',
    "spans": "`a` " * 30_000,
    "fences": "```\n" * 15_000,
    "options": "--opt-a " * 20_000,
    "ref": "ref: " * 20_000,
    "spdx": "SPDX-License-Identifier: " * 10_000,
    "open triple": '"""' + "a" * 100_000,
    "markers": "<<<<<<< a\n=======\n" * 8_000,
}
"""Texts that cost a careless reader quadratic time, at sizes where that would be minutes."""
BOMB_PATHS = ["a.py", "tests/test_a.py", "b.test.ts", "README.md", "requirements.txt", ".github/workflows/a.yml"]


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_take_bounded_time(bomb: str) -> None:
    text = BOMBS[bomb]
    made = case(dict.fromkeys(BOMB_PATHS, (None, text)), context={"docs/x.md": text, "tests/test_x.py": text})
    start = time.process_time()
    for agent in AGENTS:
        agent.tasks(made)
    assert time.process_time() - start < 10


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_hunks_that_lie_about_the_file(agent: Agent) -> None:
    made = case(dict.fromkeys(PATHS, ("x = 1\n", "x = 2\n")))
    lying = tuple(
        FileChange(
            path=file.path,
            kind=ChangeKind.MODIFIED,
            hunks=(Hunk(old_start=1, old_count=1, new_start=500, new_count=2, body="-a\n+b\n+breakpoint()"),),
        )
        for file in made.change.files
    )
    change = made.change.model_copy(update={"files": lying})
    agent.tasks(type(made)(change=change, contents=made.contents, policy=made.policy))


@pytest.mark.parametrize("agent", AGENTS[:1] + AGENTS[2:], ids=lambda agent: agent.name)
def test_a_side_that_is_missing_is_named(agent: Agent) -> None:
    made = case({"a.py": ("x = 1\n", "x = 2\n"), "requirements.txt": ("a==1\n", "b==1\n"), "b.py": ("y = 1\n", "y = 2\n")})
    contents = type(made.contents)(head={"b.py": b"y = 2\n"}, base=made.contents.base)
    tasks = agent.tasks(type(made)(change=made.change, contents=contents, policy=made.policy))
    assert not isinstance(tasks, Skip)
    missed = {item.path: item.reason for item in tasks[0].unread}
    assert missed
    assert set(missed.values()) == {"its head side could not be had"}
    assert not missed.keys() & set(tasks[0].read)
