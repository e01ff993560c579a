"""A patched file written into a work tree, or committed to a new branch without touching work tree, index or any hook.

Both only where the file still has the bytes that were reviewed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fusion.adapters.git import files, repository
from fusion.adapters.git.command import Done, Git, writing_scratch
from fusion.adapters.git.repository import Repository
from fusion.changes import paths
from fusion.errors import UserError

LARGEST = 10_000_000
"""Bytes of a file that is patched."""
AUTHOR = ("Fusion", "fusion@localhost")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FILES = ("100644", "100755")


class Mending:
    """Writes patched files to repositories on disk."""

    def __init__(self, git: Git = Git()) -> None:  # noqa: B008 - frozen
        self._git = git

    def write(self, folder: Path, path: str, *, before: bytes, after: bytes) -> None:
        """Replace a file of the work tree around a folder, in one step. Raises UserError where it is not as `before`."""
        root, name = self.writable(folder, path, before=before, after=after)
        try:
            _replace(root, name, after)
        except OSError as error:
            raise UserError(f"{path} cannot be written ({error.strerror}).") from None

    def writable(self, folder: Path, path: str, *, before: bytes, after: bytes | None = None) -> tuple[Path, bytes]:
        """The work tree and the file's name in it. Raises UserError where `write` would."""
        name = _checked(path)
        found = repository.find(self._git, folder)
        root = found.root if found is not None else folder
        if root is None:
            raise UserError(f"{folder} has no work tree that a patch could be written to: use --branch.")
        there = files.look(root, name, limit=LARGEST)
        if there is not None and there.data == after != before:
            raise UserError(f"{path} has this patch already, so nothing was written.")
        if there is None or there.data != before or there.mode not in _FILES:
            raise UserError(f"{path} is not as it was reviewed, so nothing was written: review it again.")
        return root, name

    def branch(
        self,
        folder: Path,
        name: str,
        *,
        parent: str,
        path: str,
        before: bytes,
        after: bytes,
        message: str,
    ) -> str:
        """Make a branch with one commit upon `parent`; its id. Raises UserError where that is not possible."""
        found, mode = self.branchable(folder, name, parent=parent, path=path, before=before)
        ref = f"refs/heads/{name}"
        with _index(found) as own:
            blob = _id(_run(own, "hash-object", "-w", "--no-filters", "--stdin", input=after))
            _run(own, "read-tree", parent)
            entry = f"{mode} {blob}\t".encode() + os.fsencode(path) + b"\0"
            _run(own, "update-index", "-z", "--index-info", input=entry)
            tree = _id(_run(own, "write-tree"))
            commit = _id(_run(own, "commit-tree", tree, "-p", parent, input=message.encode()))
            _run(own, "update-ref", "--create-reflog", ref, commit, "0" * len(commit))
        return commit

    def branchable(self, folder: Path, name: str, *, parent: str, path: str, before: bytes) -> tuple[Repository, str]:
        """The repository, and the file's mode in it. Raises UserError where `branch` would."""
        _checked(path)
        if not _COMMIT.fullmatch(parent):
            raise UserError("What was reviewed is not committed, so there is nothing to put a branch upon: use --apply.")
        found = repository.find(self._git, folder)
        if found is None:
            raise UserError(f"{folder} is in no git repository, so there is nothing to put a branch upon: use --apply.")
        ref = f"refs/heads/{name}"
        if name.startswith("-") or found.git.run("check-ref-format", ref, cwd=folder).code != 0:
            raise UserError(f"{name!r} is no name for a branch.")
        if found.refs([ref]):
            raise UserError(f"There is a branch {name} already; name another one.")
        mode, data = _committed(found, parent, path)
        if data != before:
            raise UserError(f"{path} is not committed as it was reviewed: use --apply, or commit it and review it again.")
        return found, mode


def _checked(path: str) -> bytes:
    why = paths.refusal(path)
    if why or path.split("/", 1)[0].lower() == ".git":
        raise UserError(f"{path[:200]!r} is not patched: {why or 'it belongs to git'}.")
    return os.fsencode(path)


def _replace(root: Path, path: bytes, data: bytes) -> None:
    """Put a new file in the place of one, following no link on the way."""
    *folders, name = path.split(b"/")
    with contextlib.ExitStack() as stack:
        folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        stack.callback(os.close, folder)
        for part in folders:
            folder = os.open(part, _FOLDER, dir_fd=folder)
            stack.callback(os.close, folder)
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode & 0o7777
        beside = b".fusion-" + secrets.token_hex(8).encode()
        made = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder)
        try:
            with os.fdopen(made, "wb") as file:
                file.write(data)
                os.fchmod(file.fileno(), mode)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(beside, dir_fd=folder)
            raise


def _committed(found: Repository, commit: str, path: str) -> tuple[str, bytes]:
    """Mode and bytes of a file of a commit. Raises UserError where there is no such file."""
    if found.commit(commit) is None:
        raise UserError(f"The reviewed commit {commit[:12]} is not in {found.folder}: fetch it first.")
    listed = found.git.run("ls-tree", "-z", "--full-tree", commit, "--", path, cwd=found.folder).stdout
    meta, _, name = listed.rstrip(b"\0").partition(b"\t")
    mode, _, id = meta.decode("ascii", "replace").partition(" blob ")
    if name != os.fsencode(path) or mode not in _FILES:
        raise UserError(f"{path} is no file of the commit {commit[:12]}.")
    return mode, _run(found, "cat-file", "blob", id).stdout


@contextlib.contextmanager
def _index(found: Repository) -> Iterator[Repository]:
    """The repository with an index of its own, in a folder that goes afterwards; commits made here are Fusion's."""
    with writing_scratch():
        folder = tempfile.TemporaryDirectory(prefix="fusion-index-")
    with folder as name:
        who = {
            f"GIT_{role}_{key}": said
            for role in ("AUTHOR", "COMMITTER")
            for key, said in zip(("NAME", "EMAIL"), AUTHOR, strict=True)
        }
        environment = {**found.git.environment, "GIT_INDEX_FILE": str(Path(name) / "index"), **who}
        yield dataclasses.replace(found, git=dataclasses.replace(found.git, environment=environment))


def _run(found: Repository, *arguments: str, input: bytes | None = None) -> Done:
    done = found.git.run(*arguments, cwd=found.folder, input=input)
    if done.code != 0:
        raise UserError(
            f"git {arguments[0]} failed in {found.folder}: {done.stderr.removeprefix('fatal: ')[:300] or 'no reason'}."
        )
    return done


def _id(done: Done) -> str:
    return done.stdout.decode("ascii", "replace").strip()
