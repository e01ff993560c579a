"""Which checks an installation's permissions leave out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fusion.check import Check

_NAMED = re.compile(r"([a-z_]+): (read|write|admin)")
_LEVELS = ("", "read", "write", "admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A permission that was not granted, as `administration: read`, and the checks that need it."""

    permission: str
    checks: tuple[str, ...]


def lacking(granted: Mapping[str, str], checks: Iterable[Check]) -> tuple[Lacking, ...]:
    """The permissions that checks need and that were not granted, the one that most checks need first.

    A check that needs several may still say something with some of them, and some rules of public repositories can be read
    with none: this is what an operator has to grant, not what a scan will say.
    """
    found: dict[str, list[str]] = {}
    for check in checks:
        for name, level in _NAMED.findall(check.about.permission):
            if _LEVELS.index(_known(granted.get(name, ""))) < _LEVELS.index(level):
                found.setdefault(f"{name}: {level}", []).append(check.about.id)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(Lacking(permission=name, checks=tuple(sorted(ids))) for name, ids in ordered)


def _known(level: str) -> str:
    return level if level in _LEVELS else ""
