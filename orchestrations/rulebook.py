"""What decides how a tree is judged on this host: the checks, and the analyzers with their versions and rules."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fusion.check import Source
from fusion.evidence.analyzer import Analyzer, Missing
from fusion.evidence.digests import rules_of
from fusion.evidence.examiner import Examiner, Footing
from fusion.model import Outcome, ToolRun
from fusion.scanning import reuse
from orchestrations.bundle import Bundle

_CURRENT = 300.0
"""Seconds for which it is not asked for again: tools do not change under a host, but a service's may."""


@dataclass(frozen=True, slots=True)
class _Tool:
    told: str
    """What tells its reports from those of another version."""
    footing: Footing | None = None
    certain: bool = True


class Rulebook:
    """Asked for once in a few minutes. Where nobody can say what is current, it is like none before or after it."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._known: Mapping[str, _Tool] = {}
        self._until = float("-inf")
        self._lock = asyncio.Lock()

    async def digest(self, runs: Iterable[ToolRun] = ()) -> str:
        """Of all of it. Were any of the `runs` made by other tools than would look now, it is one that never comes again."""
        checks = self.bundle.compliance.checks if self.bundle.compliance else ()
        tools = await self._tools()
        told = {name: tool.told for name, tool in tools.items()}
        for run in runs:
            tool = tools.get(run.tool)
            if tool is not None and tool.footing is not None and run.outcome is Outcome.OK and not tool.footing.carries(run):
                told[run.tool] = _never()
        return reuse.rules_digest(checks, told)

    async def tools(self) -> Mapping[str, str]:
        """Analyzers by name, each with what tells its reports from those of another version."""
        return {name: tool.told for name, tool in (await self._tools()).items()}

    async def _tools(self) -> Mapping[str, _Tool]:
        async with self._lock:
            if time.monotonic() >= self._until:
                self._known = await self._asked()
                if all(tool.certain for tool in self._known.values()):
                    self._until = time.monotonic() + _CURRENT
            return self._known

    async def _asked(self) -> Mapping[str, _Tool]:
        checks = self.bundle.compliance.checks if self.bundle.compliance else ()
        if not any(Source.EVIDENCE in check.about.reads for check in checks):
            return {}
        analyzers = self.bundle.analyzers
        if self.bundle.examiner is None:
            return dict.fromkeys(analyzers.plugins, _Tool("off"))
        found = {name: await _described(analyzer, self.bundle.examiner) for name, analyzer in analyzers.plugins.items()}
        return {**found, **dict.fromkeys(analyzers.broken, _Tool("broken"))}


async def _described(analyzer: Analyzer, examiner: Examiner) -> _Tool:
    try:
        footing = await examiner.footing(analyzer)
        if footing is None:
            return _Tool(_never(), certain=False)
        if isinstance(footing, Missing):
            return _Tool("missing")
        # How hits are understood is this host's, wherever they were seen.
        return _Tool(f"{footing.version} {footing.rules} {footing.isolation} {rules_of(analyzer)}", footing)
    except Exception as error:  # a third party's analyzer may raise anything; what it raised is told when it is run
        return _Tool(f"raises {type(error).__name__}")


def _never() -> str:
    return f"? {secrets.token_hex(8)}"
