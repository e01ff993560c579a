"""One report for each agent: what its rules found and what models found for it, failures included.

An agent may ask many models about many parts of a change. Its report says of how many parts no model could be asked, and why;
what becomes of that is for policy to say (`models.missing`): a gap, or a note.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import fsum

from fusion.model import Ending, Outcome, Report, Usage
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
        if policy.models.missing == "note":
            missed += [report for report in parts if _is_left_out(report)]
            notes += [_sentence(name, missed, len(parts))] if missed else []
            group = [_forgiven(report) if any(report is one for one in missed) else report for report in group]
        made.append(_one(group, _sentence(name, missed, len(parts)) if missed else ""))
    return made, notes


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
    # Of a path that both halves could not read each says why, the model's half once.
    unread = {(item.path, report.reasoned): item for report in reversed(ordered) for item in reversed(report.unread)}
    return ordered[0].model_copy(
        update={
            "outcome": outcome,
            "reason": "; ".join(dict.fromkeys(reasons)),
            "read": tuple(dict.fromkeys(path for report in ordered for path in report.read)),
            "unread": tuple(unread[key] for key in sorted(unread)),
            "findings": tuple(finding for report in ordered for finding in report.findings),
            "dropped": tuple(finding for report in ordered for finding in report.dropped),
            "set_aside": tuple(said for report in ordered for said in report.set_aside),
            "calls": tuple(call for report in ordered for call in report.calls),
            "usage": usage_of(ordered),
            "reasoned": True,
        }
    )


def _is_left_out(report: Report) -> bool:
    """Whether it does nothing but name what fitted in no question: nobody was asked, and nothing failed."""
    return report.reasoned and report.outcome is Outcome.OK and bool(report.unread) and not report.calls


def _forgiven(report: Report) -> Report:
    """A part that nobody read: it neither fails nor passes for a look at its files."""
    missed = {item.path for item in report.unread}
    read = tuple(path for path in report.read if path not in missed)
    return report.model_copy(update={"read": read, "unread": (), "outcome": Outcome.OK, "reason": ""})


def _sentence(name: str, missed: Sequence[Report], parts: int) -> str:
    why: Mapping[str, int] = Counter(_why(report) for report in missed)
    told = sorted(why, key=lambda reason: (-why[reason], reason))[:_REASONS]
    more = f"; and {len(why) - _REASONS} more reasons" if len(why) > _REASONS else ""
    of = f"{len(missed)} of {parts} parts" if parts > 1 else "its part"
    return f"no model read {of} of the change for {name}: {'; '.join(told)}{more}"


def _why(report: Report) -> str:
    if not _is_left_out(report):
        return report.reason.rstrip(".") or "no reason given"
    first, rest = report.unread[0], len(report.unread) - 1
    return f"{first.path}: {first.reason.rstrip('.')}" + (f"; and parts of {rest} more files" if rest else "")
