"""Every command line of the Azure CLI in the documents, the workflows and the code uses what its parser is known to take."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DATA: dict[str, Any] = json.loads((ROOT / "tests/samples/az.json").read_text(encoding="utf-8"))
KNOWN: dict[str, Any] = {**DATA["commands"], **DATA["extensions"]}
tool = runpy.run_path(str(ROOT / "tools/az"), run_name="az")


@pytest.fixture(scope="module")
def lines() -> list[Any]:
    found: list[Any] = tool["collected"]()
    return found


def test_every_line_was_read_by_the_cli(lines: list[Any]) -> None:
    said = [f"{line.where}: {why}: az {' '.join(line.words)}" for line in lines if (why := tool["amiss"](line, KNOWN))]
    assert said == [], f"read by azure-cli {DATA['azure-cli']}: {tool['__doc__']}"


def test_nothing_is_kept_that_nobody_types(lines: list[Any]) -> None:
    assert {tool["named"](line, KNOWN) for line in lines} == set(KNOWN)
    assert all("source" in one and one["extension"] for one in DATA["extensions"].values())


def test_the_pages_name_the_version_that_read_them() -> None:
    for page in ("docs/deploy.md", "docs/runbooks/README.md"):
        assert f"Azure CLI {DATA['azure-cli']}" in (ROOT / page).read_text(encoding="utf-8"), page


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("az servicebus queue upgrade --name a", "the command servicebus queue upgrade"),
        ("X=$(az acr list --query \"[?starts_with(name, 'a')].name | [0]\" --ouput tsv)", "the option --ouput of acr list"),
        (
            'for queue in a; do\n  az servicebus queue update --resource-group "$G" --namespace-name n --name "$queue" \\\n'
            "    --status Stopped\ndone",
            "the value Stopped of servicebus queue update --status",
        ),
        ("az keyvault secret set --vault-name v --file f; az login", "nothing for --name, which keyvault secret set needs"),
        ("echo az nothing # az nothing\naz login | cat", None),
    ],
)
def test_what_is_wrong_in_a_line_is_told(text: str, why: str | None) -> None:
    found = [tool["amiss"](line, KNOWN) for line in tool["documented"](f"```sh\n{text}\n```\n", "page")]
    assert [one for one in found if one] == ([why] if why else [])
    assert found, "a line was found"
