"""The closed lists of what a model may say that it found: by agent and kind, in our words (`kinds.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from pydantic import TypeAdapter

from fusion.evidence.catalogue import families
from fusion.model import Category, Record


class Kind(Record):
    """One kind of finding."""

    title: str
    """What people read where the model says nothing of its own."""
    category: Category
    cwe: tuple[int, ...] = ()
    families: tuple[str, ...] = ()
    """Families of tools' evidence that mean the same flaw."""

    @property
    def same(self) -> frozenset[str]:
        """Words by which evidence of the same flaw is known: families, and weaknesses as `CWE-89`."""
        known = families()
        numbers = {*self.cwe, *(number for name in self.families for number in known[name].cwe)}
        return frozenset({*self.families, *(f"CWE-{number}" for number in numbers)})


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Mapping[str, Kind]]:
    """The kinds by agent and name."""
    text = files("agents").joinpath("kinds.toml").read_text("utf-8")
    return TypeAdapter(dict[str, dict[str, Kind]]).validate_python(tomllib.loads(text))
