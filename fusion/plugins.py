"""The registry: analyzers, agents and output formats are entry points, ours and third parties' alike; checks, third parties'.

Groups: `fusion.analyzers`, `fusion.agents`, `fusion.formats`, `fusion.checks`. An entry point names a class that takes no
arguments. One that does not import, does not construct or lacks a member of its protocol is reported by name and never stops a
run; where it is an agent, the review is incomplete, because evidence may have lost its speaker. Our own checks are many and are
found in their packages (`fusion.checks.registry`); none of them can be replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Generic, TypeVar

from fusion.agent import Agent
from fusion.check import About, Check
from fusion.evidence.analyzer import Analyzer
from fusion.render import Format

P = TypeVar("P")

MEMBERS: Mapping[str, tuple[str, ...]] = {
    "fusion.analyzers": ("name", "parse_only", "timeout", "locate", "wants", "commands", "read"),
    "fusion.agents": ("name", "tasks", "ask", "read"),
    "fusion.formats": ("name", "media_type", "render"),
    "fusion.checks": ("about", "wants", "assess"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded(Generic[P]):
    """What one group holds: the plugins by name, in alphabetical order, and why the broken ones are."""

    plugins: Mapping[str, P]
    broken: Mapping[str, str]


def load(
    group: str, found: Iterable[EntryPoint] | None = None, *, fit: Callable[[object], object] = lambda plugin: plugin
) -> Loaded[object]:
    """Load one group. `found` replaces the installed entry points (for embedders and tests); `fit` is done to each plugin."""
    plugins: dict[str, object] = {}
    broken: dict[str, str] = {}
    for point in sorted(entry_points(group=group) if found is None else found, key=lambda p: (p.name, p.value)):
        try:
            plugin = fit(point.load()())
        except Exception as error:  # a third party's code may raise anything, and one plugin must not stop the others
            broken[point.name] = f"{point.value} does not load: {type(error).__name__}: {error}"
            continue
        missing = [member for member in MEMBERS[group] if not hasattr(plugin, member)]
        if missing:
            broken[point.name] = f"{point.value} lacks {', '.join(missing)}"
        elif point.name in plugins:
            broken[f"{point.name} ({point.value})"] = "another plugin has the same name"
        else:
            plugins[point.name] = plugin
    return Loaded(plugins=plugins, broken=broken)


def analyzers(knowledge: Sequence[Path] = ()) -> Loaded[Analyzer]:
    """Every analyzer; those that know libraries (`knowing`) with these folders of `knowledge`, too."""

    def fit(plugin: object) -> object:
        knowing = getattr(plugin, "knowing", None)
        return knowing(knowledge) if knowledge and knowing is not None else plugin

    return load("fusion.analyzers", fit=fit)  # type: ignore[return-value]


def agents() -> Loaded[Agent]:
    """Every agent."""
    return load("fusion.agents")  # type: ignore[return-value]


def formats() -> Loaded[Format]:
    """Every output format."""
    return load("fusion.formats")  # type: ignore[return-value]


def checks(found: Iterable[EntryPoint] | None = None) -> Loaded[Check]:
    """Every check by its id: ours in the order of their registry, then third parties' by the names of their entry points."""
    from fusion.checks.registry import builtin

    loaded = load("fusion.checks", found)
    known: dict[str, Check] = {check.about.id: check for check in builtin()}
    broken = dict(loaded.broken)
    for name, plugin in loaded.plugins.items():
        about = plugin.about  # type: ignore[attr-defined]
        if not isinstance(about, About):
            broken[name] = "`about` is not a fusion.check.About"
        elif about.id in known:
            broken[name] = f"there is a check {about.id} already"
        else:
            known[about.id] = plugin  # type: ignore[assignment]
    return Loaded(plugins=known, broken=broken)


def check_ids() -> frozenset[str]:
    """Ids of all checks that there are, of those too that could not be loaded."""
    loaded = checks()
    return frozenset({*loaded.plugins, *loaded.broken})
