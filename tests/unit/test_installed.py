from __future__ import annotations

import os
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fusion.evidence.analyzer import Missing, Ready
from fusion.evidence.installed import batches, program


def test_a_program_of_a_distribution_is_found_with_its_version() -> None:
    found = program("ruff", distribution="ruff")
    assert isinstance(found, Ready)
    assert found.executable.is_file()
    assert found.version == metadata.version("ruff")


def test_the_binary_inside_is_preferred_to_the_script_around_it() -> None:
    found = program("cppcheck", distribution="cppcheck", inside="cppcheck/Cppcheck/cppcheck")
    assert isinstance(found, Ready)
    assert found.executable.read_bytes()[:4] == b"\x7fELF"


def test_a_script_stands_in_for_a_binary_that_is_not_inside() -> None:
    found = program("cppcheck", distribution="cppcheck", inside="no/such/file")
    assert isinstance(found, Ready)
    assert found.executable.name == "cppcheck"


def test_what_is_not_installed_is_missing() -> None:
    found = program("no-such-tool", distribution="no-such-distribution")
    assert found == Missing("no-such-tool is not installed")


def test_the_search_path_counts_where_it_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "some-tool"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program("some-tool", distribution="no-such-distribution") == Ready(tool)
    monkeypatch.chdir(tmp_path)
    for entry in ("", ".", os.pathsep, f".{os.pathsep}"):
        monkeypatch.setenv("PATH", entry)
        assert isinstance(program("some-tool", distribution="no-such-distribution"), Missing)


@given(st.lists(st.text(min_size=1, max_size=40_000), max_size=12))
def test_batches_keep_every_file_in_order_and_fit(files: list[str]) -> None:
    groups = list(batches(files))
    assert [path for group in groups for path in group] == files
    assert all(groups)
    assert all(len(group) == 1 or sum(len(os.fsencode(path)) + 1 for path in group) <= 96 * 1024 for group in groups)
