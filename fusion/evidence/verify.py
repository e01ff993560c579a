"""Suggested fixes, verified: applied to a copy, their witnesses run again, and offered only when these fall silent.

A fix is kept when every witness of its finding that can be run here no longer sees the flaw on the patched file, sees no
rule more often than before, and the file still parses where it did. All others are dropped without a word: a suggestion that
does not hold is worse than none.

A flaw may begin in another file than the one that is patched. So a witness that follows what files import sees, whenever it
looks, the files of all traces beside the patched ones, and those that they import, as it did the first time.

The work is batched: one look at the files as they are, then one look per layer. No layer holds two fixes of one file, nor a
fix of a file through which the trace of another one leads: each is judged by what it does alone.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from fusion.changes.edits import apply_edits, unified_patch
from fusion.evidence.analyzer import Analyzer
from fusion.evidence.collect import wanted_files
from fusion.evidence.examiner import Examiner
from fusion.evidence.looks import Looks, Seen, alike, carries_blots, fitting, parses
from fusion.model import Change, Contents, Evidence, Finding, Fix
from fusion.policy import Policy

_MOST_LAYERS = 5
"""Looks at patched copies. What fits into none, the least grave findings of files with many, is not tried."""
_AT_ONCE = 2


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
    through: Mapping[str, frozenset[str]]
    """Tool -> files that the traces of its witnesses lead through, the patched one included, as far as it reports on them."""

    @property
    def stands_on(self) -> frozenset[str]:
        """The patched file and those of the traces."""
        return frozenset({self.path}).union(*self.through.values())


async def verify(
    findings: Sequence[Finding],
    *,
    analyzers: Mapping[str, Analyzer],
    change: Change,
    contents: Contents,
    policy: Policy,
    examiner: Examiner,
) -> tuple[Finding, ...]:
    """The findings in their order, each with its verified fix (and the patch that `git apply` takes) or with none."""
    if change.fork and not examiner.for_strangers:
        return tuple(_with_fix(finding, None) for finding in findings)
    head = {file.path: contents.head[file.path] for file in change.files if file.path in contents.head}
    able = {name: tool for name, tool in analyzers.items() if examiner.network_cut or tool.parse_only}
    reported = _Reported(able, change, contents, policy)
    attempts = [
        attempt
        for index, finding in enumerate(findings)
        if (attempt := _attempt(index, finding, able, head, reported)) is not None
    ]
    attempts.sort(key=lambda attempt: -findings[attempt.index].severity.rank)
    layers = _layers(attempts)
    looks = Looks(able, policy, examiner, contents)
    wanted = _wanted([attempt for layer in layers for attempt in layer])
    # A flow shows only where both of its ends are looked at: what else shows must not depend on the layer.
    across = {(tool, path) for tool, path in wanted if hasattr(able[tool], "consults")}
    slots = asyncio.Semaphore(_AT_ONCE)
    before, *after = await asyncio.gather(
        looks.all(head, wanted, slots),
        *(looks.all(head | _patched(layer), _wanted(layer) | _of(across, layer), slots) for layer in layers),
    )
    kept = {
        attempt.index: attempt.fix.model_copy(
            update={
                "verified": True,
                "patch": unified_patch(attempt.path, attempt.before, attempt.after),
                "by": tuple(dict.fromkeys(witness.tool for witness in attempt.witnesses)),
            }
        )
        for layer, seen in zip(layers, after, strict=True)
        for attempt in layer
        if _holds(attempt, before, seen)
    }
    return tuple(_with_fix(finding, kept.get(index)) for index, finding in enumerate(findings))


class _Reported:
    """The files that a tool reported on in the first place."""

    def __init__(self, analyzers: Mapping[str, Analyzer], change: Change, contents: Contents, policy: Policy) -> None:
        self._analyzers = analyzers
        self._change = change
        self._contents = contents
        self._policy = policy
        self._known: dict[str, frozenset[str]] = {}

    def among(self, tool: str, paths: Iterable[str]) -> frozenset[str]:
        """Which of the paths these are."""
        if tool not in self._known:
            self._known[tool] = frozenset(wanted_files(self._analyzers[tool], self._change, self._contents, self._policy))
        return self._known[tool].intersection(paths)


def _wanted(attempts: Iterable[_Attempt]) -> set[tuple[str, str]]:
    """What must be looked at to judge the attempts, as (tool, path)."""
    return {(tool, path) for attempt in attempts for tool, paths in attempt.through.items() for path in paths}


def _of(across: Collection[tuple[str, str]], layer: Iterable[_Attempt]) -> set[tuple[str, str]]:
    """What the layer's tools look at across files."""
    tools = {tool for attempt in layer for tool in attempt.through}
    return {(tool, path) for tool, path in across if tool in tools}


