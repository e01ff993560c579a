"""Reading `.fusion.yml`: YAML with positions -> Policy, or one sentence that names file, line and what belongs there.

The file is small (256 KB, 12 levels) and plain: no anchors, aliases or tags, which a configuration never needs and which
make small files expand into large ones. Everything a file can hold ends in a Policy or a PolicyError.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from fusion.changes.patterns import spec as path_spec
from fusion.errors import PolicyError
from fusion.model import Record
from fusion.policy.rules import Policy
from fusion.policy.shape import bounds, choices_of, is_switches, item_of, record_of, wanted, words

if TYPE_CHECKING:
    from yaml import Node

LARGEST = 256 * 1024
"""Bytes."""
DEEPEST = 12
_LONGEST_NUMBER = 100
"""Characters."""
_PATTERNS = frozenset({"ignore", "generated", "local", "paths"})
_TAG = "tag:yaml.org,2002:"
_KNOWN_TAGS = frozenset({"bool", "float", "int", "map", "merge", "null", "seq", "str", "timestamp", "value"})


def load(data: bytes, *, origin: str) -> Policy:
    """The policy in a file's bytes; an empty file means the defaults. `origin` names the file in errors. Raises PolicyError."""
    if len(data) > LARGEST:
        raise PolicyError(f"{origin}: the file has {len(data):,} bytes; at most {LARGEST:,} are read.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PolicyError(f"{origin}, line {line}: the file is not UTF-8.") from None
    node = _compose(text, origin)
    reader = _Reader(origin)
    if node is None or _is(node, "null"):
        return Policy()
    if not _is(node, "map"):
        reader.refuse(node, f"the file must be {words(Policy)}, not {_shown(node)}")
    values = reader.record(node, Policy, "")
    try:
        return Policy.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise PolicyError(f"{origin}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from None


def _compose(text: str, origin: str) -> Node | None:
    """The document as nodes with marks, after a look at its events that refuses what could expand or nest without end."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    try:
        for event in yaml.parse(text, Loader=loader):
            line = f"{origin}, line {event.start_mark.line + 1}" if event.start_mark else origin
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
                raise PolicyError(
                    f"{line}: anchors (&) and aliases (*) are not taken here; write the value out, or quote the text."
                )
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEEPEST:
                    raise PolicyError(f"{line}: nested more than {DEEPEST} levels deep.")
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
        return yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{origin}, line {mark.line + 1}, column {mark.column + 1}" if mark else origin
        raise PolicyError(f"{where}: not valid YAML: {error.problem or error.context}.") from None
    except yaml.reader.ReaderError as error:
        number = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 1
        raise PolicyError(f"{origin}, line {number}: a character that YAML does not allow.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise PolicyError(f"{origin}: not valid YAML: {error}.") from None


class _Reader:
    """Turns nodes into values of the policy's types; every refusal names the line and the key."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def refuse(self, node: Node, why: str) -> None:
        """Raise PolicyError at a node."""
        end = "" if why.endswith("?") else "."
        raise PolicyError(f"{self.origin}, line {node.start_mark.line + 1}: {why}{end}")

    def record(self, node: Node, kind: type[Record], key: str) -> dict[str, Any]:
        """A mapping with known keys."""
        values: dict[str, Any] = {}
        for name, name_node, value_node in self._items(node, key):
            if name not in kind.model_fields:
                self.refuse(name_node, _unknown(name, kind.model_fields, key))
            field = kind.model_fields[name]
            value = self._value(value_node, field.annotation, _join(key, name), field)
            if value is not None:
                values[name] = value
        for name, field in kind.model_fields.items():
            if field.is_required() and name not in values:
                self.refuse(node, f"{_called(key)} needs the key `{name}`, {words(field.annotation, field)}")
        return values

    def _items(self, node: Node, key: str) -> list[tuple[str, Node, Node]]:
        items: list[tuple[str, Node, Node]] = []
        lines: dict[str, int] = {}
        for name_node, value_node in node.value:
            if not isinstance(name_node.value, str):
                self.refuse(name_node, f"a key of {_called(key)} must be a text")
            name = name_node.value
            if name in lines:
                self.refuse(name_node, f"the key `{_short(name)}` is already on line {lines[name]}")
            lines[name] = name_node.start_mark.line + 1
            items.append((name, name_node, value_node))
        return items

    def _value(self, node: Node, annotation: Any, key: str, field: FieldInfo | None = None) -> Any:
        item, record = item_of(annotation), record_of(annotation)
        is_collection = item is not None or record is not None or is_switches(annotation)
        if is_collection and _is(node, "null"):
            # `ignore:` with nothing behind it, as people leave it when they delete the last entry.
            return None
        needed = "seq" if item is not None else "map" if is_collection else ""
        if needed and not _is(node, needed):
            self.refuse(node, _expected(key, words(annotation), node))
        if item is not None:
            return tuple(self._entry(child, item, f"{key}[{index}]", key) for index, child in enumerate(node.value))
        if record is not None:
            return self.record(node, record, key)
        if is_switches(annotation):
            return {name: self._value(value, bool, _join(key, name)) for name, _, value in self._items(node, key)}
        return self._scalar(node, annotation, key, field)

    def _entry(self, node: Node, annotation: Any, key: str, list_key: str) -> Any:
        value = self._value(node, annotation, key)
        if value is None:
            self.refuse(node, _expected(key, words(annotation), node))
        if annotation is str and list_key.rpartition(".")[2] in _PATTERNS:
            self._check_pattern(node, value, key)
        return value

    def _check_pattern(self, node: Node, pattern: str, key: str) -> None:
        try:
            path_spec([pattern])
        except ValueError:
            self.refuse(node, f"{_called(key)} is not a path pattern as in .gitignore: {_short(repr(pattern))}")

    def _scalar(self, node: Node, annotation: Any, key: str, field: FieldInfo | None) -> Any:
        annotation = wanted(annotation)
        if annotation is date:
            day = _day(node)
            if day is None:
                self.refuse(node, _expected(key, words(date), node))
            return day
        value = _plain(node)
        choices = choices_of(annotation)
        if choices and isinstance(value, bool) and node.value in choices:
            # YAML 1.1 reads a bare `off` as false.
            value = node.value
        if choices:
            # `True == 1` in Python, and `version: true` is no version.
            match = next((choice for choice in choices if value == choice and type(value) in (type(choice), str)), None)
            if match is None:
                near = difflib.get_close_matches(str(value).lower(), [str(choice) for choice in choices], n=1)
                quoted = bool(near) and near[0] == value
                hint = "; leave the quotes out" if quoted else f"; did you mean {near[0]}?" if near else ""
                self.refuse(node, _expected(key, words(annotation), node) + hint)
            return match
        kinds: tuple[type, ...] = (int, float) if annotation is float else (annotation,)
        if type(value) not in kinds or not _within(value, bounds(field)):
            hint = "; put the text in quotes" if annotation is str and isinstance(value, bool | int | float) else ""
            self.refuse(node, _expected(key, words(annotation, field), node) + hint)
        if value and key.rpartition(".")[2] == "path":
            self._check_pattern(node, value, key)
        return value


def _plain(node: Node) -> Any:
    """The value of a plain scalar; the node itself, which no type accepts, when it is a collection or has a tag of its own."""
    import yaml

    if not isinstance(node, yaml.ScalarNode):
        return node
    constructor = yaml.constructor.SafeConstructor()
    if len(node.value) > _LONGEST_NUMBER and node.tag != f"{_TAG}str":
        # YAML 1.1 multiplies `1:1:1` up, and no Python shows a number of so many digits.
        return node
    try:
        match node.tag.removeprefix(_TAG):
            case "str":
                return str(node.value)
            case "int":
                return constructor.construct_yaml_int(node)
            case "float":
                return constructor.construct_yaml_float(node)
            case "bool":
                return constructor.construct_yaml_bool(node)
    except (ValueError, KeyError, OverflowError, IndexError):
        return node
    return node


def _day(node: Node) -> date | None:
    """A day, in quotes or not; None for everything else, a time of day included."""
    if node.tag not in (f"{_TAG}str", f"{_TAG}timestamp") or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(node.value)):
        return None
    try:
        return date.fromisoformat(node.value)
    except ValueError:
        return None


def _within(value: Any, limits: Mapping[str, float]) -> bool:
    if isinstance(value, float) and not math.isfinite(value):
        return False
    return (
        ("ge" not in limits or value >= limits["ge"])
        and ("gt" not in limits or value > limits["gt"])
        and ("le" not in limits or value <= limits["le"])
    )


def _is(node: Node, tag: str) -> bool:
    """Whether a node is a plain `map`, `seq` or `null`; a tag may claim what the node is not."""
    kind = {"map": "mapping", "seq": "sequence"}.get(tag, "scalar")
    return node.tag == _TAG + tag and getattr(node, "id", "") == kind


def _unknown(name: str, known: Iterable[str], key: str) -> str:
    names = list(known)
    near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    hint = f"did you mean `{near[0]}`?" if near else f"the keys are {', '.join(names)}"
    return f"unknown key `{_short(name)}` in {_called(key)}; {hint}"


def _expected(key: str, expected: str, node: Node) -> str:
    return f"{_called(key)} must be {expected}, not {_shown(node)}"


def _shown(node: Node) -> str:
    if node.tag.removeprefix(_TAG) not in _KNOWN_TAGS:
        return f"a value with the tag {_short(node.tag)}"
    if not isinstance(node.value, str):
        return "a mapping" if _is(node, "map") else "a list"
    if _is(node, "null"):
        return "nothing"
    return f"`{_short(node.value)}`"


def _short(text: str) -> str:
    flat = "".join(character if character.isprintable() else " " for character in text)
    return flat if len(flat) <= 60 else f"{flat[:57]}..."


def _called(key: str) -> str:
    return f"`{_short(key)}`" if key else "the file"


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
