"""Small git repositories for tests, made by the real git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from fusion.adapters.git import GitForge
from fusion.adapters.git.command import Git
from fusion.adapters.memory.records import MemoryBlobs
from fusion.model import Blob, Change, FileChange, Request, RequestKind

_WHO = {"NAME": "Ada", "EMAIL": "ada@example.com", "DATE": "2025-01-01T00:00:00Z"}
_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _WHO.items()},
}


class TestRepository:
    """A repository in a folder, on branch `main`."""

    __test__ = False

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *options)

    def git(self, *arguments: str, input: bytes | None = None) -> str:
        """Run git here; it must succeed."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=_ENVIRONMENT, input=input, capture_output=True, check=False
        )
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout.decode("utf-8", "replace").strip()

    def write(self, files: dict[str, str | bytes | None]) -> None:
        """Write files; None removes one."""
        for name, content in files.items():
            path = self.folder / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: dict[str, str | bytes | None], message: str = "Change") -> str:
        """Write files, commit everything, and return the commit's id."""
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")


class Fetched:
    """A change and the bytes behind it."""

    def __init__(self, change: Change, blobs: MemoryBlobs) -> None:
        self.change = change
        self.files: dict[str, FileChange] = {file.path: file for file in change.files}
        self._blobs = blobs

    def data(self, blob: Blob | None) -> bytes | None:
        """The bytes of a claim check."""
        return None if blob is None else self._blobs.kept[blob.digest]

    def base(self, path: str) -> bytes | None:
        """The bytes on the base side of a file, by its head path."""
        return self.data(self.files[path].base)

    def head(self, path: str) -> bytes | None:
        """The bytes on the head side of a file."""
        return self.data(self.files[path].head)


async def fetch(
    folder: Path, kind: RequestKind = RequestKind.RANGE, *, patch: bytes | None = None, forge: dict[str, int] | None = None,
    git: Git | None = None, **request: str,
) -> Fetched:  # fmt: skip
    """Fetch a change from a folder with GitForge."""
    blobs = MemoryBlobs()
    if patch is not None:
        request["patch"] = await blobs.put(patch)
    made = GitForge(blobs, git=git or Git(), **(forge or {}))  # type: ignore[arg-type]
    change = await made.fetch_change(Request.model_validate({"kind": kind, "location": str(folder), **request}))
    assert Change.model_validate_json(change.model_dump_json()) == change
    return Fetched(change, blobs)
