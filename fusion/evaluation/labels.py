"""Labels: which file shows which weakness, or shows how it is avoided.

Two forms are read. Our own, `*.labels.csv` or `labels.csv` below the folder, has a header and paths relative to its own folder:

    file,kind,cwe,vulnerable
    python/redirect/01_bad.py,open-redirect,601,true

The other, of public corpora, has a name (a path, or a file's stem anywhere below the folder), a category, and a CWE that
decides before the category does; its header line and comments (`#`) may be missing:

    # name,category,real,cwe
    Case00001,redirect,true,601
"""

from __future__ import annotations

import csv
import difflib
import os
import posixpath
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fusion.dataflow.knowledge.kinds import kinds
from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.repository.tree import language
from fusion.errors import UserError

HEADER = ["file", "kind", "cwe", "vulnerable"]
MAX_BYTES = 50_000_000
_TRUE = frozenset({"true", "yes", "1"})
_FALSE = frozenset({"false", "no", "0"})
_MORE_CWES: Mapping[Kind, tuple[int, ...]] = {
    Kind.COMMAND_INJECTION: (77,),
    Kind.CODE_INJECTION: (95, 96),
    Kind.WEAK_HASH: (916,),
    Kind.PATH_TRAVERSAL: (23, 36, 73),
    Kind.INSECURE_COOKIE: (1004,),
    Kind.WEAK_RANDOMNESS: (338,),
    Kind.CROSS_SITE_SCRIPTING: (80,),
    Kind.XML_EXTERNAL_ENTITIES: (827,),
    Kind.PROTOTYPE_POLLUTION: (915,),
}
"""Children and neighbours of a kind's own CWE under which the same flaw is filed."""
_CATEGORIES: Mapping[str, Kind] = {
    "cmdi": Kind.COMMAND_INJECTION,
    "codeinj": Kind.CODE_INJECTION,
    "codei": Kind.CODE_INJECTION,
    "deserialization": Kind.DESERIALIZATION,
    "hash": Kind.WEAK_HASH,
    "ldapi": Kind.LDAP_INJECTION,
    "pathtraver": Kind.PATH_TRAVERSAL,
    "redirect": Kind.OPEN_REDIRECT,
    "securecookie": Kind.INSECURE_COOKIE,
    "sqli": Kind.SQL_INJECTION,
    "trustbound": Kind.TRUST_BOUNDARY,
    "weakrand": Kind.WEAK_RANDOMNESS,
    "xpathi": Kind.XPATH_INJECTION,
    "xss": Kind.CROSS_SITE_SCRIPTING,
    "xxe": Kind.XML_EXTERNAL_ENTITIES,
    "ssrf": Kind.REQUEST_FORGERY,
    "ssti": Kind.TEMPLATE_INJECTION,
}
"""Abbreviations that public corpora use."""


@dataclass(frozen=True, slots=True)
class Label:
    """What somebody says about one file: it shows this kind of weakness, or how it is avoided."""

    path: str
    """Below the folder, with slashes."""
    kind: Kind
    vulnerable: bool


def walk(folder: Path) -> frozenset[str]:
    """Every regular file below the folder. Links are not followed, `.git` and installed packages not entered."""
    found: set[str] = set()
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in (".git", "node_modules")]
        for name in names:
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                found.add(path.relative_to(folder).as_posix())
    return frozenset(found)


def found(folder: Path, paths: Collection[str]) -> tuple[Label, ...]:
    """The labels of every label file below the folder. Raises UserError when there is none, and as `read` does."""
    files = sorted(path for path in paths if path.endswith(".labels.csv") or posixpath.basename(path) == "labels.csv")
    if not files:
        raise UserError(f"{folder} holds no labels.csv or *.labels.csv; name one with --labels or --csv-labels.")
    return _single([pair for file in files for pair in _own(folder / file, posixpath.dirname(file), paths)])


def read(file: Path, paths: Collection[str]) -> tuple[Label, ...]:
    """The labels of one file of our own form; its paths are relative to the folder. Raises UserError."""
    return _single(_own(file, "", paths))


