from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from fusion import plugins

OURS = {
    "fusion.analyzers": {
        *("ast-grep", "bandit", "checkov", "cppcheck", "dataflow", "hadolint", "lizard", "opengrep", "oxlint", "ruff"),
        *("secrets", "shellcheck", "zizmor"),
    },
    "fusion.agents": {"code-review", "compliance", "documentation", "security", "tests"},
    "fusion.formats": {"github", "json", "markdown", "sarif"},
}


class NoName:
    media_type = "text/plain"


class Raises:
    def __init__(self) -> None:
        raise RuntimeError("no thanks")


@pytest.mark.parametrize("group", OURS)
def test_ours_come_through_the_same_door(group: str) -> None:
    loaded = plugins.load(group)
    assert set(loaded.plugins) >= OURS[group]
    assert not set(loaded.broken) & OURS[group]
    for name, plugin in loaded.plugins.items():
        assert plugin.name == name  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("no_such_module:Thing", "ModuleNotFoundError"),
        (f"{__name__}:NoSuchClass", "AttributeError"),
        (f"{__name__}:Raises", "no thanks"),
        (f"{__name__}:NoName", "lacks name, render"),
    ],
)
def test_a_broken_plugin_is_named_and_the_others_load(value: str, why: str) -> None:
    found = [
        EntryPoint("broken", value.replace(__name__, "tests.unit.test_plugins"), "fusion.formats"),
        EntryPoint("json", "fusion.render.json:Json", "fusion.formats"),
    ]
    loaded = plugins.load("fusion.formats", found)
    assert set(loaded.plugins) == {"json"}
    assert why in loaded.broken["broken"]


def test_two_plugins_of_one_name() -> None:
    twice = [EntryPoint("json", "fusion.render.json:Json", "fusion.formats")] * 2
    loaded = plugins.load("fusion.formats", twice)
    assert set(loaded.plugins) == {"json"}
    assert len(loaded.broken) == 1
