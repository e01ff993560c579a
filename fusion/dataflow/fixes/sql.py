"""Parameter binding: values leave the text of an SQL statement and go to the database beside it.

Only where every hole of the text stands where the grammar of SQL has a value, and the driver's way to mark one is known. A
name of a table or column cannot be bound, so that a statement with such a hole is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fusion.dataflow import ir
from fusion.dataflow.fixes.source import Cut, Source
from fusion.dataflow.fixes.texts import Atom, Built, Hole, Literal, built

_PYTHON = {
    "?": ("sqlite3", "aiosqlite", "pyodbc", "duckdb", "apsw"),
    "%s": ("psycopg", "psycopg2", "mysql.connector", "pymysql", "MySQLdb", "aiomysql", "aiopg", "pymssql", "django.db"),
    ":": ("oracledb", "cx_Oracle"),
    "$": ("asyncpg",),
}
_SCRIPT = {
    "?": ("mysql", "mysql2", "mysql2/promise", "mariadb", "promise-mysql", "sqlite3", "better-sqlite3", "sqlite"),
    "$": ("pg", "pg-pool", "pg-native", "pg-promise"),
}
_MYSQL = frozenset(
    {"mysql.connector", "pymysql", "MySQLdb", "aiomysql", "mysql", "mysql2", "mysql2/promise", "mariadb", "promise-mysql"}
)
"""Drivers of databases where a text may stand in double quotes."""
_METHODS = frozenset(
    {"execute", "execute_fetchall", "execute_insert", "fetch", "fetchrow", "fetchval", "query"}
    | {"run", "all", "get", "each", "any", "none", "one", "oneOrNone", "many", "manyOrNone"}
)
"""Methods that take the values as their next argument."""
_PREPARED = frozenset({"all", "get", "run", "iterate", "pluck"})
_STATEMENT = re.compile(r"\s*(?:select|insert|update|delete|replace|with|merge)\b", re.IGNORECASE)
_MARKED = re.compile(r"\?|%s|%\(|\$\d|(?<!:):\w|--|/\*|\\|`|;(?=[\s\S]*\S)")
"""What a statement has that has placeholders already, or that is more than one, or is not read here."""
_COMPARED = re.compile(r"(?:[=<>]|\b(?:like|ilike|between)|\bbetween\s+[\x00\x01]\s+and)\s*\Z", re.IGNORECASE)
_VALUES = re.compile(r"\bvalues\s*(?:\([^()]*\)\s*,\s*)*\((?:[^()]*,)?\s*\Z", re.IGNORECASE)
_LISTED = re.compile(r"\bin\s*\((?:[^()]*,)?\s*\Z", re.IGNORECASE)
_AFTER = re.compile(
    r"\s*(?:\Z|[),;]|(?<=\s)(?:and|or|order|group|limit|where|returning|on|union|having|escape|then|else|end|collate)\b)",
    re.IGNORECASE,
)
_AROUND = re.compile(r"[\w %./@-]*")
_SIMPLE = re.compile(r"[\w.\[\]()]*")
_BOUND = re.compile(r"[A-Za-z]\w*")


@dataclass(frozen=True, slots=True)
class Bound:
    """Cuts in the statement, the values in order, and whether every value was text in quotes before."""

    cuts: list[Cut]
    values: list[str]
    names: list[str]
    quoted: bool


@dataclass(frozen=True, slots=True)
class _Value:
    """A hole where a value stands; `drop`: the quotes and constant text around it, which go too."""

    hole: Hole
    code: str
    drop: tuple[Atom, ...]
    quoted: bool


def bind(source: Source, call: ir.Call, callee: str) -> tuple[list[Cut], bool] | None:
    """Cuts that bind the values of the call's statement, and whether they keep what it does; None where that is not clear."""
    if not call.arguments or call.arguments[0].name:
        return None
    found = source.given(call.arguments[0].value)
    if found is None:
        return None
    value, assign = found
    text = built(source, value)
    if text is None:
        return None
    if callee.endswith(".text"):
        return _named(source, call, text) if assign is None and callee.startswith(("sqlalchemy.", "sqlmodel.")) else None
    driver = _driver(source)
    if driver is None:
        return None
    style, double = driver
    bound = _bound(source, text, style, double=double)
    if bound is None:
        return None
    given = _arguments(source, call, bound.values, style)
    if given is None:
        return None
    # asyncpg takes numbers for numbers only; MySQL's JavaScript drivers make more of an object than its text.
    return [*bound.cuts, *given], bound.quoted and (not double if source.script else style != "$")


