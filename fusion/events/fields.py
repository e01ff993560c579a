"""Typed reading of JSON objects: only what is asked for is looked at, and a wrong type is Malformed, never another error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fusion.events.errors import Malformed

LARGEST = 2**53 - 1
"""Largest integer that every JSON reader keeps exactly (RFC 8259, section 6); GitHub's ids are smaller."""
LONGEST = 500
"""Characters of a name: logins, refs, labels and node ids are all shorter."""
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_LONE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Fields:
    """An object of a payload; `where` is its place, for messages."""

    value: Mapping[str, Any]
    where: str = ""

    def has(self, name: str) -> bool:
        """Whether the field is there, and not null."""
        return self.value.get(name) is not None

    def object(self, name: str) -> Fields:
        """The object in a field. Raises Malformed, as all readers here do."""
        found = self.value.get(name)
        if not isinstance(found, dict):
            raise self._wrong(name, "an object")
        return Fields(found, self._path(name))

    def object_or_none(self, name: str) -> Fields | None:
        """The object in a field that may be missing or null (a deleted user, a deleted fork)."""
        return self.object(name) if self.has(name) else None

    def objects(self, name: str) -> list[Fields]:
        """The objects of a list; none where the field is missing or null."""
        found = self.value.get(name)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise self._wrong(name, "a list of objects")
        return [Fields(item, f"{self._path(name)}[{index}]") for index, item in enumerate(found)]

    def text(self, name: str, *, longest: int | None = None) -> str:
        """A string; halves of surrogate pairs, which no encoding can write, become U+FFFD."""
        found = self.value.get(name)
        if not isinstance(found, str) or (longest is not None and len(found) > longest):
            raise self._wrong(name, "a string" if longest is None else f"a string of at most {longest:,} characters")
        return _LONE.sub("\ufffd", found)

    def name(self, name: str) -> str:
        """A short string: a login, a ref, a label, a node id."""
        return self.text(name, longest=LONGEST)

    def name_or_empty(self, name: str) -> str:
        """A short string that may be missing or null."""
        return self.name(name) if self.has(name) else ""

    def commit(self, name: str) -> str:
        """The id of a commit: 40 or 64 hexadecimal digits."""
        found = self.value.get(name)
        if not isinstance(found, str) or not _COMMIT.fullmatch(found):
            raise self._wrong(name, "a commit's id")
        return found

    def number(self, name: str) -> int:
        """A whole number from 0."""
        found = self.value.get(name)
        if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= LARGEST:
            raise self._wrong(name, "a whole number")
        return found

    def positive(self, name: str) -> int:
        """A whole number from 1: an id or a pull request's number."""
        found = self.number(name)
        if not found:
            raise self._wrong(name, "a number above 0")
        return found

    def number_or_zero(self, name: str) -> int:
        """A whole number that may be missing or null."""
        return self.number(name) if self.has(name) else 0

    def flag(self, name: str) -> bool:
        """True or false; a flag that is missing or null is false (older servers lack some)."""
        found = self.value.get(name)
        if found is not None and not isinstance(found, bool):
            raise self._wrong(name, "true or false")
        return bool(found)

    def time_or_none(self, name: str) -> datetime | None:
        """A time in UTC (ISO 8601); one without a zone is taken as UTC."""
        if not self.has(name):
            return None
        try:
            found = datetime.fromisoformat(self.text(name, longest=LONGEST))
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise self._wrong(name, "a time") from None

    def _path(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def _wrong(self, name: str, wanted: str) -> Malformed:
        return Malformed(f"The delivery is not as GitHub sends it: `{self._path(name)}` is not {wanted}.")
