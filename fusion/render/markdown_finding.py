"""One finding in Markdown: a line for a list, and the paragraphs below it. Used by the summary and by inline comments."""

from __future__ import annotations

from pathlib import PurePosixPath

from fusion.model import Finding, State
from fusion.render.fixes import diff_text
from fusion.render.markup import code, details, fence, html_code, html_text, prose
from fusion.render.phrases import (
    checked,
    count,
    offered,
    opinion,
    place,
    second_reading,
    short,
    suppression,
    weakness,
    witnesses,
)
from fusion.render.secrets import excerpt, mask
from fusion.render.text import clip, paragraphs
from fusion.render.trace import Stop, shown, stops, trace_of

_TITLE = 200
_PARAGRAPHS = 8
_PARAGRAPH = 2000
_LINES = 20
_LINE = 400
_DRAFT = 60
_STEPS = 12
_CWE = "https://cwe.mitre.org/data/definitions/"


def title(finding: Finding) -> str:
    """The finding's title as plain text, never empty, of bounded length."""
    return excerpt(finding.title, _TITLE) or excerpt(finding.family, _TITLE)


def bullet(finding: Finding) -> str:
    """One list item: severity, title, place, who says so."""
    state = finding.disposition
    tail = ", blocks" if finding.blocking and state.state is not State.ADDRESSED else ""
    if state.state is State.ADDRESSED and state.commit:
        tail += f", by {code(short(state.commit))}"
    elif finding.accepted:
        tail += f", accepted: {prose(excerpt(finding.accepted, _TITLE))}"
    elif finding.cleared:
        tail += f", harmless by data flow: {prose(excerpt(finding.cleared, _TITLE))}"
    elif comment := suppression(finding):
        tail += f", the author suppressed it with {code(excerpt(comment, _TITLE))}"
    elif said := opinion(finding):
        tail += f", {prose(excerpt(said, _TITLE))}"
    return f"- **{finding.severity.upper()}** {prose(title(finding))}, {code(place(finding.location))}{tail}"


def heading(finding: Finding) -> str:
    """The same as the HTML of a `<summary>`."""
    tail = " (blocks)" if finding.blocking else ""
    return f"<b>{finding.severity.upper()}</b>{tail} {html_text(title(finding))} {html_code(place(finding.location))}"


def explanation(finding: Finding) -> str:
    """Why it matters and what to do: the body's paragraphs."""
    return "\n\n".join(prose(excerpt(paragraph, _PARAGRAPH)) for paragraph in paragraphs(finding.body)[:_PARAGRAPHS])


def quoted(finding: Finding) -> str:
    """The code at the place, fenced; empty when there is none."""
    if not finding.snippet.strip():
        return ""
    return _block(finding.snippet, PurePosixPath(finding.location.path).suffix[1:])


def facts(finding: Finding) -> str:
    """Who says so, how sure, which weakness; and the author's suppression."""
    cwe = ", ".join(f"[CWE-{number}]({_CWE}{number}.html)" for number in finding.cwe) if weakness(finding) else ""
    line = " · ".join(part for part in (prose(witnesses(finding)), finding.confidence.value, cwe) if part)
    if voted := second_reading(finding):
        line += f"\n\n{prose(excerpt(voted, _PARAGRAPH))}"
    comment = suppression(finding)
    return line + (f"\n\nThe author suppressed this with {code(excerpt(comment, _TITLE))}." if comment else "")


def traced(finding: Finding) -> str:
    """The path that the data takes, one item a place, folded; empty when none is known."""
    trace = trace_of(finding)
    if not trace:
        return ""
    places = stops(trace)
    parts = shown(places, _STEPS)
    items = [_stop(number, stop) for number, stop in parts.first]
    if parts.left_out:
        # The list begins anew behind it, with the number of the step.
        items.append(f"\n{count(parts.left_out, 'more step')}\n")
    items += [_stop(number, stop) for number, stop in parts.last]
    summary = f"How it gets there: {count(len(places), 'step')} from {html_code(place(trace[0].location))}"
    return details(summary, "\n".join(items))


def _stop(number: int, stop: Stop) -> str:
    there = " ".join(part for part in (code(place(stop.location)), code(excerpt(stop.code, _TITLE))) if part)
    return f"{number}. {there}: {', then '.join(prose(excerpt(why, _TITLE)) for why in stop.whys)}"


def fixed(finding: Finding) -> str:
    """The verified fix as a diff; empty when there is none."""
    fix = offered(finding)
    if fix is None or not fix.patch:
        return ""
    return f"**Fix:** {prose(excerpt(fix.title, _TITLE))} ({prose(checked(fix, finding))})\n\n{_block(diff_text(fix), 'diff')}"


def drafted(finding: Finding) -> str:
    """What a model wrote for it, as it is; empty when there is none, or when a verified fix says the same."""
    if not finding.draft.strip() or offered(finding) is not None:
        return ""
    return f"**Draft,** written by a model and not run:\n\n{_block(finding.draft, 'text', most=_DRAFT)}"


def details_of(finding: Finding) -> str:
    """Everything about a finding but its title and place."""
    parts = (quoted(finding), explanation(finding), facts(finding), traced(finding), fixed(finding), drafted(finding))
    return "\n\n".join(part for part in parts if part)


def _block(text: str, info: str, most: int = _LINES) -> str:
    lines = text.removesuffix("\n").split("\n")
    more = f"\n\n{count(len(lines) - most, 'more line')}." if len(lines) > most else ""
    # masked before it is cut: half a secret is not recognised
    kept = mask("\n".join(line[: 4 * _LINE] for line in lines[:most])).split("\n")
    return fence("\n".join(clip(line, _LINE) for line in kept), info) + more
