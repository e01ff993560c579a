"""Both sides of a changed file as text: what every check that compares base and head starts from.

Lines are split at newlines only (a form feed or a Unicode separator does not end a line in a diff), carriage returns before
a newline are dropped, and a byte order mark is not part of the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fusion.changes.diff import added_lines
from fusion.changes.selection import select
from fusion.model import Change, ChangeKind, Contents, EntryType, FileChange, Unread
from fusion.policy import Policy

MAX_TOTAL_CHARS = 12_000_000
"""Characters of source that one agent compares; what lies beyond is named as unread."""

_ONE_SIDED = {ChangeKind.ADDED: "base", ChangeKind.DELETED: "head"}


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a text, without their ends; a final newline makes no extra line."""
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    return tuple(lines)


def decoded(data: bytes) -> str | None:
    """The text, or None when the bytes are not UTF-8 text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One changed file with its text on both sides; a side on which it does not exist is empty."""

    file: FileChange
    before: str
    after: str
    before_lines: tuple[str, ...]
    after_lines: tuple[str, ...]
    added: frozenset[int]
    """Lines at head that the change added or altered."""

    @property
    def path(self) -> str:
        """The path at head (at base when the file was deleted)."""
        return self.file.path

    @property
    def base_path(self) -> str:
        """The path at base."""
        return self.file.base_path

    @property
    def existed(self) -> bool:
        """Whether the file is there at base."""
        return self.file.kind not in (ChangeKind.ADDED, ChangeKind.COPIED)

    @property
    def exists(self) -> bool:
        """Whether the file is there at head."""
        return self.file.kind is not ChangeKind.DELETED

    def base_alone(self) -> Comparison:
        """The base side as if all of it were new: what a check says of it was there before the change."""
        everything = frozenset(range(1, len(self.before_lines) + 1))
        file = self.file.model_copy(update={"path": self.base_path})
        return Comparison(
            file=file, before="", after=self.before, before_lines=(), after_lines=self.before_lines, added=everything
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """All comparable files of a change, and those that should have been but could not be."""

    files: tuple[Comparison, ...]
    unread: tuple[Unread, ...]


def compare(change: Change, contents: Contents, policy: Policy) -> Compared:
    """Pair up both sides of every text file that policy wants reviewed, in the change's order."""
    exclusions = select(change, policy)
    files: list[Comparison] = []
    unread: list[Unread] = []
    total = 0
    for file in change.files:
        if file.entry is not EntryType.FILE or file.binary or file.omitted or exclusions.get(file.path) is not None:
            continue
        sides = _sides(file, contents)
        if isinstance(sides, str):
            unread.append(Unread(path=file.path, reason=sides))
            continue
        before, after = sides
        total += len(before) + len(after)
        if total > MAX_TOTAL_CHARS:
            unread.append(Unread(path=file.path, reason=f"beyond the {MAX_TOTAL_CHARS:,} characters compared per change"))
            continue
        files.append(comparison(file, before, after))
    return Compared(files=tuple(files), unread=tuple(unread))


def comparison(file: FileChange, before: str, after: str) -> Comparison:
    """Pair up the two texts of one file."""
    after_lines = lines_of(after)
    added = added_lines(file)
    if not file.hunks and file.kind is ChangeKind.ADDED:
        added = frozenset(range(1, len(after_lines) + 1))
    # A patch can claim lines that its file does not have.
    added &= frozenset(range(1, len(after_lines) + 1))
    return Comparison(
        file=file, before=before, after=after, before_lines=lines_of(before), after_lines=after_lines, added=added
    )


def context_texts(contents: Contents) -> dict[str, str]:
    """The context files that are text, by path."""
    found: dict[str, str] = {}
    total = 0
    for path, data in sorted(contents.context.items()):
        text = decoded(data)
        if text is None:
            continue
        total += len(text)
        if total > MAX_TOTAL_CHARS:
            break
        found[path] = text
    return found


def _sides(file: FileChange, contents: Contents) -> tuple[str, str] | str:
    """Both texts, or why they cannot be had."""
    absent = _ONE_SIDED.get(file.kind)
    texts: list[str] = []
    held: tuple[tuple[str, Mapping[str, bytes], str], ...] = (
        ("base", contents.base, file.base_path),
        ("head", contents.head, file.path),
    )
    for side, source, path in held:
        if side == absent:
            texts.append("")
            continue
        data = source.get(path)
        if data is None:
            return f"its {side} side could not be had"
        text = decoded(data)
        if text is None:
            return f"its {side} side is not UTF-8 text"
        texts.append(text)
    return texts[0], texts[1]
