"""A review on a terminal: what a maintainer reads between two other things.

Best first, one block per finding that deserves one, a line for the rest; then what changed since the last review, the
verdict, and the coverage receipt. Colour and links only where the console is a terminal; green is kept for a pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.text import Text

from fusion.model import Evidence, Finding, Location, Placement, Review, Severity, Side, State, Step, Verdict
from fusion.render.fixes import diff_text
from fusion.render.links import link_to
from fusion.render.page import Page
from fusion.render.phrases import (
    carried,
    checked,
    count,
    offered,
    opinion,
    place,
    reasons,
    second_reading,
    short,
    span,
    subject,
    suppression,
    tally,
    verdict,
    weakness,
    witnesses,
)
from fusion.render.quote import quote
from fusion.render.secrets import excerpt
from fusion.render.terminal_receipt import print_receipt
from fusion.render.text import clip, exact, one_line, paragraphs, visible
from fusion.render.trace import shown, stops, trace_of

SEVERITY = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "bold yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}
VERDICT = {
    Verdict.PASS: ("PASS", "bold black on green"),
    Verdict.BLOCK: ("BLOCK", "bold white on red"),
    Verdict.INCOMPLETE: ("INCOMPLETE", "bold black on yellow"),
}
_DIFF = {"+": "green", "-": "red", "@": "cyan"}
_DIFF_LINES = 14
_SHORT = 20
_TOLD = 5
_TITLE = 200
_PARAGRAPHS = 6
_PARAGRAPH = 1200
_STEPS = 12
_ROWS = 2
"""Rows that one line of code may take: what matters in a long call often stands at its end."""


def print_review(review: Review, console: Console, *, root: Path | None = None) -> None:
    """Print the whole review. `root` is the folder reviewed, so that places in local files can be clicked."""
    page = Page(console)
    _header(page, review)
    shown = [finding for finding in review.findings if finding.placement is not Placement.HIDDEN]
    fresh = [finding for finding in shown if not carried(finding)]
    full = [finding for finding in fresh if finding.blocking or finding.placement is Placement.INLINE]
    brief = [finding for finding in fresh if finding not in full]
    for title, group in (
        ("Blocks this change", [finding for finding in full if finding.blocking]),
        ("Worth a look", [finding for finding in full if not finding.blocking]),
    ):
        if group:
            _heading(page, title, len(group))
            for finding in group:
                _finding(page, finding, review, root)
    _brief(page, "Also found" if full else "Found", brief, review, root)
    _brief(page, "Still open from before", [finding for finding in shown if carried(finding)], review, root)
    _brief(page, "Fixed since the last review", review.fixed, review, root)
    _summary(page, review)
    print_receipt(page, review)


def print_evidence_line(evidence: Evidence, console: Console) -> None:
    """One line for one piece of evidence as it is found: severity, place, who says so, what."""
    page = Page(console)
    badge = f"{evidence.severity.upper():<9}"
    where = place(evidence.location)
    who = one_line(f"{evidence.tool} {evidence.rule}")
    room = page.width - cell_len(f"  {badge}{where}  {who}  ")
    message = Text(excerpt(evidence.message, _TITLE))
    message.truncate(max(room, 12), overflow="ellipsis")
    page.line((badge, SEVERITY[evidence.severity]), where, (f"  {who}  ", "dim"), message.plain, indent=2)


def _header(page: Page, review: Review) -> None:
    title = excerpt(review.title, _TITLE)
    page.paragraph(("Fusion review", "bold"), ("  ·  ", "dim"), title or subject(review))
    facts = [subject(review) if title else "", span(review), count(len(review.coverage.files), "file")]
    page.paragraph((" · ".join(fact for fact in facts if fact), "dim"))
    if review.walkthrough is not None and review.walkthrough.lines:
        page.blank()
        for line in review.walkthrough.lines[:_TOLD]:
            page.paragraph("- " + excerpt(line, _PARAGRAPH), hang=2)


def _heading(page: Page, title: str, number: int) -> None:
    page.blank()
    page.line((title, "bold underline"), (f"  {number:,}", "dim"))


def _id(finding: Finding) -> str:
    """What `fusion fix` and `fusion dismiss` take."""
    return exact(finding.short)


def _title(finding: Finding) -> str:
    return excerpt(finding.title, _TITLE) or excerpt(finding.family, _TITLE)


def _finding(page: Page, finding: Finding, review: Review, root: Path | None) -> None:
    page.blank()
    badge = finding.severity.upper()
    page.paragraph((badge, SEVERITY[finding.severity]), "  ", (_title(finding), "bold"), indent=1, hang=len(badge) + 2)
    where = place(finding.location)
    symbol = f"  in {exact(finding.symbol)}" if finding.symbol else ""
    page.line((where, page.link(link_to(finding.location, review, root))), (symbol, "dim"), indent=3)
    _code(page, finding.snippet, finding.location, SEVERITY[finding.severity])
    for paragraph in paragraphs(finding.body)[:_PARAGRAPHS]:
        page.paragraph(excerpt(paragraph, _PARAGRAPH), indent=3)
    facts = [witnesses(finding), finding.confidence.value, weakness(finding), _id(finding)]
    page.paragraph((" · ".join(fact for fact in facts if fact), "dim"), indent=3)
    if voted := second_reading(finding):
        page.paragraph((excerpt(voted, _PARAGRAPH), "dim"), indent=3)
    comment = suppression(finding)
    if comment:
        page.paragraph(("the author suppressed this with: ", "dim"), comment, indent=3, hang=2)
    if trace := trace_of(finding):
        _trace(page, trace, review, root)
    _fix(page, finding)


def _code(page: Page, snippet: str, location: Location, style: str) -> None:
    gutter = max(len(str(location.end_line)), 4)
    width = page.width - gutter - 7
    lines, more = quote(snippet, location, width=_ROWS * width)
    for line in lines:
        removed = location.side is Side.LEFT
        at = 0
        for row, text in enumerate(chop_cells(line.text, width) or [""]):
            number = "" if row else str(line.number)
            page.line((f"{number:>{gutter}} │ ", "dim"), (text, "dim" if removed else ""), indent=3)
            start, end = max(line.start - at, 0), min(line.end - at, cell_len(text))
            at += cell_len(text)
            if end > start:
                page.line((f"{'':>{gutter}} │ ", "dim"), (" " * start + "^" * (end - start), style), indent=3)
    if more:
        page.line((f"{'':>{gutter}} │ … {count(more, 'more line')}", "dim"), indent=3)


def _trace(page: Page, trace: Sequence[Step], review: Review, root: Path | None) -> None:
    page.line(("How it gets there", "dim"), indent=3)
    parts = shown(stops(trace), _STEPS)
    for numbered in (parts.first, parts.last):
        for number, stop in numbered:
            code = excerpt(stop.code, page.prose)
            where = (place(stop.location), page.link(link_to(stop.location, review, root)))
            page.paragraph((f"{number:>2} ", "dim"), where, "  ", code, indent=4, hang=3)
            for why in stop.whys:
                page.paragraph(("→ " + one_line(why), "dim"), indent=7, hang=2)
        if numbered is parts.first and parts.left_out:
            page.line((f"… {count(parts.left_out, 'more step')}", "dim"), indent=7)


def _fix(page: Page, finding: Finding) -> None:
    fix = offered(finding)
    if fix is None or not fix.patch:
        _draft(page, finding)
        return
    page.paragraph(("Fix: ", "bold"), one_line(fix.title), indent=3, hang=5)
    page.paragraph((checked(fix, finding), "dim"), indent=5)
    lines = diff_text(fix).split("\n")
    for line in lines[:_DIFF_LINES]:
        page.line((clip(line.expandtabs(4), page.width * 2), _DIFF.get(line[:1], "dim")), indent=5)
    if len(lines) > _DIFF_LINES:
        page.line((f"… {count(len(lines) - _DIFF_LINES, 'more line')} of the patch", "dim"), indent=5)


def _draft(page: Page, finding: Finding) -> None:
    """What a model wrote for it: nobody has run it."""
    if not finding.draft.strip():
        return
    page.paragraph(("Draft, ", "bold"), "written by a model and not run:", indent=3, hang=5)
    lines = finding.draft.strip("\n").split("\n")
    for line in lines[:_DIFF_LINES]:
        page.line((clip(visible(line).expandtabs(4), page.width * 2), "dim"), indent=5)
    if len(lines) > _DIFF_LINES:
        page.line((f"… {count(len(lines) - _DIFF_LINES, 'more line')}: --format json", "dim"), indent=5)


def _brief(page: Page, title: str, findings: Sequence[Finding], review: Review, root: Path | None) -> None:
    if not findings:
        return
    _heading(page, title, len(findings))
    told = False
    for finding in findings[:_SHORT]:
        if told:
            page.blank()
        told = finding.blocking and finding.disposition.state is not State.ADDRESSED
        badge = f"{finding.severity.upper():<9}"
        where = (place(finding.location), page.link(link_to(finding.location, review, root)))
        state = finding.disposition
        tail = ("  blocks", "bold red") if told else ("", "")
        if state.commit:
            tail = (f"  by {short(state.commit)}", "dim")
        elif finding.accepted:
            tail = (f"  accepted: {excerpt(finding.accepted, _TITLE)}", "dim")
        elif finding.cleared:
            tail = (f"  harmless by data flow: {excerpt(finding.cleared, _TITLE)}", "dim")
        elif comment := suppression(finding):
            tail = (f"  the author suppressed it: {excerpt(comment, _TITLE)}", "dim")
        elif said := opinion(finding):
            tail = (f"  {excerpt(said, _TITLE)}", "dim")
        name = ("" if state.state is State.ADDRESSED else f"  {_id(finding)}", "dim")
        page.paragraph((badge, SEVERITY[finding.severity]), _title(finding), ("  ", ""), where, name, tail, indent=1, hang=9)
        if told:
            # a terminal keeps no thread: what still blocks must be mendable from what is on the screen
            _code(page, finding.snippet, finding.location, SEVERITY[finding.severity])
            for paragraph in paragraphs(finding.body)[:1]:
                page.paragraph(excerpt(paragraph, _PARAGRAPH), indent=3)
            if trace := trace_of(finding):
                _trace(page, trace, review, root)
            _fix(page, finding)
    if len(findings) > _SHORT:
        page.line((f"… {len(findings) - _SHORT:,} more: --format json lists them all", "dim"), indent=10)


def _summary(page: Page, review: Review) -> None:
    page.blank()
    word, style = VERDICT[review.verdict]
    page.paragraph((f" {word} ", style), "  ", (verdict(review), "bold"), hang=len(word) + 4)
    page.paragraph((tally(review), "dim"), indent=2)
    hidden = sum(finding.placement is Placement.HIDDEN for finding in review.findings)
    why = reasons(review)
    for reason in why[:_SHORT]:
        page.paragraph("- " + one_line(reason), indent=2, hang=2)
    if len(why) > _SHORT:
        page.line((f"… {count(len(why) - _SHORT, 'more reason')}: --format json", "dim"), indent=2)
    if hidden:
        page.paragraph(
            (f"{count(hidden, 'finding')} not shown (below the floor, suppressed or dismissed): --format json", "dim"), indent=2
        )
