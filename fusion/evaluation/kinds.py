"""What a labelled finding can be about, and which findings of a review fit it: `kinds.toml`, as data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from pydantic import TypeAdapter

from fusion.evidence.catalogue import families
from fusion.model import Category, Finding, Record

OTHER = "other"
"""The kind of a finding that fits none."""
_GROUPS: Mapping[Category, str] = {
    Category.SECURITY: "security",
    Category.CORRECTNESS: "correctness",
    Category.MAINTAINABILITY: "maintainability",
    Category.COMPLIANCE: "compliance",
    Category.DOCUMENTATION: "documentation",
    Category.TESTS: "tests",
}
"""Where a finding of a family that is named nowhere belongs."""


class Kind(Record):
    """One kind of labelled finding."""

    agent: str
    """Whose business it is."""
    group: str
    """Kinds of one group are near each other."""
    title: str
    families: tuple[str, ...] = ()
    cwe: tuple[int, ...] = ()
    near: tuple[str, ...] = ()
    """Kinds of other groups that are near too."""


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Kind]:
    """The closed list, by name."""
    text = files("fusion.evaluation").joinpath("kinds.toml").read_text("utf-8")
    return TypeAdapter(dict[str, Kind]).validate_python(tomllib.loads(text))


def spoken(finding: Finding) -> tuple[str, ...]:
    """The kinds that a finding speaks of, in the order of the list; `other` where there is none.

    Its family decides. A family that the list names nowhere is known by its weaknesses (CWE).
    """
    # The kind of what it says comes first; then those of other agents that said the same in their words.
    voices = (finding.family, *(echo.family for echo in finding.echoes))
    named = tuple(dict.fromkeys(name for family in voices for name, kind in kinds().items() if family in kind.families))
    if named:
        return named
    known = families().get(finding.family)
    numbers = {*finding.cwe, *(known.cwe if known else ())}
    return tuple(name for name, kind in kinds().items() if not numbers.isdisjoint(kind.cwe)) or (OTHER,)


def fits(finding: Finding, accepted: Sequence[str], *, strict: bool) -> bool:
    """Whether a finding is about one of the accepted kinds. Loosely, one of the same group or a near kind is enough."""
    said = spoken(finding)
    if not set(said).isdisjoint(accepted):
        return True
    if strict:
        return False
    groups = {kinds()[name].group for name in accepted}
    near = {other for name in accepted for other in kinds()[name].near}
    if said == (OTHER,):
        return _GROUPS[finding.category] in groups
    return not near.isdisjoint(said) or any(kinds()[name].group in groups for name in said)
