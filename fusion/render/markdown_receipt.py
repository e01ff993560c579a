"""The coverage receipt in Markdown: every reason with its files, every tool and agent with what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fusion.model import Review
from fusion.render.calls import rows
from fusion.render.markup import code, prose
from fusion.render.phrases import count
from fusion.render.receipt import Group, receipt
from fusion.render.secrets import excerpt

_NAMES = 12
_NAME = 200
_REASON = 300
_CALLS = {
    "models": "Models asked",
    "sent": "Sent to them",
    "cost": "Cost",
    "not asked": "Not asked",
    "trouble": "Trouble with models",
    "cut off": "Cut off",
    "overbills": "Asked no more",
    "budget": "Left out by the budget",
}


def receipt_text(review: Review, *, limit: int) -> str:
    """A list of at most `limit` characters; what has no room is counted at its end."""
    listed = list(_rows(review))
    out: list[str] = []
    room = limit - 80
    for row in listed:
        if len(row) + 1 > room:
            break
        out.append(row)
        room -= len(row) + 1
    if len(out) < len(listed):
        out.append(f"- and {count(len(listed) - len(out), 'more row')} of this receipt, in the JSON report")
    return "\n".join(out)


def _rows(review: Review) -> Iterator[str]:
    coverage = review.coverage
    sorted_ = receipt(coverage)
    # who ran comes first: it is short, and must not be what a long list of files cuts off
    ran = ", ".join(code(excerpt(f"{run.tool} {run.version}".rstrip(), _NAME)) for run in sorted_.ran)
    yield f"- Tools that ran: {ran or 'none'}"
    yield from _named("Tools that did not finish", sorted_.broken, who=True)
    yield from _named("Tools skipped", sorted_.skipped, who=True)
    yield f"- Agents: {', '.join(code(excerpt(name, _NAME)) for name in sorted_.agents) or 'none'}"
    yield from _named("Agents that did not finish", sorted_.agents_broken, who=True)
    yield from _named("Agents skipped", sorted_.agents_skipped, who=True)
    for label, text in rows(coverage):
        yield f"- {prose(excerpt(f'{_CALLS[label]}: {text}', 3 * _REASON))}"
    for group in sorted_.isolation:
        yield f"- Isolation: {prose(excerpt(group.reason, _REASON))}"
    if review.policy_origin:
        yield f"- Policy: {prose(excerpt(review.policy_origin, _REASON))}"
    for note in coverage.notes:
        yield f"- Note: {prose(excerpt(note, _REASON))}"
    yield from _named("Not read", sorted_.missed)
    yield from _named("Read in part", sorted_.partial)
    yield from _named("Not read by one of the tools", sorted_.unread)
    yield from _named("Left out by policy", sorted_.excluded)


def _named(label: str, groups: Sequence[Group], *, who: bool = False) -> Iterator[str]:
    for group in groups:
        names = ", ".join(code(excerpt(name, _NAME)) for name in group.names[:_NAMES])
        more = len(group.names) - _NAMES
        names += f" and {more:,} more" if more > 0 else ""
        reason = prose(excerpt(group.reason, _REASON))
        yield f"- {label}: {names} ({reason})" if who else f"- {label}: {reason} ({names})"
