"""The weaknesses, from `kinds.toml`: CWE, severity, wording, and whose data hurts."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from fusion.dataflow.knowledge.schema import Kind, Origin
from fusion.model import Severity


class Weakness(BaseModel):
    """What one kind is called, and how bad it is by default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cwe: int
    severity: Severity
    title: str
    advice: str
    origins: tuple[Origin, ...]
    """Whose data hurts; empty for kinds that need none."""


class Kinds:
    """All of them, each with a bit."""

    def __init__(self, table: dict[Kind, Weakness]) -> None:
        self.table = table
        self._bits = {kind: 1 << place for place, kind in enumerate(Kind)}
        self.all = (1 << len(self._bits)) - 1
        self.code = 1 << len(self._bits)
        """The bit of authentication codes, which cause nothing themselves."""
        self._hurt = {
            origin: sum(self._bits[kind] for kind, weakness in table.items() if origin in weakness.origins) for origin in Origin
        }

    def bit(self, kind: Kind) -> int:
        """The kind's bit in a mask."""
        return self._bits[kind]

    def mask(self, *kinds: Kind) -> int:
        """The bits of several kinds."""
        return sum({self._bits[kind] for kind in kinds})

    def hurt_by(self, origin: Origin) -> int:
        """The kinds that data of this origin can cause."""
        return self._hurt[origin]


@cache
def kinds() -> Kinds:
    """The kinds of `kinds.toml`."""
    table = tomllib.loads((Path(__file__).parent / "kinds.toml").read_text("utf-8"))
    return Kinds({Kind(name): Weakness.model_validate(entry) for name, entry in table["kind"].items()})
