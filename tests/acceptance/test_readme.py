"""What the README shows is what `make review` prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.fakes.commandline import Workplace

README = Path(__file__).parents[2] / "README.md"


def excerpts() -> list[list[str]]:
    """The lines of each text block: up to the receipt, which tells of this machine, and without what was left out."""
    blocks = re.findall(r"```text\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    parts = [block.split("\nCoverage ")[0].splitlines() for block in blocks]
    return [[line for line in part if line.strip() not in ("", "...") and "reviewed in" not in line] for part in parts]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("readme")
    done = Workplace(folder, folder / "state", {"COLUMNS": "80"}).fusion("demo")
    assert done.returncode == 0, done.stderr
    return {line.rstrip() for line in done.stdout.splitlines()}


@pytest.mark.parametrize("number", [0, 1])
def test_the_excerpt_is_real(printed: set[str], number: int) -> None:
    shown = excerpts()[number]
    assert len(shown) > 20
    assert [line for line in shown if line not in printed] == []
