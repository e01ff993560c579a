"""One report for each agent: what its rules found and what models found for it, failures included.

An agent may ask many models about many parts of a change. Its report says of how many parts no model could be asked, and why;
what becomes of that is for policy to say (`models.missing`): a gap, or a note. A part that the budget left out and that is no
review (a draft) is a note whatever policy says. What no model read, rules and tools may have read: those files count as read,
and the receipt says beside them what a model was to add.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import fsum

from fusion.model import Ending, Outcome, Report, Unasked, Usage
from fusion.policy import Policy

_WORST = (Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CUT, Outcome.OK, Outcome.SKIPPED)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
SHORT = "no model read all that it was to read for the agent"
"""Why an agent did not finish of which only that can be said; what and why is in `Report.unasked`, once for all agents."""


def reasoned(reports: Iterable[Report]) -> bool:
    """Whether a model has looked at any of it."""
    return any(call.ending is Ending.OK for report in reports for call in report.calls)


def gathered(reports: Sequence[Report], policy: Policy) -> Sequence[Report]:
    """The reports, one per agent where models took part."""
    groups: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        groups[report.agent].append(report)
    made: list[Report] = []
    for _, group in sorted(groups.items()):
        parts = [report for report in group if report.reasoned]
        made += [_one(group, _unasked(parts, policy))] if parts else group
    return made


def usage_of(reports: Sequence[Report]) -> Usage:
    """What some reports cost together."""
    used = [report.usage for report in reports]
    costs = {
        currency: fsum(usage.cost for usage in used if usage.currency == currency) for currency in {u.currency for u in used}
    }
    # Prices in two currencies do not add up; the larger sum is told.
    currency = max(sorted(costs), key=lambda name: costs[name], default="USD")
    return Usage(
        input_tokens=sum(usage.input_tokens for usage in used),
        output_tokens=sum(usage.output_tokens for usage in used),
        cached_tokens=sum(usage.cached_tokens for usage in used),
        cost=round(costs.get(currency, 0.0), 6),
        currency=currency,
        seconds=round(fsum(usage.seconds for usage in used), 3),
    )


def _one(group: Sequence[Report], unasked: Sequence[Unasked]) -> Report:
    """Together: the worst outcome, everything read, everything found, every call."""
    ordered = sorted(group, key=lambda report: (report.reasoned, report.model_dump_json()))
    seen = [_forgiven(report) if _is_missed(report) else report for report in ordered]
    outcome, reason = _ending(seen, [report for report in ordered if _is_missed(report)], unasked)
    # Of a path that several parts could not read each says why, once.
    unread = {(item.path, report.reasoned): item for report in reversed(seen) for item in reversed(report.unread)}
    return ordered[0].model_copy(
        update={
            "outcome": outcome,
            "reason": reason,
            "read": tuple(dict.fromkeys(path for report in seen for path in report.read)),
            "unread": tuple(unread[key] for key in sorted(unread)),
            "unasked": tuple(unasked),
            "findings": tuple(finding for report in ordered for finding in report.findings),
            "dropped": tuple(finding for report in ordered for finding in report.dropped),
            "set_aside": tuple(said for report in ordered for said in report.set_aside),
            "calls": tuple(call for report in ordered for call in report.calls),
            "usage": usage_of(ordered),
            "reasoned": True,
        }
    )


def _ending(seen: Sequence[Report], missed: Sequence[Report], unasked: Sequence[Unasked]) -> tuple[Outcome, str]:
    """How the agent ended and why: of what it did itself first, of what no model did for it only that it is so."""
    done = [report for report in seen if not _is_missed(report)]
    outcome = min((report.outcome for report in done), key=_WORST.index, default=Outcome.SKIPPED)
    reasons = [report.reason for report in done if report.outcome is outcome and report.reason]
    if outcome in (Outcome.OK, Outcome.SKIPPED) and any(one.counts for one in unasked):
        outcome = min((report.outcome for report in missed), key=_WORST.index)
        return (Outcome.CUT if outcome in (Outcome.OK, Outcome.SKIPPED) else outcome), SHORT
    if not done:
        reasons = [one.reason for one in unasked]
    return outcome, "; ".join(dict.fromkeys(reasons))


def _unasked(parts: Sequence[Report], policy: Policy) -> Sequence[Unasked]:
    """What no model read, by why, the most frequent reason first."""
    groups: defaultdict[tuple[bool, str], list[Report]] = defaultdict(list)
    for report in filter(_is_missed, parts):
        counts = policy.models.missing == "incomplete" and report.outcome is not Outcome.SKIPPED
        groups[not counts, without_numbers(_why(report))].append(report)
    return [
        Unasked(
            reason=min(map(_why, group)),
            parts=len(group),
            of=len(parts),
            paths=tuple(sorted({item.path for report in group for item in report.unread})),
            counts=not is_note,
        )
        for (is_note, _), group in sorted(groups.items(), key=lambda item: (item[0][0], -len(item[1]), item[0][1]))
    ]


def without_numbers(reason: str) -> str:
    """The same for reasons that differ by seconds or amounts alone."""
    return _NUMBER.sub("0", reason)


def _is_missed(report: Report) -> bool:
    """Whether it is a part that a model was to read and none did: it failed, was left out, or fitted in no question."""
    if not report.reasoned:
        return False
    if report.outcome is Outcome.SKIPPED:
        return bool(report.unread)
    return report.outcome is not Outcome.OK or _fits_nowhere(report)


def _fits_nowhere(report: Report) -> bool:
    """Whether it does nothing but name what fitted in no question: nobody was asked, and nothing failed."""
    return report.reasoned and report.outcome is Outcome.OK and bool(report.unread) and not report.calls


def _forgiven(report: Report) -> Report:
    """A part that nobody read does not pass for a look at its files; others may have read them."""
    missed = {item.path for item in report.unread}
    return report.model_copy(update={"read": tuple(path for path in report.read if path not in missed), "unread": ()})


def _why(report: Report) -> str:
    if not _fits_nowhere(report):
        return report.reason.rstrip(".") or "no reason given"
    reasons = dict.fromkeys(item.reason.rstrip(".") for item in report.unread)
    return "; ".join(reasons)
