"""What stands in an issue: what fails, where, why it matters, how to mend it, and two hidden lines by which it is known again.

The last line is the signed marker. The one above lists the deviations that the issue tells of, so that a later scan can say
whether anything was added since a person closed it. Everything that comes from a repository or a check is defused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from fusion.check import About
from fusion.model import Severity
from fusion.model.compliance import CheckResult, Deviation
from fusion.render.markup import code, fence, prose
from fusion.render.outgoing import defuse
from fusion.render.text import clip, exact, one_line

LONGEST = 60_000
"""Characters of a body; GitHub takes 65,536."""
MOST_KNOWN = 1000
"""Deviations that a body lists in its hidden line."""
_PLACES = (50, 20, 5, 0)
"""How many places a body shows, fewer where it would be too long."""
_TITLE, _SENTENCE, _PATH, _PAGE, _CONTROLS = 200, 300, 200, 3000, 40
_NAME = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_PRINT = re.compile(r"[0-9a-f]{16}")
_KNOWN = re.compile(r"<!-- fusion-known ([0-9a-f]{16}|all)((?: [a-z0-9.-]+=[0-9a-f,]*)*) -->")
_FOOT = (
    "Fusion writes this text anew after each scan: comment below instead of editing it. It closes the issue when the check "
    "passes. Whoever closes it before is not asked again, unless something is added."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Deviations by check, as an issue lists them; `upto`: only fingerprints up to that one are listed."""

    by_check: Mapping[str, frozenset[str]] = field(default_factory=dict)
    upto: str = ""

    def added(self, others: Known) -> int:
        """How many of the others are not among these. Where either lists only a part, of what both would list."""
        bound = min(filter(None, (self.upto, others.upto)), default="")
        return sum(
            print not in self.by_check.get(check, frozenset()) and (not bound or print <= bound)
            for check, prints in others.by_check.items()
            for print in prints
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What one issue is about."""

    key: str
    failed: tuple[CheckResult, ...]
    unseen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Of an issue about all checks, what it knows of those that could not be assessed this time."""

    def known(self) -> Known:
        """What its body lists."""
        listed = {name_of(one.check): frozenset(print_of(item) for item in opened(one)) for one in self.failed}
        listed |= {check: prints for check, prints in self.unseen.items() if check not in listed}
        every = sorted(print for prints in listed.values() for print in prints)
        if len(every) <= MOST_KNOWN:
            return Known(by_check=listed)
        upto = every[MOST_KNOWN - 1]
        return Known(
            by_check={check: frozenset(one for one in prints if one <= upto) for check, prints in listed.items()}, upto=upto
        )


def name_of(check: str) -> str:
    """A check's id as it may stand in a marker and in a hidden line."""
    if len(check) <= 100 and _NAME.fullmatch(check):
        return check
    return f"h-{hashlib.sha256(check.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def print_of(deviation: Deviation) -> str:
    """A deviation's fingerprint in 16 hex digits, whatever a check has made of it."""
    if _PRINT.fullmatch(deviation.fingerprint):
        return deviation.fingerprint
    return hashlib.sha256(deviation.fingerprint.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def opened(result: CheckResult) -> tuple[Deviation, ...]:
    """What nobody has accepted, the gravest first."""
    found = [one for one in result.deviations if not one.accepted]
    return tuple(sorted(found, key=lambda one: (-one.severity.rank, one.path, one.line, one.fingerprint)))


def gravest(result: CheckResult, about: About | None) -> Severity:
    """The highest severity of what is open; of a failure that names nothing, the check's own."""
    found = opened(result)
    return found[0].severity if found else about.severity if about else Severity.MEDIUM


def known(body: str) -> Known:
    """What a body lists; nothing where it has no such line."""
    found = _KNOWN.findall(body)
    if not found:
        return Known()
    upto, listed = found[-1]
    by_check = {}
    for entry in listed.split():
        check, _, prints = entry.partition("=")
        by_check[check] = frozenset(one for one in prints.split(",") if one)
    return Known(by_check=by_check, upto="" if upto == "all" else upto)


def relisted(body: str, listed: Known) -> str:
    """The same body, which lists these."""
    lines = body.replace("\r\n", "\n").split("\n")
    return "\n".join(_hidden(listed) if _KNOWN.fullmatch(line.strip()) else line for line in lines)


def title(topic: Topic, abouts: Mapping[str, About]) -> str:
    """One line; the same for as long as the issue is about the same."""
    if len(topic.failed) != 1 or topic.key != name_of(topic.failed[0].check):
        return "Compliance: checks that are not met"
    about = abouts.get(topic.failed[0].check)
    what = f"{about.title} ({about.id})" if about else topic.failed[0].check
    return clip(one_line(defuse(f"Not met: {what}")), _TITLE)


def body(topic: Topic, abouts: Mapping[str, About], marker: str) -> str:
    """The whole text, at most 60,000 characters, with the marker as its last line."""
    end = f"\n\n{_hidden(topic.known())}\n{marker}"
    single = len(topic.failed) == 1 and topic.key == name_of(topic.failed[0].check)
    text = ""
    for places in _PLACES:
        text = _single(topic.failed[0], abouts, places) if single else _several(topic, abouts, places, LONGEST - len(end))
        if len(text) + len(end) <= LONGEST:
            return text + end
    return text[: LONGEST - len(end)] + end


def _single(result: CheckResult, abouts: Mapping[str, About], places: int) -> str:
    about = abouts.get(result.check)
    parts = [_head(result, about), "### Where", _where(result, places)]
    if about is not None:
        parts += ["### Why it matters", _prose(about.rationale), "### How to mend it", _prose(about.remediation)]
        if about.towards:
            parts += ["### Controls", _controls(about)]
    parts += ["### If it is to stay for a time", _exception(result), f"---\n<sub>{_FOOT}</sub>"]
    return "\n\n".join(parts)


def _several(topic: Topic, abouts: Mapping[str, About], places: int, room: int) -> str:
    parts = [f"{len(topic.failed)} {'check fails' if len(topic.failed) == 1 else 'checks fail'} in the last scan."]
    foot = f"---\n<sub>{_FOOT}</sub>"
    ordered = sorted(topic.failed, key=lambda one: (-gravest(one, abouts.get(one.check)).rank, one.check))
    names = [code(clip(exact(one.check), 60)) for one in ordered]
    left = room - len(foot) - 4000
    for number, result in enumerate(ordered):
        about = abouts.get(result.check)
        section = [f"### {code(clip(exact(result.check), 60))}", _head(result, about), _where(result, min(places, 10))]
        if about is not None:
            section.append(f"*What to do.* {_prose(about.remediation)}")
        text = "\n\n".join(section)
        if len(text) > left:
            parts.append(f"And {len(names) - number} more: {clip(', '.join(names[number : number + 30]), 2500)}")
            break
        left -= len(text) + 2
        parts.append(text)
    if topic.unseen:
        shown = ", ".join(code(one) for one in sorted(topic.unseen)[:20])
        parts.append(f"Not assessed this time, and failing when it was last: {clip(shown, 1000)}.")
    parts.append(
        "What is to stay for a time can be accepted with an owner, a reason, an approver and a last day: "
        "`scans.exceptions` in `.fusion.yml`."
    )
    return "\n\n".join((*parts, foot))


def _head(result: CheckResult, about: About | None) -> str:
    name = code(clip(exact(result.check), 60))
    return f"The check {name} fails (**{gravest(result, about)}**). {_prose(result.reason)}"


def _where(result: CheckResult, places: int) -> str:
    found = opened(result)
    lines = [_place(one) for one in found[:places]]
    if len(found) > places:
        lines.append(f"- and {len(found) - places:,} more, on the report of the scan")
    if accepted := len(result.deviations) - len(found):
        lines.append(f"- {accepted:,} more {'is' if accepted == 1 else 'are'} accepted for a time")
    return "\n".join(lines) or "The check names no place."


def _place(one: Deviation) -> str:
    where = code(clip(exact(one.path), _PATH) + (f":{one.line}" if one.line else "")) if one.path else ""
    what = code(clip(one.component, _PATH)) if one.component else ""
    about = ", ".join(filter(None, (where, what)))
    fingerprint = code(clip(one.fingerprint, 40))
    return f"- **{one.severity}** {_prose(clip(one.title, _SENTENCE))}{f' {about}' if about else ''} ({fingerprint})"


def _controls(about: About) -> str:
    lines = [
        f"- {code(f'{one.catalogue} {one.control}')}: {_prose(clip(one.reason, _SENTENCE))}"
        for one in about.towards[:_CONTROLS]
    ]
    return "\n".join([*lines, "", "What fails contradicts these. Evidence is not certification."])


def _exception(result: CheckResult) -> str:
    found = opened(result)
    lines = ["scans:", "  exceptions:", f"    - check: {result.check if _NAME.fullmatch(result.check) else 'ID'}"]
    lines += [f'      fingerprint: "{found[0].fingerprint}"'] if found and _PRINT.fullmatch(found[0].fingerprint) else []
    lines += ["      owner: WHO SEES TO IT THAT IT ENDS", "      reason: WHY", "      approver: SOMEBODY ELSE"]
    lines.append("      expires: YYYY-MM-DD")
    more = " Without `fingerprint`, all that the check says is accepted." if len(found) > 1 else ""
    return f"In `.fusion.yml` of the default branch.{more}\n\n{fence(chr(10).join(lines), 'yaml')}"


def _prose(text: str) -> str:
    return prose(clip(text, _PAGE))


def _hidden(listed: Known) -> str:
    entries = (f" {check}={','.join(sorted(prints))}" for check, prints in sorted(listed.by_check.items()))
    return f"<!-- fusion-known {listed.upto or 'all'}{''.join(entries)} -->"
