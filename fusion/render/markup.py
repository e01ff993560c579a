"""Data written into Markdown and into HTML inside Markdown, so that it shows as itself and does nothing.

GitHub-flavoured Markdown brings more to life than CommonMark: bare addresses, @mentions, #12 and GH-12 references, commit
ids, and those also where the character before is escaped, because they are looked for after parsing. Inside code nothing
is looked for, so such words are put into code spans; all other punctuation that could mean something is escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

from fusion.render.outgoing import defuse, ours
from fusion.render.secrets import mask
from fusion.render.text import one_line, visible

_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.{0,2000}?[^`])\1(?!`)")
_WORD = re.compile(
    r"""(?P<address>https://[^\s<>]+)
      | (?P<code>
            (?<![A-Za-z0-9])[A-Za-z0-9][\w.-]*/[\w.-]+[\#@][0-9a-f]+    # owner/name#12, owner/name@1a2b3c4
          | (?<![A-Za-z0-9])[Gg][Hh]-\d+ | \#\d+
          | @[A-Za-z0-9][\w/-]*
          | (?<![A-Za-z0-9])(?=[a-f]*\d)[0-9a-f]{7,64}(?![A-Za-z0-9])   # what may be a commit id
        )""",
    re.VERBOSE,
)
_PUNCTUATION = re.compile(r"([\\`*\[\]<|~&$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
_GAPS = re.compile(" {2,}")
_START = re.compile(r"^(?:([-+=#>])|(\d{1,9})([.)]))")


def prose(text: str) -> str:
    """One paragraph of Markdown that reads like the text. Code in backticks stays code; nothing else is brought to life."""
    return _START.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", _inert(text, _escaped, code, _autolink))


def html_text(text: str) -> str:
    """The same inside an HTML element such as `<summary>`, where Markdown is not read but references still are."""
    return _inert(text, lambda t: html.escape(t, quote=True), html_code, html_code)


def code(text: str) -> str:
    """An inline code span, whatever backticks the text holds; empty text gives an empty string."""
    text = one_line(mask(text))
    if not text:
        return ""
    ticks = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def fence(text: str, info: str = "") -> str:
    """A fenced code block, with a fence longer than any run of backticks in the text."""
    text = mask(visible(text)).rstrip("\n")
    ticks = "`" * max(3, _longest_run(text) + 1)
    return f"{ticks}{info if re.fullmatch('[A-Za-z0-9]{1,16}', info) else ''}\n{text}\n{ticks}"


def html_code(text: str) -> str:
    """Inline code as an HTML element; empty text gives an empty string."""
    text = one_line(mask(text))
    return f"<code>{html.escape(text, quote=True)}</code>" if text else ""


def details(summary: str, body: str) -> str:
    """A folded section; `summary` is HTML (see `html_text`), `body` is Markdown."""
    return f"<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>"


def _inert(text: str, escape: Callable[[str], str], span: Callable[[str], str], address: Callable[[str], str]) -> str:
    out: list[str] = []
    for part, is_code in _spans(one_line(text)):
        if is_code:
            out.append(span(part))
            continue
        part = _GAPS.sub(" ", defuse(part))
        at = 0
        for match in _WORD.finditer(part):
            out.append(escape(part[at : match.start()]))
            word = match[0]
            if match["address"]:
                word = word.rstrip(".,;:!?)*_~")
                out.append(address(word) if ours(word) else span(word))
            else:
                out.append(span(word))
            at = match.start() + len(word)
            out.append(escape(match[0][len(word) :]))
            at = match.end()
        out.append(escape(part[at:]))
    return "".join(out).strip()


def _spans(text: str) -> Iterator[tuple[str, bool]]:
    """The text's parts, and whether each was between backticks."""
    at = 0
    for match in _SPAN.finditer(text):
        yield text[at : match.start()], False
        yield match[2].strip(), True
        at = match.end()
    yield text[at:], False


def _escaped(text: str) -> str:
    return _PUNCTUATION.sub(r"\\\1", text)


def _autolink(address: str) -> str:
    return f"<{address}>"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
