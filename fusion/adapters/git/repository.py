"""What a repository is asked for: where its parts lie, names of branches, ids of commits. Starts nothing it configures."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fusion.adapters.git.command import Git
from fusion.errors import UserError

_FACTS = (
    "--absolute-git-dir",
    "--is-bare-repository",
    "--is-shallow-repository",
    "--show-object-format",
    "--git-path",
    "objects",
    "--git-path",
    "index",
    "--git-path",
    "shallow",
    "--git-path",
    "info/exclude",
    "--show-toplevel",
)
_SETTINGS = r"^(remote\..*\.url|init\.defaultbranch|branch\..*\.(remote|merge)|core\.(autocrlf|filemode|symlinks|ignorecase))$"
_SLUG = re.compile(r"(?:[a-z+]+://(?:[^/@]*@)?[^/:]+(?::\d+)?/|(?:[^/@:]+@)?[^/:]{2,}:)([\w.-]+)/([\w.-]+?)(?:\.git)?/?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository on disk. `root` is the top of the work tree, None in a bare one; the rest are its parts' places."""

    git: Git
    folder: Path
    root: Path | None
    git_dir: Path
    objects: Path
    index: Path
    shallow_file: Path
    exclude: Path
    shallow: bool
    object_format: str
    settings: Mapping[str, str]
    branch: str
    """Full name of the ref that HEAD points to; empty when HEAD is detached."""

    @property
    def name(self) -> str:
        """`owner/name` of the origin where its URL has that shape, else the folder's name and a short hash of its place."""
        match = _SLUG.fullmatch(self.settings.get("remote.origin.url", ""))
        if match:
            return f"{match[1]}/{match[2]}"
        return folder_name(self.root or self.git_dir)

    @property
    def branch_name(self) -> str:
        """The current branch without `refs/heads/`; empty when HEAD is detached."""
        return self.branch.removeprefix("refs/heads/")

    def commit(self, revision: str) -> str | None:
        """Id of the commit that a revision names; None when it names none."""
        if revision.startswith("-") or any(sign in revision for sign in "\n\0"):
            return None
        done = self.git.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", cwd=self.folder, limit=10_000
        )
        id = done.stdout.decode("ascii", "replace").strip()
        return id if done.code == 0 and re.fullmatch(r"[0-9a-f]{40,64}", id) else None

    def refs(self, names: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Full name -> (id, name of the ref that it stands for or empty) of those of the names that exist."""
        asked = list(dict.fromkeys(names))
        done = self.git.run("for-each-ref", "--format=%(refname)%00%(objectname)%00%(symref)", "--", *asked, cwd=self.folder)
        found = (line.split("\0") for line in done.stdout.decode("utf-8", "surrogateescape").splitlines())
        return {name: (id, symbolic) for name, id, symbolic in found if name in asked}

    def require(self, revision: str) -> str:
        """Id of the commit that a typed revision names. Raises UserError with names that are near."""
        if revision.startswith("-"):
            raise UserError(f"{revision!r} is no revision: it begins with a dash.")
        id = self.commit(revision)
        if id is not None:
            return id
        if self.commit("HEAD") is None:
            raise UserError(f"{self.folder} has no commit yet: commit something, or review what is staged with --staged.")
        near = difflib.get_close_matches(revision, self._names(), n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else "."
        if self.shallow:
            hint += " This clone is shallow: git fetch --deepen=100 (or --unshallow) may bring it."
        raise UserError(f"There is no revision {revision[:200]!r} in {self.folder}{hint}")

    def _names(self) -> Sequence[str]:
        done = self.git.run(
            "for-each-ref",
            "--count=5000",
            "--format=%(refname:short)",
            "refs/heads",
            "refs/tags",
            "refs/remotes",
            cwd=self.folder,
        )
        return done.stdout.decode("utf-8", "replace").splitlines()


def folder_name(folder: Path) -> str:
    """A name for a folder that has none: its last part and a short hash of where it lies."""
    place = folder.resolve()
    return f"{place.name or 'root'}-{hashlib.sha256(os.fsencode(place)).hexdigest()[:8]}"


def find(git: Git, folder: Path) -> Repository | None:
    """The repository that holds a folder, or None. Raises UserError when git refuses to look into it."""
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder.")
    done = git.run("rev-parse", *_FACTS, cwd=folder)
    if "dubious ownership" in done.stderr:
        trusted = _trusting(git, folder)
        done = trusted.run("rev-parse", *_FACTS, cwd=folder)
        if "dubious ownership" in done.stderr:
            raise UserError(
                f"The repository in {folder} belongs to another user, so git will not read it:"
                f" if you trust it, run git config --global --add safe.directory {folder.resolve()}"
            )
        git = trusted
    lines = done.stdout.decode("utf-8", "surrogateescape").splitlines()
    if len(lines) < 8:
        if "not a git repository" in done.stderr:
            return None
        raise UserError(f"git cannot read the repository in {folder}: {done.stderr.removeprefix('fatal: ') or 'no answer'}.")
    git_dir, bare, shallow, object_format, *paths = lines
    if bare == "false" and len(paths) < 5:
        # Inside the .git folder itself: there is no work tree from here.
        bare = "true"
    objects, index, shallow_file, exclude = (folder / path for path in paths[:4])
    return Repository(
        git=git,
        folder=folder,
        root=None if bare == "true" else Path(paths[4]),
        git_dir=Path(git_dir),
        objects=objects.absolute(),
        index=_handed_index(Path(git_dir)) or index.absolute(),
        shallow_file=shallow_file.absolute(),
        exclude=exclude.absolute(),
        shallow=shallow == "true",
        object_format=object_format,
        settings=_settings(git, folder),
        branch=_branch(git, folder),
    )


def _handed_index(git_dir: Path) -> Path | None:
    """The index that git hands to a hook, where it is this repository's (githooks, `GIT_INDEX_FILE`).

    `git commit -a` and `git commit FILE` commit one that is not yet, or never will be, `.git/index`.
    """
    named = os.environ.get("GIT_INDEX_FILE")
    handed = Path(named).resolve() if named else None
    return handed if handed and handed.is_file() and handed.parent == git_dir.resolve() else None


def _settings(git: Git, folder: Path) -> Mapping[str, str]:
    done = git.run("config", "--null", "--get-regexp", _SETTINGS, cwd=folder)
    entries = done.stdout.decode("utf-8", "surrogateescape").split("\0")
    return {key: value for key, _, value in (entry.partition("\n") for entry in entries if entry)}


def _branch(git: Git, folder: Path) -> str:
    done = git.run("symbolic-ref", "--quiet", "HEAD", cwd=folder)
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def _trusting(git: Git, folder: Path) -> Git:
    """Git that trusts the folders that the user's own and the machine's configuration trust (git-config, safe.directory)."""
    folders: list[str] = []
    for scope in ("--system", "--global"):
        folders += personal(git, folder, scope, "safe.directory")
    settings = {"GIT_CONFIG_COUNT": str(len(folders))}
    for number, trusted in enumerate(folders):
        settings |= {f"GIT_CONFIG_KEY_{number}": "safe.directory", f"GIT_CONFIG_VALUE_{number}": trusted}
    return dataclasses.replace(git, environment={**git.environment, **settings})


def personal(git: Git, folder: Path, scope: str, key: str) -> list[str]:
    """Values of one key in the user's (`--global`) or the machine's (`--system`) own configuration."""
    home = {name: os.environ.get(name) for name in ("HOME", "XDG_CONFIG_HOME")}
    open_eyed = {**git.environment, **home, "GIT_CONFIG_GLOBAL": None, "GIT_CONFIG_NOSYSTEM": None}
    done = dataclasses.replace(git, environment=open_eyed).run("config", scope, "--null", "--get-all", key, cwd=folder)
    return [value for value in done.stdout.decode("utf-8", "surrogateescape").split("\0") if value]
