"""The judge: reports, receipts and the ledger in, one review and the next ledger out. Pure and deterministic.

Merges what several witnesses say about one place, ranks what is left, places few of it on lines and the rest in the summary,
compares with the ledger so that nothing is said twice and no blocker is forgotten, and gives the verdict. The order in which
reports and receipts come does not matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fusion.changes.selection import select
from fusion.judging.coverage import cover
from fusion.judging.flow import weighed
from fusion.judging.gathered import gathered, reasoned, usage_of
from fusion.judging.ids import identified
from fusion.judging.ledger import Ledger, LedgerEntry, Update, written
from fusion.judging.merge import merge
from fusion.judging.placement import Ground, Judged, blocks, placed, rank, softened, suppression
from fusion.judging.reconcile import Fate, Reconciliation, Rest, Unmatched, looked, reconcile
from fusion.model import (
    Change,
    Cleared,
    Contents,
    Coverage,
    Disposition,
    Finding,
    Placement,
    Provenance,
    Quote,
    Report,
    Review,
    Severity,
    State,
    Tally,
    ToolRun,
    Verdict,
    Walkthrough,
)
from fusion.policy import Policy, digest

_NAMED = 3
"""Findings that one sentence names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The review, and the ledger as it is once the review is recorded."""

    review: Review
    ledger: Ledger


def judge(
    *,
    change: Change,
    contents: Contents,
    policy: Policy,
    runs: Sequence[ToolRun],
    reports: Sequence[Report],
    ledger: Ledger,
    provenance: Provenance,
    cleared: Sequence[Cleared] = (),
    walkthrough: Walkthrough | None = None,
    quote: Quote | None = None,
    notes: Sequence[str] = (),
) -> Judgement:
    """One review of a change. `cleared` is what tools have shown to be harmless; `notes` go on the receipt.

    `provenance.at` is the time of the review; nothing here reads a clock.
    """
    selection = select(change, policy)
    used, witnesses = usage_of(reports), looked(runs, reports)
    reports = gathered(reports, policy)
    ground = Ground(change, contents)
    merged = [_told(softened(finding)) for finding in weighed(merge(f for report in reports for f in report.findings), cleared)]
    matched = reconcile(ledger, merged, change, contents, witnesses)
    items = [
        Judged(finding=finding, fate=fate, entry=entry)
        for finding, fate, entry in zip(_identified(merged, matched, ledger), matched.fates, matched.entries, strict=True)
    ]
    items.sort(key=lambda item: rank(item.finding, ground))
    findings = [
        finding.model_copy(update={"disposition": _disposition(item, provenance)})
        for item, finding in zip(items, placed(items, ground, policy, selection), strict=True)
    ]
    unchecked = [_unchecked(item, policy) for item in matched.unmatched if item.rest is Rest.UNCHECKED]
    fixed = [_fixed(item, change, provenance) for item in matched.unmatched if item.rest is Rest.FIXED]
    below = sum(finding.why_placed.startswith("below the floor") for finding in findings)
    coverage = cover(
        change,
        selection,
        runs,
        reports,
        policy,
        model_used=reasoned(reports),
        notes=[*change.notes, *notes, *_notes(below, matched)],
    ).model_copy(update={"quote": quote})
    standing = sorted([*findings, *unchecked], key=lambda finding: rank(finding, ground))
    review = Review(
        id=provenance.run or _id(change),
        repository=change.repository,
        subject=change.subject,
        base=change.base,
        head=change.head,
        title=change.title,
        verdict=_verdict(coverage, standing),
        reasons=tuple(_reasons(coverage, standing, policy)),
        findings=tuple(standing),
        fixed=tuple(sorted(fixed, key=_by_place)),
        tally=_tally(items, findings, unchecked, fixed),
        coverage=coverage,
        policy_origin=change.policy_origin,
        walkthrough=walkthrough,
        usage=used,
        provenance=provenance.model_copy(update={"policy": digest(policy)}),
    )
    updates = _updates(items, findings, matched, ground, change, provenance)
    return Judgement(review=review, ledger=written(updates, head=change.head, base=change.base, at=provenance.at))


def _id(change: Change) -> str:
    what = "\0".join([change.repository, change.subject, change.base, change.head])
    return f"review-{hashlib.sha256(what.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _identified(findings: Sequence[Finding], matched: Reconciliation, ledger: Ledger) -> list[Finding]:
    """The findings with the ids that the ledger knows them by, and new ones with new ids, whatever their agents called them."""
    known = [
        finding.model_copy(update={"id": entry.finding.id if entry else ""})
        for finding, entry in zip(findings, matched.entries, strict=True)
    ]
    return identified(known, (entry.finding.id for entry in ledger.entries))


def _told(finding: Finding) -> Finding:
    """A finding that is accepted says so in its words, whichever of those that it was merged of speaks."""
    if not finding.accepted:
        return finding
    return finding.model_copy(update={"body": f"{finding.body}\n\n{finding.accepted}".lstrip()})


# --- dispositions


def _disposition(item: Judged, provenance: Provenance) -> Disposition:
    match item.fate:
        case Fate.DISMISSED if item.entry is not None:
            return item.entry.disposition
        case Fate.CARRIED if item.entry is not None:
            return Disposition(state=State.CARRIED, by="fusion", how=_since(item.entry), at=provenance.at)
        case Fate.REOPENED if item.entry is not None:
            commit = item.entry.disposition.commit
            how = "it was addressed" + (f" at {commit[:12]}" if commit else "") + " and is back"
            return Disposition(state=State.OPEN, by="fusion", how=how, at=provenance.at)
        case _:
            return Disposition(state=State.OPEN, by="fusion", at=provenance.at)


def _since(entry: LedgerEntry) -> str:
    commit = entry.first_seen.commit
    return f"first said at {commit.removeprefix('sha256:')[:12]}" if commit else "said before"


def _unchecked(item: Unmatched, policy: Policy) -> Finding:
    """An entry that nobody could look for: it stands as it was, and keeps blocking if it did."""
    entry = item.entry
    how = f"{item.how}; {_since(entry)}"
    was_hidden = entry.shown is Placement.HIDDEN
    return entry.finding.model_copy(
        update={
            "placement": Placement.HIDDEN if was_hidden else Placement.SUMMARY,
            "why_placed": f"said before; {item.how}",
            "blocking": not was_hidden and blocks(entry.finding, policy),
            "disposition": Disposition(state=State.CARRIED, by="fusion", how=how),
        }
    )


def _fixed(item: Unmatched, change: Change, provenance: Provenance) -> Finding:
    disposition = Disposition(state=State.ADDRESSED, by="fusion", how=item.how, commit=change.head, at=provenance.at)
    return item.entry.finding.model_copy(
        update={"placement": Placement.SUMMARY, "why_placed": "fixed", "blocking": False, "disposition": disposition}
    )


def _updates(
    items: Sequence[Judged],
    findings: Sequence[Finding],
    matched: Reconciliation,
    ground: Ground,
    change: Change,
    provenance: Provenance,
) -> Iterable[Update]:
    for item, finding in zip(items, findings, strict=True):
        # What nobody has seen and nobody has dismissed has no life yet; it is new when it is first shown.
        if finding.placement is Placement.HIDDEN and item.entry is None:
            continue
        file = ground.file(finding.location)
        yield Update(
            before=item.entry,
            finding=finding,
            disposition=finding.disposition,
            base_path=file.base_path if file else finding.location.path,
            in_change=file is not None,
        )
    for rest in matched.unmatched:
        yield Update(before=rest.entry, finding=None, disposition=_settled(rest, change, provenance))


def _settled(item: Unmatched, change: Change, provenance: Provenance) -> Disposition:
    match item.rest:
        case Rest.FIXED:
            return Disposition(state=State.ADDRESSED, by="fusion", how=item.how, commit=change.head, at=provenance.at)
        case Rest.UNCHECKED | Rest.LEFT:
            return Disposition(state=State.STALE, by="fusion", how=item.how, at=provenance.at)
        case Rest.KEPT:
            return item.entry.disposition


# --- the verdict


def _verdict(coverage: Coverage, findings: Sequence[Finding]) -> Verdict:
    if coverage.gaps:
        return Verdict.INCOMPLETE
    return Verdict.BLOCK if any(finding.blocking for finding in findings) else Verdict.PASS


def _reasons(coverage: Coverage, findings: Sequence[Finding], policy: Policy) -> Iterable[str]:
    if coverage.gaps:
        number = len(coverage.gaps)
        things = (
            "one thing that should have been read was not" if number == 1 else f"{number} things were not read as they should"
        )
        yield f"The review is incomplete: {things}; the receipt says which."
    blocking = [finding for finding in findings if finding.blocking]
    level = policy.block.value if policy.block is Severity.CRITICAL else f"{policy.block.value} or above"
    if blocking:
        grave = [finding for finding in blocking if finding.severity.rank >= policy.block.rank]
        if grave:
            yield f"{_counted(grave)} of severity {level}, with evidence: {_listed(grave)}."
        if other := [finding for finding in blocking if finding.severity.rank < policy.block.rank]:
            yield f"{_counted(other)} of what policy names (`scans.block`): {_listed(other)}."
        stale = [finding for finding in blocking if finding.why_placed.startswith("said before; ")]
        if stale:
            yield f"{len(stale)} of them could not be looked at again and still count."
    shown = [finding for finding in findings if finding.placement is not Placement.HIDDEN]
    if not coverage.gaps and not blocking:
        accepted = [finding for finding in shown if finding.accepted]
        others = [finding for finding in shown if not finding.accepted]
        if accepted:
            yield f"{_counted(accepted)} {'is' if len(accepted) == 1 else 'are'} accepted for a time: {_listed(accepted)}."
        if any(finding.weight == "informs" and finding.severity.rank >= policy.block.rank for finding in others):
            yield f"No finding blocks: what is of severity {level} is about the posture, and `scans.block` does not name it."
        elif others:
            which = "No other finding" if accepted else "No finding"
            yield f"{which} is of severity {policy.block.value} or above with evidence that makes it at least likely."
        elif not accepted:
            yield "Nothing was found in what was read."


def _counted(findings: Sequence[Finding]) -> str:
    return "1 finding" if len(findings) == 1 else f"{len(findings)} findings"


def _listed(findings: Sequence[Finding]) -> str:
    more = f"; and {len(findings) - _NAMED} more" if len(findings) > _NAMED else ""
    return f"{'; '.join(_named(finding) for finding in findings[:_NAMED])}{more}"


def _named(finding: Finding) -> str:
    return f"{finding.title.rstrip('.')} ({finding.location.path}:{finding.location.line})"


def _notes(below: int, matched: Reconciliation) -> Iterable[str]:
    if below:
        what = "1 finding is" if below == 1 else f"{below:,} findings are"
        yield f"{what} below the severity floor and not shown."
    left = sum(item.rest is Rest.LEFT for item in matched.unmatched)
    if left:
        what = "1 earlier finding lies in a file" if left == 1 else f"{left:,} earlier findings lie in files"
        yield f"{what} no longer part of the change; nothing is said about {'it' if left == 1 else 'them'}."


def _tally(
    items: Sequence[Judged], findings: Sequence[Finding], unchecked: Sequence[Finding], fixed: Sequence[Finding]
) -> Tally:
    shown = [item.fate for item, finding in zip(items, findings, strict=True) if finding.placement is not Placement.HIDDEN]
    hidden = [item for item in items if item.fate is Fate.DISMISSED]
    return Tally(
        new=sum(fate in (Fate.NEW, Fate.REOPENED) for fate in shown),
        carried=sum(fate is Fate.CARRIED for fate in shown)
        + sum(finding.placement is not Placement.HIDDEN for finding in unchecked),
        fixed=len(fixed),
        dismissed=len(hidden),
        suppressed=sum(bool(suppression(item.finding)) for item in items if item.fate is not Fate.DISMISSED),
    )


def _by_place(finding: Finding) -> tuple[str, int, str]:
    return finding.location.path, finding.location.line, finding.fingerprint
