"""Analyzers in this machine's own sandbox.

Code from forks is looked at here only where a tool that it took over could reach no network and read no file but its copy,
and where this host holds no managed identity that such a tool might talk its way to. Namespaces alone do not confine files.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fusion.evidence.analyzer import Analyzer, Missing, Ready
from fusion.evidence.digests import rules_of
from fusion.evidence.examine import examine
from fusion.evidence.examiner import Footing, Look
from fusion.evidence.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class LocalExaminer:
    """An `Examiner` that starts the analyzers as processes of this host."""

    sandbox: Sandbox
    beside_identities: bool = False
    """Whether this host has an identity that any process on it could ask for tokens (a Function App, the scheduler's host)."""

    @property
    def isolation(self) -> str:
        """The sandbox's levels, and whether an identity is near."""
        return self.sandbox.isolation + (", beside this host's identity" if self.beside_identities else "")

    @property
    def network_cut(self) -> bool:
        """Whether a tool can reach no network."""
        return self.sandbox.network_cut

    @property
    def for_strangers(self) -> bool:
        """Whether code from forks may be looked at here."""
        return self.sandbox.network_cut and self.sandbox.files_confined and not self.beside_identities

    def locate(self, analyzer: Analyzer) -> Ready | Missing:
        """Where the analyzer's program is on this machine."""
        return analyzer.locate()

    async def footing(self, analyzer: Analyzer) -> Footing | Missing | None:
        """The tool that is installed here, our rules, and the sandbox."""
        return await asyncio.to_thread(self._footing, analyzer)

    def _footing(self, analyzer: Analyzer) -> Footing | Missing:
        ready = analyzer.locate()
        if isinstance(ready, Missing):
            return ready
        return Footing(version=ready.version, rules=rules_of(analyzer), isolation=self.isolation)

    async def examine(
        self,
        analyzer: Analyzer,
        ready: Ready,
        contents: Mapping[str, bytes],
        *,
        seconds: float,
        beside: Mapping[str, bytes] = MappingProxyType({}),
        own: Collection[str] = (),
    ) -> Look:
        """Look at `contents` here, each run in a scratch copy of its own. Never raises for what a tool does."""
        return await examine(analyzer, ready, contents, sandbox=self.sandbox, seconds=seconds, beside=beside, own=own)
