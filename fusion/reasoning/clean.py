"""What a model may say to people: plain words. Diagrams are in `mermaid`.

Applied when a reply becomes a finding, a line of the walkthrough or an answer, so that every format that shows it later shows
the same harmless text. The renderers escape and scan once more for their own format: this is the first of two nets.
"""

from __future__ import annotations

import re

from fusion.render.outgoing import defuse
from fusion.render.secrets import mask
from fusion.render.text import clip, one_line

TITLE = 160
BODY = 2_000

_REFERENCE = re.compile(r"(?<!&)#(?=\d)|\b(GH|gh|Gh|gH)-(?=\d)")
_SCHEME = re.compile(r"(?:https?|ftp|file|ssh|git)://", re.IGNORECASE)
_COMMAND = re.compile(r"(?<![\w/.])/(?=fusion\b)|^/(?=[A-Za-z][\w-]*(?:\s|$))", re.IGNORECASE)
_COMMANDS = re.compile(r"^\s*/[A-Za-z][\w-]*(?=\s|$)", re.MULTILINE)
_TAG = re.compile(r"<(?=[A-Za-z/!?])(?!U\+[0-9A-F]{4,6}>)")
_ESCAPED = re.compile(r"&(?=#?\w{1,32};)")
_MARKER = re.compile(r"<!-*|-+->")
_BLOCK = re.compile(r"^(?:[#>=|]+|[-*+_](?=\s|[-*+_]))\s*")
_BACKSLASHED = re.compile(r"(\\)(?=`)")
_TICKS = re.compile("`{2,}")
_AT = re.compile(r"[@＠﹫](?=\w)")
_BRACKETED = re.compile(r"!?\[([^\[\]]*)\](?=[(:\[])")
_PASSES = 4


def plain(text: str, limit: int = BODY, lines: int = 1) -> str:
    """The text as at most `lines` lines and `limit` code points of plain words; empty where nothing is left.

    Links become their text, addresses their host, also in code; images, HTML, comments, markers and slash commands fall apart;
    mentions lose their @ and issue references their sign; likely secrets are starred, what is invisible is written out. Code
    spans stay. Applying it twice changes nothing more.
    """
    masked = mask(text[: 8 * limit + 2_000])
    rows = [row for row in map(_line, masked.replace("\r", "\n").split("\n")) if row]
    # What does not fit on its own line goes on the last one: nothing is dropped for a line break.
    if len(rows) > lines:
        rows = [*rows[: lines - 1], _line(" ".join(rows[lines - 1 :]))]
    said = clip("\n".join(rows), limit)
    if said.rpartition("\n")[2].count("`") % 2:
        # The cut went through a code span: it goes, so that no code becomes prose.
        said = said[: said.rindex("`")].rstrip() + "…"
    return said


def commands(text: str) -> bool:
    """Whether a line begins like a slash command: some of a forge's bots obey those in code, too."""
    return _COMMANDS.search(text) is not None


def _line(text: str) -> str:
    text = one_line(text)
    for _ in range(_PASSES):
        before = text
        text = _once(text)
        if text == before:
            return text
    # Nested to reappear each time: nobody writes that to be read.
    return _once(re.sub(r"[^\w\s.,;:()'\"-]", " ", text))


def _once(text: str) -> str:
    """One pass. Every second part between backticks is code, where only addresses and comments mean something."""
    parts = _BACKSLASHED.sub(r"\1 ", _TICKS.sub("`", text)).split("`")
    if len(parts) % 2 == 0:
        # One backtick too many would turn what follows into code.
        parts = ["'".join(parts)]
    cleaned = [_code(part) if index % 2 else _prose(part) for index, part in enumerate(parts)]
    joined = one_line("`".join(cleaned))
    return _COMMAND.sub("", _BLOCK.sub("", joined)).strip()


def _code(text: str) -> str:
    return _MARKER.sub(" ", _SCHEME.sub("", text)) or " "


def _prose(text: str) -> str:
    text = _MARKER.sub(" ", _SCHEME.sub("", defuse(text)))
    text = _TAG.sub("< ", _BRACKETED.sub(r"\1 ", text))
    text = _AT.sub("", _ESCAPED.sub("& ", text))
    return _REFERENCE.sub(lambda match: "GH " if match[1] else "no. ", text)
