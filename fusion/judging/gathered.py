"""One report for each agent: what its rules found and what models found for it, failures included.

An agent may ask many models about many parts of a change. Its report says of how many parts no model could be asked, and why;
what becomes of that is for policy to say (`models.missing`): a gap, or a note.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fusion.model import Ending, Outcome, Report
from fusion.policy import Policy

_WORST = (Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CUT, Outcome.OK, Outcome.SKIPPED)
_REASONS = 2
"""Different reasons that one sentence gives."""


def reasoned(reports: Iterable[Report]) -> bool:
    """Whether a model has looked at any of it."""
    return any(call.ending is Ending.OK for report in reports for call in report.calls)


def gathered(reports: Sequence[Report], policy: Policy) -> tuple[Sequence[Report], Sequence[str]]:
    """The reports, one per agent where models took part, and the notes that replace gaps where policy wants it so."""
    groups: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        groups[report.agent].append(report)
    made: list[Report] = []
    notes: list[str] = []
    for name, group in sorted(groups.items()):
        parts = [report for report in group if report.reasoned]
        if not parts:
            made += group
            continue
        missed = [report for report in parts if report.outcome not in (Outcome.OK, Outcome.SKIPPED)]
        sentence = _sentence(name, missed, len(parts)) if missed else ""
        if missed and policy.models.missing == "note":
            notes.append(sentence)
            group = [_forgiven(report) if report.reasoned else report for report in group]
        made.append(_one(group, sentence))
    return made, notes


def _one(group: Sequence[Report], sentence: str) -> Report:
    """Together: the worst outcome, everything read, everything found, every call."""
    ordered = sorted(group, key=lambda report: (report.reasoned, report.model_dump_json()))
    outcome = min((report.outcome for report in ordered), key=_WORST.index)
    # That a model's part was skipped says nothing of the part that needs none, and the other way round.
    if outcome is Outcome.OK or all(report.outcome is Outcome.SKIPPED for report in ordered):
        reasons = [report.reason for report in ordered if report.reason]
    else:
        reasons = [report.reason for report in ordered if report.outcome is outcome and not report.reasoned]
        reasons += [sentence] if any(report.reasoned and report.outcome is outcome for report in ordered) else []
    unread = {item.path: item for report in ordered for item in report.unread}
    return ordered[0].model_copy(
        update={
            "outcome": outcome,
            "reason": "; ".join(dict.fromkeys(reasons)),
            "read": tuple(dict.fromkeys(path for report in ordered for path in report.read)),
            "unread": tuple(unread.values()),
            "findings": tuple(finding for report in ordered for finding in report.findings),
            "dropped": tuple(finding for report in ordered for finding in report.dropped),
            "set_aside": tuple(said for report in ordered for said in report.set_aside),
            "calls": tuple(call for report in ordered for call in report.calls),
            "reasoned": True,
        }
    )


def _forgiven(report: Report) -> Report:
    failed = report.outcome not in (Outcome.OK, Outcome.SKIPPED)
    return report.model_copy(update={"unread": (), "outcome": Outcome.OK if failed else report.outcome, "reason": ""})


def _sentence(name: str, missed: Sequence[Report], parts: int) -> str:
    why: Mapping[str, int] = Counter(report.reason.rstrip(".") or "no reason given" for report in missed)
    told = sorted(why, key=lambda reason: (-why[reason], reason))[:_REASONS]
    more = f"; and {len(why) - _REASONS} more reasons" if len(why) > _REASONS else ""
    of = f"{len(missed)} of {parts} parts" if parts > 1 else "its part"
    return f"no model read {of} of the change for {name}: {'; '.join(told)}{more}"