def _driver(source: Source) -> tuple[str, bool] | None:
    """How the file's only driver marks a value, and whether its database takes texts in double quotes."""
    table = _SCRIPT if source.script else _PYTHON
    imports = source.module.imports
    used = {
        (style, name in _MYSQL)
        for style, names in table.items()
        for name in names
        if any(found == name or found.startswith(f"{name}.") for found in imports)
    }
    return used.pop() if len(used) == 1 else None


def _arguments(source: Source, call: ir.Call, values: list[str], style: str) -> list[Cut] | None:
    """Cuts that give the values to the call."""
    name = call.function.name if isinstance(call.function, ir.Attr) else ""
    joined = ", ".join(values)
    if source.script and name == "prepare":
        outer = source.parent(source.parent(call) or call)
        method = source.parent(call)
        if not (isinstance(outer, ir.Call) and isinstance(method, ir.Attr) and outer.function is method):
            return None
        if outer.arguments or method.name not in _PREPARED or source.text[source.end(outer) - 2] != "(":
            return None
        place = source.end(outer) - 1
        return [(place, place, joined)]
    if name not in _METHODS or (len(call.arguments) > 1 and not source.script):
        return None
    if len(call.arguments) > 1 and not isinstance(call.arguments[1].value, ir.Function):
        return None
    if source.script:
        given = f"[{joined}]"
    elif style == "$":
        given = joined
    elif style == ":":
        given = f"[{joined}]"
    else:
        given = f"({joined},)" if len(values) == 1 else f"({joined})"
    place = source.argument_end(call, 0)
    return [(place, place, f", {given}")]


def _named(source: Source, call: ir.Call, text: Built) -> tuple[list[Cut], bool] | None:
    """SQLAlchemy's `text`: named places, bound to the text itself."""
    if len(call.arguments) != 1:
        return None
    bound = _bound(source, text, ":name", double=False)
    if bound is None:
        return None
    pairs = ", ".join(f"{name}={value}" for name, value in zip(bound.names, bound.values, strict=True))
    end = source.end(call)
    return [*bound.cuts, (end, end, f".bindparams({pairs})")], bound.quoted


def _bound(source: Source, text: Built, style: str, *, double: bool) -> Bound | None:
    values = _values(source, text, double=double)
    if values is None:
        return None
    gone = {id(atom) for value in values for atom in value.drop}
    names: list[str] = []
    cuts: list[Cut] = [(atom.start, atom.end, "") for value in values for atom in value.drop]
    merged: set[int] = set()
    for number, value in enumerate(values, start=1):
        names.append(_name(value.hole, number, names))
        mark = {"$": f"${number}", ":": f":{number}", ":name": f":{names[-1]}"}.get(style, style)
        more = _emptied(source, text, value.hole, mark, gone, merged)
        if more is None:
            return None
        cuts += more
    kept = [part for part in text.parts if isinstance(part, Atom) and id(part) not in gone]
    for atom in kept:
        raw = source.text[atom.start : atom.end]
        if atom.char == "%" and (style == "%s") != (len(raw) == 2):
            cuts.append((atom.start, atom.end, "%%" if style == "%s" else "%"))
        elif atom.char in "{}" and len(raw) == 2:
            cuts.append((atom.start, atom.end, atom.char))
    for literal in text.literals:
        mark_at = literal.prefix.lower().find("f")
        if mark_at >= 0 and literal.start not in merged:
            cuts.append((literal.start + mark_at, literal.start + mark_at + 1, ""))
    if text.tail is not None:
        cuts.append((text.tail, text.end, ""))
    return Bound(_outermost(cuts), [value.code for value in values], names, all(value.quoted for value in values))


def _outermost(cuts: list[Cut]) -> list[Cut]:
    """Without deletions that lie inside larger cuts."""
    wide = [cut for cut in cuts if cut[1] - cut[0] > 2]
    return [
        cut for cut in cuts if cut[2] or cut in wide or not any(start <= cut[0] and cut[1] <= end for start, end, _ in wide)
    ]


def _name(hole: Hole, number: int, taken: list[str]) -> str:
    name = hole.node.id if isinstance(hole.node, ir.Name) else ""
    return name if _BOUND.fullmatch(name) and name not in taken else f"value{number}"


