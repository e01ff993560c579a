"""Checks that only say which controls they give evidence towards."""

from __future__ import annotations

from dataclasses import dataclass

from fusion.check import About, Source, Towards
from fusion.model import Severity


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of a check, without the check."""

    about: About


def check(id: str, *towards: tuple[str, str]) -> Described:
    """A check that gives evidence towards these controls, each as catalogue and identifier."""
    return Described(
        About(
            id=id,
            title=f"All is well with {id}",
            rationale="It is for a test.",
            remediation="There is none.",
            severity=Severity.MEDIUM,
            reads=frozenset({Source.TREE}),
            towards=tuple(Towards(catalogue=name, control=control, reason="It speaks of it.") for name, control in towards),
        )
    )