def _patched(layer: Iterable[_Attempt]) -> dict[str, bytes]:
    return {attempt.path: attempt.after.encode() for attempt in layer}


def _attempt(
    index: int, finding: Finding, analyzers: Mapping[str, Analyzer], head: Mapping[str, bytes], reported: _Reported
) -> _Attempt | None:
    """The finding's fix applied to its file; None when there is none, no witness can be asked again, or it does not apply."""
    fix = finding.fix or min((item.fix for item in finding.evidence if item.fix), key=lambda fix: not fix.safe, default=None)
    path = finding.location.path
    witnesses = tuple(item for item in finding.evidence if item.tool in analyzers and item.location.path == path)
    data = head.get(path)
    if fix is None or not witnesses or data is None or any(edit.path != path for edit in fix.edits):
        return None
    try:
        before = data.decode()
        edits = [fitting(edit, before) for edit in fix.edits]
        after = apply_edits(before, edits)
    except ValueError:  # not UTF-8, or edits that overlap or lie outside the file
        return None
    if after == before or carries_blots(before, edits) or (parses(path, before) and not parses(path, after)):
        return None
    return _Attempt(
        index=index,
        path=path,
        fix=fix.model_copy(update={"edits": tuple(edits)}),
        witnesses=witnesses,
        before=before,
        after=after,
        through=_through(path, witnesses, reported),
    )


def _through(path: str, witnesses: Iterable[Evidence], reported: _Reported) -> dict[str, frozenset[str]]:
    """The files that each witness must see again."""
    through: dict[str, frozenset[str]] = {}
    for witness in witnesses:
        others = {step.location.path for step in witness.trace} - {path}
        known = through.get(witness.tool, frozenset({path}))
        through[witness.tool] = known | reported.among(witness.tool, others) if others else known
    return through


def _layers(attempts: Iterable[_Attempt]) -> list[list[_Attempt]]:
    """Each attempt in the first layer where none patches what another one stands on."""
    layers: list[list[_Attempt]] = [[] for _ in range(_MOST_LAYERS)]
    patched: list[set[str]] = [set() for _ in layers]
    stood_on: list[set[str]] = [set() for _ in layers]
    for attempt in attempts:
        for layer, taken, needed in zip(layers, patched, stood_on, strict=True):
            if attempt.path not in needed and taken.isdisjoint(attempt.stands_on):
                layer.append(attempt)
                taken.add(attempt.path)
                needed |= attempt.stands_on
                break
    return [layer for layer in layers if layer]


def _holds(attempt: _Attempt, before: Seen, after: Seen) -> bool:
    """Whether every witness has fallen silent on its flaw and none sees anything more than before."""
    for witness in attempt.witnesses:
        key = witness.tool, attempt.path
        around = {(witness.tool, path) for path in attempt.through[witness.tool]}
        if not around <= before.keys() or not around <= after.keys():
            return False
        # Counted by rule, because a fix changes the line that other, older hits stand on, and with it their fingerprints.
        was, now = (Counter((at, item.hit.rule) for at in around for item in seen[at]) for seen in (before, after))
        if now[key, witness.rule] >= was[key, witness.rule] or now - was:
            return False
        flaw = next((item for item in before[key] if item.fingerprint == witness.fingerprint), None)
        if flaw is None or alike(flaw, after[key]) >= alike(flaw, before[key]):
            return False
    return True


def _with_fix(finding: Finding, fix: Fix | None) -> Finding:
    """The finding with its verified fix, and none in its evidence beside that one."""
    evidence = tuple(item.model_copy(update={"fix": None}) if item.fix else item for item in finding.evidence)
    return finding.model_copy(update={"fix": fix, "evidence": evidence})