def read_public(file: Path, paths: Collection[str], *, skip_unknown: bool = False) -> tuple[Label, ...]:
    """The labels of a file of the form name,category,real,cwe. Raises UserError."""
    stems: dict[str, list[str]] = {}
    for path in paths:
        if language(path) is not None:
            stems.setdefault(posixpath.splitext(posixpath.basename(path))[0], []).append(path)
    labels: list[tuple[str, Label]] = []
    for number, (place, row) in enumerate(_rows(file)):
        if number == 0 and len(row) > 1 and row[0].lstrip("# ").lower().endswith("name"):
            continue
        if row[0].startswith("#"):
            continue
        if len(row) < 4:
            raise UserError(f"{place} has {len(row)} columns, and name,category,real,cwe are needed.")
        name, category, real, cwe = row[:4]
        kind = _kind_of(_number(place, cwe), category)
        if kind is None:
            if skip_unknown:
                continue
            raise UserError(
                f"{place}: neither CWE {cwe} nor {category!r} is a kind that is looked for; --skip-unknown leaves it."
            )
        labels.append((place, Label(_named(place, name, paths, stems), kind, _flag(place, real))))
    return _single(labels)


def by_cwe(cwe: int) -> Kind | None:
    """The kind that a CWE number belongs to."""
    return _cwes().get(cwe)


@cache
def _cwes() -> Mapping[int, Kind]:
    table = {cwe: kind for kind, more in _MORE_CWES.items() for cwe in more}
    return table | {weakness.cwe: kind for kind, weakness in kinds().table.items()}


def _own(file: Path, below: str, paths: Collection[str]) -> list[tuple[str, Label]]:
    labels: list[tuple[str, Label]] = []
    for number, (place, row) in enumerate(_rows(file)):
        if number == 0:
            if row != HEADER:
                raise UserError(f"{place} is no header: the first line is {','.join(HEADER)}.")
            continue
        if len(row) != len(HEADER):
            raise UserError(f"{place} has {len(row)} columns, and {','.join(HEADER)} are needed.")
        path = posixpath.normpath(posixpath.join(below, row[0]))
        if path not in paths:
            raise UserError(f"{place}: there is no file {row[0]}.")
        _number(place, row[2])
        labels.append((place, Label(path, _kind(place, row[1]), _flag(place, row[3]))))
    return labels


def _rows(file: Path) -> Iterator[tuple[str, list[str]]]:
    """Each line with something in it, its cells stripped, and where it is."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            if (size := os.fstat(stream.fileno()).st_size) > MAX_BYTES:
                raise UserError(f"{file} has {size:,} bytes; label files of up to {MAX_BYTES:,} are read.")
            reader = csv.reader(stream, strict=True)
            empty = True
            for row in reader:
                if any(row):
                    empty = False
                    yield f"{file}, line {reader.line_num}", [cell.strip() for cell in row]
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{file} is no label file: {error}.") from None
    if empty:
        raise UserError(f"{file} is empty.")


def _single(labels: list[tuple[str, Label]]) -> tuple[Label, ...]:
    """The labels, each file and kind once."""
    known: dict[tuple[str, Kind], str] = {}
    for place, label in labels:
        before = known.setdefault((label.path, label.kind), place)
        if before != place:
            raise UserError(f"{place}: {label.path} has a label for {label.kind} already ({before}).")
    if not labels:
        raise UserError("The label files hold no labels.")
    return tuple(label for _, label in labels)


def _kind(place: str, text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError:
        near = difflib.get_close_matches(text, list(Kind), 1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(Kind)}."
        raise UserError(f"{place}: there is no kind {text!r}{hint}") from None


def _kind_of(cwe: int, category: str) -> Kind | None:
    if (kind := by_cwe(cwe)) is not None:
        return kind
    low = category.lower().replace("_", "-").replace(" ", "-")
    return Kind(low) if low in {*Kind} else _CATEGORIES.get(low.replace("-", ""))


def _number(place: str, text: str) -> int:
    digits = text.upper().removeprefix("CWE-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 6):
        raise UserError(f"{place}: {text!r} is no CWE number.")
    return int(digits)


def _flag(place: str, text: str) -> bool:
    low = text.lower()
    if low in _TRUE or low in _FALSE:
        return low in _TRUE
    raise UserError(f"{place}: {text!r} is neither true nor false.")


def _named(place: str, name: str, paths: Collection[str], stems: Mapping[str, list[str]]) -> str:
    if (path := posixpath.normpath(name)) in paths:
        return path
    same = stems.get(name, [])
    if not same:
        raise UserError(f"{place}: there is no file {name}.")
    if len(same) > 1:
        raise UserError(f"{place}: {name} can be {' or '.join(sorted(same)[:3])}; name it with its folder.")
    return same[0]
