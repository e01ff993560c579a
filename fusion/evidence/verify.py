"""Suggested fixes, verified: applied to a copy, their witnesses run again, and offered only when these fall silent.

A fix is kept when every witness of its finding that can be run here no longer sees the flaw on the patched file, sees no
rule more often than before, and the file still parses where it did. All others are dropped without a word: a suggestion that
does not hold is worse than none.

The work is batched: one look at the files as they are, then one look per layer, where layer k holds the k-th fix of each file.
"""

from __future__ import annotations

import ast
import asyncio
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fusion.changes.edits import apply_edits, unified_patch
from fusion.evidence.analyzer import Analyzer, Missing
from fusion.evidence.collect import surroundings
from fusion.evidence.examine import Look, examine
from fusion.evidence.pages import Pages
from fusion.evidence.records import Sighting, sightings
from fusion.evidence.sandbox import Sandbox
from fusion.model import Change, Contents, Edit, Evidence, Finding, Fix, Outcome
from fusion.policy import Policy
from fusion.syntax import language

_MOST_LAYERS = 5
"""Fixes per file that are tried, the gravest findings first."""
_AT_ONCE = 2
_BLOT = re.compile(r"x{4,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """One fix of one finding, applied to its file."""

    index: int
    """Of the finding."""
    path: str
    fix: Fix
    witnesses: tuple[Evidence, ...]
    before: str
    after: str


async def verify(
    findings: Sequence[Finding],
    *,
    analyzers: Mapping[str, Analyzer],
    change: Change,
    contents: Contents,
    policy: Policy,
    sandbox: Sandbox,
) -> tuple[Finding, ...]:
    """The findings in their order, each with its verified fix (and the patch that `git apply` takes) or with none."""
    head = {file.path: contents.head[file.path] for file in change.files if file.path in contents.head}
    able = {name: tool for name, tool in analyzers.items() if sandbox.network_cut or tool.parse_only}
    attempts = [
        attempt for index, finding in enumerate(findings) if (attempt := _attempt(index, finding, able, head)) is not None
    ]
    attempts.sort(key=lambda attempt: -findings[attempt.index].severity.rank)
    layers = _layers(attempts)
    looks = _Looks(able, policy, sandbox, contents)
    wanted = {(tool, attempt.path) for layer in layers for attempt in layer for tool in _tools(attempt)}
    slots = asyncio.Semaphore(_AT_ONCE)
    before, *after = await asyncio.gather(
        looks.all({path: head[path] for _, path in wanted}, wanted, slots),
        *(
            looks.all(
                {attempt.path: attempt.after.encode() for attempt in layer},
                {(tool, attempt.path) for attempt in layer for tool in _tools(attempt)},
                slots,
            )
            for layer in layers
        ),
    )
    kept = {
        attempt.index: attempt.fix.model_copy(
            update={"verified": True, "patch": unified_patch(attempt.path, attempt.before, attempt.after)}
        )
        for layer, seen in zip(layers, after, strict=True)
        for attempt in layer
        if _holds(attempt, before, seen)
    }
    return tuple(_with_fix(finding, kept.get(index)) for index, finding in enumerate(findings))


def _tools(attempt: _Attempt) -> set[str]:
    return {witness.tool for witness in attempt.witnesses}


def _attempt(index: int, finding: Finding, analyzers: Mapping[str, Analyzer], head: Mapping[str, bytes]) -> _Attempt | None:
    """The finding's fix applied to its file; None when there is none, no witness can be asked again, or it does not apply."""
    fix = finding.fix or min((item.fix for item in finding.evidence if item.fix), key=lambda fix: not fix.safe, default=None)
    path = finding.location.path
    witnesses = tuple(item for item in finding.evidence if item.tool in analyzers and item.location.path == path)
    data = head.get(path)
    if fix is None or not witnesses or data is None or any(edit.path != path for edit in fix.edits):
        return None
    try:
        before = data.decode()
        edits = [_fitting(edit, before) for edit in fix.edits]
        after = apply_edits(before, edits)
    except ValueError:  # not UTF-8, or edits that overlap or lie outside the file
        return None
    if after == before or _carries_blots(before, edits) or (_parses(path, before) and not _parses(path, after)):
        return None
    return _Attempt(
        index=index,
        path=path,
        fix=fix.model_copy(update={"edits": tuple(edits)}),
        witnesses=witnesses,
        before=before,
        after=after,
    )


def _fitting(edit: Edit, text: str) -> Edit:
    """The edit with the file's own line ends: tools write line feeds into files that have carriage returns too."""
    if "\n" not in edit.text or text.count("\r\n") * 2 <= text.count("\n"):
        return edit
    return edit.model_copy(update={"text": edit.text.replace("\r\n", "\n").replace("\n", "\r\n")})


def _carries_blots(before: str, edits: Iterable[Edit]) -> bool:
    """Whether the tool copied what we blotted out of its copy (an author's directive) into the text it would have us write."""
    own = set(_BLOT.findall(before))
    return any(run not in own for edit in edits for run in _BLOT.findall(edit.text))


def _parses(path: str, text: str) -> bool:
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


def _layers(attempts: Iterable[_Attempt]) -> list[list[_Attempt]]:
    layers: list[list[_Attempt]] = []
    depth: Counter[str] = Counter()
    for attempt in attempts:
        layer = depth[attempt.path]
        depth[attempt.path] += 1
        if layer < _MOST_LAYERS:
            if layer == len(layers):
                layers.append([])
            layers[layer].append(attempt)
    return layers


_Seen = Mapping[tuple[str, str], Sequence[Sighting]]
"""What a tool sees in a file, by (tool, path); absent where it could not read the file."""


class _Looks:
    """Runs witnesses over copies."""

    def __init__(self, analyzers: Mapping[str, Analyzer], policy: Policy, sandbox: Sandbox, contents: Contents) -> None:
        self._analyzers = analyzers
        self._contents = contents
        self._seconds = policy.caps.tool_seconds
        self._sandbox = sandbox

    async def all(self, files: Mapping[str, bytes], wanted: Iterable[tuple[str, str]], slots: asyncio.Semaphore) -> _Seen:
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
            ready = analyzer.locate()
            if isinstance(ready, Missing):
                return name, files, Look(outcome=Outcome.SKIPPED, reason=ready.reason)
            async with slots:
                seconds = min(analyzer.timeout, self._seconds)
                beside, _ = surroundings(analyzer, self._contents.imports, self._contents.head, files)
                look = await examine(analyzer, ready, files, sandbox=self._sandbox, seconds=seconds, beside=beside)
                return name, files, look
        except Exception as error:  # a third party's analyzer may raise anything; its fixes are then not verified
            return name, files, Look(outcome=Outcome.FAILED, reason=f"the analyzer raised {type(error).__name__}")


def _holds(attempt: _Attempt, before: _Seen, after: _Seen) -> bool:
    """Whether every witness has fallen silent on its flaw and none sees anything more than before."""
    for witness in attempt.witnesses:
        key = witness.tool, attempt.path
        if key not in before or key not in after:
            return False
        # Counted by rule, because a fix changes the line that other, older hits stand on, and with it their fingerprints.
        was, now = (Counter(item.hit.rule for item in seen[key]) for seen in (before, after))
        if now[witness.rule] >= was[witness.rule] or now - was:
            return False
        flaw = next((item for item in before[key] if item.fingerprint == witness.fingerprint), None)
        if flaw is None or _alike(flaw, after[key]) >= _alike(flaw, before[key]):
            return False
    return True


def _alike(flaw: Sighting, found: Iterable[Sighting]) -> int:
    """How often the same flaw stands there, whichever of several equal lines it is."""
    key = flaw.classified.family, flaw.symbol, flaw.normal
    return sum((item.classified.family, item.symbol, item.normal) == key for item in found)


def _with_fix(finding: Finding, fix: Fix | None) -> Finding:
    """The finding with its verified fix, and none in its evidence beside that one."""
    evidence = tuple(item.model_copy(update={"fix": None}) if item.fix else item for item in finding.evidence)
    return finding.model_copy(update={"fix": fix, "evidence": evidence})
