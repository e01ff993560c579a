"""HTML put together so that nothing in it can be forgotten to escape: whatever is not `Html` already becomes text."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Sequence

from fusion.render.markup import html_text
from fusion.render.scan.style import CSS
from fusion.render.secrets import mask
from fusion.render.text import clip, exact, visible

_VOID = frozenset({"meta", "br"})
"""What HTML lets have no end; elements of SVG have one."""
_OURS = re.compile(
    r"https://github\.com/[A-Za-z0-9-]+/[A-Za-z0-9._-]+/blob/[0-9a-f]{40,64}/[A-Za-z0-9._~%/-]+(?:#L\d+)?|#[a-z0-9-]+"
)


class Html(str):
    """Markup of ours. Made by this module only."""

    __slots__ = ()


NONE = Html("")


def text(value: str) -> Html:
    """Text from anywhere: nothing in it is markup, invisible characters are written out, likely secrets are starred."""
    return Html(html.escape(mask(visible(value)), quote=True))


def tag(name: str, /, *children: str, **attributes: str | float | bool) -> Html:
    """An element. A child, or a value of an attribute, that is no `Html` is text.

    `class_` is the attribute `class`, and `_` within a name is `-`.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{_value(value)}"')
        for key, value in attributes.items()
        if value is not False
    )
    inside = join(children)
    return Html(f"<{name}{written}>" if name in _VOID else f"<{name}{written}>{inside}</{name}>")


def _value(value: str | float) -> str:
    return value if isinstance(value, Html) else text(str(value))


def join(children: Iterable[str], between: str = "") -> Html:
    """Children one after another."""
    return Html(text(between).join(child if isinstance(child, Html) else text(child) for child in children))


def said(value: str, limit: int = 2000) -> Html:
    """A sentence from elsewhere: links become words, and what stands in backticks is code."""
    return Html(html_text(clip(value, limit)))


def code(value: str, limit: int = 500, *, whole: bool = False) -> Html:
    """A name exactly as it is: a path, a component, an identifier. `whole`: on one line where there is room."""
    return tag("code", clip(exact(value[: 4 * limit]), limit), class_="id" if whole else "x") if value else NONE


def link(address: str, *children: str) -> Html:
    """A link to a place of ours: an anchor of the document, or a file at a commit on GitHub. Any other address is left out."""
    if not _OURS.fullmatch(address):
        return join(children)
    away: dict[str, str] = {} if address.startswith("#") else {"rel": "noreferrer noopener"}
    return tag("a", *children, href=address, **away)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str, numbers: Sequence[int] = ()) -> Html:
    """A table whose first column names the row. On a narrow page each row is a block and each cell says its column's name.

    numbers: indexes of columns that hold numbers.
    """
    head = join(tag("th", name, scope="col", class_="n" if index in numbers else "t") for index, name in enumerate(heads))
    body = join(
        tag("tr", *(_cell(heads[index], cell, first=not index, number=index in numbers) for index, cell in enumerate(row)))
        for row in rows
    )
    return tag("table", tag("caption", caption) if caption else NONE, tag("thead", tag("tr", head)), tag("tbody", body))


def _cell(head: str, cell: str, *, first: bool, number: bool) -> Html:
    kind = "n" if number else "t"
    if first:
        return tag("th", cell, scope="row", class_=kind)
    # an empty cell says nothing on a narrow page, where it would be a label alone
    return tag("td", cell, data_label=head, class_=f"{kind} e" if not cell else kind)


def facts(pairs: Iterable[tuple[str, str]], *, kind: str = "facts") -> Html:
    """Names and values; those without a value are left out. `kind` is `facts` for short values, `told` for sentences."""
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs if value), class_=kind)


def listed(items: Iterable[str]) -> Html:
    """A list; nothing without items."""
    found = [tag("li", item) for item in items]
    return tag("ul", *found) if found else NONE


def section(id: str, heading: str, *children: str, kind: str = "") -> Html:
    """A part of the page, with its heading; empty where no child says anything."""
    inside = join(children)
    if not inside:
        return NONE
    return tag(
        "section", tag("h2", heading, id=f"{id}-heading"), inside, id=id, class_=kind or "part", aria_labelledby=f"{id}-heading"
    )


def page(title: str, *children: str) -> str:
    """A whole document: no script, nothing loaded, one style that its own policy names."""
    hashed = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{hashed}'; base-uri 'none'; form-action 'none'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=Html(policy)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("style", Html(CSS)),
    )
    return f"<!doctype html>\n{tag('html', head, tag('body', tag('main', *children)), lang='en')}\n"
