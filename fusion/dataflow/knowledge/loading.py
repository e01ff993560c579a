"""Reads knowledge files: only those whose packages are imported, each checked against `schema`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

from pydantic import ValidationError

from fusion.dataflow.contexts.limits import ANY
from fusion.dataflow.knowledge.schema import Library
from fusion.dataflow.patterns.checks import restricts
from fusion.errors import UserError

OURS = Path(__file__).parent
GROUP = "fusion.knowledge"
"""Entry points that add knowledge: each names a package whose folder holds `python/*.toml` and `javascript/*.toml`."""

_PACKAGES = re.compile(rb"^packages\s*=\s*\[([^\]]*)\]", re.MULTILINE)
_TEXT = re.compile(rb"""["']([^"'\n]+)["']""")
_SEPARATORS = {"python": ".", "javascript": "/"}


def load(language: str, imported: Collection[str], extra: Sequence[Path] = ()) -> tuple[Library, ...]:
    """The libraries that concern files which import `imported`, ours first, in the order of their file names.

    `imported` holds packages as the language spells them (`flask`, `os.path`; `express`, `next/server`); a library whose
    package is one of them or holds one of them is read, and so is one without packages. `extra`: folders with `python/*.toml`
    and `javascript/*.toml`, or single such files. Raises UserError with a sentence for each mistake in a file that is read.
    """
    reached = _reached(language, imported)
    found: list[Library] = []
    for path, data in _files(language, extra):
        if _concerns(data, reached):
            found.append(parse(data, path))
    return tuple(found)


def load_all(language: str, extra: Sequence[Path] = ()) -> tuple[Library, ...]:
    """Every library, whatever is imported."""
    return tuple(parse(data, path) for path, data in _files(language, extra))


@lru_cache(maxsize=512)
def parse(data: bytes, path: Path) -> Library:
    """One knowledge file; UserError with a sentence for each mistake, which names `path`, the entry and the field.

    What was read once in a process is not parsed again.
    """
    try:
        table = tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        raise UserError(f"{path.name}: not UTF-8: {error.reason} at byte {error.start}.") from None
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path.name}: not TOML: {error}.") from None
    except RecursionError:
        raise UserError(f"{path.name}: it is nested too deeply.") from None
    try:
        library = Library.model_validate(table)
    except ValidationError as error:
        said = dict.fromkeys(_sentence(table, mistake) for mistake in _told(error.errors()))
        raise UserError("\n".join(f"{path.name}: {sentence}." for sentence in said)) from None
    if mistakes := tuple(_hollow(library)):
        raise UserError("\n".join(f"{path.name}: {mistake}." for mistake in mistakes))
    return library


def installed(found: Iterable[EntryPoint] | None = None) -> tuple[tuple[tuple[str, Path], ...], Mapping[str, str]]:
    """Names of plugins with the folders that they add, and why the broken ones are, by name.

    `found` replaces the installed entry points.
    """
    folders: list[tuple[str, Path]] = []
    broken: dict[str, str] = {}
    for point in sorted(entry_points(group=GROUP) if found is None else found, key=lambda p: (p.name, p.value)):
        try:
            spec = find_spec(point.value)
        except (ImportError, ValueError) as error:
            broken[point.name] = f"{point.value} is not found: {error}"
            continue
        places = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
        if folder := next((place for place in places if place.is_dir()), None):
            folders.append((point.name, folder))
        else:
            broken[point.name] = f"{point.value} is not a package with a folder"
    return tuple(folders), broken


def _files(language: str, extra: Sequence[Path]) -> Iterator[tuple[Path, bytes]]:
    for place in (OURS, *extra):
        for path in files(place, language):
            yield path, path.read_bytes()


def files(place: Path, language: str) -> list[Path]:
    """The knowledge files of a language in a folder, in order of their names; a single file is its own only one."""
    if place.suffix == ".toml" and not place.is_dir():
        return [place] if place.parent.name == language else []
    return sorted((place / language).glob("*.toml"))


def _reached(language: str, imported: Collection[str]) -> frozenset[bytes]:
    """The imported names and everything that holds them: `os.path` reaches `os`."""
    separator = _SEPARATORS[language]
    names: set[str] = set()
    for name in imported:
        while name and name not in names:
            names.add(name)
            name = name.rpartition(separator)[0]
    return frozenset(name.encode() for name in names)


def _concerns(data: bytes, reached: frozenset[bytes]) -> bool:
    """A look at one line, because parsing costs a hundred times as much; where there is none, the schema complains."""
    match = _PACKAGES.search(data)
    if match is None:
        return True
    packages = _TEXT.findall(match[1])
    return not packages or any(package in reached for package in packages)


_BRANCH = re.compile(r"[\w-]+\[.*\]")
"""How pydantic names the members of a union in the place of a mistake; the file has no such field."""


def _told(mistakes: Iterable[Mapping[str, object]]) -> Iterator[Mapping[str, object]]:
    """The mistakes, without the branches of unions in their places; of one that fits no branch, only the first is told."""
    seen: set[tuple[object, ...]] = set()
    for mistake in mistakes:
        loc = mistake["loc"]
        assert isinstance(loc, tuple)
        place = tuple(part for part in loc if not (isinstance(part, str) and _BRANCH.fullmatch(part)))
        if place == loc or place not in seen:
            yield {**mistake, "loc": place}
        seen.add(place)


def _sentence(table: Mapping[str, object], mistake: Mapping[str, object]) -> str:
    """`[[source]] 2 (reads of flask.request.args), paths: ...`: the entry, the field, then what is wrong with it."""
    place = mistake["loc"]
    assert isinstance(place, tuple)
    what = str(mistake["msg"]).removeprefix("Value error, ").rstrip(".")
    if mistake["type"] == "extra_forbidden":
        what = "there is no such field"
    elif mistake["type"] == "missing":
        what = "it must be given"
    elif mistake["type"] in ("enum", "literal_error"):
        what = f"{mistake['input']!r} is not one of them; {what[0].lower()}{what[1:]}"
    match place:
        case (str(section), int(number), *rest):
            entry = f"[[{section}]] {number + 1}{_named(table, section, number)}"
            field = ".".join(str(part) for part in rest if not isinstance(part, int))
            return f"{entry}, {field}: {what}" if field else f"{entry}: {what}"
        case _:
            return f"{'.'.join(str(part) for part in place)}: {what}"


def _named(table: Mapping[str, object], section: str, number: int) -> str:
    """What a person recognises an entry by."""
    entries = table[section]
    entry = entries[number] if isinstance(entries, list) else None
    if not isinstance(entry, dict):
        return ""
    for key in ("name", "note"):
        if isinstance(entry.get(key), str):
            return f" ({entry[key]})"
    return ""


def _hollow(library: Library) -> Iterator[str]:
    """Entries that can never apply or never do anything."""
    for number, sink in enumerate(library.sink, 1):
        if not (sink.calls or sink.stores or sink.names):
            yield f"[[sink]] {number} ({sink.note}): give calls, stores or names, or nothing can reach it"
    for number, setting in enumerate(library.setting, 1):
        if not (setting.calls or setting.stores or setting.names):
            yield f"[[setting]] {number} ({setting.note}): give calls, stores or names, or nothing can be set"
    for number, sanitizer in enumerate(library.sanitizer, 1):
        if not (sanitizer.clears or sanitizer.lacks or sanitizer.matches):
            yield f"[[sanitizer]] {number} ({sanitizer.note}): give clears, lacks or matches, or it cleans nothing"
        if sanitizer.matches and restricts(sanitizer.matches, "", "fullmatch", "python") == ANY:
            yield f"[[sanitizer]] {number} ({sanitizer.note}): matches is not understood, or says nothing of the text"
    for number, flag in enumerate(library.flag, 1):
        if not (flag.calls or flag.stores):
            yield f"[[flag]] {number} ({flag.note}): give calls or stores, or nothing sets it"
    for number, entry in enumerate(library.entry, 1):
        if not (entry.decorators or entry.calls or entry.bases or entry.names or entry.signature or entry.directive):
            ways = "decorators, calls, bases, names, signature or directive"
            yield f"[[entry]] {number} ({entry.note}): give {ways}, or no function is one"
        if bool(entry.bases) != bool(entry.methods):
            yield f"[[entry]] {number} ({entry.note}): bases and methods go together"
    names = [kind.name for kind in library.type]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"[[type]] {name}: it is there twice"
