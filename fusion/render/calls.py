"""What models were asked, by whom, what left for where, and what it cost, in a few words. The JSON report has every call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import fsum

from fusion.budget.answers import trusting
from fusion.model import Call, Coverage, Ending
from fusion.render.phrases import at_most, count, listed, money
from fusion.render.text import exact, one_line
from fusion.routing.retry import OUTAGES

_NAMED = 4
_TROUBLES = 3
_GIVEN_UP = 8
_ENDED = {
    Ending.UNUSABLE: "unusable",
    Ending.REFUSED: "declined",
    Ending.LIMITED: "turned away as too many",
    Ending.DENIED: "denied",
    Ending.MISSING: "without a deployment",
    Ending.INVALID: "not accepted",
    Ending.TIMED_OUT: "timed out",
    Ending.UNAVAILABLE: "unavailable",
    Ending.ABANDONED: "abandoned",
    Ending.CAPPED: "over budget",
}


_FAILED = OUTAGES | {Ending.INVALID}
"""Endings that a person may have to mend something for."""


def calls_of(coverage: Coverage) -> tuple[Call, ...]:
    """Every call of a review, in the order of the receipt."""
    return tuple(call for report in coverage.agents for call in report.calls)


def rows(coverage: Coverage) -> Iterator[tuple[str, str]]:
    """Label and text, one each about the calls, what left, the cost, and what was given up; nothing where nothing was asked."""
    calls = calls_of(coverage)
    if calls:
        yield "models", _asked(calls, sum(len(report.dropped) for report in coverage.agents))
        yield "sent", _sent(calls)
        yield "cost", _cost(calls, coverage)
    yield from _besides(calls)
    for sentence in (coverage.quote.left_out if coverage.quote else ())[:_GIVEN_UP]:
        yield "budget", one_line(sentence)
    more = len(coverage.quote.left_out) - _GIVEN_UP if coverage.quote else 0
    if more > 0:
        yield "budget", f"and {count(more, 'more part')} that the budget left out"


def told(calls: Sequence[Call]) -> str:
    """A sentence each about some calls, what left and the cost; empty where nothing was asked."""
    if not calls:
        return ""
    besides = "".join(f" {label.capitalize()}: {text}." for label, text in _besides(calls))
    return f"Models: {_asked(calls, 0)}. Sent: {_sent(calls)}. Cost: {_cost(calls, Coverage())}.{besides}"


def was_asked(call: Call) -> bool:
    """Whether somebody may have heard it: no answer kept from before, no question without a way, nobody out of reach."""
    return bool(call.endpoint) and call.sent and not call.cached


def _besides(calls: Sequence[Call]) -> Iterator[tuple[str, str]]:
    """What was not asked and why, what was cut off, and who bills more than is right; each only where it is so."""
    unpaid = [call for call in calls if call.ending is Ending.CAPPED and not call.sent]
    without = unpaid + [call for call in calls if not call.endpoint and not call.cached and call not in unpaid]
    if without:
        (why, _), *others = Counter(one_line(call.reason or call.why).rstrip(".") for call in without).most_common()
        more = f"; and {count(len(others), 'other reason')}" if others else ""
        because = f": {why}{more}" if why else ""
        yield "not asked", f"for {count(len(without), 'question')} there was no endpoint, or no further one{because}"
    failed = Counter(one_line(call.reason).rstrip(".") for call in calls if call.ending in _FAILED and not call.lost)
    failed.pop("", None)
    if failed:
        said = "; ".join(why if n == 1 else f"{why} ({n:,} times)" for why, n in failed.most_common(_TROUBLES))
        beyond = len(failed) - _TROUBLES
        yield "trouble", said + (f"; and {count(beyond, 'other reason')}" if beyond > 0 else "")
    lost = [call for call in calls if call.lost]
    if lost:
        cost = money(fsum(call.usage.cost for call in lost), lost[0].usage.currency)
        one = len(lost) == 1
        said = (
            f"{count(len(lost), 'call')} {'was' if one else 'were'} cut off before {'its answer' if one else 'their answers'}"
        )
        yield (
            "cut off",
            f"{said}; {'it counts' if one else 'they count'} as at most {cost} this month: nobody saw what was billed",
        )
    for name in dict.fromkeys(exact(call.endpoint) for call in calls if call.over):
        yield "overbills", f"{name} billed more than its price allows and is asked no more; once you know why: {trusting(name)}"


def _asked(calls: Sequence[Call], refuted: int) -> str:
    """`code-review 4 calls, security 3 (1 timed out); answered by gpt-4.1; 2 of the answers kept from before`."""
    made = [call for call in calls if was_asked(call)]
    agents = dict.fromkeys(call.agent for call in made)
    parts = [_of_agent(name, [call for call in made if call.agent == name], first=n == 0) for n, name in enumerate(agents)]
    said = [", ".join(parts) or "no model was asked"]
    answered = [call for call in calls if call.ending is Ending.OK]
    models = _some(exact(call.model) for call in answered if call.model)
    said.append(f"answered by {models}" if models else "" if answered or not made else "none answered")
    unreached = [call for call in calls if call.endpoint and not call.sent and call.ending is not Ending.CAPPED]
    if unreached:
        names = _some(exact(call.endpoint) for call in unreached)
        said.append(f"{count(len(unreached), 'attempt')} reached nobody ({names})")
    kept = sum(call.cached for call in answered)
    if kept:
        said.append(f"{count(kept, 'answer')} kept from before")
    if refuted:
        said.append(f"{count(refuted, 'claim')} refuted by a second reader and dropped")
    return "; ".join(part for part in said if part)


def _of_agent(name: str, calls: Sequence[Call], *, first: bool) -> str:
    failed = Counter("cut off" if call.lost else _ENDED[call.ending] for call in calls if call.ending is not Ending.OK)
    number = count(len(calls), "call") if first else f"{len(calls):,}"
    return f"{exact(name)} {number}" + (f" ({', '.join(f'{n:,} {why}' for why, n in failed.items())})" if failed else "")


def _sent(calls: Sequence[Call]) -> str:
    """`34.2 kB of 7 files to foundry (swedencentral); 5.1 kB of 2 files to worker, on the operator's own machines`."""
    parts = []
    for endpoint, region, local in dict.fromkeys((call.endpoint, call.region, call.local) for call in calls if call.sources):
        sources = [
            source
            for call in calls
            if (call.endpoint, call.region, call.local) == (endpoint, region, local)
            for source in call.sources
        ]
        what = f"{size(sum(source.bytes for source in sources))} of {count(len({source.path for source in sources}), 'file')}"
        where = ", on the operator's own machines" if local else f" ({exact(region)})" if region else ""
        parts.append(f"{what} to {exact(endpoint) or 'a model'}{where}")
    more = len(parts) - _NAMED
    if more > 0:
        parts[_NAMED:] = [f"and to {count(more, 'more endpoint')}"]
    return "; ".join(parts) or "nothing of the repository"


def _cost(calls: Sequence[Call], coverage: Coverage) -> str:
    currency = next((call.usage.currency for call in calls if call.usage.cost), calls[0].usage.currency)
    spent = fsum(call.usage.cost for call in calls if call.usage.currency == currency)
    read = sum(call.usage.input_tokens for call in calls)
    written = sum(call.usage.output_tokens for call in calls)
    if calls and all(call.cached for call in calls):
        return "nothing: every answer was kept from before"
    said = f"{money(spent, currency)} for {read:,} tokens read and {written:,} written"
    quote = coverage.quote
    if quote is None or quote.currency != currency or not quote.bound:
        return said
    return f"{said}; foreseen {money(quote.likely, currency)}; at most {at_most(quote)}"


def size(number: int) -> str:
    """`812 bytes`, `34.2 kB`, `1.2 MB`."""
    if number < 1_000:
        return count(number, "byte")
    return f"{number / 1_000:,.1f} kB" if number < 1_000_000 else f"{number / 1_000_000:,.1f} MB"


def _some(names: Iterable[str]) -> str:
    known = list(dict.fromkeys(names))
    more = len(known) - _NAMED
    return listed([*known[:_NAMED], f"{more:,} more"] if more > 0 else known)
