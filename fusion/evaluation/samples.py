"""Labelled changes: what a change is, and what a good review finds in it.

A data set is a file of JSON lines, one change a line, or a folder, in which every `*.jsonl` counts and every folder that holds
a `gold.toml`. docs/evaluation.md has the format for authors. Nothing of a data set is ever run.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Self, TypeVar

from pydantic import Field, ValidationError, field_validator, model_validator

from fusion.errors import UserError
from fusion.evaluation.kinds import kinds
from fusion.model import Record, Severity, Side

GOLD = "gold.toml"
PATCH = "change.patch"
SUFFIX = ".sample"
"""At the end of a file's name below `base` and `head` it is dropped: so a sample is no code to editors, linters and tests."""
LARGEST = 64_000_000
"""Bytes of a file of JSON lines."""
LARGEST_FILE = 2_000_000
"""Bytes of one file of a change."""


def _path(text: str) -> str:
    parts = PurePosixPath(text).parts
    if not parts or text != "/".join(parts) or ".." in parts or any(part.lower() == ".git" for part in parts):
        raise ValueError(f"{text!r} is no path below the repository's root")
    if "\0" in text or "\n" in text or "\\" in text:
        raise ValueError(f"{text!r} is no path that every system can write")
    return text


class Place(Record):
    """Lines of a file."""

    path: str
    """At head (with side LEFT, at base)."""
    line: int = Field(default=0, ge=0)
    """First line, from 1. Left out: where `quote` stands."""
    end_line: int = Field(default=0, ge=0)
    """Last line; left out: as many as `quote` has, or one."""
    quote: str = ""
    """The text of the lines, or a part that stands there once: the reader holds the label against it."""
    side: Side = Side.RIGHT
    """LEFT: the lines are of the base, since the change removes them."""

    @field_validator("path")
    @classmethod
    def _below(cls, path: str) -> str:
        return _path(path)

    @model_validator(mode="after")
    def _placed(self) -> Self:
        if not self.line and not self.quote:
            raise ValueError("one of line and quote says where it is")
        if self.end_line and self.end_line < max(self.line, 1):
            raise ValueError("end_line comes before line")
        return self


class Gold(Place):
    """One thing that a good review finds."""

    kind: str
    """One of `kinds.toml`."""
    also: tuple[str, ...] = ()
    """Other kinds under which one may rightly say the same."""
    at: tuple[Place, ...] = ()
    """Other places where one may rightly say it: the sink of a flow whose cause is elsewhere."""
    severity: Severity
    why: str = Field(min_length=10)
    """What goes wrong, and when: for people who check the label."""

    @field_validator("kind", "also")
    @classmethod
    def _known(cls, given: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for kind in (given,) if isinstance(given, str) else given:
            if kind not in kinds():
                near = difflib.get_close_matches(kind, kinds(), 1)
                hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(kinds())}"
                raise ValueError(f"there is no kind {kind!r}; {hint}")
        return given

    @property
    def accepted(self) -> tuple[str, ...]:
        """The kinds that fit it exactly."""
        return (self.kind, *self.also)

    @property
    def places(self) -> tuple[Place, ...]:
        """Every place where one may say it."""
        return (self, *self.at)


P = TypeVar("P", bound=Place)


