"""What witnesses see in copies of files, and what an edit must be before anybody looks: shared by all who try fixes out."""

from __future__ import annotations

import ast
import asyncio
import re
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fusion.evidence.analyzer import Analyzer, Missing
from fusion.evidence.collect import surroundings
from fusion.evidence.examiner import Examiner, Look
from fusion.evidence.pages import Pages
from fusion.evidence.records import Sighting, sightings
from fusion.model import Contents, Edit, Outcome
from fusion.policy import Policy
from fusion.syntax import language

_BLOT = re.compile(r"x{4,}")

Seen = Mapping[tuple[str, str], Sequence[Sighting]]
"""What a tool sees in a file, by (tool, path); absent where it could not read the file."""


class Looks:
    """Runs witnesses over copies."""

    def __init__(self, analyzers: Mapping[str, Analyzer], policy: Policy, examiner: Examiner, contents: Contents) -> None:
        self._analyzers = analyzers
        self._contents = contents
        self._seconds = policy.caps.tool_seconds
        self._examiner = examiner

    async def all(self, files: Mapping[str, bytes], wanted: Iterable[tuple[str, str]], slots: asyncio.Semaphore) -> Seen:
        """What the wanted tools see in the wanted files."""
        by_tool: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
        for tool, path in sorted(wanted):
            by_tool[tool][path] = files[path]
        seen: dict[tuple[str, str], list[Sighting]] = {}
        for tool, own, look in await asyncio.gather(*(self._one(tool, own, slots) for tool, own in by_tool.items())):
            seen |= {(tool, path): [] for path in look.read}
            for sighting in sightings(tool, look.hits, Pages(own)):
                seen.get((tool, sighting.hit.location.path), []).append(sighting)
        return seen

    async def _one(self, name: str, files: dict[str, bytes], slots: asyncio.Semaphore) -> tuple[str, dict[str, bytes], Look]:
        analyzer = self._analyzers[name]
        try:
            ready = self._examiner.locate(analyzer)
            if isinstance(ready, Missing):
                return name, files, Look(outcome=Outcome.SKIPPED, reason=ready.reason)
            async with slots:
                seconds = min(analyzer.timeout, self._seconds)
                beside, _ = surroundings(analyzer, self._contents.imports, self._contents.head, files)
                look = await self._examiner.examine(analyzer, ready, files, seconds=seconds, beside=beside)
                return name, files, look
        except Exception as error:  # a third party's analyzer may raise anything; its fixes are then not verified
            return name, files, Look(outcome=Outcome.FAILED, reason=f"the analyzer raised {type(error).__name__}")


def alike(flaw: Sighting, found: Iterable[Sighting]) -> int:
    """How often the same flaw stands there, whichever of several equal lines it is."""
    key = flaw.classified.family, flaw.symbol, flaw.normal
    return sum((item.classified.family, item.symbol, item.normal) == key for item in found)


def fitting(edit: Edit, text: str) -> Edit:
    """The edit with the file's own line ends: tools write line feeds into files that have carriage returns too."""
    if "\n" not in edit.text or text.count("\r\n") * 2 <= text.count("\n"):
        return edit
    return edit.model_copy(update={"text": edit.text.replace("\r\n", "\n").replace("\n", "\r\n")})


def carries_blots(before: str, edits: Iterable[Edit]) -> bool:
    """Whether the tool copied what we blotted out of its copy (an author's directive) into the text it would have us write."""
    own = set(_BLOT.findall(before))
    return any(run not in own for edit in edits for run in _BLOT.findall(edit.text))


def parses(path: str, text: str) -> bool:
    """Whether a Python file parses; other languages are their witnesses' business."""
    if language(path) != "python":
        return True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
