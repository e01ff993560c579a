"""What a model may say to people: plain words, and diagrams of a grammar that can do nothing.

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


def diagram(text: str) -> str:
    """A Mermaid diagram written anew from what was understood of the text; empty where a single line was not.

    Flowcharts of nodes, labels and edges; sequence diagrams of participants, messages and notes. There is no way to say a
    directive, a link, a click, a style, a class, a subgraph or HTML, and a label holds letters, digits, blanks and `.,:()_-`.
    """
    body = _INFO.sub("", text.strip()) if len(text) <= DIAGRAM else ""
    rows = [row.strip().removesuffix(";").rstrip() for row in body.split("\n")]
    rows = [row for row in rows if row]
    if not 2 <= len(rows) <= _ROWS:
        return ""
    if head := _FLOW.fullmatch(rows[0]):
        made = [f"flowchart {head[1]}", *(_edge(row) for row in rows[1:])]
    elif rows[0] == "sequenceDiagram":
        made = [rows[0], *(_message(row) for row in rows[1:])]
    else:
        return ""
    return "\n    ".join(made) if all(made) else ""


DIAGRAM = 4_000
_ROWS = 40
_INFO = re.compile(r"\A```(?:mermaid)?[ \t]*\n|\n```\Z")
_FLOW = re.compile(r"(?:flowchart|graph)[ \t]+(TD|TB|LR|RL|BT)")
_ID = r"[A-Za-z][A-Za-z0-9_]{0,39}"
_NODE = re.compile(
    rf"({_ID})(?:\[(?:\"([^\"]*)\"|([^\"\[\]]*))\]|\((?:\"([^\"]*)\"|([^\"()]*))\)|\{{(?:\"([^\"]*)\"|([^\"{{}}]*))\}})?"
)
_ARROW = re.compile(r"[ \t]*(-->|---|-\.->|==>)[ \t]*(?:\|\"?([^|\"]{0,80})\"?\|[ \t]*)?")
_PARTY = re.compile(rf"(participant|actor)[ \t]+({_ID})(?:[ \t]+as[ \t]+(.+))?")
_SENT = re.compile(rf"({_ID})[ \t]*(-->>|->>|-->|->|--x|-x|--\)|-\))[ \t]*({_ID})[ \t]*:[ \t]*(.+)")
_OVER = re.compile(rf"[Nn]ote[ \t]+(over|left of|right of)[ \t]+({_ID})(?:[ \t]*,[ \t]*({_ID}))?[ \t]*:[ \t]*(.+)")
_LABEL = re.compile(r"(?![ ]*$)[\w .,:()-]{1,80}")
_WORDS = re.compile(
    r"\A(?:end|click|call|href|style|classdef|class|linkstyle|subgraph|direction|default|graph|flowchart|links?|properties|details"
    r"|create|destroy|activate|deactivate|autonumber|box|rect|loop|alt|else|opt|par|and|critical|break|title|acctitle|accdescr)\Z",
    re.IGNORECASE,
)


def _edge(row: str) -> str:
    """A line of a flowchart, `a["A"] -->|calls| b --> c`; empty where it is none."""
    out: list[str] = []
    at = 0
    while node := _NODE.match(row, at):
        label = next((text for text in node.groups()[1:] if text is not None), None)
        if _WORDS.match(node[1]) or (label is not None and not _fit(label)):
            return ""
        out.append(node[1] if label is None else f'{node[1]}["{label.strip()}"]')
        if node.end() == len(row):
            return " ".join(out)
        arrow = _ARROW.match(row, node.end())
        if not arrow or (arrow[2] is not None and not _fit(arrow[2])):
            return ""
        out.append(arrow[1] if arrow[2] is None else f'{arrow[1]}|"{arrow[2].strip()}"|')
        at = arrow.end()
    return ""


def _message(row: str) -> str:
    """A line of a sequence diagram; empty where it is none."""
    if party := _PARTY.fullmatch(row):
        names, label = [party[2]], party[3]
        made = f"{party[1]} {party[2]}" + (f" as {label.strip()}" if label else "")
    elif sent := _SENT.fullmatch(row):
        names, label = [sent[1], sent[3]], sent[4]
        made = f"{sent[1]}{sent[2]}{sent[3]}: {label.strip()}"
    elif over := _OVER.fullmatch(row):
        names, label = [name for name in (over[2], over[3]) if name], over[4]
        made = f"note {over[1]} {','.join(names)}: {label.strip()}"
    else:
        return ""
    return "" if any(map(_WORDS.match, names)) or (label and not _fit(label)) else made


def _fit(label: str) -> bool:
    """Whether a label is letters and blanks, names no address and holds no secret."""
    return bool(_LABEL.fullmatch(label)) and plain(label) == " ".join(label.split()) and not _ADDRESS.search(label)


_ADDRESS = re.compile(r"\b(?:www\.|(?:javascript|data|vbscript|https?)\s*:)", re.IGNORECASE)
