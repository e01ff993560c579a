"""What leaves for a forge is scanned first: no link, image or mention that is not ours, no likely secret.

Text in a review may come from a model, a tool, or the change itself. A link in it can lure, an image can carry data out, a
mention rings a stranger. `defuse` turns such text into plain words that no forge brings to life; the renderers then escape
what is left for their format.
"""

from __future__ import annotations

import re

from fusion.render.secrets import mask
from fusion.render.text import visible

OURS = (
    "https://cwe.mitre.org/data/definitions/",
    "https://docs.astral.sh/ruff/rules/",
    "https://bandit.readthedocs.io/",
    "https://www.shellcheck.net/wiki/",
    "https://github.com/hadolint/hadolint/wiki/",
    "https://docs.zizmor.sh/",
    "https://oxc.rs/docs/",
)
"""Documentation of weaknesses and of our own analyzers: the only addresses that may stay links."""

_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+/[A-Za-z0-9._~/#-]*")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LIVE_TAG = re.compile(
    r"</?(?:a|img|iframe|video|audio|source|picture|object|embed|link|meta|base|form|svg|script|style)\b[^<>]*>", re.IGNORECASE
)
_LINK = re.compile(r"!?\[([^\[\]]*)\][ \t]?(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])")
_DEFINITION = re.compile(r"^([ \t>]*)\[([^\[\]\n]+)\]:[^\n]*", re.MULTILINE)
_URL = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]{0,30}://|www\.(?=[^\s.]))([^\s/?#<>()\[\]\"'`|\\]*)[^\s<>\"'`|]*", re.IGNORECASE)
_SCRIPT = re.compile(r"\b(?:mailto|xmpp|javascript|vbscript|data):(?=\S)", re.IGNORECASE)
_AT = re.compile(r"(?<=[A-Za-z0-9._+-])@(?=[A-Za-z0-9])")
_MENTION = re.compile(r"@(?=[A-Za-z0-9])")
_PASSES = 8


def ours(address: str) -> bool:
    """Whether an address may stay a link: plain, and below one of `OURS`."""
    return address.startswith(OURS) and ".." not in address and _ADDRESS.fullmatch(address) is not None


def defuse(text: str) -> str:
    """Plain words: links become their text, bare addresses their host, mentions lose their @, secrets are starred.

    HTML comments and tags that load or link go, invisible characters are written out. Addresses in `OURS` stay. Applying it
    twice changes nothing more.
    """
    text = mask(visible(text))
    for _ in range(_PASSES):
        before = text
        text = _once(text)
        if text == before:
            return text
    # Nested deeper than anyone writes: part the marks, so that no bracket can meet its address.
    return _once(re.sub(r"[\[\]<>@]", " ", text))


def _once(text: str) -> str:
    text = _COMMENT.sub("", text)
    text = _LIVE_TAG.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _DEFINITION.sub(r"\1\2", text)
    text = _URL.sub(_host, text)
    text = _SCRIPT.sub(lambda m: m[0][:-1] + " ", text)
    return _MENTION.sub("", _AT.sub(" at ", text))


def _host(match: re.Match[str]) -> str:
    address = match[0].rstrip(".,;:!?)*_~")
    if ours(address):
        return match[0]
    host = match[1].rsplit("@", 1)[-1].strip(".,;:!?*_~")
    tail = match[0][len(address) :]
    while host.lower().startswith("www."):
        host = host[4:]
    return (host or "link-removed") + tail
