"""A bare repository of our own that borrows another's objects and nothing else of it.

It has our configuration, no hooks, no attributes and no refs. Objects of the work tree are written here, never there.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from fusion.adapters.git.command import Done, Git, writing_scratch
from fusion.adapters.git.repository import Repository
from fusion.errors import UserError

_EMPTY_TREES = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
_TRUTHS = frozenset({"true", "false", "input", "yes", "no", "on", "off", "0", "1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """The quarantine in `folder`. `git` is bound to it."""

    git: Git
    folder: Path
    repository: Repository

    @property
    def empty_tree(self) -> str:
        """Id of the tree without entries; git knows it without an object."""
        return _EMPTY_TREES[self.repository.object_format]

    def run(self, *arguments: str, input: bytes | None = None, **options: int) -> Done:
        """Run git in the quarantine; its failure is a damaged or incomplete clone."""
        done = self.git.run(*arguments, cwd=self.folder, input=input, **options)
        if done.code != 0:
            raise UserError(
                f"git {arguments[0]} failed on {self.repository.folder} ({done.stderr.removeprefix('fatal: ')[:300]}):"
                " the clone is damaged or holds only a part of its objects; fetch them or clone it again."
            )
        return done

    def merge_base(self, one: str, other: str) -> str | None:
        """Id of the best common ancestor of two commits, or None."""
        done = self.git.run("merge-base", one, other, cwd=self.folder)
        return done.stdout.decode("ascii").strip() or None

    def parent(self, commit: str) -> str | None:
        """Id of a commit's first parent; None for a first commit, or where a shallow clone ends."""
        done = self.run("rev-list", "--parents", "-n1", commit)
        ids = done.stdout.decode("ascii").split()
        return ids[1] if len(ids) > 1 else None

    def write(self, data: bytes) -> str:
        """Keep the bytes as a loose blob (gitformat-loose) and return its id."""
        content = b"blob %d\0" % len(data) + data
        id = hashlib.new(self.repository.object_format, content, usedforsecurity=False).hexdigest()
        path = self.folder / "objects" / id[:2] / id[2:]
        with writing_scratch():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(content, 1))
        return id

    def borrow_index(self) -> None:
        """Copy the index, and what a split one refers to, here; its time tells git which files it need not read."""
        with writing_scratch():
            if self.repository.index.is_file():
                shutil.copy2(self.repository.index, self.folder / "index")
            for shared in self.repository.index.parent.glob("sharedindex.*"):
                shutil.copy2(shared, self.folder / shared.name)

    def at_work(self, root: Path) -> Quarantine:
        """The quarantine with the repository's work tree, for the commands that compare the two."""
        git = dataclasses.replace(self.git, environment={**self.git.environment, "GIT_WORK_TREE": str(root)})
        return dataclasses.replace(self, git=git)

    def remove(self) -> None:
        """Remove the quarantine and all that was written to it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def quarantine(repository: Repository, *, large: int) -> Quarantine:
    """Make one; whoever does removes it. Files above `large` bytes are not compared line by line. Raises UserError."""
    with writing_scratch():
        folder = Path(tempfile.mkdtemp(prefix="fusion-git-"))
        try:
            _fill(folder, repository, large)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    environment = {**repository.git.environment, "GIT_DIR": str(folder)}
    return Quarantine(git=dataclasses.replace(repository.git, environment=environment), folder=folder, repository=repository)


def _fill(folder: Path, repository: Repository, large: int) -> None:
    for name in ("objects/info", "refs", "info"):
        (folder / name).mkdir(parents=True)
    # Git unquotes a line that begins with a double quote (gitrepository-layout, objects/info/alternates).
    place = os.fsencode(repository.objects).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    (folder / "objects" / "info" / "alternates").write_bytes(b'"' + place + b'"\n')
    (folder / "HEAD").write_text("ref: refs/heads/none\n")
    lines = ["[core]", "repositoryformatversion = 1", "bare = true", f"bigFileThreshold = {large}"]
    for key in ("autocrlf", "filemode", "symlinks", "ignorecase"):
        value = repository.settings.get(f"core.{key}", "").lower()
        if value in _TRUTHS:
            lines.append(f"{key} = {value}")
    lines += ["[extensions]", f"objectFormat = {repository.object_format}"]
    (folder / "config").write_text("\n".join(lines) + "\n")
    for source, name in ((repository.shallow_file, "shallow"), (repository.exclude, "info/exclude")):
        if source.is_file():
            shutil.copyfile(source, folder / name)
