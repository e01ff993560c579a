"""One setting for another: a safe loader, a secure cookie, a stronger digest, random numbers of the system, text for markup."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fusion.dataflow import ir
from fusion.dataflow.fixes.source import Cut, Source, dotted, walk

Repair = tuple[list[Cut], bool]
"""Cuts, and whether they keep what the program does with well-formed input."""

_LOADS = {"load": "safe_load", "load_all": "safe_load_all", "unsafe_load": "safe_load", "unsafe_load_all": "safe_load_all"}
_ASKED = frozenset({"UnsafeLoader", "CUnsafeLoader"})
"""Loaders that somebody chose for what they make beside plain data."""
_SECURE = ("secure", "https_only", "isSecure", "SESSION_COOKIE_SECURE", "REMEMBER_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
_BROKEN = re.compile(r"md[45]|sha(-?)1", re.IGNORECASE)
_SYSTEM = frozenset(
    {"random", "randint", "randrange", "getrandbits", "randbytes", "choice", "choices", "sample", "uniform", "shuffle"}
    | {"gauss", "triangular", "betavariate", "normalvariate", "expovariate"}
)
_COOKIE_OPTIONS = {
    "express.Response.cookie": 2,
    "fastify.Reply.setCookie": 2,
    "fastify.Reply.cookie": 2,
    "cookies.Jar.set": 2,
    "cookie.serialize": 2,
    "js-cookie.set": 2,
    "universal-cookie.Jar.set": 2,
    "cookies-next.setCookie": 2,
    "next.Cookies.set": 2,
}
"""Which argument of a call holds a cookie's options."""


def safe_load(source: Source, call: ir.Call) -> Repair | None:
    """`yaml.load(...)` to `yaml.safe_load(...)`, without its loader."""
    function = call.function
    name = function.name if isinstance(function, ir.Attr) else function.id if isinstance(function, ir.Name) else ""
    new = _LOADS.get(name, "")
    if not new or not 1 <= len(call.arguments) <= 2 or call.arguments[0].name not in ("", "stream"):
        return None
    if isinstance(function, ir.Name) and not _from_yaml(source, new):
        return None
    end = source.end(function)
    cuts = [(end - len(name), end, new)]
    if source.text[end - len(name) : end] != name:
        return None
    plain = not name.startswith("unsafe")
    if len(call.arguments) == 2:
        loader = call.arguments[1]
        chosen = dotted(loader.value).rpartition(".")[2]
        if loader.name not in ("", "Loader") or not chosen:
            return None
        start, stop = source.argument_end(call, 0), source.argument_end(call, 1)
        if source.commented(start, stop):
            return None
        cuts.append((start, stop, ""))
        plain = plain and chosen not in _ASKED
    return cuts, plain


def _from_yaml(source: Source, name: str) -> bool:
    return any(
        isinstance(node, ir.Import) and node.module == "yaml" and node.name == node.alias == name for node in source.module.body
    )


def secure_cookie(source: Source, span: ir.Span, callee: str) -> Repair | None:
    """The cookie's `secure` turned on: where it is off, or as one more argument or option. It then needs HTTPS."""
    call = source.call_at(span)
    if call is None:
        return _secure_store(source, span)
    if source.script:
        return _secure_options(source, call, callee)
    for argument in call.arguments:
        if argument.name in _SECURE:
            off = isinstance(argument.value, ir.Const) and not argument.value.value
            return ([_replaced(source, argument.value, "True")], False) if off else None
    if any(argument.name in ("*", "**") for argument in call.arguments) or not call.arguments:
        return None
    if not callee.endswith(("cookie", "SessionMiddleware", "add_middleware", "Middleware")):
        return None
    if len(call.arguments) > 5 and not call.arguments[5].name:
        return None
    if any(isinstance(argument.value, ir.Comprehension) for argument in call.arguments):
        return None
    place = source.argument_end(call, len(call.arguments) - 1)
    name = "secure" if callee.endswith("cookie") else "https_only"
    return [(place, place, f", {name}=True")], False


def _secure_store(source: Source, span: ir.Span) -> Repair | None:
    assign = source.assignment_at(span)
    value = assign.value if assign is not None else None
    if not isinstance(value, ir.Const) or value.value is not False:
        return None
    return [_replaced(source, value, "true" if source.script else "True")], False


def _secure_options(source: Source, call: ir.Call, callee: str) -> Repair | None:
    """JavaScript's options object: the innermost that says it, else the one where it belongs."""
    for argument in call.arguments:
        for node in walk([argument.value]):
            if isinstance(node, ir.Table):
                for key, value in node.items:
                    if isinstance(key, ir.Const) and key.value in _SECURE and isinstance(value, ir.Const):
                        return ([_replaced(source, value, "true")], False) if value.value is False else None
    place = 2 if callee.endswith(".cookies.set") else _COOKIE_OPTIONS.get(callee)
    if place is None or len(call.arguments) < 2 or any(argument.name for argument in call.arguments):
        return None
    if len(call.arguments) == place:
        end = source.argument_end(call, place - 1)
        return [(end, end, ", { secure: true }")], False
    table = call.arguments[place].value
    if not isinstance(table, ir.Table) or any(key is None or not isinstance(key, ir.Const) for key, _ in table.items):
        return None
    end = source.end(table) - 1
    if (
        source.text[source.start(table)] != "{"
        or source.text[end] != "}"
        or any(key.value in _SECURE for key, _ in _named(table))
    ):
        return None
    if not table.items:
        return [(end, end, " secure: true " if source.text[end - 1] == "{" else "secure: true ")], False
    last = source.outer_end(table.items[-1][1], end)
    return [(last, last, ", secure: true")], False


