"""Which checks there are: ours, found in the packages of this one, and third parties' by the entry-point group `fusion.checks`.

`builtin` gives the installed ones in a stated order; `pages` is the table of docs/checks.md.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import cast

from fusion.check import Check, Source
from fusion.plugins import MEMBERS

PACKAGES = ("settings", "tree", "packages")
"""In the order in which their checks are shown; within a package by the names of modules."""
READS = {
    Source.SETTINGS: "settings",
    Source.TREE: "tree",
    Source.EVIDENCE: "analyzers' evidence",
    Source.INVENTORY: "inventory",
    Source.ADVISORIES: "advisories",
    Source.HISTORY: "history",
    Source.HOST: "deployment",
    Source.CLOCK: "clock",
}


@cache
def builtin() -> Sequence[Check]:
    """Our checks, package by package."""
    return tuple(check for package in PACKAGES for check in _of(f"fusion.checks.{package}"))


def documentation(check: Check) -> str:
    """The check's page: the docstring of its module, in Markdown."""
    return inspect.cleandoc(import_module(type(check).__module__).__doc__ or "")


def pages(checks: Iterable[Check] | None = None) -> str:
    """Every check as a row of a Markdown table, and its page: what it reads, what it needs, which controls it serves."""
    known = builtin() if checks is None else tuple(checks)
    lines = [
        "| check | what holds where it passes | reads | permission | severity | controls | Scorecard |",
        "|---|---|---|---|---|---|---|",
    ]
    for check in known:
        about = check.about
        reads = ", ".join(READS[source] for source in Source if source in about.reads)
        controls = "<br>".join(_by_catalogue(check))
        cells = (
            f"[`{about.id}`](#{about.id})",
            about.title,
            reads,
            ", ".join(f"`{one.strip()}`" for one in about.permission.split(",") if one.strip()),
            about.severity,
            controls,
            about.scorecard,
        )
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    lines.append("")
    for check in known:
        about = check.about
        lines += [f"## {about.id}", "", f"**{about.title}.** {documentation(check)}", ""]
        lines += [f"*Why.* {about.rationale}", "", f"*What to do.* {about.remediation}", ""]
    return "\n".join(lines).rstrip() + "\n"


def _by_catalogue(check: Check) -> Iterator[str]:
    controls: dict[str, list[str]] = {}
    for towards in check.about.towards:
        controls.setdefault(towards.catalogue, []).append(towards.control)
    for catalogue, ids in controls.items():
        yield f"{catalogue}: {', '.join(dict.fromkeys(ids))}"


def _of(package: str) -> Iterator[Check]:
    """The checks of a package: public classes that are defined in its modules and have the members of a check."""
    for found in sorted(iter_modules(import_module(package).__path__, f"{package}."), key=lambda one: one.name):
        module = import_module(found.name)
        for name, kind in vars(module).items():
            if (
                inspect.isclass(kind)
                and kind.__module__ == module.__name__
                and not name.startswith("_")
                and not inspect.isabstract(kind)
                and all(hasattr(kind, member) for member in MEMBERS["fusion.checks"])
            ):
                yield cast(Check, kind())
