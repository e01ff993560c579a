"""A whole file as a change: it is new. Pure."""

from __future__ import annotations

from fusion.model import FileChange, Hunk


def is_binary(data: bytes) -> bool:
    """Git's own rule: a NUL among the first 8,000 bytes."""
    return b"\0" in data[:8000]


def filled(change: FileChange, data: bytes) -> FileChange:
    """A new file with the hunk that its bytes make, or marked as binary."""
    if is_binary(data):
        return change.model_copy(update={"binary": True, "omitted": "binary"})
    if not data:
        return change
    text = data.decode("utf-8", "replace")
    ends = text.endswith("\n")
    body = "+" + (text[:-1] if ends else text).replace("\n", "\n+")
    count = body.count("\n") + 1
    hunk = Hunk(
        old_start=0,
        old_count=0,
        new_start=1,
        new_count=count,
        body=body if ends else f"{body}\n\\ No newline at end of file",
    )
    return change.model_copy(update={"hunks": (hunk,), "added": count})
