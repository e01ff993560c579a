"""What would run for ever, or out of memory: bounded work, and no silence."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from fusion.dataflow.crew import Crew
from fusion.dataflow.repository.project import TIME_IS_UP, Bounds, Project
from fusion.dataflow.results import Analysis
from fusion.dataflow.solver.analysis import analyse
from tests.fakes.dataflow import analysed

_SECONDS = 20.0
"""Of processor time: far above what any of these takes, far below what they would take unbounded."""


def _quickly(code: str, name: str = "main.py", **others: str) -> set[tuple[int, str]]:
    began = time.process_time()
    found = analysed(code, name, **others)
    assert time.process_time() - began < _SECONDS
    return {(flow.sink.span.line, flow.kind.value) for flow in found.flows}


SOURCE = "import os, flask\ndata = flask.request.args['a']\n"


def test_calls_that_double_at_each_level_end() -> None:
    levels = [f"def f{n}(x):\n    return f{n + 1}(x + 'a') + f{n + 1}(x + 'b')\n" for n in range(40)]
    code = "import os, flask\n" + "".join(levels) + "def f40(x):\n    return x\n"
    code += "def view():\n    os.system(f0(flask.request.args['a']))\n"
    assert any(kind == "command-injection" for _, kind in _quickly(code))


def test_branches_that_double_the_paths_end() -> None:
    branches = "".join(
        f"    if flask.request.args['b{n}']:\n        x = x + 'a{n}'\n    else:\n        x = 'b' + x\n" for n in range(200)
    )
    code = f"import os, flask\ndef view():\n    x = flask.request.args['a']\n{branches}    os.system(x)\n"
    assert (804, "command-injection") in _quickly(code)


def test_mutual_recursion_ends() -> None:
    code = """
        import os, flask
        def even(n, x):
            return x if n == 0 else odd(n - 1, x)
        def odd(n, x):
            return even(n - 1, x + "!")
        def view(n):
            os.system(even(n, flask.request.args["a"]))
    """
    assert {kind for _, kind in _quickly(code)} == {"command-injection"}


def test_modules_that_import_each_other_end() -> None:
    found = _quickly(
        "import other, os\ndef source():\n    import flask\n    return flask.request.args['a']\n"
        "def view():\n    other.run(source())\n",
        other_py="import main, os\ndef run(x):\n    os.system(x)\ndef back():\n    run(main.source())\n",
    )
    assert {kind for _, kind in found} == {"command-injection"}


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("x = " + " + ".join(["'a'"] * 20_000) + "\n", id="a sum of twenty thousand texts"),
        pytest.param("x = " + "(" * 150 + "1" + ")" * 150 + "\n", id="parentheses"),
        pytest.param("x = '" + "a" * 1_000_000 + "' * 1_000_000\n", id="a text of a terabyte"),
        pytest.param("x = 9 ** 9 ** 9 ** 9\n", id="a tower of powers"),
        pytest.param("x = 1\nwhile x:\n    x = x * 10 + 1\n", id="a number that grows for ever"),
        pytest.param("x = []\nwhile True:\n    x.append(x)\n", id="a list in itself"),
        pytest.param("x = {}\nfor n in range(10 ** 9):\n    x[n] = x\n", id="a dictionary in itself"),
        pytest.param(
            "class A(A):\n    pass\nclass B:\n    def f(self):\n        return self.f()\nB().f().g\n", id="a class of itself"
        ),
        pytest.param("f = lambda g: g(g)\nf(f)\n", id="a function of itself"),
        pytest.param("def f(x):\n    def g(y):\n        return f(g)\n    return g(f)\nf(f)\n", id="functions of functions"),
        pytest.param("x = 'a'\n" + "x = x + x\n" * 200, id="a text that doubles"),
        pytest.param("x = [1]\n" + "x = [x, x]\n" * 200, id="a tree that doubles"),
        pytest.param("def f():\n" + "    try:\n        pass\n    finally:\n        pass\n" * 3_000, id="handlers in a row"),
        pytest.param("x = 0\n" + "if x == 1:\n    pass\n" + "elif x == 2:\n    pass\n" * 1_000, id="a thousand elifs"),
        pytest.param("import re\nre.match('(a+)+$' * 40, x)\n" * 50, id="patterns that backtrack"),
    ],
)
def test_python_that_would_not_end_does(code: str) -> None:
    assert _quickly(code) == set()


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("let x = " + "'a' + " * 20_000 + "'b';", id="a sum of twenty thousand texts"),
        pytest.param("let x = " + "[" * 300 + "]" * 300 + ";", id="brackets"),
        pytest.param("const f = g => g(g); f(f);", id="a function of itself"),
        pytest.param("let a = {}; a.a = a; while (a) { a = a.a; }", id="an object in itself"),
        pytest.param("x" + ".y()" * 5_000 + ";", id="a chain of calls"),
        pytest.param("class A extends A { constructor() { super(); this.a = new A(); } } new A();", id="a class of itself"),
        pytest.param("for (;;) { x = x + x; }", id="a loop without end"),
        pytest.param("const p = new Promise(r => r(p)); p.then(p.then(p.then(p)));", id="a promise of itself"),
    ],
)
def test_javascript_that_would_not_end_does(code: str) -> None:
    assert _quickly(code, "main.js") == set()


def test_a_function_that_is_cut_short_is_named() -> None:
    body = "".join(
        f"    x{n} = [y for y in x{n - 1} for z in x{n - 1} for w in x{n - 1}] if a else x{n - 1}\n" for n in range(1, 10_000)
    )
    found = analysed(f"def f(a, x0):\n{body}")
    assert [path for path, _ in found.unread] == ["main.py"]
    assert "entangled" in found.unread[0][1]


def test_look_alike_names_are_different_variables() -> None:
    code = "import os, flask\ndef view():\n    a = flask.request.args['a']\n    \u0430 = 'ls'\n    os.system(\u0430)\n"
    code += "    os.system(a)\n"
    assert _quickly(code) == {(6, "command-injection")}


def test_an_import_that_is_not_followed_costs_the_imported_file_nothing() -> None:
    files = {f"a{number:03}.py": f"x = {number}\n".encode() for number in range(400)}
    files["z.py"] = b"import a001, a002, a003, missing\n"
    crew = Crew(
        lambda project, targets: analyse(project, targets),
        files.get,
        list(files),
        deadline=time.monotonic() + 100,
        memory=1 << 30,
        limits=Bounds(imports=1),
    )
    answer = crew.run(list(files))
    assert not answer.unread
    assert set(answer.read) == set(files)
    assert set(answer.unfollowed.values()) == {"more than 1 imported files"}
    assert len(answer.unfollowed) == 2


def test_what_a_worker_had_no_time_for_is_given_to_the_next_one() -> None:
    """Each worker gets to two files; `slow.py` alone never gets its time and ends it."""

    def hasty(project: Project, targets: Sequence[str]) -> Analysis:
        left = [path for path in targets if path == "slow.py" or path not in targets[:2]]
        read = tuple(path for path in targets if path not in left)
        return Analysis((), (), tuple((path, TIME_IS_UP) for path in left), read, 0)

    files = {f"{name}.py": b"x = 1\n" for name in ("a", "b", "c", "slow", "z")}
    crew = Crew(hasty, files.get, list(files), deadline=time.monotonic() + 100, memory=1 << 30)
    answer = crew.run(list(files))
    assert answer.unread == {"slow.py": TIME_IS_UP}
    assert set(answer.read) == files.keys() - {"slow.py"}


def test_a_helper_that_is_called_very_often_is_still_followed_with_hostile_data() -> None:
    calls = "".join(f"    helper({number})\n" for number in range(60))
    program = f"""
import os
from flask import request

def run(text):
    os.system(text)

def helper(text):
    for part in [text]:
        run(part)

def name():
    return request.args["name"]

def view():
{calls}    helper(name())
"""
    assert {kind for _, kind in _quickly(program)} == {"command-injection"}
