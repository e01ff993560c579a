"""Reading TOML tables into records, with errors that name line and key. Pure.

`tomllib` gives no positions, so the line of a key is looked up in the text when there is something to complain about.
"""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, NoReturn, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from fusion.errors import PolicyError
from fusion.model import Record
from fusion.policy.shape import bounds, choices_of, item_of, record_of, words

Key = tuple[str, ...]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}")
_SECRET = frozenset({"key", "address"})
"""Keys whose values are not repeated in an error: they may hold a secret where they should not."""


class Tables:
    """The tables of one TOML document. Raises PolicyError for whatever is wrong in it."""

    def __init__(self, text: str, *, origin: str, largest: int) -> None:
        self.origin = origin
        self.text = text
        if len(text) > largest:
            raise PolicyError(f"{origin}: the file has {len(text):,} characters; at most {largest:,} are read.")
        try:
            self.document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise PolicyError(f"{origin}: {_syntax(str(error), text)}.") from None
        except (RecursionError, ValueError):
            raise PolicyError(f"{origin}: a value in it nests too deeply or is too large to be read.") from None

    def refuse(self, key: Key, why: str) -> NoReturn:
        """Raise PolicyError about a key."""
        line = _line(self.text, key)
        where = f", line {line}" if line else ""
        end = "" if why.endswith("?") else "."
        raise PolicyError(f"{self.origin}{where}: {_called(key)}: {why}{end}")

    def top(self, names: tuple[str, ...]) -> dict[str, Any]:
        """The document, all of whose keys are among `names` and tables."""
        for name, value in self.document.items():
            if name not in names:
                self.refuse((name,), f"there is no such key; {nearest(name, names)}")
            if not isinstance(value, dict):
                self.refuse((name,), f"it must be a table, [{name}...], not {_shown(value, name)}")
        return self.document

    def named(self, top: Mapping[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The tables below a table, by name."""
        for name, value in top.get(key, {}).items():
            if not isinstance(value, dict):
                self.refuse((key, name), f"it must be a table, [{key}.NAME], not {_shown(value, name)}")
            if not _NAME.fullmatch(name):
                self.refuse((key, name), "a name has letters, digits and any of . _ : / - and at most 100 characters")
            yield name, value

    def partial(self, table: Mapping[str, Any], kind: type[Record], key: Key) -> dict[str, Any]:
        """What a table says, checked key by key; keys may be missing."""
        known = [name for name in kind.model_fields if name != "name"]
        values: dict[str, Any] = {}
        for name, value in table.items():
            if name not in known:
                self.refuse((*key, name), f"there is no such key; {nearest(name, known)}")
            field = kind.model_fields[name]
            values[name] = self._value(value, field.annotation, (*key, name), field)
        return values

    def record(self, values: Mapping[str, Any], kind: type[Record], key: Key) -> Any:
        """A whole record of checked values."""
        for name, field in kind.model_fields.items():
            if field.is_required() and name not in values:
                self.refuse(key, f"the key `{name}` is missing, {_words(field.annotation, field)}")
        try:
            return kind.model_validate(dict(values))
        except ValidationError as error:
            first = error.errors()[0]
            # Only what the tables cannot express comes here: patterns and lengths of texts.
            texts = {"string_pattern_mismatch": f"it must look like {first.get('ctx', {}).get('pattern')}"}
            texts["string_too_short"] = "it must not be empty"
            said = texts.get(first["type"], first["msg"][:1].lower() + first["msg"][1:])
            self.refuse((*key, *map(str, first["loc"])), said)

    def _value(self, value: Any, annotation: Any, key: Key, field: FieldInfo | None = None) -> Any:
        annotation = _given(annotation)
        if get_origin(annotation) is dict:
            names, below = get_args(annotation)
            if not isinstance(value, dict):
                self._mistaken(value, annotation, key, field)
            return {
                self._value(name, names, (*key, name)): self._value(each, below, (*key, name)) for name, each in value.items()
            }
        if (kind := record_of(annotation)) is not None:
            if not isinstance(value, dict):
                self._mistaken(value, annotation, key, field)
            return self.record(self.partial(value, kind, key), kind, key)
        if (item := item_of(annotation)) is not None:
            if not isinstance(value, list):
                self._mistaken(value, annotation, key, field)
            return tuple(self._value(each, item, key) for each in value)
        if choices := choices_of(annotation):
            if isinstance(value, dict | list):
                self.refuse(key, f"it must be one of {', '.join(map(str, choices))}, not {_shown(value, key[-1])}")
            if not isinstance(value, str) or value not in choices:
                self.refuse(key, f"{_shown(value, key[-1])} is not known here; {nearest(str(value), map(str, choices))}")
            return value
        wanted = (int, float) if annotation is float else (annotation,)
        is_whole_date = annotation is not date or not isinstance(value, datetime)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        is_other = not isinstance(value, wanted) or (isinstance(value, bool) and annotation is not bool)
        if is_other or not is_whole_date or (is_number and not _within(value, bounds(field))):
            self._mistaken(value, annotation, key, field)
        return value

    def _mistaken(self, value: Any, annotation: Any, key: Key, field: FieldInfo | None) -> NoReturn:
        self.refuse(key, f"it must be {_words(annotation, field)}, not {_shown(value, key[-1])}")


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint at what was meant: the nearest of the names that there are, or all of them."""
    names = list(known)
    near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    if near:
        return f"did you mean `{near[0]}`?"
    return f"there are {', '.join(names)}" if names else "there are none"


def _given(annotation: Any) -> Any:
    """The type without None: TOML has no null, a key is left out instead."""
    if get_origin(annotation) in (UnionType, Union):
        return next(each for each in get_args(annotation) if each is not NoneType)
    return annotation


def _words(annotation: Any, field: FieldInfo | None) -> str:
    annotation = _given(annotation)
    if annotation is date:
        return "a date such as 2026-11-05, without quotes"
    if get_origin(annotation) is dict:
        return "a table of tables"
    if record_of(annotation) is not None:
        return "a table"
    if item_of(annotation) is not None and (choices := choices_of(item_of(annotation))):
        return f"a list of any of {', '.join(map(str, choices))}"
    return words(annotation, field)


def _within(value: float, limits: Mapping[str, float]) -> bool:
    return (
        math.isfinite(value)
        and ("ge" not in limits or value >= limits["ge"])
        and ("gt" not in limits or value > limits["gt"])
        and ("le" not in limits or value <= limits["le"])
    )


def _shown(value: Any, name: str) -> str:
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if name in _SECRET:
        return "that"
    return f"`{_short(str(value).lower() if isinstance(value, bool) else str(value))}`"


def _short(text: str) -> str:
    flat = "".join(character if character.isprintable() else " " for character in text)
    return flat if len(flat) <= 60 else f"{flat[:57]}..."


def _called(key: Key) -> str:
    parts = (part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else f'"{_short(part)}"' for part in key)
    return f"`{'.'.join(parts)}`"


def _syntax(said: str, text: str) -> str:
    """A syntax error in our words: `Cannot declare ('endpoints', 'a') twice (at line 5, column 13)`."""
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", said)
    line = place[1] if place and place[1] else max(len(text.splitlines()), 1)
    where, what = f"line {line}: ", said[: place.start()] if place else said
    if twice := re.fullmatch(r"Cannot declare \((.*)\) twice", what):
        key = tuple(part.strip(" '\"") for part in twice[1].split(",") if part.strip())
        return f"{where}{_called(key)}: the name is used twice"
    if what == "Cannot overwrite a value":
        return f"{where}the key is there already"
    return f"{where}not valid TOML: {_short(what[:1].lower() + what[1:])}"


def _line(text: str, key: Key) -> int:
    """The line that sets the key, or that opens the nearest table above it; 0: not found."""
    found, depth = 0, 0
    table: Key = ()
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = here = _path(stripped)
        else:
            name = stripped.partition("=")[0].strip()
            here = (*table, *_path(f"[{name}]")) if name and "=" in stripped and not stripped.startswith("#") else ()
        shared = next((place for place, (one, other) in enumerate(zip(here, key, strict=False)) if one != other), None)
        shared = min(len(here), len(key)) if shared is None else shared
        if shared > depth:
            found, depth = number, shared
    return found


def _path(header: str) -> Key:
    """The names in a table's header."""
    try:
        below: Any = tomllib.loads(header)
    except (ValueError, RecursionError):
        return ()
    names: list[str] = []
    while isinstance(below, dict) and len(below) == 1:
        name, below = next(iter(below.items()))
        names.append(name)
    return tuple(names)
