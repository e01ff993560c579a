"""Run one analyzer over files given as bytes, in the real sandbox, and tell what it made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fusion.evidence.analyzer import Analyzer, Ready
from fusion.evidence.catalogue import Classified, classify
from fusion.evidence.examine import examine
from fusion.evidence.examiner import Look
from fusion.evidence.sandbox import Sandbox
from fusion.model import Hit, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of it, without the hits that our tables drop as noise."""

    look: Look
    hits: tuple[tuple[Hit, Classified], ...]

    @property
    def unread(self) -> dict[str, str]:
        return {item.path: item.reason for item in self.look.unread}

    def rules(self, path: str | None = None) -> set[str]:
        """The rules that hit, in one file or in all."""
        return {hit.rule for hit, _ in self.hits if path in (None, hit.location.path)}

    def lines(self, rule: str) -> list[tuple[str, int]]:
        """Where a rule hit: path and line."""
        return sorted((hit.location.path, hit.location.line) for hit, _ in self.hits if hit.rule == rule)

    def one(self, rule: str) -> tuple[Hit, Classified]:
        """The only hit of a rule."""
        (found,) = [pair for pair in self.hits if pair[0].rule == rule]
        return found


async def run(analyzer: Analyzer, files: Mapping[str, bytes], *, ready: Ready | None = None, seconds: float = 60) -> Trial:
    """What the analyzer sees in the files that it wants."""
    if ready is None:
        located = analyzer.locate()
        assert isinstance(located, Ready), located
        ready = located
    wanted = {path: data for path, data in files.items() if analyzer.wants(path, data)}
    look = await examine(analyzer, ready, wanted, sandbox=Sandbox.detect(), seconds=seconds)
    assert look.outcome is Outcome.OK, look.reason
    assert {*look.read} | {item.path for item in look.unread} == wanted.keys()
    classified = [(hit, classify(analyzer.name, hit)) for hit in look.hits]
    return Trial(look=look, hits=tuple(pair for pair in classified if not pair[1].off))