def _named(table: ir.Table) -> list[tuple[ir.Const, ir.Expression]]:
    return [(key, value) for key, value in table.items if isinstance(key, ir.Const)]


def strong_hash(source: Source, call: ir.Call) -> Repair | None:
    """SHA-256 for MD5 and SHA-1. Digests get longer and others than those that were kept."""
    function = call.function
    if isinstance(function, ir.Attr) and _BROKEN.fullmatch(function.name) and not source.script:
        end = source.end(function)
        start = end - len(function.name)
        return ([(start, end, "sha256")], False) if source.text[start:end] == function.name else None
    for argument in call.arguments:
        value = argument.value
        if isinstance(value, ir.Const) and isinstance(value.value, str) and (found := _BROKEN.fullmatch(value.value)):
            return _renamed(source, value, value.value, "SHA-256" if found[1] else "sha256")
        if isinstance(value, ir.Attr) and _BROKEN.fullmatch(value.name) and dotted(value).startswith("hashlib."):
            end = source.end(value)
            return [(end - len(value.name), end, "sha256")], False
    return None


def _renamed(source: Source, node: ir.Expression, old: str, new: str) -> Repair | None:
    start, end = source.start(node), source.end(node)
    code = source.text[start:end]
    return ([(start + 1, end - 1, new)], False) if len(code) == len(old) + 2 and code[1:-1] == old else None


def system_random(source: Source, span: ir.Span) -> Repair | None:
    """The operating system's random numbers for the predictable ones: the same functions, which nobody can foresee."""
    call = source.call_at(span)
    function = call.function if call is not None else None
    if call is None or not isinstance(function, ir.Attr) or not isinstance(function.object, ir.Name):
        return None
    alias = next(
        (node.alias for node in walk(source.module.body) if isinstance(node, ir.Import) and node.module == "random"), ""
    )
    if function.object.id != alias or function.name not in _SYSTEM or _seeded(source, alias):
        return None
    start, end = source.start(function.object), source.end(function.object)
    if function.name == "choice" and _imports(source, "secrets"):
        return [(start, end, "secrets")], True
    return [(end, end, ".SystemRandom()")], True


def _seeded(source: Source, alias: str) -> bool:
    """Whether the file wants the same numbers again."""
    return any(dotted(call.function) == f"{alias}.seed" for call in source.calls())


def _imports(source: Source, module: str) -> bool:
    return any(
        isinstance(node, ir.Import) and node.module == node.alias == module and not node.name for node in source.module.body
    )


def no_entities(source: Source, call: ir.Call) -> Repair | None:
    """`resolve_entities=False` for the parser of the call, where it says `True` and where it is made is clear."""
    for argument in call.arguments:
        if argument.name == "resolve_entities":
            return _off(source, argument.value)
    made = [value for argument in call.arguments if isinstance(value := argument.value, ir.Call | ir.Name)]
    function = call.function
    if isinstance(function, ir.Attr) and isinstance(function.object, ir.Name):
        made.append(function.object)
    found: list[ir.Const] = []
    for node in made:
        found += [argument.value for argument in _parser(source, node) if isinstance(argument.value, ir.Const)]
    return _off(source, found[0]) if len(found) == 1 else None


def _parser(source: Source, node: ir.Expression) -> Sequence[ir.Argument]:
    """The setting of the parser that an expression makes or a variable of the same function holds."""
    if isinstance(node, ir.Name):
        stores = [
            other
            for other in walk(source.module.body)
            if isinstance(other, ir.Assign) and isinstance(other.target, ir.Name) and other.target.id == node.id
        ]
        if len(stores) != 1 or not isinstance(stores[0].value, ir.Call):
            return ()
        node = stores[0].value
    return [argument for argument in node.arguments if argument.name == "resolve_entities"] if isinstance(node, ir.Call) else ()


def _off(source: Source, value: ir.Expression) -> Repair | None:
    if not isinstance(value, ir.Const) or value.value is not True:
        return None
    return [_replaced(source, value, "False")], False


def text_content(source: Source, span: ir.Span) -> Repair | None:
    """`textContent` for `innerHTML`, `insertAdjacentText` for its sibling: text stays text."""
    assign = source.assignment_at(span)
    if assign is not None:
        target = assign.target
        if assign.augmented or assign.value is None or not isinstance(target, ir.Attr) or target.name != "innerHTML":
            return None
        return None if _marked_up(assign.value) else _member(source, target, "textContent")
    call = source.call_at(span)
    if call is None or not isinstance(call.function, ir.Attr) or call.function.name != "insertAdjacentHTML":
        return None
    if len(call.arguments) != 2 or _marked_up(call.arguments[1].value):
        return None
    return _member(source, call.function, "insertAdjacentText")


def _member(source: Source, node: ir.Attr, new: str) -> Repair | None:
    end = source.end(node)
    start = end - len(node.name)
    return ([(start, end, new)], False) if source.text[start:end] == node.name else None


def _marked_up(node: ir.Expression) -> bool:
    """Whether a literal in it is markup, or it comes from where markup is made."""
    return any(
        (isinstance(part, ir.Const) and isinstance(part.value, str) and re.search(r"[<>&]", part.value) is not None)
        or (isinstance(part, ir.Attr) and part.name in ("innerHTML", "outerHTML"))
        for part in walk([node])
    )


def _replaced(source: Source, node: ir.Expression, new: str) -> Cut:
    return source.start(node), source.end(node), new
