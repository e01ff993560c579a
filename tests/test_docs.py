"""The documentation says what the code does: commands, settings, exit codes, policy keys."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fusion import policy, settings
from fusion.cli import Exit

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands() -> set[str]:
    """Every command of the command line, groups spelled out."""
    import typer.main

    from fusion.cli import registered

    def walk(command: object, path: str) -> set[str]:
        children = getattr(command, "commands", {})
        return set().union(*(walk(child, f"{path} {name}") for name, child in children.items())) if children else {path}

    return walk(typer.main.get_command(registered()), "fusion")


def test_every_setting_is_in_the_reference() -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+(?:__[A-Za-z]+)?)` \|", text("docs/reference.md"), re.MULTILINE))
    assert documented == set(settings.ENVIRONMENT)


def test_every_command_is_in_the_reference() -> None:
    documented = set(re.findall(r"^\| `(fusion [a-z -]+)` \|", text("docs/reference.md"), re.MULTILINE))
    assert documented == commands()


@pytest.mark.parametrize("page", ["docs/quickstart.md", "README.md"])
def test_every_exit_code_is_explained(page: str) -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", text(page), re.MULTILINE)}
    assert documented == {int(code) for code in Exit}


def test_the_configuration_page_is_generated() -> None:
    assert policy.reference() in text("docs/configuration.md")


def test_the_page_of_checks_is_generated() -> None:
    from fusion.checks.registry import pages

    assert text("docs/checks.md") == pages()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    content = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", content):
        assert (page.parent / target).exists(), target
    if page.name == "checks.md":
        return  # Its paths are those of the repositories that are looked at.
    for name in re.findall(r"`((?:fusion|agents|orchestrations|tests|tools|examples|docs)/[\w./-]+)`", content):
        if "NAME" not in name:
            assert (ROOT / name).exists(), name


def test_options_of_review_are_documented() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "fusion", "review", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": "200", "PATH": ""},
    ).stdout
    options = set(re.findall(r"--[a-z-]+", shown)) - {"--help"}
    documented = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert {option for option in options if option not in documented} == set()


def rows(page: str) -> set[tuple[str, ...]]:
    """The rows of every table of a page, cell by cell."""
    lines = [line for line in text(page).splitlines() if line.startswith("| ")]
    return {tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]) for line in lines}


def test_every_permission_is_explained() -> None:
    from fusion.events.permissions import FOR_ISSUES, FOR_SCANS, PERMISSIONS, SUBSCRIPTIONS

    table = rows("docs/bot.md")
    everything = (*PERMISSIONS, *FOR_SCANS, *FOR_ISSUES)
    assert {(item.name, item.access, item.reason, item.without) for item in everything} <= table
    assert {(item.event, item.needs, item.reason) for item in SUBSCRIPTIONS} <= table


def test_every_command_of_a_comment_is_explained() -> None:
    from fusion.events import HELP

    lines = [line for line in HELP.splitlines() if line.startswith("| `/fusion")]
    assert lines
    assert set(lines) <= set(text("docs/bot.md").splitlines())
