"""What is looked up: the answer of an unknown call to a text is the text only as far as it is used as one."""

from __future__ import annotations

from fusion.dataflow.solver.calling.arguments import Arguments
from fusion.dataflow.solver.domain.taints import Data, Taint
from fusion.dataflow.solver.domain.values import Library, Value

_LOOKS = frozenset(
    {"get", "find", "fetch", "look", "lookup", "query", "select", "search", "retrieve", "locate", "filter", "stream", "list"}
)
"""How the names of functions begin that look something up; with an `a` before it where they are awaited."""
_TEXTS = frozenset(
    {"url", "uri", "address", "host", "hostname", "domain", "path", "name", "text", "parts", "value", "param", "parameter"}
    | {"arg", "argument", "field", "header", "input", "query", "options", "info", "body", "json", "form", "data"}
)
"""The last word of what may be a part of the text itself, or of a request."""
_ANSWERS = frozenset({"render"})
"""How the names of methods begin that make a new text."""
_OWN = frozenset(dir(str)) | frozenset(dir(bytes))
"""What a text has itself."""
_PARTS = ("]", ".get()", ".getlist()")
"""How the paths end of one text out of a request."""
_ADDRESSES = frozenset({"url", "base_url", "path", "full_path", "path_info", "host"})


def _words(name: str) -> list[str]:
    return name.lower().strip("_").split("_")


def looks_up(name: str) -> bool:
    """Whether a function's name says that it finds something else by what it is given."""
    first, *rest = _words(name)
    known = first in _LOOKS or (first[:1] == "a" and first[1:] in _LOOKS)
    return known and not (rest and rest[-1] in _TEXTS)


def answered(name: str, arguments: Arguments) -> tuple[set[int], set[int]]:
    """The texts that an unknown call finds something by, and those that it rather answers than passes on."""
    if looks_up(name):
        texts = {taint.datum for value in arguments.all() if _is_text(value) for taint in value.taints}
        return texts, texts
    values = [value for value in (arguments.rest, arguments.more) if value is not None]
    if _words(name)[0] in _ANSWERS:
        values = list(arguments.all())
    return set(), {taint.datum for value in values for taint in value.taints}


def _is_text(value: Value) -> bool:
    """Whether hostile data is one text, rather than a request or a form with many."""
    return all(
        isinstance(ref, Library) and (ref.path.endswith(_PARTS) or ref.path.rpartition(".")[2] in _ADDRESSES)
        for ref in value.refs
    )


def is_answer(taint: Taint, data: Data) -> bool:
    """Whether it is what such a call gave back, or was made of that."""
    if not data.answers:
        return False
    made: tuple[int, object] | None = (taint.datum, None)
    while made is not None and made[0] not in data.answers:
        made = data.made(made[0])
    return made is not None


def _is_found(datum: int, data: Data) -> bool:
    while datum not in data.found:
        made = data.made(datum) if datum in data.elements else None
        if made is None:
            return False
        datum = made[0]
    return True


def member_of(value: Value, name: object, data: Data) -> Value:
    """The value as the holder of a member: an object that was looked up is not the text, nor is what a text has not."""
    if not value.taints or not data.found or name in _OWN:
        return value
    kept = tuple(taint for taint in value.taints if taint.sure or not _is_found(taint.datum, data))
    return value if len(kept) == len(value.taints) else value.with_taints(kept)
