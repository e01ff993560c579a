"""What is asked for, and the change that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fusion.model.values import SCHEMA_VERSION, Provenance, Record


class RequestKind(StrEnum):
    """What to review."""

    RANGE = "range"
    STAGED = "staged"
    WORKTREE = "worktree"
    PATCH = "patch"
    TREE = "tree"
    PULL = "pull"


class Request(Record):
    """One wish for a review. `location` is a folder for local kinds; `repository` is owner/name for `pull`."""

    schema_version: int = SCHEMA_VERSION
    kind: RequestKind
    repository: str = ""
    location: str = ""
    base: str = ""
    """Revision as typed (range) or resolved SHA; empty: the merge base with the default branch."""
    head: str = ""
    number: int = 0
    patch: str = ""
    """Blob digest of the patch text, for kind `patch`."""
    sarif: tuple[str, ...] = ()
    """Blob digests of SARIF files that other tools wrote (`--evidence`)."""
    policy: str = ""
    """Blob digest of a policy file given on the command line; empty: the base side's `.fusion.yml`."""
    only: tuple[str, ...] = ()
    """Names of analyzers to run; empty: all that apply."""
    attempt: int = 1
    actor: str = ""
    installation: int = 0
    """The App's installation whose token reads and writes; 0: GITHUB_TOKEN, or none."""
    repository_id: int = 0
    publish: bool = False
    """Say the result on the pull request."""
    full: bool = False
    """Forget what earlier reviews of the subject have settled by themselves; what people dismissed stays."""
    why: str = ""
    """For the reader, when it was no push that asked."""
    received: datetime | None = None
    """When the webhook came that asked for it; None: no webhook did."""


class ChangeKind(StrEnum):
    """What happened to one path."""

    ADDED = "added"
    MODIFIED = "modified"
    DELETED = "deleted"
    RENAMED = "renamed"
    COPIED = "copied"
    MODE = "mode"
    TYPE = "type"


class EntryType(StrEnum):
    """What kind of git entry a path is (at head, or at base when deleted)."""

    FILE = "file"
    SYMLINK = "symlink"
    SUBMODULE = "submodule"


class Blob(Record):
    """Claim check for bytes kept in Blobs. `digest` is `sha256:` and 64 hex digits; `size` is in bytes."""

    digest: str
    size: int


class Hunk(Record):
    """One hunk of a unified diff. `body` keeps each line's prefix (space, +, -, backslash), joined by newlines."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    section: str = ""
    body: str


class FileChange(Record):
    """One path of a change. `path` is the head path (the base path when deleted); `old_path` is set when it differs."""

    path: str
    old_path: str | None = None
    kind: ChangeKind
    entry: EntryType = EntryType.FILE
    old_mode: str | None = None
    new_mode: str | None = None
    binary: bool = False
    base: Blob | None = None
    head: Blob | None = None
    hunks: tuple[Hunk, ...] = ()
    added: int = 0
    removed: int = 0
    omitted: str = ""
    """Why the contents were not fetched ("too large: 9.1 MB", "submodule"); empty when they were."""

    @property
    def base_path(self) -> str:
        """The path on the base side."""
        return self.old_path or self.path


class ContextFile(Record):
    """A file that the change does not touch but that agents read: documentation and tests at head."""

    path: str
    blob: Blob


class Change(Record):
    """A change with its claim checks. Small enough for a blob of its own; contents are in Blobs by digest."""

    schema_version: int = SCHEMA_VERSION
    repository: str
    subject: str
    """What converges: the branch or pull request whose findings share a ledger, e.g. `branch:main`, `pull:12`."""
    base: str
    """Commit SHA of the base, or empty when there is none (patch, first commit, whole tree)."""
    head: str
    """Commit SHA, or `sha256:` digest of the diff for staged, worktree and patch."""
    title: str = ""
    whole_tree: bool = False
    fork: bool = False
    files: tuple[FileChange, ...]
    context: tuple[ContextFile, ...] = ()
    imports: tuple[ContextFile, ...] = ()
    """Files that the change does not touch and that its files import, directly or not: the same at head and at base."""
    cut: tuple[str, ...] = ()
    """What could not be fetched at all, a sentence each ("3,400 of 9,000 files listed"). Makes a review incomplete."""
    notes: tuple[str, ...] = ()
    """What a reader should know about how the change was chosen or read, a sentence each. Leaves a review complete."""
    policy: Blob | None = None
    """The base side's `.fusion.yml`."""
    policy_origin: str = ""
    """Which file that is, for the reader: `.fusion.yml at 1a2b3c4`, `defaults`."""
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The bytes behind a change, loaded from Blobs: `head` by head path, `base` by base path, the others by path."""

    head: Mapping[str, bytes] = field(default_factory=dict)
    base: Mapping[str, bytes] = field(default_factory=dict)
    context: Mapping[str, bytes] = field(default_factory=dict)
    imports: Mapping[str, bytes] = field(default_factory=dict)
