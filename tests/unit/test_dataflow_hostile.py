"""The whole analysis on sources that nobody wrote: a result in bounded time and reasons in words, never an exception."""

from __future__ import annotations

import itertools
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fusion.dataflow.knowledge.kinds import kinds
from fusion.dataflow.repository.project import Bounds, Project
from fusion.dataflow.results import Analysis
from fusion.dataflow.solver.analysis import Solver, analyse
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.taints import Data
from fusion.dataflow.solver.tables import Tables
from tests.fakes.mutations import mutated, odd

_CORPUS = Path(__file__).parents[1] / "corpus" / "dataflow"
_SAMPLES = {
    "python": sorted((_CORPUS / "python").rglob("*.py")),
    "javascript": sorted(path for path in (_CORPUS / "javascript").rglob("*") if path.suffix in (".js", ".ts", ".mjs")),
}
_NAMES = {"python": "main.py", "javascript": "main.js"}
_SECONDS = 15.0
"""Of processor time for a small file: above a file's share of it, with room for slow machines."""

_bounded = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_languages = st.sampled_from(["python", "javascript"])
_seeds = st.integers(0, 1 << 32)


def _analysed(
    text: str,
    name: str,
    limits: Bounds | None = None,
    clock: Callable[[], float] = time.process_time,
    others: Mapping[str, str] | None = None,
) -> Analysis:
    files = {name: text.encode("utf-8", "replace")} | {key: value.encode() for key, value in (others or {}).items()}
    project = Project(files.get, list(files), limits=limits, clock=clock)
    return analyse(project, [name])


def _held(found: Analysis, name: str, began: float) -> None:
    """What holds of every analysis, whatever the source."""
    assert time.process_time() - began < _SECONDS
    for path, reason in found.unread:
        assert path == name
        assert "internal error" not in reason
        assert 10 < len(reason) <= 200
        assert reason[0].isalnum()
        assert reason.isprintable()
    assert name in found.read or dict(found.unread)[name]
    for flow in found.flows:
        assert all(place.path == name and place.span.line >= 1 for place in flow.trace)


@given(_languages, _seeds)
@_bounded
def test_programs_of_odd_parts_give_a_result(language: str, seed: int) -> None:
    began = time.process_time()
    _held(_analysed(odd(seed, language), _NAMES[language]), _NAMES[language], began)


@given(_languages, _seeds)
@_bounded
def test_real_sources_with_parts_exchanged_give_a_result(language: str, seed: int) -> None:
    chance = random.Random(seed)
    source, other = (chance.choice(_SAMPLES[language]) for _ in range(2))
    name = "main" + source.suffix
    text = mutated(source.read_text(), seed, language, other.read_text())
    began = time.process_time()
    _held(_analysed(text, name), name, began)


@given(_languages, _seeds)
@settings(_bounded, max_examples=20)
def test_odd_programs_that_import_each_other_give_a_result(language: str, seed: int) -> None:
    names = ("main.py", "alpha.py", "beta.py") if language == "python" else ("main.js", "alpha.js", "beta.js")
    texts = {name: odd(seed + place, language) for place, name in enumerate(names)}
    began = time.process_time()
    found = _analysed(texts.pop(names[0]), names[0], others=texts)
    assert time.process_time() - began < 3 * _SECONDS
    assert all("internal error" not in reason for _, reason in found.unread)


def _ticking(step: float) -> Callable[[], float]:
    ticks: Iterator[int] = itertools.count()
    return lambda: next(ticks) * step


_CALLS = """import flask, os
def first():
    os.system(flask.request.args["a"])
""" + "".join(f"def f{n}(x):\n    return g{n}(f{max(0, n - 1)}(x))\n" for n in range(400))


def test_a_file_that_takes_longer_than_its_share_is_stopped_and_says_so() -> None:
    found = _analysed(_CALLS, "main.py", Bounds(file_seconds=2.0, seconds=1e6), _ticking(0.5))
    (reason,) = dict(found.unread).values()
    assert re.fullmatch(
        r"analysing it took more than 2 s of processor time, not to the end: \d+ of its 401 functions are done", reason
    )
    assert found.read == ("main.py",)
    assert {flow.kind.value for flow in found.flows} == {"command-injection"}  # what was found until then stays


def test_a_body_of_a_module_that_takes_longer_than_its_share_is_stopped_inside() -> None:
    text = "".join(f"a{n} = b{n}\n" for n in range(20_000))
    found = _analysed(text, "main.py", Bounds(file_seconds=2.0, seconds=1e6), _ticking(0.5))
    assert dict(found.unread) == {"main.py": "analysing it took more than 2 s of processor time"}


def test_the_end_of_all_time_stops_within_a_file() -> None:
    found = _analysed(_CALLS, "main.py", Bounds(file_seconds=1e6, seconds=2.0), _ticking(0.5))
    assert dict(found.unread) == {"main.py": "the time for the analysis was used up"}


def test_a_file_within_its_share_is_read_to_its_end() -> None:
    found = _analysed(_CALLS, "main.py", Bounds(file_seconds=1e6, seconds=1e6), _ticking(0.5))
    assert found.unread == ()


def test_a_fault_of_ours_costs_one_function() -> None:
    project = Project(lambda _: None, ["main.py"])
    solver = Solver(project, Tables((), kinds()), kinds(), "python", Data())

    def fails() -> State | None:
        raise KeyError("an address")

    assert solver.guarded("main.py", fails) is None
    assert project.unread == {"main.py": "a function in it could not be analysed: internal error KeyError"}


@pytest.mark.parametrize(
    ("name", "reason"), [("a.ipynb", "a notebook"), ("a.pyi", "type declarations"), ("a.d.ts", "type declarations")]
)
def test_targets_that_no_front_end_reads_say_why(name: str, reason: str) -> None:
    found = _analysed("x", name)
    assert [path for path, _ in found.unread] == [name]
    assert reason in found.unread[0][1]


def test_time_that_one_file_used_up_is_not_taken_from_the_next() -> None:
    files = {"main.py": _CALLS.encode(), "other.py": b"import flask, os\ndef f():\n    os.system(flask.request.args['a'])\n"}
    looks: list[None] = []

    def clock() -> float:
        looks.append(None)
        return 0.5 * len(looks)

    project = Project(files.get, list(files), limits=Bounds(file_seconds=3.0, seconds=1e6), clock=clock)
    found = analyse(project, ["main.py", "other.py"])
    assert [path for path, _ in found.unread] == ["main.py"]
    assert "other.py" in {flow.sink.path for flow in found.flows}
    assert len(looks) < 2_000  # each function that is left out costs one look at most
