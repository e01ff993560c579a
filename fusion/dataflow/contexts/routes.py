"""What the text of a route says of its parameters: `/orders/<int:number>`, `/files/{name:slug}`, `^year/(?P<year>\\d{4})$`."""

from __future__ import annotations

import re
import string

from fusion.dataflow.contexts.limits import ANY, Limits
from fusion.dataflow.patterns.checks import restricts

NUMBER = Limits(frozenset("0123456789.-"))
_UNIQUE = Limits(frozenset(string.hexdigits + "-"))
_SLUG = Limits(frozenset(string.ascii_letters + string.digits + "-_"))
_CONVERTERS = {
    **dict.fromkeys(["int", "float", "number", "integer", "decimal", "dt", "ymd"], NUMBER),
    **dict.fromkeys(["uuid", "guid"], _UNIQUE),
    **dict.fromkeys(["slug", "alpha", "alphanum"], _SLUG),
}
_PLACE = re.compile(r"[<{](\w+)(?:\([^()<>{}]*\))?:(\w+)(?:\([^()<>{}]*\))?[>}]")
_GROUP = re.compile(r"\(\?P<(\w+)>([^()]{1,80})\)")


def parameters(route: str) -> dict[str, Limits]:
    """What the text of each parameter that the route says something of can be."""
    found: dict[str, Limits] = {}
    if len(route) > 1000:
        return found
    for place in _PLACE.finditer(route):
        for kind, name in ((place[1], place[2]), (place[2], place[1])):
            if kind in _CONVERTERS:
                found[name] = _CONVERTERS[kind]
                break
    for group in _GROUP.finditer(route):
        limits = restricts(group[2], "", "fullmatch", "python")
        if limits != ANY:
            found[group[1]] = limits
    return found
