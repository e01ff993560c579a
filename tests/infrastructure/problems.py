"""What is wrong, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: where, of which kind, and a sentence that says what is wrong."""

    path: str
    line: int
    kind: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.sentence} ({self.kind})"
