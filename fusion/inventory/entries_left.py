"""What readers of manifests leave out: entries that are none in their format, so that a file counts as read only in part."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from fusion.inventory.documents import json_object, mapping, sequence
from fusion.inventory.pip_options import logical, packed
from fusion.reading.comparison import lines_of
from fusion.reading.dependencies import table

_MOST = 5
"""Lines that are named."""
_SPEC = r"(?:===?|~=|!=|<=?|>=?)\s*[\w.*+!-]+"
_SPECS = rf"{_SPEC}(?:\s*,\s*{_SPEC})*\s*,?"
_EXTRAS = r"\[[\w.,\s-]{0,400}\]"
_REQUIREMENT = re.compile(
    rf"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?\s*(?:{_EXTRAS})?\s*(?:@\s*\S+|\(\s*(?:{_SPECS})?\s*\)|{_SPECS})?\s*(?:;.*)?"
)
_ADDRESS = re.compile(r"(?:git\+\S+|[a-z][a-z0-9+.-]*://\S+)\s*(?:;.*)?", re.I)
_GO = re.compile(r"(?:require\s+)?[\w.~-]+(?:/[\w.~-]+)*\s+v\S+\s*(?://.*)?")
_SECTIONS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")


def left_out(format: str, text: str) -> str:
    """Which lines the format's reader leaves out, as a sentence; empty: none, or the format is not asked about.

    Raises ValueError (UnreadableManifest) as the reader does.
    """
    reader = _READERS.get(format)
    lines = sorted(set(islice(reader(text), _MOST + 1))) if reader is not None else []
    if not lines:
        return ""
    if len(lines) == 1:
        return f"line {lines[0]} cannot be read as a requirement"
    more = " and others" if len(lines) > _MOST else ""
    return f"lines {', '.join(map(str, lines[:_MOST]))}{more} cannot be read as requirements"


def _requirements(text: str) -> Iterator[int]:
    for number, line in logical(text):
        said = re.split(r"\s--?\w", line)[0]
        if line and not line.startswith(("-", ".", "/")) and not packed(line) and not is_requirement(said):
            yield number


def is_requirement(said: str) -> bool:
    """Whether it is a requirement as PEP 508 and pip write it, or an address."""
    # One blank at most in a row: the patterns' time grows with the power of their number.
    said = " ".join(said.split())
    if len(said) > 2_000:
        return False
    return _REQUIREMENT.fullmatch(said) is not None or _ADDRESS.fullmatch(said) is not None


def _pyproject(text: str) -> Iterator[int]:
    data = table(text)
    project = mapping(data.get("project"))
    groups = mapping(data.get("dependency-groups"))
    lists = [project.get("dependencies", []), mapping(data.get("build-system")).get("requires", [])]
    lists += [*mapping(project.get("optional-dependencies")).values(), *groups.values()]
    for entries in lists:
        if not isinstance(entries, list):
            yield _line(text, "dependencies")
        for one in sequence(entries):
            if isinstance(one, str) and not is_requirement(one):
                yield _line(text, one)
            elif not isinstance(one, str) and "include-group" not in mapping(one):
                yield _line(text, "dependencies")
    poetry = mapping(mapping(data.get("tool")).get("poetry"))
    tables = [
        poetry,
        {"dependencies": poetry.get("dev-dependencies", {})},
        *map(mapping, mapping(poetry.get("group")).values()),
    ]
    for one in tables:
        yield from _bad(text, one.get("dependencies", {}), (str, dict, list))


def _cargo(text: str) -> Iterator[int]:
    data = table(text)
    for place in (data, mapping(data.get("workspace")), *map(mapping, mapping(data.get("target")).values())):
        for section in ("dependencies", "dev-dependencies", "build-dependencies"):
            yield from _bad(text, place.get(section, {}), (str, dict))


def _package(text: str) -> Iterator[int]:
    data = json_object(text)
    for section in _SECTIONS:
        yield from _bad(text, data.get(section) if data.get(section) is not None else {}, (str,))


def _composer(text: str) -> Iterator[int]:
    data = json_object(text)
    for section in ("require", "require-dev"):
        # PHP writes an empty table as an empty list.
        yield from _bad(text, data.get(section) or {}, (str,))


def _pipfile(text: str) -> Iterator[int]:
    data = table(text)
    for section in ("packages", "dev-packages"):
        said = data.get(section, {})
        yield from _bad(text, said, (str, dict))
        for name, one in mapping(said).items():
            if not isinstance(mapping(one).get("version", ""), str):
                yield _key_line(text, name)


def _bad(text: str, section: object, fitting: tuple[type, ...]) -> Iterator[int]:
    """Entries of a table by name whose value has none of the types; a section that is no table is one itself."""
    if not isinstance(section, dict):
        yield _line(text, "dependencies")
    for name, said in mapping(section).items():
        if not isinstance(said, fitting):
            yield _key_line(text, name)


def _key_line(text: str, name: str) -> int:
    """The first line that begins with that key; else the first that has it anywhere."""
    match = re.search(rf"^[ \t]*[\"']?{re.escape(name[:400])}[\"']?[ \t]*[=:]", text, re.M)
    return text.count("\n", 0, match.start()) + 1 if match else _line(text, name)


def _line(text: str, said: str) -> int:
    """The first line with that text; 1 where it is written in another way."""
    at = text.find(said) if said else -1
    return 1 if at < 0 else text.count("\n", 0, at) + 1


def _go(text: str) -> Iterator[int]:
    inside = ""
    for number, raw in enumerate(lines_of(text), start=1):
        line = raw[:1_000].strip()
        block = re.match(r"(\w+)\s*\($", line)
        if block:
            inside = block[1]
        elif line == ")":
            inside = ""
        elif not line or line.startswith("//") or _GO.fullmatch(line):
            continue
        elif inside == "require" or re.match(r"require\b", line):
            yield number


_READERS: Mapping[str, Callable[[str], Iterator[int]]] = {
    "pip requirements": _requirements,
    "pip constraints": _requirements,
    "pyproject.toml": _pyproject,
    "package.json": _package,
    "go.mod": _go,
    "Cargo.toml": _cargo,
    "composer.json": _composer,
    "Pipfile": _pipfile,
}
