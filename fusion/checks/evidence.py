"""What checks over analyzers' evidence have in common: which files an analyzer read, and which findings speak against a check.

An analyzer is believed only for what its receipt says that it read. The author's own suppression comments are treated as policy
treats them in reviews, and so is a pattern at a place that the data flow has shown to be harmless. Findings that are merely
possible do not make a check fail, and are counted in its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from fusion.changes.patterns import spec as path_spec
from fusion.changes.selection import outside
from fusion.check import About, Subject
from fusion.checks.files import counted, paths
from fusion.checks.results import deviation
from fusion.judging.flow import refuted
from fusion.model import Cleared, Confidence, Evidence, Outcome, Severity, ToolRun
from fusion.model.compliance import Deviation
from fusion.policy import Policy
from fusion.render.text import clip, exact, one_line

_TITLE = 200
_TOLD = 5
"""Pieces of evidence with one deviation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Findings, by whether they speak against a check."""

    against: tuple[Evidence, ...] = ()
    aside: tuple[Evidence, ...] = ()
    """Too mild, merely possible, refuted by the data flow, or silenced by the author where policy allows that."""

    def beside(self) -> str:
        """A sentence on what does not count; empty where all does."""
        if not self.aside:
            return ""
        why = "mild, merely possible, refuted by the data flow, or silenced by the author"
        return f" Not counted: {counted(len(self.aside), 'finding')} ({why})."


def judged(found: Iterable[Evidence], policy: Policy, floor: Severity, cleared: Iterable[Cleared] = ()) -> Judged:
    """Which of them count: at or above the floor, at least likely, not silenced, and not at a place that is `cleared`."""
    by_file: dict[str, list[Cleared]] = {}
    for fact in cleared:
        by_file.setdefault(fact.location.path, []).append(fact)
    against: list[Evidence] = []
    aside: list[Evidence] = []
    for one in found:
        silent = bool(one.suppressed) and policy.suppressions != "ignore"
        counts = one.severity.rank >= floor.rank and one.confidence.rank >= Confidence.LIKELY.rank and not silent
        counts = counts and not refuted(one, by_file.get(one.location.path, ()))
        (against if counts else aside).append(one)
    return Judged(against=tuple(against), aside=tuple(aside))


def speaking(about: About, found: Iterable[Evidence]) -> list[Deviation]:
    """Findings as deviations: what several analyzers say of one place is one, with all evidence, in the worst one's words.

    It stays the same while the code there does.
    """
    places: dict[str, list[Evidence]] = {}
    for one in found:
        places.setdefault(f"{one.location.path}\0{one.fingerprint}", []).append(one)
    return [_spoken(about, key, sorted(said, key=_worst_first)) for key, said in places.items()]


def _worst_first(one: Evidence) -> tuple[int, int, str, str]:
    return -one.severity.rank, -one.confidence.rank, one.tool, one.id


def _spoken(about: About, key: str, said: list[Evidence]) -> Deviation:
    worst = said[0]
    title = (clip(one_line(worst.message), _TITLE) or worst.family).removesuffix(".")
    tools = ", ".join(dict.fromkeys(clip(exact(one.tool), 40) for one in said))
    return deviation(
        about,
        f"{title} ({tools}).",
        key=key,
        path=worst.location.path,
        line=worst.location.line,
        severity=worst.severity,
        evidence=tuple(said[:_TOLD]),
    )


def runs(subject: Subject, tool: str) -> Iterator[ToolRun]:
    """The receipts of an analyzer."""
    return (run for run in subject.tools if run.tool == tool)


def stumbled(subject: Subject, tool: str) -> frozenset[str]:
    """The files that an analyzer was given and could not read; all files but those it read where its run broke off.

    One that was not installed or is switched off did not stumble.
    """
    files: set[str] = set()
    for run in runs(subject, tool):
        files |= {one.path for one in run.unread}
        if run.outcome in (Outcome.FAILED, Outcome.TIMED_OUT):
            files |= {file.path for file in subject.tree.files} - set(run.read)
    return frozenset(files)


def missed(subject: Subject, tool: str, files: Collection[str]) -> str:
    """A sentence on files that an analyzer should have read and did not; empty where there are none."""
    if not files:
        return ""
    receipts = list(runs(subject, tool))
    if not receipts:
        return f"{tool} did not run over {paths(files)}. See `fusion doctor`, and scan again."
    told = {**subject.unread, **{one.path: one.reason for run in receipts for one in run.unread}}
    broken = next((run for run in receipts if run.outcome is not Outcome.OK), None)
    why = next((told[path] for path in sorted(files) if path in told), "") or (broken.reason if broken is not None else "")
    ending = f" ({clip(exact(one_line(why)), 160).rstrip('.')})" if why else ""
    return f"{tool} did not read {paths(files)}{ending}."


def bounded(subject: Subject, tools: Collection[str]) -> str:
    """What analyzers that came to their end say of their bounds, such as imports that data was not followed into."""
    said = {
        f" {one_line(exact(run.tool))}: {clip(exact(one_line(run.reason)), 200).rstrip('.')}."
        for tool in sorted(tools)
        for run in runs(subject, tool)
        if run.outcome is Outcome.OK and run.reason
    }
    return "".join(sorted(said))


def kept_out(policy: Policy) -> Callable[[str], bool]:
    """Whether a path is not analysed on purpose: vendored, generated, or on a list of the policy."""
    spec = path_spec([*policy.ignore, *policy.generated]) if policy.ignore or policy.generated else None
    return lambda path: bool(outside(path)) or (spec is not None and spec.match_file(path))
