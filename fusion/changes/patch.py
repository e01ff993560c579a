"""The text of a patch -> file changes. Sans-I/O; the text is hostile.

Reads what `git diff`, `git format-patch`, `git show`, `diff -u` and `diff -ru` write: git's extended headers (git-diff,
"Generating patch text with -p"), quoted names, both kinds of binary patch, submodules, mail around the patch. Content is
split at line feeds only, so that line numbers are those of the file whatever else it holds. What cannot be read raises
UserError with the line number; nothing is skipped that `git apply` would apply.

Why not the `unidiff` package: it is as quick, but leaves quoted names quoted, knows no mode changes, copies, submodules or
`GIT binary patch`, and names no line when a hunk is broken. The tests hold this module against it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from fusion.changes import hunks, paths
from fusion.errors import UserError
from fusion.model import ChangeKind, EntryType, FileChange, Hunk

_INDEX = re.compile(rb"index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: ([0-7]{6}))?")
_MODE = re.compile(rb"(old mode|new mode|deleted file mode|new file mode) ([0-7]{6})")
_SIMILARITY = re.compile(rb"(?:dis)?similarity index \d{1,3}%")
_MOVE = re.compile(rb"(rename|copy) (from|to|old|new) (.+)", re.DOTALL)
_BINARY = re.compile(rb"Binary files (.+) and (.+) differ", re.DOTALL)
_SUBMODULE = re.compile(rb"Submodule (.+) ([0-9a-f]{7,64})\.{2,3}([0-9a-f]{7,64})(?: \(.+\))?:?", re.DOTALL)
_BASE85 = re.compile(rb"(?:literal|delta) \d{1,12}")
_EPOCH = re.compile(rb"\t(?:1969-12-31|1970-01-01)[ T]")
_LONGEST_HEADER = 20_000
"""Bytes of the longest header line: two quoted names of PATH_MAX bytes fit."""
_EMPTY_BLOBS = ("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813")
"""Ids of an empty file, SHA-1 and SHA-256."""
_ENTRIES = {"120": EntryType.SYMLINK, "160": EntryType.SUBMODULE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patched:
    """One file of a patch: the change, and what only the patch knows.

    `before` and `after` are the (often abbreviated) object ids of the `index` line, empty without one. `bodies` are the
    hunks' bodies as bytes, one per hunk of `change`.
    """

    change: FileChange
    before: str = ""
    after: str = ""
    bodies: tuple[bytes, ...] = ()


def parse_patch(data: bytes) -> tuple[FileChange, ...]:
    """The file changes of a patch, in its order. Raises UserError naming the line that cannot be read."""
    return tuple(patched.change for patched in parse_patched(data))


def parse_patched(data: bytes) -> tuple[Patched, ...]:
    """Like `parse_patch`, with the object ids and the bytes of the hunks."""
    return _Reader(data).read()


@dataclass(slots=True)
class _Draft:
    """A file change while its lines are being read."""

    line: int
    git: bool = False
    stripped: bool = True
    old: str | None = None
    new: str | None = None
    moved: ChangeKind | None = None
    old_mode: str | None = None
    new_mode: str | None = None
    created: bool = False
    deleted: bool = False
    binary: bool = False
    submodule: bool = False
    before: str = ""
    after: str = ""
    hunks: list[Hunk] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    added: int = 0
    removed: int = 0


class _Reader:
    """A cursor over the lines of a patch."""

    def __init__(self, data: bytes) -> None:
        self.lines = data.split(b"\n")
        if self.lines[-1] == b"":
            self.lines.pop()
        self.at = 0

    def fail(self, what: str, line: int | None = None) -> UserError:
        return UserError(f"The patch cannot be read: line {(self.at if line is None else line) + 1}: {what}.")

    def peek(self, ahead: int = 0) -> bytes:
        at = self.at + ahead
        return self.lines[at] if at < len(self.lines) else b""

    def header(self, ahead: int = 0) -> bytes:
        """The line without the carriage return of a patch that was saved with CRLF (names with one are quoted)."""
        return self.peek(ahead).removesuffix(b"\r")

    def read(self) -> tuple[Patched, ...]:
        files: dict[str, Patched] = {}
        seen: dict[str, int] = {}
        while self.at < len(self.lines):
            draft = self.file()
            if draft is None:
                continue
            patched = self.finish(draft)
            path = patched.change.path
            if path in files:
                patched = self.again(files[path], patched, seen[path], draft.line)
            files[path] = patched
            seen[path] = draft.line
        return tuple(files.values())

    def again(self, first: Patched, second: Patched, line: int, start: int) -> Patched:
        """Git writes a change of type as a deletion and an addition of one path; anything else twice is ambiguous."""
        old, new = first.change, second.change
        if old.kind is not ChangeKind.DELETED or new.kind is not ChangeKind.ADDED:
            raise self.fail(
                f"{new.path!r} is changed at line {line + 1} already: give one diff of the whole change, not a series", start
            )
        change = new.model_copy(
            update={
                "kind": ChangeKind.TYPE if old.entry is not new.entry else ChangeKind.MODIFIED,
                "old_mode": old.old_mode,
                "binary": old.binary or new.binary,
                "hunks": old.hunks + new.hunks,
                "removed": old.removed,
            }
        )
        return Patched(change=change, before=first.before, after=second.after, bodies=first.bodies + second.bodies)

    def file(self) -> _Draft | None:
        """Read one file's part, or step over one line of the text around it."""
        line = self.peek()
        if line.startswith(b"diff --git "):
            return self.git_file()
        if line.startswith((b"diff --cc ", b"diff --combined ", b"@@@ ")):
            raise self.fail("a combined diff of a merge cannot be reviewed: give the diff against one parent (git diff A...B)")
        if line.startswith(b"* Unmerged path "):
            raise self.fail("a path is unmerged: resolve the conflict first")
        if line.startswith(b"--- ") and self.peek(1).startswith(b"+++ ") and self.peek(2).startswith(b"@@ "):
            draft = _Draft(self.at, git=False)
            self.names(draft)
            self.hunks(draft)
            return draft
        if line.startswith(b"@@ -"):
            raise self.fail("a hunk without a file header (--- and +++) before it")
        if line.startswith((b"Binary files ", b"Submodule ")):
            return self.one_line()
        self.at += 1
        return None

    def one_line(self) -> _Draft | None:
        """What `diff -r` writes about a binary, and `git diff --submodule=log` about a submodule."""
        line = self.header()
        draft = _Draft(self.at)
        if match := _BINARY.fullmatch(line):
            draft.binary = True
            self.traditional(draft, match[1], match[2])
        elif match := _SUBMODULE.fullmatch(line):
            draft.submodule = True
            draft.before, draft.after = match[2].decode(), match[3].decode()
            draft.created, draft.deleted = not draft.before.strip("0"), not draft.after.strip("0")
            draft.old = draft.new = self.name(match[1])
        self.at += 1
        return draft if draft.binary or draft.submodule else None

    def git_file(self) -> _Draft:
        draft = _Draft(self.at, git=True)
        halves = self.halves(self.header()[len(b"diff --git ") :])
        if halves:
            draft.stripped = halves[0] != halves[1]
            draft.old = draft.new = self.strip(halves[0]) if draft.stripped else self.checked(halves[0])
        self.at += 1
        while self.extended(draft):
            self.at += 1
        if self.peek().startswith(b"--- ") and self.peek(1).startswith(b"+++ "):
            self.names(draft)
            self.hunks(draft)
        elif self.header() == b"GIT binary patch":
            self.binary(draft)
        elif match := _BINARY.fullmatch(self.header()):
            draft.binary = True
            if draft.new is None:
                self.traditional(draft, match[1], match[2])
            self.at += 1
        elif self.peek().startswith((b"@@ ", b"--- ")):
            raise self.fail("a hunk needs both a --- and a +++ line before it")
        if draft.old is None or draft.new is None:
            raise self.fail("the names in this line cannot be told apart", draft.line)
        if not draft.hunks and not draft.binary and _unfinished(draft):
            raise self.fail(f"nothing follows the header of {draft.new!r}: the patch is truncated", draft.line)
        return draft

    def halves(self, text: bytes) -> tuple[bytes, bytes] | None:
        """Both names of a `diff --git` line, bytes unquoted; None when only the lines below can tell (a rename)."""
        if len(text) > _LONGEST_HEADER:
            raise self.fail("the header is too long")
        if text.startswith(b'"') or text.endswith(b'"'):
            end = paths.quoted(text)
            cut = end if end is not None else text.find(b' "')
            pairs = [(text[:cut], text[cut + 1 :])] if 0 < cut < len(text) and text[cut : cut + 1] == b" " else []
        else:
            # Equal names make halves of equal length unless the prefixes differ in length, so the middle comes first.
            middle = len(text) // 2
            spots = [at for at in range(len(text)) if text[at : at + 1] == b" "]
            pairs = [(text[:at], text[at + 1 :]) for at in sorted(spots, key=lambda at: abs(at - middle))[:64]]
        for left, right in pairs:
            old, new = self.unquoted(left), self.unquoted(right)
            if old == new or (b"/" in old and old.partition(b"/")[2] == new.partition(b"/")[2] != b""):
                return old, new
        return None

    def extended(self, draft: _Draft) -> bool:
        """Read one extended header line; False when this is none."""
        line = self.header()
        if len(line) > _LONGEST_HEADER:
            return False
        if match := _MODE.fullmatch(line):
            what, mode = match[1], match[2].decode()
            if what in (b"old mode", b"deleted file mode"):
                draft.old_mode = mode
            else:
                draft.new_mode = mode
            draft.deleted |= what == b"deleted file mode"
            draft.created |= what == b"new file mode"
        elif match := _MOVE.fullmatch(line):
            draft.moved = ChangeKind.RENAMED if match[1] == b"rename" else ChangeKind.COPIED
            if match[2] in (b"from", b"old"):
                draft.old = self.name(match[3])
            else:
                draft.new = self.name(match[3])
        elif match := _INDEX.fullmatch(line):
            draft.before, draft.after = match[1].decode(), match[2].decode()
            if match[3]:
                draft.old_mode = draft.new_mode = match[3].decode()
        elif not _SIMILARITY.fullmatch(line):
            return False
        return True

    def name(self, text: bytes) -> str:
        """A name without prefix that may be quoted, checked."""
        return self.checked(self.unquoted(text))

    def unquoted(self, text: bytes) -> bytes:
        try:
            return paths.unquote(text)
        except ValueError as error:
            raise self.fail(str(error)) from None

    def strip(self, name: bytes) -> str:
        """A name, unquoted already, without the `a/` or `b/` in front."""
        prefix, slash, rest = name.partition(b"/")
        return self.checked(rest if slash and prefix else name)

    def checked(self, name: bytes) -> str:
        path = paths.decode(name)
        why = paths.refusal(path)
        if why:
            raise self.fail(f"the path {path[:200]!r} is refused: {why}")
        return path

    def names(self, draft: _Draft) -> None:
        """Read the `---` and `+++` lines."""
        old, new = self.header()[4:], self.header(1)[4:]
        if max(len(old), len(new)) > _LONGEST_HEADER:
            raise self.fail("the header is too long")
        if draft.git:
            self.git_names(draft, self.bare(old), self.bare(new))
        else:
            draft.created, draft.deleted = bool(_EPOCH.search(old)), bool(_EPOCH.search(new))
            self.traditional(draft, self.bare(old), self.bare(new))
        self.at += 2

    def git_names(self, draft: _Draft, old: bytes, new: bytes) -> None:
        draft.created |= old == b"/dev/null"
        draft.deleted |= new == b"/dev/null"
        if draft.moved:
            return
        named = [
            self.strip(name) if draft.stripped else self.checked(name)
            for name, gone in ((old, draft.created), (new, draft.deleted))
            if not gone
        ]
        if not named or len(set(named)) > 1 or (draft.new is not None and draft.new != named[0]):
            raise self.fail("the names here and in the `diff --git` line differ, and nothing says that the file was renamed")
        draft.old = draft.new = named[0]

    def bare(self, text: bytes) -> bytes:
        """The name in a `---` or `+++` line, unquoted, without the time stamp that may follow a tab."""
        length = paths.quoted(text)
        if length is not None:
            return paths.unquote(text[:length])
        if text.startswith(b'"'):
            raise self.fail("the quotes around the name are broken")
        return text.partition(b"\t")[0]

    def traditional(self, draft: _Draft, old: bytes, new: bytes) -> None:
        """Names of a plain `diff -u`: the prefix goes when both have one (`a/x` and `b/x`, `proj-1/x` and `proj-2/x`)."""
        draft.created |= old == b"/dev/null"
        draft.deleted |= new == b"/dev/null"
        name = old if draft.deleted else new
        rest = old.partition(b"/")[2]
        alone = (draft.created or draft.deleted) and name.startswith((b"a/", b"b/"))
        strip = alone or (old != new and rest != b"" and rest == new.partition(b"/")[2])
        draft.old = draft.new = self.strip(name) if strip else self.checked(name)

    def binary(self, draft: _Draft) -> None:
        """Step over a `GIT binary patch`: one or two blocks of base 85, each closed by an empty line."""
        draft.binary = True
        self.at += 1
        if not _BASE85.fullmatch(self.header()):
            raise self.fail("a binary patch must go on with `literal` or `delta` and a size")
        while _BASE85.fullmatch(self.header()):
            self.at += 1
            while self.at < len(self.lines) and self.header():
                self.at += 1
            if self.at >= len(self.lines):
                raise self.fail("the patch ends in the middle of a binary file", len(self.lines) - 1)
            self.at += 1

    def hunks(self, draft: _Draft) -> None:
        """Read the hunks of one file."""
        old_end = new_end = 0
        while self.peek().startswith(b"@@ "):
            try:
                parsed = hunks.parse(self.lines, self.at)
            except hunks.Malformed as error:
                raise self.fail(str(error), error.line) from None
            hunk = parsed.hunk
            # A side without lines names the line before it, so that its place is one further.
            old_at = hunk.old_start + (hunk.old_count == 0)
            new_at = hunk.new_start + (hunk.new_count == 0)
            if old_at <= old_end or new_at <= new_end:
                raise self.fail("the hunk overlaps the one before it or is out of order")
            old_end, new_end = old_at + hunk.old_count - 1, new_at + hunk.new_count - 1
            self.at = parsed.end
            draft.hunks.append(hunk)
            draft.bodies.append(parsed.body)
            draft.added += parsed.added
            draft.removed += parsed.removed
        if not draft.hunks:
            raise self.fail("a hunk (@@ -1,2 +1,3 @@) must follow")
        line = self.peek()
        if line[:1] in (b"+", b"-", b" ") and line.rstrip() not in (b"--", b"---", b"") and not line.startswith(b"--- "):
            raise self.fail("the hunk goes on beyond the number of lines that its header promises")

    def finish(self, draft: _Draft) -> Patched:
        assert draft.old is not None and draft.new is not None  # noqa: PT018
        if draft.created and draft.deleted:
            raise self.fail("the file is both new and deleted", draft.line)
        if (draft.created and draft.removed) or (draft.deleted and draft.added):
            raise self.fail("a new file cannot lose lines, and a deleted one cannot gain any", draft.line)
        mode = draft.old_mode if draft.deleted else draft.new_mode or draft.old_mode
        entry = EntryType.SUBMODULE if draft.submodule else _ENTRIES.get((mode or "")[:3], EntryType.FILE)
        change = FileChange(
            path=draft.new,
            old_path=draft.old if draft.old != draft.new else None,
            kind=_kind(draft),
            entry=entry,
            old_mode=None if draft.created else draft.old_mode,
            new_mode=None if draft.deleted else draft.new_mode,
            binary=draft.binary,
            hunks=tuple(draft.hunks),
            added=draft.added,
            removed=draft.removed,
        )
        return Patched(change=change, before=draft.before, after=draft.after, bodies=tuple(draft.bodies))


def _empty(id: str) -> bool:
    return any(blob.startswith(id) for blob in _EMPTY_BLOBS)


def _unfinished(draft: _Draft) -> bool:
    """Whether a header without hunks promises more: other contents than before, or nothing at all."""
    if draft.after:
        return not (draft.created and _empty(draft.after)) and not (draft.deleted and _empty(draft.before))
    return not (draft.moved or draft.created or draft.deleted or (draft.old_mode and draft.new_mode))


def _kind(draft: _Draft) -> ChangeKind:
    if draft.created:
        return ChangeKind.ADDED
    if draft.deleted:
        return ChangeKind.DELETED
    if draft.moved:
        return draft.moved
    modes = draft.old_mode, draft.new_mode
    if all(modes) and modes[0] != modes[1]:
        if str(modes[0])[:3] != str(modes[1])[:3]:
            return ChangeKind.TYPE
        if not draft.hunks and not draft.binary:
            return ChangeKind.MODE
    return ChangeKind.MODIFIED
