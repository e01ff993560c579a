"""The words that every renderer shares: counts, places, witnesses, the verdict in a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fusion.budget.accounts import Cap
from fusion.budget.answers import CAPS
from fusion.model import Finding, Fix, Location, Quote, Review, Side, State, Verdict
from fusion.render.text import exact, one_line

_WITNESSES = 6
_SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_OWNER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `1,204 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def lines(location: Location) -> str:
    """`12`, or `12-14` for a range."""
    return str(location.line) if location.end_line <= location.line else f"{location.line}-{location.end_line}"


def place(location: Location) -> str:
    """`app/db.py:12-14`, with ` (removed)` where the lines are the base's."""
    return f"{exact(location.path)}:{lines(location)}{' (removed)' if location.side is Side.LEFT else ''}"


def is_commit(revision: str) -> bool:
    """Whether it is a full commit id (SHA-1 or SHA-256), not the digest of a diff."""
    return _SHA.fullmatch(revision) is not None


def short(revision: str) -> str:
    """Seven digits of a commit id, `uncommitted` for the digest of a diff; anything else as it is."""
    if revision.startswith("sha256:"):
        return "uncommitted"
    return revision[:7] if is_commit(revision) else exact(revision)


def span(review: Review) -> str:
    """`1a2b3c4..9f8e7d6`, or the head alone where there is no base."""
    return f"{short(review.base)}..{short(review.head)}" if review.base else short(review.head)


def subject(review: Review) -> str:
    """What was reviewed, in one word: `acme/shop#12` for a pull request, `shop main` for a branch."""
    kind, _, name = review.subject.partition(":")
    repository = exact(review.repository)
    if kind == "pull" and name.isdigit():
        return f"{repository}#{name}"
    return f"{repository} {exact(name if kind == 'branch' and name else review.subject)}".strip()


def github_repository(review: Review) -> str:
    """`owner/name` where the review is of a pull request on GitHub; empty otherwise."""
    known = review.subject.startswith("pull:") and _OWNER_NAME.fullmatch(review.repository)
    return review.repository if known else ""


def witnesses(finding: Finding) -> str:
    """`ruff S602 and bandit B602 agree`, `reported by ruff S602`, or that nothing but an opinion stands behind it."""
    seen = list(dict.fromkeys(one_line(f"{e.tool} {e.rule}") for e in finding.evidence))
    if not seen:
        return f"{opinion(finding) or 'an opinion'}: no tool's evidence behind it"
    tools = {e.tool for e in finding.evidence}
    if len(seen) > _WITNESSES:
        seen = [*seen[: _WITNESSES - 1], f"{len(seen) - _WITNESSES + 1:,} more"]
    return f"{listed(seen)} agree" if len(tools) > 1 else f"reported by {listed(seen)}"


def opinion(finding: Finding) -> str:
    """`a model's opinion (gpt-4.1)` where nothing but a model stands behind it; empty elsewhere."""
    if finding.evidence or not finding.votes:
        return ""
    models = list(dict.fromkeys(exact(vote.model) for vote in finding.votes if vote.by == "finder" and vote.model))
    agents = list(dict.fromkeys([finding.agent, *(echo.agent for echo in finding.echoes if not echo.draft)]))
    several = f", for {listed([exact(agent) for agent in agents])}" if len(agents) > 1 else ""
    return (f"a model's opinion ({listed(models)})" if models else "a model's opinion") + several


def second_reading(finding: Finding) -> str:
    """What a second reader made of a model's finding, in one sentence; empty where no model has found it."""
    if not finding.votes:
        return ""
    said = [vote for vote in finding.votes if vote.by != "finder"]
    if not said:
        return "No second reader has looked at it."
    # Of a finding that two agents made, the surer word counts.
    vote = min(said, key=lambda item: ("supported", "refuted", "unsure").index(item.says))
    why = one_line(vote.reason)
    match vote.says:
        case "supported":
            return f"A second reader tried to refute it and could not. {why}" if why else "A second reader could not refute it."
        case "refuted":
            return f"A second reader refuted it. {why}" if why else "A second reader refuted it."
        case "unsure":
            return f"A second reader could not tell: {why}" if why else "A second reader could not tell."


