"""Issues in memory, for tests and trials: a public fake of `fusion.ports.compliance.Issues`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from fusion.errors import FusionError, Gone
from fusion.ports import Place
from fusion.ports.compliance import Issue

LABEL = "fusion-compliance"
OURS = "fusion-"
US = "fusion[bot]"
_MARKER = re.compile(r"<!-- fusion:[^\r\n]{1,500}? -->")


@dataclass(slots=True, kw_only=True)
class KeptIssue:
    """One issue with everything on it."""

    number: int
    author: str
    title: str
    body: str
    labels: list[str]
    state: str = "open"
    closer: str = ""
    comments: list[tuple[str, str]] = field(default_factory=list)
    """Who said what."""

    @property
    def marker(self) -> str:
        """The last of our marks in its body."""
        return str(["", *_MARKER.findall(self.body)][-1])


class MemoryIssues:
    """Issues in memory; `people_open`, `turn` and `written` are for what people do there."""

    def __init__(self) -> None:
        self.issues: dict[str, dict[int, KeptIssue]] = {}
        self.failures: list[tuple[FusionError, bool]] = []
        """Raised by the next writes, one each; True: after the deed was done."""

    def fail(self, error: FusionError, *, late: bool = False) -> None:
        """The next write raises this, `late` after it was done."""
        self.failures.append((error, late))

    def add(self, name: str) -> None:
        """A repository without issues."""
        self.issues[name.lower()] = {}

    def written(self, name: str, number: int) -> KeptIssue:
        """An issue, whoever opened it; to be changed in place as people do."""
        return self._all(name)[number]

    def people_open(self, name: str, login: str, title: str, body: str = "", labels: Sequence[str] = ()) -> int:
        """Somebody opens one: its number."""
        return self._made(name, login, title, body, labels)

    def turn(self, name: str, number: int, login: str, *, state: str = "closed") -> None:
        """Somebody closes one, or opens it again."""
        found = self._all(name)[number]
        found.state, found.closer = state, login if state == "closed" else ""

    async def ours(self, place: Place) -> Sequence[Issue]:
        """As the port says, newest first."""
        found = [one for one in self._all(place.repository).values() if one.author == US and LABEL in one.labels]
        return [
            Issue(
                number=one.number,
                title=one.title,
                body=one.body,
                state=one.state,
                closed_by_us=one.state == "closed" and one.closer == US,
                labels=tuple(one.labels),
                marker=one.marker,
            )
            for one in reversed(found)
        ]

    async def open(self, place: Place, *, title: str, body: str, labels: Sequence[str]) -> int:
        """As the port says; opens none where an open one has the marker of this body."""
        late = self._before()
        marker = KeptIssue(number=0, author=US, title=title, body=body, labels=[]).marker
        same = [one for one in await self.ours(place) if marker and one.marker == marker and one.state == "open"]
        if same:
            number = same[0].number
            self._write(place, number, title, body, labels)
        else:
            number = self._made(place.repository, US, title, body, [LABEL, *labels])
        self._after(late)
        return number

    async def update(self, place: Place, number: int, *, title: str, body: str, labels: Sequence[str]) -> None:
        """As the port says. Labels of people stay."""
        late = self._before()
        self._write(place, number, title, body, labels)
        self._after(late)

    async def close(self, place: Place, number: int, *, comment: str) -> None:
        """As the port says."""
        self._turned(place, number, comment, "closed")

    async def reopen(self, place: Place, number: int, *, comment: str) -> None:
        """As the port says."""
        self._turned(place, number, comment, "open")

    def _turned(self, place: Place, number: int, comment: str, state: str) -> None:
        late = self._before()
        found = self._one(place, number)
        if found.state != state:
            if found.comments[-1:] != [(US, comment)]:
                found.comments.append((US, comment))
            self.turn(place.repository, number, US, state=state)
        self._after(late)

    def _write(self, place: Place, number: int, title: str, body: str, labels: Sequence[str]) -> None:
        found = self._one(place, number)
        theirs = [name for name in found.labels if not name.startswith(OURS)]
        found.title, found.body, found.labels = title, body, list(dict.fromkeys([LABEL, *labels, *theirs]))

    def _made(self, name: str, author: str, title: str, body: str, labels: Sequence[str]) -> int:
        issues = self._all(name)
        number = len(issues) + 1
        issues[number] = KeptIssue(number=number, author=author, title=title, body=body, labels=list(dict.fromkeys(labels)))
        return number

    def _one(self, place: Place, number: int) -> KeptIssue:
        found = self._all(place.repository).get(number)
        if found is None:
            raise Gone(f"There is no issue {number} in {place.repository}.")
        return found

    def _all(self, name: str) -> dict[int, KeptIssue]:
        found = self.issues.get(name.lower())
        if found is None:
            raise Gone(f"There is no {name}.")
        return found

    def _before(self) -> FusionError | None:
        """Fail before the deed, or say with what to fail after it."""
        if not self.failures:
            return None
        error, late = self.failures.pop(0)
        if not late:
            raise error
        return error

    def _after(self, error: FusionError | None) -> None:
        if error is not None:
            raise error
