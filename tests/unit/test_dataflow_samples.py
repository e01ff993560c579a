"""Each library's sample: what must be found stands in comments, and every knowledge entry is needed for it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from fusion.dataflow.knowledge.kinds import Kinds, kinds
from fusion.dataflow.knowledge.loading import OURS, load_all
from fusion.dataflow.knowledge.schema import Library, Origin
from fusion.dataflow.project import Project
from fusion.dataflow.solver.analysis import analyse

SAMPLES = Path(__file__).parents[1] / "samples" / "dataflow"
_EXPECT = re.compile(r"(?:#|//) (expect|local): ([\w-]+(?:, [\w-]+)*)")
"""`expect`: a finding; `local`: one where data of whoever starts the program hurts, too."""
_SECTIONS = ("source", "sink", "setting", "sanitizer", "validator", "propagator", "aspect", "store", "flag", "exit", "entry")


@cache
def libraries(language: str) -> tuple[Library, ...]:
    return load_all(language)


def sample(language: str, library: str) -> Path:
    found = sorted((SAMPLES / language).glob(f"{library}.*"))
    assert found, f"{language}/{library}.toml has no sample file"
    return found[0]


@cache
def distrustful() -> Kinds:
    """Kinds that data from the command line hurts like a request's."""
    table = {
        kind: weakness.model_copy(update={"origins": (*weakness.origins, Origin.LOCAL)})
        for kind, weakness in kinds().table.items()
        if weakness.origins
    }
    return Kinds({**kinds().table, **table})


def expected(path: Path, *marks: str) -> set[tuple[int, str]]:
    return {
        (number, kind)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for match in _EXPECT.finditer(line)
        if match[1] in marks
        for kind in match[2].split(", ")
    }


def found(path: Path, known: tuple[Library, ...], weaknesses: Kinds | None = None) -> set[tuple[int, str]]:
    project = Project(lambda name: path.read_bytes() if name == path.name else None, [path.name])
    analysis = analyse(project, [path.name], libraries=known, weaknesses=weaknesses)
    assert not analysis.unread
    return {(flow.sink.span.line, flow.kind.value) for flow in analysis.flows}


def names() -> list[tuple[str, str]]:
    return [(folder, path.stem) for folder in ("python", "javascript") for path in sorted((OURS / folder).glob("*.toml"))]


@pytest.mark.parametrize(("language", "name"), names(), ids=lambda value: value)
def test_a_sample_shows_what_its_comments_say(language: str, name: str) -> None:
    path = sample(language, name)
    assert found(path, libraries(language)) == expected(path, "expect")
    assert found(path, libraries(language), distrustful()) == expected(path, "expect", "local")


@pytest.mark.slow
@pytest.mark.parametrize(("language", "name"), names(), ids=lambda value: value)
def test_every_entry_is_needed(language: str, name: str) -> None:
    path = sample(language, name)
    whole = found(path, libraries(language), distrustful())
    idle = []
    for place, library in enumerate(libraries(language)):
        if library.library != name:
            continue
        for section in _SECTIONS:
            entries = getattr(library, section)
            for number, entry in enumerate(entries):
                less = library.model_copy(update={section: entries[:number] + entries[number + 1 :]})
                rest = (*libraries(language)[:place], less, *libraries(language)[place + 1 :])
                if found(path, rest, distrustful()) == whole:
                    idle.append(f"{section} {number + 1} ({entry.test}: {entry.note})")
    assert not idle, "without these entries the sample shows the same: " + "; ".join(idle)
