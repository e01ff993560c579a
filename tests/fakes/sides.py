"""A change from its two sides: paths and bytes before and after, with the hunks between them."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping
from typing import Any

from fusion.model import Blob, Change, ChangeKind, Contents, FileChange, Hunk


def sides(
    head: Mapping[str, bytes],
    base: Mapping[str, bytes] | None = None,
    *,
    renamed: Mapping[str, str] | None = None,
    **fields: Any,
) -> tuple[Change, Contents]:
    """The change from `base` to `head`. `renamed`: head path -> base path."""
    before, renames = dict(base or {}), dict(renamed or {})
    files = []
    for path, data in head.items():
        old = renames.get(path, path)
        kind = ChangeKind.RENAMED if path in renames else ChangeKind.MODIFIED if old in before else ChangeKind.ADDED
        files.append(file_change(path, kind, before.get(old, b""), data, old))
    gone = before.keys() - head.keys() - set(renames.values())
    files += [file_change(path, ChangeKind.DELETED, before[path], b"", path) for path in sorted(gone)]
    change = Change(repository="acme/shop", subject="branch:topic", base="b" * 40, head="a" * 40, files=tuple(files), **fields)
    return change, Contents(head=dict(head), base=before)


def file_change(path: str, kind: ChangeKind, before: bytes, after: bytes, old: str) -> FileChange:
    """One file of it."""
    hunks = _hunks(_lines(before), _lines(after))
    return FileChange(
        path=path,
        old_path=old if old != path else None,
        kind=kind,
        base=None if kind is ChangeKind.ADDED else _blob(before),
        head=None if kind is ChangeKind.DELETED else _blob(after),
        hunks=hunks,
    )


def _blob(data: bytes) -> Blob:
    return Blob(digest=f"sha256:{hashlib.sha256(data).hexdigest()}", size=len(data))


def _lines(data: bytes) -> list[str]:
    lines = data.decode("utf-8", "replace").split("\n")
    return lines[:-1] if not lines[-1] else lines


def _hunks(old: list[str], new: list[str]) -> tuple[Hunk, ...]:
    hunks = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(3):
        body: list[str] = []
        for tag, i, j, k, m in group:
            body += [" " + line for line in old[i:j]] if tag == "equal" else ["-" + line for line in old[i:j]]
            body += [] if tag == "equal" else ["+" + line for line in new[k:m]]
        (_, i, _, k, _), (_, _, j, _, m) = group[0], group[-1]
        hunks.append(
            Hunk(
                old_start=i + 1 if j > i else i,
                old_count=j - i,
                new_start=k + 1 if m > k else k,
                new_count=m - k,
                body="\n".join(body),
            )
        )
    return tuple(hunks)
