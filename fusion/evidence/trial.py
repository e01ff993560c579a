"""One fix tried out as strictly as anybody can: every analyzer that reads the file looks at it before and after.

A fix passes when a witness of its finding can be asked again and each that can has fallen silent on the flaw, no analyzer sees
any rule more often than before, in the patched file or, where it follows what files import, in any other of the change, the
file has no more places that do not parse, and no comment was added that silences a tool. Otherwise a sentence says what stood
against it. `fusion.evidence.verify` asks less of many fixes at once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fusion.changes.edits import apply_edits, unified_patch
from fusion.evidence.analyzer import Analyzer, Missing
from fusion.evidence.collect import not_for_strangers, wanted_files
from fusion.evidence.examiner import Examiner
from fusion.evidence.looks import Looks, Seen, alike, carries_blots, fitting
from fusion.evidence.records import Sighting
from fusion.evidence.suppressions import find
from fusion.model import Change, Contents, Evidence, Finding, Fix
from fusion.policy import Policy
from fusion.render.phrases import listed
from fusion.syntax.faults import faults

OURS = "fusion"
"""The tool of evidence that an agent saw itself."""
_OF_AGENT = "What reported it"
_AT_ONCE = 2
_NAMED = 3
_MOST_ACROSS = 200
"""Files of the change at which an analyzer that follows imports looks again; of a larger one, at those of the trace."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a fix is not offered: sentences that name rules and lines, safe to show after the usual care."""

    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.reasons)


def witnesses(
    finding: Finding, *, analyzers: Mapping[str, Analyzer], policy: Policy, examiner: Examiner
) -> tuple[Evidence, ...]:
    """Of the finding's evidence that which can be looked for again here: its tool is there, and may run."""
    able = _able(analyzers, policy, examiner)
    return tuple(item for item in finding.evidence if item.tool in able and item.location.path == finding.location.path)


async def trial(
    finding: Finding,
    fix: Fix,
    *,
    analyzers: Mapping[str, Analyzer],
    change: Change,
    contents: Contents,
    policy: Policy,
    examiner: Examiner,
) -> Fix | Refusal:
    """The fix, verified and with the patch that `git apply` takes, or why it is refused."""
    if change.fork and not examiner.for_strangers:
        return Refusal((f"No tool looks at a patched copy: {not_for_strangers(examiner)}.",))
    path = finding.location.path
    asked = witnesses(finding, analyzers=analyzers, policy=policy, examiner=examiner)
    if not asked:
        return Refusal(("No tool that reported the finding can look at the file again here.",))
    applied = _applied(fix, path, contents)
    if isinstance(applied, Refusal):
        return applied
    fix, before, after = applied
    if (reason := _worse(path, before, after)) is not None:
        return Refusal((reason,))
    able = _able(analyzers, policy, examiner)
    head = {file.path: contents.head[file.path] for file in change.files if file.path in contents.head}
    wanted = _wanted(path, asked, able, change, contents, policy)
    looks = Looks(able, policy, examiner, contents)
    slots = asyncio.Semaphore(_AT_ONCE)
    was, now = await asyncio.gather(looks.all(head, wanted, slots), looks.all(head | {path: after.encode()}, wanted, slots))
    reasons = [*_remaining(asked, path, was, now), *_new(was, now), *_unread(was, now)]
    if reasons:
        return Refusal(tuple(reasons))
    by = tuple(dict.fromkeys(item.tool for item in asked))
    return fix.model_copy(update={"verified": True, "patch": unified_patch(path, before, after), "by": by})


def _able(analyzers: Mapping[str, Analyzer], policy: Policy, examiner: Examiner) -> dict[str, Analyzer]:
    return {name: tool for name, tool in analyzers.items() if not _unable(name, analyzers, policy, examiner)}


def _unable(name: str, analyzers: Mapping[str, Analyzer], policy: Policy, examiner: Examiner) -> str:
    """Why a tool cannot look at a file here, as the end of a sentence about it; empty where it can."""
    if name == OURS:
        return "is a rule about the whole change and looks at no patched copy"
    tool = analyzers.get(name)
    if tool is None:
        return "is not run by Fusion here (its results came as SARIF, or its plugin is gone)"
    if not policy.analyzers.get(name, True):
        return "is turned off by policy"
    if not (examiner.network_cut or tool.parse_only):
        return "is only run where the network can be cut off, and here it cannot"
    try:
        ready = examiner.locate(tool)
    except Exception as error:  # a third party's analyzer may raise anything; it is then not asked
        return f"cannot be found ({type(error).__name__})"
    return f"is not available ({ready.reason})" if isinstance(ready, Missing) else ""


