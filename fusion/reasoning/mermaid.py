"""Diagrams that a model may show to people: a Mermaid grammar so small that it can do nothing but draw."""

from __future__ import annotations

import re

from fusion.reasoning.clean import plain

DIAGRAM = 4_000
"""Code points of a diagram at most."""
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
_ADDRESS = re.compile(r"\b(?:www\.|(?:javascript|data|vbscript|https?)\s*:)", re.IGNORECASE)


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
