"""Files of a folder, read without following a symbolic link and without waiting for a pipe."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What lies at a path: its mode in git's words, its size, and its bytes or why they were not read."""

    mode: str
    size: int
    data: bytes | None = None
    omitted: str = ""


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1_000_000:.1f} MB"


def too_large(size: int) -> str:
    """Why a file of this size was not read."""
    return f"too large: {megabytes(size)}"


def look(root: Path, path: bytes, *, limit: int) -> Found | None:
    """What lies at a path below `root`; None when nothing does. Bytes are read up to `limit`."""
    *folders, name = path.split(b"/")
    opened: list[int] = []
    try:
        folder = os.open(root, _FLAGS | os.O_DIRECTORY)
        opened.append(folder)
        for part in folders:
            folder = os.open(part, _FLAGS | os.O_DIRECTORY, dir_fd=folder)
            opened.append(folder)
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode):
            target = os.fsencode(os.readlink(name, dir_fd=folder))
            return Found(mode="120000", size=len(target), data=target)
        mode = "100755" if status.st_mode & stat.S_IXUSR else "100644"
        if stat.S_ISDIR(status.st_mode):
            return None
        if not stat.S_ISREG(status.st_mode):
            return Found(mode=mode, size=0, omitted="neither a file nor a link")
        if status.st_size > limit:
            return Found(mode=mode, size=status.st_size, omitted=too_large(status.st_size))
        return _read(name, folder, mode, limit)
    except OSError as error:
        # A folder that became a link is gone from the tree: ELOOP from O_NOFOLLOW, or ENOTDIR with O_DIRECTORY.
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            return None
        return Found(mode="100644", size=0, omitted=f"cannot be read: {error.strerror}")
    finally:
        for handle in opened:
            os.close(handle)


def _read(name: bytes, folder: int, mode: str, limit: int) -> Found:
    with open(os.open(name, _FLAGS, dir_fd=folder), "rb") as file:  # noqa: PTH123 - pathlib knows no dir_fd
        data = file.read(limit + 1)
        size = max(len(data), os.fstat(file.fileno()).st_size)
    if len(data) > limit:
        return Found(mode=mode, size=size, omitted=too_large(size))
    return Found(mode=mode, size=len(data), data=data)


def walk(root: Path) -> Iterator[bytes]:
    """Paths of all files below `root`, in order, without those in `.git` folders."""
    pending = [b""]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(os.path.join(os.fsencode(root), folder)) as scan:  # noqa: PTH118 - names are bytes
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError:
            # A folder that cannot be listed is shown as one entry, whose reading then says why.
            yield folder
            continue
        below: list[bytes] = []
        for entry in entries:
            path = folder + b"/" + entry.name if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name != b".git":
                    below.append(path)
            else:
                yield path
        pending += reversed(below)