def unasked(finding: Finding, *, analyzers: Mapping[str, Analyzer], policy: Policy, examiner: Examiner) -> str:
    """A sentence for a finding without a witness that can look again: who reported it, why that does not do, what would."""
    reasons = {item.tool: _unable(item.tool, analyzers, policy, examiner) for item in finding.evidence}
    elsewhere = "reported it in another file"
    told = [f"{_OF_AGENT if tool == OURS else tool} {why or elsewhere}" for tool, why in reasons.items()]
    return (
        f"{listed(told)}, so nobody could tell whether a patch mends it; it can be fixed once an analyzer that Fusion runs "
        "here reports it, too."
    )


def _applied(fix: Fix, path: str, contents: Contents) -> tuple[Fix, str, str] | Refusal:
    """The fix with the file's line ends, and the file before and after it."""
    data = contents.head.get(path)
    if data is None or any(edit.path != path for edit in fix.edits):
        return Refusal(("The patch is about another file than the finding.",))
    try:
        before = data.decode()
        edits = tuple(fitting(edit, before) for edit in fix.edits)
        after = apply_edits(before, edits)
    except ValueError:  # not UTF-8, or edits that overlap or lie outside of the file
        return Refusal(("The patch does not apply to the file.",))
    if after == before:
        return Refusal(("The patch changes nothing.",))
    if carries_blots(before, edits):
        return Refusal(("The patch would write what was blotted out of the tool's copy.",))
    return fix.model_copy(update={"edits": edits}), before, after


def _worse(path: str, before: str, after: str) -> str | None:
    """What no analyzer has to be asked about."""
    broken, more = faults(path, before), faults(path, after)
    if more is not None and more > (broken or 0):
        return "The patched file does not parse."
    if broken is not None and more is None:
        return "Whether the patched file parses cannot be told."
    if len(find(path, after.encode())) > len(find(path, before.encode())):
        return "The patch adds a comment that silences a tool."
    return None


def _wanted(
    path: str,
    asked: Sequence[Evidence],
    able: Mapping[str, Analyzer],
    change: Change,
    contents: Contents,
    policy: Policy,
) -> set[tuple[str, str]]:
    """What is looked at before and after, as (tool, path)."""
    wanted = {(item.tool, path) for item in asked}
    for name, tool in able.items():
        files = wanted_files(tool, change, contents, policy)
        if path in files:
            wanted.add((name, path))
        if hasattr(tool, "consults"):
            led = {step.location.path for item in asked if item.tool == name for step in item.trace}
            across = set(files) if len(files) <= _MOST_ACROSS else led & set(files)
            if path in files or led:
                wanted |= {(name, other) for other in across}
    return wanted


def _remaining(asked: Sequence[Evidence], path: str, was: Seen, now: Seen) -> list[str]:
    """A sentence for each witness that still sees the flaw, or that did not see it in the first place."""
    told: list[str] = []
    for witness in asked:
        key = witness.tool, path
        rule = f"{witness.tool} {witness.rule}"
        if key not in was:
            told.append(f"{witness.tool} could not read the file as it is.")
        elif key in now:
            flaw = next((item for item in was[key] if item.fingerprint == witness.fingerprint), None)
            if flaw is None:
                told.append(f"{rule} does not see the flaw in the file as it is.")
            elif alike(flaw, now[key]) >= alike(flaw, was[key]) or _count(now[key], witness) >= _count(was[key], witness):
                lines = [str(item.hit.location.line) for item in now[key] if item.hit.rule == witness.rule]
                told.append(f"{rule} still reports it{f', in line {listed(lines[:_NAMED])}' if lines else ''}.")
    return list(dict.fromkeys(told))


def _count(found: Sequence[Sighting], witness: Evidence) -> int:
    return sum(item.hit.rule == witness.rule for item in found)


def _new(was: Seen, now: Seen) -> list[str]:
    """A sentence for each rule that some tool sees more often than before. Counted, because a fix moves lines."""
    told: list[str] = []
    for tool, path in sorted(was.keys() & now.keys()):
        rules = [Counter(item.hit.rule for item in seen[tool, path]) for seen in (was, now)]
        for rule in sorted((rules[1] - rules[0]).keys()):
            lines = [str(item.hit.location.line) for item in now[tool, path] if item.hit.rule == rule]
            told.append(f"{tool} {rule} reports something new in {path}, line {listed(lines[:_NAMED])}.")
    return told


def _unread(was: Seen, now: Seen) -> list[str]:
    lost = sorted({tool for tool, _ in was.keys() - now.keys()})
    return [f"{listed(lost)} could not read the patched copy."] if lost else []
