"""One analyzer over one change: choose the files, run it on head and base, and tell what is new, with a receipt.

The base is looked at only when the head has hits, and only where it can explain them. Nothing an analyzer does raises here:
a crash, a hang, garbage or a flood is the outcome on its receipt.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType

from pathspec import GitIgnoreSpec

from fusion.changes.selection import Exclusion, select
from fusion.evidence.analyzer import Analyzer, Missing, Ready
from fusion.evidence.catalogue import classify
from fusion.evidence.digests import rules_of
from fusion.evidence.examiner import Examiner, Look
from fusion.evidence.novelty import bases, counterpart, new
from fusion.evidence.pages import Pages
from fusion.evidence.passed_over import look_again
from fusion.evidence.records import Sighting, record, sightings
from fusion.evidence.shown import message
from fusion.model import (
    Change,
    ChangeKind,
    Cleared,
    Contents,
    EntryType,
    FileChange,
    Hit,
    Outcome,
    Provenance,
    ToolReport,
    ToolRun,
    Unread,
)
from fusion.policy import Policy

_MOST_HITS = 2_000
"""New evidence per tool; a change with more of it is not read by anyone."""
_MOST_HITS_WHOLE_TREE = 20_000
_WHOLE_TREE_SECONDS = 220.0
"""At least, for an analyzer that consults all of a whole tree. Stopped, it gets as much again: an activity has ten minutes, of
which others of the tree's portions may have taken some.
"""
_MOST_CLEARED = 10_000
_MOST_BESIDE = 24_000_000
"""Bytes of files that are only consulted."""
_MOST_BESIDE_WHOLE_TREE = 96_000_000
_NAMED = 3
"""Imported files that a receipt names when nothing could be followed through them."""


async def collect(
    analyzer: Analyzer,
    *,
    change: Change,
    contents: Contents,
    policy: Policy,
    examiner: Examiner,
    provenance: Provenance,
    own: Mapping[str, bytes] = MappingProxyType({}),
) -> ToolReport:
    """The new evidence that the analyzer sees in the change, and its receipt.

    Of a portion of a whole tree, `own` is what the analyzer reads of all portions: evidence may lie in any of these files.
    """
    required = analyzer.name in policy.required
    if not policy.analyzers.get(analyzer.name, True):
        return _skipped(analyzer, "switched off by policy", required)
    files = wanted_files(analyzer, change, contents, policy)
    if not files:
        return _skipped(analyzer, "no file of its kind", required=False)
    if not examiner.network_cut and not analyzer.parse_only:
        reason = "the network cannot be cut off here, and it does more than parse what it reads"
        return _skipped(analyzer, reason, required)
    if change.fork and not examiner.for_strangers:
        return _skipped(analyzer, not_for_strangers(examiner), required)
    ready = examiner.locate(analyzer)
    if isinstance(ready, Missing):
        return _skipped(analyzer, ready.reason, required)
    seconds = min(analyzer.timeout, policy.caps.tool_seconds)
    if change.whole_tree and hasattr(analyzer, "consults"):
        seconds = min(analyzer.timeout, max(policy.caps.tool_seconds, _WHOLE_TREE_SECONDS))
    most_beside = _MOST_BESIDE_WHOLE_TREE if change.whole_tree else _MOST_BESIDE
    beside, left_out = surroundings(analyzer, contents.imports, contents.head, files, most_beside)
    head = await examiner.examine(analyzer, ready, files, seconds=seconds, beside=beside, own=own)
    if head.outcome is Outcome.SKIPPED:
        # That it is not there, only who looks for it elsewhere can tell.
        return _skipped(analyzer, head.reason, required)
    if change.whole_tree and hasattr(analyzer, "wants_of_tree"):
        head = await look_again(analyzer, ready, files, head, examiner=examiner, seconds=seconds)
    found = sightings(analyzer.name, head.hits, Pages({**own, **files}))
    pages = Pages({**beside, **own, **files})
    difference = await _difference(analyzer, ready, change, contents, found, examiner, seconds)
    version = head.version or ready.version
    digest = head.rules or rules_of(analyzer)
    stamped = provenance.model_copy(update={"tool": f"{analyzer.name} {version}".strip(), "rules": digest})
    most = _MOST_HITS_WHOLE_TREE if change.whole_tree else _MOST_HITS
    unused = [message(sentence) for sentence in getattr(analyzer, "rules_unused", ())]
    outcome, reasons = head.outcome, [head.reason, *unused, not_followed(head.unfollowed), left_out, difference.reason]
    if len(difference.fresh) > most:
        outcome = outcome if outcome is not Outcome.OK else Outcome.CUT
        reasons.append(f"{len(difference.fresh):,} new hits; the first {most:,} were kept")
    evidence = tuple(record(analyzer.name, version, sighting, pages, stamped) for sighting in difference.fresh[:most])
    return ToolReport(
        run=ToolRun(
            tool=analyzer.name,
            version=version,
            outcome=outcome,
            reason="; ".join(reason for reason in reasons if reason),
            required=required,
            read=head.read,
            unread=head.unread,
            hits=len(found),
            known=len(found) - len(difference.fresh),
            isolation=head.isolation or examiner.isolation,
            seconds=round(head.seconds + difference.seconds, 3),
            rules=digest,
        ),
        evidence=evidence,
        cleared=tuple(_cleared(analyzer.name, head.cleared, pages)),
        unfollowed=head.unfollowed,
    )


def not_for_strangers(examiner: Examiner) -> str:
    """Why code from a fork is not looked at here, for the receipt."""
    return f"code from a fork is not given to tools here, as they are not shut in well enough for it: {examiner.isolation}"


def not_followed(files: Sequence[Unread]) -> str:
    """What a receipt says of the imported files that nothing could be followed through; empty without any."""
    if not files:
        return ""
    named = ", ".join(f"{file.path} ({file.reason})" for file in files[:_NAMED])
    more = f" and {len(files) - _NAMED:,} more" if len(files) > _NAMED else ""
    return message(f"data was not followed through imported files: {named}{more}")


def surroundings(
    analyzer: Analyzer,
    imports: Mapping[str, bytes],
    side: Mapping[str, bytes],
    files: Collection[str],
    most: int = _MOST_BESIDE,
) -> tuple[dict[str, bytes], str]:
    """What the analyzer consults beside its `files`, and what the receipt says when that was cut.

    These are the unchanged files that the change imports, and the files of one `side` of the change that it does not report
    on. Nothing for an analyzer without a method `consults`.
    """
    consults = getattr(analyzer, "consults", None)
    if consults is None:
        return {}, ""
    beside: dict[str, bytes] = {}
    size = left = 0
    for path, data in sorted({**imports, **side}.items(), key=lambda item: (len(item[1]), item[0])):
        if path not in files and consults(path):
            size += len(data)
            if size > most:
                left += 1
            else:
                beside[path] = data
    return beside, f"{left:,} files that were not reviewed were not consulted either (too large together)" if left else ""


def _cleared(tool: str, hits: Iterable[Hit], pages: Pages) -> Iterator[Cleared]:
    for hit in islice(hits, _MOST_CLEARED):
        page = pages.get(hit.location.path)
        location = page.inside(hit.location) if page is not None else None
        if location is not None:
            meaning = classify(tool, hit)
            yield Cleared(tool=tool, family=meaning.family, cwe=meaning.cwe, location=location, reason=message(hit.message))


def wanted_files(analyzer: Analyzer, change: Change, contents: Contents, policy: Policy) -> dict[str, bytes]:
    """Head path -> bytes of what the analyzer reads: the reviewed files of its kind.

    An analyzer with a true `reads_excluded` (a secrets scanner) also reads generated and vendored files; what policy
    ignores, nobody reads. Of a whole tree one with a method `wants_of_tree` reads what that says.
    """
    selected = select(change, policy)
    of_tree = getattr(analyzer, "wants_of_tree", None) if change.whole_tree else None
    excluded_too = bool(getattr(analyzer, "reads_excluded", False))
    ignored = GitIgnoreSpec.from_lines(policy.ignore)
    files = {}
    for file in change.files:
        data = contents.head.get(file.path)
        if data is None or file.kind is ChangeKind.DELETED or file.entry is not EntryType.FILE:
            continue
        exclusion = selected[file.path]
        if exclusion is not None and not (excluded_too and _readable(file, exclusion) and not ignored.match_file(file.path)):
            continue
        if analyzer.wants(file.path, data) if of_tree is None else of_tree(data):
            files[file.path] = data
    return files


def _readable(file: FileChange, exclusion: Exclusion) -> bool:
    """Excluded for what it is (generated, vendored), not because it cannot be read."""
    return not exclusion.wanted and not file.binary and not file.omitted and file.kind is not ChangeKind.MODE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Difference:
    fresh: list[Sighting]
    reason: str = ""
    seconds: float = 0.0


async def _difference(
    analyzer: Analyzer,
    ready: Ready,
    change: Change,
    contents: Contents,
    found: list[Sighting],
    examiner: Examiner,
    seconds: float,
) -> _Difference:
    """What of `found` is new, and what the receipt says about the base."""
    if change.whole_tree or not found:
        return _Difference(fresh=found)
    hit = {sighting.hit.location.path for sighting in found}
    sides = {path for file in change.files if file.path in hit and (path := counterpart(file)) is not None}
    unseen = {path for path in sides if path not in contents.base}
    reason = "the base's files are not at hand: only hits on added lines count as new" if unseen else ""
    base = {
        path: contents.base[path]
        for path in bases(change, found, contents.base)
        if path in sides or analyzer.wants(path, contents.base[path])
    }
    look = Look(outcome=Outcome.OK)
    if base:
        beside, _ = surroundings(analyzer, contents.imports, contents.base, base)
        look = await examiner.examine(analyzer, ready, base, seconds=seconds, beside=beside)
        not_read = sides & (base.keys() - set(look.read))
        if not_read:
            unseen |= not_read
            why = look.reason or next((item.reason for item in look.unread if item.path in not_read), "not read")
            reason = f"the base could not be analysed ({why}): only hits on added lines count as new there"
    before = sightings(analyzer.name, look.hits, Pages(base))
    return _Difference(fresh=new(change, found, before, unseen=frozenset(unseen)), reason=reason, seconds=look.seconds)


def _skipped(analyzer: Analyzer, reason: str, required: bool) -> ToolReport:
    return ToolReport(run=ToolRun(tool=analyzer.name, outcome=Outcome.SKIPPED, reason=reason, required=required))
