"""Each library's sample: what must be found stands in comments, and every knowledge entry is needed for it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from fusion.dataflow import samples
from fusion.dataflow.knowledge.loading import OURS, load_all
from fusion.dataflow.knowledge.schema import Library

SAMPLES = Path(__file__).parents[1] / "samples" / "dataflow"


@cache
def libraries(language: str) -> tuple[Library, ...]:
    return load_all(language)


def sample(language: str, library: str) -> Path:
    found = samples.beside(SAMPLES, language, library)
    assert found, f"{language}/{library}.toml has no sample file"
    return found


def names() -> list[tuple[str, str]]:
    return [(folder, path.stem) for folder in ("python", "javascript") for path in sorted((OURS / folder).glob("*.toml"))]


def concerns(library: Library, text: str) -> bool:
    """Whether a file with this text may import one of the library's packages, or needs to import none."""
    return not library.packages or any(re.split(r"[./]", package)[0] in text for package in library.packages)


@pytest.mark.parametrize(("language", "name"), names(), ids=lambda value: value)
def test_a_sample_shows_what_its_comments_say(language: str, name: str) -> None:
    path = sample(language, name)
    assert samples.differences(path, libraries(language)) == []


@pytest.mark.slow
@pytest.mark.parametrize(("language", "name"), names(), ids=lambda value: value)
def test_every_entry_is_needed(language: str, name: str) -> None:
    path = sample(language, name)
    library = next(library for library in libraries(language) if library.library == name)
    known = [one for one in libraries(language) if one is library or concerns(one, path.read_text("utf-8"))]
    assert [str(entry) for entry in samples.idle(path, library, known)] == []
