"""What a Markdown parser makes of our output: only what is live in it, so that tests can say what may be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_REFERENCE = re.compile(
    r"https?://|www\.|@[A-Za-z0-9]|(?<![\w&])#\d|\bGH-\d|\b(?=[a-f]*\d)[0-9a-f]{7,40}\b|\w+/\w+#\d", re.IGNORECASE
)


@dataclass
class Live:
    """Addresses linked, images shown, raw HTML, and words that GitHub would turn into links or mentions."""

    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    text: str = ""
    code: list[str] = field(default_factory=list)


def live(markdown: str) -> Live:
    """Parse and collect."""
    found = Live()
    _walk(_PARSER.parse(markdown), found)
    return found


def _walk(tokens: list[Token], found: Live) -> None:
    for token in tokens:
        match token.type:
            case "link_open":
                found.links.append(str(token.attrs["href"]))
            case "image":
                found.images.append(str(token.attrs["src"]))
            case "html_block" | "html_inline":
                found.html.append(token.content)
            case "text":
                found.text += token.content
                found.references += _REFERENCE.findall(token.content)
            case "code_inline" | "fence" | "code_block":
                found.code.append(token.content)
                found.text += token.content if token.type == "code_inline" else ""
            case "em_open" | "strong_open" | "s_open" | "heading_open" | "table_open" | "blockquote_open" | "hr":
                found.marks.append(token.type)
            case _:
                pass
        _walk(token.children or [], found)