def weakness(finding: Finding) -> str:
    """`CWE-89, CWE-943`; empty when none is known."""
    return ", ".join(f"CWE-{number}" for number in finding.cwe)


def suppression(finding: Finding) -> str:
    """The author's own suppression comment on the place, on one line; empty when there is none."""
    return next((one_line(e.suppressed) for e in finding.evidence if e.suppressed), "")


def checked(fix: Fix, finding: Finding) -> str:
    """How a verified fix is known to work, and whether its tool promises to keep the behaviour."""
    asked = fix.by or tuple(e.tool for e in finding.evidence if e.tool)
    tools = listed(list(dict.fromkeys(map(one_line, asked))))
    report = "report" if " and " in tools else "reports"
    known = f"checked: {tools} no longer {report} it on the patched copy" if tools else "checked on a patched copy"
    return known if fix.safe else f"{known}; it may change behaviour"


def offered(finding: Finding) -> Fix | None:
    """The fix that people may be shown: a verified one, or None."""
    return finding.fix if finding.fix is not None and finding.fix.verified else None


def carried(finding: Finding) -> bool:
    """Whether it was said before and still stands."""
    return finding.disposition.state is State.CARRIED


def verdict(review: Review) -> str:
    """The verdict in one sentence. An incomplete review never sounds like a pass."""
    blocking = sum(finding.blocking for finding in review.findings)
    blocks = f"{count(blocking, 'finding')} {'blocks' if blocking == 1 else 'block'} this change."
    if review.verdict is Verdict.INCOMPLETE:
        return "Not everything was read, so this is not a pass." + (f" {blocks}" if blocking else "")
    if review.verdict is Verdict.BLOCK:
        return blocks if blocking else "This change is blocked."
    if not review.coverage.files:
        return "There is nothing to review in this change."
    return "Nothing here blocks this change." if review.findings else "Nothing to report in what was read."


def reasons(review: Review) -> tuple[str, ...]:
    """Why the verdict is what it is; nothing where `verdict` has said it all (a pass without findings)."""
    return () if review.verdict is Verdict.PASS and not review.findings else review.reasons


def money(amount: float, currency: str) -> str:
    """`nothing`, `0.0312 USD`, `0.20 USD`: two decimals, and two more below ten where they say something."""
    if not amount:
        return "nothing"
    if 0 < amount < 0.0001:
        return f"less than 0.0001 {exact(currency)}"
    digits = f"{amount:,.4f}".removesuffix("00") if amount < 10 else f"{amount:,.2f}"
    return f"{digits} {exact(currency)}"


def quoted(quote: Quote) -> str:
    """What the model calls of a run are foreseen to cost, in one sentence."""
    before = f"{count(quote.kept, 'question')} {'was' if quote.kept == 1 else 'were'} answered before"
    if not quote.calls and quote.kept:
        return f"No model call foreseen: {before}."
    calls, rest = count(quote.calls, "model call"), f"; {before}" if quote.kept else ""
    if not quote.bound:
        return f"{calls} foreseen, which cost nothing{rest}."
    return f"{calls}: foreseen {money(quote.likely, quote.currency)}; at most {at_most(quote)}{rest}."


def at_most(quote: Quote) -> str:
    """`12.40 USD`, the sum of the calls' upper bounds; `1.00 USD (the cap of this run)`, where a cap leaves less than that."""
    most = money(quote.most, quote.currency)
    if quote.most == quote.bound or quote.limited_by not in {cap.value for cap in Cap}:
        return most
    cap = Cap(quote.limited_by)
    return f"{most} ({'the cap' if cap is Cap.RUN else 'what is left of the cap'} {CAPS[cap]})"


def tally(review: Review) -> str:
    """`2 new, 1 carried, 3 fixed`: only what is not zero, or that there is nothing."""
    numbers = review.tally
    parts = [
        f"{number:,} {word}"
        for number, word in (
            (numbers.new, "new"),
            (numbers.carried, "carried over"),
            (numbers.fixed, "fixed"),
            (numbers.dismissed, "dismissed"),
            (numbers.suppressed, "suppressed"),
        )
        if number
    ]
    return ", ".join(parts) or "no findings"
