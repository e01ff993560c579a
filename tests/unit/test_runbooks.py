"""What runbooks and the page on deployment tell people to type is there: commands, names of resources, parameters, alerts."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import typer.main

from fusion.cli import registered

ROOT = Path(__file__).parents[2]
RUNBOOKS = sorted(path for path in (ROOT / "docs/runbooks").glob("*.md") if path.name != "README.md")
PAGES = [ROOT / "docs/deploy.md", ROOT / "docs/runbooks/README.md", *RUNBOOKS]
SECTIONS = ["Symptoms", "Decide", "Do", "Verify", "Roll back"]
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^(?: {4}|\t)(?!\s*[-*|])(.*)$", re.MULTILINE)
_INLINE = re.compile(r"`((?:[A-Z_]+=\S+ )*fusion [^`]+)`")
_COMMAND = re.compile(r"(?:^|[|;(]|&&|do )\s*(?:[A-Z_]+=\S+ )*(fusion(?: .*)?)$")
NotUnderstood: Any = typer.BadParameter.__mro__[1]
"""UsageError of the click that typer brings along."""
_STOP = {"|", ">", ">>", "<", "&&", ";", "||", "2>"}


def _flat(line: str) -> str:
    """The line with each `$(...)` as a word of its own, and as lines what stands in them."""
    inner: list[str] = []
    while found := re.search(r"\"?\$\(([^()]*)\)\"?", line):
        inner.append(found.group(1))
        line = line[: found.start()] + "SUBSTITUTED" + line[found.end() :]
    return "\n".join([line, *inner])


def _words(text: str) -> list[str]:
    words = shlex.split(text, comments=True)
    stop = next((at for at, word in enumerate(words) if word in _STOP), len(words))
    return words[:stop]


def typed(page: str) -> Iterator[tuple[list[str], bool]]:
    """Each command line of `fusion` on a page, in words; whether it is a mention in a sentence, which may lack arguments."""
    fenced = [block for language, block in _FENCE.findall(page) if language in {"", "sh", "console"}]
    blocks = "\n".join([*fenced, *_INDENTED.findall(_FENCE.sub("", page))])
    for line in blocks.replace("\\\n", " ").splitlines():
        for part in re.split(r";\s+|\s&&\s", _flat(line)):
            for one in part.splitlines():
                if found := _COMMAND.search(one.strip()):
                    yield _words(found.group(1))[1:], False
    for mention in _INLINE.findall(_FENCE.sub("", page)):
        yield _words(re.sub(r"^(?:[A-Z_]+=\S+ )*", "", _flat(" ".join(mention.split())).splitlines()[0]))[1:], True


def understood(words: list[str]) -> None:
    """Have the real command line read the words, and run nothing. Raises NotUnderstood."""
    command: Any = typer.main.get_command(registered())
    context, name, rest = None, "fusion", words
    while True:
        context = command.make_context(name, list(rest), parent=context)
        if not hasattr(command, "resolve_command"):
            return
        if not (left := [*context._protected_args, *context.args]):
            raise typer.BadParameter(f"{name} is a group of commands.")
        name, command, rest = command.resolve_command(context, left)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_line_is_one(page: Path) -> None:
    for words, mention in typed(page.read_text(encoding="utf-8")):
        try:
            understood(words)
        except NotUnderstood as error:
            said = f"{page.name}: fusion {shlex.join(words)}: {error.format_message()}"
            if not mention or type(error).__name__ != "MissingParameter":
                pytest.fail(said)


def test_what_is_not_a_command_line_is_told() -> None:
    block = "```sh\nX=1 fusion evidence key --nxt a.pem | cat\nfor i in 1; do fusion purge --yes; done\n```"
    page = f"Run `fusion dead-letters burn`:\n\n{block}\n"
    found = [words for words, _ in typed(page)]
    assert found == [["evidence", "key", "--nxt", "a.pem"], ["purge", "--yes"], ["dead-letters", "burn"]]
    for words in found:
        with pytest.raises(NotUnderstood):
            understood(words)


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda page: page.name)
def test_every_runbook_says_the_same_five_things(page: Path) -> None:
    headings = re.findall(r"^## (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == SECTIONS
    assert f"({page.name})" in (ROOT / "docs/runbooks/README.md").read_text(encoding="utf-8")


TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
BICEP = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "bicep").rglob("*.bicep")))
MAIN = (ROOT / "bicep/main.bicep").read_text(encoding="utf-8")
PARAMETERS = set(re.findall(r"^param (\w+)", BICEP, re.MULTILINE))


def _short(workload: str = "fusion") -> str:
    """The variable `short` of main.bicep."""
    assert "var short = take(toLower(replace(workload, '-', '')), 5)" in MAIN
    return workload.replace("-", "")[:5]


def test_names_of_resources_are_those_that_the_templates_make() -> None:
    kinds = json.loads((ROOT / "bicep/abbreviations.json").read_text(encoding="utf-8"))
    short = _short()
    made = {
        f"{kinds['containerApp']}-{short}-worker",
        f"{kinds['containerApp']}-{short}-scheduler",
        f"{kinds['storageAccount']}{short}c",
        f"{kinds['storageAccount']}{short}h",
        *(f"{kinds[kind]}-fusion-prod" for kind in ("resourceGroup", "logAnalytics")),
    }
    shapes = r"\b(?:ca-fusi\w*-\w+|stfus\w*|(?:rg|log)-fusion-\w+)"
    assert set(re.findall(shapes, TEXT)) <= made
    assert len(set(re.findall(shapes, TEXT)) & made) == len(made)


def test_queues_secrets_keys_and_containers_are_there() -> None:
    there = set(re.findall(r"'([a-z][a-z0-9-]+)'", BICEP))
    said = set(re.findall(r"--(?:name|queue-name) (fusion-(?!prod|away|dev|what)[a-z-]+)", TEXT))
    said |= set(re.findall(r"--container-name ([a-z]+)", TEXT)) | set(re.findall(r"for queue in ([a-z -]+);", TEXT)[0].split())
    assert said >= {"fusion-key", "fusion-webhook", "fusion-evidence", "fusion-event", "anchors", "blobs"}
    assert said - there == set()


def test_outputs_and_alerts_are_there() -> None:
    outputs = set(re.findall(r"^output ([A-Z_]+)", MAIN, re.MULTILINE))
    settings = set(re.findall(r"readEnvironmentVariable\('([A-Z_]+)'", (ROOT / "bicep/main.bicepparam").read_text()))
    assert set(re.findall(r"properties\.outputs\.([A-Z_]+)\.value", TEXT)) <= outputs
    assert set(re.findall(r"azd env set ([A-Z_]+)", TEXT)) <= settings
    alerts = json.loads((ROOT / "bicep/generated/alerts.json").read_text(encoding="utf-8"))
    names = {alert["name"] for of in alerts.values() for alert in of}
    index = (ROOT / "docs/runbooks/README.md").read_text(encoding="utf-8")
    assert {name for name in names if f"`{name}`" not in index and name != "objectives-ticket"} == set()


def test_parameters_are_there() -> None:
    other = {"instanceId", "tierMinimumUnits", "unitOfMeasure"}
    said = set(re.findall(r"`([a-z]+(?:[A-Z][a-z]+)+)`", TEXT))
    assert said - PARAMETERS - other == set()
    assert len(said & PARAMETERS) > 8


def test_every_module_is_explained() -> None:
    page = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")
    making = {
        path.name for path in (ROOT / "bicep/modules").glob("*.bicep") if "\nresource " in path.read_text(encoding="utf-8")
    }
    assert len(making) > 15
    assert {name for name in making if f"`{name}`" not in page} == set()
