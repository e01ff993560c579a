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

BAR = "\\|"
"""How a cell of a Markdown table says `|`."""
HEAD = """# Checks

A check reads a part of a repository and says whether it is as it should be: passed, failed with each deviation, not
assessed with what is missing, or not applicable. It never passes over what it could not read: a missing permission, a tool
that did not run or a mirror that is not there makes it not assessed, and the reason says what to do. This page is generated
by `tools/reference`.

- Reads: settings are what GitHub tells of the repository and its owner. Tree, inventory and analyzers' evidence are of one
  commit; results that stand on nothing else are taken over while the tree is the same.
- Permission: what a GitHub App or token needs beside `metadata: read`; without it the check is not assessed and names it.
- Controls: those that a check gives evidence towards; `fusion controls show ID` says why, and who maps them so
  ([controls.md](controls.md)).
- Scorecard: the check of OpenSSF Scorecard that asks the same, or a part of it. Fusion gives no score.
- `scans.checks` in the policy switches checks off by id ([configuration.md](configuration.md)); one that is off is on the
  report as not assessed.

A check of your own is a class with the members of `fusion.check.Check` in a package that names it in the entry-point group
`fusion.checks`; it cannot take the id of one of ours.

| check | what holds where it passes | reads | permission | severity | controls | Scorecard |
|---|---|---|---|---|---|---|"""


@cache
def builtin() -> Sequence[Check]:
    """Our checks, package by package."""
    return tuple(check for package in PACKAGES for check in _of(f"fusion.checks.{package}"))


def documentation(check: Check) -> str:
    """The check's page: the docstring of its module, in Markdown."""
    return inspect.cleandoc(import_module(type(check).__module__).__doc__ or "")


def pages(checks: Iterable[Check] | None = None) -> str:
    """docs/checks.md: every check as a row of a table, and its page. Of our own, where no others are given."""
    known = builtin() if checks is None else tuple(checks)
    return "\n".join([HEAD, *map(_row, known), "", *(_page(check) for check in known)]).rstrip() + "\n"


def _row(check: Check) -> str:
    about = check.about
    cells = (
        f"[`{about.id}`](#{about.id})",
        about.title,
        ", ".join(READS[source] for source in Source if source in about.reads),
        ", ".join(f"`{one}`" for one in about.permission.split(", ") if one),
        about.severity,
        "<br>".join(_by_catalogue(check)),
        about.scorecard,
    )
    return f"| {' | '.join(' '.join(cell.replace('|', BAR).split()) for cell in cells)} |"


def _page(check: Check) -> str:
    about = check.about
    return f"## {about.id}\n\n{documentation(check)}\n\n- Why: {about.rationale}\n- What to do: {about.remediation}\n"


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
