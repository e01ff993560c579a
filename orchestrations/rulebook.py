"""What decides how a tree is judged on this host: the checks, and the analyzers with their versions and rules."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cached_property

from fusion.check import Source
from fusion.evidence.analyzer import Analyzer, Missing
from fusion.evidence.collect import rules_digest
from fusion.evidence.examine import rules_folder
from fusion.evidence.examiner import Examiner
from fusion.scanning import reuse
from orchestrations.bundle import Bundle


class Rulebook:
    """Asked for once in the life of a host: tools do not change under it."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    @cached_property
    def _known(self) -> asyncio.Task[Mapping[str, str]]:
        return asyncio.create_task(asyncio.to_thread(self._tools))

    async def digest(self) -> str:
        """Of all of it."""
        checks = self.bundle.compliance.checks if self.bundle.compliance else ()
        return reuse.rules_digest(checks, await self.tools())

    async def tools(self) -> Mapping[str, str]:
        """Analyzers by name, each with what tells its reports from those of another version."""
        return await asyncio.shield(self._known)

    def _tools(self) -> Mapping[str, str]:
        checks = self.bundle.compliance.checks if self.bundle.compliance else ()
        if not any(Source.EVIDENCE in check.about.reads for check in checks):
            return {}
        analyzers = self.bundle.analyzers
        if self.bundle.examiner is None:
            return dict.fromkeys(analyzers.plugins, "off")
        found = {name: _described(analyzer, self.bundle.examiner) for name, analyzer in analyzers.plugins.items()}
        return {**found, **dict.fromkeys(analyzers.broken, "broken")}


def _described(analyzer: Analyzer, examiner: Examiner) -> str:
    try:
        ready = examiner.locate(analyzer)
        if isinstance(ready, Missing):
            return "missing"
        added = getattr(analyzer, "rules_added", {})
        return f"{ready.version} {rules_digest(analyzer.name, rules_folder(analyzer), added)}"
    except Exception as error:  # a third party's analyzer may raise anything; what it raised is told when it is run
        return f"raises {type(error).__name__}"