def _emptied(source: Source, text: Built, hole: Hole, mark: str, gone: set[int], merged: set[int]) -> list[Cut] | None:
    """Cuts that put a mark where a hole was. `merged`: literals that have become a part of the one before."""
    if hole.inside:
        return [(hole.start, hole.end, mark)]
    left, right = hole.left, hole.right
    if left is None:
        return None
    if right is None:
        return [(left.body_end, left.body_end, mark), (left.end, text.end, "")] if _bare(source, left.end, text.end) else None
    line = "\n" not in source.text[left.end : right.start]
    if line and _kind(left) == _kind(right):
        if not _bare(source, left.end, right.start):
            return None
        merged.add(right.start)
        return [(left.body_end, right.body, mark)]
    rest = [part for part in text.parts if isinstance(part, Atom) and right.body <= part.start < right.body_end]
    if all(id(atom) in gone for atom in rest) and right is text.literals[-1]:
        if not _bare(source, left.end, right.start):
            return None
        merged.add(right.start)
        return [(left.body_end, left.body_end, mark), (left.end, right.end, "")]
    plus = source.text.index("+", left.end) + 1
    kept = plus + len(source.text[plus : hole.start]) - len(source.text[plus : hole.start].lstrip())
    if source.commented(left.end, plus) or not _bare(source, kept, right.start):
        return None
    return [(left.body_end, left.body_end, mark), (kept, right.start, "")]


def _bare(source: Source, start: int, end: int) -> bool:
    return not source.commented(start, end)


def _kind(literal: Literal) -> tuple[str, str]:
    return literal.prefix.lower().replace("f", "").replace("u", ""), literal.quote


# ---------------------------------------------------------------- where a value stands


def _values(source: Source, text: Built, *, double: bool) -> list[_Value] | None:
    """Every hole as a value; None when one of them is not, or the statement is not read."""
    parts = [part for part in text.parts if isinstance(part, Hole) or part.char]
    sql = "".join("\0" if isinstance(part, Hole) else part.char for part in parts)
    if sql.count("\0") != len(text.holes) or "\1" in sql or not _STATEMENT.match(sql):
        return None
    found: list[_Value] = []
    masked: list[str] = []
    at = 0
    while at < len(sql):
        if sql[at] not in "'\"":
            if sql[at] == "\0":
                if not _stands("".join(masked), sql[at + 1 :], quoted=False):
                    return None
                hole = parts[at]
                assert isinstance(hole, Hole)
                found.append(_Value(hole, hole.code, (), False))
            masked.append(sql[at])
            at += 1
            continue
        end = sql.find(sql[at], at + 1)
        if end < 0 or sql[end + 1 : end + 2] == sql[at] or "\\" in sql[at:end]:
            return None
        inner = sql[at + 1 : end]
        if "\0" in inner:
            if (sql[at] == '"' and not double) or not _stands("".join(masked), sql[end + 1 :], quoted=True):
                return None
            value = _quoted(source, parts[at : end + 1], inner)
            if value is None:
                return None
            found.append(value)
        masked.append("\1")
        at = end + 1
    return None if _MARKED.search("".join(masked)) else found


def _stands(before: str, after: str, *, quoted: bool) -> bool:
    """Whether a value may stand between the two parts of a statement."""
    if quoted and (_LISTED.search(before) or re.match(r"\s*::\s*\w", after)):
        return bool(_LISTED.search(before) or _COMPARED.search(before) or _VALUES.search(before))
    return bool((_COMPARED.search(before) or _VALUES.search(before)) and _AFTER.match(f" {after}" if quoted else after))


def _quoted(source: Source, parts: list[Atom | Hole], inner: str) -> _Value | None:
    """A hole in quotes, with the constant text that stands there beside it."""
    before, _, after = inner.partition("\0")
    if not _AROUND.fullmatch(before) or not _AROUND.fullmatch(after):
        return None
    hole = next(part for part in parts if isinstance(part, Hole))
    atoms = tuple(part for part in parts if isinstance(part, Atom))
    if not before and not after:
        code = hole.code
    elif source.script:
        code = f"`{before}${{{hole.code}}}{after}`"
    elif _SIMPLE.fullmatch(hole.code):
        code = f'f"{before}{{{hole.code}}}{after}"'
    else:
        value = hole.code if hole.text else f"str({hole.code})"
        code = " + ".join([*([f'"{before}"'] if before else []), value, *([f'"{after}"'] if after else [])])
    return _Value(hole, code, atoms, True)
