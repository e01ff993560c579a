"""Hostile text in a page: what it would have to hold to become script, by the place where it stands.

Follows the states of the HTML standard's tokenizer (section 13.2.5) as far as a literal text before a place tells them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fusion.dataflow.contexts.limits import WIDE, WORD, Limits
from fusion.dataflow.contexts.quoting import open_program

_TAG = re.compile(r"</?([a-zA-Z][^\s/>]*)")
_VALUE = re.compile(r"([^\s\"'<>/=]+)\s*=\s*(\"|'|)")
_ADDRESSES = frozenset(
    {"href", "src", "action", "formaction", "data", "poster", "xlink:href", "background", "cite", "manifest"}
)
_WORDS = WORD | {WIDE}
_PLAIN = _WORDS | frozenset("-._")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a text stands in a page."""

    place: str
    """`content`, `tag`, `value`, `comment`, or the name of an element with text of its own (`script`, `style`)."""
    quote: str = ""
    attribute: str = ""
    before: str = ""
    """What precedes it in the value or in the element."""


def standing(lead: str) -> Standing:
    """Where a text that follows `lead` stands."""
    place = 0
    while (begin := lead.find("<", place)) >= 0:
        if lead.startswith("<!--", begin):
            end = lead.find("-->", begin + 4)
            if end < 0:
                return Standing("comment")
            place = end + 3
            continue
        tag = _TAG.match(lead, begin)
        if tag is None:
            place = begin + 1
            if place == len(lead):
                return Standing("tag")
            continue
        inside, place = _tag(lead, tag.end())
        if inside is not None:
            return inside
        name = tag[1].lower()
        if name in ("script", "style") and lead[begin + 1] != "/":
            end = lead.lower().find(f"</{name}", place)
            if end < 0:
                return Standing(name, before=lead[place:])
            place = end
    return Standing("content")


def _tag(lead: str, place: int) -> tuple[Standing | None, int]:
    """Where the text stands if the tag does not end before it; else where the tag ends."""
    while place < len(lead):
        if lead[place] == ">":
            return None, place + 1
        value = _VALUE.match(lead, place)
        if value is None:
            place += 1
            continue
        name, quote = value[1].lower(), value[2]
        if quote:
            end = lead.find(quote, value.end())
            if end < 0:
                return Standing("value", quote, name, lead[value.end() :]), place
            place = end + 1
            continue
        ends = re.compile(r"[\s>]").search(lead, value.end())
        if ends is None:
            return Standing("value", "", name, lead[value.end() :]), place
        place = ends.start()
    return Standing("tag"), place


def no_script(lead: str | None, limits: Limits) -> str:
    """Why the text cannot become script in the page; empty when it can."""
    if lead is None:
        return "it holds no tag and no quote" if all(map(limits.lacks, "<\"'")) else ""
    at = standing(lead)
    if at.place == "content":
        return "it can begin no tag" if limits.lacks("<") else ""
    if at.place == "comment":
        return "it cannot end the comment" if limits.lacks(">") else ""
    if at.place == "value":
        return _in_value(at, limits)
    if at.place == "script":
        return _in_script(at.before, limits)
    return "it is a plain word" if limits.is_made_of(_WORDS) else ""


def _in_value(at: Standing, limits: Limits) -> str:
    if at.attribute.startswith("on") or at.attribute in ("style", "srcdoc"):
        # The value is decoded before it runs: a quote can be written as a character reference.
        return "it is a plain word" if limits.is_made_of(_PLAIN) else ""
    if at.attribute in _ADDRESSES and not _has_scheme(at.before, limits):
        return ""
    if at.quote:
        return "it cannot leave the quotes of the attribute" if limits.lacks(at.quote) else ""
    return "it cannot end the attribute" if limits.is_made_of(_PLAIN | frozenset(":/")) else ""


def _has_scheme(before: str, limits: Limits) -> bool:
    """Whether the address cannot be one of `javascript:`."""
    known = before + limits.start
    if limits.lacks(":"):
        return not known.strip().lower().startswith("javascript")
    if re.match(r"\s*(?:http|mailto:|tel:|[^:\ufffc]*[/?#])", known, re.IGNORECASE):
        return True
    return "\ufffc" in known or (not before and limits.begins_without("javascript") and limits.begins_without("data"))


def _in_script(before: str, limits: Limits) -> str:
    quote = open_program(before)
    if quote:
        leaves = (quote, "\\", "\n", "<") if quote != "`" else (quote, "\\", "${", "<")
        return "it cannot leave the string in the script" if all(map(limits.lacks, leaves)) else ""
    if limits.literal:
        return "it is a literal that cannot end the script" if limits.lacks("<") else ""
    return "it is a plain word" if limits.is_made_of(_WORDS) else ""
