"""What the text before hostile text settles about an address: whether its host can still be chosen."""

from __future__ import annotations

import re

from fusion.dataflow.contexts.limits import BELOW_OURS, WIDE, WORD, Limits

_HOST_FIXED = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//[^/?#\\@]+[/?#]")
_PORT_OPEN = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//[^/?#\\@:]+:")
_RELATIVE = re.compile(r"[^\s:/?#\\\ufffc]*[?#]|[^\s:/?#\\\ufffc]+/|/[^/\\]")
_UNKNOWN_BASE = re.compile("[^/?#]*\ufffc[^/?#&]*[/?#&]")
_LABEL_OPEN = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//[a-zA-Z0-9_-]*")
_LABEL = WORD | {"-", WIDE}
_HOST_BEGINS = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//(?:[^/?#\\\ufffc]*@)?")
DIGITS = frozenset("0123456789")


def host_is_fixed(lead: str | None, limits: Limits) -> str:
    """Why hostile text after `lead` cannot choose the host of the address; empty when it can.

    An address whose host ends before the hostile text (`https://example.com/` + x) keeps it, and so does one that is a path or
    a query on the same host (`/profile/` + x, `?page=` + x). `https://example.com` + x does not: x may be `.evil.com`
    or `@evil.com`. Letters, digits and hyphens right after `https://` are one label of a name whose domain follows
    (`https://{region}.example.com`); after a dot they could be a domain of their own. A bare `/` + x does not keep the host
    when x may begin with another `/`. An unknown base before it (`{base}/` + x) counts as an address with its host.
    """
    if lead is None:
        return ""
    known = lead + limits.start
    if _HOST_FIXED.match(known) or _UNKNOWN_BASE.match(known):
        return "the host is fixed before it"
    if _PORT_OPEN.fullmatch(known) and limits.is_made_of(DIGITS):
        return "only the port is taken from it"
    if _LABEL_OPEN.fullmatch(known) and limits.is_made_of(_LABEL):
        return "it is one label of the host's name"
    if BELOW_OURS in limits.closed and _HOST_BEGINS.fullmatch(lead) and all(map(limits.lacks, "/\\?#")):
        return "it is the name of a host below a domain that is written out"
    if _RELATIVE.match(known):
        return "it is a path on the same host"
    if known == "/" and (limits.begins_without("//") if limits.start == "/" else limits.begins_without("/")):
        return "it is a path on the same host"
    if lead == "" and _spells_no_host(limits):
        return "it can name no host"
    return ""


def _spells_no_host(limits: Limits) -> bool:
    """A host needs a scheme (`:`) or two slashes at the start, and browsers take a backslash for a slash."""
    if not limits.lacks(":"):
        return False
    starts = limits.begins_without("/") or limits.begins_without("//") or limits.lacks("//")
    return starts and (limits.begins_without("\\") or limits.lacks("\\"))