class Sample(Record):
    """One labelled change: `base` and `head`, or `patch` (and `base`, what it applies to), or `repository` and `range`."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*(/[A-Za-z0-9][A-Za-z0-9_.-]*)*$", max_length=120)
    """Unique in the data set."""
    language: str = Field(min_length=1)
    """What most of it is written in, as `python`."""
    base: dict[str, str] | None = None
    """Path -> text before the change."""
    head: dict[str, str] | None = None
    """Path -> text that the change adds or replaces; other files stay as they are."""
    deleted: tuple[str, ...] = ()
    """Paths of the base that the change removes."""
    repository: str = ""
    """A local git folder; a relative one lies below the data set's own folder."""
    range: str = ""
    """The git range there, `BASE..HEAD`."""
    patch: str = ""
    """The text of a diff."""
    gold: tuple[Gold, ...] = ()
    """Empty: the change is clean, and every finding is a false one."""
    notes: str = ""
    source: str = ""
    """Where the change comes from, and under which licence."""

    @field_validator("base", "head")
    @classmethod
    def _paths(cls, files: dict[str, str] | None) -> dict[str, str] | None:
        for path in files or ():
            _path(path)
        return files

    @model_validator(mode="after")
    def _one(self) -> Sample:
        inline = self.head is not None or bool(self.deleted)
        ways = [inline, bool(self.repository or self.range), bool(self.patch)]
        if sum(ways) != 1 or (self.base is not None and ways[1]):
            raise ValueError("a change is head (and base), or patch (and base), or repository and range: one of the three")
        if bool(self.repository) != bool(self.range):
            raise ValueError("repository and range belong together")
        if missing := [path for path in self.deleted if path not in (self.base or {})]:
            raise ValueError(f"deleted names {missing[0]}, which base has not")
        if inline and all((self.base or {}).get(path) == text for path, text in (self.head or {}).items()) and not self.deleted:
            raise ValueError("head has nothing that base has not")
        return self

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to find."""
        return not self.gold

    @property
    def is_inline(self) -> bool:
        """Whether both sides are known without git."""
        return self.head is not None or bool(self.deleted)

    @property
    def at_head(self) -> Mapping[str, str]:
        """Every file after the change, of an inline one."""
        merged = {**(self.base or {}), **(self.head or {})}
        return {path: text for path, text in merged.items() if path not in self.deleted}


def read(dataset: Path) -> tuple[Sample, ...]:
    """The changes of a data set, by id. Raises UserError: one sentence with file, line or key, and what belongs there."""
    found: dict[str, tuple[Sample, str]] = {}
    for sample, place in _all(dataset):
        if sample.id in found:
            raise UserError(f"{place}: the id {sample.id} is taken by {found[sample.id][1]}.")
        found[sample.id] = sample, place
    if not found:
        raise UserError(f"{dataset} holds no changes: it needs *.jsonl files, or folders with a {GOLD}.")
    return tuple(found[id][0] for id in sorted(found))


def digest(samples: Sequence[Sample]) -> str:
    """`sha256:` and 64 hex digits over the changes and their labels; where a repository lies does not count."""
    lines = [json.dumps(sample.model_dump(mode="json", exclude={"repository", "notes"}), sort_keys=True) for sample in samples]
    return f"sha256:{hashlib.sha256(chr(10).join(sorted(lines)).encode('utf-8', 'surrogatepass')).hexdigest()}"


def _all(dataset: Path) -> Iterator[tuple[Sample, str]]:
    if dataset.is_file():
        yield from _lines(dataset)
        return
    if not dataset.is_dir():
        raise UserError(f"There is no file or folder {dataset}.")
    for place, folders, names in os.walk(dataset):
        folder = Path(place)
        folders.sort()
        if GOLD in names:
            folders.clear()
            yield _folder(folder, dataset), str(folder / GOLD)
            continue
        folders[:] = [name for name in folders if name != ".git"]
        for name in sorted(names):
            if name.endswith(".jsonl"):
                yield from _lines(folder / name)


def _lines(file: Path) -> Iterator[tuple[Sample, str]]:
    for number, line in enumerate(_text(file, LARGEST).split("\n"), 1):
        if not line.strip():
            continue
        place = f"{file}, line {number}"
        try:
            given = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UserError(f"{place} is not JSON: {getattr(error, 'msg', 'it is nested too deep')}.") from None
        if not isinstance(given, dict):
            raise UserError(f"{place} is no JSON object: a line is one change.")
        yield _sample(given, place, file.parent), place


def _folder(folder: Path, dataset: Path) -> Sample:
    """The change of a folder: `gold.toml` beside `base/` and `head/`, or `change.patch`, or with repository and range."""
    file = folder / GOLD
    try:
        given = tomllib.loads(_text(file, LARGEST_FILE))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{file} is not TOML: {error}.") from None
    for name in ("base", "head", "patch"):
        if name in given:
            raise UserError(f"{file}, key {name}: files lie in base/ and head/ beside it, and a diff in {PATCH}.")
    given.setdefault("id", folder.relative_to(dataset).as_posix() if folder != dataset else folder.absolute().name)
    if (folder / PATCH).is_file():
        given["patch"] = _text(folder / PATCH, LARGEST_FILE)
    for name in ("base", "head"):
        if (folder / name).is_dir():
            given[name] = _tree(folder / name)
    return _sample(given, str(file), folder)


def _tree(folder: Path) -> dict[str, str]:
    files: dict[str, str] = {}
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            if path.is_symlink() or not path.is_file():
                raise UserError(f"{path} is no plain file: a change consists of files alone.")
            text = _text(path, LARGEST_FILE)
            key = path.relative_to(folder).as_posix().removesuffix(SUFFIX)
            if key in files:
                raise UserError(f"{path}: {key} is there already, with and without {SUFFIX}.")
            files[key] = text
    return files


def _sample(given: dict[str, Any], place: str, folder: Path) -> Sample:
    try:
        sample = Sample.model_validate(given)
    except ValidationError as error:
        raise UserError(f"{place}{_first(error)}.") from None
    if sample.repository:
        there = folder / sample.repository
        if not there.is_dir():
            raise UserError(f"{place}, key repository: there is no folder {sample.repository}.")
        sample = sample.model_copy(update={"repository": str(there.absolute())})
    placed = []
    for number, gold in enumerate(sample.gold):
        key = f"{place}, key gold.{number}"
        others = tuple(_anchored(other, sample, f"{key}.at.{index}") for index, other in enumerate(gold.at))
        placed.append(_anchored(gold, sample, key).model_copy(update={"at": others}))
    return sample.model_copy(update={"gold": tuple(placed)})


def _anchored(label: P, sample: Sample, key: str) -> P:
    """The label's place with its lines, held against the text where that is known."""
    line, end = label.line, label.end_line or label.line
    if not sample.is_inline:
        if not line:
            raise UserError(f"{key}.line: without head, the line has to be given.")
        return label.model_copy(update={"end_line": end})
    files = sample.at_head if label.side is Side.RIGHT else (sample.base or {})
    if label.path not in files:
        raise UserError(f"{key}.path: there is no {label.path} at {'head' if label.side is Side.RIGHT else 'base'}.")
    text = files[label.path]
    count = max(text.count("\n") + (not text.endswith("\n")), 1)
    if line > count or end > count:
        raise UserError(f"{key}.line: {label.path} has {count} lines.")
    quote = label.quote.strip("\n")
    if not quote:
        return label.model_copy(update={"end_line": end})
    rows = sorted({text.count("\n", 0, found.start()) + 1 for found in re.finditer(re.escape(quote), text)})
    if not rows:
        raise UserError(f"{key}.quote: {label.path} has no such text.")
    if not line:
        if len(rows) > 1:
            raise UserError(f"{key}.quote: it stands in lines {', '.join(map(str, rows))}; say which with line.")
        line = rows[0]
        end = label.end_line or line + quote.count("\n")
    elif not any(line <= row <= end for row in rows):
        raise UserError(f"{key}.quote: it stands in line {rows[0]}, not in {line}.")
    return label.model_copy(update={"line": line, "end_line": end})


def _text(file: Path, most: int) -> str:
    try:
        if (size := file.stat().st_size) > most:
            raise UserError(f"{file} has {size:,} bytes; up to {most:,} are read.")
        # Line ends stay as they are: they are part of a change.
        return file.read_bytes().decode("utf-8")
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UserError(f"{file} is not UTF-8.") from None


def _first(error: ValidationError) -> str:
    """The first mistake, as `, key gold.0.kind: what is wrong`."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    said = first["msg"].removeprefix("Value error, ").rstrip(".")
    said = {"missing": "it is missing", "extra_forbidden": "there is no such key"}.get(first["type"], said)
    return f", key {where}: {said}" if where else f": {said}"
